package model

import (
	"math/rand/v2"

	"hnn/data"
	"hnn/internal/kernel"
	"hnn/ode"
)

// Driven is a model of a system that inputs u act on from outside, as forces, torques and
// voltages do. Its Field and BatchField are those of the system left alone, u = 0.
type Driven interface {
	Model
	// Inputs is the length of u.
	Inputs() int
	// DrivenField returns an evaluator of dx/dt at one state x under inputs u.
	DrivenField() func(x, u, dx []float64)
	// DrivenBatchField returns an evaluator of dx/dt at rows states, each under inputs of
	// its own: u is rows x Inputs, row-major.
	DrivenBatchField() func(x, u, dx []float64, rows int)
}

// DrivenPass is the Pass of a Driven network.
type DrivenPass[T kernel.Float] interface {
	Pass[T]
	Inputs() int
	// Drive sets the inputs of the rows of every Field that follows, rows x Inputs,
	// row-major; nil is zero for all. It keeps u, which may change between two Fields.
	Drive(u []T)
}

// Inputs is the number of inputs of a model, 0 where nothing acts on its system.
func Inputs(m Model) int {
	if d, ok := m.(Driven); ok {
		return d.Inputs()
	}
	return 0
}

// Under is the field of a model along a signal, as ode.SolveSegments takes it: the field of
// each segment and the knots between them. A nil signal leaves the model alone. It panics
// if the signal does not have the model's inputs. The fields share their temporaries.
func Under(m Model, s *data.Signal) (field func(segment int) ode.Field, knots []float64) {
	if s == nil {
		alone := m.Field()
		return func(int) ode.Field { return alone }, nil
	}
	if s.Inputs() != Inputs(m) {
		panic("model: a signal with other inputs than the model's")
	}
	driven, u := m.(Driven).DrivenField(), make([]float64, s.Inputs())
	return func(segment int) ode.Field {
		return func(t float64, x, dx []float64) {
			s.Within(segment, t, u)
			driven(x, u, dx)
		}
	}, s.T
}

// Supply returns an evaluator of the power that inputs put into a system, dH/dt for their
// part: dH/dp . G(q) u.
func Supply(m Energetic) func(x, u []float64) float64 {
	n := m.Dim() / 2
	alone, conservative, driven := m.Field(), m.Field(), m.(Driven).DrivenField()
	if d, ok := m.(Dissipating); ok {
		conservative = d.Conservative()
	}
	f, dx, f0 := make([]float64, 2*n), make([]float64, 2*n), make([]float64, 2*n)
	return func(x, u []float64) float64 {
		conservative(0, x, f)
		alone(0, x, f0)
		driven(x, u, dx)
		power := 0.0
		for i := range n {
			// grad H = (-dp/dt, dq/dt) of the conservative part.
			power += f[i]*(dx[n+i]-f0[n+i]) - f[n+i]*(dx[i]-f0[i])
		}
		return power
	}
}

// The forms of G in DrivenHNN.
const (
	GainConstant = "constant" // a matrix
	GainLearned  = "learned"  // a network of the positions
)

// InputTensors begins the names of the tensors of a gain, which are a network's last.
const InputTensors = "input."

// Gain names a form of G, "" none or that of the default.
type Gain string

// Values lists the forms.
func (Gain) Values() []string { return Gains() }

// Gains lists the forms of the gain of inputs.
func Gains() []string { return []string{GainConstant, GainLearned} }

// DrivenHNN is a Hamiltonian network, dissipative or not, whose momenta inputs act on,
//
//	dq/dt = dH/dp,  dp/dt = -dH/dq - dD/dp + G(q) u
//
// a port-Hamiltonian system (van der Schaft and Jeltsema, "Port-Hamiltonian Systems Theory",
// 2014, equation 2.27), as in Zhong, Dey and Chakraborty, "Symplectic ODE-Net" (2020,
// equation 2) and its dissipative successor. G is a constant matrix, n x Inputs, or a
// network of the positions; what Supply gives is the power through the port.
type DrivenHNN[T kernel.Float] struct {
	base[T]
	inner hamiltonian[T]
	gain  gain[T]
}

// gain is G(q), n x m, of a model with n positions and m inputs.
type gain[T kernel.Float] interface {
	module[T]
	// point returns an evaluator of G, row-major, at one state's positions.
	point() func(q, g []T)
	pass(rows int) gainPass[T]
}

// gainPass evaluates G at rows positions, n of each.
type gainPass[T kernel.Float] interface {
	value(q, g []T, rows int)
	// adjoint is that of the last value, and may be repeated: it adds to grad, unless it is
	// nil, and writes qbar, unless it is nil.
	adjoint(gbar, grad, qbar []T)
}

func newDriven[T kernel.Float](a *Architecture) network[T] {
	alone := *a
	alone.Inputs, alone.InputGain = 0, ""
	m := &DrivenHNN[T]{base: base[T]{architecture: *a}}
	n := a.Dim / 2
	if a.InputGain == GainConstant {
		m.gain = &constantGain[T]{n: n, m: a.Inputs}
	} else {
		var angles []bool
		if a.Angles != nil {
			angles = a.Angles[:n]
		}
		m.gain = &learnedGain[T]{newMLP[T](a, InputTensors, n, angles, n*a.Inputs)}
	}
	if a.Dissipation != "" {
		d := newDissipative[T](&alone)
		m.inner, m.modules = d, []module[T]{d, m.gain}
		return &drivenDissipative[T]{m, d}
	}
	m.inner = newHamiltonian[T](&alone)
	m.modules = []module[T]{m.inner, m.gain}
	return m
}

// Inputs is the length of u.
func (b *base[T]) Inputs() int { return b.architecture.Inputs }

// Field returns an evaluator of the field without input.
func (m *DrivenHNN[T]) Field() ode.Field { return m.inner.Field() }

// BatchField returns an evaluator of the field without input at many states.
func (m *DrivenHNN[T]) BatchField() ode.BatchField { return m.inner.BatchField() }

// Energy returns an evaluator of the learned H, which inputs change.
func (m *DrivenHNN[T]) Energy() func(x []float64) float64 { return m.inner.Energy() }

// DrivenField returns an evaluator of the field under inputs.
func (m *DrivenHNN[T]) DrivenField() func(x, u, dx []float64) {
	n, inputs := m.Dim()/2, m.Inputs()
	alone, gain := m.inner.Field(), m.gain.point()
	q, g := make([]T, n), make([]T, n*inputs)
	return func(x, u, dx []float64) {
		alone(0, x, dx)
		copyFloats(q, x)
		gain(q, g)
		addForce(dx[n:], g, u)
	}
}

// addForce adds the force G u to dp/dt, which is as long as G (row-major) has rows.
func addForce[T, U kernel.Float](dp []U, g []T, u []U) {
	for i := range dp {
		var force U
		for j, v := range g[i*len(u) : (i+1)*len(u)] {
			force += U(v) * u[j]
		}
		dp[i] += force
	}
}

// DrivenBatchField returns an evaluator of the field under inputs at many states.
func (m *DrivenHNN[T]) DrivenBatchField() func(x, u, dx []float64, rows int) {
	return m.drivenBatch(m.NewPass)
}

func (m *DrivenHNN[T]) widen() Model {
	if w, ok := any(m).(*DrivenHNN[float64]); ok {
		return w
	}
	return m.widened()
}

// drivenBatch runs a driven network's pass block by block.
func (b *base[T]) drivenBatch(newPass func(rows int) Pass[T]) func(x, u, dx []float64, rows int) {
	most, m := b.blockRows(), b.Inputs()
	in := make([]T, most*m)
	at := 0
	var inputs []float64
	blocks := blockwise(most, b.Dim(), newPass, func(p Pass[T], x, dx []T, rows int) {
		copyFloats(in, inputs[at:at+rows*m])
		at += rows * m
		p.(DrivenPass[T]).Drive(in)
		p.Field(x, dx, rows)
	})
	return func(x, u, dx []float64, rows int) {
		inputs, at = u, 0
		blocks(x, dx, rows)
	}
}

// NewPass returns temporaries for up to rows rows. The pass is a DrivenPass.
func (m *DrivenHNN[T]) NewPass(rows int) Pass[T] {
	n := m.Dim() / 2
	return &drivenPass[T]{
		model: m, inner: m.inner.NewPass(rows), gain: m.gain.pass(rows),
		q: make([]T, rows*n), g: make([]T, rows*n*m.Inputs()),
	}
}

type drivenPass[T kernel.Float] struct {
	model *DrivenHNN[T]
	inner Pass[T]
	gain  gainPass[T]
	u     []T // nil for none
	q, g  []T // positions or the cotangent of them, G or the cotangent of it
}

var _ DrivenPass[float32] = (*drivenPass[float32])(nil)

func (p *drivenPass[T]) Inputs() int { return p.model.Inputs() }
func (p *drivenPass[T]) Drive(u []T) { p.u = u }

func (p *drivenPass[T]) Field(x, dx []T, rows int) {
	p.inner.Field(x, dx, rows)
	if p.u == nil {
		return
	}
	d, m := p.model.Dim(), p.Inputs()
	n := d / 2
	for r := range rows {
		copy(p.q[r*n:(r+1)*n], x[r*d:])
	}
	p.gain.value(p.q, p.g, rows)
	for r := range rows {
		addForce(dx[r*d+n:(r+1)*d], p.g[r*n*m:(r+1)*n*m], p.u[r*m:(r+1)*m])
	}
}

func (p *drivenPass[T]) Adjoint(dxbar, grad, xbar []T) {
	d, m := p.model.Dim(), p.Inputs()
	n := d / 2
	rows := len(dxbar) / d
	if p.u == nil {
		p.inner.Adjoint(dxbar, p.model.piece(0, grad), xbar)
		return
	}
	for r := range rows {
		u := p.u[r*m : (r+1)*m]
		for i := range n {
			bar := dxbar[r*d+n+i]
			for j := range m {
				p.g[(r*n+i)*m+j] = bar * u[j]
			}
		}
	}
	var qbar []T
	if xbar != nil {
		qbar = p.q
	}
	p.gain.adjoint(p.g[:rows*n*m], p.model.piece(1, grad), qbar)
	p.inner.Adjoint(dxbar, p.model.piece(0, grad), xbar)
	if xbar != nil {
		for r := range rows {
			kernel.Add(xbar[r*d:r*d+n], qbar[r*n:(r+1)*n])
		}
	}
}

// drivenDissipative is a DrivenHNN that loses energy too.
type drivenDissipative[T kernel.Float] struct {
	*DrivenHNN[T]
	dissipative *Dissipative[T]
}

var (
	_ Dissipating = (*drivenDissipative[float64])(nil)
	_ Driven      = (*drivenDissipative[float64])(nil)
)

func (m *drivenDissipative[T]) Conservative() ode.Field          { return m.dissipative.Conservative() }
func (m *drivenDissipative[T]) Dissipation() ode.Field           { return m.dissipative.Dissipation() }
func (m *drivenDissipative[T]) Power() func(x []float64) float64 { return m.dissipative.Power() }

func (m *drivenDissipative[T]) widen() Model {
	if w, ok := any(m).(*drivenDissipative[float64]); ok {
		return w
	}
	return m.widened()
}

// constantGain is a matrix, zero at first.
type constantGain[T kernel.Float] struct {
	n, m int
	g    []T
}

func (c *constantGain[T]) tensors() []Tensor {
	return []Tensor{{InputTensors + "gain", []int{c.n, c.m}}}
}
func (c *constantGain[T]) bind(params []T) { c.g = params }
func (c *constantGain[T]) init(*rand.Rand) { clear(c.g) }
func (c *constantGain[T]) refreshes() int  { return 0 }
func (c *constantGain[T]) refreshPart(int) {}

func (c *constantGain[T]) point() func(q, g []T) { return func(_, g []T) { copy(g, c.g) } }
func (c *constantGain[T]) pass(int) gainPass[T]  { return c }
func (c *constantGain[T]) value(_, g []T, rows int) {
	for r := range rows {
		copy(g[r*len(c.g):], c.g)
	}
}

func (c *constantGain[T]) adjoint(gbar, grad, qbar []T) {
	clear(qbar)
	for r := 0; grad != nil && r+len(c.g) <= len(gbar); r += len(c.g) {
		kernel.Add(grad[:len(c.g)], gbar[r:r+len(c.g)])
	}
}

// learnedGain is a network.
type learnedGain[T kernel.Float] struct{ mlp[T] }

func (l *learnedGain[T]) point() func(q, g []T) {
	point, in := l.net.NewPoint(), make([]T, l.inputs.width())
	return func(q, g []T) {
		embed(l.inputs, q, len(l.inputs), in, 1)
		point.Value(in, g)
	}
}

func (l *learnedGain[T]) pass(rows int) gainPass[T] {
	return learnedGainPass[T]{newValuePass(&l.mlp, rows)}
}

type learnedGainPass[T kernel.Float] struct{ *valuePass[T] }

func (p learnedGainPass[T]) value(q, g []T, rows int)     { p.Field(q, g, rows) }
func (p learnedGainPass[T]) adjoint(gbar, grad, qbar []T) { p.Adjoint(gbar, grad, qbar) }
