package experiment

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"os"
	"slices"

	"hnn/model/network"
	"hnn/model/terms"
)

// What was found best by short trials on a part of the rows may still diverge when it is
// trained on all of them. Where the program has chosen it, the next best takes its place.

// runsAway says why the rollouts of a finished run make it no result, "" if they do not.
func (r *Run) runsAway() string {
	if v := r.Results.Rollout; v != nil && 2*v.Diverged > v.Starts {
		return fmt.Sprintf("%d of %d rollouts from held-out states diverge", v.Diverged, v.Starts)
	}
	return ""
}

// trainChosen is train of a configuration that the program has chosen: rollouts of an HNN, or of what is recommended, that diverge
// are an error.
func (e *Env) trainChosen(ctx context.Context, c Config, dir string) (*Run, error) {
	r, err := e.train(ctx, c, dir)
	if err == nil && (network.LearnsH(c.Model) && !IsWeak(c.Model) || r.Results.Recommended) {
		if why := r.runsAway(); why != "" {
			r.Results.NoResult = why
			err = r.finish()
		}
	}
	return r, err
}

// instead trains the model of a configuration whose training failed in the ways that are left, the best first, and
// says so. Without a way that does not fail it returns the first run and error.
func (e *Env) instead(ctx context.Context, c Config, first *Run, failed error, b Batch, several bool) (*Run, error) {
	if !network.LearnsH(c.Model) || IsWeak(c.Model) {
		return first, failed
	}
	if first != nil && first.Results != nil && first.Results.NoResult == first.Results.vain && first.Results.vain != "" {
		return first, failed // so would the other ways, which followed the training rows no better
	}
	same := func(o Config) bool { return o.Model == c.Model && o.Seed == c.Seed }
	at := slices.IndexFunc(e.ways, func(way []Config) bool {
		return slices.ContainsFunc(way, func(o Config) bool { return same(o) && o.chosenWay() == c.chosenWay() })
	})
	if at < 0 {
		return first, failed
	}
	why := failed
	for _, way := range e.ways[at+1:] {
		i := slices.IndexFunc(way, same)
		if i < 0 {
			continue
		}
		next := way[i]
		e.log("%s: %s came to nothing (%v); the next best, %s, is taken instead", c.Task, c.chosenWay(), why, next.chosenWay())
		r, err := e.again(ctx, next, b, several, first)
		if err == nil || ctx.Err() != nil {
			return r, err
		}
		c, why = next, err
	}
	return first, fmt.Errorf("%w (and so did every other way of learning an HNN from these rows: say which columns are what, give longer or denser trajectories, or choose with --model and --trainer)", failed)
}

// again trains in a directory of its own, or in the one that the user has named. Of several runs the directory's name may be
// taken by a run that came to nothing: then its number follows.
func (e *Env) again(ctx context.Context, c Config, b Batch, several bool, first *Run) (*Run, error) {
	if b.Out != "" && !several {
		if err := clearRun(b.Out, true); err != nil {
			return nil, err
		}
		return e.trainChosen(ctx, c, b.Out)
	}
	if b.Out != "" {
		b.Out, several = untaken(b.outOf(&c)), false
	}
	dir, unlock, err := b.newDir(&c, several)
	if err != nil {
		return nil, err
	}
	defer unlock()
	return e.trainChosen(ctx, c, dir)
}

// untaken is a path where nothing is: the given one, or the first of path-2, path-3 and so on.
func untaken(path string) string {
	free := path
	for k := 2; ; k++ {
		if _, err := os.Lstat(free); err != nil {
			return free
		}
		free = fmt.Sprintf("%s-%d", path, k)
	}
}

// chosenWay names how a configuration learns, before its data are known.
func (c *Config) chosenWay() string { return c.way(&dataset{}) }

// inOrder are the ways of learning an HNN: the one that was chosen, then the others, the least error first and those
// without one last. Each way is the configurations of all seeds and models, and first has one of each.
func inOrder(ways [][]Config, first []Config, chosen Decision) [][]Config {
	var places []int
	for i := range first {
		if !IsWeak(first[i].Model) && network.LearnsH(first[i].Model) {
			places = append(places, i)
		}
	}
	key := func(i int) float64 {
		v := float64(chosen.Errors[i])
		switch {
		case i == chosen.HNN:
			return -1
		case math.IsNaN(v):
			return math.Inf(1)
		}
		return v
	}
	slices.SortStableFunc(places, func(a, b int) int { return cmp.Compare(key(a), key(b)) })
	sorted := [][]Config{}
	for _, i := range places {
		sorted = append(sorted, ways[i])
	}
	return sorted
}

// withoutFailed leaves out of a batch whose models the program has chosen those that failed, with a warning, where
// a model with a Hamiltonian or a Lagrangian, or the one that is recommended, came to a result. If it is the recommended
// one that failed, that of these is which followed the training rows best; a field without structure is, too, where only
// rollouts that diverge keep the recommended one from being it.
func (e *Env) withoutFailed(runs []*Run, errs []error) {
	good, least, recommended := -1, math.Inf(1), false
	diverged := slices.ContainsFunc(runs, func(r *Run) bool { return r != nil && r.Results != nil && r.Results.Recommended && r.runsAway() != "" })
	for i, r := range runs {
		if r == nil || errs[i] != nil || r.Results.vain != "" || r.runsAway() != "" {
			continue
		}
		recommended = recommended || r.Results.Recommended
		m, error := r.Config.Model, e.learning.errorOf(&r.Config)
		if (r.Results.Recommended || network.LearnsH(m) || IsWeak(m) && (m != terms.KindSparse || diverged)) && (good < 0 || error < least) {
			good, least = i, error
		}
	}
	if good < 0 {
		return
	}
	for i := range runs {
		if errs[i] != nil {
			e.log("warning: a model that was tried beside the others came to nothing: %v", errs[i])
			runs[i], errs[i] = nil, nil
		}
	}
	if r := runs[good]; !recommended && e.recommended != nil {
		r.Results.Recommended = true
		errs[good] = writeResults(r.Dir, r.Results)
	}
}

// errorOf is the error of the way of a configuration on the training rows, infinite where it was not tried.
func (l *Learning) errorOf(c *Config) float64 {
	least := math.Inf(1)
	if l != nil {
		for i := range l.Tried {
			t := &l.Tried[i]
			if e := float64(t.Error); t.config.Model == c.Model && t.config.chosenWay() == c.chosenWay() && e < least {
				least = e
			}
		}
	}
	return least
}
