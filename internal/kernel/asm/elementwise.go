package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A matrix is an operand of an element-wise kernel: a parameter that points to its
// first row, and the parameter of its leading dimension ("" where every row of the
// operation uses the same one).
type matrix struct{ name, ld string }

// cursor gives the body of an element-wise kernel its operands, a vector at a time.
type cursor struct {
	l       lanes
	pointer map[string]reg.GPVirtual
	index   reg.GPVirtual
	mask    reg.Register // nil but in the tail of a row
}

func (c cursor) at(name string) Mem {
	return Mem{Base: c.pointer[name], Index: c.index, Scale: 1}
}

func (c cursor) load(name string) reg.VecVirtual {
	v := c.l.vector()
	if c.mask != nil {
		c.l.maskLoad(c.at(name), c.mask, v)
	} else {
		c.l.load(c.at(name), v)
	}
	return v
}

func (c cursor) store(v reg.VecVirtual, name string) {
	if c.mask != nil {
		c.l.maskStore(v, c.mask, c.at(name))
	} else {
		c.l.store(v, c.at(name))
	}
}

// overRows emits body for every vector of n elements in each of rows rows, the last
// of a row under a mask, and ends the function. rows is the name of a parameter; ""
// is a single row.
func (l lanes) overRows(rows string, operands []matrix, body func(c cursor)) {
	l.overRowsThen(func() {}, rows, operands, body)
}

// overRowsFlushed is overRows with denormals taken for zero.
func (l lanes) overRowsFlushed(rows string, operands []matrix, body func(c cursor)) {
	l.overRowsThen(flushDenormals(), rows, operands, body)
}

// overRowsThen is overRows with what is emitted before the function ends.
func (l lanes) overRowsThen(last func(), rows string, operands []matrix, body func(c cursor)) {
	c := cursor{l: l, pointer: map[string]reg.GPVirtual{}}
	strides := map[string]reg.GPVirtual{}
	done := label("done")
	if rows != "" {
		CMPQ(param(rows), Imm(0))
		JLE(LabelRef(done))
	}
	for _, m := range operands {
		c.pointer[m.name] = arg(m.name)
		if m.ld != "" && strides[m.ld] == nil {
			strides[m.ld] = l.argBytes(m.ld)
		}
	}
	// Whole vectors of a row, in bytes.
	whole := arg("n")
	ANDQ(I32(-l.width), whole)
	SHLQ(U8(l.shift), whole)

	c.index = GP64()
	row, loop, tail, next := label("row"), label("vector"), label("tail"), label("next")
	Label(row)
	XORQ(c.index, c.index)
	CMPQ(c.index, whole)
	JGE(LabelRef(tail))
	Label(loop)
	body(c)
	ADDQ(U32(l.bytes), c.index)
	CMPQ(c.index, whole)
	JLT(LabelRef(loop))
	Label(tail)
	count := arg("n")
	ANDQ(U32(l.width-1), count)
	JZ(LabelRef(next))
	masked := c
	masked.mask = l.tailMask(count)
	body(masked)
	Label(next)
	if rows != "" {
		for _, m := range operands {
			if m.ld != "" {
				ADDQ(strides[m.ld], c.pointer[m.name])
			}
		}
		DECQ(param(rows))
		JNZ(LabelRef(row))
		Label(done)
	}
	last()
	end()
}

// tanhPrime gives the vector of s = tanh(z) at c, and s'.
func (c cursor) tanhPrime() (s, d1 reg.VecVirtual) {
	s = c.load("s")
	return s, c.l.tanhPrime(s)
}

// tanhPrime is 1 - s^2.
func (l lanes) tanhPrime(s reg.VecVirtual) reg.VecVirtual {
	d1 := l.fresh(l.constant("one", 1))
	l.fnma231(s, s, d1)
	return d1
}

// tangentOf leaves t = u s' in u and t abar (-2 s) in bar, with s' in d1. It overwrites s.
func (l lanes) tangentOf(u, bar, s, d1 reg.VecVirtual) {
	l.mul(u, d1, u)
	l.mul(u, bar, bar)
	l.mul(l.fresh(l.constant("minusTwo", -2)), s, s)
	l.mul(s, bar, bar)
}

// elementwise emits the steps of the two primitives between their products, each
// once with s' and s” from s = tanh(z), and once from arrays.
func (l lanes) elementwise() {
	l.function("mulPrimeTanh", "func(d, abar *T, ldAbar int, s *T, ld, rows, n int)",
		"is d = abar (1 - s^2).")
	l.overRowsFlushed("rows", []matrix{{"d", "ld"}, {"abar", "ldAbar"}, {"s", "ld"}}, func(c cursor) {
		_, d1 := c.tanhPrime()
		bar := c.load("abar")
		l.mul(bar, d1, d1)
		c.store(d1, "d")
	})

	l.function("mulPrime", "func(d, abar *T, ldAbar int, d1 *T, ld, rows, n int)", "is d = abar d1.")
	l.overRowsFlushed("rows", []matrix{{"d", "ld"}, {"abar", "ldAbar"}, {"d1", "ld"}}, func(c cursor) {
		d1, bar := c.load("d1"), c.load("abar")
		l.mul(bar, d1, d1)
		c.store(d1, "d")
	})

	l.function("addMulPrimeTanh", "func(e, c *T, ldC int, s *T, ld, rows, n int)", "is e += c (1 - s^2).")
	l.overRowsFlushed("rows", []matrix{{"e", "ld"}, {"c", "ldC"}, {"s", "ld"}}, func(c cursor) {
		_, d1 := c.tanhPrime()
		e, bar := c.load("e"), c.load("c")
		l.fma231(bar, d1, e)
		c.store(e, "e")
	})

	l.function("addMulPrime", "func(e, c *T, ldC int, d1 *T, ld, rows, n int)", "is e += c d1.")
	l.overRowsFlushed("rows", []matrix{{"e", "ld"}, {"c", "ldC"}, {"d1", "ld"}}, func(c cursor) {
		d1, e, bar := c.load("d1"), c.load("e"), c.load("c")
		l.fma231(bar, d1, e)
		c.store(e, "e")
	})

	l.function("tangentTanh", "func(t, e, abar *T, ldAbar int, s *T, ld, rows, n int)",
		"is e = t abar (-2 s (1 - s^2)), t = t (1 - s^2).")
	l.overRowsFlushed("rows", []matrix{{"t", "ld"}, {"e", "ld"}, {"abar", "ldAbar"}, {"s", "ld"}}, func(c cursor) {
		s, d1 := c.tanhPrime()
		t, bar := c.load("t"), c.load("abar")
		l.tangentOf(t, bar, s, d1)
		c.store(bar, "e")
		c.store(t, "t")
	})

	l.function("tangent", "func(t, e, abar *T, ldAbar int, d1, d2 *T, ld, rows, n int)",
		"is e = t abar d2, t = t d1.")
	l.overRowsFlushed("rows", []matrix{{"t", "ld"}, {"e", "ld"}, {"abar", "ldAbar"}, {"d1", "ld"}, {"d2", "ld"}}, func(c cursor) {
		t, bar := c.load("t"), c.load("abar")
		d1, d2 := c.load("d1"), c.load("d2")
		l.mul(t, bar, bar)
		l.mul(d2, bar, bar)
		l.mul(d1, t, t)
		c.store(bar, "e")
		c.store(t, "t")
	})

	l.function("add", "func(dst, a *T, n int)", "is dst += a.")
	l.overRowsFlushed("", []matrix{{"dst", ""}, {"a", ""}}, func(c cursor) {
		d, a := c.load("dst"), c.load("a")
		l.add(a, d, d)
		c.store(d, "dst")
	})
}
