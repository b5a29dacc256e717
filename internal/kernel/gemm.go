package kernel

// MulPacked is C = A B, or C += A B where acc: A is m x k, B a packed k x n, C m x n.
// It is meant for blocks that stay in the second-level cache.
//
// An element of C is summed in the order of k, starting from zero or from C, so it
// depends on its row of A and column of B alone. (With at most four columns the sum
// over k has eight or four interleaved parts; the same holds.)
func MulPacked[T Float](c []T, ldc int, a []T, lda int, packed []T, m, n, k int, acc bool) {
	need(len(c), ldc, m, n)
	need(len(a), lda, m, k)
	need(len(packed), 0, 1, PackedLen[T](k, n))
	switch {
	case m == 0 || n == 0:
	case k == 0:
		if !acc {
			zero(c, ldc, m, n)
		}
	case n <= narrow:
		mulNarrow(c, ldc, a, lda, packed, m, n, k, acc)
	default:
		mulPanels(c, ldc, a, lda, packed, m, n, k, acc, after[T]{})
	}
}

// MulTA is C = A^T B, or C += A^T B where acc: A is k x m, B is k x n, C m x n. An
// element of C is summed in the order of k, starting from zero or from C.
func MulTA[T Float](c []T, ldc int, a []T, lda int, b []T, ldb int, m, n, k int, acc bool) {
	need(len(c), ldc, m, n)
	need(len(a), lda, k, m)
	need(len(b), ldb, k, n)
	switch {
	case m == 0 || n == 0:
	case k == 0:
		if !acc {
			zero(c, ldc, m, n)
		}
	default:
		mulTA(c, ldc, a, lda, b, ldb, m, n, k, acc)
	}
}

func zero[T Float](c []T, ldc, m, n int) {
	for i := range m {
		clear(c[i*ldc : i*ldc+n])
	}
}
