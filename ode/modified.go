package ode

import (
	"fmt"
	"math"
)

// modifiedReach is the number of steps on either side that Modified looks at.
const modifiedReach = 3

// Modified returns the field whose exact flow passes through the steps that a symmetric method
// takes in the field f, for states of length dim: the modified equation of backward error
// analysis (HLW, section IX.1). A network that was trained through such steps needs it to be
// simulated as it was trained. Split is f in its two parts, for methods that need them; either
// f or split may be empty where the other serves. Settings are those of the steps. The error
// is about an argument.
//
// The derivative is that of the polynomial through three steps back and three forward (P. C.
// Moan, "On modified equations for discretizations of ODEs", J. Phys. A 39, 2006), so its
// error is of order Step^6. Where the steps fail it is NaN. The field must not depend on time.
func Modified(f Field, split Split, dim int, s *Settings) (Field, error) {
	solver, err := NewSolver(dim, s)
	if err != nil {
		return nil, err
	}
	m := solver.set.Method
	implicit, _ := methods[m].fixed.(*implicit)
	if !(m.NeedsSplit() && m.Shears()) && implicit == nil {
		return nil, fmt.Errorf("ode: the modified equation of %v is not known here; it is that of the symmetric methods leapfrog, yoshida4 and the like, midpoint, gauss4 and gauss6", m)
	}
	h := solver.set.Step
	times := make([]float64, modifiedReach+1)
	ahead, back := make([]float64, len(times)*dim), make([]float64, len(times)*dim)
	solve := func(step float64, x, out []float64) error {
		for i := range times {
			times[i] = float64(i) * step
		}
		var err error
		if m.NeedsSplit() {
			_, _, err = solver.SolveSplit(split, x, times, out)
		} else {
			_, _, err = solver.Solve(f, x, times, out)
		}
		return err
	}
	return func(_ float64, x, dx []float64) {
		if solve(h, x, ahead) != nil || solve(-h, x, back) != nil {
			for i := range dx {
				dx[i] = math.NaN()
			}
			return
		}
		for i := range dx {
			difference := func(k int) float64 { return ahead[k*dim+i] - back[k*dim+i] }
			dx[i] = (float64(45*difference(1)) - float64(9*difference(2)) + difference(3)) / (60 * h)
		}
	}, nil
}
