package main

import (
	"fmt"
	"math"
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// An instruction takes its operands in the order of Go assembly, the destination
// last.
type instruction func(operands ...Op)

// lanes is one precision in vectors of one width: the element type, the registers, and
// the instructions that differ only in their suffix.
type lanes struct {
	suffix string // of the names of functions
	goType string
	size   int // bytes of an element
	width  int // elements in a vector
	bytes  int // of a vector
	shift  uint64
	wide   bool                  // AVX-512: masks are in registers of their own
	vector func() reg.VecVirtual // a fresh register

	load, store         instruction
	maskLoad, maskStore func(a, b, c Op) // memory, mask, register; register, mask, memory
	broadcast           instruction
	scalar              instruction // move of one element
	scalarAdd           instruction
	add, sub, mul, div  instruction // b, a, dst: dst = a op b
	min, max            instruction // b, a, dst: b where either is NaN
	and, andNot, or     instruction // b, a, dst: andNot is dst = b &^ a
	xor                 instruction
	compare             instruction              // predicate, b, a, dst
	signs               instruction              // a, dst: the mask of a's sign bits, where wide
	blend               func(mask, b, a, dst Op) // dst = mask ? b : a
	sqrt                instruction
	fma231              instruction // b, a, dst: dst += a b
	fmaBroadcast        instruction // element in memory, a, dst: dst += a b, where wide
	fnma231             instruction // b, a, dst: dst -= a b
	fma213              instruction // b, a, dst: dst = a dst + b
	fnma213             instruction // b, a, dst: dst = b - a dst
	addInt              instruction
	shiftLeft           instruction

	constants map[string]Mem
}

func float32Lanes() lanes {
	return lanes{
		suffix: "F32", goType: "float32", size: 4, width: 8, bytes: 32, shift: 2,
		vector: YMM,
		load:   VMOVUPS, store: VMOVUPS, maskLoad: VMASKMOVPS, maskStore: VMASKMOVPS,
		broadcast: VBROADCASTSS, scalar: VMOVSS, scalarAdd: VADDSS,
		add: VADDPS, sub: VSUBPS, mul: VMULPS, div: VDIVPS, min: VMINPS, max: VMAXPS,
		and: VANDPS, andNot: VANDNPS, or: VORPS, xor: VXORPS,
		compare: VCMPPS, blend: blendPS, sqrt: VSQRTPS,
		fma231: VFMADD231PS, fnma231: VFNMADD231PS, fma213: VFMADD213PS, fnma213: VFNMADD213PS,
		addInt: VPADDD, shiftLeft: VPSLLD,
		constants: map[string]Mem{},
	}
}

func float64Lanes() lanes {
	return lanes{
		suffix: "F64", goType: "float64", size: 8, width: 4, bytes: 32, shift: 3,
		vector: YMM,
		load:   VMOVUPD, store: VMOVUPD, maskLoad: VMASKMOVPD, maskStore: VMASKMOVPD,
		broadcast: VBROADCASTSD, scalar: VMOVSD, scalarAdd: VADDSD,
		add: VADDPD, sub: VSUBPD, mul: VMULPD, div: VDIVPD, min: VMINPD, max: VMAXPD,
		and: VANDPD, andNot: VANDNPD, or: VORPD, xor: VXORPD,
		compare: VCMPPD, blend: blendPD, sqrt: VSQRTPD,
		fma231: VFMADD231PD, fnma231: VFNMADD231PD, fma213: VFMADD213PD, fnma213: VFNMADD213PD,
		addInt: VPADDQ, shiftLeft: VPSLLQ,
		constants: map[string]Mem{},
	}
}

// The wide lanes' instructions take a constant as one element, which they broadcast: the
// linker aligns to 32 bytes, and a constant of 64 would lie across two cache lines.

func wideFloat32Lanes() lanes {
	l := float32Lanes()
	l.suffix, l.width, l.bytes, l.vector, l.wide = "F32x16", 16, 64, ZMM, true
	l.load = constantOr(VBROADCASTSS, VMOVUPS)
	l.maskLoad, l.maskStore = VMOVUPS_Z, func(a, mask, to Op) { VMOVUPS(a, mask, to) }
	l.add, l.sub = constantOr(VADDPS_BCST, VADDPS), constantOr(VSUBPS_BCST, VSUBPS)
	l.mul, l.xor = constantOr(VMULPS_BCST, VMULPS), constantOr(VXORPS_BCST, VXORPS)
	l.and, l.andNot, l.or = constantOr(VANDPS_BCST, VANDPS), constantOr(VANDNPS_BCST, VANDNPS), constantOr(VORPS_BCST, VORPS)
	l.signs = func(ops ...Op) { VPMOVD2M(ops[0], ops[1]) }
	l.blend = func(mask, b, a, dst Op) { constantOr(VBLENDMPS_BCST, VBLENDMPS)(b, a, mask, dst) }
	l.fma213, l.fnma231 = constantOr(VFMADD213PS_BCST, VFMADD213PS), constantOr(VFNMADD231PS_BCST, VFNMADD231PS)
	l.fma231 = constantOr(VFMADD231PS_BCST, VFMADD231PS)
	l.fmaBroadcast = VFMADD231PS_BCST
	l.addInt = constantOr(VPADDD_BCST, VPADDD)
	return l
}

func wideFloat64Lanes() lanes {
	l := float64Lanes()
	l.suffix, l.width, l.bytes, l.vector, l.wide = "F64x8", 8, 64, ZMM, true
	l.load = constantOr(VBROADCASTSD, VMOVUPD)
	l.maskLoad, l.maskStore = VMOVUPD_Z, func(a, mask, to Op) { VMOVUPD(a, mask, to) }
	l.add, l.sub = constantOr(VADDPD_BCST, VADDPD), constantOr(VSUBPD_BCST, VSUBPD)
	l.mul, l.xor = constantOr(VMULPD_BCST, VMULPD), constantOr(VXORPD_BCST, VXORPD)
	l.and, l.andNot, l.or = constantOr(VANDPD_BCST, VANDPD), constantOr(VANDNPD_BCST, VANDNPD), constantOr(VORPD_BCST, VORPD)
	l.signs = func(ops ...Op) { VPMOVQ2M(ops[0], ops[1]) }
	l.blend = func(mask, b, a, dst Op) { constantOr(VBLENDMPD_BCST, VBLENDMPD)(b, a, mask, dst) }
	l.fma213, l.fnma231 = constantOr(VFMADD213PD_BCST, VFMADD213PD), constantOr(VFNMADD231PD_BCST, VFNMADD231PD)
	l.fma231 = constantOr(VFMADD231PD_BCST, VFMADD231PD)
	l.fmaBroadcast = VFMADD231PD_BCST
	l.addInt = constantOr(VPADDQ_BCST, VPADDQ)
	return l
}

// constantOr is one instruction where the first operand is a constant in memory, and
// another elsewhere.
func constantOr(constant, other any) instruction {
	return func(ops ...Op) {
		i := other
		if m, ok := ops[0].(Mem); ok && m.Symbol.Name != "" {
			i = constant
		}
		switch i := i.(type) {
		case func(ops ...Op):
			i(ops...)
		case func(a, b Op):
			i(ops[0], ops[1])
		}
	}
}

func blendPS(mask, b, a, dst Op) { VBLENDVPS(mask, b, a, dst) }
func blendPD(mask, b, a, dst Op) { VBLENDVPD(mask, b, a, dst) }

// function starts a function whose signature is written with T for the element.
func (l lanes) function(name, signature, doc string) {
	sig := ""
	for _, r := range signature {
		if r == 'T' {
			sig += l.goType
		} else {
			sig += string(r)
		}
	}
	TEXT(name+l.suffix, NOSPLIT, sig)
	Pragma("noescape")
	Doc(strings.Split(name+l.suffix+" "+doc, "\n")...)
}

// flushDenormals makes denormal operands and results zero until what it returns is emitted.
// A weight that L2 alone moves falls through them, with its moments and whatever it is
// multiplied by, at a hundred cycles and more an operation. The control word belongs to the
// thread and is kept on the stack meanwhile.
func flushDenormals() (restore func()) {
	const flushToZero, denormalsAreZero = 1 << 15, 1 << 6
	old, word := AllocLocal(8), GP32()
	VSTMXCSR(old)
	MOVL(old, word)
	ORL(U32(flushToZero|denormalsAreZero), word)
	MOVL(word, old.Offset(4))
	VLDMXCSR(old.Offset(4))
	return func() { VLDMXCSR(old) }
}

func end() {
	VZEROUPPER()
	RET()
}

// arg loads a parameter into a fresh general register.
func arg(name string) reg.GPVirtual {
	return Load(Param(name), GP64()).(reg.GPVirtual)
}

// argBytes loads a parameter that counts elements, as a number of bytes.
func (l lanes) argBytes(name string) reg.GPVirtual {
	r := arg(name)
	SHLQ(U8(l.shift), r)
	return r
}

// bits is the pattern of x in the element type.
func (l lanes) bits(x float64) uint64 {
	if l.size == 4 {
		return uint64(math.Float32bits(float32(x)))
	}
	return math.Float64bits(x)
}

// constant is a vector in read-only memory with x in every lane, one element of it
// where the instructions broadcast.
func (l lanes) constant(name string, x float64) Mem { return l.constantBits(name, l.bits(x)) }

func (l lanes) constantBits(name string, bits uint64) Mem {
	name = fmt.Sprintf("%s%s", name, l.suffix)
	if m, ok := l.constants[name]; ok {
		return m
	}
	m := GLOBL(name, RODATA|NOPTR)
	count := l.width
	if l.wide {
		count = 1
	}
	for i := range count {
		if l.size == 4 {
			DATA(4*i, U32(bits))
		} else {
			DATA(8*i, U64(bits))
		}
	}
	l.constants[name] = m
	return m
}

// tailMask leaves in a register the mask of the first count lanes, count being a
// register below the vector's width.
func (l lanes) tailMask(count reg.Register) reg.Register {
	if l.wide {
		bits, mask := GP64(), K()
		MOVQ(I32(-1), bits)
		BZHIQ(count, bits, bits)
		KMOVW(bits.As32(), mask)
		return mask
	}
	m, ok := l.constants["tail"]
	if !ok {
		// width lanes of ones, then width lanes of zeros: read at a distance
		// of count before the border.
		m = GLOBL("tail"+l.suffix, RODATA|NOPTR)
		for i := range 2 * l.width {
			bits := uint64(math.MaxUint64)
			if i >= l.width {
				bits = 0
			}
			if l.size == 4 {
				DATA(4*i, U32(bits))
			} else {
				DATA(8*i, U64(bits))
			}
		}
		l.constants["tail"] = m
	}
	p := GP64()
	LEAQ(m.Offset(l.width*l.size), p)
	n := GP64()
	MOVQ(count, n)
	NEGQ(n)
	mask := YMM()
	l.load(Mem{Base: p, Index: n, Scale: uint8(l.size)}, mask)
	return mask
}

var labels int

// label is a label that no other function part uses.
func label(stem string) string {
	labels++
	return fmt.Sprintf("%s%d", stem, labels)
}

// param is the memory of a parameter. Under ABI0 a function owns its parameters'
// memory, so the outermost loop counters live there.
func param(name string) Mem {
	b, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}

// unrolled emits step for a positive count of times, by times in a loop's body, and
// after each body or rest the advance over its steps, of which each is told how many have
// been since.
func unrolled(count reg.GPVirtual, by int, step, advance func(steps int)) {
	loop, rest, one, out := label("loop"), label("rest"), label("one"), label("out")
	if by > 1 {
		SUBQ(U32(by), count)
		JLT(LabelRef(rest))
		Label(loop)
		for i := range by {
			step(i)
		}
		advance(by)
		SUBQ(U32(by), count)
		JGE(LabelRef(loop))
		Label(rest)
		ADDQ(U32(by), count)
		JZ(LabelRef(out))
	}
	Label(one)
	step(0)
	advance(1)
	DECQ(count)
	JNZ(LabelRef(one))
	Label(out)
}
