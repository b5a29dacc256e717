package nn

import "hnn/internal/kernel"

// Inputs that are zero in every row of a block, as the corners of most pictures are, add
// nothing to the first layer's sums and have no gradient, so P1 leaves them out of both of
// that layer's products. Adding zeros is exact: the values are the same to the bit, and a
// gradient where it is added to nothing.

// liveFrom is the number of inputs from which looking for such columns is worth it.
const liveFrom = 256

// A run is of columns that stand side by side, from lo to hi. Those in use of a picture
// are few runs for each of its rows.
type run struct{ lo, hi int32 }

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
	// Below In, so that it fits; and rows begin with a cache line, for the kernels' sake.
	s := kernel.Stride[T](n)
	t.stride[0] = s
	a := t.a(0)
	for r := range t.rows {
		row, to := x[r*in:(r+1)*in], a[r*s:r*s+n]
		for _, u := range t.runs {
			to = to[copy(to, row[u.lo:u.hi]):]
		}
	}
	kernel.PackRows(t.firstPacked, t.net.forward[0], t.live, in, first.Out)
}

// findLive lists the columns of x that are not zero in every row.
func (t *Tape[T]) findLive(x []T) {
	in := t.net.spec.In
	if t.dead == nil {
		t.dead, t.live, t.runs = make([]int32, in), make([]int32, 0, in), make([]run, 0, in/2+1)
	}
	t.live, t.runs = t.live[:0], t.runs[:0]
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
			if n := len(t.runs); n > 0 && t.runs[n-1].hi == j {
				t.runs[n-1].hi++
			} else {
				t.runs = append(t.runs, run{j, j + 1})
			}
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
	s := t.stride[0]
	kernel.MulTA(t.firstGrad, s, zbar, t.stride[1], t.a(0), s, out, n, t.rows, false)
	for o := range out {
		from, to := t.firstGrad[o*s:o*s+n], g[o*in:(o+1)*in]
		for _, u := range t.runs {
			width := int(u.hi - u.lo)
			kernel.Add(to[u.lo:u.hi], from[:width])
			from = from[width:]
		}
	}
}
