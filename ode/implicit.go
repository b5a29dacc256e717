package ode

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
)

// implicit is an implicit Runge-Kutta method,
//
//	K_i = f(t + c_i h, x + h sum_j a_ij K_j),  x(t + h) = x + h sum_i b_i K_i.
//
// The equations are solved to rounding, since what is left of them would add up over a long
// run (HLW, section VIII.6): by fixed-point iteration from K_i = f(t, x), and where that
// does not contract, by Newton's with the Jacobian of the step's start.
type implicit struct {
	a    [][]float64
	b, c []float64
}

const (
	// solved is the change of the state in an iteration, relative to the state, at which
	// the equations count as solved: two units of rounding.
	solved = 0x1p-51
	// stalled is the change up to which iterations that no longer come closer are at the end
	// of the field's own precision; Stats.Residual tells. A field in float32 ends here.
	stalled = 1e-6
	// A contraction slower than this takes more than 50 iterations to rounding, and Newton's
	// fewer evaluations.
	slowest        = 0.5
	fixedPointMost = 60
	newtonMost     = 30
)

// implicitWork is the memory of an implicit method for some rows.
type implicitWork struct {
	active    []int     // slots that iterate
	change    []float64 // of each slot's last iteration
	newton    []int     // slots that wait for Newton's iteration
	k         []float64 // the stages, rows x s x d
	t, at, dx []float64 // times, states and fields of the active rows' stages

	jacobian   []float64 // d x d
	given      func(t float64, x, jacobian []float64)
	factors    []float64 // s d x s d
	correction []float64
	pivots     []int
}

func (m *implicit) layout(dim int) layout { return layout{width: dim, buffers: 1, constant: true} }

func (m *implicit) reserve(w *work, rows int, set *Settings) {
	s, d := len(m.b), w.d
	w.implicit = implicitWork{
		active: make([]int, 0, rows), newton: make([]int, 0, rows), change: make([]float64, rows),
		k: make([]float64, rows*s*d),
		// Newton's takes the d columns of a Jacobian at once.
		t: make([]float64, max(rows*s, d)), at: make([]float64, max(rows*s, d)*d), dx: make([]float64, max(rows*s, d)*d),
		jacobian: make([]float64, d*d), given: set.Jacobian,
		factors: make([]float64, s*d*s*d), correction: make([]float64, s*d), pivots: make([]int, s*d),
	}
}

func (m *implicit) start(*work) {}

func (m *implicit) advance(w *work) {
	p, s, d := &w.implicit, len(m.b), w.d
	w.eval(w.t, w.x, w.k[0], w.n)
	w.count(1)
	p.active, p.newton = p.active[:0], p.newton[:0]
	for r := range w.n {
		p.active = append(p.active, r)
		p.change[r] = math.Inf(1)
		for i := range s {
			copy(p.k[(r*s+i)*d:], w.row(w.k[0], r))
		}
	}
	for iteration := 1; len(p.active) > 0; iteration++ {
		m.evaluate(w, p.active)
		still := p.active[:0]
		for place, r := range p.active {
			w.counts[r].Evaluations += s
			w.counts[r].Iterations++
			k, dx := m.stagesOf(w, r), p.dx[place*s*d:(place+1)*s*d]
			for i, v := range dx {
				k[i], dx[i] = v, v-k[i]
			}
			last := p.change[r]
			p.change[r] = w.change(r, dx, k)
			switch {
			case math.IsNaN(p.change[r]): // the step ends with it
			case m.conclude(w, r, last):
			case iteration >= fixedPointMost, iteration > 3 && !(p.change[r] < slowest*last || p.change[r] <= stalled):
				p.newton = append(p.newton, r)
			default:
				still = append(still, r)
			}
		}
		p.active = still
	}
	for _, r := range p.newton {
		m.solve(w, r)
	}
	w.begin()
	for i, b := range m.b {
		w.shear(0, d, b, p.k, i*d, s*d)
	}
}

// conclude reports whether the stages of row r are known well enough, after an iteration
// that changed them by w.implicit.change[r] and one before it by last.
func (m *implicit) conclude(w *work, r int, last float64) bool {
	change := w.implicit.change[r]
	if !(change <= solved || change <= stalled && change >= last) {
		return false
	}
	w.counts[r].Residual = max(w.counts[r].Residual, change)
	return true
}

// change is the size of h v, changes of the stages k of row r, relative to the state.
func (w *work) change(r int, v, k []float64) float64 {
	_, x := largest(w.row(w.x, r))
	_, whole := largest(k)
	_, part := largest(v)
	h := math.Abs(w.h[r])
	scale := math.Abs(x) + float64(h*math.Abs(whole))
	// Written so that a NaN is not taken for zero, as largest does.
	if nonFinite(v) >= 0 {
		return math.NaN()
	}
	if part == 0 {
		return 0
	}
	return h * math.Abs(part) / scale
}

// stagesOf are the stages K of row r, s x d.
func (m *implicit) stagesOf(w *work, r int) []float64 {
	size := len(m.b) * w.d
	return w.implicit.k[r*size : (r+1)*size]
}

// evaluate writes the field at the stages of the given slots to dx, slot by slot.
func (m *implicit) evaluate(w *work, slots []int) {
	p, s, d := &w.implicit, len(m.b), w.d
	for place, r := range slots {
		k := m.stagesOf(w, r)
		for i, row := range m.a {
			at := p.at[(place*s+i)*d:][:d]
			clear(at)
			for j, a := range row {
				for l, v := range k[j*d : (j+1)*d] {
					at[l] += float64(a * v)
				}
			}
			for l, x := range w.row(w.x, r) {
				at[l] = x + float64(w.h[r]*at[l])
			}
			p.t[place*s+i] = w.t[r] + float64(m.c[i]*w.h[r])
		}
	}
	w.evalAll(p.t, p.at, p.dx, len(slots)*s)
}

// evalAll is eval for any number of rows of a single field too.
func (w *work) evalAll(t, x, dx []float64, rows int) {
	if w.single == nil {
		w.eval(t, x, dx, rows)
		return
	}
	for r := range rows {
		w.eval(t[r:], x[r*w.d:], dx[r*w.d:], 1)
	}
}

// solve finds the stages of row r by Newton's iteration, with the Jacobian at the start of
// the step throughout: (I - h A x J) dK = f(stages) - K.
func (m *implicit) solve(w *work, r int) {
	p, s, d := &w.implicit, len(m.b), w.d
	w.counts[r].NewtonSteps++
	m.differentiate(w, r)
	size := s * d
	for i := range s {
		for j := range s {
			for row := range d {
				for column := range d {
					v := -w.h[r] * m.a[i][j] * p.jacobian[row*d+column]
					if i == j && row == column {
						v++
					}
					p.factors[(i*d+row)*size+j*d+column] = v
				}
			}
		}
	}
	matrix := blas64.General{Rows: size, Cols: size, Stride: size, Data: p.factors}
	regular := nonFinite(p.factors) < 0 && lapack64.Getrf(matrix, p.pivots)
	k := m.stagesOf(w, r)
	for i := range s {
		copy(k[i*d:(i+1)*d], w.row(w.k[0], r))
	}
	p.change[r] = math.Inf(1)
	slot := append(p.active[:0], r)
	for range newtonMost {
		if !regular {
			break
		}
		m.evaluate(w, slot)
		w.counts[r].Evaluations += s
		w.counts[r].Iterations++
		for i := range k {
			p.correction[i] = p.dx[i] - k[i]
		}
		if nonFinite(p.correction) >= 0 {
			break
		}
		lapack64.Getrs(blas.NoTrans, matrix, blas64.General{Rows: size, Cols: 1, Stride: 1, Data: p.correction}, p.pivots)
		for i, v := range p.correction {
			k[i] += v
		}
		last := p.change[r]
		p.change[r] = w.change(r, p.correction, k)
		if m.conclude(w, r, last) {
			return
		}
	}
	w.failed[r] = &ConvergenceError{Time: w.t[r], Step: math.Abs(w.h[r]), Change: p.change[r]}
}

// differentiate writes the Jacobian of the field at the start of the step of row r: the
// caller's, or forward differences, which need not be accurate, since they set the speed of
// Newton's iteration and not its end.
func (m *implicit) differentiate(w *work, r int) {
	p, d := &w.implicit, w.d
	x := w.row(w.x, r)
	if p.given != nil {
		p.given(w.t[r], x, p.jacobian)
		return
	}
	_, size := largest(x)
	// Wide enough for fields in float32.
	step := 1e-5 * max(math.Abs(size), 1e-3)
	for j := range d {
		p.t[j] = w.t[r]
		copy(p.at[j*d:(j+1)*d], x)
		p.at[j*d+j] += step
	}
	w.evalAll(p.t, p.at, p.dx, d)
	w.counts[r].Evaluations += d
	for j := range d {
		for i, v := range w.row(w.k[0], r) {
			p.jacobian[i*d+j] = (p.dx[j*d+i] - v) / step
		}
	}
}

// ConvergenceError says that the equations of an implicit step were not solved.
type ConvergenceError struct {
	Time   float64 // the start of the step
	Step   float64 // its length
	Change float64 // of the state in the last iteration, relative to the state
}

func (e *ConvergenceError) Error() string {
	return fmt.Sprintf("ode: the equations of the implicit step of %.3g at t = %.9g have no solution that fixed-point or Newton's iteration finds (the last changed the state by %.2g of itself); shorten the step",
		e.Step, e.Time, e.Change)
}
