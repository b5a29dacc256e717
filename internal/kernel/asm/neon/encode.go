package main

// Words of NEON's instructions, for a whole register of 128 bits; by the size of an
// element, 4 or 8 bytes.
var three = map[string][2]uint32{ // Vd, Vn, Vm
	"fmla":  {0x4e20cc00, 0x4e60cc00},
	"fmls":  {0x4ea0cc00, 0x4ee0cc00},
	"fadd":  {0x4e20d400, 0x4e60d400},
	"fsub":  {0x4ea0d400, 0x4ee0d400},
	"fmul":  {0x6e20dc00, 0x6e60dc00},
	"fdiv":  {0x6e20fc00, 0x6e60fc00},
	"faddp": {0x6e20d400, 0x6e60d400},
	"fcmgt": {0x6ea0e400, 0x6ee0e400},
	"add":   {0x4ea08400, 0x4ee08400},
	"zip1":  {0x4e803800, 0x4ec03800},
	"zip2":  {0x4e807800, 0x4ec07800},
	"and":   {0x4e201c00, 0x4e201c00},
	"bic":   {0x4e601c00, 0x4e601c00},
	"orr":   {0x4ea01c00, 0x4ea01c00},
	"eor":   {0x6e201c00, 0x6e201c00},
	"bsl":   {0x6e601c00, 0x6e601c00}, // Vd holds the mask: Vn where set, else Vm
	// By element 0 of Vm.
	"fmla[0]": {0x4f801000, 0x4fc01000},
	"fmls[0]": {0x4f805000, 0x4fc05000},
}

var two = map[string][2]uint32{ // Vd, Vn
	"fsqrt":  {0x6ea1f800, 0x6ee1f800},
	"fcvtl":  {0x0e617800, 0}, // two float32 to float64, of the lower half
	"fcvtl2": {0x4e617800, 0}, // of the upper half
}

// arrangement is how a register is written.
var arrangement = map[int]string{4: "4S", 8: "2D"}

func bySize(pair [2]uint32, size int) uint32 {
	if size == 8 {
		return pair[1]
	}
	return pair[0]
}

// vector3 emits an instruction of three registers; there is no upper half, -1, of an X register.
func (f *function) vector3(name string, size, d, n, m int) {
	if d < 0 {
		return
	}
	f.word(bySize(three[name], size)|uint32(m)<<16|uint32(n)<<5|uint32(d), "%s V%d, V%d, V%d .%s", name, d, n, m, arrangement[size])
}

func (f *function) vector2(name string, size, d, n int) {
	f.word(bySize(two[name], size)|uint32(n)<<5|uint32(d), "%s V%d, V%d .%s", name, d, n, arrangement[size])
}

// move copies a register.
func (f *function) move(d, n int) {
	if d != n && d >= 0 {
		f.vector3("orr", 4, d, n, n)
	}
}

// shiftLeft is by bits; signs fills each element with its sign.
func (f *function) shiftLeft(size, d, n, bits int) {
	f.word(0x4f005400|uint32(8*size+bits)<<16|uint32(n)<<5|uint32(d), "shl V%d, V%d, #%d .%s", d, n, bits, arrangement[size])
}

func (f *function) signs(size, d, n int) {
	// An arithmetic shift to the right by all bits but one is written as 16 size less it.
	f.word(0x4f000400|uint32(8*size+1)<<16|uint32(n)<<5|uint32(d), "sshr V%d, V%d, #%d .%s", d, n, 8*size-1, arrangement[size])
}

// lane is the field of an instruction that names element i of a register.
func lane(size, i int) uint32 {
	if size == 8 {
		return uint32(i<<4|8) << 16
	}
	return uint32(i<<3|4) << 16
}

// duplicate fills a register with element i of another.
func (f *function) duplicate(size, d, n, i int) {
	f.word(0x4e000400|lane(size, i)|uint32(n)<<5|uint32(d), "dup V%d, V%d[%d] .%s", d, n, i, arrangement[size])
}

// loadEach fills a register with the element at an address.
func (f *function) loadEach(size, d int, register string) {
	word := uint32(0x4d40c800)
	if size == 8 {
		word = 0x4d40cc00
	}
	f.word(word|number(register)<<5|uint32(d), "ld1r V%d, [%s] .%s", d, register, arrangement[size])
}

// element moves element i of a register from or to an address.
func (f *function) element(load bool, size, d, i int, register string) {
	word, name := uint32(0x0d008000), "st1"
	if size == 8 {
		word = 0x0d008400 | uint32(i)<<30
	} else {
		word |= uint32(i>>1)<<30 | uint32(i&1)<<12
	}
	if load {
		word, name = word|1<<22, "ld1"
	}
	f.word(word|number(register)<<5|uint32(d), "%s V%d[%d], [%s] .%s", name, d, i, register, arrangement[size])
}

// extract moves element i of a register to a general one.
func (f *function) extract(size int, register string, n, i int) {
	word := uint32(0x0e003c00)
	if size == 8 {
		word = 0x4e003c00
	}
	f.word(word|lane(size, i)|uint32(n)<<5|number(register), "umov %s, V%d[%d] .%s", register, n, i, arrangement[size])
}
