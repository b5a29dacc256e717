package model

import (
	"hnn/internal/kernel"
	"hnn/nn"
)

// Pass evaluates the field of a block of rows and its adjoint: what training sees of a model.
// A nil function says that there is none. It is not safe for concurrent use. States,
// derivatives and inputs are row-major.
type Pass[T nn.Float] struct {
	// Inputs is the number of inputs.
	Inputs int
	// Field writes dx/dt of rows states: x and dx are rows x Dim.
	Field func(x, dx []T, rows int)
	// Adjoint is the adjoint of the last Field: given dxbar, the derivative of a
	// loss by dx, it adds the derivative by the parameters to grad, unless that is
	// nil, and writes that by x to xbar, unless that is nil. It overwrites dxbar. It
	// may be called several times after one Field, as an implicit integrator's adjoint
	// does.
	Adjoint func(dxbar, grad, xbar []T)
	// Tapes, unless nil, are those that Adjoint is of: it adds to grad what theirs do, each by
	// its network's parameters, in this order. See nn.Joint.
	Tapes []*nn.Tape[T]
	// Drive sets the inputs of the rows of every Field that follows, rows x Inputs; nil is
	// zero for all. It keeps u, which may change between two Fields.
	Drive func(u []T)

	// Velocity and Force are the two halves of a separable model's field, H(q, p) = T(p) +
	// V(q), as explicit symplectic integrators need them: dq/dt = dT/dp from momenta alone,
	// dp/dt = -dV/dq from positions alone, rows x Dim/2 each.
	//
	// An adjoint follows its own evaluation, whatever the other half did in between, and is
	// otherwise as Adjoint: it adds to grad, which is as long as all parameters, and writes
	// the derivative by the half state; nil leaves either out; the first argument is
	// overwritten. It does not hold across a Field.
	Velocity, Force               func(half, d []T, rows int)
	VelocityAdjoint, ForceAdjoint func(dbar, grad, halfbar []T)
}

// NewPass returns temporaries for up to rows rows.
func (f *Form[T]) NewPass(rows int) *Pass[T] {
	if f.Vector != nil {
		return f.Vector.NewPass(rows)
	}
	d, n := f.Dim, f.Dim/2
	p := &formPass[T]{form: f, h: f.H.NewPass(rows), g: make([]T, rows*d)}
	pass := &Pass[T]{Inputs: f.Inputs, Field: p.Field}
	_, trains := p.h.(ScalarAdjoint[T])
	if f.Loss != nil {
		p.d = f.Loss.D.NewPass(rows)
		p.in, p.dg, p.inBar = make([]T, rows*d), make([]T, rows*d), make([]T, rows*d)
		_, ok := p.d.(ScalarAdjoint[T])
		trains = trains && ok
	}
	if f.Gain != nil {
		p.gain, p.q, p.forces = f.Gain.NewPass(rows), make([]T, rows*n), make([]T, rows*n*f.Inputs)
		pass.Drive = p.Drive
		_, ok := p.gain.(GainAdjoint[T])
		trains = trains && ok
	}
	if trains {
		pass.Adjoint = p.Adjoint
	}
	if h, ok := p.h.(ScalarTapes[T]); ok && f.Loss == nil && f.Gain == nil {
		pass.Tapes = h.Tapes()
	}
	if h, ok := p.h.(*sumPass[T]); ok && f.alone() {
		pass.Velocity, pass.VelocityAdjoint = h.t.Gradient, h.adjointT
		pass.Force, pass.ForceAdjoint = h.force, h.forceAdjoint
	}
	return pass
}

// formPass is the pass of a form with a Hamiltonian.
type formPass[T nn.Float] struct {
	form *Form[T]
	h    ScalarPass[T]
	g    []T // rows x Dim: grad H, or the derivative of a loss by it

	d             ScalarPass[T] // nil for none
	in, dg, inBar []T           // what D takes, its gradient or that's cotangent, the cotangent of in

	gain      GainPass[T] // nil for none
	u         []T         // nil for none
	q, forces []T         // positions or the cotangent of them, G or the cotangent of it
}

func (p *formPass[T]) Drive(u []T) { p.u = u }

func (p *formPass[T]) Field(x, dx []T, rows int) {
	d := p.form.Dim
	p.h.Gradient(x, p.g, rows)
	if p.form.J == nil {
		n := d / 2
		for r := 0; r < rows*d; r += d {
			g, dx := p.g[r:r+d], dx[r:r+d]
			for i := range n {
				dx[i], dx[n+i] = g[n+i], -g[i]
			}
		}
	} else {
		clear(dx[:rows*d])
		for r := 0; r < rows*d; r += d {
			for _, b := range p.form.J {
				dx[r+b.Row] += T(T(b.Value) * p.g[r+b.Column])
			}
		}
	}
	if p.d != nil {
		p.lose(x, dx, rows)
	}
	if p.gain != nil && p.u != nil {
		p.push(x, dx, rows)
	}
}

func (p *formPass[T]) Adjoint(dxbar, grad, xbar []T) {
	d, n := p.form.Dim, p.form.Dim/2
	lossAt := p.form.H.Size()
	gainAt := lossAt
	if p.d != nil {
		gainAt += p.form.Loss.D.Size()
		p.loseAdjoint(dxbar, part(grad, lossAt, gainAt), xbar != nil)
	}
	driven := p.gain != nil && p.u != nil
	if driven {
		p.pushAdjoint(dxbar, part(grad, gainAt, gainAt+p.form.Gain.Size()), xbar != nil)
	}
	gbar := dxbar
	if p.form.J == nil {
		// The transpose of J: gbar = (-pbar, qbar).
		for r := 0; r+d <= len(dxbar); r += d {
			b := dxbar[r : r+d]
			for i := range n {
				b[i], b[n+i] = -b[n+i], b[i]
			}
		}
	} else {
		gbar = p.g[:len(dxbar)]
		clear(gbar)
		for r := 0; r < len(gbar); r += d {
			for _, b := range p.form.J {
				gbar[r+b.Column] += T(T(b.Value) * dxbar[r+b.Row])
			}
		}
	}
	p.h.(ScalarAdjoint[T]).Adjoint(gbar, part(grad, 0, lossAt), xbar)
	if xbar == nil {
		return
	}
	rows := len(dxbar) / d
	if p.d != nil {
		w := p.width()
		for r := range rows {
			kernel.Add(xbar[(r+1)*d-w:(r+1)*d], p.inBar[r*w:(r+1)*w])
		}
	}
	if driven {
		for r := range rows {
			kernel.Add(xbar[r*d:r*d+n], p.q[r*n:(r+1)*n])
		}
	}
}

// width is the number of components that D takes, the state's last.
func (p *formPass[T]) width() int {
	if p.form.Loss.Momenta {
		return p.form.Dim / 2
	}
	return p.form.Dim
}

// lose subtracts the gradient of D.
func (p *formPass[T]) lose(x, dx []T, rows int) {
	d, w, first := p.form.Dim, p.width(), p.form.Dim/2
	for r := range rows {
		copy(p.in[r*w:(r+1)*w], x[(r+1)*d-w:])
	}
	p.d.Gradient(p.in, p.dg, rows)
	if p.form.Loss.Everywhere {
		first = 0
	}
	for r := range rows {
		g, dx := p.dg[(r+1)*w-d+first:(r+1)*w], dx[r*d+first:(r+1)*d]
		for i, v := range g {
			dx[i] -= v
		}
	}
}

// loseAdjoint leaves the cotangent of in in inBar, where that is asked for.
func (p *formPass[T]) loseAdjoint(dxbar, grad []T, states bool) {
	d, w, n := p.form.Dim, p.width(), p.form.Dim/2
	rows := len(dxbar) / d
	for r := range rows {
		for i := range w {
			c := d - w + i // the component of the state
			p.dg[r*w+i] = 0
			if c >= n || p.form.Loss.Everywhere {
				p.dg[r*w+i] = -dxbar[r*d+c]
			}
		}
	}
	var inBar []T
	if states {
		inBar = p.inBar
	}
	p.d.(ScalarAdjoint[T]).Adjoint(p.dg[:rows*w], grad, inBar)
}

// push adds the force of the inputs.
func (p *formPass[T]) push(x, dx []T, rows int) {
	d, n, m := p.form.Dim, p.form.Dim/2, p.form.Inputs
	for r := range rows {
		copy(p.q[r*n:(r+1)*n], x[r*d:])
	}
	p.gain.Value(p.q, p.forces, rows)
	for r := range rows {
		addForce(dx[r*d+n:(r+1)*d], p.forces[r*n*m:(r+1)*n*m], p.u[r*m:(r+1)*m])
	}
}

// pushAdjoint leaves the cotangent of the positions in q, where that is asked for.
func (p *formPass[T]) pushAdjoint(dxbar, grad []T, states bool) {
	d, n, m := p.form.Dim, p.form.Dim/2, p.form.Inputs
	rows := len(dxbar) / d
	for r := range rows {
		u := p.u[r*m : (r+1)*m]
		for i := range n {
			bar := dxbar[r*d+n+i]
			for j := range m {
				p.forces[(r*n+i)*m+j] = bar * u[j]
			}
		}
	}
	var qbar []T
	if states {
		qbar = p.q
	}
	p.gain.(GainAdjoint[T]).Adjoint(p.forces[:rows*n*m], grad, qbar)
}
