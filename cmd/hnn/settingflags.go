package main

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"hnn/experiment"
	"hnn/experiment/setting"
)

// bindSettings makes flags for settings of c, but for special ones, with the values of c as
// defaults and completion for enumerations.
func bindSettings(cmd *cobra.Command, settings []*setting.Setting, c any) {
	fs := cmd.Flags()
	for _, s := range settings {
		if s.Special {
			continue
		}
		name, help := s.Flag(), helpOf(s)
		switch p := s.Pointer(c).(type) {
		case *bool:
			if s.Inverse {
				fs.VarPF(&inverse{p}, name, "", help).NoOptDefVal = "true"
			} else {
				fs.BoolVar(p, name, *p, help)
			}
		case *int:
			fs.IntVar(p, name, *p, help)
		case *uint64:
			fs.Uint64Var(p, name, *p, help)
		case *float64:
			fs.Float64Var(p, name, *p, help)
		case *string:
			fs.StringVar(p, name, *p, help)
		case *[]int:
			fs.IntSliceVar(p, name, *p, help)
		case *[]float64:
			fs.Float64SliceVar(p, name, *p, help)
		case *[]string:
			fs.StringSliceVar(p, name, *p, help)
		default:
			fs.Var(&enum{s, c, strings.HasPrefix(s.Text(c), "["), nil}, name, help)
		}
		if values := s.Values(); values != nil {
			complete(cmd, name, values)
		}
	}
}

// helpOf is a setting's help, with its values where it does not name them all.
func helpOf(s *setting.Setting) string {
	values := s.Values()
	if slices.ContainsFunc(values, func(v string) bool { return !strings.Contains(s.Help, v) }) {
		return s.Help + ": " + strings.Join(values, ", ")
	}
	return s.Help
}

// complete makes the shell complete a flag by a few values.
func complete(cmd *cobra.Command, flag string, values []string) {
	completeBy(cmd, flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}

// completeBy makes the shell complete a flag, which there must be, by what a function says.
func completeBy(cmd *cobra.Command, flag string, by cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, by); err != nil {
		panic("hnn: no flag " + flag)
	}
}

// inverse is a flag that turns a setting off.
type inverse struct{ on *bool }

func (i *inverse) String() string {
	if i.on == nil {
		return "false"
	}
	return strconv.FormatBool(!*i.on)
}

func (i *inverse) Set(s string) error {
	off, err := strconv.ParseBool(s)
	*i.on = !off
	return err
}

func (i *inverse) Type() string { return "bool" }

// enum is a flag of an enumeration or of a list of such.
type enum struct {
	s     *setting.Setting
	c     any
	list  bool
	names []string // given so far, of a list
}

func (e *enum) String() string {
	if e.s == nil {
		return ""
	}
	return e.s.Text(e.c)
}

func (e *enum) Set(text string) error {
	names := []string{text}
	if e.list {
		var err error
		if text == "" {
			names = nil
		} else if names, err = csv.NewReader(strings.NewReader(text)).Read(); err != nil {
			return err
		}
		e.names = append(e.names, names...)
		names = e.names
	}
	return e.s.SetNames(e.c, names)
}

func (e *enum) Type() string {
	if e.list {
		return "strings"
	}
	return "string"
}

// columnFlags are the flags that say how a file is read, for a verb that has no
// configuration of its own.
type columnFlags struct {
	config   experiment.Config
	settings []*setting.Setting
}

func (f *columnFlags) bind(cmd *cobra.Command) {
	f.settings = slices.DeleteFunc(experiment.Settings(), func(s *setting.Setting) bool { return !s.Is("columns") })
	bindSettings(cmd, f.settings, &f.config)
}

// over puts what was given on the command line in the place of a run's settings.
func (f *columnFlags) over(cmd *cobra.Command, c *experiment.Config) {
	for _, s := range f.settings {
		if cmd.Flags().Changed(s.Flag()) {
			s.Copy(c, &f.config)
		}
	}
}

// byHand are the groups of the flags of train and reproduce that are no settings. All but
// force and max-memory are among the common ones.
var byHand = map[string]string{
	"seeds": "data", "hamiltonian": "data", "config": "data", "resume": "data", "max-memory": "data",
	"track": "output", "jobs": "output", "out": "output", "force": "output", "json": "output", "quiet": "output", "help": "output", "help-all": "output",
}

// usage writes how the verb is used: with its common flags, or with all of them under their
// headings. bases are configurations whose values are the defaults.
func (f *configFlags) usage(bases []experiment.Config) error {
	w := f.cmd.OutOrStderr()
	fmt.Fprintf(w, "Usage:\n  %s\n\nExamples:\n%s\n", f.cmd.UseLine(), f.cmd.Example)
	settings := map[string]*setting.Setting{}
	for _, s := range experiment.Settings() {
		settings[s.Flag()] = s
	}
	groups, shorts := map[string]*pflag.FlagSet{}, map[string]*pflag.FlagSet{}
	for _, group := range experiment.Groups {
		for _, m := range []map[string]*pflag.FlagSet{groups, shorts} {
			m[group] = pflag.NewFlagSet("", pflag.ContinueOnError)
			m[group].SortFlags = false
		}
	}
	all := 0
	f.cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		shown := *flag
		s := settings[flag.Name]
		group, short := byHand[flag.Name], flag.Name != "force" && flag.Name != "max-memory"
		if s != nil {
			group, short = s.Group, s.Common
			if !s.Special {
				shown.DefValue = map[string]string{"bool": "false", "int": "0", "uint64": "0", "float64": "0", "intSlice": "[]", "stringSlice": "[]"}[flag.Value.Type()]
				if text := experiment.DefaultText(s, bases); text != "" {
					shown.Usage += " (" + text + ")"
				}
			}
		}
		groups[group].AddFlag(&shown)
		if all++; short {
			shorts[group].AddFlag(&shown)
		}
	})
	if !f.helpAll {
		fmt.Fprintf(w, "\nThe common flags; --help-all shows all %d:\n", all)
		groups = shorts
	}
	for _, group := range experiment.Groups {
		if fs := groups[group]; fs.HasFlags() {
			fmt.Fprintf(w, "\n%s:\n%s", strings.ToUpper(group[:1])+group[1:], fs.FlagUsages())
		}
	}
	return nil
}
