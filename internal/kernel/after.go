package kernel

// A step is an element-wise one after a product. The assembly knows it by its number.
type step int

const (
	nothing step = iota
	mulPrimeStep
	addMulPrimeStep
	tangentStep
)

// after is a step on C with its other operands, that of MulPrime, AddMulPrime or Tangent
// for tanh. s and e lie as C does; one row of abar serves every row where ldAbar is 0.
type after[T Float] struct {
	step       step
	s, e, abar *T
	ldAbar     int
}

// MulPackedPrime is C = A B, or C += A B where acc, as of MulPacked, and D = C * s' as of
// MulPrime; d, s and d1 lie as c does. Here and below, the assembly takes the second step
// for tanh while a tile of C is in the first-level cache.
func MulPackedPrime[T Float](act Act, d, c []T, ldc int, a []T, lda int, packed, s, d1 []T, m, n, k int, acc bool) {
	done := mulPackedThen(mulPrimeStep, act, d, c, ldc, a, lda, packed, nil, 0, s, d1, m, n, k, acc)
	if done < n {
		MulPrime(act, from(d, done), from(c, done), ldc, from(s, done), from(d1, done), ldc, m, n-done)
	}
}

// MulPackedAddPrime is C = A B, or C += A B where acc, as of MulPacked, and e += C * s' as
// of AddMulPrime; e, s and d1 lie as c does.
func MulPackedAddPrime[T Float](act Act, e, c []T, ldc int, a []T, lda int, packed, s, d1 []T, m, n, k int, acc bool) {
	done := mulPackedThen(addMulPrimeStep, act, e, c, ldc, a, lda, packed, nil, 0, s, d1, m, n, k, acc)
	if done < n {
		AddMulPrime(act, from(e, done), from(c, done), ldc, from(s, done), from(d1, done), ldc, m, n-done)
	}
}

// MulPackedTangent is u = A B as of MulPacked, and t = u * s', e = u * abar * s” as of
// Tangent; e, s, d1 and d2 lie as t does.
func MulPackedTangent[T Float](act Act, t, e []T, ldt int, a []T, lda int, packed, abar []T, ldAbar int, s, d1, d2 []T, m, n, k int) {
	done := mulPackedThen(tangentStep, act, e, t, ldt, a, lda, packed, abar, ldAbar, s, d1, m, n, k, false)
	if done < n {
		Tangent(act, from(t, done), from(e, done), from(abar, done), ldAbar, from(s, done), from(d1, done), from(d2, done), ldt, m, n-done)
	}
}

// mulPackedThen does the product and returns the number of columns, the first, on which
// it did the step too.
func mulPackedThen[T Float](what step, act Act, e, c []T, ldc int, a []T, lda int, packed, abar []T, ldAbar int, s, d1 []T, m, n, k int, acc bool) (done int) {
	if act != Tanh || d1 != nil || m == 0 || n <= narrow || k == 0 {
		MulPacked(c, ldc, a, lda, packed, m, n, k, acc)
		return 0
	}
	need(len(c), ldc, m, n)
	need(len(a), lda, m, k)
	need(len(packed), 0, 1, PackedLen[T](k, n))
	need(len(e), ldc, m, n)
	need(len(s), ldc, m, n)
	if what == tangentStep {
		needShared(len(abar), ldAbar, m, n)
	}
	if ldAbar != 0 && ldAbar != ldc {
		MulPacked(c, ldc, a, lda, packed, m, n, k, acc)
		return 0
	}
	return mulPanels(c, ldc, a, lda, packed, m, n, k, acc, after[T]{what, &s[0], &e[0], first(abar), ldAbar})
}

// from is s from column j on, nil for none.
func from[T Float](s []T, j int) []T {
	if s == nil {
		return nil
	}
	return s[j:]
}
