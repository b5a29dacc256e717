package experiment

import (
	"context"
	"math"

	"gonum.org/v1/gonum/mat"

	"hnn/data"
	"hnn/eval"
)

// Inputs that a controller computes hold motions that are unstable without them, as a pendulum upright on its cart. A rollout under
// the inputs that were recorded has no controller: what the start is off by grows by e^(growth t), however right the model is.

const (
	// tenfold is the logarithm of what an error may grow by within the rollouts by which models are compared.
	tenfold = math.Ln10
	// leastSteps is the least length of these, in median steps of the rows.
	leastSteps = 10
)

// shorten finds whether rollouts of a driven motion have to be shorter, and tries the laws anew then: none of the laws
// tried foretells anything, and by a linear law errors grow more than a hundredfold within a rollout. It
// returns the time within which they grow tenfold, 0 for no other.
func (e *Env) shorten(ctx context.Context, l *Learning, d *dataset, o eval.Options) float64 {
	if d == nil || d.within > 0 || d.Train.InputNames == nil || d.Train.DX == nil || d.scattered() || l.Tried == nil || l.least(func(t *LearningTry) bool { return float64(t.Error) < better*t.rest }) >= 0 {
		return 0
	}
	span := 0.0
	for k := range d.Test.Trials() {
		t, _, _ := d.Test.Trial(k)
		span = max(span, t[len(t)-1]-t[0])
	}
	growth := growthOf(d.Train)
	if !(growth*span/2 > 2*tenfold) {
		return 0
	}
	within := max(tenfold/growth, leastSteps*d.Train.MedianStep())
	e.log("%s: by a linear law of the rates an error grows e-fold in %.3g, so that no rollout under recorded inputs can follow the rows for long, as where a controller holds what is unstable: models are compared by rollouts of %.3g, in which errors grow tenfold; --rollout-time says otherwise", l.Tried[0].config.Task, 1/growth, within)
	d.within, d.fittedLaw = within, nil
	for i := range l.Tried {
		t := &l.Tried[i]
		t.config.Within = within
		if m, err := e.tryOut(ctx, t.config, d); err == nil {
			t.tried = *m
			if r, err := e.judged(m.fit, d, o); err == nil {
				t.took(r)
			}
		}
	}
	return within
}

// growthOf is the largest real part of the eigenvalues of A in dx/dt = A x + B u + c, fitted to the rates of the rows by least
// squares; not a number where these do not determine it.
func growthOf(s *data.Set) float64 {
	d, k, rows := s.Dim, len(s.InputNames), s.Rows()
	if rows < 2*(d+k+1) {
		return math.NaN()
	}
	of := mat.NewDense(rows, d+k+1, nil)
	for r := range rows {
		row := of.RawRowView(r)
		copy(row, s.X[r*d:(r+1)*d])
		copy(row[d:], s.Inputs[r*k:(r+1)*k])
		row[d+k] = 1
	}
	var law mat.Dense
	var values mat.Eigen
	if law.Solve(of, mat.NewDense(rows, d, s.DX)) != nil || !values.Factorize(law.Slice(0, d, 0, d), mat.EigenNone) {
		return math.NaN()
	}
	growth := math.Inf(-1)
	for _, v := range values.Values(nil) {
		growth = max(growth, real(v)) // of A transposed, which has the same
	}
	return growth
}
