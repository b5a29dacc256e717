package closedform

import (
	"errors"
	"fmt"
	"math"

	"hnn/internal/kernel"
	"hnn/internal/parallel"
)

// ErrSingular is wrapped by the error of a fit whose equations do not determine the
// coefficients, whatever the ridge.
var ErrSingular = errors.New("the equations do not determine the coefficients even with the largest ridge")

// solution is a solved problem.
type solution struct {
	c                 []float64
	lambda, condition float64
}

// solve solves (A + lambda tr(A)/K I) c = r, with ten times lambda until it factors.
func (s *normal) solve(pool *parallel.Pool, lambda float64) (*solution, error) {
	for l := max(lambda, leastLambda); l <= max(mostLambda, lambda); l *= 10 {
		factor, ok := factorise(pool, s.a, l*s.a.trace()/float64(s.a.n))
		if !ok {
			continue
		}
		c := append([]float64(nil), s.r...)
		factor.solve(c)
		return &solution{c, l, factor.condition()}, nil
	}
	return nil, errSingular()
}

func errSingular() error {
	return fmt.Errorf("closedform: %w (%g of the mean diagonal element): the data do not move, or are not finite when squared; rescale them", ErrSingular, mostLambda)
}

// solveQR minimises the same sum of squares without forming A: QR of M over sqrt(lambda
// tr(A)/K) I.
func solveQR(pool *parallel.Pool, b *basis, r *rows, lambda float64) (*solution, error) {
	k, equations := b.unknowns, len(r.x)
	m := newColumns(equations+k, k)
	y := make([]float64, equations+k)
	const states = 64
	e := newExplicit(b, states)
	for lo := 0; lo < r.len(); lo += states {
		n := min(states, r.len()-lo)
		e.fill(m, lo*r.dim, y[lo*r.dim:], r, lo, n)
	}
	return solveStacked(pool, m, y, equations, lambda)
}

// solveStacked solves the equations in the first rows of m, which has room for as many
// more as it has columns, with a ridge below them. It overwrites m and y.
func solveStacked(pool *parallel.Pool, m *columns, y []float64, equations int, lambda float64) (*solution, error) {
	k, trace := m.cols, 0.0
	for u := range k {
		trace += kernel.SumSquares(m.column(u)[:equations])
	}
	ridge := math.Sqrt(lambda * trace / float64(k))
	for u := range k {
		m.column(u)[equations+u] = ridge
	}
	c, condition, ok := leastSquares(pool, m, y, equations+k)
	if !ok {
		return nil, errSingular()
	}
	return &solution{c, lambda, condition}, nil
}

// problem is a least-squares problem that can be solved with several ridges.
type problem struct {
	pool   *parallel.Pool
	basis  *basis
	rows   *rows
	normal *normal // nil for QR
}

func newProblem(pool *parallel.Pool, b *basis, r *rows, solver Solver) *problem {
	p := &problem{pool: pool, basis: b, rows: r}
	if solver == Cholesky {
		p.normal = assemble(pool, b, r)
	}
	return p
}

// solve returns the coefficients of the basis.
func (p *problem) solve(lambda float64) (*solution, error) {
	if p.normal == nil {
		return solveQR(p.pool, p.basis, p.rows, lambda)
	}
	s, err := p.normal.solve(p.pool, lambda)
	if err != nil {
		return nil, err
	}
	if r := p.basis.ridges(); r != nil {
		r.monomials(p.basis, s.c)
	}
	return s, nil
}
