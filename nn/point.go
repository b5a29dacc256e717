package nn

import "hnn/internal/kernel"

// Point evaluates a network at one state at a time, reading the weights
// in the layout of Params: it is limited by memory, not by arithmetic, and
// needs no Refresh. Not safe for concurrent use.
type Point[T Float] struct {
	net        *MLP[T]
	a, d1, bar [][]T
	prime      []T
}

// NewPoint returns an evaluator for single states.
func (m *MLP[T]) NewPoint() *Point[T] {
	p := &Point[T]{net: m}
	widest := 0
	for _, h := range m.spec.Hidden {
		p.a = append(p.a, make([]T, h))
		p.bar = append(p.bar, make([]T, h))
		var d1 []T
		if !m.spec.Activation.fromValue() || m.spec.Residual {
			d1 = make([]T, h)
		}
		p.d1 = append(p.d1, d1)
		widest = max(widest, h)
	}
	p.prime = make([]T, widest)
	return p
}

// hidden leaves the values of the first n hidden layers in a, and returns the last of them.
func (p *Point[T]) hidden(x []T, n int) []T {
	m := p.net
	act := kernel.Act(m.spec.Activation)
	for l := range n {
		layer := &m.layers[l]
		kernel.Gemv(p.a[l], layer.W, layer.In, x, layer.Out, layer.In, false)
		kernel.Activate(act, p.a[l], layer.Out, layer.B, p.d1[l], nil, 1, layer.Out)
		if m.residual(l) {
			kernel.Add(p.a[l], x)
		}
		x = p.a[l]
	}
	return x
}

// Value is P1 at one state: y (Out) = MLP(x), x (In).
func (p *Point[T]) Value(x, y []T) {
	if len(x) != p.net.spec.In || len(y) != p.net.spec.Out {
		panic("nn: Value of a state, or to one, of another length than the network's")
	}
	out := &p.net.layers[len(p.a)]
	kernel.Gemv(y, out.W, out.In, p.hidden(x, len(p.a)), out.Out, out.In, false)
	if out.B != nil {
		kernel.Add(y[:out.Out], out.B)
	}
}

// Gradient is P2 at one state: g (In) = dH/dx for the scalar network's H.
func (p *Point[T]) Gradient(x, g []T) {
	m, last := p.net, len(p.a)
	if m.spec.Out != 1 {
		panic("nn: Gradient of a network with more than one output")
	}
	if len(x) != m.spec.In || len(g) != m.spec.In {
		panic("nn: Gradient of a state, or to one, of another length than the network's")
	}
	act := kernel.Act(m.spec.Activation)
	// The output weights are the cotangent of the last hidden layer, so that its products
	// forward and backward are one pass.
	onePass := !m.residual(last - 1)
	if onePass {
		x = p.hidden(x, last-1)
	} else {
		p.hidden(x, last)
	}
	bar := m.layers[last].W
	for l := last - 1; l >= 0; l-- {
		layer, to := &m.layers[l], g
		if l > 0 {
			to = p.bar[l-1]
		}
		if onePass && l == last-1 {
			kernel.HiddenGradient(act, to, p.a[l], p.prime, p.d1[l], layer.W, layer.In, x, layer.B, bar, layer.Out, layer.In)
		} else {
			kernel.MulPrime(act, p.prime, bar, 0, p.a[l], p.d1[l], layer.Out, 1, layer.Out)
			if m.residual(l) {
				copy(to, bar)
			}
			kernel.GemvT(to, layer.W, layer.In, p.prime, layer.Out, layer.In, m.residual(l))
		}
		bar = to
	}
}
