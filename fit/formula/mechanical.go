package formula

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"hnn/data"
	"hnn/fit/shoot"
	"hnn/fit/sparse"
	"hnn/model/expr"
	"hnn/model/terms"
)

// mostMechanical bounds the rows that Mechanical is fitted to.
const mostMechanical = 4000

// Mechanical finds H = p.M(q)^-1 p/2 + V(q) of one or two positions, which no sum of terms in p and q is where M depends on q, as
// of a double pendulum. Of rows with their rates, in DX, it is linear in the coefficients of M and V,
//
//	p = M(q) dq/dt,   dp/dt = d/dq (dq/dt.M(q) dq/dt)/2 - dV/dq - R p,
//
// so that what a Lagrangian is fitted by is seen through momenta. Where rates were estimated, along trajectories, the
// simulation error is minimised at the end. Report.Error is that of rollouts of held-out trials, or of the rates of rows
// that are no trajectories.
func Mechanical(s *data.Set, o Options) (*Formula, *Report, error) {
	n := s.Dim / 2
	switch {
	case n < 1 || n > 2 || s.Dim%2 != 0 || s.PositionsOnly:
		return nil, nil, fmt.Errorf("formula: states of length %d; a mass matrix is found of one or two positions with momenta", s.Dim)
	case s.DX == nil:
		return nil, nil, errors.New("formula: no rates of the states")
	case len(s.InputNames) > 0:
		return nil, nil, errors.New("formula: a mass matrix is found where no inputs act")
	}
	m := newMechanical(n, o)
	rows := m.rows(s)
	c, err := (&sparse.Problem{Rows: rows, Penalty: m.penalty()}).Choose()
	if err != nil {
		return nil, nil, err
	}
	h := m.energy(c.Theta)
	if err := h.definite(s); err != nil {
		return nil, nil, err
	}
	report := &Report{Candidates: rows.Size}
	if s.LongestTrial() == 1 {
		f := h.formula()
		report.Error = ratesOff(f, s)
		return f, report, nil
	}
	paths, err := pathsOf(s, o)
	if err != nil {
		return nil, nil, err
	}
	report.Sampling, report.Noise, report.Half = shoot.SamplingOf(paths), paths.Noise, paths.Half(5)
	report.Polish = shoot.Fit(h.motion(), shoot.TrialsOf(s), shoot.Options{
		Noise: report.Noise, Windows: []int{2 * report.Half, 4 * report.Half, 8 * report.Half}, Step: report.RungeKutta(), Settle: true,
	})
	if err := h.definite(s); err != nil {
		return nil, nil, err
	}
	f := h.formula()
	report.Error = motion(f).HeldOut(paths)
	return f, report, nil
}

// mechanical is the library: functions of the positions for the elements of M and for V.
type mechanical struct {
	n             int
	masses, force []*expr.Expr
	friction      bool
}

func newMechanical(n int, o Options) *mechanical {
	marks := make([]bool, n)
	copy(marks, o.Angles)
	m := &mechanical{n: n, friction: !o.Conservative}
	of := func(waves, degree int, constant bool) (list []*expr.Expr) {
		library := terms.New(n, marks, terms.Options{Waves: waves, Degree: degree})
		for i, f := range library.Features {
			if i != library.Constant || constant {
				list = append(list, f.Expr())
			}
		}
		return list
	}
	m.masses, m.force = of(1, 2, true), of(2, 4, false)
	return m
}

// pairs are the places of M's elements on and above the diagonal.
func (m *mechanical) pairs() (out [][2]int) {
	for i := range m.n {
		for j := i; j < m.n; j++ {
			out = append(out, [2]int{i, j})
		}
	}
	return out
}

// size is the number of coefficients: of the elements of M, of V and of the friction.
func (m *mechanical) size() int {
	size := len(m.pairs())*len(m.masses) + len(m.force)
	if m.friction {
		size += m.n
	}
	return size
}

func (m *mechanical) penalty() []float64 {
	penalty := make([]float64, m.size())
	for c := range penalty {
		penalty[c] = 1
	}
	for p := range m.pairs() {
		for k, t := range m.masses {
			penalty[p*len(m.masses)+k] = float64(t.Size())
		}
	}
	for k, t := range m.force {
		penalty[len(m.pairs())*len(m.masses)+k] = float64(t.Size())
	}
	return penalty
}

// rows are the equations at the rows of a set, in the spreads of the momenta and the sizes of their rates.
func (m *mechanical) rows(s *data.Set) *sparse.Rows {
	n, d, size, pairs := m.n, s.Dim, m.size(), m.pairs()
	var all []*expr.Expr // masses, their slopes, slopes of the force's terms
	all = append(all, m.masses...)
	for _, list := range [][]*expr.Expr{m.masses, m.force} {
		for _, t := range list {
			for i := range n {
				all = append(all, t.Derivative(i))
			}
		}
	}
	program, v := expr.Compile(all...), make([]float64, len(all))
	spread, rate := s.Spread()[n:], rateSizes(s)[n:]
	rows := &sparse.Rows{Size: size, Block: 2 * n}
	stride := max(1, s.Rows()/mostMechanical)
	groups := min(s.Trials(), 20)
	if s.Trials() == 1 {
		groups = 8
	}
	trial := 0
	for r := 0; r < s.Rows(); r += stride {
		for r >= s.Offsets[trial+1] {
			trial++
		}
		x, dx := s.X[r*d:(r+1)*d], s.DX[r*d:(r+1)*d]
		program.At(x[:n], v)
		masses, slopes, forces := v[:len(m.masses)], v[len(m.masses):len(m.masses)*(1+n)], v[len(m.masses)*(1+n):]
		block, y := make([]float64, 2*n*size), make([]float64, 2*n)
		for i := range n {
			y[i], y[n+i] = x[n+i]/spread[i], dx[n+i]/rate[i]
		}
		for p, at := range pairs {
			a, b := at[0], at[1]
			twice := 1.0 // both triangles
			if a == b {
				twice = 0.5
			}
			for k, f := range masses {
				c := p*len(m.masses) + k
				block[a*size+c] += f * dx[b] / spread[a]
				if a != b {
					block[b*size+c] += f * dx[a] / spread[b]
				}
				for i := range n {
					block[(n+i)*size+c] = twice * slopes[k*n+i] * dx[a] * dx[b] / rate[i]
				}
			}
		}
		for i := range n {
			for k := range m.force {
				block[(n+i)*size+len(pairs)*len(m.masses)+k] = -forces[k*n+i] / rate[i]
			}
			if m.friction {
				block[(n+i)*size+size-n+i] = -x[n+i] / rate[i]
			}
		}
		group := trial * groups / s.Trials()
		if s.Trials() == 1 {
			group = r * groups / s.Rows()
		}
		rows.A, rows.Y, rows.Trial = append(rows.A, block...), append(rows.Y, y...), append(rows.Trial, group)
	}
	return rows
}

// energy is H with its numbers as variables after those of the state.
type energy struct {
	n        int
	h, det   *expr.Expr   // of the state and the numbers
	masses   []*expr.Expr // M's elements, as pairs has them
	values   []float64    // of the numbers
	friction []float64    // a rate for each momentum, nil for none
	kinetic  *expr.Expr
	forces   []Term // their coefficients are among the numbers, from first on
	first    int
}

// energy makes H of the coefficients that are not zero.
func (m *mechanical) energy(theta []float64) *energy {
	d, pairs := 2*m.n, m.pairs()
	e := &energy{n: m.n}
	number := func(v float64) *expr.Expr {
		e.values = append(e.values, v)
		return expr.Variable(d + len(e.values) - 1)
	}
	for p := range pairs {
		element := expr.Number(0)
		for k, t := range m.masses {
			if v := theta[p*len(m.masses)+k]; v != 0 {
				element = expr.Sum(element, expr.Product(number(v), t))
			}
		}
		e.masses = append(e.masses, element)
	}
	p := func(i int) *expr.Expr { return expr.Variable(m.n + i) }
	half := expr.Number(0.5)
	if m.n == 1 {
		e.det = e.masses[0]
		e.kinetic = expr.Quotient(expr.Product(half, expr.Power(p(0), 2)), e.det)
	} else {
		a, b, c := e.masses[0], e.masses[1], e.masses[2]
		e.det = expr.Sum(expr.Product(a, c), expr.Product(expr.Number(-1), expr.Power(b, 2)))
		e.kinetic = expr.Quotient(expr.Product(half, expr.Sum(
			expr.Product(c, expr.Power(p(0), 2)), expr.Product(a, expr.Power(p(1), 2)), expr.Product(expr.Number(-2), b, p(0), p(1)))), e.det)
	}
	e.first, e.h = len(e.values), e.kinetic
	for k, t := range m.force {
		if v := theta[len(pairs)*len(m.masses)+k]; v != 0 {
			e.forces = append(e.forces, Term{Expr: t})
			e.h = expr.Sum(e.h, expr.Product(number(v), t))
		}
	}
	if rates := theta[m.size()-m.n:]; m.friction && slices.ContainsFunc(rates, func(v float64) bool { return v != 0 }) {
		e.friction = slices.Clone(rates)
	}
	return e
}

// definite is an error if M is not positive definite at a row.
func (e *energy) definite(s *data.Set) error {
	program, v := expr.Compile(e.masses[0].Bind(2*e.n, e.values), e.det.Bind(2*e.n, e.values)), make([]float64, 2)
	for r := range s.Rows() {
		if program.At(s.X[r*s.Dim:(r+1)*s.Dim], v); !(v[0] > 0 && v[1] > 0) {
			return fmt.Errorf("formula: the mass matrix is not positive definite at row %d", r+1)
		}
	}
	return nil
}

// formula is H with its numbers as they are: the kinetic energy is one term.
func (e *energy) formula() *Formula {
	f := &Formula{N: e.n, Terms: []Term{{Expr: e.kinetic.Bind(2*e.n, e.values), Coefficient: 1}}}
	for k, t := range e.forces {
		f.Terms = append(f.Terms, Term{Expr: t.Expr, Coefficient: e.values[e.first+k]})
	}
	if e.friction != nil {
		f.Friction, f.FrictionError = append([]float64(nil), e.friction...), make([]float64, e.n)
	}
	return f
}

// motion is the field with all numbers and the friction as parameters.
func (e *energy) motion() *shoot.System {
	n, d, k := e.n, 2*e.n, len(e.values)
	s := &shoot.System{Dim: d, Parameters: append(append([]float64(nil), e.values...), e.friction...)}
	s.Changed = func() {
		copy(e.values, s.Parameters[:k])
		copy(e.friction, s.Parameters[k:])
	}
	var slope, all []*expr.Expr
	for i := range d {
		slope = append(slope, e.h.Derivative(i))
	}
	all = append(all, slope...)
	for i := range d {
		for j := range d + k {
			all = append(all, slope[i].Derivative(j))
		}
	}
	first, both := expr.Compile(slope...), expr.Compile(all...)
	x, values := make([]float64, d+k), make([]float64, len(all))
	s.Rate = func(state, _, dx, byX, byP []float64) bool {
		copy(x, state)
		copy(x[d:], s.Parameters[:k])
		if byX == nil {
			first.At(x, values)
		} else {
			both.At(x, values)
			clear(byX)
			clear(byP)
		}
		for i := range d {
			at, sign := i+n, -1.0 // of dH/dx_i in dx/dt
			if i >= n {
				at, sign = i-n, 1
			}
			dx[at] = sign * values[i]
			if byX == nil {
				continue
			}
			row := values[d+i*(d+k) : d+(i+1)*(d+k)]
			for j := range d {
				byX[at*d+j] = sign * row[j]
			}
			for j := range k {
				byP[j*d+at] = sign * row[d+j]
			}
		}
		for i := range e.friction {
			v := s.Parameters[k+i]
			dx[n+i] -= v * state[n+i]
			if byX != nil {
				byX[(n+i)*d+n+i] -= v
				byP[(k+i)*d+n+i] = -state[n+i]
			}
		}
		return true
	}
	return s
}

// ratesOff is the root mean square error of a formula's rates at the rows, relative to theirs.
func ratesOff(f *Formula, s *data.Set) float64 {
	d := s.Dim
	m, dx := motion(f), make([]float64, d)
	off, size := make([]float64, d), make([]float64, d)
	for r := range s.Rows() {
		m.Rate(s.X[r*d:(r+1)*d], nil, dx, nil, nil)
		for i, v := range dx {
			truth := s.DX[r*d+i]
			off[i] += (v - truth) * (v - truth)
			size[i] += truth * truth
		}
	}
	sum := 0.0
	for i := range d {
		sum += off[i] / (size[i] + 1e-300) / float64(d)
	}
	return math.Sqrt(sum)
}
