package ode

import (
	"errors"
	"fmt"
)

// Split is the field of a separable Hamiltonian H(q, p) = T(p) + V(q) in its two parts,
// for a state (q, p) of length 2n. Neither may modify its input, nor keep its arguments
// after it returns.
type Split struct {
	// Velocity writes dq/dt = dT/dp at the momenta p to v, both of length n.
	Velocity func(p, v []float64)
	// Force writes dp/dt = -dV/dq at the positions q to f, both of length n.
	Force func(q, f []float64)
}

// BatchSplit is Split for rows states at once: all slices are rows x n in row-major order.
// As for a BatchField, a row of the result depends on that row of the input only.
type BatchSplit struct {
	Velocity func(p, v []float64, rows int)
	Force    func(q, f []float64, rows int)
}

// Field joins the two parts for the methods that take any field.
func (s Split) Field() Field {
	return func(_ float64, x, dx []float64) {
		n := len(x) / 2
		s.Velocity(x[n:], dx[:n:n])
		s.Force(x[:n:n], dx[n:])
	}
}

// Field joins the two parts of states of length dim for the methods that take any field.
func (s BatchSplit) Field(dim int) BatchField {
	n := dim / 2
	var in, out []float64
	return func(_ []float64, x, dx []float64, rows int) {
		if len(in) < rows*n {
			in, out = make([]float64, rows*n), make([]float64, rows*n)
		}
		in, out := in[:rows*n], out[:rows*n]
		gather(in, x, rows, dim, n, n)
		s.Velocity(in, out, rows)
		scatter(dx, out, rows, dim, 0, n)
		gather(in, x, rows, dim, 0, n)
		s.Force(in, out, rows)
		scatter(dx, out, rows, dim, n, n)
	}
}

// gather copies the n columns of x (rows x d) from column at on to dst (rows x n).
func gather(dst, x []float64, rows, d, at, n int) {
	for r := range rows {
		copy(dst[r*n:(r+1)*n], x[r*d+at:])
	}
}

// scatter copies src (rows x n) to the n columns of x (rows x d) from column at on.
func scatter(x, src []float64, rows, d, at, n int) {
	for r := range rows {
		copy(x[r*d+at:r*d+at+n], src[r*n:])
	}
}

// SolveSplit is Solve for a separable Hamiltonian. Every method will do; those for
// separable ones only (see Method.NeedsSplit) work here alone.
func SolveSplit(f Split, x0, times, out []float64, s *Settings) ([]float64, Stats, error) {
	solver, err := NewSolver(len(x0), s)
	if err != nil {
		return nil, Stats{}, err
	}
	return solver.SolveSplit(f, x0, times, out)
}

// SolveSplitBatch is SolveBatch for a separable Hamiltonian, with every method.
func SolveSplitBatch(f BatchSplit, x0 []float64, rows int, times, out []float64, s *Settings) (Result, error) {
	d, err := dimension(x0, rows)
	if err != nil {
		return Result{}, err
	}
	solver, err := NewSolver(d, s)
	if err != nil {
		return Result{}, err
	}
	return solver.SolveSplitBatch(f, x0, rows, times, out)
}

// SolveSplit is the package's SolveSplit in the solver's memory.
func (e *Solver) SolveSplit(f Split, x0, times, out []float64) ([]float64, Stats, error) {
	if f.Velocity == nil || f.Force == nil {
		return nil, Stats{}, errors.New("ode: a part of the split field is nil")
	}
	if err := checkHalves(e.dim); err != nil {
		return nil, Stats{}, err
	}
	if !e.set.Method.NeedsSplit() {
		return e.solve(f.Field(), x0, times, out)
	}
	e.split = f
	defer func() { e.split = Split{} }()
	return e.solve(nil, x0, times, out)
}

// SolveSplitBatch is the package's SolveSplitBatch in the solver's memory: the result's
// Stats and Errs are overwritten by the next call.
func (e *Solver) SolveSplitBatch(f BatchSplit, x0 []float64, rows int, times, out []float64) (Result, error) {
	if f.Velocity == nil || f.Force == nil {
		return Result{}, errors.New("ode: a part of the split field is nil")
	}
	if err := checkHalves(e.dim); err != nil {
		return Result{}, err
	}
	if !e.set.Method.NeedsSplit() {
		return e.solveShared(f.Field(e.dim), x0, rows, times, out)
	}
	e.batchSplit = f
	defer func() { e.batchSplit = BatchSplit{} }()
	return e.solveShared(nil, x0, rows, times, out)
}

// checkHalves refuses states that are not as many momenta as positions.
func checkHalves(d int) error {
	if d%2 != 0 {
		return fmt.Errorf("ode: a state of length %d; positions and as many momenta have an even length", d)
	}
	return nil
}

// NeedsSplitError says that a method for separable Hamiltonians was given a field that is
// not known to be one's.
type NeedsSplitError struct{ Method Method }

func (e *NeedsSplitError) Error() string {
	return fmt.Sprintf("ode: %v is for separable systems, H = T(p) + V(q), and this one is not known to be; for any system there are %s (symplectic) and %s",
		e.Method, join(func(m Method) bool { return m.Symplectic() && !m.NeedsSplit() }),
		join(func(m Method) bool { return !m.Symplectic() }))
}
