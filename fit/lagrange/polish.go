package lagrange

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"hnn/data"
)

// PolishReport says what Polish reached.
type PolishReport struct {
	// Cost is the squared residual of a number in units of its noise: near 1 where the law and the noise explain
	// the rows, far above where physics is missing.
	Before, After float64
	// Window is the longest window, in samples, that was fitted.
	Window int
	// Errors are the standard errors of the coefficients that are not zero, in the order of Terms.
	Terms  []int
	Errors []float64
}

// observed is a trial as it was measured: times, positions and, where they count, velocities.
type observed struct {
	t, q, v []float64
	u       *data.Signal
}

// Polish minimises the simulation error of the measured columns, positions and velocities weighed by their noise,
// by Gauss-Newton over the coefficients that are not zero and the first states of windows (multiple shooting:
// Bock, 1983), the windows' states eliminated one by one. Windows grow so long as the law explains them. The
// scale of L is kept where no force fixes it. It changes l and reports what was reached; l is left as it was where
// nothing was gained.
func Polish(l *Lagrangian, s *data.Set, r *Report) *PolishReport {
	n := l.N
	var trials []observed
	for k := range s.Trials() {
		t, x, _ := s.Trial(k)
		o := observed{t: t, u: s.InputSignal(k)}
		for i := range t {
			o.q = append(o.q, x[i*s.Dim:i*s.Dim+n]...)
			if !s.PositionsOnly {
				o.v = append(o.v, x[i*s.Dim+n:i*s.Dim+2*n]...)
			}
		}
		trials = append(trials, o)
	}
	p := &shooting{l: l, trials: trials, weight: make([]float64, 2*n), step: r.Step}
	for i := range n {
		p.weight[i] = 1 / r.PositionNoise[i]
		if !s.PositionsOnly && r.VelocityNoise[i] > 0 {
			p.weight[n+i] = 1 / r.VelocityNoise[i]
		}
	}
	for c, v := range l.Coefficients {
		if v != 0 {
			p.free = append(p.free, c)
		}
	}
	p.forced = r.Forced
	report := &PolishReport{Terms: p.free}
	start := append([]float64(nil), l.Coefficients...)
	reference := math.Inf(1)
	p.sub = max(1, int(math.Ceil(r.Step/(r.Horizon/2/60))))
	for _, window := range []int{2 * r.Half, 4 * r.Half, 8 * r.Half} {
		before := append([]float64(nil), l.Coefficients...)
		p.windows(window)
		first, last, covariance := p.minimise()
		if report.Window == 0 {
			report.Before = first
		}
		// Longer windows that the law does not explain are physics that is missing, not noise.
		if !(last < 1.3*reference) {
			copy(l.Coefficients, before)
			break
		}
		reference = last
		report.After, report.Window = last, window
		report.Errors = covariance
	}
	if report.Window == 0 {
		copy(l.Coefficients, start)
	}
	return report
}

// shooting is the problem of the windows.
type shooting struct {
	l      *Lagrangian
	trials []observed
	weight []float64 // of positions and velocities: 1 / noise, 0 where not measured
	free   []int
	forced bool
	step   float64
	sub    int
	parts  []part
}

// part is a window: rows from to to (exclusive) of a trial, with its first state.
type part struct {
	trial, from, to int
	state           []float64
}

// windows cuts the trials; a window begins where the last one that was fitted says, else at the rows smoothed by
// their neighbours.
func (p *shooting) windows(length int) {
	known := map[[2]int][]float64{}
	for _, w := range p.parts {
		known[[2]int{w.trial, w.from}] = w.state
	}
	p.parts = nil
	for k, t := range p.trials {
		rows := len(t.t)
		for from := 0; from+1 < rows; {
			to := min(from+length+1, rows)
			if rows-to < length/2 {
				to = rows
			}
			w := part{trial: k, from: from, to: to}
			if s, ok := known[[2]int{k, from}]; ok {
				w.state = append([]float64(nil), s...)
			} else {
				w.state = p.guess(k, from, min(from+9, rows))
			}
			p.parts = append(p.parts, w)
			from = to - 1
			if to == rows {
				break
			}
		}
	}
}

// guess is a parabola through the first rows, and the measured velocities where there are any.
func (p *shooting) guess(k, from, to int) []float64 {
	n, t := p.l.N, &p.trials[k]
	state := make([]float64, 2*n)
	count := to - from
	a := mat.NewDense(count, 3, nil)
	b := mat.NewDense(count, n, nil)
	h := t.t[to-1] - t.t[from]
	for r := range count {
		s := (t.t[from+r] - t.t[from]) / h
		a.SetRow(r, []float64{1, s, s * s})
		for i := range n {
			b.Set(r, i, t.q[(from+r)*n+i])
		}
	}
	var x mat.Dense
	if count < 3 || x.Solve(a, b) != nil {
		copy(state, t.q[from*n:(from+1)*n])
		for i := range n {
			state[n+i] = (t.q[(to-1)*n+i] - t.q[from*n+i]) / h
		}
	} else {
		for i := range n {
			state[i], state[n+i] = x.At(0, i), x.At(1, i)/h
		}
	}
	if t.v != nil {
		for i := range n {
			if p.weight[n+i] > 0 {
				state[n+i] = t.v[from*n+i]
			}
		}
	}
	return state
}

// local holds what the elimination of a window's first state needs.
type local struct {
	hxx, hxt *mat.Dense
	gx       *mat.VecDense
}

// evaluate simulates all windows: the cost and, where asked for, the normal equations.
func (p *shooting) evaluate(derivatives bool) (cost float64, s *mat.SymDense, g []float64, locals []local) {
	l, n, free := p.l, p.l.N, len(p.free)
	d := 2 * n
	if derivatives {
		s = mat.NewSymDense(free, nil)
		g = make([]float64, free)
	}
	columns := 0
	if derivatives {
		columns = d + free
	}
	run := newSensitivity(l, p.free, derivatives)
	in := make([]float64, l.Inputs)
	x := make([]float64, d*(1+columns))
	for _, w := range p.parts {
		t := &p.trials[w.trial]
		clear(x)
		copy(x, w.state)
		if derivatives {
			for i := range d {
				x[d+i*d+i] = 1 // column i is the derivative by component i of the first state
			}
		}
		rows := w.to - w.from
		jac := mat.NewDense(rows*d, max(columns, 1), nil)
		left := mat.NewVecDense(rows*d, nil)
		for r := w.from; ; r++ {
			for i := range d {
				weight := p.weight[i]
				if weight == 0 {
					continue
				}
				var want float64
				if i < n {
					want = t.q[r*n+i]
				} else {
					want = t.v[r*n+i-n]
				}
				if math.IsNaN(want) {
					continue
				}
				e := weight * (x[i] - want)
				cost += e * e
				at := (r-w.from)*d + i
				left.SetVec(at, e)
				for c := range columns {
					jac.Set(at, c, weight*x[d+c*d+i])
				}
			}
			if math.IsNaN(cost) || cost > 1e250 {
				return math.Inf(1), nil, nil, nil
			}
			if r+1 == w.to {
				break
			}
			h := t.t[r+1] - t.t[r]
			parts := max(1, int(math.Ceil(h/p.step-1e-6))) * p.sub
			for q := range parts {
				run.step(h/float64(parts), func(at float64) []float64 {
					if t.u != nil {
						t.u.Within(r+1, t.t[r]+h*(float64(q)+at)/float64(parts), in)
					}
					return in
				}, x)
			}
		}
		if !derivatives {
			continue
		}
		var full mat.Dense
		full.Mul(jac.T(), jac)
		var grad mat.VecDense
		grad.MulVec(jac.T(), left)
		o := local{hxx: mat.DenseCopyOf(full.Slice(0, d, 0, d)), hxt: mat.DenseCopyOf(full.Slice(0, d, d, columns)), gx: mat.VecDenseCopyOf(grad.SliceVec(0, d))}
		locals = append(locals, o)
		for a := range free {
			g[a] += grad.AtVec(d + a)
			for b := a; b < free; b++ {
				s.SetSym(a, b, s.At(a, b)+full.At(d+a, d+b))
			}
		}
	}
	return cost, s, g, locals
}

// minimise takes damped Gauss-Newton steps; it returns the cost a number before and after and the standard errors.
func (p *shooting) minimise() (first, last float64, errors []float64) {
	l, free := p.l, len(p.free)
	d := 2 * l.N
	numbers := 0
	for _, w := range p.parts {
		for _, v := range p.weight {
			if v > 0 {
				numbers += w.to - w.from
			}
		}
	}
	degrees := math.Max(float64(numbers-free-d*len(p.parts)), 1)
	cost, s, g, locals := p.evaluate(true)
	first = cost / degrees
	if math.IsInf(cost, 1) {
		return first, first, nil
	}
	damping := 1e-3
	for range 12 {
		moved := false
		var gain float64
		for range 6 {
			step, states, ok := p.newton(s, g, locals, damping)
			if ok {
				keep := make([]float64, free)
				for i, c := range p.free {
					keep[i] = l.Coefficients[c]
					l.Coefficients[c] += step[i]
				}
				for i := range p.parts {
					for j := range d {
						p.parts[i].state[j] += states[i][j]
					}
				}
				next, _, _, _ := p.evaluate(false)
				if next < cost {
					gain, moved = cost-next, true
					damping = math.Max(damping/8, 1e-12)
					break
				}
				for i, c := range p.free {
					l.Coefficients[c] = keep[i]
				}
				for i := range p.parts {
					for j := range d {
						p.parts[i].state[j] -= states[i][j]
					}
				}
			}
			damping *= 8
		}
		if !moved {
			break
		}
		cost, s, g, locals = p.evaluate(true)
		if gain < 1e-4*cost {
			break
		}
	}
	last = cost / degrees
	return first, last, p.standardErrors(s, locals, last)
}

// reduced is the Schur complement of the windows' states.
func (p *shooting) reduced(s *mat.SymDense, locals []local, damping float64, visit func(i int, z *mat.Dense)) (*mat.Dense, bool) {
	free, d := len(p.free), 2*p.l.N
	out := mat.NewDense(free, free, nil)
	for a := range free {
		for b := range free {
			out.Set(a, b, s.At(a, b))
		}
	}
	for i, o := range locals {
		h := mat.NewSymDense(d, nil)
		for a := range d {
			for b := a; b < d; b++ {
				v := o.hxx.At(a, b)
				if a == b {
					v = v*(1+damping) + 1e-300
				}
				h.SetSym(a, b, v)
			}
		}
		var c mat.Cholesky
		if !c.Factorize(h) {
			return nil, false
		}
		right := mat.NewDense(d, free+1, nil)
		right.Slice(0, d, 0, free).(*mat.Dense).Copy(o.hxt)
		for a := range d {
			right.Set(a, free, o.gx.AtVec(a))
		}
		var z mat.Dense
		if err := c.SolveTo(&z, right); err != nil {
			if _, ill := err.(mat.Condition); !ill {
				return nil, false
			}
		}
		var share mat.Dense
		share.Mul(o.hxt.T(), z.Slice(0, d, 0, free))
		out.Sub(out, &share)
		visit(i, &z)
	}
	return out, true
}

// newton solves for the steps of the coefficients and of the windows' states.
func (p *shooting) newton(s *mat.SymDense, g []float64, locals []local, damping float64) ([]float64, [][]float64, bool) {
	free, d := len(p.free), 2*p.l.N
	zs := make([]*mat.Dense, len(locals))
	right := append([]float64(nil), g...)
	m, ok := p.reduced(s, locals, damping, func(i int, z *mat.Dense) {
		zs[i] = z
		for a := range free {
			for b := range d {
				right[a] -= locals[i].hxt.At(b, a) * z.At(b, free)
			}
		}
	})
	if !ok {
		return nil, nil, false
	}
	unit := make([]float64, free)
	for a := range free {
		unit[a] = 1 / math.Sqrt(s.At(a, a)+1e-300)
	}
	a := mat.NewSymDense(free, nil)
	b := mat.NewVecDense(free, nil)
	for i := range free {
		for j := i; j < free; j++ {
			v := m.At(i, j) * unit[i] * unit[j]
			if !p.forced { // the scale stays: no step along the coefficients themselves
				v += p.along(i, unit) * p.along(j, unit)
			}
			if i == j {
				v += damping + 1e-14
			}
			a.SetSym(i, j, v)
		}
		b.SetVec(i, -right[i]*unit[i])
	}
	var c mat.Cholesky
	if !c.Factorize(a) {
		return nil, nil, false
	}
	var x mat.VecDense
	if err := c.SolveVecTo(&x, b); err != nil {
		if _, ill := err.(mat.Condition); !ill {
			return nil, nil, false
		}
	}
	step := make([]float64, free)
	for i := range step {
		step[i] = x.AtVec(i) * unit[i]
		if math.IsNaN(step[i]) {
			return nil, nil, false
		}
	}
	states := make([][]float64, len(locals))
	for i, z := range zs {
		states[i] = make([]float64, d)
		for j := range d {
			v := -z.At(j, free)
			for k := range free {
				v -= z.At(j, k) * step[k]
			}
			states[i][j] = v
		}
	}
	return step, states, true
}

// along is coefficient i of the direction of the coefficients, in the units of the normal equations, of norm 1.
func (p *shooting) along(i int, unit []float64) float64 {
	norm := 0.0
	for k, c := range p.free {
		v := p.l.Coefficients[c] / unit[k]
		norm += v * v
	}
	return p.l.Coefficients[p.free[i]] / unit[i] / math.Sqrt(norm)
}

// standardErrors are the roots of the diagonal of the inverse, times the residuals' own variance where that is above
// the noise; without a known force they are those at a fixed scale.
func (p *shooting) standardErrors(s *mat.SymDense, locals []local, cost float64) []float64 {
	free := len(p.free)
	m, ok := p.reduced(s, locals, 0, func(int, *mat.Dense) {})
	if !ok {
		return nil
	}
	unit := make([]float64, free)
	for a := range free {
		unit[a] = 1 / math.Sqrt(s.At(a, a)+1e-300)
	}
	a := mat.NewSymDense(free, nil)
	for i := range free {
		for j := i; j < free; j++ {
			v := m.At(i, j) * unit[i] * unit[j]
			if !p.forced {
				v += p.along(i, unit) * p.along(j, unit)
			}
			a.SetSym(i, j, v)
		}
	}
	var c mat.Cholesky
	if !c.Factorize(a) {
		return nil
	}
	inverse := mat.NewSymDense(free, nil)
	if err := c.InverseTo(inverse); err != nil {
		if _, ill := err.(mat.Condition); !ill {
			return nil
		}
	}
	out := make([]float64, free)
	for i := range out {
		v := inverse.At(i, i)
		if !p.forced {
			v -= p.along(i, unit) * p.along(i, unit) // the scale's own
		}
		out[i] = math.Sqrt(math.Max(v, 0)*math.Max(cost, 1e-300)) * unit[i]
	}
	return out
}
