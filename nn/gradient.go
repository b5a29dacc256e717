package nn

import "hnn/internal/kernel"

// Gradient is P2: for a network with one output H it writes g = dH/dx, g and x
// rows x In, row-major without gaps, and H of each row to h unless h is nil.
// GradientAdjoint may follow.
//
// In the notation of a two-layer network, reverse mode:
//
//	abar_L = w,  d_l = abar_l * s'(z_l),  abar_{l-1} = d_l W_l,  g = abar_0
func (t *Tape[T]) Gradient(x, g, h []T, rows int) {
	m, last := t.net, len(t.net.layers)-1
	if m.spec.Out != 1 {
		panic("nn: Gradient of a network with more than one output")
	}
	t.begin(rows)
	t.lengths(m.spec.In, x, g)
	t.lengths(1, h)
	t.take(x)
	t.hidden(true)
	act := kernel.Act(m.spec.Activation)
	w := m.layers[last].W
	if h != nil {
		kernel.MulPacked(h, 1, t.a(last), t.stride[last], m.forward[last], rows, 1, len(w), false)
		if b := m.layers[last].B; b != nil {
			for r := range h[:rows] {
				h[r] += b[0]
			}
		}
	}
	abar, ldAbar := t.abarOf(last)
	kernel.MulPrime(act, t.d(last), abar, ldAbar, t.a(last), t.d1[last], t.stride[last], rows, m.layers[last-1].Out)
	for l := last; l > 1; l-- {
		layer := &m.layers[l-1]
		if m.residual(l - 1) {
			t.copyAbar(l)
		}
		kernel.MulPackedPrime(act, t.d(l-1), t.abar[l-1], t.stride[l-1], t.d(l), t.stride[l], m.backward[l-1], t.a(l-1), t.d1[l-1], rows, layer.In, layer.Out, m.residual(l-1))
	}
	layer := &m.layers[0]
	kernel.MulPacked(g, layer.In, t.d(1), t.stride[1], m.backward[0], rows, layer.In, layer.Out, false)
}

// abarOf is the cotangent of a_l and its leading dimension: for the last hidden
// layer one row, the output weights, stands for all.
func (t *Tape[T]) abarOf(l int) ([]T, int) {
	if last := len(t.net.layers) - 1; l == last {
		return t.net.layers[last].W, 0
	}
	return t.abar[l], t.stride[l]
}

// copyAbar starts abar_{l-1} with abar_l, the part that a residual layer passes on.
func (t *Tape[T]) copyAbar(l int) {
	abar, ld := t.abarOf(l)
	n, s := t.net.layers[l-1].Out, t.stride[l-1]
	for r := range t.rows {
		copy(t.abar[l-1][r*s:r*s+n], abar[r*ld:r*ld+n])
	}
}

// GradientAdjoint is the adjoint of the Gradient that came before it. Given gbar,
// the derivative of a loss by g, and hbar, that by h (nil for none), it ADDS the
// derivative by the parameters to grad (in the layout of Params; nil leaves it
// out) and writes the derivative by x to xbar (nil leaves it out).
//
//	tangent   t_0 = gbar;  u_l = t_{l-1} W_l^T;  t_l = u_l * s'
//	          e_l = u_l * abar_l * s'';  wbar = sum of the rows of t_L
//	reverse   c_L = hbar w;  zbar_l = e_l + c_l * s';  c_{l-1} = zbar_l W_l
//	          Wbar_l = d_l^T t_{l-1} + zbar_l^T a_{l-1};  xbar = c_0
func (t *Tape[T]) GradientAdjoint(gbar, hbar, grad, xbar []T) {
	t.lengths(t.net.spec.In, gbar, xbar)
	t.lengths(1, hbar)
	t.ybar = nil
	m, rows, last := t.net, t.rows, len(t.net.layers)-1
	act := kernel.Act(m.spec.Activation)
	copy(t.ta[0], gbar[:rows*m.spec.In])
	for l := 1; l <= last; l++ {
		layer, s := &m.layers[l-1], t.stride[l]
		abar, ldAbar := t.abarOf(l)
		kernel.MulPackedTangent(act, t.ta[l], t.e(l), s, t.ta[l-1], t.stride[l-1], m.forward[l-1], abar, ldAbar, t.a(l), t.d1[l], t.d2[l], rows, layer.Out, layer.In)
		if m.residual(l - 1) {
			kernel.Add(t.ta[l][:rows*s], t.ta[l-1][:rows*s])
		}
	}
	var g []Layer[T]
	if grad != nil {
		g = t.gradientLayers(grad)
		kernel.SumRows(g[last].W, t.ta[last], t.stride[last], rows, m.layers[last].In)
	}
	if hbar != nil {
		t.valueCotangent(hbar, g)
		s := t.stride[last]
		kernel.AddMulPrime(act, t.e(last), t.c, s, t.a(last), t.d1[last], s, rows, m.layers[last-1].Out)
	}
	for l := last; l >= 1; l-- {
		layer, s := &m.layers[l-1], t.stride[l]
		if grad != nil {
			kernel.SumRows(g[l-1].B, t.e(l), s, rows, layer.Out)
			// d above zbar, t above a: one product of twice the rows.
			kernel.MulTA(g[l-1].W, layer.In, t.de[l], s, t.ta[l-1], t.stride[l-1], layer.Out, layer.In, 2*rows, true)
		}
		switch {
		case l > 1:
			passOn := m.residual(l-1) && (l < last || hbar != nil)
			kernel.MulPackedAddPrime(act, t.e(l-1), t.c, t.stride[l-1], t.e(l), s, m.backward[l-1], t.a(l-1), t.d1[l-1], rows, layer.In, layer.Out, passOn)
		case xbar != nil:
			kernel.MulPacked(xbar, layer.In, t.e(1), s, m.backward[0], rows, layer.In, layer.Out, false)
		}
	}
}

// valueCotangent starts the second reverse sweep with hbar: c_L = hbar w, and the
// output layer's own derivative.
func (t *Tape[T]) valueCotangent(hbar []T, g []Layer[T]) {
	last := len(t.net.layers) - 1
	w, s := t.net.layers[last].W, t.stride[last]
	kernel.MulPacked(t.c, s, hbar, 1, t.net.backward[last], t.rows, len(w), 1, false)
	if g == nil {
		return
	}
	kernel.GemvT(g[last].W, t.a(last), s, hbar, t.rows, len(w), true)
	if b := g[last].B; b != nil {
		kernel.SumRows(b, hbar, 1, t.rows, 1)
	}
}
