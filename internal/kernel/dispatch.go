//go:build (amd64 || arm64) && !purego

package kernel

// The kernels of AVX2 and of NEON are called Pairs. What AVX-512 would change the order of a sum in, or would not make
// faster, is AVX2's.

// packPanel copies a panel of w columns, PanelWidth for the assembly.
func packPanel[T Float](dst, b []T, ldb, k, w int) {
	switch inUse {
	case avx512, avx2, neon:
		packPanelPairs(dst, b, ldb, k)
	default:
		packPanelPlain(dst, b, ldb, k, w)
	}
}

func packBlocksT[T Float](dst, b []T, ldb, k, w int) {
	switch inUse {
	case avx512, avx2, neon:
		packBlocksTPairs(dst, b, ldb, k)
	default:
		packBlocksTPlain(dst, b, ldb, k, w)
	}
}

func mulNarrow[T Float](c []T, ldc int, a []T, lda int, bt []T, m, n, k int, acc bool) {
	switch inUse {
	case avx512, avx2, neon:
		mulNarrowPairs(c, ldc, a, lda, bt, m, n, k, acc)
	default:
		mulNarrowPlain(c, ldc, a, lda, bt, m, n, k, acc)
	}
}

// mulPanels returns the number of columns on which then was done, the first.
func mulPanels[T Float](c []T, ldc int, a []T, lda int, packed []T, m, n, k int, acc bool, then after[T]) (done int) {
	switch inUse {
	case avx512:
		mulPanelsAVX512(c, ldc, a, lda, packed, m, n, k, acc, then)
		return n
	case avx2, neon:
		return mulPanelsPairs(c, ldc, a, lda, packed, m, n, k, acc, then)
	default:
		mulPanelsPlain(c, ldc, a, lda, packed, m, n, k, acc)
		return 0
	}
}

func mulTA[T Float](c []T, ldc int, a []T, lda int, b []T, ldb int, m, n, k int, acc bool) {
	switch {
	case inUse == generic:
		mulTAPlain(c, ldc, a, lda, b, ldb, m, n, k, acc)
	case swapped[T](m, n):
		mulTASwapped(c, ldc, a, lda, b, ldb, m, n, k, acc)
	default:
		mulTADirect(c, ldc, a, lda, b, ldb, m, n, k, acc)
	}
}

// swapped reports whether it is better to form C^T = B^T A, and to transpose it, than
// C = A^T B: where the columns of C would leave most of a half panel empty. A vector of
// AVX-512 has too many columns for that to matter but where there are very few.
func swapped[T Float](m, n int) bool {
	if inUse == avx512 {
		return n < m && n <= PanelWidth[T]()/2
	}
	w := PanelWidth[T]()
	return n < m && n < w && n%(w/2) != 0
}

func mulTADirect[T Float](c []T, ldc int, a []T, lda int, b []T, ldb int, m, n, k int, acc bool) {
	if inUse == avx512 {
		mulTAAVX512(c, ldc, a, lda, b, ldb, m, n, k, acc)
	} else {
		mulTAPairs(c, ldc, a, lda, b, ldb, m, n, k, acc)
	}
}

// mulTASwapped forms C^T = B^T A in a tile, some of its columns at a time.
func mulTASwapped[T Float](c []T, ldc int, a []T, lda int, b []T, ldb int, m, n, k int, acc bool) {
	const columns = 64
	var t [16 * columns]T // n is below 16
	for i := 0; i < m; i += columns {
		w := min(columns, m-i)
		if acc {
			for r := range w {
				for j, x := range c[(i+r)*ldc : (i+r)*ldc+n] {
					t[j*columns+r] = x
				}
			}
		}
		mulTADirect(t[:], columns, b, ldb, a[i:], lda, n, w, k, acc)
		for r := range w {
			row := c[(i+r)*ldc : (i+r)*ldc+n]
			for j := range row {
				row[j] = t[j*columns+r]
			}
		}
	}
}

func gemv[T Float](y, a []T, lda int, x []T, m, n int, acc bool) {
	switch inUse {
	case avx512:
		gemvAVX512(y, a, lda, x, m, n, acc)
	case avx2, neon:
		gemvPairs(y, a, lda, x, m, n, acc)
	default:
		gemvPlain(y, a, lda, x, m, n, acc)
	}
}

func gemvT[T Float](y, a []T, lda int, x []T, m, n int) {
	switch inUse {
	case avx512:
		gemvTAVX512(y, a, lda, x, m, n)
	case avx2, neon:
		gemvTPairs(y, a, lda, x, m, n)
	default:
		gemvTPlain(y, a, lda, x, m, n)
	}
}

func addRounded[T Float](y, a []T, lda int, x []T, m, n int) {
	switch inUse {
	case avx512:
		addRoundedAVX512(y, a, lda, x, m, n)
	case avx2, neon:
		addRoundedPairs(y, a, lda, x, m, n)
	default:
		gemvTPlain(y, a, lda, x, m, n)
	}
}

// hiddenGradientTanh does what rows it can in one pass, and tells how many.
func hiddenGradientTanh[T Float](y, s, d, a []T, lda int, x, bias, w []T, m, n int) (done int) {
	done = m &^ 7
	switch {
	case done == 0 || inUse == generic:
		return 0
	case inUse == avx512:
		hiddenGradientTanhAVX512(&y[0], &s[0], &d[0], &a[0], lda, &x[0], &bias[0], &w[0], done, n)
	default:
		hiddenGradientTanhPairs(&y[0], &s[0], &d[0], &a[0], lda, &x[0], &bias[0], &w[0], done, n)
	}
	return done
}

func activate[T Float](act Act, z []T, ld int, bias, d1, d2 []T, rows, n int) {
	switch {
	case inUse == generic || act == Sin || act == GELU || (d1 == nil && d2 != nil):
		activatePlain(act, z, ld, bias, d1, d2, rows, n)
	case act == Identity:
		identity(z, ld, bias, d1, d2, rows, n)
	case inUse == avx512:
		activateAVX512(act, z, ld, bias, d1, d2, rows, n)
	default:
		activatePairs(act, z, ld, bias, d1, d2, rows, n)
	}
}

func identity[T Float](z []T, ld int, bias, d1, d2 []T, rows, n int) {
	for r := range rows {
		if bias != nil {
			add(z[r*ld:r*ld+n], bias[:n])
		}
		for j := range d1[min(r*ld, len(d1)):min(r*ld+n, len(d1))] {
			d1[r*ld+j] = 1
		}
		if d2 != nil {
			clear(d2[r*ld : r*ld+n])
		}
	}
}

func mulPrime[T Float](d, abar []T, ldAbar int, s, d1 []T, ld, rows, n int) {
	switch inUse {
	case avx512:
		mulPrimeAVX512(d, abar, ldAbar, s, d1, ld, rows, n)
	case avx2, neon:
		mulPrimePairs(d, abar, ldAbar, s, d1, ld, rows, n)
	default:
		mulPrimePlain(d, abar, ldAbar, s, d1, ld, rows, n)
	}
}

func addMulPrime[T Float](e, c []T, ldC int, s, d1 []T, ld, rows, n int) {
	switch inUse {
	case avx512:
		addMulPrimeAVX512(e, c, ldC, s, d1, ld, rows, n)
	case avx2, neon:
		addMulPrimePairs(e, c, ldC, s, d1, ld, rows, n)
	default:
		addMulPrimePlain(e, c, ldC, s, d1, ld, rows, n)
	}
}

func tangent[T Float](t, e, abar []T, ldAbar int, s, d1, d2 []T, ld, rows, n int) {
	switch inUse {
	case avx512:
		tangentAVX512(t, e, abar, ldAbar, s, d1, d2, ld, rows, n)
	case avx2, neon:
		tangentPairs(t, e, abar, ldAbar, s, d1, d2, ld, rows, n)
	default:
		tangentPlain(t, e, abar, ldAbar, s, d1, d2, ld, rows, n)
	}
}

func sumRows[T Float](dst, a []T, ld, rows, n int) {
	switch inUse {
	case avx512, avx2, neon:
		sumRowsPairs(dst, a, ld, rows, n)
	default:
		sumRowsPlain(dst, a, ld, rows, n)
	}
}

func add[T Float](dst, a []T) {
	switch inUse {
	case avx512:
		addAVX512(dst, a)
	case avx2, neon:
		addPairs(dst, a)
	default:
		addPlain(dst, a)
	}
}

func sumSquares[T Float](a []T) float64 {
	switch inUse {
	case avx512, avx2, neon:
		return sumSquaresPairs(a)
	default:
		return sumSquaresPlain(a)
	}
}

func allFinite[T Float](a []T) bool {
	switch inUse {
	case avx512, avx2, neon:
		return allFinitePairs(a)
	default:
		return allFinitePlain(a)
	}
}

func adam[T Float](p, g, m, v []T, k *adamScalars[T]) {
	switch inUse {
	case avx512:
		adamAVX512(p, g, m, v, k)
	case avx2, neon:
		adamPairs(p, g, m, v, k)
	default:
		adamPlain(p, g, m, v, k)
	}
}

func peak[T Float](turns int) float64 {
	switch inUse {
	case avx512:
		return peakAVX512[T](turns)
	case avx2, neon:
		return peakPairs[T](turns)
	default:
		return peakPlain[T](turns)
	}
}
