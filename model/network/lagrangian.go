package network

import (
	"fmt"
	"math"

	"hnn/internal/kernel"
	"hnn/model"
	"hnn/nn"
)

const (
	// inertia is what M has on its diagonal beside L L^T, relative to M at first, so that it is always positive definite.
	inertia = 0.01
	// maxLagrangian bounds the number of networks: n(n+1)/2 + 1.
	maxLagrangian = 32
)

// lagrangian is a mechanical system whose parts are networks, of positions q and velocities v,
//
//	L = v.M(q) v/2 - V(q),  M = L L^T + inertia,  L lower triangular, the identity plus networks of q,
//	M a = -Mdot v + d(v.M v)/dq / 2 - dV/dq - dD/dv + G(q) u
//
// (Lutter, Ritter and Peters, "Deep Lagrangian Networks", 2019, equation 5, there with D = 0 and G = 1). Its energy is
// v.M v/2 + V.
type lagrangian[T nn.Float] struct {
	n, inputs int
	rates     []T // dq/dt by v: see Architecture.Rates
	l         []*netPart[T]
	v         *netPart[T]
	d         scalar[T] // of the velocities, nil for none
	g         gain[T]   // nil for none

}

func (net *Network[T]) lagrangian(a *Architecture) {
	n := a.Dim / 2
	m := &lagrangian[T]{n: n, inputs: a.Inputs}
	for i := range n {
		rate := T(1)
		if a.Rates != nil {
			rate = T(a.Rates[i])
		}
		m.rates = append(m.rates, rate)
		for j := range i + 1 {
			part := newNetPart[T](a, fmt.Sprintf("mass.%d.%d.", i, j), n, a.positionAngles())
			m.l = append(m.l, part)
			net.modules = append(net.modules, part)
		}
	}
	m.v = newNetPart[T](a, "potential.", n, a.positionAngles())
	net.modules = append(net.modules, m.v)
	if a.Dissipation != "" {
		m.d, _ = newDissipation[T](a)
		net.modules = append(net.modules, m.d)
	}
	if a.Inputs > 0 {
		m.g = newGain[T](a)
		net.modules = append(net.modules, m.g)
	}
	net.form.Vector = m
	net.form.Energy = func() func(x []float64) float64 {
		p, in := m.pass(1), make([]T, 2*n)
		return func(x []float64) float64 {
			kernel.Convert(in, x)
			return float64(p.energy(in, nil))
		}
	}
	net.form.Grad = func() func(x, g []float64) {
		p, in, out := m.pass(1), make([]T, 2*n), make([]T, 2*n)
		return func(x, g []float64) {
			kernel.Convert(in, x)
			p.energy(in, out)
			kernel.Convert(g, out)
		}
	}
	if m.d != nil {
		net.form.Lose = func() func(x, dx []float64) {
			p, in := m.pass(1), make([]T, 2*n)
			return func(x, dx []float64) {
				kernel.Convert(in, x)
				p.expand(in, 1)
				p.row(0)
				p.d.Gradient(p.v, p.dg, 1)
				p.solve(p.dg)
				clear(dx[:n])
				for i, v := range p.dg {
					dx[n+i] = -float64(v)
				}
			}
		}
	}
}

func (m *lagrangian[T]) NewPoint() func(x, u, dx []float64) {
	p, in, out, now := m.pass(1), make([]T, 2*m.n), make([]T, 2*m.n), make([]T, m.inputs)
	return func(x, u, dx []float64) {
		kernel.Convert(in, x)
		p.u = nil
		if u != nil {
			kernel.Convert(now, u)
			p.u = now
		}
		p.Field(in, out, 1)
		kernel.Convert(dx, out)
	}
}

func (m *lagrangian[T]) NewPass(rows int) *model.Pass[T] {
	p := m.pass(rows)
	return &model.Pass[T]{Inputs: m.inputs, Field: p.Field, Adjoint: p.Adjoint, Drive: func(u []T) { p.u = u }}
}

// lagrangianPass holds, of every row, what its field and its adjoint need.
type lagrangianPass[T nn.Float] struct {
	*lagrangian[T]
	u       []T // nil for none
	q, v, a []T // positions, velocities and accelerations, rows x n

	parts              []*netPass[T] // those of L, then V
	values             [][]T         // of each part, rows
	slopes             [][]T         // of each part, rows x n, times the rates
	valuesBar          [][]T
	slopesBar          [][]T
	d                  model.ScalarPass[T]
	dg                 []T
	g                  model.GainPass[T]
	forces             []T
	bar, lambdas, rest []T // rows x n

	// Of one row: L, its rate along v, the Cholesky factor of M, and vectors.
	l, rate, factor, lBar, rateBar []T
	w, s, rhs, lambda, wBar, lt    []T
}

func (m *lagrangian[T]) pass(rows int) *lagrangianPass[T] {
	n := m.n
	p := &lagrangianPass[T]{
		lagrangian: m, a: make([]T, rows*n), q: make([]T, rows*n), v: make([]T, rows*n),
		bar: make([]T, rows*n), lambdas: make([]T, rows*n), rest: make([]T, rows*n),
	}
	for _, part := range append(append([]*netPart[T](nil), m.l...), m.v) {
		p.parts = append(p.parts, part.NewPass(rows).(*netPass[T]))
		p.values, p.slopes = append(p.values, make([]T, rows)), append(p.slopes, make([]T, rows*n))
		p.valuesBar, p.slopesBar = append(p.valuesBar, make([]T, rows)), append(p.slopesBar, make([]T, rows*n))
	}
	if m.d != nil {
		p.d, p.dg = m.d.NewPass(rows), make([]T, rows*n)
	}
	if m.g != nil {
		p.g, p.forces = m.g.NewPass(rows), make([]T, rows*n*m.inputs)
	}
	for _, square := range []*[]T{&p.l, &p.rate, &p.factor, &p.lBar, &p.rateBar} {
		*square = make([]T, n*n)
	}
	for _, vector := range []*[]T{&p.w, &p.s, &p.rhs, &p.lambda, &p.wBar, &p.lt} {
		*vector = make([]T, n)
	}
	return p
}

// expand evaluates the networks, their gradients with respect to positions whose rates are the velocities.
func (p *lagrangianPass[T]) expand(x []T, rows int) {
	n := p.n
	for r := range rows {
		copy(p.q[r*n:(r+1)*n], x[2*r*n:])
		copy(p.v[r*n:(r+1)*n], x[(2*r+1)*n:(2*r+2)*n])
	}
	for k, part := range p.parts {
		part.both(p.q[:rows*n], p.slopes[k][:rows*n], p.values[k][:rows], rows)
		for i := range p.slopes[k][:rows*n] {
			p.slopes[k][i] *= p.rates[i%n]
		}
	}
}

// row sets l, rate (dL along v), w = L^T v and s = rate^T v of a row.
func (p *lagrangianPass[T]) row(r int) {
	n := p.n
	v := p.v[r*n : (r+1)*n]
	clear(p.w)
	clear(p.s)
	k := 0
	for i := range n {
		for j := range i + 1 {
			l := p.values[k][r]
			if i == j {
				l++
			}
			var rate T
			for c, g := range p.slopes[k][r*n : (r+1)*n] {
				rate += T(g * v[c])
			}
			p.l[i*n+j], p.rate[i*n+j] = l, rate
			p.w[j] += T(l * v[i])
			p.s[j] += T(rate * v[i])
			k++
		}
	}
}

// times writes A y of a lower triangular A, transposed A^T y.
func (p *lagrangianPass[T]) times(a, y, to []T) {
	for i := range p.n {
		var s T
		for j := range i + 1 {
			s += T(a[i*p.n+j] * y[j])
		}
		to[i] = s
	}
}

func (p *lagrangianPass[T]) transposed(a, y, to []T) {
	clear(to)
	for i := range p.n {
		for j := range i + 1 {
			to[j] += T(a[i*p.n+j] * y[i])
		}
	}
}

// solve replaces y by M^-1 y of the row whose l is set.
func (p *lagrangianPass[T]) solve(y []T) {
	n := p.n
	f := p.factor
	for i := range n {
		for j := range i + 1 {
			var m T
			for k := range j + 1 {
				m += T(p.l[i*n+k] * p.l[j*n+k])
			}
			if i == j {
				m += inertia
			}
			for k := range j {
				m -= T(f[i*n+k] * f[j*n+k])
			}
			if i == j {
				f[i*n+i] = T(math.Sqrt(float64(m)))
			} else {
				f[i*n+j] = m / f[j*n+j]
			}
		}
	}
	for i := range n {
		for k := range i {
			y[i] -= T(f[i*n+k] * y[k])
		}
		y[i] /= f[i*n+i]
	}
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			y[i] -= T(f[k*n+i] * y[k])
		}
		y[i] /= f[i*n+i]
	}
}

func (p *lagrangianPass[T]) Field(x, dx []T, rows int) {
	n, m := p.n, p.inputs
	p.expand(x, rows)
	if p.d != nil {
		p.d.Gradient(p.v[:rows*n], p.dg[:rows*n], rows)
	}
	driven := p.g != nil && p.u != nil
	if driven {
		p.g.Value(p.q[:rows*n], p.forces[:rows*n*m], rows)
	}
	last := len(p.parts) - 1
	for r := range rows {
		p.row(r)
		v, a := p.v[r*n:(r+1)*n], p.a[r*n:(r+1)*n]
		// -Mdot v = -(rate w + L s).
		p.times(p.rate, p.w, p.rhs)
		p.times(p.l, p.s, p.lt)
		for i := range n {
			a[i] = -p.rhs[i] - p.lt[i] - p.slopes[last][r*n+i]
			if p.d != nil {
				a[i] -= p.dg[r*n+i]
			}
		}
		k := 0
		for i := range n {
			for j := range i + 1 {
				for c, g := range p.slopes[k][r*n : (r+1)*n] {
					a[c] += T(p.w[j] * v[i] * g)
				}
				k++
			}
		}
		if driven {
			addForce(a, p.forces[r*n*m:(r+1)*n*m], p.u[r*m:(r+1)*m])
		}
		p.solve(a)
		for i := range n {
			dx[2*r*n+i], dx[(2*r+1)*n+i] = p.rates[i]*v[i], a[i]
		}
	}
}

// addForce adds G u.
func addForce[T nn.Float](to, g, u []T) {
	for i := range to {
		for j, v := range g[i*len(u) : (i+1)*len(u)] {
			to[i] += T(v * u[j])
		}
	}
}

// Adjoint: with lambda = M^-1 abar the loss changes by lambda.(d rhs - dM a) at fixed a, and every term of the right side
// and of M is a product of L, its rate along v, its gradients and v.
func (p *lagrangianPass[T]) Adjoint(dxbar, grad, xbar []T) {
	n, m := p.n, p.inputs
	rows := len(dxbar) / (2 * n)
	last := len(p.parts) - 1
	vBar := p.bar[:rows*n]
	clear(vBar)
	for r := range rows {
		p.row(r)
		v, a, lambda, vb := p.v[r*n:(r+1)*n], p.a[r*n:(r+1)*n], p.lambda, vBar[r*n:(r+1)*n]
		copy(lambda, dxbar[(2*r+1)*n:(2*r+2)*n])
		p.solve(lambda)
		copy(p.lambdas[r*n:(r+1)*n], lambda)
		for i := range n {
			vb[i] += T(p.rates[i] * dxbar[2*r*n+i])
		}
		clear(p.lBar)
		clear(p.rateBar)
		// -lambda.M a = -(L^T lambda).(L^T a) - inertia lambda.a
		p.transposed(p.l, lambda, p.lt)
		p.transposed(p.l, a, p.rhs)
		for i := range n {
			for j := range i + 1 {
				p.lBar[i*n+j] -= T(lambda[i]*p.rhs[j]) + T(a[i]*p.lt[j]) + T(lambda[i]*p.s[j])
				p.rateBar[i*n+j] -= T(lambda[i]*p.w[j]) + T(v[i]*p.lt[j])
			}
		}
		// -lambda.rate w - (L^T lambda).(rate^T v)
		p.transposed(p.rate, lambda, p.wBar)
		for j := range n {
			p.wBar[j] = -p.wBar[j]
		}
		p.times(p.rate, p.lt, p.rhs)
		for i := range n {
			vb[i] -= p.rhs[i]
		}
		k := 0
		for i := range n {
			for j := range i + 1 {
				slope, bar := p.slopes[k][r*n:(r+1)*n], p.slopesBar[k][r*n:(r+1)*n]
				var along T
				for c, g := range slope {
					along += T(g * lambda[c])
					bar[c] = T(lambda[c]*p.w[j]*v[i]) + T(p.rateBar[i*n+j]*v[c])
					vb[c] += T(p.rateBar[i*n+j] * g)
				}
				p.wBar[j] += T(v[i] * along)
				vb[i] += T(p.w[j] * along)
				k++
			}
		}
		k = 0
		for i := range n {
			for j := range i + 1 { // w = L^T v
				p.valuesBar[k][r] = p.lBar[i*n+j] + T(v[i]*p.wBar[j])
				vb[i] += T(p.l[i*n+j] * p.wBar[j])
				k++
			}
		}
		for c := range n {
			p.slopesBar[last][r*n+c] = -lambda[c]
		}
	}
	if xbar != nil {
		clear(xbar[:rows*2*n])
	}
	at := 0
	take := func(size int) []T {
		at += size
		if grad == nil {
			return nil
		}
		return grad[at-size : at : at]
	}
	var qBar []T
	if xbar != nil {
		qBar = p.rest[:rows*n]
	}
	addQ := func() {
		for i := 0; xbar != nil && i < rows*n; i++ {
			xbar[i/n*2*n+i%n] += qBar[i]
		}
	}
	for k, part := range p.parts {
		net := p.part(k)
		for i := range p.slopesBar[k][:rows*n] {
			p.slopesBar[k][i] *= p.rates[i%n]
		}
		values := p.valuesBar[k][:rows]
		if k == last {
			values = nil
		}
		part.adjoint(p.slopesBar[k][:rows*n], values, take(net.Size()), qBar)
		addQ()
	}
	if p.d != nil {
		for i := range p.dg[:rows*n] {
			p.dg[i] = -p.lambdas[i]
		}
		var dBar []T
		if xbar != nil {
			dBar = p.rest[:rows*n]
		}
		p.d.(model.ScalarAdjoint[T]).Adjoint(p.dg[:rows*n], take(p.lagrangian.d.Size()), dBar)
		for i, b := range dBar {
			vBar[i] += b
		}
	}
	if p.g != nil && p.u != nil {
		for r := range rows {
			for i := range n {
				for j, u := range p.u[r*m : (r+1)*m] {
					p.forces[(r*n+i)*m+j] = p.lambdas[r*n+i] * u
				}
			}
		}
		p.g.(model.GainAdjoint[T]).Adjoint(p.forces[:rows*n*m], take(p.lagrangian.g.Size()), qBar)
		addQ()
	}
	if xbar != nil {
		for r := range rows {
			copy(xbar[(2*r+1)*n:(2*r+2)*n], vBar[r*n:(r+1)*n])
		}
	}
}

// part is the network k.
func (m *lagrangian[T]) part(k int) *netPart[T] {
	if k < len(m.l) {
		return m.l[k]
	}
	return m.v
}

// energy is v.M v/2 + V of one state, its derivative in g unless that is nil.
func (p *lagrangianPass[T]) energy(x, g []T) T {
	n, last := p.n, len(p.parts)-1
	p.expand(x, 1)
	p.row(0)
	h := p.values[last][0]
	for i := range n {
		h += (T(p.w[i]*p.w[i]) + T(inertia*p.v[i]*p.v[i])) / 2
	}
	if g == nil {
		return h
	}
	p.times(p.l, p.w, p.rhs)
	for c := range n {
		slope := p.slopes[last][c]
		k := 0
		for i := range n {
			for j := range i + 1 {
				slope += T(p.w[j] * p.v[i] * p.slopes[k][c])
				k++
			}
		}
		g[c], g[n+c] = slope/p.rates[c], p.rhs[c]+T(inertia*p.v[c])
	}
	return h
}
