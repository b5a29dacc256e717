package main

import (
	"fmt"
	"strconv"
	"strings"
)

// general are the registers of amd64 on arm64, which keeps R18 and R26 to R30 for itself.
var general = map[string]string{
	"AX": "R0", "BX": "R1", "CX": "R2", "DX": "R3", "SI": "R4", "DI": "R5",
	"R8": "R6", "R9": "R7", "R10": "R8", "R11": "R9", "R12": "R10", "R13": "R11", "R14": "R12", "R15": "R13",
}

// Registers beside them: addresses, the control word as it was, and what lasts for one
// instruction.
var addresses = []string{"R14", "R15", "R16", "R17", "R19", "R20", "R21", "R22"}

const (
	control = "R23"
	spare   = "R24"
	spare2  = "R25"
)

// vector is the number of an X or Y register, and which it is.
func vector(arg string) (n int, whole, ok bool) {
	if arg == "" || (arg[0] != 'X' && arg[0] != 'Y') {
		return 0, false, false
	}
	n, err := strconv.Atoi(arg[1:])
	return n, arg[0] == 'Y', err == nil
}

// A memory operand is displacement(base)(index*scale), a parameter or a constant.
type memory struct {
	base, index  string
	scale        int
	displacement int
	parameter    string // as name+8(FP)
	symbol       string // as name<>+0(SB)
}

func parseMemory(arg string) (m memory, ok bool) {
	switch {
	case strings.HasSuffix(arg, "(FP)"):
		return memory{parameter: arg}, true
	case strings.HasSuffix(arg, "(SB)"):
		return memory{symbol: arg}, true
	case !strings.HasSuffix(arg, ")"):
		return memory{}, false
	}
	parts := strings.Split(strings.TrimSuffix(arg, ")"), "(")
	if parts[0] != "" {
		m.displacement, _ = strconv.Atoi(parts[0])
	}
	m.base = general[strings.TrimSuffix(parts[1], ")")]
	if len(parts) == 3 {
		index, scale, _ := strings.Cut(parts[2], "*")
		m.index = general[index]
		m.scale, _ = strconv.Atoi(scale)
	}
	return m, m.base != ""
}

// address leaves the address of m, but for the displacement that it returns, in a
// register. Sums of a base and an index are kept until one of the two changes.
func (f *function) address(m memory) (register string, displacement int) {
	if m.symbol != "" {
		return f.sum("$"+m.symbol, func(r string) { f.emit("MOVD $%s, %s", m.symbol, r) }), 0
	}
	if m.index == "" {
		return m.base, m.displacement
	}
	shift := map[int]int{1: 0, 2: 1, 4: 2, 8: 3}[m.scale]
	key := fmt.Sprintf("%s+%s<<%d", m.base, m.index, shift)
	return f.sum(key, func(r string) { f.emit("ADD %s<<%d, %s, %s", m.index, shift, m.base, r) }), m.displacement
}

// sum is the register in which make has left an address.
func (f *function) sum(key string, make func(register string)) string {
	for i, k := range f.sums {
		if k == key {
			return addresses[i]
		}
	}
	i := f.nextSum
	f.nextSum = (i + 1) % len(addresses)
	f.sums[i] = key
	make(addresses[i])
	return addresses[i]
}

// changed forgets the sums of a register that is written.
func (f *function) changed(register string) {
	for i, k := range f.sums {
		if base, rest, _ := strings.Cut(k, "+"); base == register || strings.HasPrefix(rest, register+"<<") {
			f.sums[i] = ""
		}
	}
}

// exact leaves the whole address in a register, for instructions that take no displacement.
func (f *function) exact(m memory, offset int) string {
	r, d := f.address(m)
	if d += offset; d != 0 {
		f.emit("ADD $%d, %s, %s", d, r, spare)
		return spare
	}
	return r
}
