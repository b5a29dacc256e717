// Package lowering writes the pieces out that networks and expansions share.
package lowering

import (
	"hnn/internal/kernel/minimax"
	"hnn/model"
	"hnn/model/internal/embedding"
	"hnn/model/program"
	"hnn/nn"
)

// Embed is a vector with cosine and sine in the place of every angle.
func Embed(b *program.Builder, e embedding.Embedding, x program.Value) program.Value {
	if e.Plain() {
		return x
	}
	var angles []int
	for i, angle := range e {
		if angle {
			angles = append(angles, i)
		}
	}
	a := b.Gather(x, angles...)
	all := b.Concat(x, b.Unary(program.Cos, a), b.Unary(program.Sin, a))
	var index []int
	k := 0
	for i, angle := range e {
		if !angle {
			index = append(index, i)
			continue
		}
		index = append(index, len(e)+k, len(e)+len(angles)+k)
		k++
	}
	return b.Gather(all, index...)
}

// MLP is a network's value at each of the rows that u is made of.
func MLP[T nn.Float](b *program.Builder, net *nn.MLP[T], u program.Value, rows int) program.Value {
	spec := net.Spec()
	layers := net.Layers()
	for i, l := range layers {
		var bias *program.Table
		if l.B != nil {
			bias = model.LowerTable(l.B, l.Out, 1)
		}
		z := b.Apply(model.LowerTable(l.W, l.Out, l.In), bias, u, rows)
		if i == len(layers)-1 {
			return z
		}
		a := Activate(b, spec.Activation, z)
		if spec.Residual && l.In == l.Out {
			a = b.Add(u, a)
		}
		u = a
	}
	return u
}

// Activate is an activation of every element.
func Activate(b *program.Builder, act nn.Activation, z program.Value) program.Value {
	unary := func(op program.Op, x program.Value) program.Value { return b.Unary(op, x) }
	elu := func(alpha float64) program.Value {
		return b.Add(unary(program.Relu, z), b.Scale(alpha, unary(program.Expm1, unary(program.Min0, z))))
	}
	switch act {
	case nn.Tanh:
		return unary(program.Tanh, z)
	case nn.Sigmoid:
		return unary(program.Sigmoid, z)
	case nn.Softplus:
		return unary(program.Softplus, z)
	case nn.SiLU:
		return b.Mul(z, unary(program.Sigmoid, z))
	case nn.ELU:
		return elu(1)
	case nn.SELU:
		return b.Scale(minimax.SELUScale, elu(minimax.SELUAlpha))
	case nn.Sin:
		return unary(program.Sin, z)
	case nn.GELU:
		return b.Mul(z, unary(program.Phi, z))
	case nn.ReLU:
		return unary(program.Relu, z)
	}
	panic("lowering: no activation " + act.String())
}

// Pairs is log |q_i - q_j| of every pair of bodies, whose positions are in q, all bodies' first coordinates first.
func Pairs(b *program.Builder, q program.Value, bodies, space int) program.Value {
	var from, to []int
	for i := range bodies {
		for j := i + 1; j < bodies; j++ {
			for a := range space {
				from, to = append(from, a*bodies+i), append(to, a*bodies+j)
			}
		}
	}
	delta := b.Sub(b.Gather(q, from...), b.Gather(q, to...))
	return b.Scale(0.5, b.Unary(program.Log, b.Sums(b.Mul(delta, delta), space)))
}

// Square is the sum of squares.
func Square(b *program.Builder, x program.Value) program.Value { return b.Dot(x, x) }

// Solve is M^-1 f of a positive definite M, of whose elements the lower triangle is given: not a number where M is not
// positive definite.
func Solve(b *program.Builder, m []program.Value, f program.Value, n int) program.Value {
	for i := range n {
		for j := range i + 1 {
			v := m[i*n+j]
			for k := range j {
				v = b.Sub(v, b.Mul(m[i*n+k], m[j*n+k]))
			}
			if i > j {
				m[i*n+j] = b.Div(v, m[j*n+j])
			} else {
				m[i*n+i] = b.Unary(program.Sqrt, v)
			}
		}
	}
	a := make([]program.Value, n)
	for i := range n {
		v := b.Gather(f, i)
		for k := range i {
			v = b.Sub(v, b.Mul(m[i*n+k], a[k]))
		}
		a[i] = b.Div(v, m[i*n+i])
	}
	for i := n - 1; i >= 0; i-- {
		v := a[i]
		for k := i + 1; k < n; k++ {
			v = b.Sub(v, b.Mul(m[k*n+i], a[k]))
		}
		a[i] = b.Div(v, m[i*n+i])
	}
	return b.Concat(a...)
}
