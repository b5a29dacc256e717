package experiment

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"hnn/experiment/setting"
	"hnn/model/formula"
	"hnn/model/lagrangian"
	"hnn/model/lattice"
	"hnn/model/network"
	"hnn/model/poisson"
)

// settings are those of Config, in the order of config.yaml.
var settings = setting.Must[Config]()

// Settings returns the settings of Config in the order of config.yaml.
func Settings() []*setting.Setting { return slices.Clone(settings) }

// Groups are the headings of the settings, in the order of the help.
var Groups = []string{"data", "system", "network", "training by Adam", "training by trajectories", "closed form", "pictures", "output"}

// used says, of a label, which runs use the settings that bear it.
var used = map[string]func(*Config) bool{
	"adam":        func(c *Config) bool { return c.Trainer == Adam },
	"closed-form": func(c *Config) bool { return c.Trainer == ClosedForm },
	"formula":     func(c *Config) bool { return c.Model == formula.Kind },
	"lagrangian":  func(c *Config) bool { return c.Model == lagrangian.Kind },
	"poisson":     func(c *Config) bool { return c.Model == poisson.Kind },
	"lattice":     func(c *Config) bool { return c.Model == lattice.Kind },
	"trajectory":  func(c *Config) bool { return c.Loss == TrajectoryLoss },
	"hamiltonian": func(c *Config) bool { return network.LearnsH(c.Model) && !IsWeak(c.Model) },
	"pictures":    (*Config).Pixels,
	"states":      func(c *Config) bool { return !c.Pixels() }, // of trajectories, not of pictures
	"columns":     (*Config).fromFile,
	"draw":        func(c *Config) bool { return !c.fromFile() && !c.source().Own() },
	"dataset":     func(*Config) bool { return true }, // what is learned from depends on them
}

// Uses reports whether a setting is of use in the run.
func (c *Config) Uses(s *setting.Setting) bool {
	return !slices.ContainsFunc(s.Of, func(label string) bool { return !used[label](c) })
}

// keys lists the settings that f takes.
func keys(f func(*setting.Setting) bool) (names []string) {
	for _, s := range settings {
		if f(s) {
			names = append(names, s.Key)
		}
	}
	return names
}

// given names the settings with one of the labels that are not zero.
func (c *Config) given(labels ...string) []string {
	return keys(func(s *setting.Setting) bool { return slices.ContainsFunc(labels, s.Is) && !s.IsZero(c) })
}

// refuse is an error if there are names, which are settings that bear a label, and the run
// has no use for such.
func (c *Config) refuse(label string, names ...string) error {
	list := strings.Join(names, ", ")
	switch {
	case names == nil || used[label](c):
		return nil
	case label == "closed-form" && c.Trainer == Adam && slices.Contains(names, "known"):
		return fmt.Errorf("%s: of the trainer %s, and this run's is %s: leave out what is of %s alone, or tell it by structure and angle", list, label, c.Trainer, c.Trainer)
	case label == "adam" || label == "closed-form":
		return fmt.Errorf("%s: of the trainer %s, and this run's is %s", list, label, c.Trainer)
	case label == "trajectory":
		return fmt.Errorf("%s: of the loss %s, and this run's is %s", list, label, c.Loss)
	case label == "pictures":
		return fmt.Errorf("%s: of runs on pictures, and the task is %s", list, c.Task)
	}
	return fmt.Errorf("%s: without use to the model %s of the task %s", list, c.Model, c.Task)
}

// otherTrainers reports whether a setting is of use to another trainer alone. The closed
// form has one precision.
func otherTrainers(s *setting.Setting, trainer Trainer) bool {
	switch trainer {
	case ClosedForm:
		return s.Is("adam") || s.Key == "precision"
	case WeakForm:
		return s.Is("adam") || s.Is("closed-form") || s.Key == "precision" || s.Key == "scaling"
	}
	return s.Is("closed-form")
}

// otherKeys lists the settings that a trainer does not use.
func otherKeys(trainer Trainer) []string {
	return keys(func(s *setting.Setting) bool { return otherTrainers(s, trainer) })
}

// Bases returns what runs of the tasks begin with, for each trainer and loss, after a change. It leaves out a name
// that is no task.
func Bases(tasks []string, change func(Config) Config) (all []Config) {
	for _, task := range tasks {
		c, err := Default(task)
		if err != nil {
			continue
		}
		c = change(c)
		if all = append(all, c); !c.Pixels() {
			all = append(all, c.WithClosedForm(), c.WithLoss(TrajectoryLoss))
		}
	}
	return all
}

// DefaultText says what a setting is where nothing else is asked for, in those of the configurations that use it: ""
// if none does, or zero in all.
func DefaultText(s *setting.Setting, configs []Config) string {
	if s.Inverse {
		return ""
	}
	var texts []string
	set := false
	for i := range configs {
		c := &configs[i]
		if !c.Uses(s) || otherTrainers(s, c.Trainer) || c.Loss == TrajectoryLoss && !s.Is("trajectory") {
			continue
		}
		set = set || !s.IsZero(c) || s.Values() != nil && s.Text(c) != "" && s.Text(c) != "[]"
		if text := cmp.Or(s.Text(c), "none"); !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	switch {
	case !set:
		return ""
	case len(texts) == 1:
		return "default " + texts[0]
	case len(texts) == 2 && byPictures(s, configs):
		return fmt.Sprintf("default %s, of pictures %s", texts[0], texts[1])
	case texts[0] == "true" || texts[0] == "false":
		return "default: the task's"
	case len(texts) > 3:
		first, last := texts[0], texts[0]
		for _, t := range texts {
			v, err := strconv.ParseFloat(t, 64)
			if err != nil {
				return "default: the task's"
			}
			if low, _ := strconv.ParseFloat(first, 64); v < low {
				first = t
			}
			if high, _ := strconv.ParseFloat(last, 64); v > high {
				last = t
			}
		}
		return fmt.Sprintf("default: the task's, %s to %s", first, last)
	}
	last := len(texts) - 1
	return "default: the task's, " + strings.Join(texts[:last], ", ") + " or " + texts[last]
}

// byPictures reports whether a setting's value depends on nothing but whether the data are pictures, which come last.
func byPictures(s *setting.Setting, configs []Config) bool {
	var values [2][]string
	for i := range configs {
		c := &configs[i]
		kind := 0
		if c.Pixels() {
			kind = 1
		}
		if text := s.Text(c); c.Uses(s) && !slices.Contains(values[kind], text) {
			values[kind] = append(values[kind], text)
		}
	}
	return len(values[0]) == 1 && len(values[1]) == 1
}

// dataKey is what a dataset depends on. It is comparable, so that it is a key of a cache.
type dataKey struct {
	seed     uint64 // of drawn data
	estimate string // which depends on the loss too
	noZero   bool   // see momentaHaveNoZero, which depends on the model too
	settings string
}

func (c *Config) dataKey() dataKey {
	k := dataKey{estimate: fmt.Sprintf("%#v", c.estimateOptions()), noZero: c.momentaHaveNoZero()}
	if !c.fromFile() {
		k.seed = c.Seed // of a file there is one for all
	}
	var b strings.Builder
	for _, s := range settings {
		if s.Is("dataset") {
			fmt.Fprintf(&b, "%s: %#v\n", s.Key, s.Value(c))
		}
	}
	k.settings = b.String()
	return k
}
