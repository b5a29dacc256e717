package closedform

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"hnn/internal/parallel"
)

// spectrum is a least-squares problem |M c - y|^2 in terms of M's singular values, from
// which its solution with any ridge is read off.
type spectrum struct {
	values    []float64 // singular values
	right     mat.Dense // right singular vectors, in its columns
	along     []float64 // y along the left singular vectors
	beyond    float64   // squared length of y outside their span
	equations int
}

// newSpectrum factorises the problem. M, with at least as many equations (len(y)) as
// columns, is overwritten, as is y.
func newSpectrum(pool *parallel.Pool, m *columns, y []float64) (*spectrum, error) {
	n := m.cols
	total := dot(y, y)
	// The singular values of M are those of R in M = Q R, which is small.
	triangularise(pool, m, y, len(y))
	r := mat.NewDense(n, n, nil)
	for j := range n {
		for i := range j + 1 {
			r.Set(i, j, m.column(j)[i])
		}
	}
	var svd mat.SVD
	if !svd.Factorize(r, mat.SVDFull) {
		return nil, fmt.Errorf("closedform: %w: its singular values do not converge; rescale the data", ErrSingular)
	}
	s := &spectrum{values: svd.Values(nil), equations: len(y)}
	svd.VTo(&s.right)
	var left mat.Dense
	svd.UTo(&left)
	var along mat.VecDense
	along.MulVec(left.T(), mat.NewVecDense(n, y[:n]))
	s.along = along.RawVector().Data
	s.beyond = max(total-dot(s.along, s.along), 0)
	if !(s.values[0] > 0) || math.IsInf(s.values[0], 0) || math.IsNaN(total) {
		return nil, errSingular()
	}
	return s, nil
}

// ridge is lambda times the mean squared length of M's columns.
func (s *spectrum) ridge(lambda float64) float64 {
	return lambda * dot(s.values, s.values) / float64(len(s.values))
}

// score is the generalised cross-validation score of a ridge (G. H. Golub, M. Heath, G.
// Wahba, Technometrics 21, 1979): the mean squared residual over the squared part of the
// equations that is left free.
func (s *spectrum) score(lambda float64) float64 {
	ridge, residual, freedom := s.ridge(lambda), s.beyond, float64(s.equations)
	for i, v := range s.values {
		kept := v * v / (float64(v*v) + ridge)
		freedom -= kept
		residual += float64((1 - kept) * (1 - kept) * s.along[i] * s.along[i])
	}
	if freedom <= 0 {
		return math.Inf(1)
	}
	return residual / float64(s.equations) / (freedom * freedom / float64(s.equations*s.equations))
}

// choose returns the ridge with the least score, and the score.
func (s *spectrum) choose() (lambda, score float64) {
	score = math.Inf(1)
	for l := mostLambda; l >= leastLambda; l /= math.Sqrt(10) {
		if v := s.score(l); v < score {
			lambda, score = l, v
		}
	}
	return lambda, score
}

func (s *spectrum) solve(lambda float64) *solution {
	ridge, n := s.ridge(lambda), len(s.values)
	w := mat.NewVecDense(n, nil)
	for i, v := range s.values {
		if v > 0 {
			w.SetVec(i, s.along[i]*v/(float64(v*v)+ridge))
		}
	}
	var c mat.VecDense
	c.MulVec(&s.right, w)
	return &solution{c.RawVector().Data, lambda, math.Sqrt((float64(s.values[0]*s.values[0]) + ridge) / (float64(s.values[n-1]*s.values[n-1]) + ridge))}
}
