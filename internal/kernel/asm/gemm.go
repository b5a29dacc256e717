package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A gemmShape is one function: it multiplies groups of columns, each v vectors
// wide, by all rows of A, cut into tiles of the heights that pick chooses.
//
// Register plan of a tile of h rows: h*v sums, and of B's v vectors and A's h
// broadcast elements the fewer, with one register for the others in turn. Rows of A are reached from two pointers (the rows 0 and
// 3) and the row stride, so that six rows cost two additions a step.
type gemmShape struct {
	name    string
	v       int   // vectors in a row of the tile
	heights []int // tallest first
	// pick jumps to the tile for the number of rows left.
	pick func(rows reg.Register, tile func(h int) LabelRef)
	doc  string
}

const gemmSignature = "func(c *T, ldc int, a *T, ars, aks int, b *T, ldb, bps, m, groups, k int, acc bool)"

// pickSix keeps every tile but those of fewer than seven rows in all at four rows
// or more, since three rows of two vectors leave the multipliers idle: 7 = 4+3,
// 8 = 4+4, 9 = 5+4, 10 = 6+4, 11 = 6+5.
func pickSix(rows reg.Register, tile func(h int) LabelRef) {
	CMPQ(rows, Imm(10))
	JGE(tile(6))
	CMPQ(rows, Imm(6))
	JEQ(tile(6))
	CMPQ(rows, Imm(9))
	JEQ(tile(5))
	CMPQ(rows, Imm(7))
	JGE(tile(4))
	CMPQ(rows, Imm(5))
	JEQ(tile(5))
	CMPQ(rows, Imm(4))
	JEQ(tile(4))
	CMPQ(rows, Imm(3))
	JEQ(tile(3))
	CMPQ(rows, Imm(2))
	JEQ(tile(2))
	JMP(tile(1))
}

// pickFour is the same for tiles of at most four rows: 5 = 3+2, 6 = 3+3.
func pickFour(rows reg.Register, tile func(h int) LabelRef) {
	CMPQ(rows, Imm(7))
	JGE(tile(4))
	CMPQ(rows, Imm(4))
	JEQ(tile(4))
	CMPQ(rows, Imm(3))
	JGE(tile(3))
	CMPQ(rows, Imm(2))
	JEQ(tile(2))
	JMP(tile(1))
}

func pickOnly(h int) func(reg.Register, func(int) LabelRef) {
	return func(rows reg.Register, tile func(int) LabelRef) { JMP(tile(h)) }
}

func (l lanes) gemm() {
	six := []int{6, 5, 4, 3, 2, 1}
	for _, s := range []gemmShape{
		{"gemmPanel", 2, six, pickSix, "takes whole panels."},
		{"gemmHalf", 1, six, pickSix, "takes half panels."},
		{"gemmHalfMore", 3, six[2:], pickFour, "takes a panel and a half: the end of a matrix whose last panel is half full."},
		{"gemmRow", 8, []int{1}, pickOnly(1), "takes one row and four panels, enough independent sums to hide the latency."},
		{"gemmRow2", 4, []int{2}, pickOnly(2), "takes two rows and two panels."},
		{"gemmRow3", 4, []int{3}, pickOnly(3), "takes three rows and two panels."},
	} {
		l.gemmFunction(s)
	}
}

func (l lanes) gemmFunction(s gemmShape) {
	l.function(s.name, gemmSignature, s.doc+`

C (m rows) = A B, or C += A B where acc. Element (i, p) of A is at a[i*ars+p*aks]
and row p of panel q of B at b[q*bps+p*ldb]; C advances by the width of a group, B
by as many panels. Each element of C is summed in the order of p by fused
multiply-adds, starting from zero or from C.`)

	ars, aks, ldb, ldc := l.bytes("ars"), l.bytes("aks"), l.bytes("ldb"), l.bytes("ldc")
	SHLQ(U8(l.shift), param("bps"))

	group := label("group")
	Label(group)
	rows := arg("m")
	c := arg("c")
	a := arg("a")

	tileLabel := map[int]string{}
	for _, h := range s.heights {
		tileLabel[h] = label(fmt.Sprintf("rows%d_", h))
	}
	next, done := label("next"), label("done")
	Label(next)
	TESTQ(rows, rows)
	JLE(LabelRef(done))
	s.pick(rows, func(h int) LabelRef { return LabelRef(tileLabel[h]) })
	for _, h := range s.heights {
		Label(tileLabel[h])
		l.gemmTile(h, s.v, c, ldc, a, ars, aks, ldb)
		SUBQ(U32(h), rows)
		JMP(LabelRef(next))
	}

	Label(done)
	ADDQ(U32(s.v*32), param("c"))
	step := arg("bps")
	if s.v > 2 {
		SHLQ(U8(map[int]uint64{3: 1, 4: 1, 8: 2}[s.v]), step)
	}
	ADDQ(step, param("b"))
	DECQ(param("groups"))
	JNZ(LabelRef(group))
	end()
}

// gemmTile multiplies one tile and moves c and a to the next.
func (l lanes) gemmTile(h, v int, c, ldc, a, ars, aks, ldb reg.GPVirtual) {
	sum := make([][]reg.VecVirtual, h)
	for i := range sum {
		sum[i] = make([]reg.VecVirtual, v)
		for j := range sum[i] {
			sum[i][j] = YMM()
		}
	}

	// Row i of C.
	var c3 reg.GPVirtual
	if h > 3 {
		c3 = GP64()
		LEAQ(Mem{Base: c, Index: ldc, Scale: 2}, c3)
		ADDQ(ldc, c3)
	}
	row := func(p, p3, stride reg.GPVirtual, i int) Mem {
		if i >= 3 {
			p, i = p3, i-3
		}
		if i == 0 {
			return Mem{Base: p}
		}
		return Mem{Base: p, Index: stride, Scale: uint8(i)}
	}

	zero, start := label("zero"), label("start")
	CMPB(param("acc"), Imm(0))
	JEQ(LabelRef(zero))
	for i := range sum {
		for j := range sum[i] {
			l.load(row(c, c3, ldc, i).Offset(32*j), sum[i][j])
		}
	}
	JMP(LabelRef(start))
	Label(zero)
	for i := range sum {
		for j := range sum[i] {
			VXORPS(sum[i][j], sum[i][j], sum[i][j])
		}
	}
	Label(start)
	// Fetch the next tile of C while this one is summed. In a large product it
	// comes from memory, and nothing could start before it is here.
	if h > 3 {
		next := GP64()
		MOVQ(c, next)
		for range h {
			ADDQ(ldc, next)
		}
		for range h {
			PREFETCHT0(Mem{Base: next})
			ADDQ(ldc, next)
		}
	}

	pa, pa3 := GP64(), reg.GPVirtual(nil)
	MOVQ(a, pa)
	if h > 3 {
		pa3 = GP64()
		LEAQ(Mem{Base: a, Index: ars, Scale: 2}, pa3)
		ADDQ(ars, pa3)
	}
	b := arg("b")
	// A group of more than one panel: bps reaches panels 1 and 2, a second
	// pointer panel 3.
	var bps, b3 reg.GPVirtual
	if v > 2 {
		bps = arg("bps")
	}
	if v > 6 {
		b3 = GP64()
		LEAQ(Mem{Base: b, Index: bps, Scale: 2}, b3)
		ADDQ(bps, b3)
	}

	step := func() {
		// The narrower of the two sides stays in registers, the other passes by.
		column := func(j int) Mem { return row(b, b3, bps, j/2).Offset(j % 2 * 32) }
		vb, va := make([]reg.VecVirtual, v), make([]reg.VecVirtual, h)
		for j := range vb {
			vb[j] = YMM()
		}
		for i := range va {
			va[i] = YMM()
		}
		if h < v {
			for i := range va {
				l.broadcast(row(pa, pa3, ars, i), va[i])
			}
			for j := range vb {
				l.load(column(j), vb[j])
				for i := range va {
					l.fma231(vb[j], va[i], sum[i][j])
				}
			}
		} else {
			for j := range vb {
				l.load(column(j), vb[j])
			}
			for i := range va {
				l.broadcast(row(pa, pa3, ars, i), va[i])
				for j := range vb {
					l.fma231(vb[j], va[i], sum[i][j])
				}
			}
		}
		ADDQ(aks, pa)
		if pa3 != nil {
			ADDQ(aks, pa3)
		}
		ADDQ(ldb, b)
		if b3 != nil {
			ADDQ(ldb, b3)
		}
	}
	l.unrolled(arg("k"), 4, step)

	for i := range sum {
		for j := range sum[i] {
			l.store(sum[i][j], row(c, c3, ldc, i).Offset(32*j))
		}
	}
	for range h {
		ADDQ(ldc, c)
		ADDQ(ars, a)
	}
}

// unrolled emits step for a count of times, by times in a loop's body.
func (l lanes) unrolled(count reg.GPVirtual, by int, step func()) {
	loop, rest, one, out := label("loop"), label("rest"), label("one"), label("out")
	SUBQ(U32(by), count)
	JLT(LabelRef(rest))
	Label(loop)
	for range by {
		step()
	}
	SUBQ(U32(by), count)
	JGE(LabelRef(loop))
	Label(rest)
	ADDQ(U32(by), count)
	JZ(LabelRef(out))
	Label(one)
	step()
	DECQ(count)
	JNZ(LabelRef(one))
	Label(out)
}
