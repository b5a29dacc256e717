package network

import (
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
