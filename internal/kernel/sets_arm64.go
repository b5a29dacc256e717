//go:build !purego

package kernel

// sets are the kernels that this processor can run, the best last: every arm64 has NEON.
func sets() []set { return []set{generic, neon} }

const noAVX512 = "kernel: there is no AVX-512 on arm64"

// These are never called: sets has no avx512.

func mulPanelsAVX512[T Float](c []T, ldc int, a []T, lda int, packed []T, m, n, k int, acc bool, then after[T]) {
	panic(noAVX512)
}

func mulTAAVX512[T Float](c []T, ldc int, a []T, lda int, b []T, ldb int, m, n, k int, acc bool) {
	panic(noAVX512)
}

func activateAVX512[T Float](act Act, z []T, ld int, bias, d1, d2 []T, rows, n int) { panic(noAVX512) }

func mulPrimeAVX512[T Float](d, abar []T, ldAbar int, s, d1 []T, ld, rows, n int) { panic(noAVX512) }

func addMulPrimeAVX512[T Float](e, c []T, ldC int, s, d1 []T, ld, rows, n int) { panic(noAVX512) }

func tangentAVX512[T Float](t, e, abar []T, ldAbar int, s, d1, d2 []T, ld, rows, n int) {
	panic(noAVX512)
}

func gemvAVX512[T Float](y, a []T, lda int, x []T, m, n int, acc bool) { panic(noAVX512) }

func gemvTAVX512[T Float](y, a []T, lda int, x []T, m, n int) { panic(noAVX512) }

func addRoundedAVX512[T Float](y, a []T, lda int, x []T, m, n int) { panic(noAVX512) }

func hiddenGradientTanhAVX512[T Float](y, s, d, a *T, lda int, x, bias, w *T, m, n int) {
	panic(noAVX512)
}

func addAVX512[T Float](dst, a []T) { panic(noAVX512) }

func adamAVX512[T Float](p, g, m, v []T, k *adamScalars[T]) { panic(noAVX512) }

func peakAVX512[T Float](turns int) float64 { panic(noAVX512) }
