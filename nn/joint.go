package nn

import (
	"slices"

	"hnn/internal/kernel"
)

// Joint is a block of rows of which several tapes of one network hold some each. All of an
// adjoint is of rows that stand alone, but for the derivative by the parameters, whose elements
// are sums over rows. So several goroutines can do the former at the same time, a tape each,
// with nil for grad, and then the sums, some parameters each, over the rows of all: the
// bits are those of one tape of the block.
type Joint[T Float] struct {
	whole *Tape[T]
	tapes []*Tape[T]
}

// Join joins tapes for blocks of up to so many rows. The network must not be one whose inputs
// P1 may leave out: see CanJoin.
func Join[T Float](rows int, tapes ...*Tape[T]) *Joint[T] {
	if !tapes[0].CanJoin() {
		panic("nn: tapes of a network of pictures cannot be joined")
	}
	return &Joint[T]{tapes[0].net.NewTape(rows), tapes}
}

// CanJoin reports whether the tape can be joined with others of its network.
func (t *Tape[T]) CanJoin() bool { return t.net.spec.In < liveFrom }

// Parameters is the number of the network's.
func (j *Joint[T]) Parameters() int { return len(j.whole.net.params) }

// Begin says that the next pass of tape i is over the rows of a block of so many that begin
// with from: of none, too, where it has none.
func (j *Joint[T]) Begin(i, from, rows, block int) {
	t := j.tapes[i]
	if from < 0 || rows < 0 || from+rows > block || block > j.whole.Rows || rows > t.Rows {
		panic("nn: more rows than the joined tapes hold")
	}
	t.joined, t.rows = block, rows
	for l, s := range t.stride {
		t.ta[l] = j.whole.ta[l][from*s:]
		if l > 0 {
			t.de[l] = j.whole.de[l][from*s:]
		}
	}
}

// Sums adds to grad one of so many parts of what the adjoints of the tapes, GradientAdjoint
// without hbar or ValueAdjoint, left out for their nil: the derivative by some of the parameters.
// What a ValueAdjoint was given for ybar must still be what it was.
func (j *Joint[T]) Sums(grad []T, part, parts int) {
	t, rows := j.whole, j.tapes[0].joined
	layers := t.net.layers
	if len(grad) != len(t.net.params) {
		panic("nn: a gradient of another number of parameters than the network's")
	}
	value := slices.ContainsFunc(j.tapes, func(t *Tape[T]) bool { return t.rows > 0 && t.ybar != nil })
	at, last := 0, len(layers)-1
	for l := 1; l <= last; l++ {
		in, out, s, below := layers[l-1].In, layers[l-1].Out, t.stride[l], t.stride[l-1]
		lo, hi := share(out, part, parts)
		w := grad[at : at+in*out]
		b := grad[at+in*out : at+in*out+out]
		if at += len(w) + len(b); lo == hi {
			continue
		}
		kernel.SumRows(b[lo:hi], t.de[l][rows*s+lo:], s, rows, hi-lo)
		from := 0
		if value {
			from = rows
		}
		kernel.MulTA(w[lo*in:hi*in], in, t.de[l][from*s+lo:], s, t.ta[l-1][from*below:], below, hi-lo, in, 2*rows-from, true)
	}
	in, out, s := layers[last].In, layers[last].Out, t.stride[last]
	lo, hi := share(in, part, parts)
	if !value {
		kernel.SumRows(grad[at+lo:at+hi], t.ta[last][lo:], s, rows, hi-lo)
		return
	}
	a := t.ta[last][rows*s:]
	for _, p := range j.tapes {
		if p.rows == 0 {
			continue
		}
		if lo < hi {
			kernel.MulTA(grad[at+lo:at+in*out], in, p.ybar, out, a[lo:], s, out, hi-lo, p.rows, true)
		}
		if part == 0 && layers[last].B != nil {
			kernel.SumRows(grad[at+in*out:], p.ybar, out, p.rows, out)
		}
		a = a[p.rows*s:]
	}
}

// sumUnit is the number of a layer's outputs that parts of the sums come in: as many rows as a
// tile of the products has.
const sumUnit = 8

// share is the half-open range of part i of so many in n outputs.
func share(n, i, parts int) (lo, hi int) {
	units := (n + sumUnit - 1) / sumUnit
	return min(n, units*i/parts*sumUnit), min(n, units*(i+1)/parts*sumUnit)
}
