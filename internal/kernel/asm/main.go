// The program asm writes the AVX2 and FMA kernels of package kernel with avo:
// one Go assembly file, and one file of declarations. Run it by
//
//	go generate ./internal/kernel
//
// Each family of kernels has a file here, written once for both precisions in
// terms of a lanes value. Every function has frame size zero, keeps to the ABI0
// calling convention, and ends with VZEROUPPER, so that the SSE code of the Go
// compiler after it pays no transition penalty.
package main

import (
	. "github.com/mmcloughlin/avo/build"
)

func main() {
	ConstraintExpr("amd64,!purego")
	for _, l := range []lanes{float32Lanes(), float64Lanes()} {
		l.gemm()
		l.gemv()
		l.elementwise()
		l.activations()
		l.adam()
		l.reductions()
		l.pack()
		l.peak()
	}
	Generate()
}
