package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A function is one kernel on its way.
type function struct {
	name, arguments string
	code            []instruction

	out     strings.Builder
	sums    [8]string // what addresses hold
	nextSum int
	splat   [16]bool // registers of which element 0 of the lower half stands for all
	full    bool     // all sixteen registers are in use: there are none for one instruction
	skips   int
}

func (f *function) emit(format string, args ...any) { fmt.Fprintf(&f.out, "\t"+format+"\n", args...) }

func (f *function) word(w uint32, format string, args ...any) {
	fmt.Fprintf(&f.out, "\tWORD $%#08x // %s\n", w, fmt.Sprintf(format, args...))
}

func number(register string) uint32 {
	n, err := strconv.Atoi(register[1:])
	if err != nil {
		panic(err)
	}
	return uint32(n)
}

// temporary is a pair of registers for one instruction.
func (f *function) temporary() (lower, upper int) {
	if f.full {
		panic("no register is left")
	}
	return 30, 31
}

var jumps = map[string]string{"JMP": "B", "JEQ": "BEQ", "JZ": "BEQ", "JNZ": "BNE", "JGE": "BGE", "JLT": "BLT", "JLE": "BLE"}

func (f *function) translate() (text string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	for _, i := range f.code {
		for _, a := range i.args {
			if n, _, ok := vector(a); ok && n == 15 {
				f.full = true
			}
		}
	}
	live := f.liveness()
	fmt.Fprintf(&f.out, "\nTEXT %s, NOSPLIT|NOFRAME, $0-%s\n", f.name, f.arguments)
	for at := 0; at < len(f.code); at++ {
		i := f.code[at]
		if i.label != "" {
			f.forget()
			fmt.Fprintf(&f.out, "\n%s:\n", i.label)
			continue
		}
		if to, ok := jumps[i.op]; ok {
			f.emit("%s %s", to, i.args[0])
			continue
		}
		switch i.op {
		case "VSTMXCSR":
			// The five instructions that make denormal numbers zero: bit 24 of FPCR.
			f.emit("MOVD FPCR, %s", control)
			f.emit("ORR $(1<<24), %s, %s", control, spare)
			f.emit("MOVD %s, FPCR", spare)
			at += 4
			continue
		case "VLDMXCSR":
			f.emit("MOVD %s, FPCR", control)
			continue
		case "VZEROUPPER":
			continue
		case "RET":
			f.emit("RET")
			continue
		}
		if handled := f.integer(i, at); handled {
			continue
		}
		f.vectors(i, at, live)
	}
	return f.out.String(), nil
}

// forget is where control comes from elsewhere.
func (f *function) forget() {
	clear(f.sums[:])
	f.splat = [16]bool{}
}

// flagsWanted reports whether a jump follows that looks at the flags.
func (f *function) flagsWanted(at int) bool {
	if at+1 >= len(f.code) {
		return false
	}
	next := f.code[at+1].op
	return next != "JMP" && jumps[next] != ""
}

// integer translates an instruction on general registers.
func (f *function) integer(i instruction, at int) bool {
	names := map[string]string{"ADDQ": "ADD", "SUBQ": "SUB", "ANDQ": "AND", "SHLQ": "LSL", "DECQ": "SUB", "XORQ": "EOR", "NEGQ": "NEG"}
	operand := func(a string) string {
		if r := general[a]; r != "" {
			return r
		}
		return a
	}
	switch i.op {
	case "MOVQ":
		from, to := i.args[0], general[i.args[1]]
		f.emit("MOVD %s, %s", operand(from), to)
		f.changed(to)
	case "LEAQ":
		m, ok := parseMemory(i.args[0])
		if !ok {
			panic(i)
		}
		to := general[i.args[1]]
		r, d := f.address(m)
		f.emit("ADD $%d, %s, %s", d, r, to)
		f.changed(to)
	case "PREFETCHT0":
		m, _ := parseMemory(i.args[0])
		f.emit("PRFM (%s), PLDL1KEEP", f.exact(m, 0))
	case "CMPB":
		f.emit("MOVBU %s, %s", i.args[0], spare)
		f.emit("CMP %s, %s", i.args[1], spare)
	case "CMPQ":
		a := operand(i.args[0])
		if strings.HasSuffix(a, "(FP)") {
			f.emit("MOVD %s, %s", a, spare)
			a = spare
		}
		f.emit("CMP %s, %s", operand(i.args[1]), a)
	case "TESTQ":
		f.emit("CMP $0, %s", operand(i.args[0]))
	case "ADDQ", "SUBQ", "ANDQ", "SHLQ", "DECQ", "XORQ", "NEGQ":
		name, to := names[i.op], operand(i.last())
		if f.flagsWanted(at) {
			if i.op == "SHLQ" || i.op == "XORQ" || i.op == "NEGQ" {
				panic("flags of " + i.op)
			}
			name += "S"
		}
		r := to
		if strings.HasSuffix(to, "(FP)") {
			r = spare
			f.emit("MOVD %s, %s", to, r)
		}
		switch i.op {
		case "DECQ":
			f.emit("%s $1, %s, %s", name, r, r)
		case "NEGQ":
			f.emit("NEG %s, %s", r, r)
		default:
			f.emit("%s %s, %s, %s", name, operand(i.args[0]), r, r)
		}
		if r != to {
			f.emit("MOVD %s, %s", r, to)
		}
		f.changed(r)
	default:
		return false
	}
	return true
}

// liveness is, for each instruction, which vector registers are read after it before they
// are written, as bits.
func (f *function) liveness() []uint16 {
	labels := map[string]int{}
	for at, i := range f.code {
		if i.label != "" {
			labels[i.label] = at
		}
	}
	in := make([]uint16, len(f.code)+1)
	out := make([]uint16, len(f.code))
	for again := true; again; {
		again = false
		for at, i := range slices.Backward(f.code) {
			after := in[at+1]
			if _, ok := jumps[i.op]; ok {
				if i.op == "JMP" {
					after = 0
				}
				after |= in[labels[i.args[0]]]
			}
			if i.op == "RET" {
				after = 0
			}
			reads, writes := registers(i)
			before := after&^writes | reads
			if out[at] != after || in[at] != before {
				out[at], in[at], again = after, before, true
			}
		}
	}
	return out
}

// registers are the vector registers that an instruction reads and those that it writes.
func registers(i instruction) (reads, writes uint16) {
	for q, a := range i.args {
		n, _, ok := vector(a)
		if !ok {
			continue
		}
		last := q == len(i.args)-1
		if !last || strings.HasPrefix(i.op, "VFMADD") || strings.HasPrefix(i.op, "VFNMADD") {
			reads |= 1 << n
		}
		if last {
			writes |= 1 << n
		}
	}
	if i.op == "VXORPS" && len(i.args) == 3 && i.args[0] == i.args[1] {
		reads = 0
	}
	return reads, writes
}
