// Package draw makes the trajectories of known systems that a model is fitted on and tested
// on, by the protocols of the paper's tasks or of the caller.
package draw

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"

	"hnn/data"
	"hnn/internal/elementary"
	"hnn/ode"
	"hnn/system"
)

// Generate draws the data of a known system.
//
// The initial states are drawn from rng first, all of them, then the trajectories
// are integrated in parallel, then the noise is drawn, row by row; so the bits
// depend on the stream and the options only, not on the number of processors.
// Derivatives are the exact field at the noise-free states, which are kept in
// Clean.
func Generate(s system.System, rng *rand.Rand, o Options) (*data.Split, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	rows := o.Trajectories * o.Points
	held := o.TestRows()
	if o.TestFraction > 0 && (held == 0 || held == rows) {
		return nil, fmt.Errorf("data: a test fraction of %v of %d trajectories of %d points leaves %d rows to test on and %d to train on: ask for more trajectories, or for a fraction of 0",
			o.TestFraction, o.Trajectories, o.Points, held, rows-held)
	}
	set, err := trajectories(s, rng, o)
	if err != nil {
		return nil, err
	}
	if o.TestFirst {
		return &data.Split{Test: set.Slice(0, held), Train: set.Slice(held, rows)}, nil
	}
	return &data.Split{Train: set.Slice(0, rows-held), Test: set.Slice(rows-held, rows)}, nil
}

// trajectories makes the set that Generate splits.
func trajectories(s system.System, rng *rand.Rand, o Options) (*data.Set, error) {
	d, n := s.Dim(), o.Trajectories*o.Points
	set := &data.Set{
		Dim:     d,
		Offsets: make([]int, o.Trajectories+1),
		T:       make([]float64, n),
		DX:      make([]float64, n*d),
		Clean:   make([]float64, n*d),
		Names:   make([]string, d),
	}
	for j, c := range s.Coordinates() {
		set.Names[j] = c.Name
	}
	times := linspace(o.Horizon, o.Points)
	for i := range o.Trajectories {
		set.Offsets[i+1] = (i + 1) * o.Points
		copy(set.T[i*o.Points:], times)
		row := i * o.Points * d
		s.Sample(rng, set.Clean[row:row+d])
	}
	todo := make([]int, o.Trajectories)
	for i := range todo {
		todo[i] = i
	}
	for round := 0; len(todo) > 0; round++ {
		failed, err := integrate(s, set, todo, times, o.Tolerance)
		if err != nil && (round == redraws || len(failed)*fewFail > o.Trajectories) {
			return nil, err
		}
		for _, i := range failed {
			row := i * o.Points * d
			s.Sample(rng, set.Clean[row:row+d])
		}
		todo = failed
	}
	set.X = append([]float64(nil), set.Clean...)
	if o.Noise > 0 {
		for i := range set.X {
			set.X[i] += float64(o.Noise * elementary.Normal(rng))
		}
	}
	return set, nil
}

// A trajectory whose motion cannot be followed to its end, as where two bodies fall together, is drawn anew, so many times, unless more
// than one in fewFail cannot.
const (
	redraws = 20
	fewFail = 50
)

// linspace returns n evenly spaced times from 0 to end, both exactly.
func linspace(end float64, n int) []float64 {
	t := make([]float64, n)
	for i := range t {
		t[i] = end * (float64(i) / float64(n-1))
	}
	return t
}

// integrate fills Clean and DX of some trials, whose first rows are given. It returns those that failed, with the first one's
// error. Workers take whole trials, which do not depend on each other.
func integrate(s system.System, set *data.Set, trials []int, times []float64, tolerance float64) (failed []int, err error) {
	errs := make([]error, len(trials))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(trials)) {
		solver, err := ode.NewSolver(set.Dim, &ode.Settings{Method: ode.DOP853, RTol: tolerance, ATol: tolerance})
		if err != nil {
			return trials, err // the settings', so the first worker's: none runs yet
		}
		wg.Go(func() {
			field := func(_ float64, x, dx []float64) { s.Field(x, dx) }
			x0 := make([]float64, set.Dim)
			for k := int(next.Add(1)) - 1; k < len(trials); k = int(next.Add(1)) - 1 {
				i := trials[k]
				lo, hi := set.Offsets[i], set.Offsets[i+1]
				clean := set.Clean[lo*set.Dim : hi*set.Dim]
				copy(x0, clean)
				if _, _, err := solver.Solve(field, x0, times, clean); err != nil {
					errs[k] = fmt.Errorf("data: trajectory %d of %s: %w", i, s.Name(), err)
					continue
				}
				for row := lo; row < hi; row++ {
					_, dx := set.Row(row)
					s.Field(clean[(row-lo)*set.Dim:(row-lo+1)*set.Dim], dx)
				}
			}
		})
	}
	wg.Wait()
	for k, e := range errs {
		if e != nil {
			failed = append(failed, trials[k])
			if err == nil {
				err = e // the first trajectory's, whatever the order of the work
			}
		}
	}
	return failed, err
}
