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
// broadcast elements the fewer, with one register for the others in turn; of AVX-512 also
// the mask of the last vector of a row. Rows of A are reached from a pointer to every
// third and the row stride, so that six rows cost two additions a step.
type gemmShape struct {
	name    string
	v       int   // vectors in a row of the tile
	heights []int // tallest first
	// pick jumps to the tile for the number of rows left.
	pick func(rows reg.Register, tile func(h int) LabelRef)
	doc  string
}

const gemmSignature = "func(c *T, ldc int, a *T, ars, aks int, b *T, ldb, bps, m, groups, k int, acc bool)"

// gemmMasked is the same, with the mask of the last vector in a row of the tile, of C and
// of B: the wide kernels end where the matrix ends.
const gemmMasked = "func(c *T, ldc int, a *T, ars, aks int, b *T, ldb, bps, m, groups, k int, acc bool, mask uint16)"

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

// pickWide takes tiles of the tallest height while twice the least height that keeps the
// multipliers busy is left over, then halves what is left.
func pickWide(tallest int) func(reg.Register, func(int) LabelRef) {
	return func(rows reg.Register, tile func(h int) LabelRef) {
		CMPQ(rows, U32(tallest+tallest/2))
		JGE(tile(tallest))
		for r := tallest + tallest/2 - 1; r > tallest; r-- {
			CMPQ(rows, U32(r))
			JEQ(tile((r + 1) / 2))
		}
		for h := tallest; h > 1; h-- {
			CMPQ(rows, U32(h))
			JEQ(tile(h))
		}
		JMP(tile(1))
	}
}

// heights counts down from the tallest tile.
func heights(tallest int) []int {
	var h []int
	for ; tallest > 0; tallest-- {
		h = append(h, tallest)
	}
	return h
}

func pickOnly(h int) func(reg.Register, func(int) LabelRef) {
	return func(rows reg.Register, tile func(int) LabelRef) { JMP(tile(h)) }
}

func (l lanes) gemm() {
	if l.wide {
		for _, s := range []gemmShape{
			{"gemm1", 1, heights(12), pickWide(12), "takes panels one by one."},
			{"gemm2", 2, heights(12), pickWide(12), "takes panels by twos."},
			{"gemm3", 3, heights(8), pickWide(8), "takes panels by threes."},
			{"gemm4", 4, heights(3), pickWide(3), "takes panels by fours, for up to three rows."},
		} {
			l.gemmFunction(s)
		}
		return
	}
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
	signature, masked := gemmSignature, ""
	if l.wide {
		signature, masked = gemmMasked, `
The last vector in a row of a group is of the columns in mask.`
	}
	l.function(s.name, signature, s.doc+`

C (m rows) = A B, or C += A B where acc. Element (i, p) of A is at a[i*ars+p*aks]
and row p of panel q of B at b[q*bps+p*ldb]; C advances by the width of a group, B
by as many panels. Each element of C is summed in the order of p by fused
multiply-adds, starting from zero or from C.`+masked)

	restore := flushDenormals()
	ars, aks, ldb, ldc := l.argBytes("ars"), l.argBytes("aks"), l.argBytes("ldb"), l.argBytes("ldc")
	SHLQ(U8(l.shift), param("bps"))
	var mask reg.Register
	if l.wide {
		mask = K()
		KMOVW(param("mask"), mask)
	}

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
		l.gemmTile(h, s.v, c, ldc, a, ars, aks, ldb, mask)
		SUBQ(U32(h), rows)
		JMP(LabelRef(next))
	}

	Label(done)
	ADDQ(U32(s.v*l.bytes), param("c"))
	step := arg("bps")
	switch (s.v*l.bytes + 63) / 64 {
	case 2:
		SHLQ(U8(1), step)
	case 3:
		LEAQ(Mem{Base: step, Index: step, Scale: 2}, step)
	case 4:
		SHLQ(U8(2), step)
	}
	ADDQ(step, param("b"))
	DECQ(param("groups"))
	JNZ(LabelRef(group))
	restore()
	end()
}

// rowPointers points to every third of h rows.
func rowPointers(h int, p, stride reg.GPVirtual) []reg.GPVirtual {
	pointers := []reg.GPVirtual{p}
	for i := 3; i < h; i += 3 {
		next := GP64()
		LEAQ(Mem{Base: pointers[len(pointers)-1], Index: stride, Scale: 2}, next)
		ADDQ(stride, next)
		pointers = append(pointers, next)
	}
	return pointers
}

// row is the start of row i.
func row(pointers []reg.GPVirtual, stride reg.GPVirtual, i int) Mem {
	m := Mem{Base: pointers[i/3]}
	if i%3 > 0 {
		m.Index, m.Scale = stride, uint8(i%3)
	}
	return m
}

// gemmTile multiplies one tile and moves c and a to the next.
func (l lanes) gemmTile(h, v int, c, ldc, a, ars, aks, ldb reg.GPVirtual, mask reg.Register) {
	sum := make([][]reg.VecVirtual, h)
	for i := range sum {
		sum[i] = make([]reg.VecVirtual, v)
		for j := range sum[i] {
			sum[i][j] = l.vector()
		}
	}
	masked := func(j int) bool { return mask != nil && j == v-1 }
	load := func(m Mem, j int, to reg.VecVirtual) {
		if masked(j) {
			l.maskLoad(m, mask, to)
		} else {
			l.load(m, to)
		}
	}

	cs := rowPointers(h, c, ldc)
	zero, start := label("zero"), label("start")
	CMPB(param("acc"), Imm(0))
	JEQ(LabelRef(zero))
	for i := range sum {
		for j := range sum[i] {
			load(row(cs, ldc, i).Offset(l.bytes*j), j, sum[i][j])
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
			for j := 0; j < v; j += max(1, 64/l.bytes) {
				PREFETCHT0(Mem{Base: next, Disp: l.bytes * j})
			}
			ADDQ(ldc, next)
		}
	}

	pa := GP64()
	MOVQ(a, pa)
	as := rowPointers(h, pa, ars)
	b := arg("b")
	// A group of more than one panel: bps reaches panels 1 and 2, a second
	// pointer panel 3.
	bs := []reg.GPVirtual{b}
	var bps reg.GPVirtual
	if v*l.bytes > 64 {
		bps = arg("bps")
		bs = rowPointers((v*l.bytes+63)/64, b, bps)
	}

	step := func() {
		// The narrower of the two sides stays in registers, the other passes by.
		column := func(j int) Mem {
			return row(bs, bps, j*l.bytes/64).Offset(j * l.bytes % 64)
		}
		vb, va := make([]reg.VecVirtual, v), make([]reg.VecVirtual, h)
		for j := range vb {
			vb[j] = l.vector()
		}
		for i := range va {
			va[i] = l.vector()
		}
		if h < v {
			for i := range va {
				l.broadcast(row(as, ars, i), va[i])
			}
			for j := range vb {
				load(column(j), j, vb[j])
				for i := range va {
					l.fma231(vb[j], va[i], sum[i][j])
				}
			}
		} else {
			for j := range vb {
				load(column(j), j, vb[j])
			}
			for i := range va {
				l.broadcast(row(as, ars, i), va[i])
				for j := range vb {
					l.fma231(vb[j], va[i], sum[i][j])
				}
			}
		}
		for _, p := range as {
			ADDQ(aks, p)
		}
		for _, p := range bs {
			ADDQ(ldb, p)
		}
	}
	// A tall tile of wide vectors takes twelve cycles a step: nothing is gained by more
	// of them in a loop's body.
	if l.wide && h*v > 8 {
		l.repeated(arg("k"), step)
	} else {
		l.unrolled(arg("k"), 4, step)
	}

	cs = rowPointers(h, c, ldc)
	for i := range sum {
		for j := range sum[i] {
			to := row(cs, ldc, i).Offset(l.bytes * j)
			if masked(j) {
				l.maskStore(sum[i][j], mask, to)
			} else {
				l.store(sum[i][j], to)
			}
		}
	}
	for range h {
		ADDQ(ldc, c)
		ADDQ(ars, a)
	}
}

// repeated emits step for a positive count of times.
func (l lanes) repeated(count reg.GPVirtual, step func()) {
	loop := label("loop")
	Label(loop)
	step()
	DECQ(count)
	JNZ(LabelRef(loop))
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
