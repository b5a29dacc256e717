package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// gemv emits the products with one or two columns, and with one row.
func (l lanes) gemv() {
	l.dot(1, 2)
	l.dot(2, 1)
	l.accumulateRows("addScaledRows", "func(y *T, a *T, lda int, x *T, m, n int)",
		"is y += sum over the m rows of A of x[i] times row i, in the order of i.", true)
	l.accumulateRows("addRows", "func(y *T, a *T, lda int, m, n int)",
		"is y += sum over the m rows of A, in their order.", false)
}

// dot emits the product of the rows of A with cols vectors. Four rows at a time
// give eight independent sums with two columns, or with one column and a loop of
// two vectors; a single row is summed in the same order as one of four.
func (l lanes) dot(cols, unroll int) {
	name := map[int]string{1: "dot", 2: "dotPair"}[cols]
	l.function(name, "func(y *T, ldy int, a *T, lda int, x *T, ldx, m, k int, acc bool)",
		map[int]string{
			1: "is y[i*ldy] = row i of A (m x k) times x, or y += where acc.",
			2: "is dot for the two vectors x[:k] and x[ldx:ldx+k], and y[i*ldy], y[i*ldy+1].",
		}[cols])
	y, ldy := arg("y"), l.argBytes("ldy")
	a, lda := arg("a"), l.argBytes("lda")
	rows := arg("m")
	ldx := reg.GPVirtual(nil)
	if cols == 2 {
		ldx = l.argBytes("ldx")
	}
	four, one, done := label("four"), label("one"), label("done")
	SUBQ(U32(4), rows)
	JLT(LabelRef(one + "start"))
	Label(four)
	l.dotRows(4, cols, unroll, y, ldy, a, lda, ldx)
	SUBQ(U32(4), rows)
	JGE(LabelRef(four))
	Label(one + "start")
	ADDQ(U32(4), rows)
	JZ(LabelRef(done))
	Label(one)
	l.dotRows(1, cols, unroll, y, ldy, a, lda, ldx)
	DECQ(rows)
	JNZ(LabelRef(one))
	Label(done)
	end()
}

func (l lanes) dotRows(h, cols, unroll int, y, ldy, a, lda, ldx reg.GPVirtual) {
	sum := make([][][]reg.VecVirtual, h) // row, column, copy
	for i := range sum {
		sum[i] = make([][]reg.VecVirtual, cols)
		for j := range sum[i] {
			for range unroll {
				s := YMM()
				VXORPS(s, s, s)
				sum[i][j] = append(sum[i][j], s)
			}
		}
	}
	pa, x, k := GP64(), arg("x"), arg("k")
	MOVQ(a, pa)
	var pa3 reg.GPVirtual
	if h > 3 {
		pa3 = GP64()
		LEAQ(Mem{Base: a, Index: lda, Scale: 2}, pa3)
		ADDQ(lda, pa3)
	}
	row := func(i int) Mem {
		switch i {
		case 0:
			return Mem{Base: pa}
		case 3:
			return Mem{Base: pa3}
		}
		return Mem{Base: pa, Index: lda, Scale: uint8(i)}
	}
	column := func(j int) Mem {
		if j == 0 {
			return Mem{Base: x}
		}
		return Mem{Base: x, Index: ldx, Scale: 1}
	}
	vectors := func(n int) {
		for u := range n {
			v := make([]reg.VecVirtual, cols)
			for j := range v {
				v[j] = YMM()
				l.load(column(j).Offset(32*u), v[j])
			}
			for i := range h {
				if cols == 1 {
					l.fma231(row(i).Offset(32*u), v[0], sum[i][0][u])
					continue
				}
				e := YMM()
				l.load(row(i).Offset(32*u), e)
				for j := range v {
					l.fma231(v[j], e, sum[i][j][u])
				}
			}
		}
		ADDQ(U32(32*n), x)
		ADDQ(U32(32*n), pa)
		if pa3 != nil {
			ADDQ(U32(32*n), pa3)
		}
	}
	loop, rest, tail, reduce := label("loop"), label("rest"), label("tail"), label("reduce")
	SUBQ(U32(unroll*l.width), k)
	JLT(LabelRef(rest))
	Label(loop)
	vectors(unroll)
	SUBQ(U32(unroll*l.width), k)
	JGE(LabelRef(loop))
	Label(rest)
	ADDQ(U32(unroll*l.width), k)
	if unroll > 1 {
		CMPQ(k, U32(l.width))
		JLT(LabelRef(tail))
		vectors(1)
		SUBQ(U32(l.width), k)
	}
	Label(tail)
	TESTQ(k, k)
	JZ(LabelRef(reduce))
	mask := l.tailMask(k)
	for j := range cols {
		v := YMM()
		l.maskLoad(column(j), mask, v)
		for i := range h {
			e := YMM()
			l.maskLoad(row(i), mask, e)
			l.fma231(v, e, sum[i][j][0])
		}
	}
	Label(reduce)
	for j := range cols {
		var v []reg.VecVirtual
		for i := range h {
			for _, s := range sum[i][j][1:] {
				l.add(s, sum[i][j][0], sum[i][j][0])
			}
			v = append(v, sum[i][j][0])
		}
		total := l.horizontal(v)
		p := GP64()
		MOVQ(y, p)
		for i := range h {
			e := l.element(total, i)
			put := label("put")
			CMPB(param("acc"), Imm(0))
			JEQ(LabelRef(put))
			l.scalarAdd(Mem{Base: p, Disp: j * l.size}, e, e)
			Label(put)
			l.scalar(e, Mem{Base: p, Disp: j * l.size})
			ADDQ(ldy, p)
		}
	}
	for range h {
		ADDQ(lda, a)
		ADDQ(ldy, y)
	}
}

// horizontal sums the lanes of four vectors, or of one, into as many lanes. The
// order of the additions within a vector is the same for both.
func (l lanes) horizontal(v []reg.VecVirtual) reg.VecVirtual {
	for len(v) < 4 {
		v = append(v, v[0])
	}
	t, u := YMM(), YMM()
	if l.size == 4 {
		VHADDPS(v[1], v[0], t)
		VHADDPS(v[3], v[2], u)
		VHADDPS(u, t, t)
		hi := XMM()
		VEXTRACTF128(Imm(1), t, hi)
		VADDPS(hi, t.AsX(), t.AsX())
		return t
	}
	VHADDPD(v[1], v[0], t)
	VHADDPD(v[3], v[2], u)
	lo, hi := YMM(), YMM()
	VPERM2F128(Imm(0x20), u, t, lo)
	VPERM2F128(Imm(0x31), u, t, hi)
	VADDPD(hi, lo, lo)
	return lo
}

// element brings lane i to lane 0 of a fresh register.
func (l lanes) element(v reg.VecVirtual, i int) reg.VecVirtual {
	x := XMM()
	switch {
	case l.size == 4:
		VPERMILPS(Imm(uint64(i)), v.AsX(), x)
	case i < 2:
		VPERMILPD(Imm(uint64(i)), v.AsX(), x)
	default:
		VEXTRACTF128(Imm(1), v, x)
		VPERMILPD(Imm(uint64(i-2)), x, x)
	}
	return x
}

// accumulateRows adds rows of A, eight at a time and then singly, to a vector y
// that stays in the first-level cache: per vector one load and one store of y for
// eight of A. The eight additions to a vector wait for one another, but those of
// the following vectors do not.
func (l lanes) accumulateRows(name, signature, doc string, scaled bool) {
	l.function(name, signature, doc)
	a, lda, rows := arg("a"), l.argBytes("lda"), arg("m")
	var x reg.GPVirtual
	if scaled {
		x = arg("x")
	}
	eight, one, start, done := label("eight"), label("one"), label("start"), label("done")
	SUBQ(U32(8), rows)
	JLT(LabelRef(start))
	Label(eight)
	l.accumulateTile(8, a, lda, x)
	SUBQ(U32(8), rows)
	JGE(LabelRef(eight))
	Label(start)
	ADDQ(U32(8), rows)
	JZ(LabelRef(done))
	Label(one)
	l.accumulateTile(1, a, lda, x)
	DECQ(rows)
	JNZ(LabelRef(one))
	Label(done)
	end()
}

func (l lanes) accumulateTile(h int, a, lda, x reg.GPVirtual) {
	factor := make([]reg.VecVirtual, h)
	if x != nil {
		for i := range factor {
			factor[i] = YMM()
			l.broadcast(Mem{Base: x, Disp: i * l.size}, factor[i])
		}
		ADDQ(U32(h*l.size), x)
	}
	// Rows 0 to 2 are reached from the first pointer, 3 to 5 from the second,
	// 6 and 7 from the third.
	pointers := make([]reg.GPVirtual, (h+2)/3)
	for q := range pointers {
		pointers[q] = GP64()
		if q == 0 {
			MOVQ(a, pointers[q])
		} else {
			LEAQ(Mem{Base: pointers[q-1], Index: lda, Scale: 2}, pointers[q])
			ADDQ(lda, pointers[q])
		}
	}
	row := func(i int) Mem {
		m := Mem{Base: pointers[i/3]}
		if i%3 > 0 {
			m.Index, m.Scale = lda, uint8(i%3)
		}
		return m
	}
	y, n := arg("y"), arg("n")
	loop, tail, out := label("loop"), label("tail"), label("out")
	SUBQ(U32(l.width), n)
	JLT(LabelRef(tail))
	Label(loop)
	sum := YMM()
	l.load(Mem{Base: y}, sum)
	for i := range h {
		if x != nil {
			l.fma231(row(i), factor[i], sum)
		} else {
			l.add(row(i), sum, sum)
		}
	}
	l.store(sum, Mem{Base: y})
	ADDQ(U32(32), y)
	for _, p := range pointers {
		ADDQ(U32(32), p)
	}
	SUBQ(U32(l.width), n)
	JGE(LabelRef(loop))
	Label(tail)
	ADDQ(U32(l.width), n)
	JZ(LabelRef(out))
	mask := l.tailMask(n)
	l.maskLoad(Mem{Base: y}, mask, sum)
	for i := range h {
		e := YMM()
		l.maskLoad(row(i), mask, e)
		if x != nil {
			l.fma231(e, factor[i], sum)
		} else {
			l.add(e, sum, sum)
		}
	}
	l.maskStore(sum, mask, Mem{Base: y})
	Label(out)
	for range h {
		ADDQ(lda, a)
	}
}
