package closedform

import (
	"math"
	"testing"

	"hnn/internal/stream"
	"hnn/system"
)

// What Known says of a system holds for its Hamiltonian at random states: its
// symmetries, that H of parts adds up, and that H is quadratic in the momenta.
func TestKnown(t *testing.T) {
	for _, name := range append(system.Names(), "4-body") {
		s, err := system.Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		o := Known(s, Options{RNG: stream.New(1, name)})
		if err := o.validate(s.Dim()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if o.Structure == 0 && o.Symmetry == 0 {
			t.Errorf("%s: nothing is known", name)
		}
		d := s.Dim()
		// H(factor q, other p), q and p from two states.
		at := func(q, p []float64, fq, fp float64) float64 {
			x := make([]float64, d)
			for i := range d / 2 {
				x[i], x[d/2+i] = fq*q[i], fp*p[d/2+i]
			}
			return s.Hamiltonian(x)
		}
		x, y := make([]float64, d), make([]float64, d)
		for range 10 {
			s.Sample(o.RNG, x)
			s.Sample(o.RNG, y)
			h := at(x, x, 1, 1)
			check := func(what string, difference float64) {
				if math.Abs(difference) > 1e-12*(1+math.Abs(h)) {
					t.Errorf("%s: %s fails by %v", name, what, difference)
				}
			}
			if o.Symmetry&Parity != 0 {
				check("parity", at(x, x, -1, -1)-h)
			}
			if o.Symmetry&TimeReversal != 0 {
				check("time reversal", at(x, x, 1, -1)-h)
			}
			if o.Structure&(Separable|Pairwise) != 0 {
				check("separation", at(x, x, 1, 1)+at(y, y, 1, 1)-at(x, y, 1, 1)-at(y, x, 1, 1))
			}
			if o.Structure&QuadraticKinetic != 0 {
				check("quadratic kinetic energy", at(x, x, 1, 2)-at(x, x, 1, 0)-4*(h-at(x, x, 1, 0)))
			}
		}
	}
	o := Options{Structure: Separable}
	if got := Known(system.NewNBody(2), o); got.Structure != Separable || got.Masses != nil {
		t.Errorf("what the user said was changed to %v", got.Structure)
	}
}
