package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// gemv emits the products with one or two columns, and with one row.
func (l lanes) gemv() {
	if l.wide {
		l.dot(1, 1, 8)
	} else {
		l.dot(1, 2, 4)
		l.dot(2, 1, 4)
	}
	l.accumulateRows("addScaledRows", "func(y *T, a *T, lda int, x *T, m, n int)",
		"is y += sum over the m rows of A of x[i] times row i, in the order of i.", fused)
	l.accumulateRows("addRoundedRows", "func(y *T, a *T, lda int, x *T, m, n int)",
		"is addScaledRows with every product rounded before it is added.", rounded)
	if !l.wide {
		l.accumulateRows("addRows", "func(y *T, a *T, lda int, m, n int)",
			"is y += sum over the m rows of A, in their order.", unscaled)
	}
}

// dot emits the product of the rows of A with cols vectors, h rows at a time, so
// that there are eight independent sums: of four rows with two columns, of four with one
// column and a loop of two vectors, or, where wide, of eight rows. A single row is summed
// in the same order as one of h. The halves of a wide sum are the two sums of the loop of
// two vectors.
func (l lanes) dot(cols, unroll, h int) {
	name := map[int]string{1: "dot", 2: "dotPair"}[cols]
	l.function(name, "func(y *T, ldy int, a *T, lda int, x *T, ldx, m, n int, acc bool)",
		map[int]string{
			1: "is y[i*ldy] = row i of A (m x n) times x, or y += where acc.",
			2: "is dot for the two vectors x[:n] and x[ldx:ldx+n], and y[i*ldy], y[i*ldy+1].",
		}[cols])
	y, ldy := arg("y"), l.argBytes("ldy")
	a, lda := arg("a"), l.argBytes("lda")
	rows := arg("m")
	ldx := reg.GPVirtual(nil)
	if cols == 2 {
		ldx = l.argBytes("ldx")
	}
	four, one, done := label("four"), label("one"), label("done")
	SUBQ(U32(h), rows)
	JLT(LabelRef(one + "start"))
	Label(four)
	l.putRows(h, l.dotRows(h, cols, unroll, a, lda, ldx), y, ldy)
	SUBQ(U32(h), rows)
	JGE(LabelRef(four))
	Label(one + "start")
	ADDQ(U32(h), rows)
	JZ(LabelRef(done))
	Label(one)
	l.putRows(1, l.dotRows(1, cols, unroll, a, lda, ldx), y, ldy)
	DECQ(rows)
	JNZ(LabelRef(one))
	Label(done)
	end()
}

// dotRows emits the products of h rows and moves a past them. It leaves those of each
// column in registers, four to one.
func (l lanes) dotRows(h, cols, unroll int, a, lda, ldx reg.GPVirtual) (totals [][]reg.VecVirtual) {
	sum := make([][][]reg.VecVirtual, h) // row, column, copy
	for i := range sum {
		sum[i] = make([][]reg.VecVirtual, cols)
		for j := range sum[i] {
			for range unroll {
				s := l.vector()
				VXORPS(s, s, s)
				sum[i][j] = append(sum[i][j], s)
			}
		}
	}
	x, k := arg("x"), arg("n")
	pointers := rowsFrom(a, lda, h)
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
				v[j] = l.vector()
				l.load(column(j).Offset(l.bytes*u), v[j])
			}
			for i := range h {
				if cols == 1 {
					l.fma231(row(pointers, lda, i).Offset(l.bytes*u), v[0], sum[i][0][u])
					continue
				}
				e := YMM()
				l.load(row(pointers, lda, i).Offset(l.bytes*u), e)
				for j := range v {
					l.fma231(v[j], e, sum[i][j][u])
				}
			}
		}
		advance(l.bytes*n, append(pointers, x))
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
	switch {
	case l.wide: // a half vector is added to the first half, zeros to the second
		CMPQ(k, U32(l.width/2))
		JLT(LabelRef(tail))
		v := l.vector()
		l.load(Mem{Base: x}, v.AsY())
		for i := range h {
			e := l.vector()
			l.load(row(pointers, lda, i), e.AsY())
			l.fma231(v, e, sum[i][0][0])
		}
		advance(l.bytes/2, append(pointers, x))
		SUBQ(U32(l.width/2), k)
	case unroll > 1:
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
		v := l.vector()
		l.maskLoad(column(j), mask, v)
		for i := range h {
			e := l.vector()
			l.maskLoad(row(pointers, lda, i), mask, e)
			l.fma231(v, e, sum[i][j][0])
		}
	}
	Label(reduce)
	totals = make([][]reg.VecVirtual, cols)
	for j := range cols {
		var v []reg.VecVirtual
		for i := range h {
			for _, s := range sum[i][j][1:] {
				l.add(s, sum[i][j][0], sum[i][j][0])
			}
			v = append(v, l.halved(sum[i][j][0]))
		}
		for i := 0; i < h; i += 4 {
			totals[j] = append(totals[j], l.horizontal(v[i:min(i+4, h)]))
		}
	}
	for range h {
		ADDQ(lda, a)
	}
	return totals
}

// putRows stores what dotRows left of h rows, or adds it to y where the parameter acc says
// so, and moves y past it.
func (l lanes) putRows(h int, totals [][]reg.VecVirtual, y, ldy reg.GPVirtual) {
	for j := range totals {
		p := GP64()
		MOVQ(y, p)
		for i := range h {
			e := l.element(totals[j][i/4], i%4)
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
		ADDQ(ldy, y)
	}
}

// rowsFrom points to every third of h rows of A from a on.
func rowsFrom(a, lda reg.GPVirtual, h int) []reg.GPVirtual {
	p := GP64()
	MOVQ(a, p)
	return rowPointers(h, p, lda)
}

func advance(bytes int, pointers []reg.GPVirtual) {
	for _, p := range pointers {
		ADDQ(U32(bytes), p)
	}
}

// halved is the sum of a wide vector's halves, and any other vector itself.
func (l lanes) halved(v reg.VecVirtual) reg.VecVirtual {
	if !l.wide {
		return v
	}
	high, sum := YMM(), YMM()
	VEXTRACTF64X4(Imm(1), v, high)
	l.add(high, v.AsY(), sum)
	return sum
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

// scaling is how a row is multiplied before it is added to a sum.
type scaling int

const (
	unscaled scaling = iota
	fused            // by a multiply-add
	rounded          // by a multiplication and an addition
)

// addTo emits sum += factor v, v a vector in memory or in a register.
func (l lanes) addTo(sum reg.VecVirtual, v Op, factor reg.VecVirtual, by scaling) {
	switch by {
	case fused:
		l.fma231(v, factor, sum)
	case rounded:
		product := l.vector()
		l.mul(v, factor, product)
		l.add(product, sum, sum)
	default:
		l.add(v, sum, sum)
	}
}

// accumulateRows adds rows of A, eight at a time and then singly, to a vector y
// that stays in the first-level cache: per vector one load and one store of y for
// eight of A. The eight additions to a vector wait for one another, but those of
// the following vectors do not.
func (l lanes) accumulateRows(name, signature, doc string, by scaling) {
	l.function(name, signature, doc)
	a, lda, rows := arg("a"), l.argBytes("lda"), arg("m")
	var x reg.GPVirtual
	if by != unscaled {
		x = arg("x")
	}
	eight, one, start, done := label("eight"), label("one"), label("start"), label("done")
	CMPQ(param("n"), Imm(uint64(l.width)))
	JGE(LabelRef(eight + "wide"))
	l.accumulateThin(a, lda, rows, x, by)
	end()
	Label(eight + "wide")
	SUBQ(U32(8), rows)
	JLT(LabelRef(start))
	Label(eight)
	l.accumulateTile(8, a, lda, x, by, nil)
	SUBQ(U32(8), rows)
	JGE(LabelRef(eight))
	Label(start)
	ADDQ(U32(8), rows)
	JZ(LabelRef(done))
	Label(one)
	l.accumulateTile(1, a, lda, x, by, nil)
	DECQ(rows)
	JNZ(LabelRef(one))
	Label(done)
	end()
}

// accumulateThin adds rows of less than a vector, with the sum in a register.
func (l lanes) accumulateThin(a, lda, rows, x reg.GPVirtual, by scaling) {
	y, mask, sum := arg("y"), l.tailMask(arg("n")), l.vector()
	l.maskLoad(Mem{Base: y}, mask, sum)
	done := label("done")
	TESTQ(rows, rows)
	JZ(LabelRef(done))
	unrolled(rows, 4, func(i int) {
		e := l.vector()
		l.maskLoad(Mem{Base: a}, mask, e)
		ADDQ(lda, a)
		factor := l.vector()
		if x != nil {
			l.broadcast(Mem{Base: x, Disp: i * l.size}, factor)
		}
		l.addTo(sum, e, factor, by)
	}, func(steps int) {
		if x != nil {
			ADDQ(U32(steps*l.size), x)
		}
	})
	Label(done)
	l.maskStore(sum, mask, Mem{Base: y})
}

// accumulateTile adds h rows from a on, and moves a past them. It fetches as many rows from
// fetch on into the first-level cache meanwhile, unless that is nil.
func (l lanes) accumulateTile(h int, a, lda, x reg.GPVirtual, by scaling, fetch reg.GPVirtual) {
	factor := make([]reg.VecVirtual, h)
	if x != nil {
		for i := range factor {
			factor[i] = l.vector()
			l.broadcast(Mem{Base: x, Disp: i * l.size}, factor[i])
		}
		ADDQ(U32(h*l.size), x)
	}
	pointers := rowsFrom(a, lda, h)
	var coming []reg.GPVirtual
	if fetch != nil {
		coming = rowsFrom(fetch, lda, h)
	}
	y, n := arg("y"), arg("n")
	loop, tail, out := label("loop"), label("tail"), label("out")
	SUBQ(U32(l.width), n)
	JLT(LabelRef(tail))
	Label(loop)
	sum := l.vector()
	l.load(Mem{Base: y}, sum)
	for i := range h {
		l.addTo(sum, row(pointers, lda, i), factor[i], by)
		if fetch != nil {
			PREFETCHT0(row(coming, lda, i))
		}
	}
	l.store(sum, Mem{Base: y})
	advance(l.bytes, append(append(pointers, coming...), y))
	SUBQ(U32(l.width), n)
	JGE(LabelRef(loop))
	Label(tail)
	ADDQ(U32(l.width), n)
	JZ(LabelRef(out))
	mask := l.tailMask(n)
	l.maskLoad(Mem{Base: y}, mask, sum)
	for i := range h {
		e := l.vector()
		l.maskLoad(row(pointers, lda, i), mask, e)
		l.addTo(sum, e, factor[i], by)
	}
	l.maskStore(sum, mask, Mem{Base: y})
	Label(out)
	for range h {
		ADDQ(lda, a)
	}
}
