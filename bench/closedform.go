package bench

import (
	"fmt"

	"hnn/data"
	"hnn/fit/closedform"
	"hnn/internal/stream"
	"hnn/system"
)

// solveSizes are the numbers of features of the closed form's cases, each fitted to
// solveRows states of two bodies.
var solveSizes = []int{1000, 2000}

const solveRows = 8000

func solveName(features int) string { return fmt.Sprintf("closed-form/two-body/%d", features) }

// closedFormSolve is one fit by the closed form with a given scale: features drawn,
// equations assembled, factorised and solved. What chooses the scale and checks rollouts
// is left out; it solves smaller systems of the same kind.
func closedFormSolve(features, threads int) (*probe, error) {
	s := system.NewNBody(2)
	d := s.Dim()
	set := &data.Set{Dim: d, T: make([]float64, solveRows), X: make([]float64, solveRows*d), DX: make([]float64, solveRows*d), Offsets: make([]int, solveRows+1)}
	rng := stream.New(0, "data")
	for i := range solveRows {
		x, dx := set.Row(i)
		s.Sample(rng, x)
		s.Field(x, dx)
		set.Offsets[i+1] = i + 1 // a trial of its own
	}
	unknowns := features + d*(d+3)/2 // and the monomials
	return &probe{
		Case:  Case{Name: solveName(features), Precision: "float64", Threads: threads},
		flops: solveFLOPs(solveRows, unknowns, d),
		run: func() (int, error) {
			_, _, err := closedform.Fit(set, closedform.Options{
				Features: features, Solver: closedform.Cholesky, Rows: solveRows, Scale: 2, Lambda: 1e-10,
				Observations: closedform.Exact, NoRollout: true, RNG: stream.New(0, "features"), Workers: threads,
			})
			return 0, err
		},
		close: func() {},
	}, nil
}

// solveFLOPs is the least work of a solve for k unknowns from n states of d components:
// the features' arguments and projections, 4nkd, half of the product of a matrix with
// itself, nk^2, and Cholesky's k^3/3.
func solveFLOPs(n, k, d int) float64 {
	rows, unknowns := float64(n), float64(k)
	return 4*rows*unknowns*float64(d) + rows*unknowns*unknowns + unknowns*unknowns*unknowns/3
}
