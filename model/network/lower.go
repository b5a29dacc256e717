package network

import (
	"fmt"
	"math"

	"hnn/internal/kernel"
	"hnn/model"
	"hnn/model/internal/lowering"
	"hnn/model/program"
)

// The parts written out: see model.Form.Lower.

func (m *mlp[T]) lower(b *program.Builder, x program.Value) program.Value {
	return lowering.MLP(b, m.net, lowering.Embed(b, m.inputs, x), 1)
}

func (n *netPart[T]) Lower(b *program.Builder, x program.Value) program.Value {
	return n.lower(b, x)
}

func (m *massPart[T]) Lower(b *program.Builder, p program.Value) program.Value {
	l := make([]T, m.n*m.n)
	m.factor(l)
	return b.Scale(0.5, lowering.Square(b, b.ApplyTransposed(model.LowerTable(l, m.n, m.n), p, 1)))
}

func (p *bodiesPart[T]) Lower(b *program.Builder, x program.Value) program.Value {
	half := make([]float64, len(p.masses)*p.space)
	for i := range half {
		half[i] = math.Exp(float64(p.params[0])) / p.masses[i%len(p.masses)] / 2
	}
	return b.Dot(b.Mul(b.Constant(half...), x), x)
}

func (d *dragPart[T]) Lower(b *program.Builder, p program.Value) program.Value {
	return b.Scale(float64(d.params[0])/2, lowering.Square(b, p))
}

func (c *convexPart[T]) Lower(b *program.Builder, p program.Value) program.Value {
	both := b.Concat(p, b.Unary(program.Neg, p))
	return b.Scale(0.5, b.Sum(lowering.MLP(b, c.net, both, 2)))
}

func (t *pairPart[T]) Lower(b *program.Builder, q program.Value) program.Value {
	logs := lowering.Pairs(b, q, len(t.masses), t.space)
	u := logs
	if !math.IsInf(t.logNearest, -1) {
		nearer := b.Unary(program.Relu, b.Sub(b.Constant(t.logNearest), logs))
		u = b.Sub(b.Add(logs, nearer), b.Scale(margin, b.Unary(program.Tanh, b.Scale(1/margin, nearer))))
	}
	var strengths []float64
	for i, m := range t.masses {
		for _, o := range t.masses[i+1:] {
			strengths = append(strengths, m*o)
		}
	}
	n := lowering.MLP(b, t.net, u, len(strengths))
	return b.Dot(b.Constant(strengths...), b.Mul(n, b.Unary(program.Exp, b.Unary(program.Neg, logs))))
}

func (c *constantGain[T]) LowerGain(b *program.Builder, _ program.Value) program.Value {
	g := make([]float64, len(c.g))
	kernel.Convert(g, c.g)
	return b.Constant(g...)
}

func (l *learnedGain[T]) LowerGain(b *program.Builder, q program.Value) program.Value {
	return l.lower(b, q)
}

func (m baseline[T]) LowerField(b *program.Builder, x, u program.Value) (field, energy program.Value, err error) {
	return m.net.lower(b, driven(b, x, u)), program.None, nil
}

func (m secondOrder[T]) LowerField(b *program.Builder, x, u program.Value) (field, energy program.Value, err error) {
	velocity := b.Apply(model.LowerTable(m.a.a, m.n, m.n), nil, b.Slice(x, m.n, 2*m.n), 1)
	return b.Concat(velocity, m.force.lower(b, driven(b, x, u))), program.None, nil
}

// LowerField writes out what lagrangianPass.Field computes, M and its solution element by element.
func (m *lagrangian[T]) LowerField(b *program.Builder, x, u program.Value) (field, energy program.Value, err error) {
	n := m.n
	q, v := b.Slice(x, 0, n), b.Slice(x, n, 2*n)
	of := func(i int) program.Value { return b.Gather(v, i) }
	l := make([]program.Value, n*n)
	w := make([]program.Value, n) // L^T v
	for i := range w {
		w[i] = b.Constant(0)
	}
	k := 0
	for i := range n {
		for j := range i + 1 {
			e := m.l[k].lower(b, q)
			if i == j {
				e = b.Add(e, b.Constant(1))
			}
			l[i*n+j], w[j] = e, b.Add(w[j], b.Mul(e, of(i)))
			k++
		}
	}
	mass, momenta := make([]program.Value, n*n), make([]program.Value, n)
	for i := range n {
		momenta[i] = b.Scale(inertia, of(i))
		for j := range i + 1 {
			momenta[i] = b.Add(momenta[i], b.Mul(l[i*n+j], w[j]))
			e := b.Mul(l[i*n], l[j*n])
			for k := 1; k <= j; k++ {
				e = b.Add(e, b.Mul(l[i*n+k], l[j*n+k]))
			}
			if i == j {
				e = b.Add(e, b.Constant(inertia))
			}
			mass[i*n+j] = e
		}
	}
	kinetic := b.Scale(0.5, b.Add(lowering.Square(b, b.Concat(w...)), b.Scale(inertia, lowering.Square(b, v))))
	potential := m.v.lower(b, q)
	rates := make([]float64, n)
	kernel.Convert(rates, m.rates)
	scale := b.Constant(rates...)
	velocity := b.Mul(scale, v)
	force := b.Sub(b.Mul(scale, b.Gradient(b.Sub(kinetic, potential), q)), b.Tangent(b.Concat(momenta...), q, velocity))
	if m.d != nil {
		part, ok := m.d.(model.LoweredScalar)
		if !ok {
			return program.None, program.None, fmt.Errorf("network: the dissipation of a %s cannot be written out", KindLagrangian)
		}
		force = b.Sub(force, b.Gradient(part.Lower(b, v), v))
	}
	if u != program.None {
		part, ok := m.g.(model.LoweredGain)
		if !ok {
			return program.None, program.None, fmt.Errorf("network: the gain of a %s cannot be written out", KindLagrangian)
		}
		force = b.Add(force, model.Force(b, part.LowerGain(b, q), u, n))
	}
	return b.Concat(velocity, lowering.Solve(b, mass, force, n)), b.Add(kinetic, potential), nil
}

// driven is a state with its inputs behind it.
func driven(b *program.Builder, x, u program.Value) program.Value {
	if u == program.None {
		return x
	}
	return b.Concat(x, u)
}

// LowerEncoder writes out the encoder of a model of pictures: the state of an observation. It panics for another model.
func (n *Network[T]) LowerEncoder(b *program.Builder, observation program.Value) program.Value {
	return lowering.MLP(b, n.encoder.net, observation, 1)
}

// LowerDecoder writes out the decoder of a model of pictures: the observation of a state. It panics for another model.
func (n *Network[T]) LowerDecoder(b *program.Builder, state program.Value) program.Value {
	return lowering.MLP(b, n.decoder.net, state, 1)
}
