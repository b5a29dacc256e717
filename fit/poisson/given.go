package poisson

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"hnn/data"
	"hnn/data/estimate"
	"hnn/fit/shoot"
	"hnn/fit/sparse"
	"hnn/model/expr"
	"hnn/model/poisson"
)

// ParseBracket reads a matrix J(x) by its rows, "0, x*y; -x*y, 0", in the names of the columns, and returns its elements
// above the diagonal, in the order of [poisson.Pairs]. It is an error if it is not square, or not skew at the rows of a set.
func ParseBracket(text string, names []string, s *data.Set) ([]*expr.Expr, error) {
	d := len(names)
	var all []*expr.Expr
	rows := strings.Split(text, ";")
	for _, row := range rows {
		list, err := expr.ParseList(row, names)
		if err != nil {
			return nil, fmt.Errorf("bracket: %w", err)
		}
		if len(list) != d || len(rows) != d {
			return nil, fmt.Errorf("bracket: the matrix is %d x %d and the states have %d columns (%s): give as many rows, with ; between them, as elements, with commas", len(rows), len(list), d, strings.Join(names, ", "))
		}
		all = append(all, list...)
	}
	program, v := expr.Compile(all...), make([]float64, d*d)
	for r := range s.Rows() {
		program.At(s.X[r*d:(r+1)*d], v)
		for i := range d {
			for j := range i + 1 {
				switch a, b := v[i*d+j], v[j*d+i]; {
				case math.IsNaN(a+b) || math.IsInf(a+b, 0):
					return nil, fmt.Errorf("bracket: the element of %s and %s is %v at row %d of the training data", names[i], names[j], a, r+1)
				case math.Abs(a+b) > 1e-9*(math.Abs(a)+math.Abs(b)):
					return nil, fmt.Errorf("bracket: the matrix is not skew: at row %d of the training data the element of %s and %s is %.4g, that of %s and %s %.4g", r+1, names[j], names[i], b, names[i], names[j], a)
				}
			}
		}
	}
	var out []*expr.Expr
	for _, at := range poisson.Pairs(d) {
		out = append(out, all[at[0]*d+at[1]])
	}
	return out, nil
}

// FitGiven finds the energy of dx/dt = J(x) grad H(x) whose J is given by its elements above the diagonal: H is a sum of few
// terms, linear in its coefficients, by the weak form, in which no derivative of the data is taken. The simulation error is
// minimised at the end where the rows are noisy.
func FitGiven(s *data.Set, elements []*expr.Expr, angles []bool) (*poisson.System, *GivenReport, error) {
	d := s.Dim
	paths, err := estimate.NewPaths(s, estimate.PathOptions{Angles: angles})
	if err != nil {
		return nil, nil, err
	}
	paths.Cut(8)
	sample := newSample(paths, func(x, f []float64) { clear(f) })
	var best *poisson.System
	var report *GivenReport
	failed := errors.New("poisson: no function of the library is an energy of these rows")
	for _, list := range sample.libraries(angles) {
		parts := make([]*expr.Expr, 0, len(list)*d) // J grad of each term
		for _, t := range list {
			one := &poisson.System{Dim: d, Terms: []*expr.Expr{t}, C: []float64{1}, Brackets: elements, B: diagonal(len(elements))}
			parts = append(parts, one.Field()...)
		}
		program := expr.Compile(parts...)
		values := make([][]float64, len(paths.Trials)) // of parts, at the rows of each path
		for i, t := range paths.Trials {
			values[i] = make([]float64, t.Rows(d)*len(parts))
			program.Rows(t.Q, d, values[i])
		}
		for _, half := range paths.Halves() {
			rows := weakRows(paths, values, len(list), half)
			if rows.Blocks() < 8 {
				continue
			}
			penalty := make([]float64, len(list))
			for k, t := range list {
				penalty[k] = float64(t.Size())
			}
			c, err := (&sparse.Problem{Rows: rows, Penalty: penalty}).Choose()
			if err != nil {
				failed = err
				continue
			}
			system := &poisson.System{Dim: d, Brackets: elements, B: diagonal(len(elements))}
			var taken []*expr.Expr
			for k, v := range c.Theta {
				if v != 0 {
					system.Terms, system.C = append(system.Terms, list[k]), append(system.C, v)
					taken = append(taken, parts[k*d:(k+1)*d]...)
				}
			}
			if len(system.C) == 0 {
				continue
			}
			r := &GivenReport{Sampling: shoot.SamplingOf(paths), Noise: paths.Noise, Candidates: len(list), half: half}
			r.motion = motionOf(system, taken)
			r.Error = r.motion.HeldOut(paths)
			// A larger library has to be better by a tenth.
			if best == nil || r.Error < 0.9*report.Error || r.Candidates == report.Candidates && r.Error < report.Error {
				best, report = system, r
			}
		}
	}
	if best == nil {
		return nil, nil, failed
	}
	if report.Smoothed {
		var trials []shoot.Trial
		for k := range s.Trials() {
			t, x, _ := s.Trial(k)
			trials = append(trials, shoot.Trial{T: t, X: x})
		}
		shoot.Fit(report.motion, trials, shoot.Options{Noise: report.Noise, Windows: []int{2 * report.half, 4 * report.half, 8 * report.half}, Step: report.RungeKutta()})
	}
	best.Jacobi = sample.jacobi(best)
	return best, report, nil
}

// GivenReport says how good an energy is: the median over held-out trials of the root mean square error of rollouts over
// Horizon, relative to the columns' spreads.
type GivenReport struct {
	shoot.Sampling
	Noise      []float64 // standard deviation of the noise of each column
	Candidates int       // terms of H that were tried
	Error      float64

	half   int
	motion *shoot.System
}

// diagonal is the identity, row by row: each pair has its own expression.
func diagonal(n int) []float64 {
	out := make([]float64, n*n)
	for i := range n {
		out[i*n+i] = 1
	}
	return out
}

// weakRows are the equations against test functions of a half-width, one block of d rows a window: values are the fields of
// so many terms at the rows of each path, rows x terms x d.
func weakRows(paths *estimate.Paths, values [][]float64, size, half int) *sparse.Rows {
	const power = 6
	d := paths.N
	psi, rate, scale := estimate.TestFunction(half, power, paths.Step)
	rows := &sparse.Rows{Size: size, Block: d}
	for i := range paths.Trials {
		q := paths.Trials[i].Q
		count := len(q) / d
		for from := 0; from+len(psi) <= count; from += max(1, half/4) {
			block, y := make([]float64, d*size), make([]float64, d)
			for j := range psi {
				at := values[i][(from+j)*size*d:]
				for k := range size {
					for c := range d {
						block[c*size+k] += psi[j] * at[k*d+c] * scale / paths.Spread[c]
					}
				}
				for c := range d {
					y[c] -= rate[j] * q[(from+j)*d+c] * scale / paths.Spread[c]
				}
			}
			rows.A, rows.Y, rows.Trial = append(rows.A, block...), append(rows.Y, y...), append(rows.Trial, i)
		}
	}
	return rows
}

// motionOf is the field with the coefficients of H as parameters; parts are the fields of its terms.
func motionOf(system *poisson.System, parts []*expr.Expr) *shoot.System {
	d := system.Dim
	all := append([]*expr.Expr(nil), parts...)
	for _, e := range parts {
		for j := range d {
			all = append(all, e.Derivative(j))
		}
	}
	program, both := expr.Compile(parts...), expr.Compile(all...)
	values := make([]float64, len(all))
	m := &shoot.System{Dim: d, Parameters: append([]float64(nil), system.C...)}
	m.Changed = func() { copy(system.C, m.Parameters) }
	m.Rate = func(x, _, dx, byX, byP []float64) bool {
		clear(dx)
		if byX == nil {
			program.At(x, values)
		} else {
			both.At(x, values)
			clear(byX)
		}
		for k, c := range m.Parameters {
			for i := range d {
				v := values[k*d+i]
				dx[i] += c * v
				if byX == nil {
					continue
				}
				byP[k*d+i] = v
				for j := range d {
					byX[i*d+j] += c * values[len(parts)+(k*d+i)*d+j]
				}
			}
		}
		return true
	}
	return m
}
