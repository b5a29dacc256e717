package model

import (
	"math/rand/v2"

	"hnn/internal/kernel"
	"hnn/ode"
)

// base is what networks have in common: their parameters, shared out to modules.
type base[T kernel.Float] struct {
	architecture Architecture
	params       []T
	modules      []module[T]
	ends         []int // of the modules' parameters
}

func (b *base[T]) Kind() string               { return b.architecture.Kind }
func (b *base[T]) Dim() int                   { return b.architecture.Dim }
func (b *base[T]) Architecture() Architecture { return b.architecture }
func (b *base[T]) Params() []T                { return b.params }
func (b *base[T]) Parameters() int            { return len(b.params) }

func (b *base[T]) Tensors() []Tensor {
	var ts []Tensor
	for _, m := range b.modules {
		ts = append(ts, m.tensors()...)
	}
	return ts
}

// bind makes the parameters and shares them out.
func (b *base[T]) bind() {
	n := 0
	for _, t := range b.Tensors() {
		n += t.Size()
	}
	b.bindTo(make([]T, n))
}

// bindTo shares out the given parameters.
func (b *base[T]) bindTo(params []T) {
	b.ends = make([]int, len(b.modules))
	n := 0
	for i, m := range b.modules {
		for _, t := range m.tensors() {
			n += t.Size()
		}
		b.ends[i] = n
	}
	b.params = params
	for i, m := range b.modules {
		m.bind(b.piece(i, b.params))
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

func (b *base[T]) Refreshes() int {
	n := 0
	for _, m := range b.modules {
		n += m.refreshes()
	}
	return n
}

func (b *base[T]) RefreshPart(i int) {
	for _, m := range b.modules {
		if n := m.refreshes(); i >= n {
			i -= n
			continue
		}
		m.refreshPart(i)
		return
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

// batchField runs a pass block by block, in float64 at the borders.
func batchField[T kernel.Float](n Network[T]) ode.BatchField {
	d := n.Dim()
	var pass Pass[T]
	held := 0
	in, out := make([]T, batchRows*d), make([]T, batchRows*d)
	return func(_ []float64, x, dx []float64, rows int) {
		if rows > held && held < batchRows {
			held = min(rows, batchRows)
			pass = n.NewPass(held)
		}
		for lo := 0; lo < rows; lo += batchRows {
			block := min(batchRows, rows-lo)
			copyFloats(in, x[lo*d:(lo+block)*d])
			pass.Field(in, out, block)
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
