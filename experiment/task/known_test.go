package task

import (
	"math"
	"testing"

	"hnn/fit/closedform"
	"hnn/internal/stream"
	"hnn/model/network"
	"hnn/system"
)

// What --known says of a system holds for its Hamiltonian at random states: its
// symmetries, that H of parts adds up, and that H is quadratic in the momenta.
func TestKnown(t *testing.T) {
	for _, row := range append(All(), bodies(4)) {
		s, name, known := row.System, row.Name, row.ClosedForm
		if s == nil {
			continue
		}
		rng := stream.New(1, name)
		structure := known.Structure
		symmetry, err := closedform.ParseSymmetry(known.Symmetry...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if structure == 0 && symmetry == 0 {
			t.Errorf("%s: nothing is known", name)
		}
		if _, bodied := s.(system.Bodied); !bodied && structure&network.Pairwise != 0 {
			t.Errorf("%s: pairwise without bodies", name)
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
			s.Sample(rng, x)
			s.Sample(rng, y)
			h := at(x, x, 1, 1)
			check := func(what string, difference float64) {
				if math.Abs(difference) > 1e-12*(1+math.Abs(h)) {
					t.Errorf("%s: %s fails by %v", name, what, difference)
				}
			}
			if symmetry&closedform.Parity != 0 {
				check("parity", at(x, x, -1, -1)-h)
			}
			if symmetry&closedform.TimeReversal != 0 {
				check("time reversal", at(x, x, 1, -1)-h)
			}
			if structure&(network.Separable|network.Pairwise) != 0 {
				check("separation", at(x, x, 1, 1)+at(y, y, 1, 1)-at(x, y, 1, 1)-at(y, x, 1, 1))
			}
			if structure&network.QuadraticKinetic != 0 {
				check("quadratic kinetic energy", at(x, x, 1, 2)-at(x, x, 1, 0)-4*(h-at(x, x, 1, 0)))
			}
		}
	}
}
