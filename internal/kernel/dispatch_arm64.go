//go:build arm64 && !purego

package kernel

// sets are the kernels that this processor can run, the best last: every arm64 has NEON.
func sets() []set { return []set{generic, neon} }

func packPanel[T Float](dst, b []T, ldb, k, w int) {
	switch inUse {
	case neon:
		packPanelPairs(dst, b, ldb, k)
	default:
		packPanelPlain(dst, b, ldb, k, w)
	}
}

func packBlocksT[T Float](dst, b []T, ldb, k, w int) {
	switch inUse {
	case neon:
		packBlocksTPairs(dst, b, ldb, k)
	default:
		packBlocksTPlain(dst, b, ldb, k, w)
	}
}

func mulNarrow[T Float](c []T, ldc int, a []T, lda int, bt []T, m, n, k int, acc bool) {
	switch inUse {
	case neon:
		mulNarrowPairs(c, ldc, a, lda, bt, m, n, k, acc)
	default:
		mulNarrowPlain(c, ldc, a, lda, bt, m, n, k, acc)
	}
}

func mulPanels[T Float](c []T, ldc int, a []T, lda int, packed []T, m, n, k int, acc bool) {
	switch inUse {
	case neon:
		mulPanelsPairs(c, ldc, a, lda, packed, m, n, k, acc)
	default:
		mulPanelsPlain(c, ldc, a, lda, packed, m, n, k, acc)
	}
}

func mulTA[T Float](c []T, ldc int, a []T, lda int, b []T, ldb int, m, n, k int, acc bool) {
	switch {
	case inUse == generic:
		mulTAPlain(c, ldc, a, lda, b, ldb, m, n, k, acc)
	case swappedPairs[T](m, n):
		mulTASwapped(c, ldc, a, lda, b, ldb, m, n, k, acc)
	default:
		mulTADirect(c, ldc, a, lda, b, ldb, m, n, k, acc)
	}
}

func mulTADirect[T Float](c []T, ldc int, a []T, lda int, b []T, ldb int, m, n, k int, acc bool) {
	mulTAPairs(c, ldc, a, lda, b, ldb, m, n, k, acc)
}

func gemv[T Float](y, a []T, lda int, x []T, m, n int, acc bool) {
	switch inUse {
	case neon:
		gemvPairs(y, a, lda, x, m, n, acc)
	default:
		gemvPlain(y, a, lda, x, m, n, acc)
	}
}

func gemvT[T Float](y, a []T, lda int, x []T, m, n int) {
	switch inUse {
	case neon:
		gemvTPairs(y, a, lda, x, m, n)
	default:
		gemvTPlain(y, a, lda, x, m, n)
	}
}

func activate[T Float](act Act, z []T, ld int, bias, d1, d2 []T, rows, n int) {
	switch {
	case inUse == generic || act == Sin || act == GELU || (d1 == nil && d2 != nil):
		activatePlain(act, z, ld, bias, d1, d2, rows, n)
	case act == Identity:
		identity(z, ld, bias, d1, d2, rows, n)
	default:
		activatePairs(act, z, ld, bias, d1, d2, rows, n)
	}
}

func mulPrime[T Float](d, abar []T, ldAbar int, s, d1 []T, ld, rows, n int) {
	switch inUse {
	case neon:
		mulPrimePairs(d, abar, ldAbar, s, d1, ld, rows, n)
	default:
		mulPrimePlain(d, abar, ldAbar, s, d1, ld, rows, n)
	}
}

func addMulPrime[T Float](e, c []T, ldC int, s, d1 []T, ld, rows, n int) {
	switch inUse {
	case neon:
		addMulPrimePairs(e, c, ldC, s, d1, ld, rows, n)
	default:
		addMulPrimePlain(e, c, ldC, s, d1, ld, rows, n)
	}
}

func tangent[T Float](t, e, abar []T, ldAbar int, s, d1, d2 []T, ld, rows, n int) {
	switch inUse {
	case neon:
		tangentPairs(t, e, abar, ldAbar, s, d1, d2, ld, rows, n)
	default:
		tangentPlain(t, e, abar, ldAbar, s, d1, d2, ld, rows, n)
	}
}

func sumRows[T Float](dst, a []T, ld, rows, n int) {
	switch inUse {
	case neon:
		sumRowsPairs(dst, a, ld, rows, n)
	default:
		sumRowsPlain(dst, a, ld, rows, n)
	}
}

func add[T Float](dst, a []T) {
	switch inUse {
	case neon:
		addPairs(dst, a)
	default:
		addPlain(dst, a)
	}
}

func sumSquares[T Float](a []T) float64 {
	switch inUse {
	case neon:
		return sumSquaresPairs(a)
	default:
		return sumSquaresPlain(a)
	}
}

func allFinite[T Float](a []T) bool {
	switch inUse {
	case neon:
		return allFinitePairs(a)
	default:
		return allFinitePlain(a)
	}
}

func adam[T Float](p, g, m, v []T, k *adamScalars[T]) {
	switch inUse {
	case neon:
		adamPairs(p, g, m, v, k)
	default:
		adamPlain(p, g, m, v, k)
	}
}

func peak[T Float](turns int) float64 {
	switch inUse {
	case neon:
		return peakPairs[T](turns)
	default:
		return peakPlain[T](turns)
	}
}
