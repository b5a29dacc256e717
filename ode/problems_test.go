package ode

import (
	"math"
	"testing"
)

// problem is an initial value problem whose solution is known in closed form.
type problem struct {
	name     string
	field    Field
	start    float64
	end      float64
	solution func(t float64, x []float64)
	dim      int
	scale    float64 // of the steps at which orders are measured
}

// initial is the solution at the start.
func (p problem) initial() []float64 {
	x := make([]float64, p.dim)
	p.solution(p.start, x)
	return x
}

// problems are shared by all methods: linear, strongly nonlinear with a step that must
// vary, and two that depend on time.
var problems = []problem{
	{
		name: "harmonic oscillator", dim: 2, start: 0, end: 3, scale: 1,
		field: func(_ float64, x, dx []float64) { dx[0], dx[1] = x[1], -x[0] },
		solution: func(t float64, x []float64) {
			x[0], x[1] = math.Cos(t), -math.Sin(t)
		},
	},
	{
		name: "Kepler", dim: 4, start: 0, end: 3, scale: 0.4,
		field:    kepler,
		solution: func(t float64, x []float64) { keplerOrbit(0.4, t, x) },
	},
	{
		name: "x' = x cos t", dim: 1, start: 1, end: 4, scale: 0.7,
		field:    func(t float64, x, dx []float64) { dx[0] = x[0] * math.Cos(t) },
		solution: func(t float64, x []float64) { x[0] = math.Exp(math.Sin(t)) },
	},
	{
		name: "x' = -2 t x^2", dim: 1, start: -1, end: 2, scale: 0.6,
		field:    func(t float64, x, dx []float64) { dx[0] = -2 * t * x[0] * x[0] },
		solution: func(t float64, x []float64) { x[0] = 1 / (1 + t*t) },
	},
}

// kepler is the field of a unit mass around a unit mass at rest: q1 q2 p1 p2.
func kepler(_ float64, x, dx []float64) {
	r := math.Hypot(x[0], x[1])
	dx[0], dx[1] = x[2], x[3]
	dx[2], dx[3] = -x[0]/(r*r*r), -x[1]/(r*r*r)
}

// keplerOrbit is the orbit of semi-major axis 1 and the given eccentricity that passes
// its pericentre at t = 0.
func keplerOrbit(eccentricity, t float64, x []float64) {
	// Kepler's equation u - e sin u = t by Newton's method.
	u := t
	for range 50 {
		u -= (u - eccentricity*math.Sin(u) - t) / (1 - eccentricity*math.Cos(u))
	}
	b := math.Sqrt(1 - eccentricity*eccentricity)
	du := 1 / (1 - eccentricity*math.Cos(u))
	x[0], x[1] = math.Cos(u)-eccentricity, b*math.Sin(u)
	x[2], x[3] = -math.Sin(u)*du, b*math.Cos(u)*du
}

func keplerEnergy(x []float64) float64 {
	return (x[2]*x[2]+x[3]*x[3])/2 - 1/math.Hypot(x[0], x[1])
}

// distance is the largest difference of two states.
func distance(x, y []float64) float64 {
	var worst float64
	for i := range x {
		worst = max(worst, math.Abs(x[i]-y[i]))
	}
	return worst
}

// linspace is n times from a to b, both included.
func linspace(a, b float64, n int) []float64 {
	times := make([]float64, n)
	for i := range times {
		times[i] = a + (b-a)*float64(i)/float64(n-1)
	}
	times[n-1] = b
	return times
}

// steps takes equal steps of m over the problem, about as long as h, and returns the
// root mean square over the steps of the global error, which has no accidental zeros as
// the error at one time may have, and the length of the steps.
func (p problem) steps(m *rungeKutta, h float64) (err, length float64) {
	n := int(math.Round((p.end - p.start) / h))
	w := newWork(p.dim, 1, m.layout(p.dim), &Settings{})
	w.n, w.single = 1, p.field
	copy(w.x, p.initial())
	w.t[0], w.h[0] = p.start, (p.end-p.start)/float64(n)
	w.eval(w.t, w.x, w.k[0], 1)
	exact := make([]float64, p.dim)
	for i := range n {
		m.advance(&w)
		w.t[0] = p.start + float64(i+1)*w.h[0]
		copy(w.x, w.next)
		copy(w.k[0], w.k[len(m.stages)-1])
		p.solution(w.t[0], exact)
		e := distance(w.x, exact)
		err += e * e
	}
	return math.Sqrt(err / float64(n)), w.h[0]
}

// local takes one step of length h of the pair at time t from the exact solution and
// returns the work, with the interpolant's stages, for a look at the errors inside.
func (p problem) local(m *pair, t, h float64) *work {
	w := newWork(p.dim, 1, layout{width: p.dim, buffers: m.buffers()}, &Settings{})
	w.n, w.single = 1, p.field
	p.solution(t, w.x)
	w.t[0], w.h[0] = t, h
	w.eval(w.t, w.x, w.k[0], 1)
	m.advance(&w)
	for j, sum := range m.extra {
		w.combineRow(w.stageX, 0, sum)
		w.stageT[0] = t + m.extraC[j]*h
		w.eval(w.stageT, w.stageX, w.k[len(m.stages)+j], 1)
	}
	return &w
}

// slope is the power of h with which err falls: the slope of the least-squares line
// through the logarithms.
func slope(h, err []float64) float64 {
	var sx, sy, sxx, sxy float64
	for i := range h {
		x, y := math.Log(h[i]), math.Log(err[i])
		sx, sy, sxx, sxy = sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	n := float64(len(h))
	return (n*sxy - sx*sy) / (n*sxx - sx*sx)
}

// checkGlobalOrder measures the order of convergence on every problem at steps of the
// given lengths times the problem's scale.
func checkGlobalOrder(t *testing.T, m *rungeKutta, tolerance float64, lengths ...float64) {
	t.Helper()
	for _, p := range problems {
		var h, errs []float64
		for _, length := range lengths {
			err, length := p.steps(m, length*p.scale)
			h, errs = append(h, length), append(errs, err)
		}
		order := slope(h, errs)
		if math.Abs(order-float64(m.order)) > tolerance {
			t.Errorf("%s: measured order %.3f, want %d; errors %.3g", p.name, order, m.order, errs)
		}
	}
}

// checkLocalOrder measures the power with which a quantity of single steps falls, in the
// root mean square over places on the solution, on every problem, at steps of the given
// lengths times the problem's scale.
func checkLocalOrder(t *testing.T, what string, m *pair, want, tolerance float64, lengths []float64, measure func(p problem, w *work) float64) {
	t.Helper()
	for _, p := range problems {
		var h, values []float64
		for _, length := range lengths {
			var squares float64
			places := linspace(p.start, p.end, 17)
			for _, at := range places {
				v := measure(p, p.local(m, at, length*p.scale))
				squares += v * v
			}
			h = append(h, length)
			values = append(values, math.Sqrt(squares/float64(len(places))))
		}
		if power := slope(h, values); math.Abs(power-want) > tolerance {
			t.Errorf("%s, %s: falls as h^%.3f, want h^%v; values %.3g", what, p.name, power, want, values)
		}
	}
}

// endError is the error at the end of a step, and insideError the largest between.
func endError(p problem, w *work) float64 {
	exact := make([]float64, p.dim)
	p.solution(w.t[0]+w.h[0], exact)
	return distance(w.next, exact)
}

func insideError(m *pair) func(p problem, w *work) float64 {
	return func(p problem, w *work) float64 {
		exact, x := make([]float64, p.dim), make([]float64, p.dim)
		weights := append([]term(nil), m.interpolant...)
		var worst float64
		for _, theta := range linspace(0.05, 0.95, 19) {
			m.weights(theta, weights)
			w.combineRow(x, 0, weights)
			p.solution(w.t[0]+theta*w.h[0], exact)
			worst = max(worst, distance(x, exact))
		}
		return worst
	}
}
