package fit

import (
	"cmp"
	"errors"
	"fmt"

	"hnn/data"
	"hnn/internal/kernel"
	"hnn/model"
	"hnn/model/network"
	"hnn/nn"
)

// Rows are states and their time derivatives, each rows x Dim and row-major, in the
// precision of training.
type Rows[T nn.Float] struct {
	Dim   int // numbers of a state
	X, DX []T // rows x Dim each
	// U are the inputs of the rows, rows x Inputs, nil where there are none.
	U      []T
	Inputs int
	// Weight multiplies a row's errors in the loss; nil is 1 for every row. See Weigh.
	Weight []T
}

// Len is the number of rows; the zero value has none.
func (r Rows[T]) Len() int {
	if r.Dim == 0 {
		return 0
	}
	return len(r.X) / r.Dim
}

// check refuses rows whose slices are of different lengths.
func (r Rows[T]) check(what string) error {
	n := r.Len()
	switch {
	case len(r.X) != n*r.Dim || len(r.DX) != len(r.X):
		return fmt.Errorf("fit: the %s rows have %d numbers of states and %d of derivatives; both must be rows of %d", what, len(r.X), len(r.DX), r.Dim)
	case r.U != nil && len(r.U) != n*r.Inputs:
		return fmt.Errorf("fit: %d %s rows have %d numbers of inputs; they must be rows of %d", n, what, len(r.U), r.Inputs)
	case r.Weight != nil && len(r.Weight) != n:
		return fmt.Errorf("fit: %d %s rows have %d weights; give each one or none", n, what, len(r.Weight))
	}
	return nil
}

// RowsOf converts a set of trajectories. It is an error if the set has no derivatives, or not as many as states.
func RowsOf[T nn.Float](s *data.Set) (Rows[T], error) {
	if s.DX == nil {
		return Rows[T]{}, errors.New("fit: the data have no time derivatives to train on")
	}
	r := Rows[T]{Dim: s.Dim, X: make([]T, len(s.X)), DX: make([]T, len(s.DX))}
	kernel.Convert(r.X, s.X)
	kernel.Convert(r.DX, s.DX)
	r.Inputs = len(s.InputNames)
	for _, v := range s.Inputs {
		r.U = append(r.U, T(v))
	}
	return r, r.check("set's")
}

// Derivatives is the mean squared error of a model's field against time derivatives. Test
// may have no rows.
func Derivatives[T nn.Float](train, test Rows[T]) Loss[T] { return derivatives[T]{train, test} }

type derivatives[T nn.Float] struct{ train, test Rows[T] }

func (l derivatives[T]) problem(net *network.Network[T]) (*problem[T], error) {
	if l.train.Len() == 0 {
		return nil, errors.New("fit: no rows to train on")
	}
	if err := cmp.Or(l.train.check("training"), l.test.check("test")); err != nil {
		return nil, err
	}
	if err := sameDim(net.Dim(), l.train.Dim, l.test.Dim, l.test.Len()); err != nil {
		return nil, err
	}
	if err := sameInputs(net.Inputs(), l.train.Inputs, l.test.Inputs, l.test.Len()); err != nil {
		return nil, err
	}
	return &problem[T]{
		train: l.train.Len(), test: l.test.Len(),
		trainOn: func(_, rows int) batch[T] { return newRowBatch(net, l.train, rows) },
		testOn:  func() batch[T] { return newRowBatch(net, l.test, 0) },
	}, nil
}

// rowBatch is the loss over rows.
type rowBatch[T nn.Float] struct {
	wholeRows
	net         *network.Network[T]
	all, chosen Rows[T]
}

func newRowBatch[T nn.Float](net *network.Network[T], all Rows[T], rows int) *rowBatch[T] {
	b := &rowBatch[T]{wholeRows: newWholeRows(all.Len(), rows), net: net, all: all, chosen: all}
	if n := b.size.Rows; n < b.total {
		b.chosen.X, b.chosen.DX = make([]T, n*all.Dim), make([]T, n*all.Dim)
		if all.U != nil {
			b.chosen.U = make([]T, n*all.Inputs)
		}
		if all.Weight != nil {
			b.chosen.Weight = make([]T, n)
		}
	}
	return b
}

func (b *rowBatch[T]) choose(rows []int32) {
	gather(b.chosen.X, b.all.X, rows)
	gather(b.chosen.DX, b.all.DX, rows)
	gather(b.chosen.U, b.all.U, rows)
	gather(b.chosen.Weight, b.all.Weight, rows)
}

// gather copies rows of one slice to another, in which there are no others.
func gather[T any](dst, src []T, rows []int32) {
	n := len(dst) / len(rows)
	for i, row := range rows {
		copy(dst[i*n:(i+1)*n], src[int(row)*n:])
	}
}

func (b *rowBatch[T]) terms() int { return b.size.Rows * b.net.Dim() }

func (b *rowBatch[T]) newPass() (pass[T], error) { return b.newFieldPass(b.size.MaxBlock()), nil }

func (b *rowBatch[T]) newFieldPass(rows int) *fieldPass[T] {
	d := b.net.Dim()
	return &fieldPass[T]{
		pass: b.net.NewPass(rows), dim: d, rows: &b.chosen, scale: T(2 / float64(b.terms())),
		out: make([]T, rows*d), bar: make([]T, rows*d),
	}
}

type fieldPass[T nn.Float] struct {
	pass     *model.Pass[T]
	dim      int
	rows     *Rows[T] // the batch's
	scale    T
	out, bar []T // the field, then its errors; the loss's derivative by it
	n        int
}

func (f *fieldPass[T]) loss(lo, hi int, sums []float64) error {
	f.evaluate(lo, hi)
	sums[0] = f.squares(0)
	return nil
}

// evaluate leaves the errors of rows lo to hi in out and the loss's derivative in bar.
func (f *fieldPass[T]) evaluate(lo, hi int) {
	d := f.dim
	f.n = (hi - lo) * d
	if f.pass.Drive != nil && f.rows.U != nil {
		m := f.pass.Inputs
		f.pass.Drive(f.rows.U[lo*m : hi*m])
	}
	f.pass.Field(f.rows.X[lo*d:hi*d], f.out, hi-lo)
	if f.rows.Weight != nil {
		f.weigh(lo, hi)
		return
	}
	for i, want := range f.rows.DX[lo*d : hi*d] {
		r := f.out[i] - want
		f.out[i], f.bar[i] = r, f.scale*r
	}
}

// weigh is evaluate's end where rows have weights.
func (f *fieldPass[T]) weigh(lo, hi int) {
	d := f.dim
	for row := lo; row < hi; row++ {
		w := f.rows.Weight[row]
		out, bar := f.out[(row-lo)*d:], f.bar[(row-lo)*d:]
		for i, want := range f.rows.DX[row*d : (row+1)*d] {
			r := w * (out[i] - want)
			out[i], bar[i] = r, f.scale*w*r
		}
	}
}

// squares adds the squares of the errors to a sum.
func (f *fieldPass[T]) squares(sum float64) float64 {
	for _, r := range f.out[:f.n] {
		sum += float64(float64(r) * float64(r))
	}
	return sum
}

func (f *fieldPass[T]) adjoint(grad []T) error {
	f.pass.Adjoint(f.bar[:f.n], grad, nil)
	return nil
}

// reverse is adjoint without the derivative by the parameters.
func (f *fieldPass[T]) reverse() { f.pass.Adjoint(f.bar[:f.n], nil, nil) }

func (f *fieldPass[T]) tapes() []*nn.Tape[T] { return f.pass.Tapes }

func (b *rowBatch[T]) newPiece(rows int) piece[T] { return b.newFieldPass(rows) }
