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

// lanes is one precision: the element type, the vector's width, and the
// instructions that differ only in their suffix.
type lanes struct {
	suffix string // of the names of functions
	goType string
	size   int // bytes of an element
	width  int // elements in a vector
	shift  uint64

	load, store         instruction
	maskLoad, maskStore func(a, b, c Op)
	broadcast           instruction
	scalar              instruction // move of one element
	scalarAdd           instruction
	add, sub, mul, div  instruction // b, a, dst: dst = a op b
	min, max            instruction // b, a, dst: b where either is NaN
	and, andNot, or     instruction // b, a, dst: andNot is dst = b &^ a
	xor                 instruction
	compare             instruction              // predicate, b, a, dst
	blend               func(mask, b, a, dst Op) // dst = mask ? b : a
	sqrt                instruction
	fma231              instruction // b, a, dst: dst += a b
	fnma231             instruction // b, a, dst: dst -= a b
	fma213              instruction // b, a, dst: dst = a dst + b
	fnma213             instruction // b, a, dst: dst = b - a dst
	addInt              instruction
	shiftLeft           instruction

	constants map[string]Mem
}

func float32Lanes() lanes {
	return lanes{
		suffix: "F32", goType: "float32", size: 4, width: 8, shift: 2,
		load: VMOVUPS, store: VMOVUPS, maskLoad: VMASKMOVPS, maskStore: VMASKMOVPS,
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
		suffix: "F64", goType: "float64", size: 8, width: 4, shift: 3,
		load: VMOVUPD, store: VMOVUPD, maskLoad: VMASKMOVPD, maskStore: VMASKMOVPD,
		broadcast: VBROADCASTSD, scalar: VMOVSD, scalarAdd: VADDSD,
		add: VADDPD, sub: VSUBPD, mul: VMULPD, div: VDIVPD, min: VMINPD, max: VMAXPD,
		and: VANDPD, andNot: VANDNPD, or: VORPD, xor: VXORPD,
		compare: VCMPPD, blend: blendPD, sqrt: VSQRTPD,
		fma231: VFMADD231PD, fnma231: VFNMADD231PD, fma213: VFMADD213PD, fnma213: VFNMADD213PD,
		addInt: VPADDQ, shiftLeft: VPSLLQ,
		constants: map[string]Mem{},
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

func end() {
	VZEROUPPER()
	RET()
}

// arg loads a parameter into a fresh general register.
func arg(name string) reg.GPVirtual {
	return Load(Param(name), GP64()).(reg.GPVirtual)
}

// bytes loads a parameter that counts elements, as a number of bytes.
func (l lanes) bytes(name string) reg.GPVirtual {
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

// constant is a vector in read-only memory with x in every lane.
func (l lanes) constant(name string, x float64) Mem { return l.constantBits(name, l.bits(x)) }

func (l lanes) constantBits(name string, bits uint64) Mem {
	name = fmt.Sprintf("%s%s", name, l.suffix)
	if m, ok := l.constants[name]; ok {
		return m
	}
	m := GLOBL(name, RODATA|NOPTR)
	for i := range l.width {
		if l.size == 4 {
			DATA(4*i, U32(bits))
		} else {
			DATA(8*i, U64(bits))
		}
	}
	l.constants[name] = m
	return m
}

// tailMask leaves in a vector register the mask of the first count lanes, count
// being a register below the vector's width.
func (l lanes) tailMask(count reg.Register) reg.VecVirtual {
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
