package linear

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"hnn/internal/posdef"
)

// refine minimises the simulation error by Gauss-Newton: over windows of a few rows first, whose
// minimum is near, then of whole trials, each window's first state fitted with the coefficients.
// It changes f.
func (p *problem) refine(f []float64) *Report {
	longest := 0
	for i := range p.set.Trials() {
		longest = max(longest, p.set.Offsets[i+1]-p.set.Offsets[i])
	}
	var last *normal
	converged := false
	before := math.Inf(1)
	for window := 3; ; window *= 4 {
		whole := window >= longest
		if whole {
			window = longest
		}
		last, converged = p.minimise(f, window)
		// A variance that grows with the window is not noise: the field is not linear.
		variance := last.cost / math.Max(float64(last.rows), 1)
		if window > 12 && variance > 3*before && variance > 1e-12 {
			converged = false
			break
		}
		before = variance
		if whole {
			break
		}
	}
	if converged {
		// Components are weighed by what is left of them, so that each counts as its noise allows.
		for range 2 {
			p.reweigh(last.residual)
			last, converged = p.minimise(f, longest)
		}
	}
	r := &Report{Residual: last.residual, Converged: converged}
	for _, v := range last.residual {
		r.Relative = math.Max(r.Relative, v)
	}
	r.Covariance = last.covariance()
	return r
}

// reweigh gives every component the inverse of its residual as weight. One that is explained to
// rounding is not weighed more than a millionfold.
func (p *problem) reweigh(residual []float64) {
	most := 0.0
	for _, v := range residual {
		most = math.Max(most, v)
	}
	for i, v := range residual {
		p.weight[i] = 1 / math.Max(v, 1e-6*most+1e-300)
	}
}

// minimise takes Gauss-Newton steps, halved or damped where the error would grow, until none
// lowers it by more than rounding. False where it stopped for another reason.
func (p *problem) minimise(f []float64, window int) (*normal, bool) {
	now := p.simulate(f, window, true)
	damping := 0.0
	try := make([]float64, len(f))
	for range 40 {
		if !(now.cost < math.MaxFloat64) {
			return now, false
		}
		step, ok := now.solve(damping)
		if !ok {
			if damping = math.Max(10*damping, 1e-6); damping > 1e6 {
				return now, false
			}
			continue
		}
		copy(try, f)
		size := 0.0
		for k, at := range p.free {
			try[at] += step[k]
			size = math.Max(size, math.Abs(step[k]))
		}
		next := p.simulate(try, window, true)
		if next.cost < now.cost {
			gain := now.cost - next.cost
			copy(f, try)
			small := gain <= 1e-9*now.cost
			now = next
			if damping /= 10; damping < 1e-9 {
				damping = 0
			}
			if small {
				return now, true
			}
			continue
		}
		if size < 1e-9 {
			return now, true // at the minimum but for rounding
		}
		if damping = math.Max(10*damping, 1e-6); damping > 1e6 {
			return now, false
		}
	}
	return now, false
}

// normal holds the normal equations of a simulation after the elimination of the windows' first
// states.
type normal struct {
	cost     float64
	rows     int // numbers compared, less the first states fitted
	h, g     []float64
	n        int
	residual []float64 // root mean square of each component
}

// solve returns the step of the coefficients.
func (e *normal) solve(damping float64) ([]float64, bool) {
	n := e.n
	a := mat.NewSymDense(n, nil)
	scale := make([]float64, n)
	for i := range n {
		scale[i] = math.Sqrt(e.h[i*n+i])
		if scale[i] == 0 {
			scale[i] = 1
		}
	}
	for i := range n {
		for j := i; j < n; j++ {
			v := e.h[i*n+j] / (scale[i] * scale[j])
			if i == j {
				v += damping + 1e-14
			}
			a.SetSym(i, j, v)
		}
	}
	b := make([]float64, n)
	for i := range n {
		b[i] = -e.g[i] / scale[i]
	}
	step, ok := posdef.Solve(a, b)
	for i := range step {
		step[i] /= scale[i]
	}
	return step, ok
}

// covariance is that of the coefficients, the residuals being white with the variance that the
// weights leave; nil where they are not all determined.
func (e *normal) covariance() []float64 {
	n := e.n
	a := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			a.SetSym(i, j, e.h[i*n+j])
		}
	}
	inverse, ok := posdef.Inverse(a)
	if !ok {
		return nil
	}
	variance := e.cost / math.Max(float64(e.rows-n), 1)
	out := make([]float64, n*n)
	for i := range n {
		for j := range n {
			out[i*n+j] = variance * inverse.At(i, j)
		}
	}
	return out
}

// simulate runs the field from the first row of every window, solves for the windows' first
// states, which enter linearly, and collects the normal equations.
func (p *problem) simulate(f []float64, window int, derivatives bool) *normal {
	d, n := p.d, len(p.free)
	e := &normal{n: n, h: make([]float64, n*n), g: make([]float64, n), residual: make([]float64, d)}
	count := 0
	flow := newFlow(p, f)
	// What moves so much from row to row cannot be seen in the rows, and its series would take for ever.
	const fastest = 100 // of |A| times a step
	if !(flow.norm < fastest) {
		e.cost = math.Inf(1)
		return e
	}
	for i := range p.set.Trials() {
		lo, hi := p.set.Offsets[i], p.set.Offsets[i+1]
		for from := lo; from+1 < hi; from += window - 1 {
			to := min(from+window, hi)
			if hi-to < window/2 {
				to = hi
			}
			p.window(flow, from, to, e)
			count += to - from
			e.rows += d * (to - from - 1)
			if to == hi {
				break
			}
		}
	}
	for i := range e.residual {
		e.residual[i] = math.Sqrt(e.residual[i] / float64(max(count-p.set.Trials(), 1)))
	}
	if math.IsNaN(e.cost) {
		e.cost = math.Inf(1)
	}
	return e
}

// window adds rows from to to (exclusive) to the normal equations. With x(t) = Phi x_0 + z(t) the
// best x_0 is a linear problem; the residuals are then those of the best x_0 at these coefficients,
// and the derivative by the coefficients is projected off that by x_0 (variable projection in
// Kaufman's form: Golub and Pereyra, Inverse Problems 19, 2003).
func (p *problem) window(flow *flow, from, to int, e *normal) {
	d, n := p.d, len(p.free)
	rows := (to - from) * d
	// Two passes: the first finds x_0, the second the sensitivities along the fitted path.
	phi := mat.NewDense(rows, d, nil)
	rest := mat.NewVecDense(rows, nil)
	state := make([]float64, d)
	flow.reset(state, false)
	for k := from; ; k++ {
		for i := range d {
			r := (k-from)*d + i
			for j := range d {
				phi.Set(r, j, p.weight[i]*flow.phi[j*d+i])
			}
			rest.SetVec(r, p.weight[i]*(p.x[k*d+i]-flow.x[i]))
		}
		if k+1 == to {
			break
		}
		flow.advance(k)
	}
	var qr mat.QR
	qr.Factorize(phi)
	var x0 mat.VecDense
	if err := qr.SolveVecTo(&x0, false, rest); err != nil {
		if _, ill := err.(mat.Condition); !ill {
			e.cost = math.Inf(1)
			return
		}
	}
	for i := range d {
		state[i] = x0.AtVec(i)
	}
	flow.reset(state, true)
	design := mat.NewDense(rows, n, nil)
	left := make([]float64, rows)
	for k := from; ; k++ {
		for i := range d {
			r := (k-from)*d + i
			row := design.RawRowView(r)
			for c := range n {
				row[c] = p.weight[i] * flow.s[c*d+i]
			}
			v := flow.x[i] - p.x[k*d+i]
			left[r] = p.weight[i] * v
			e.cost += left[r] * left[r]
			e.residual[i] += v * v
		}
		if k+1 == to {
			break
		}
		flow.advance(k)
	}
	// Off the columns of Phi: design - Q Q^T design.
	var q mat.Dense
	qr.QTo(&q)
	thin := q.Slice(0, rows, 0, min(d, rows))
	var on, share mat.Dense
	on.Mul(thin.T(), design)
	share.Mul(thin, &on)
	design.Sub(design, &share)
	var h mat.Dense
	h.Mul(design.T(), design)
	for a := range n {
		for b := range n {
			e.h[a*n+b] += h.At(a, b)
		}
	}
	var g mat.VecDense
	g.MulVec(design.T(), mat.NewVecDense(rows, left))
	for a := range n {
		e.g[a] += g.AtVec(a)
	}
}

// fastest is the highest frequency of A in turns a step.
func (p *problem) fastest(f []float64) float64 {
	a := mat.NewDense(p.d, p.d, nil)
	for i := range p.d {
		for j := range p.d {
			a.Set(i, j, f[i*p.q+j])
		}
	}
	var e mat.Eigen
	if !e.Factorize(a, mat.EigenNone) {
		return 0
	}
	most := 0.0
	for _, v := range e.Values(nil) {
		most = math.Max(most, math.Abs(imag(v)))
	}
	return most / (2 * math.Pi)
}
