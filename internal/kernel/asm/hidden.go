package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// hiddenBlock is the number of rows that hiddenGradient takes at a time. Two blocks of the
// paper's network fit the first-level cache.
const hiddenBlock = 8

// hiddenGradient emits a hidden layer and its backward product in one pass over its
// weights: a block of rows gives its products with x, these the activation and its
// derivative, and these the rows' share of y, while the rows are in the first-level cache.
// The share of the block before is added after the activation is begun, which takes
// long and leaves the multiply-add units idle. Where wide, the rows after the next block's
// are fetched meanwhile.
func (l lanes) hiddenGradient() {
	l.function("hiddenGradientTanh", "func(y, s, d *T, a *T, lda int, x, bias, w *T, m, n int)",
		"is s = tanh(A x + bias), d = w (1 - s^2), y += A^T d, for a\n"+
			"positive multiple of eight rows of A (m x n).")
	restore := flushDenormals()
	behind, lda := arg("a"), l.argBytes("lda")
	ahead, factor := GP64(), arg("d")
	MOVQ(behind, ahead)
	loop, next := label("block"), label("next")
	Label(loop)
	l.hiddenTanh(l.hiddenProducts(ahead, lda))
	last := GP64()
	LEAQ(Mem{Base: factor, Disp: hiddenBlock * l.size}, last)
	CMPQ(last, arg("d"))
	JEQ(LabelRef(next)) // there are none before
	var fetch reg.GPVirtual
	if l.wide {
		fetch = ahead
	}
	l.accumulateTile(hiddenBlock, behind, lda, factor, fused, fetch)
	Label(next)
	SUBQ(U32(hiddenBlock), param("m"))
	JNZ(LabelRef(loop))
	l.accumulateTile(hiddenBlock, behind, lda, factor, fused, nil)
	restore()
	end()
}

// hiddenProducts emits a block's products with x and moves a past its rows. They are in
// one vector or two.
func (l lanes) hiddenProducts(a, lda reg.GPVirtual) []reg.VecVirtual {
	if l.wide {
		t, z := l.dotRows(hiddenBlock, 1, 1, a, lda, nil)[0], l.vector()
		if l.size == 4 { // half a vector
			VINSERTF128(Imm(1), t[1].AsX(), t[0].AsY(), z.AsY())
		} else {
			VINSERTF64X4(Imm(1), t[1].AsY(), t[0].AsZ(), z)
		}
		return []reg.VecVirtual{z}
	}
	first := l.dotRows(4, 1, 2, a, lda, nil)[0][0]
	second := l.dotRows(4, 1, 2, a, lda, nil)[0][0]
	if l.size == 8 {
		return []reg.VecVirtual{first, second}
	}
	VINSERTF128(Imm(1), second.AsX(), first, first)
	return []reg.VecVirtual{first}
}

// hiddenTanh emits s = tanh(z + bias), d = w (1 - s^2) for a block, and moves the
// parameters s, bias, w and d past it.
func (l lanes) hiddenTanh(z []reg.VecVirtual) {
	s, bias, w, d := arg("s"), arg("bias"), arg("w"), arg("d")
	bytes := hiddenBlock * l.size / len(z)
	// The part of a vector that the block fills.
	part := func(v reg.VecVirtual) reg.Register {
		if bytes < l.bytes {
			return v.AsY()
		}
		return v
	}
	for i, x := range z {
		at := i * bytes
		v := l.vector()
		l.load(Mem{Base: bias, Disp: at}, part(v))
		l.add(v, x, x)
		value := l.tanh(x)
		l.store(part(value), Mem{Base: s, Disp: at})
		prime := l.fresh(l.constant("one", 1))
		l.fnma231(value, value, prime)
		v = l.vector()
		l.load(Mem{Base: w, Disp: at}, part(v))
		l.mul(v, prime, prime)
		l.store(part(prime), Mem{Base: d, Disp: at})
	}
	for _, name := range []string{"s", "bias", "w", "d"} {
		ADDQ(U32(hiddenBlock*l.size), param(name))
	}
}
