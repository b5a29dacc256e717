package experiment

import (
	"context"
	"errors"
	"path/filepath"
	"slices"

	"hnn/data/file"
	"hnn/experiment/setting"
	"hnn/experiment/task"
	"hnn/fit/closedform"
	"hnn/model/formula"
	"hnn/model/lagrangian"
	"hnn/model/lattice"
	"hnn/model/network"
	"hnn/model/poisson"
	"hnn/model/terms"
)

// Asked is what a user asks of the runs that one command makes.
type Asked struct {
	Models []string
	// Trainers are those of an HNN; every baseline's is Adam.
	Trainers []string
	// Seeds are those of the runs; nil leaves the one of the configuration.
	Seeds []uint64
	// Given names the flags that were given, in their order, those of settings and others.
	// Settings has the values of the settings.
	Given    []string
	Settings Config
	// Keep is called with the configurations before their data are first read; nil does
	// nothing.
	Keep func([]Config) error
}

// AskedError says that what was asked for makes no sense.
type AskedError struct{ Err error }

func (e *AskedError) Error() string { return e.Err.Error() }
func (e *AskedError) Unwrap() error { return e.Err }

func (a *Asked) given(flag string) bool { return slices.Contains(a.Given, flag) }

// Expand returns a configuration once for each seed, model and trainer, complete and valid.
// The error is an *AskedError.
func (a *Asked) Expand(c Config) ([]Config, error) {
	all, err := a.expand(c)
	if err != nil {
		return nil, &AskedError{err}
	}
	return all, nil
}

func (a *Asked) expand(c Config) ([]Config, error) {
	seeded := c
	a.apply(&seeded, nil)
	seeds := a.Seeds
	if seeds == nil {
		seeds = []uint64{seeded.Seed}
	}
	variants, err := a.variants(c)
	if err != nil {
		return nil, err
	}
	var all []Config
	for _, seed := range seeds {
		for _, v := range variants {
			// Of several trainers or models a setting of one is not meant for the other.
			var skip []string
			if a.mixed() && !v.Pixels() { // pictures have one trainer
				skip = otherKeys(v.Trainer)
			}
			skip = append(skip, sharedOut(v.Model, a.Models)...)
			if v.Model != lagrangian.Kind && (!a.given("model") || slices.Contains(a.Models, lagrangian.Kind)) {
				skip = append(skip, keys(func(s *setting.Setting) bool { return s.Is("lagrangian") })...)
			}
			if v.Facts().Source == task.UserFile {
				// Masses may be those of positions, which all models share.
				skip = slices.DeleteFunc(skip, func(key string) bool { return key == "mass" })
			}
			a.apply(&v, skip)
			v.Seed = seed
			if v.Test, err = Absolute(v.Test); err != nil {
				return nil, err
			}
			if err := errors.Join(v.Complete(), v.Validate()); err != nil {
				return nil, err
			}
			if err := a.ignored(&v, skip); err != nil {
				return nil, err
			}
			all = append(all, v)
		}
	}
	return all, nil
}

// apply gives a configuration the settings that were given, but for those of the keys to skip.
func (a *Asked) apply(c *Config, skip []string) {
	for _, s := range Settings() {
		if !s.Special && a.given(s.Flag()) && !slices.Contains(skip, s.Key) {
			s.Copy(c, &a.Settings)
		}
	}
}

// ignored refuses an enumeration that was given and that the run makes no use of: one whose
// zero value has a name looks to the configuration as if it had not been given.
func (a *Asked) ignored(c *Config, skip []string) error {
	for _, s := range Settings() {
		if s.Values() == nil || s.Special || !a.given(s.Flag()) || slices.Contains(skip, s.Key) || s.Text(&a.Settings) == "" {
			continue
		}
		for _, label := range s.Of {
			if err := c.refuse(label, s.Key); err != nil {
				return err
			}
		}
	}
	return nil
}

// variants returns the configuration for each model, and an HNN for each trainer.
func (a *Asked) variants(c Config) ([]Config, error) {
	var vs []Config
	for _, m := range a.Models {
		for _, name := range a.Trainers {
			t := Trainer(name)
			if IsWeak(m) {
				if name == a.Trainers[0] { // once, whatever the trainers of the others
					vs = append(vs, c.WithWeakForm(m))
				}
				continue
			}
			if !network.LearnsH(m) && t != Adam {
				if len(a.Trainers) > 1 {
					continue // a baseline has one trainer
				}
				t = Adam
			}
			v := c
			var err error
			switch {
			case t == ClosedForm && c.Pixels() && len(a.Trainers) > 1:
				continue // pictures are not for the closed form
			case t == c.Trainer:
			case t == ClosedForm:
				v = v.WithClosedForm()
			default:
				v, err = v.WithAdam()
			}
			if err != nil {
				return nil, err
			}
			v.Model, v.Trainer = m, t
			if loss := a.Settings.Loss; t == Adam && a.given("loss") && loss != v.Loss {
				v = v.WithLoss(loss)
			}
			vs = append(vs, v)
		}
	}
	return vs, nil
}

// mixed reports whether runs of several trainers are asked for.
func (a *Asked) mixed() bool {
	return len(a.Trainers) > 1 || a.Trainers[0] == string(ClosedForm) && slices.ContainsFunc(a.Models, func(m string) bool { return !network.LearnsH(m) || IsWeak(m) })
}

// open reports whether no flag was given that speaks of one kind of model or one trainer.
func (a *Asked) open() bool {
	return !slices.ContainsFunc(Settings(), func(s *setting.Setting) bool {
		return a.given(s.Key) && s.Key != "angle" && (s.Is("hamiltonian") || s.Is("closed-form") || s.Is("adam"))
	})
}

// Absolute returns the absolute path of a file, so that a run can be continued from anywhere.
// The empty path and file.Stdin stay as they are.
func Absolute(path string) (string, error) {
	if path == "" || path == file.Stdin {
		return path, nil
	}
	return filepath.Abs(path)
}

// HowToLearn returns the configurations of the runs that are asked for. Where no trainer is
// named it chooses one, by what was given, by the data, or by trials on them, and tells Log
// what it chose and why. The error is an *AskedError, or about the data, or that of ctx, whose
// end is answered at once, whatever solve is under way.
func (e *Env) HowToLearn(ctx context.Context, c Config, asked Asked) ([]Config, error) {
	return Interruptible(ctx, func() ([]Config, error) {
		configs, err := e.howToLearn(ctx, c, asked)
		for i := range configs {
			e.holdSteps(&configs[i])
		}
		return configs, err
	})
}

func (e *Env) howToLearn(ctx context.Context, c Config, asked Asked) ([]Config, error) {
	named := asked.given("trainer")
	if c.Pixels() && !named {
		asked.Trainers = []string{string(Adam)}
	}
	if c.Pixels() || named {
		return asked.Expand(c)
	}
	if (asked.given("values") || asked.given("input-gain") && asked.Settings.knownGain() || asked.given("rods") && asked.Settings.Rods != noRods) && !asked.given("model") {
		asked.Models, asked.Given = []string{lagrangian.Kind}, append(slices.Clip(asked.Given), "model") // no other takes them
	}
	if asked.given("bracket") && !asked.given("model") {
		asked.Models, asked.Given = []string{poisson.Kind}, append(slices.Clip(asked.Given), "model")
	}
	if (asked.given("lattice") || asked.given("edges")) && !asked.given("model") {
		asked.Models, asked.Given = []string{lattice.Kind}, append(slices.Clip(asked.Given), "model")
	}
	if learnt := slices.DeleteFunc(slices.Clone(asked.Models), IsWeak); asked.given("known-part") && (len(learnt) > 0 || !asked.given("model")) {
		if !asked.given("model") {
			asked.Models = []string{network.KindHNN} // what a baseline learns is no rest of H
		}
		asked.Trainers = []string{string(ClosedForm)}
		configs, err := asked.Expand(c)
		if err == nil && asked.Keep != nil {
			err = asked.Keep(configs)
		}
		return configs, err
	}
	own, modelGiven := c.Facts().Source.Own(), asked.given("model")
	models := slices.DeleteFunc(slices.Clone(asked.Models), IsWeak)
	if modelGiven && len(models) == 0 {
		configs, err := asked.Expand(c)
		if err == nil && asked.Keep != nil {
			err = asked.Keep(configs)
		}
		return configs, err
	}
	hamiltonian := models
	if own {
		// A baseline beside them does not decide how the others are fitted.
		if hamiltonian = slices.DeleteFunc(slices.Clone(models), func(m string) bool { return !network.LearnsH(m) }); len(hamiltonian) == 0 {
			hamiltonian = models
		}
	}
	reason := adamOnly(hamiltonian, asked.Given, asked.Settings.Dissipation)
	if reason != "" {
		asked.Trainers = []string{string(Adam)}
		if own && !modelGiven {
			asked.Models = []string{network.KindBaseline, network.KindHNN}
		}
	}
	configs, err := asked.Expand(c)
	if err != nil {
		return nil, err
	}
	if reason == "" {
		if asked.Keep != nil {
			if err := asked.Keep(configs); err != nil {
				return nil, err
			}
		}
		c.Data = configs[0].Data
		if own {
			e.holdSteps(&configs[0])
			c.InputHold = configs[0].InputHold
			return e.byTrials(ctx, c, asked)
		}
		if c.manyBodies() && !asked.given("known") && !asked.given("structure") {
			c.Known = true
			e.log("%s: told that the bodies act in pairs, as --known does; --trainer adam trains a network that is told nothing, and conserves no energy", c.Task)
			if configs, err = asked.Expand(c); err != nil {
				return nil, err
			}
		}
		if reason, err = e.beyondClosedForm(&configs[0]); err != nil {
			return nil, err
		}
		if reason != "" {
			asked.Trainers = []string{string(Adam)}
			if configs, err = asked.Expand(c); err != nil {
				return nil, err
			}
		}
	}
	if reason == "" {
		e.log("%s: fitted by the closed form, one least-squares solve; --trainer adam takes gradient steps instead", c.Task)
	} else {
		e.log("%s: trained by adam, since %s", c.Task, reason)
	}
	return configs, nil
}

// way is one of learning an HNN.
type way struct {
	trainer  Trainer
	base     Config
	friction bool
}

// manyFeatures is how many features of the closed form are tried beside the default.
const manyFeatures = 300

// exactFeatures is how many are tried by QR where derivatives are given: without noise it has some four digits more than the
// normal equations.
const exactFeatures = 1000

// byTrials leaves to the data how to learn from a user's file and, where no model is named,
// which.
func (e *Env) byTrials(ctx context.Context, c Config, asked Asked) ([]Config, error) {
	var ways [][]Config
	var first []Config
	try := func(models []string, trainer Trainer, base Config) error {
		// Models of the weak form that are named beside others are fitted by it, whatever the way of these.
		weak, others := []string{}, []string{}
		for _, m := range models {
			if IsWeak(m) {
				weak = append(weak, m)
			} else {
				others = append(others, m)
			}
		}
		weakBase := c // they are told nothing of H
		if trainer == WeakForm {
			weakBase = base
		}
		var configs []Config
		for _, part := range []struct {
			models  []string
			trainer Trainer
			base    Config
		}{{others, trainer, base}, {weak, WeakForm, weakBase}} {
			if len(part.models) == 0 {
				continue
			}
			asked.Models, asked.Trainers = part.models, []string{string(part.trainer)}
			more, err := asked.Expand(part.base)
			if err != nil {
				return err
			}
			configs = append(configs, more...)
		}
		ways = append(ways, configs)
		first = append(first, hnnOf(configs))
		return nil
	}
	named := asked.Models
	free := !asked.given("model") && asked.open()
	if free {
		var err error
		if asked, err = e.read(ctx, c, asked); err != nil {
			return nil, err
		}
	}
	firstOrder := c.Columns.X != nil || asked.given("x")
	if free {
		given := c // with the columns that are named
		asked.apply(&given, nil)
		if !firstOrder && !asked.given("angle") {
			angles, err := e.namedAngles(ctx, given)
			if err != nil {
				return nil, err
			}
			if angles != nil {
				c.Angle, given.Angle = angles, angles
			}
		}
		shapes, err := e.shapes(&given)
		if err != nil {
			return nil, err
		}
		kinds := WeakKinds()
		if e.onLinkage(&given) { // what does not know the rods is then skipped, and takes long
			kinds, shapes = slices.DeleteFunc(kinds, func(k string) bool { return k == lagrangian.Kind }), nil
			kinds = slices.Insert(kinds, 0, lagrangian.Kind)
		}
		for _, shape := range shapes {
			on := c
			on.Lattice = shape
			if err := try([]string{lattice.Kind}, WeakForm, on); err != nil {
				return nil, err
			}
		}
		for _, kind := range kinds {
			if kind == lattice.Kind {
				continue // of some lattice, and tried first: it takes the least time
			}
			if firstOrder && (kind == lagrangian.Kind || kind == formula.Kind) {
				continue // they need pairs
			}
			if err := try([]string{kind}, WeakForm, c); err != nil {
				return nil, err
			}
		}
	}
	more, quadratic, separable := c, c, c
	quadratic.Structure = []network.Structure{network.QuadraticKinetic}
	separable.Structure = []network.Structure{network.Separable, network.QuadraticKinetic}
	closed := []way{{ClosedForm, c, false}}
	if asked.open() {
		var without, with []way
		for _, size := range []struct {
			features int
			solver   closedform.Solver
		}{{manyFeatures, closedform.BySize}, {exactFeatures, closedform.QR}} {
			for _, b := range []Config{more, quadratic, separable} {
				b.Closed.Features, b.Closed.Solver = size.features, size.solver
				without, with = append(without, way{ClosedForm, b, false}), append(with, way{ClosedForm, b, true})
			}
		}
		closed = slices.Concat(closed, without, with)
	}
	for _, way := range append(closed, []way{{ClosedForm, c, true},
		{Adam, c, false}, {Adam, c.WithLoss(TrajectoryLoss), false}}...) {
		if firstOrder && free {
			break // an HNN needs pairs
		}
		if err := try(named, way.trainer, way.base); err != nil {
			return nil, err
		}
		// Friction that is the user's choice, or does not go with the rest, is no way of its own.
		if last := len(ways) - 1; way.friction && !addFriction(ways[last]) {
			ways, first = ways[:last], first[:last]
		} else if way.friction {
			first[last] = hnnOf(ways[last])
		}
	}
	if free && !firstOrder {
		// Masses, V and friction by networks, for what no library describes.
		networks := c
		networks.Dissipation = network.DissipationLinear
		if !asked.given("hidden") {
			networks.Hidden = []int{48, 48} // every element of M has one
		}
		if err := try([]string{network.KindLagrangian}, Adam, networks); err != nil {
			return nil, err
		}
	}
	chosen, learning, err := e.decide(ctx, first)
	if err != nil {
		return nil, err
	}
	e.log("%s: %v; --model, --trainer and --loss choose for themselves", c.Task, learning)
	if chosen.Within > 0 {
		c.Within = chosen.Within
		for _, way := range ways {
			for i := range way {
				way[i].Within = chosen.Within
			}
		}
	}
	e.ways = inOrder(ways, first, chosen)
	if !free {
		return ways[max(chosen.HNN, 0)], nil
	}
	best := ways[chosen.Best]
	if chosen.HNN < 0 {
		return best, nil
	}
	// The best model, the best HNN and, to compare them with, one without structure.
	all := slices.Clone(ways[chosen.HNN])
	if chosen.Best != chosen.HNN {
		all = append(all, best...)
	}
	sparse := slices.IndexFunc(first, func(c Config) bool { return c.Model == terms.KindSparse })
	switch {
	case learning.Failed(terms.KindSparse):
		asked.Models, asked.Trainers = []string{network.KindBaseline}, []string{string(Adam)}
		baseline, err := asked.Expand(c)
		if err != nil {
			return nil, err
		}
		all = append(baseline, all...)
	case sparse != chosen.Best:
		all = append(slices.Clone(ways[sparse]), all...)
	}
	return all, nil
}

// hnnOf returns the first configuration of an HNN, the first of all if there is none.
func hnnOf(configs []Config) Config {
	return configs[max(0, slices.IndexFunc(configs, func(c Config) bool { return network.LearnsH(c.Model) && !IsWeak(c.Model) }))]
}
