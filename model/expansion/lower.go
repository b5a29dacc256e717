package expansion

import (
	"slices"

	"hnn/model"
	"hnn/model/internal/lowering"
	"hnn/model/program"
)

// The parts written out: see model.Form.Lower.

// Lower is the sum of the terms and the constant.
func (s sum) Lower(b *program.Builder, x program.Value) program.Value {
	h := b.Constant(0)
	for _, t := range s.terms {
		h = b.Add(h, t.Lower(b, x))
	}
	if s.constant != nil {
		h = b.Add(h, b.Constant(*s.constant))
	}
	return h
}

func (f friction) Lower(b *program.Builder, p program.Value) program.Value {
	return b.Scale(*f.rate/2, lowering.Square(b, p))
}

// LowerGain is G(q), row-major.
func (g *Gain) LowerGain(b *program.Builder, q program.Value) program.Value {
	constant := b.Constant(g.constant...)
	if g.net == nil {
		return constant
	}
	return b.Add(constant, lowering.MLP(b, g.net, lowering.Embed(b, g.angles, q), 1))
}

// Lower is x.(b + A x/2).
func (t *Quadratic) Lower(b *program.Builder, x program.Value) program.Value {
	linear := b.Constant(t.b...)
	if !slices.ContainsFunc(t.a, func(v float64) bool { return v != 0 }) {
		return b.Dot(linear, x)
	}
	a := &program.Table{Rows: t.dim, Columns: t.dim, Data: t.a}
	return b.Dot(x, b.Add(linear, b.Scale(0.5, b.Apply(a, nil, x, 1))))
}

// Lower is the sum of the features.
func (t *Network) Lower(b *program.Builder, x program.Value) program.Value {
	return lowering.MLP(b, t.net, lowering.Embed(b, t.inputs, x), 1)
}

// Lower is the potential.
func (t *Pair) Lower(b *program.Builder, x program.Value) program.Value {
	logs := lowering.Pairs(b, b.Slice(x, 0, t.bodies*t.space), t.bodies, t.space)
	return b.Dot(b.Constant(t.strengths...), lowering.MLP(b, t.net, logs, len(t.strengths)))
}

// Lower is the functions of the positions times their products of momenta.
func (t *Inertia) Lower(b *program.Builder, x program.Value) program.Value {
	n := len(t.inputs)
	functions := lowering.MLP(b, t.net, lowering.Embed(b, t.inputs, b.Slice(x, 0, n)), 1)
	var left, right []int
	weights := []float64{}
	for i := range n {
		for j := i; j < n; j++ {
			left, right, weights = append(left, n+i), append(right, n+j), append(weights, 1)
			if i == j {
				weights[len(weights)-1] = 0.5
			}
		}
	}
	products := b.Mul(b.Constant(weights...), b.Mul(b.Gather(x, left...), b.Gather(x, right...)))
	return b.Dot(functions, b.Concat(b.Constant(1), products))
}

var _ model.LoweredScalar = sum{}
