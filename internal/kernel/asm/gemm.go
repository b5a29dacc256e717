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
// the mask of the last vector of a row.
type gemmShape struct {
	name    string
	v       int   // vectors in a row of the tile
	heights []int // tallest first
	// pick jumps to the tile for the number of rows left.
	pick func(rows reg.Register, tile func(h int) LabelRef)
	doc  string
}

// A gemmLayout is how the factors lie in memory. Each has kernels of its own, in which all
// but two strides are constants: where a core's other thread works too, the number of
// instructions beside the multiply-adds is what limits.
type gemmLayout int

const (
	rowsOfA    gemmLayout = iota // rows of A by packed panels of B
	columnsOfA                   // columns of A by rows of B
)

// signature is that of a function. The wide kernels end where the matrix ends, with the mask
// of the last vector in a row of the tile, of C and of B.
func (g gemmLayout) signature(wide bool) string {
	stride, then, mask := "bps", ", then int, s, e, abar *T, ldAbar int", ""
	if g == columnsOfA {
		stride, then = "ldb", ""
	}
	if wide {
		mask = ", mask uint16"
	}
	return "func(c *T, ldc int, a *T, lda int, b *T, " + stride + ", m, groups, k int, acc bool" + then + mask + ")"
}

func (g gemmLayout) doc(wide bool) string {
	doc := `C (m rows) = A B, or C += A B where acc. Element (i, p) of A is at a[i*lda+p], and
row p of panel q of B at b[q*bps+p*w], w the elements of a panel's row; C advances by the
width of a group, B by as many panels. Each element of C is summed in the order of p by
fused multiply-adds, starting from zero or from C. What is done then with a tile of C is
that of package kernel's steps; s and e lie as C does.`
	if g == columnsOfA {
		doc = `C (m rows) = A B, or C += A B where acc. Element (i, p) of A is at a[i+p*lda], and
row p of B at b[p*ldb]; C and B advance by the width of a group. Each element of C is
summed in the order of p by fused multiply-adds, starting from zero or from C.`
	}
	if wide {
		doc += `
The last vector in a row of a group is of the columns in mask.`
	}
	return doc
}

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
	six := []int{6, 5, 4, 3, 2, 1}
	shapes := []gemmShape{
		{"gemmPanel", 2, six, pickSix, "takes whole panels."},
		{"gemmHalf", 1, six, pickSix, "takes half panels."},
		{"gemmHalfMore", 3, six[2:], pickFour, "takes a panel and a half: the end of a matrix whose last panel is half full."},
		{"gemmRow", 8, []int{1}, pickOnly(1), "takes one row and four panels, enough independent sums to hide the latency."},
		{"gemmRow2", 4, []int{2}, pickOnly(2), "takes two rows and two panels."},
		{"gemmRow3", 4, []int{3}, pickOnly(3), "takes three rows and two panels."},
	}
	if l.wide {
		shapes = []gemmShape{
			{"gemm1", 1, heights(12), pickWide(12), "takes panels one by one."},
			{"gemm2", 2, heights(12), pickWide(12), "takes panels by twos."},
			{"gemm3", 3, heights(8), pickWide(8), "takes panels by threes."},
			{"gemm4", 4, heights(6), pickWide(6), "takes panels by fours."},
		}
	}
	for _, s := range shapes {
		l.gemmFunction(s, rowsOfA)
		s.name += "T"
		l.gemmFunction(s, columnsOfA)
	}
}

func (l lanes) gemmFunction(s gemmShape, g gemmLayout) {
	l.function(s.name, g.signature(l.wide), s.doc+"\n\n"+g.doc(l.wide))

	restore := flushDenormals()
	ldc := l.argBytes("ldc")
	f := l.factorsOf(g, s.v)
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
	next, finish, done := label("next"), label("finish"), label("done")
	count := GP64() // of the rows of a tile
	Label(next)
	TESTQ(rows, rows)
	JLE(LabelRef(done))
	s.pick(rows, func(h int) LabelRef { return LabelRef(tileLabel[h]) })
	for _, h := range s.heights {
		Label(tileLabel[h])
		l.gemmTile(h, s, c, ldc, a, f, mask)
		SUBQ(U32(h), rows)
		if g == columnsOfA {
			JMP(LabelRef(next))
			continue
		}
		MOVQ(U32(h), count)
		JMP(LabelRef(finish))
	}
	if g == rowsOfA {
		Label(finish)
		l.finishTile(s.v, c, ldc, count, mask, LabelRef(next))
	}

	Label(done)
	moving := []string{"c"}
	if g == rowsOfA {
		moving = append(moving, "s", "e", "abar")
	}
	for _, name := range moving {
		ADDQ(U32(s.v*l.bytes), param(name))
	}
	f.nextGroup()
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
func (l lanes) gemmTile(h int, s gemmShape, c, ldc, a reg.GPVirtual, f factors, mask reg.Register) {
	v := s.v
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

	walk := f.start(h, a)
	step := func(ahead int) {
		// The narrower of the two sides stays in registers, the other passes by.
		vb, va := make([]reg.VecVirtual, v), make([]reg.VecVirtual, h)
		for j := range vb {
			vb[j] = l.vector()
		}
		for i := range va {
			va[i] = l.vector()
		}
		if h < v {
			for i := range va {
				l.broadcast(walk.a(i, ahead), va[i])
			}
			for j := range vb {
				load(walk.b(j, ahead), j, vb[j])
				for i := range va {
					l.fma231(vb[j], va[i], sum[i][j])
				}
			}
			return
		}
		for j := range vb {
			load(walk.b(j, ahead), j, vb[j])
		}
		for i := range va {
			from := walk.a(i, ahead)
			if l.wide && (v == 1 || walk.embeds(i)) {
				for j := range vb {
					l.fmaBroadcast(from, vb[j], sum[i][j])
				}
				continue
			}
			l.broadcast(from, va[i])
			for j := range vb {
				l.fma231(vb[j], va[i], sum[i][j])
			}
		}
	}
	by := 4
	if h*v > 8 && l.wide && (h < s.heights[0] || f.layout == columnsOfA) {
		// A tall tile of wide vectors takes many cycles a step: little is gained by more of
		// them in a loop's body, but by the addresses that are constants then.
		by = 1
	}
	walk.times(arg("k"), by, step)

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
	}
	f.nextRows(h, a)
}
