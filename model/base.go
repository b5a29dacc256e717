package model

import (
	"math/rand/v2"

	"hnn/internal/kernel"
	"hnn/ode"
)

// base is what networks have in common: their parameters, shared out to modules. It is a
// module itself, of a network that has others within.
type base[T kernel.Float] struct {
	architecture Architecture
	params       []T
	modules      []module[T]
	ends         []int // of the modules' parameters
	// block is the number of rows that a BatchField evaluates at once, 0 for batchRows.
	block int
}

func (b *base[T]) Kind() string               { return b.architecture.Kind }
func (b *base[T]) Dim() int                   { return b.architecture.Dim }
func (b *base[T]) Architecture() Architecture { return b.architecture }
func (b *base[T]) Params() []T                { return b.params }
func (b *base[T]) Parameters() int            { return len(b.params) }
func (b *base[T]) Tensors() []Tensor          { return b.tensors() }
func (b *base[T]) Refreshes() int             { return b.refreshes() }
func (b *base[T]) RefreshPart(i int)          { b.refreshPart(i) }

func (b *base[T]) tensors() []Tensor {
	var ts []Tensor
	for _, m := range b.modules {
		ts = append(ts, m.tensors()...)
	}
	return ts
}

// size is the number of a module's parameters.
func size[T kernel.Float](m module[T]) int {
	n := 0
	for _, t := range m.tensors() {
		n += t.Size()
	}
	return n
}

// bind shares the parameters out.
func (b *base[T]) bind(params []T) {
	b.params = params
	b.ends = make([]int, len(b.modules))
	n := 0
	for i, m := range b.modules {
		n += size(m)
		b.ends[i] = n
		m.bind(b.piece(i, params))
	}
}

// piece is module i's part of the parameters, or of a gradient; nil stays nil.
func (b *base[T]) piece(i int, params []T) []T {
	if params == nil {
		return nil
	}
	lo, hi := 0, b.ends[i]
	if i > 0 {
		lo = b.ends[i-1]
	}
	return params[lo:hi:hi]
}

func (b *base[T]) init(rng *rand.Rand) {
	for _, m := range b.modules {
		m.init(rng)
	}
}

func (b *base[T]) refreshes() int {
	n := 0
	for _, m := range b.modules {
		n += m.refreshes()
	}
	return n
}

func (b *base[T]) refreshPart(i int) {
	for _, m := range b.modules {
		n := m.refreshes()
		if i < n {
			m.refreshPart(i)
			return
		}
		i -= n
	}
}

// widened is a network of the same architecture and parameters in float64.
func (b *base[T]) widened() network[float64] {
	w, err := empty[float64](b.architecture)
	if err != nil {
		panic("model: a network with an impossible architecture exists")
	}
	copyFloats(w.Params(), b.params)
	Refresh[float64](w)
	return w
}

// batchRows is the number of rows that a BatchField evaluates at once.
const batchRows = 96

func (b *base[T]) blockRows() int {
	if b.block > 0 {
		return b.block
	}
	return batchRows
}

// batchField runs a network's pass block by block.
func (b *base[T]) batchField(newPass func(rows int) Pass[T]) ode.BatchField {
	blocks := blockwise(b.blockRows(), b.Dim(), newPass, func(p Pass[T], in, out []T, rows int) { p.Field(in, out, rows) })
	return func(_ []float64, x, dx []float64, rows int) { blocks(x, dx, rows) }
}

// blockwise evaluates vectors of length d to vectors of length d, at most so many rows
// at a time, in float64 at the borders. The temporaries P grow with the rows asked for.
func blockwise[T kernel.Float, P any](most, d int, newPass func(rows int) P, evaluate func(p P, in, out []T, rows int)) func(x, dx []float64, rows int) {
	var pass P
	held := 0
	in, out := make([]T, most*d), make([]T, most*d)
	return func(x, dx []float64, rows int) {
		if rows > held && held < most {
			held = min(rows, most)
			pass = newPass(held)
		}
		for lo := 0; lo < rows; lo += most {
			block := min(most, rows-lo)
			copyFloats(in, x[lo*d:(lo+block)*d])
			evaluate(pass, in, out, block)
			copyFloats(dx[lo*d:(lo+block)*d], out)
		}
	}
}

// copyFloats converts between precisions; the shorter slice gives the length.
func copyFloats[U, V kernel.Float](dst []U, src []V) {
	for i := range min(len(dst), len(src)) {
		dst[i] = U(src[i])
	}
}
