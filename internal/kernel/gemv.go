package kernel

// Gemv is y = A x, or y += A x where acc: A is m x n.
func Gemv[T Float](y, a []T, lda int, x []T, m, n int, acc bool) {
	need(len(y), 0, 1, m)
	need(len(a), lda, m, n)
	need(len(x), 0, 1, n)
	switch {
	case m == 0:
	case n == 0:
		if !acc {
			clear(y[:m])
		}
	default:
		gemv(y, a, lda, x, m, n, acc)
	}
}

// GemvT is y = A^T x, or y += A^T x where acc: A is m x n. An element of y is summed
// in the order of the rows, starting from zero or from y.
func GemvT[T Float](y, a []T, lda int, x []T, m, n int, acc bool) {
	need(len(y), 0, 1, n)
	need(len(a), lda, m, n)
	need(len(x), 0, 1, m)
	if !acc {
		clear(y[:n])
	}
	if m > 0 && n > 0 {
		gemvT(y, a, lda, x, m, n)
	}
}

// AddRounded is y += A^T x, A m x n, with every product rounded before it is added: the bits
// of a loop in Go on a processor where the compiler does not fuse the two, and so those of
// plain Go. An element of y is summed in the order of the rows.
func AddRounded[T Float](y, a []T, lda int, x []T, m, n int) {
	need(len(y), 0, 1, n)
	need(len(a), lda, m, n)
	need(len(x), 0, 1, m)
	if m > 0 && n > 0 {
		addRounded(y, a, lda, x, m, n)
	}
}
