package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// peakFMAs is the number of multiply-adds of vectors in one turn of the loop.
const peakFMAs = 12 * 8

// peak emits a loop of nothing but multiply-adds on twelve independent sums, more
// than latency times throughput of any processor with AVX2 or AVX-512.
func (l lanes) peak() {
	l.function("peak", "func(turns int)", "does 96 vector multiply-adds a turn, turns at least one.")
	turns := arg("turns")
	v := l.zeros(14)
	loop := label("loop")
	Label(loop)
	for i := range peakFMAs {
		l.fma231(v[12], v[13], v[i%12])
	}
	DECQ(turns)
	JNZ(LabelRef(loop))
	end()
}
