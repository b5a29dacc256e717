package fit

import (
	"hnn/internal/kernel"
	"hnn/model"
	"hnn/model/network"
)

// problem is a loss over rows of data: what an engine evaluates block by block and a
// trainer makes smaller.
type problem[T kernel.Float] interface {
	// trainRows and testRows are the numbers of rows.
	trainRows() int
	testRows() int
	// choose gathers the rows of the next batch; without a call every training row is one.
	choose(rows []int32)
	// newPass returns temporaries for up to block rows of a batch of total rows, or of the
	// test rows.
	newPass(test bool, block, total int) blockPass[T]
	// terms is the number of terms that a row's part of the loss is the sum of.
	terms() int
}

// blockPass evaluates the loss over blocks of rows and its adjoint.
type blockPass[T kernel.Float] interface {
	// loss is the sum of the terms of rows lo to hi.
	loss(lo, hi int) float64
	// adjoint adds to grad the derivative of the mean over all rows and terms that the last
	// call of loss contributed to.
	adjoint(grad []T)
}

// fieldProblem is the mean squared error of a model's field against time derivatives.
type fieldProblem[T kernel.Float] struct {
	net                *network.Network[T]
	train, test, batch Rows[T]
}

func (p *fieldProblem[T]) trainRows() int { return p.train.Len() }
func (p *fieldProblem[T]) testRows() int  { return p.test.Len() }
func (p *fieldProblem[T]) terms() int     { return p.net.Dim() }

func (p *fieldProblem[T]) choose(rows []int32) {
	d := p.train.Dim
	if n := len(rows) * d; len(p.batch.X) != n {
		p.batch = Rows[T]{Dim: d, X: make([]T, n), DX: make([]T, n)}
	}
	m := p.train.Inputs
	if p.train.U != nil && len(p.batch.U) != len(rows)*m {
		p.batch.U = make([]T, len(rows)*m)
	}
	if p.train.Weight != nil && len(p.batch.Weight) != len(rows) {
		p.batch.Weight = make([]T, len(rows))
	}
	for i, row := range rows {
		copy(p.batch.X[i*d:(i+1)*d], p.train.X[int(row)*d:])
		copy(p.batch.DX[i*d:(i+1)*d], p.train.DX[int(row)*d:])
		if p.train.U != nil {
			copy(p.batch.U[i*m:(i+1)*m], p.train.U[int(row)*m:])
		}
		if p.train.Weight != nil {
			p.batch.Weight[i] = p.train.Weight[row]
		}
	}
}

func (p *fieldProblem[T]) newPass(test bool, block, total int) blockPass[T] {
	d := p.net.Dim()
	f := &fieldPass[T]{
		pass: p.net.NewPass(block), dim: d, rows: &p.train, scale: T(2 / float64(total*d)),
		out: make([]T, block*d), bar: make([]T, block*d),
	}
	switch {
	case test:
		f.rows = &p.test
	case total != p.train.Len():
		f.rows = &p.batch
	}
	if driven, ok := f.pass.(model.DrivenPass[T]); ok && driven.Inputs() > 0 {
		f.driven = driven
	}
	return f
}

type fieldPass[T kernel.Float] struct {
	pass     model.Pass[T]
	driven   model.DrivenPass[T] // the pass, nil where it takes no inputs
	dim      int
	rows     *Rows[T]
	scale    T
	out, bar []T // the field, and the loss's derivative by it
	n        int
}

func (f *fieldPass[T]) loss(lo, hi int) float64 {
	d := f.dim
	f.n = (hi - lo) * d
	if f.driven != nil && f.rows.U != nil {
		m := f.driven.Inputs()
		f.driven.Drive(f.rows.U[lo*m : hi*m])
	}
	f.pass.Field(f.rows.X[lo*d:hi*d], f.out, hi-lo)
	var squares float64
	if f.rows.Weight != nil {
		return f.weighted(lo, hi)
	}
	for i, want := range f.rows.DX[lo*d : hi*d] {
		r := f.out[i] - want
		squares += float64(r) * float64(r)
		f.bar[i] = f.scale * r
	}
	return squares
}

// weighted is loss, of the field just evaluated, where rows have weights.
func (f *fieldPass[T]) weighted(lo, hi int) float64 {
	d := f.dim
	var squares float64
	for row := lo; row < hi; row++ {
		w := f.rows.Weight[row]
		out, bar := f.out[(row-lo)*d:], f.bar[(row-lo)*d:]
		for i, want := range f.rows.DX[row*d : (row+1)*d] {
			r := w * (out[i] - want)
			squares += float64(r) * float64(r)
			bar[i] = f.scale * w * r
		}
	}
	return squares
}

func (f *fieldPass[T]) adjoint(grad []T) { f.pass.Adjoint(f.bar[:f.n], grad, nil) }
