package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A text names a flag, as --angle, or calls the program, as hnn data inspect FILE --json.
var (
	namedFlag = regexp.MustCompile("(?:^|[\\s(\"'`,;:/])--([a-z][a-z0-9]*(?:-[a-z0-9]+)*)")
	called    = regexp.MustCompile("\\bhnn ([a-z]+)( [a-z]+)?([^'`;|#\\n]*)")
)

// foreign are flags of other programs that texts name: of sbatch, git, mlflow and the rivals' scripts.
var foreign = strings.Fields(`partition array wrap job-name open-mode requeue ntasks parsable dependency short porcelain
	serve-artifacts requirement repeat blas-threads case`)

// prose are words that follow the program's name in a sentence.
var prose = strings.Fields("and does or learns is with in was has runs")

// texts calls f with every string of the module's sources and every command line of its documentation.
func texts(t *testing.T, f func(place, text string)) {
	t.Helper()
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || d.Name() == "runs" || d.Name() != ".." && strings.HasPrefix(d.Name(), ".") && path != "../.."):
			return fs.SkipDir
		case strings.HasSuffix(path, ".md"):
			text, err := os.ReadFile(path)
			for i, line := range strings.Split(string(text), "\n") {
				if strings.Contains(line, "hnn ") {
					f(path+":"+strconv.Itoa(i+1), line)
				}
			}
			return err
		case !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if text, err := strconv.Unquote(lit.Value); err == nil {
					f(set.Position(lit.Pos()).String(), text)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Every flag and every verb that a message, a help text or a page of the documentation names is one that the program has.
func TestSuggestions(t *testing.T) {
	root := newRoot()
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd("train")
	all := map[string]bool{"help": true, "version": true}
	flagsOf := func(cmd *cobra.Command) map[string]bool {
		own := map[string]bool{"help": true}
		for _, set := range []*pflag.FlagSet{cmd.Flags(), cmd.InheritedFlags()} {
			set.VisitAll(func(f *pflag.Flag) { own[f.Name] = true })
		}
		maps.Copy(all, own)
		return own
	}
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		flagsOf(cmd)
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(root)
	found := 0
	texts(t, func(place, text string) {
		for _, m := range namedFlag.FindAllStringSubmatch(text, -1) {
			if found++; !all[m[1]] && !slices.Contains(foreign, m[1]) {
				t.Errorf("%s: no command has the flag --%s: %q", place, m[1], text)
			}
		}
		for _, m := range called.FindAllStringSubmatch(strings.ReplaceAll(text, " hnn ", "\nhnn "), -1) {
			cmd, rest, err := root.Find([]string{m[1], strings.TrimSpace(m[2])})
			if err != nil || cmd == root {
				if !slices.Contains(prose, m[1]) {
					t.Errorf("%s: there is no verb %q: %q", place, m[1], text)
				}
				continue
			}
			found++
			own := flagsOf(cmd)
			for _, f := range namedFlag.FindAllStringSubmatch(strings.Join(rest, " ")+strings.Split(m[3], ", ")[0], -1) {
				if !own[f[1]] && !slices.Contains(foreign, f[1]) {
					t.Errorf("%s: %s has no flag --%s: %q", place, cmd.CommandPath(), f[1], text)
				}
			}
		}
	})
	if found < 500 {
		t.Errorf("only %d flags and verbs are named in all", found)
	}
}
