package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// pack emits the copies into panels: of rows, and of square blocks transposed.
func (l lanes) pack() {
	l.function("packPanel", "func(dst, b *T, ldb, k int)",
		"copies two vectors from each of k rows of b, one after the other.")
	dst, b, ldb := arg("dst"), arg("b"), l.argBytes("ldb")
	unrolled(arg("k"), 4, func(int) {
		v := []reg.VecVirtual{YMM(), YMM()}
		for i := range v {
			l.load(Mem{Base: b, Disp: 32 * i}, v[i])
		}
		for i := range v {
			l.store(v[i], Mem{Base: dst, Disp: 32 * i})
		}
		ADDQ(ldb, b)
		ADDQ(U32(64), dst)
	}, func(int) {})
	end()

	l.function("packTranspose", "func(dst, b *T, ldb, blocks int)",
		`transposes blocks, each as many rows and columns as a vector has elements, that
lie side by side in b, into the left halves of the rows of a panel.`)
	dst, b, ldb = arg("dst"), arg("b"), l.argBytes("ldb")
	blocks := arg("blocks")
	pointers := []reg.GPVirtual{b}
	for i := 3; i < l.width; i += 3 {
		p := GP64()
		LEAQ(Mem{Base: pointers[len(pointers)-1], Index: ldb, Scale: 2}, p)
		ADDQ(ldb, p)
		pointers = append(pointers, p)
	}
	row := func(i int) Mem {
		m := Mem{Base: pointers[i/3]}
		if i%3 > 0 {
			m.Index, m.Scale = ldb, uint8(i%3)
		}
		return m
	}
	loop := label("loop")
	Label(loop)
	// Half i of the vector of row r goes beside that of the row half a block below.
	half := l.width / 2
	part := func(r, i int) reg.VecVirtual {
		v := YMM()
		l.load(row(r).Offset(16*i), v.AsX())
		VINSERTF128(Imm(1), row(r+half).Offset(16*i), v, v)
		return v
	}
	put := func(v reg.VecVirtual, column int) { l.store(v, Mem{Base: dst, Disp: 64 * column}) }
	for i := range 2 {
		if l.size == 8 {
			r0, r1, t := part(0, i), part(1, i), YMM()
			VUNPCKLPD(r1, r0, t)
			put(t, 2*i)
			VUNPCKHPD(r1, r0, t)
			put(t, 2*i+1)
			continue
		}
		r0, r1, r2, r3 := part(0, i), part(1, i), part(2, i), part(3, i)
		t0, t1, t2, t3, v := YMM(), YMM(), YMM(), YMM(), YMM()
		VUNPCKLPS(r1, r0, t0)
		VUNPCKHPS(r1, r0, t1)
		VUNPCKLPS(r3, r2, t2)
		VUNPCKHPS(r3, r2, t3)
		for j, pair := range [][2]reg.VecVirtual{{t0, t2}, {t1, t3}} {
			VSHUFPS(Imm(0x44), pair[1], pair[0], v)
			put(v, 4*i+2*j)
			VSHUFPS(Imm(0xee), pair[1], pair[0], v)
			put(v, 4*i+2*j+1)
		}
	}
	for _, p := range pointers {
		ADDQ(U32(32), p)
	}
	ADDQ(U32(64*l.width), dst)
	DECQ(blocks)
	JNZ(LabelRef(loop))
	end()
}
