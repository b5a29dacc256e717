package nn

import "hnn/internal/kernel"

// Value is P1: it writes y = MLP(x), y rows x Out and x rows x In, both row-major
// without gaps. ValueAdjoint may follow.
func (t *Tape[T]) Value(x, y []T, rows int) {
	t.begin(rows)
	t.lengths(t.net.spec.In, x)
	t.lengths(t.net.spec.Out, y)
	t.takeLive(x)
	t.hidden(false)
	m, l := t.net, len(t.net.layers)-1
	out := &m.layers[l]
	kernel.MulPacked(y, out.Out, t.a(l), t.stride[l], m.forward[l], rows, out.Out, out.In, false)
	if out.B != nil {
		for r := range rows {
			kernel.Add(y[r*out.Out:(r+1)*out.Out], out.B)
		}
	}
}

// ValueAdjoint is the adjoint of the Value that came before it. Given ybar, the
// derivative of a loss by y, it ADDS the derivative by the parameters to grad (in
// the layout of Params; nil leaves it out) and writes the derivative by x to xbar
// (nil leaves it out).
func (t *Tape[T]) ValueAdjoint(ybar, grad, xbar []T) {
	m, rows, last := t.net, t.rows, len(t.net.layers)-1
	act := kernel.Act(m.spec.Activation)
	t.lengths(m.spec.Out, ybar)
	t.lengths(m.spec.In, xbar)
	t.ybar = ybar
	var g []Layer[T]
	if grad != nil {
		g = t.gradientLayers(grad)
		kernel.MulTA(g[last].W, m.layers[last].In, ybar, m.spec.Out, t.a(last), t.stride[last], m.spec.Out, m.layers[last].In, rows, true)
		if g[last].B != nil {
			kernel.SumRows(g[last].B, ybar, m.spec.Out, rows, m.spec.Out)
		}
	}
	kernel.MulPackedPrime(act, t.e(last), t.c, t.stride[last], ybar, m.spec.Out, m.backward[last], t.a(last), t.d1[last], rows, m.layers[last].In, m.spec.Out, false)
	for l := last; l >= 1; l-- {
		layer, s := &m.layers[l-1], t.stride[l]
		zbar := t.e(l)
		if grad != nil {
			kernel.SumRows(g[l-1].B, zbar, s, rows, layer.Out)
			if l == 1 {
				t.addFirst(g[0].W, zbar)
			} else {
				kernel.MulTA(g[l-1].W, layer.In, zbar, s, t.a(l-1), t.stride[l-1], layer.Out, layer.In, rows, true)
			}
		}
		switch {
		case l > 1:
			kernel.MulPackedPrime(act, t.e(l-1), t.c, t.stride[l-1], zbar, s, m.backward[l-1], t.a(l-1), t.d1[l-1], rows, layer.In, layer.Out, m.residual(l-1))
		case xbar != nil:
			kernel.MulPacked(xbar, layer.In, zbar, s, m.backward[0], rows, layer.In, layer.Out, false)
		}
	}
}
