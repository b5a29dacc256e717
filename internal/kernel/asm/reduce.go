package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// reduceBlock is the number of elements that the reductions take at a time; their
// Go side deals with the rest.
const reduceBlock = 16

func (l lanes) reductions() {
	// Four sums of four float64 each, whatever the precision of a.
	l.function("sumSquares", "func(a *T, n int) float64",
		"is the sum of a[i]^2 over n elements, a positive multiple of 16, in float64.")
	a, n := arg("a"), arg("n")
	sum := l.zeros(4)
	loop := label("loop")
	Label(loop)
	for i, s := range sum {
		x := YMM()
		if l.size == 4 {
			VCVTPS2PD(Mem{Base: a, Disp: 16 * i}, x)
		} else {
			VMOVUPD(Mem{Base: a, Disp: 32 * i}, x)
		}
		VFMADD231PD(x, x, s)
	}
	ADDQ(U32(reduceBlock*l.size), a)
	SUBQ(U32(reduceBlock), n)
	JNZ(LabelRef(loop))
	VADDPD(sum[1], sum[0], sum[0])
	VADDPD(sum[3], sum[2], sum[2])
	VADDPD(sum[2], sum[0], sum[0])
	hi := XMM()
	VEXTRACTF128(Imm(1), sum[0], hi)
	VADDPD(hi, sum[0].AsX(), sum[0].AsX())
	VHADDPD(sum[0].AsX(), sum[0].AsX(), sum[0].AsX())
	Store(sum[0].AsX(), ReturnIndex(0))
	end()

	// 0 x is NaN where x is NaN or infinite, else a zero.
	l.function("zeroTimes", "func(a *T, n int) T",
		"is a sum of 0 a[i] over n elements, a positive multiple of 16: 0, or NaN.")
	a, n = arg("a"), arg("n")
	sum = l.zeros(reduceBlock / l.width)
	zero := l.zeros(1)[0]
	loop = label("loop")
	Label(loop)
	for i, s := range sum {
		l.fma231(Mem{Base: a, Disp: 32 * i}, zero, s)
	}
	ADDQ(U32(reduceBlock*l.size), a)
	SUBQ(U32(reduceBlock), n)
	JNZ(LabelRef(loop))
	for _, s := range sum[1:] {
		l.add(s, sum[0], sum[0])
	}
	total := l.horizontal(sum[:1])
	Store(total.AsX(), ReturnIndex(0))
	end()
}

func (l lanes) zeros(n int) []reg.VecVirtual {
	v := make([]reg.VecVirtual, n)
	for i := range v {
		v[i] = l.vector()
		VXORPS(v[i], v[i], v[i])
	}
	return v
}
