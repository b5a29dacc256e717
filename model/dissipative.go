package model

import (
	"hnn/internal/kernel"
	"hnn/ode"
)

// Dissipative is a Hamiltonian network with a second scalar D that takes energy away:
// a Rayleigh function,
//
//	dq/dt = dH/dp,  dp/dt = -dH/dq - dD/dp
//
// or, of the kind hnn-helmholtz, the general decomposition of a field into a solenoidal
// and a gradient part, as in the code of Greydanus and others (2019, "helmholtz") and in
// Sosanya and Greydanus, "Dissipative Hamiltonian Neural Networks" (2022),
//
//	dq/dt = dH/dp - dD/dq,  dp/dt = -dH/dq - dD/dp.
//
// The two parts are learned together, and a Hamiltonian of its own conserves energy
// between them. The split is not unique in the helmholtz form (a harmonic function may
// move from one to the other); with a Rayleigh function it is, where D depends on p
// alone.
type Dissipative[T kernel.Float] struct {
	base[T]
	h hamiltonian[T]
	d part[T]
	// momenta says that D is a function of the momenta alone, everywhere that it acts
	// on the positions too.
	momenta, everywhere bool
}

// hamiltonian is a network whose field is that of a learned H.
type hamiltonian[T kernel.Float] interface {
	network[T]
	Energy() func(x []float64) float64
}

// Dissipating is a model that takes energy away, with the two parts of its field.
type Dissipating interface {
	Energetic
	// Conservative returns an evaluator of the part that keeps H, Dissipation one of the
	// rest of the field.
	Conservative() ode.Field
	Dissipation() ode.Field
	// Power returns an evaluator of dH/dt along the field, which is negative where
	// energy leaves.
	Power() func(x []float64) float64
}

var _ Dissipating = (*Dissipative[float64])(nil)

func newDissipative[T kernel.Float](a *Architecture) *Dissipative[T] {
	n := a.Dim / 2
	m := &Dissipative[T]{base: base[T]{architecture: *a}, h: newHamiltonian[T](a)}
	switch a.Dissipation {
	case DissipationLinear:
		m.d, m.momenta = &dragPart[T]{name: "dissipation.rate", n: n}, true
	case DissipationConvex:
		m.d, m.momenta = newConvexPart[T](a, "dissipation.", n), true
	default:
		m.d = newNetPart[T](a, "dissipation.", a.Dim, a.Angles)
	}
	m.everywhere = a.Dissipation == DissipationHelmholtz
	m.modules = []module[T]{m.h, m.d}
	return m
}

// Conservative returns an evaluator of (dH/dp, -dH/dq) at one state.
func (m *Dissipative[T]) Conservative() ode.Field { return m.h.Field() }

// Dissipation returns an evaluator of -dD/dp (and -dD/dq, of a helmholtz model).
func (m *Dissipative[T]) Dissipation() ode.Field {
	n := m.Dim() / 2
	point := m.d.newPoint()
	in, g := make([]T, 2*n), make([]T, 2*n)
	return func(_ float64, x, dx []float64) {
		copyFloats(in, x)
		if m.momenta {
			point.gradient(in[n:], g[n:])
		} else {
			point.gradient(in, g)
		}
		for i := range n {
			dx[i], dx[n+i] = 0, -float64(g[n+i])
			if m.everywhere {
				dx[i] = -float64(g[i])
			}
		}
	}
}

// Field returns an evaluator of the sum of the two parts.
func (m *Dissipative[T]) Field() ode.Field {
	conservative, dissipation := m.Conservative(), m.Dissipation()
	d := make([]float64, m.Dim())
	return func(t float64, x, dx []float64) {
		conservative(t, x, dx)
		dissipation(t, x, d)
		for i, v := range d {
			dx[i] += v
		}
	}
}

// Energy returns an evaluator of the learned H, which is not conserved.
func (m *Dissipative[T]) Energy() func(x []float64) float64 { return m.h.Energy() }

// Power returns an evaluator of dH/dt = grad H . (dissipation).
func (m *Dissipative[T]) Power() func(x []float64) float64 { return powerOf(m) }

// powerOf is the Power of a model that has the two parts of its field.
func powerOf(m Dissipating) func(x []float64) float64 {
	n := m.Dim() / 2
	conservative, dissipation := m.Conservative(), m.Dissipation()
	f, d := make([]float64, 2*n), make([]float64, 2*n)
	return func(x []float64) float64 {
		conservative(0, x, f)
		dissipation(0, x, d)
		power := 0.0
		for i := range n {
			// grad H = (-dp/dt, dq/dt) of the conservative part.
			power += f[i]*d[n+i] - f[n+i]*d[i]
		}
		return power
	}
}

// BatchField returns an evaluator of the field at many states.
func (m *Dissipative[T]) BatchField() ode.BatchField { return m.batchField(m.NewPass) }

func (m *Dissipative[T]) widen() Model {
	if w, ok := any(m).(*Dissipative[float64]); ok {
		return w
	}
	return m.widened()
}

// NewPass returns temporaries for up to rows rows.
func (m *Dissipative[T]) NewPass(rows int) Pass[T] {
	n := rows * m.Dim()
	return &dissipativePass[T]{
		model: m, h: m.h.NewPass(rows), d: m.d.newPass(rows),
		in: make([]T, n), g: make([]T, n), xbar: make([]T, n),
	}
}

type dissipativePass[T kernel.Float] struct {
	model       *Dissipative[T]
	h           Pass[T]
	d           partPass[T]
	in, g, xbar []T // what D takes, its gradient or that's cotangent, the cotangent of in
}

// width is the number of components that D takes.
func (p *dissipativePass[T]) width() int {
	if p.model.momenta {
		return p.model.Dim() / 2
	}
	return p.model.Dim()
}

func (p *dissipativePass[T]) Field(x, dx []T, rows int) {
	p.h.Field(x, dx, rows)
	d, w, n := p.model.Dim(), p.width(), p.model.Dim()/2
	for r := range rows {
		copy(p.in[r*w:(r+1)*w], x[(r+1)*d-w:])
	}
	p.d.gradient(p.in, p.g, rows)
	first := n
	if p.model.everywhere {
		first = 0
	}
	for r := range rows {
		g, dx := p.g[(r+1)*w-d+first:(r+1)*w], dx[r*d+first:(r+1)*d]
		for i, v := range g {
			dx[i] -= v
		}
	}
}

func (p *dissipativePass[T]) Adjoint(dxbar, grad, xbar []T) {
	d, w, n := p.model.Dim(), p.width(), p.model.Dim()/2
	rows := len(dxbar) / d
	for r := range rows {
		for i := range w {
			c := d - w + i // the component of the state
			p.g[r*w+i] = 0
			if c >= n || p.model.everywhere {
				p.g[r*w+i] = -dxbar[r*d+c]
			}
		}
	}
	var inBar []T
	if xbar != nil {
		inBar = p.xbar
	}
	p.d.adjoint(p.g[:rows*w], p.model.piece(1, grad), inBar)
	p.h.Adjoint(dxbar, p.model.piece(0, grad), xbar)
	if xbar != nil {
		for r := range rows {
			kernel.Add(xbar[(r+1)*d-w:(r+1)*d], inBar[r*w:(r+1)*w])
		}
	}
}
