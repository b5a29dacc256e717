package kernel

// MulPrime is d = abar * s' (rows x n, leading dimension ld). One row of abar serves
// every row where ldAbar is 0. s' is taken from d1, or, where d1 is nil and
// act.FromValue(), from s.
func MulPrime[T Float](act Act, d, abar []T, ldAbar int, s, d1 []T, ld, rows, n int) {
	need(len(d), ld, rows, n)
	needShared(len(abar), ldAbar, rows, n)
	needDerivative(act, s, d1, ld, rows, n)
	if rows > 0 && n > 0 {
		mulPrime(d, abar, ldAbar, s, d1, ld, rows, n)
	}
}

// AddMulPrime is e += c * s'. Derivatives as in MulPrime. One row of c serves
// every row where ldC is 0.
func AddMulPrime[T Float](act Act, e, c []T, ldC int, s, d1 []T, ld, rows, n int) {
	need(len(e), ld, rows, n)
	needShared(len(c), ldC, rows, n)
	needDerivative(act, s, d1, ld, rows, n)
	if rows > 0 && n > 0 {
		addMulPrime(e, c, ldC, s, d1, ld, rows, n)
	}
}

// Tangent is the tangent step of P2's adjoint: with u in t, it leaves
// e = u * abar * s” and t = u * s'. Derivatives as in MulPrime.
func Tangent[T Float](act Act, t, e, abar []T, ldAbar int, s, d1, d2 []T, ld, rows, n int) {
	need(len(t), ld, rows, n)
	need(len(e), ld, rows, n)
	needShared(len(abar), ldAbar, rows, n)
	needDerivative(act, s, d1, ld, rows, n)
	if d1 != nil {
		need(len(d2), ld, rows, n)
	}
	if rows > 0 && n > 0 {
		tangent(t, e, abar, ldAbar, s, d1, d2, ld, rows, n)
	}
}

func needDerivative[T Float](act Act, s, d1 []T, ld, rows, n int) {
	if d1 != nil {
		need(len(d1), ld, rows, n)
		return
	}
	if !act.FromValue() {
		panic("kernel: this activation's derivatives do not follow from its value")
	}
	need(len(s), ld, rows, n)
}
