//go:build (!amd64 && !arm64) || purego

package kernel

// sets are the kernels that this processor can run.
func sets() []set { return []set{generic} }

func packPanel[T Float](dst, b []T, ldb, k, w int) { packPanelPlain(dst, b, ldb, k, w) }

func packBlocksT[T Float](dst, b []T, ldb, k, w int) { packBlocksTPlain(dst, b, ldb, k, w) }

func mulNarrow[T Float](c []T, ldc int, a []T, lda int, bt []T, m, n, k int, acc bool) {
	mulNarrowPlain(c, ldc, a, lda, bt, m, n, k, acc)
}

func mulPanels[T Float](c []T, ldc int, a []T, lda int, packed []T, m, n, k int, acc bool, then after[T]) (done int) {
	mulPanelsPlain(c, ldc, a, lda, packed, m, n, k, acc)
	return 0
}

func mulTA[T Float](c []T, ldc int, a []T, lda int, b []T, ldb int, m, n, k int, acc bool) {
	mulTAPlain(c, ldc, a, lda, b, ldb, m, n, k, acc)
}

func gemv[T Float](y, a []T, lda int, x []T, m, n int, acc bool) {
	gemvPlain(y, a, lda, x, m, n, acc)
}

func gemvT[T Float](y, a []T, lda int, x []T, m, n int) { gemvTPlain(y, a, lda, x, m, n) }

func addRounded[T Float](y, a []T, lda int, x []T, m, n int) { gemvTPlain(y, a, lda, x, m, n) }

func hiddenGradientTanh[T Float](y, s, d, a []T, lda int, x, bias, w []T, m, n int) (done int) {
	return 0
}

func activate[T Float](act Act, z []T, ld int, bias, d1, d2 []T, rows, n int) {
	activatePlain(act, z, ld, bias, d1, d2, rows, n)
}

func mulPrime[T Float](d, abar []T, ldAbar int, s, d1 []T, ld, rows, n int) {
	mulPrimePlain(d, abar, ldAbar, s, d1, ld, rows, n)
}

func addMulPrime[T Float](e, c []T, ldC int, s, d1 []T, ld, rows, n int) {
	addMulPrimePlain(e, c, ldC, s, d1, ld, rows, n)
}

func tangent[T Float](t, e, abar []T, ldAbar int, s, d1, d2 []T, ld, rows, n int) {
	tangentPlain(t, e, abar, ldAbar, s, d1, d2, ld, rows, n)
}

func sumRows[T Float](dst, a []T, ld, rows, n int) { sumRowsPlain(dst, a, ld, rows, n) }

func add[T Float](dst, a []T) { addPlain(dst, a) }

func sumSquares[T Float](a []T) float64 { return sumSquaresPlain(a) }

func allFinite[T Float](a []T) bool { return allFinitePlain(a) }

func adam[T Float](p, g, m, v []T, k *adamScalars[T]) { adamPlain(p, g, m, v, k) }

func peak[T Float](turns int) float64 { return peakPlain[T](turns) }
