package kernel

// HiddenGradient is a hidden layer and its backward product at one state, for a layer whose
// cotangent w (m) is known beforehand, as that of the last one is: A is m x n, s = act(A x +
// bias), d = w * s', y = A^T d. s' goes to d1, which may be nil where act.FromValue().
//
// The sums are those of Gemv and GemvT. For tanh the assembly reads A once, and takes denormal
// numbers for zero in both products.
func HiddenGradient[T Float](act Act, y, s, d, d1, a []T, lda int, x, bias, w []T, m, n int) {
	need(len(y), 0, 1, n)
	need(len(a), lda, m, n)
	need(len(x), 0, 1, n)
	for _, v := range [][]T{s, d, w} {
		need(len(v), 0, 1, m)
	}
	if bias != nil {
		need(len(bias), 0, 1, m)
	}
	if d1 != nil {
		need(len(d1), 0, 1, m)
	}
	clear(y[:n])
	done := 0
	if act == Tanh && bias != nil && d1 == nil && n > 0 {
		done = hiddenGradientTanh(y, s, d, a, lda, x, bias, w, m, n)
	}
	if done == m {
		return
	}
	s, d, a, w, m = s[done:], d[done:], a[done*lda:], w[done:], m-done
	if bias != nil {
		bias = bias[done:]
	}
	Gemv(s, a, lda, x, m, n, false)
	Activate(act, s, m, bias, d1, nil, 1, m)
	MulPrime(act, d, w, 0, s, d1, m, 1, m)
	GemvT(y, a, lda, d, m, n, true)
}
