package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The numbers of package kernel's steps after a product.
const (
	thenNothing = iota
	thenMulPrime
	thenAddMulPrime
	thenTangent
)

// finishTile emits the element-wise step that the parameter then names, on the last count
// rows of C above c, v vectors wide, which are in the first-level cache: the sums of a tile
// leave too few registers for it before they are stored. It goes on at next.
func (l lanes) finishTile(v int, c, ldc, count reg.GPVirtual, mask reg.Register, next LabelRef) {
	then := arg("then")
	TESTQ(then, then)
	JZ(next)
	// The rows of the other operands stand in their groups where those of C stand in its.
	top, rest := GP64(), GP64()
	MOVQ(c, top)
	MOVQ(count, rest)
	back := label("back")
	Label(back)
	SUBQ(ldc, top)
	DECQ(rest)
	JNZ(LabelRef(back))
	down, group := GP64(), arg("c")
	MOVQ(top, down)
	SUBQ(group, down)
	s, e, abar, ldAbar := arg("s"), arg("e"), arg("abar"), l.argBytes("ldAbar")
	ADDQ(down, s)
	ADDQ(down, e)
	shared := label("shared")
	TESTQ(ldAbar, ldAbar)
	JZ(LabelRef(shared))
	ADDQ(down, abar)
	Label(shared)

	load := func(p reg.GPVirtual, j int) reg.VecVirtual {
		x, m := l.vector(), Mem{Base: p, Disp: j * l.bytes}
		if mask != nil && j == v-1 {
			l.maskLoad(m, mask, x)
		} else {
			l.load(m, x)
		}
		return x
	}
	store := func(x reg.VecVirtual, p reg.GPVirtual, j int) {
		m := Mem{Base: p, Disp: j * l.bytes}
		if mask != nil && j == v-1 {
			l.maskStore(x, mask, m)
		} else {
			l.store(x, m)
		}
	}
	rows := func(step func(j int)) {
		row := label("row")
		Label(row)
		for j := range v {
			step(j)
		}
		ADDQ(ldc, top)
		ADDQ(ldc, s)
		ADDQ(ldc, e)
		ADDQ(ldAbar, abar)
		DECQ(count)
		JNZ(LabelRef(row))
		JMP(next)
	}
	tangent, add := label("tangent"), label("add")
	CMPQ(then, Imm(thenTangent))
	JEQ(LabelRef(tangent))
	CMPQ(then, Imm(thenAddMulPrime))
	JEQ(LabelRef(add))
	rows(func(j int) {
		d1, bar := l.tanhPrime(load(s, j)), load(top, j)
		l.mul(bar, d1, d1)
		store(d1, e, j)
	})
	Label(add)
	rows(func(j int) {
		d1, sum, bar := l.tanhPrime(load(s, j)), load(e, j), load(top, j)
		l.fma231(bar, d1, sum)
		store(sum, e, j)
	})
	Label(tangent)
	rows(func(j int) {
		value := load(s, j)
		d1 := l.tanhPrime(value)
		u, bar := load(top, j), load(abar, j)
		l.tangentOf(u, bar, value, d1)
		store(bar, e, j)
		store(u, top, j)
	})
}
