package main

import (
	"strconv"
	"strings"
)

// halves are those of a register: the upper is -1 of an X register.
func halves(arg string) (h [2]int) {
	n, whole, ok := vector(arg)
	if !ok {
		panic("no vector register: " + arg)
	}
	if !whole {
		return [2]int{2 * n, -1}
	}
	return [2]int{2 * n, 2*n + 1}
}

// load leaves 32 bytes of memory, or 16, in registers.
func (f *function) load(m memory, to [2]int) {
	r, d := f.address(m)
	switch {
	case to[1] < 0:
		f.emit("FMOVQ %d(%s), F%d", d, r, to[0])
	case d%16 != 0 || d < -1024 || d > 1008:
		f.emit("FLDPQ (%s), (F%d, F%d)", f.exact(m, 0), to[0], to[1])
	default:
		f.emit("FLDPQ %d(%s), (F%d, F%d)", d, r, to[0], to[1])
	}
}

func (f *function) store(from [2]int, m memory) {
	r, d := f.address(m)
	switch {
	case from[1] < 0:
		f.emit("FMOVQ F%d, %d(%s)", from[0], d, r)
	case d%16 != 0 || d < -1024 || d > 1008:
		f.emit("FSTPQ (F%d, F%d), (%s)", from[0], from[1], f.exact(m, 0))
	default:
		f.emit("FSTPQ (F%d, F%d), %d(%s)", from[0], from[1], d, r)
	}
}

// source is a register's halves, or a temporary with what is in memory.
func (f *function) source(arg string, whole bool) [2]int {
	m, ok := parseMemory(arg)
	if !ok {
		n, _, _ := vector(arg)
		if f.splat[n] {
			panic("a broadcast element is used as a vector")
		}
		return halves(arg)
	}
	lower, upper := f.temporary()
	to := [2]int{lower, upper}
	if !whole {
		to[1] = -1
	}
	f.load(m, to)
	return to
}

// onlyMultiplied reports whether all that is done with the register broadcast at an
// instruction, before it is written again, is multiply-adds of this block.
func (f *function) onlyMultiplied(at int, live []uint16) bool {
	n, _, _ := vector(f.code[at].last())
	for q := at + 1; q < len(f.code); q++ {
		i := f.code[q]
		_, jump := jumps[i.op]
		if i.label != "" || jump || i.op == "RET" {
			return live[q-1]>>n&1 == 0
		}
		reads, writes := registers(i)
		if reads>>n&1 == 1 {
			dst, _, _ := vector(i.last())
			if !strings.HasPrefix(i.op, "VFMADD231") || dst == n || strings.HasSuffix(i.args[0], ")") {
				return false
			}
			// The other factor has to be a vector: of two elements the product is not by element.
			if i.args[0] == i.args[1] {
				return false
			}
		}
		if writes>>n&1 == 1 {
			return true
		}
	}
	return false
}

// vectors translates an instruction on vector registers.
func (f *function) vectors(i instruction, at int, live []uint16) {
	size := 4
	if strings.HasSuffix(i.op, "D") && i.op != "VPADDD" && i.op != "VPSLLD" || i.op == "VPADDQ" || i.op == "VPSLLQ" {
		size = 8
	}
	if i.op == "VPERM2F128" || i.op == "VEXTRACTF128" || i.op == "VINSERTF128" {
		size = 4 // any: whole halves move
	}
	if n, _, ok := vector(i.last()); ok && !strings.HasPrefix(i.op, "VFMADD") && !strings.HasPrefix(i.op, "VFNMADD") {
		defer func() {
			if i.op != "VBROADCASTSS" && i.op != "VBROADCASTSD" {
				f.splat[n] = false
			}
		}()
	}
	base := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(i.op, "PS"), "PD"), "F128")
	lanewise := map[string]string{"VADD": "fadd", "VSUB": "fsub", "VMUL": "fmul", "VDIV": "fdiv",
		"VAND": "and", "VOR": "orr", "VXOR": "eor", "VPADDD": "add", "VPADDQ": "add"}
	switch base {
	case "VMOVU":
		if m, ok := parseMemory(i.args[0]); ok {
			f.load(m, halves(i.args[1]))
		} else if m, ok := parseMemory(i.args[1]); ok {
			f.source(i.args[0], true)
			f.store(halves(i.args[0]), m)
		} else {
			from, to := f.source(i.args[0], true), halves(i.args[1])
			f.move(to[0], from[0])
			f.move(to[1], from[1])
		}
	case "VADD", "VSUB", "VMUL", "VDIV", "VAND", "VOR", "VXOR", "VPADDD", "VPADDQ":
		to := halves(i.args[2])
		b, a := f.source(i.args[0], to[1] >= 0), f.source(i.args[1], to[1] >= 0)
		for h, d := range to {
			f.vector3(lanewise[base], size, d, a[h], b[h])
		}
	case "VANDN": // b, a, dst: b and not a
		b, a, to := f.source(i.args[0], true), f.source(i.args[1], true), halves(i.args[2])
		for h, d := range to {
			f.vector3("bic", size, d, b[h], a[h])
		}
	case "VSQRT":
		a, to := f.source(i.args[0], true), halves(i.args[1])
		for h, d := range to {
			f.vector2("fsqrt", size, d, a[h])
		}
	case "VMIN", "VMAX": // b, a, dst: a where a < b, or a > b, else b
		b, a, to := f.source(i.args[0], true), f.source(i.args[1], true), halves(i.args[2])
		t, _ := f.temporary()
		if strings.HasSuffix(i.args[0], ")") || strings.HasSuffix(i.args[1], ")") {
			panic(i.op + " of memory")
		}
		for h, d := range to {
			if base == "VMIN" {
				f.vector3("fcmgt", size, t, b[h], a[h])
			} else {
				f.vector3("fcmgt", size, t, a[h], b[h])
			}
			f.vector3("bsl", size, t, a[h], b[h])
			f.move(d, t)
		}
	case "VCMP":
		if i.args[0] != "$0x1e" {
			panic("comparison " + i.args[0])
		}
		b, a, to := f.source(i.args[1], true), f.source(i.args[2], true), halves(i.args[3])
		for h, d := range to {
			f.vector3("fcmgt", size, d, a[h], b[h])
		}
	case "VBLENDV": // mask, b, a, dst: b where the mask's sign is set, else a
		mask, a, to := f.source(i.args[0], true), f.source(i.args[2], true), halves(i.args[3])
		t, u := f.temporary()
		b, inMemory := parseMemory(i.args[1])
		for h, d := range to {
			f.signs(size, t, mask[h])
			from := u
			if inMemory {
				r, displacement := f.address(b)
				f.emit("FMOVQ %d(%s), F%d", displacement+16*h, r, u)
			} else {
				from = f.source(i.args[1], true)[h]
			}
			f.vector3("bsl", size, t, from, a[h])
			f.move(d, t)
		}
	case "VFMADD231", "VFNMADD231": // b, a, dst: dst + a b, dst - a b
		name := map[string]string{"VFMADD231": "fmla", "VFNMADD231": "fmls"}[base]
		to := halves(i.args[2])
		for q := range 2 {
			if n, _, ok := vector(i.args[q]); ok && f.splat[n] {
				other := f.source(i.args[1-q], true)
				for h, d := range to {
					f.vector3(name+"[0]", size, d, other[h], 2*n)
				}
				return
			}
		}
		b, a := f.source(i.args[0], true), f.source(i.args[1], true)
		for h, d := range to {
			f.vector3(name, size, d, a[h], b[h])
		}
	case "VFMADD213": // b, a, dst: a dst + b
		a, to := f.source(i.args[1], true), halves(i.args[2])
		lower, upper := f.temporary()
		t := [2]int{lower, upper}
		if m, ok := parseMemory(i.args[0]); ok {
			f.load(m, t)
		} else {
			b := f.source(i.args[0], true)
			f.move(t[0], b[0])
			f.move(t[1], b[1])
		}
		for h, d := range to {
			f.vector3("fmla", size, t[h], a[h], d)
			f.move(d, t[h])
		}
	case "VPSLLD", "VPSLLQ":
		bits, err := strconv.ParseInt(strings.TrimPrefix(i.args[0], "$"), 0, 64)
		if err != nil {
			panic(err)
		}
		a, to := f.source(i.args[1], true), halves(i.args[2])
		for h, d := range to {
			f.shiftLeft(size, d, a[h], int(bits))
		}
	case "VBROADCASTSS", "VBROADCASTSD":
		f.broadcast(i, at, live, size)
	case "VMASKMOV":
		f.masked(i, size)
	default:
		f.shuffle(i, base, size)
	}
}

// broadcast leaves an element in every lane; where only multiply-adds follow, which take an
// element of a register, in the first alone.
func (f *function) broadcast(i instruction, at int, live []uint16, size int) {
	m, _ := parseMemory(i.args[0])
	to := halves(i.args[1])
	n, _, _ := vector(i.args[1])
	if f.splat[n] = f.onlyMultiplied(at, live); f.splat[n] {
		r, d := f.address(m)
		if size == 4 {
			f.emit("FMOVS %d(%s), F%d", d, r, to[0])
		} else {
			f.emit("FMOVD %d(%s), F%d", d, r, to[0])
		}
		return
	}
	f.loadEach(size, to[0], f.exact(m, 0))
	f.move(to[1], to[0])
}

// masked moves the first elements of a vector, those of which the mask is set: the mask is of
// the first few lanes, so the first that is not set ends it. Nothing behind it is touched.
func (f *function) masked(i instruction, size int) {
	m, isLoad := parseMemory(i.args[0])
	register := i.args[2]
	if !isLoad {
		m, _ = parseMemory(i.args[2])
		register = i.args[0]
	}
	mask, v := f.source(i.args[1], true), halves(register)
	if isLoad && mask == v {
		v[0], v[1] = f.temporary()
	}
	if isLoad {
		for _, h := range v {
			f.vector3("eor", 4, h, h, h)
		}
	}
	r, d := f.address(m)
	f.emit("ADD $%d, %s, %s", d, r, spare)
	f.skips++
	out := "masked" + strconv.Itoa(f.skips)
	for h := range 2 {
		for lane := range 16 / size {
			f.extract(size, spare2, mask[h], lane)
			f.emit("CBZ %s, %s", spare2, out)
			f.element(isLoad, size, v[h], lane, spare)
			f.emit("ADD $%d, %s, %s", size, spare, spare)
		}
	}
	f.out.WriteString("\n" + out + ":\n")
	if isLoad && mask == halves(register) {
		f.move(mask[0], v[0])
		f.move(mask[1], v[1])
	}
}

// shuffle translates what moves elements between lanes, and scalars.
func (f *function) shuffle(i instruction, base string, size int) {
	imm := 0
	if strings.HasPrefix(i.args[0], "$") {
		v, err := strconv.ParseInt(i.args[0][1:], 0, 64)
		if err != nil {
			panic(err)
		}
		imm = int(v)
	}
	pairwise := map[string]string{"VHADD": "faddp", "VUNPCKL": "zip1", "VUNPCKH": "zip2"}
	switch base {
	case "VHADD", "VUNPCKL", "VUNPCKH": // b, a, dst
		b, a, to := f.source(i.args[0], true), f.source(i.args[1], true), halves(i.args[2])
		for h, d := range to {
			f.vector3(pairwise[base], size, d, a[h], b[h])
		}
	case "VSHUF": // the lower, or the upper, two elements of a and of b
		name := map[int]string{0x44: "zip1", 0xee: "zip2"}[imm]
		if name == "" {
			panic("shuffle " + i.args[0])
		}
		b, a, to := f.source(i.args[1], true), f.source(i.args[2], true), halves(i.args[3])
		for h, d := range to {
			f.vector3(name, 8, d, a[h], b[h])
		}
	case "VPERM2":
		part := map[int]int{0x20: 0, 0x31: 1}
		h, ok := part[imm]
		if !ok {
			panic("permutation " + i.args[0])
		}
		b, a, to := f.source(i.args[1], true), f.source(i.args[2], true), halves(i.args[3])
		t, _ := f.temporary()
		f.move(t, b[h])
		f.move(to[0], a[h])
		f.move(to[1], t)
	case "VPERMIL": // only the first lane is looked at afterwards
		from, to := halves(i.args[1]), halves(i.args[2])
		f.duplicate(size, to[0], from[0], imm%(16/size))
	case "VEXTRACT":
		from, to := halves(i.args[1]), halves(i.args[2])
		f.move(to[0], from[imm])
	case "VINSERT":
		if imm != 1 {
			panic("insertion")
		}
		a, to := halves(i.args[2]), halves(i.args[3])
		if m, ok := parseMemory(i.args[1]); ok {
			f.load(m, [2]int{to[1], -1})
		} else {
			f.move(to[1], halves(i.args[1])[0])
		}
		f.move(to[0], a[0])
	case "VCVTPS2":
		m, _ := parseMemory(i.args[0])
		t, _ := f.temporary()
		f.load(m, [2]int{t, -1})
		to := halves(i.args[1])
		f.vector2("fcvtl", 4, to[0], t)
		f.vector2("fcvtl2", 4, to[1], t)
	case "VMOVSS", "VMOVSD", "MOVSS", "MOVSD":
		name := map[int]string{4: "FMOVS", 8: "FMOVD"}[size]
		m, _ := parseMemory(i.args[1])
		if m.parameter != "" {
			f.emit("%s F%d, %s", name, halves(i.args[0])[0], m.parameter)
			return
		}
		r, d := f.address(m)
		f.emit("%s F%d, %d(%s)", name, halves(i.args[0])[0], d, r)
	case "VADDSS", "VADDSD":
		t, _ := f.temporary()
		m, _ := parseMemory(i.args[0])
		r, d := f.address(m)
		suffix := map[int]string{4: "S", 8: "D"}[size]
		f.emit("FMOV%s %d(%s), F%d", suffix, d, r, t)
		f.emit("FADD%s F%d, F%d, F%d", suffix, t, halves(i.args[1])[0], halves(i.args[2])[0])
	default:
		panic("no translation of " + i.op + " " + strings.Join(i.args, ", "))
	}
}
