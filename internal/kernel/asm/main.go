// The program asm writes the kernels of package kernel with avo, those of AVX2 and FMA
// or, with -wide, those of AVX-512: one Go assembly file, and one file of declarations.
// Run it by
//
//	go generate ./internal/kernel
//
// Each family of kernels has a file here, written once for both precisions and both
// widths in terms of a lanes value. Every function keeps to the ABI0 calling convention and
// ends with VZEROUPPER, so that the SSE code of the Go compiler after it pays no transition
// penalty. Those of products of more than four columns, of element-wise steps and of a hidden layer in one pass take
// denormal numbers for zero.
package main

import (
	"flag"

	. "github.com/mmcloughlin/avo/build"
)

func main() {
	wide := flag.Bool("wide", false, "write the kernels of AVX-512")
	flag.Parse()
	ConstraintExpr("amd64,!purego")
	all := []lanes{float32Lanes(), float64Lanes()}
	if *wide {
		all = []lanes{wideFloat32Lanes(), wideFloat64Lanes()}
	}
	for _, l := range all {
		l.gemm()
		l.gemv()
		l.elementwise()
		l.activations()
		l.hiddenGradient()
		l.adam()
		if !*wide {
			l.reductions()
			l.pack()
		}
		l.peak()
	}
	Generate()
}
