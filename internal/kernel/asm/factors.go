package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// factors are A and B of a product: the strides that are not constants, in bytes, nil
// where they are.
type factors struct {
	lanes
	layout gemmLayout
	v      int // vectors in a row of a tile
	// From row to row or, of columns, from column to column of A.
	lda reg.GPVirtual
	// From row to row of B, where A is of columns. That from panel to panel is loaded where
	// it is needed.
	ldb reg.GPVirtual
}

// factorsOf loads the strides of a function's parameters.
func (l lanes) factorsOf(g gemmLayout, v int) factors {
	f := factors{lanes: l, layout: g, v: v, lda: l.argBytes("lda")}
	if g == columnsOfA {
		f.ldb = l.argBytes("ldb")
	} else {
		SHLQ(U8(l.shift), param("bps"))
	}
	return f
}

// nextGroup moves B on by as many panels as a tile has.
func (f factors) nextGroup() {
	if f.layout == columnsOfA {
		ADDQ(U32(f.v*f.bytes), param("b"))
		return
	}
	step := arg("bps")
	switch f.panels() {
	case 2:
		SHLQ(U8(1), step)
	case 3:
		LEAQ(Mem{Base: step, Index: step, Scale: 2}, step)
	case 4:
		SHLQ(U8(2), step)
	}
	ADDQ(step, param("b"))
}

// panels is the number of B's panels, of 64 bytes, that a tile reaches.
func (f factors) panels() int { return (f.v*f.bytes + 63) / 64 }

// nextRows moves a on by h rows.
func (f factors) nextRows(h int, a reg.GPVirtual) {
	if f.layout == columnsOfA {
		ADDQ(U32(h*f.size), a)
		return
	}
	for range h {
		ADDQ(f.lda, a)
	}
}

// A walk is along the sum of a tile: the elements of A and the vectors of B at a step.
type walk struct {
	factors
	// A pointer to every third row of A, so that six cost two additions a step, or one to
	// all of them.
	as []reg.GPVirtual
	// B, or a pointer to its panels 0 to 2 and a second to panel 3.
	bs  []reg.GPVirtual
	bps reg.GPVirtual
}

// start is at the first step for the h rows from a.
func (f factors) start(h int, a reg.GPVirtual) walk {
	pa, b := GP64(), arg("b")
	MOVQ(a, pa)
	w := walk{factors: f, as: []reg.GPVirtual{pa}, bs: []reg.GPVirtual{b}}
	if f.layout == columnsOfA {
		return w
	}
	w.as = rowPointers(h, pa, f.lda)
	if f.panels() > 1 {
		w.bps = arg("bps")
		w.bs = rowPointers(f.panels(), b, w.bps)
	}
	return w
}

// a is the element of A in row i of a step.
func (w walk) a(i, ahead int) Mem {
	if w.layout == columnsOfA {
		return Mem{Base: w.as[0], Disp: i * w.size}
	}
	return row(w.as, w.lda, i).Offset(ahead * w.size)
}

// b is vector j of B's row at a step.
func (w walk) b(j, ahead int) Mem {
	at := j * w.bytes
	if w.layout == columnsOfA {
		return Mem{Base: w.bs[0], Disp: at}
	}
	return row(w.bs, w.bps, at/64).Offset(at%64 + 64*ahead)
}

// embeds reports whether row i of A is broadcast by each multiply-add anew: one
// instruction less, and more loads, for which there is room where B is packed. An address
// with an index would cost the instruction again.
func (w walk) embeds(i int) bool { return w.layout == rowsOfA && i%3 == 0 }

// advance moves on by a number of steps, of columns of A one.
func (w walk) advance(steps int) {
	if w.layout == columnsOfA {
		ADDQ(w.lda, w.as[0])
		ADDQ(w.ldb, w.bs[0])
		return
	}
	for _, p := range w.as {
		ADDQ(U32(steps*w.size), p)
	}
	for _, p := range w.bs {
		ADDQ(U32(64*steps), p)
	}
}

// times emits step for a positive count of times, by times in a loop's body. It is told
// how many steps it is ahead of the pointers.
func (w walk) times(count reg.GPVirtual, by int, step func(ahead int)) {
	if w.layout == rowsOfA { // later steps are reached from the pointers of one before them
		unrolled(count, by, step, w.advance)
		return
	}
	unrolled(count, by, func(int) { step(0); w.advance(1) }, func(int) {})
}
