package shoot

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"hnn/internal/posdef"
)

// Start is a fitted first state and how it errs: where the parameters are off by a vector e the state is State + Shift e,
// with Covariance beside.
type Start struct {
	State      []float64
	Covariance []float64 // Dim x Dim, of the measured numbers' noise
	Shift      []float64 // Dim x parameters
	// Residual is the squared residual of a number in units of the noise, infinite where the rows could not be simulated.
	Residual float64
}

// First fits the first state of a trial to its first rows and leaves the parameters as they are: a free run begins
// there. Noise is the standard deviation of each component's noise (Dim, in its unit), 0 for one that was not
// measured; step is the longest Runge-Kutta step. First returns the state (Dim) and the mean squared residual of a
// number in units of the noise, which is infinite where the rows could not be simulated.
func First(s *System, t Trial, rows int, noise []float64, step float64) ([]float64, float64) {
	p, last := firstOf(s, t, rows, noise, step)
	defer p.pool.Close()
	return p.parts[0].state, last
}

func firstOf(s *System, t Trial, rows int, noise []float64, step float64) (*shooting, float64) {
	p := newShooting(s, []Trial{t}, noise, step)
	p.frozen = true
	rows = min(rows, len(t.T))
	p.parts = []part{{from: 0, to: rows, state: p.guess(0, 0, min(9, rows))}}
	_, last, _ := p.minimise()
	if math.IsNaN(last) {
		last = math.Inf(1)
	}
	return p, last
}

// FirstWithErrors is First with how the state errs. Covariance and Shift are nil where the rows do not determine the
// state.
func FirstWithErrors(s *System, t Trial, rows int, noise []float64, step float64) *Start {
	p, last := firstOf(s, t, rows, noise, step)
	defer p.pool.Close()
	out := &Start{State: p.parts[0].state, Residual: last}
	p.frozen = false
	_, _, _, locals := p.evaluate(true)
	if locals == nil {
		return out
	}
	d, free := s.Dim, len(s.Parameters)
	h := mat.NewSymDense(d, nil)
	for a := range d {
		for b := a; b < d; b++ {
			h.SetSym(a, b, locals[0].hxx.At(a, b))
		}
	}
	inverse, ok := posdef.Inverse(h)
	if !ok {
		return out
	}
	out.Covariance, out.Shift = make([]float64, d*d), make([]float64, d*free)
	for a := range d {
		for b := range d {
			out.Covariance[a*d+b] = inverse.At(a, b) * last // the noise as the residuals have it
		}
		for k := range free {
			for b := range d {
				out.Shift[a*free+k] -= inverse.At(a, b) * locals[0].hxt.At(b, k)
			}
		}
	}
	return out
}

// Sample draws a first state (Dim) for parameters that are off by e (one number each).
func (b *Start) Sample(e []float64, rng *rand.Rand) []float64 {
	d := len(b.State)
	if len(b.Shift) != d*len(e) {
		panic("shoot: errors of another number of parameters than the start was fitted with")
	}
	x := slices.Clone(b.State)
	for i := range d {
		for k, v := range e {
			x[i] += b.Shift[i*len(e)+k] * v
		}
	}
	var c mat.Cholesky
	if s := mat.NewSymDense(d, b.Covariance); c.Factorize(s) {
		var l mat.TriDense
		c.LTo(&l)
		z := make([]float64, d)
		for i := range z {
			z[i] = rng.NormFloat64()
		}
		for i := range d {
			for j := range i + 1 {
				x[i] += l.At(i, j) * z[j]
			}
		}
	}
	return x
}
