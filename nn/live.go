package nn

import "hnn/internal/kernel"

// Inputs that are zero in every row of a block, as the corners of most pictures are, add
// nothing to the first layer's sums and have no gradient, so P1 leaves them out of both of
// that layer's products. Adding zeros is exact: the values are the same to the bit, and a
// gradient where it is added to nothing.

// liveFrom is the number of inputs from which looking for such columns is worth it.
const liveFrom = 256

// takeLive is take where fewer than a quarter of the columns are zero. Else it leaves the
// others alone in a(0), and the first layer's weights for them in firstPacked.
func (t *Tape[T]) takeLive(x []T) {
	in := t.net.spec.In
	if in < liveFrom {
		t.take(x)
		return
	}
	t.findLive(x)
	if n := len(t.live); n == 0 || 4*n > 3*in {
		t.take(x)
		return
	}
	first := &t.net.layers[0]
	if t.firstPacked == nil {
		t.firstPacked = make([]T, kernel.PackedLen[T](in, first.Out))
		t.firstGrad = make([]T, first.Out*in)
	}
	n := len(t.live)
	t.stride[0] = n
	a := t.a(0)
	for r := range t.rows {
		row := x[r*in : (r+1)*in]
		to := a[r*n : (r+1)*n]
		for i, j := range t.live {
			to[i] = row[j]
		}
	}
	kernel.PackRows(t.firstPacked, t.net.forward[0], t.live, in, first.Out)
}

// findLive lists the columns of x that are not zero in every row.
func (t *Tape[T]) findLive(x []T) {
	in := t.net.spec.In
	if t.dead == nil {
		t.dead, t.live = make([]int32, in), make([]int32, 0, in)
	}
	t.live = t.live[:0]
	dead := t.dead[:in]
	for j := range dead {
		dead[j] = int32(j)
	}
	for r := range t.rows {
		row, n := x[r*in:(r+1)*in], 0
		for _, j := range dead {
			if row[j] == 0 {
				dead[n] = j
				n++
			}
		}
		dead = dead[:n]
	}
	for j := range int32(in) {
		if len(dead) > 0 && dead[0] == j {
			dead = dead[1:]
		} else {
			t.live = append(t.live, j)
		}
	}
}

// first is the first layer's packed weights and the number of its inputs in a(0).
func (t *Tape[T]) first() (packed []T, in int) {
	if len(t.live) > 0 {
		return t.firstPacked, len(t.live)
	}
	return t.net.forward[0], t.net.spec.In
}

// addFirst adds the derivative by the first layer's weights to g (Out x In), given zbar.
func (t *Tape[T]) addFirst(g, zbar []T) {
	out, in := t.net.layers[0].Out, t.net.spec.In
	n := len(t.live)
	if n == 0 {
		kernel.MulTA(g, in, zbar, t.stride[1], t.a(0), in, out, in, t.rows, true)
		return
	}
	kernel.MulTA(t.firstGrad, n, zbar, t.stride[1], t.a(0), n, out, n, t.rows, false)
	for o := range out {
		from, to := t.firstGrad[o*n:(o+1)*n], g[o*in:(o+1)*in]
		for i, j := range t.live {
			to[j] += from[i]
		}
	}
}
