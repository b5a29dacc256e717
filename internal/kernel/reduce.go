package kernel

// SumRows adds the sum of the rows of a (rows x n) to dst, row after row.
func SumRows[T Float](dst, a []T, ld, rows, n int) {
	need(len(dst), 0, 1, n)
	need(len(a), ld, rows, n)
	if rows > 0 && n > 0 {
		sumRows(dst, a, ld, rows, n)
	}
}

// Add is dst += a; dst is at least as long as a.
func Add[T Float](dst, a []T) {
	need(len(dst), 0, 1, len(a))
	if len(a) > 0 {
		add(dst, a)
	}
}

// SumSquares is the sum of a_i^2, in float64.
func SumSquares[T Float](a []T) float64 { return sumSquares(a) }

// AllFinite reports whether a holds neither a NaN nor an infinity.
func AllFinite[T Float](a []T) bool { return allFinite(a) }
