package nn

import "hnn/internal/kernel"

// Tape holds the temporaries of one pass over up to Rows rows, and of its adjoint. It is not
// safe for concurrent use, but any number of tapes may work on one network. A pass panics if
// it is given more than Rows rows.
//
// Rows should be near 96 where speed matters: a block's temporaries then stay in
// the second-level cache.
type Tape[T Float] struct {
	net  *MLP[T]
	Rows int
	rows int // of the pass at hand
	// joined, unless 0, is the number of rows of the block that this tape holds some of, in
	// the buffers of a Joint.
	joined int

	stride []int // of layer l's rows; stride[0] is that of the inputs
	// ta[l] is t_l in its first rows and a_l below them, for l = 0 (Gbar over X) to L, so that
	// the two outer products of P2's adjoint are one. P1 uses the a part only, at the top.
	ta [][]T
	// de[l] is d_l and, below, e_l (which becomes zbar_l), for hidden layers 1 to L.
	de   [][]T
	abar [][]T // abar_l for l = 1 to L-1
	// s' and s” of layer l, nil where they follow from s.
	d1, d2 [][]T
	c      []T        // the cotangent of a_l, as wide as the widest layer
	ybar   []T        // what ValueAdjoint was given, the caller's
	grad   []Layer[T] // views of the gradient at hand
	// The columns of X that are not all zero, where P1 takes only those (see live.go), and
	// the first layer's weights and gradient for them.
	live, dead             []int32
	runs                   []run
	firstPacked, firstGrad []T
}

// NewTape returns a tape for passes over up to rows rows. It panics if rows is below 1.
func (m *MLP[T]) NewTape(rows int) *Tape[T] {
	if rows < 1 {
		panic("nn: a tape needs at least one row")
	}
	hidden := len(m.layers) - 1
	t := &Tape[T]{net: m, Rows: rows}
	t.stride = make([]int, hidden+1)
	t.ta = make([][]T, hidden+1)
	t.de = make([][]T, hidden+1)
	t.abar = make([][]T, hidden+1)
	t.d1 = make([][]T, hidden+1)
	t.d2 = make([][]T, hidden+1)
	widest := 0
	t.stride[0] = m.spec.In
	t.ta[0] = make([]T, 2*rows*m.spec.In)
	for l := 1; l <= hidden; l++ {
		s := kernel.Stride[T](m.spec.Hidden[l-1])
		t.stride[l] = s
		widest = max(widest, s)
		t.ta[l] = make([]T, 2*rows*s)
		t.de[l] = make([]T, 2*rows*s)
		if l < hidden {
			t.abar[l] = make([]T, rows*s)
		}
		// A residual layer overwrites s with the sum, so s' cannot follow from it.
		if !m.spec.Activation.fromValue() || m.spec.Residual {
			t.d1[l] = make([]T, rows*s)
			t.d2[l] = make([]T, rows*s)
		}
	}
	t.c = make([]T, rows*widest)
	return t
}

func (t *Tape[T]) begin(rows int) {
	if rows < 1 || rows > t.Rows {
		panic("nn: more rows than the tape holds")
	}
	t.rows = rows
}

// below is the number of rows from those in ta and de to those below them.
func (t *Tape[T]) below() int { return max(t.rows, t.joined) }

// lengths panics where slices have fewer numbers than rows of a width, nil ones being left out; they may be longer, as buffers are.
func (t *Tape[T]) lengths(width int, slices ...[]T) {
	for _, s := range slices {
		if s != nil && len(s) < t.rows*width {
			panic("nn: a slice is shorter than the rows of the pass")
		}
	}
}

// a is a_l of the pass at hand, t its tangent, d and e the cotangents of z.
func (t *Tape[T]) a(l int) []T { return t.ta[l][t.below()*t.stride[l]:] }
func (t *Tape[T]) d(l int) []T { return t.de[l] }
func (t *Tape[T]) e(l int) []T { return t.de[l][t.below()*t.stride[l]:] }

// take leaves x (rows x In) in a(0).
func (t *Tape[T]) take(x []T) {
	t.live, t.runs, t.stride[0] = t.live[:0], t.runs[:0], t.net.spec.In
	copy(t.a(0), x[:t.rows*t.net.spec.In])
}

// hidden runs the hidden layers on the inputs in a(0), leaving a_l in the tape, s' and,
// where second is set, s”.
func (t *Tape[T]) hidden(second bool) {
	m := t.net
	act := kernel.Act(m.spec.Activation)
	for l := 1; l < len(m.layers); l++ {
		layer, s := &m.layers[l-1], t.stride[l]
		packed, in := m.forward[l-1], layer.In
		if l == 1 {
			packed, in = t.first()
		}
		kernel.MulPacked(t.a(l), s, t.a(l-1), t.stride[l-1], packed, t.rows, layer.Out, in, false)
		d2 := t.d2[l]
		if !second {
			d2 = nil
		}
		kernel.Activate(act, t.a(l), s, layer.B, t.d1[l], d2, t.rows, layer.Out)
		if m.residual(l - 1) {
			// The padding of a row is never read, so whole rows may be added.
			kernel.Add(t.a(l)[:t.rows*s], t.a(l - 1)[:t.rows*s])
		}
	}
}

// gradientLayers views grad as layers, without allocating.
func (t *Tape[T]) gradientLayers(grad []T) []Layer[T] {
	t.grad = appendLayers(t.grad[:0], t.net.spec, grad)
	return t.grad
}
