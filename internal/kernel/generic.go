package kernel

import "math"

// FromValue reports whether s' and s” follow from s alone, so that the
// derivative arrays of Activate and of the fused loops may be nil.
func (a Act) FromValue() bool { return a == Tanh }

// PanelWidth is the number of columns of a packed panel: two vector registers.
func PanelWidth[T Float]() int {
	var t T
	if _, ok := any(t).(float32); ok {
		return 16
	}
	return 8
}

// PackedLen is the length of a packed k x n matrix.
func PackedLen[T Float](k, n int) int {
	w := PanelWidth[T]()
	return (n + w - 1) / w * w * k
}

// Stride is a leading dimension for rows of n elements: a whole number of cache
// lines, and an odd one, so that a column does not fall into few cache sets.
func Stride[T Float](n int) int {
	w := PanelWidth[T]()
	lines := (n + w - 1) / w
	return (lines | 1) * w
}

// Pack lays the k x n matrix b out in panels of PanelWidth columns, zero padded.
func Pack[T Float](dst, b []T, ldb, k, n int) {
	w := PanelWidth[T]()
	for j0 := 0; j0 < n; j0 += w {
		for p := 0; p < k; p++ {
			for j := 0; j < w; j++ {
				var v T
				if j0+j < n {
					v = b[p*ldb+j0+j]
				}
				dst[j0*k+p*w+j] = v
			}
		}
	}
}

// PackT is Pack of the transpose: b is n x k.
func PackT[T Float](dst, b []T, ldb, k, n int) {
	w := PanelWidth[T]()
	for j0 := 0; j0 < n; j0 += w {
		for p := 0; p < k; p++ {
			for j := 0; j < w; j++ {
				var v T
				if j0+j < n {
					v = b[(j0+j)*ldb+p]
				}
				dst[j0*k+p*w+j] = v
			}
		}
	}
}

// MulPacked is C = A B, or C += A B where acc: A is m x k, B a packed k x n.
func MulPacked[T Float](c []T, ldc int, a []T, lda int, packed []T, m, n, k int, acc bool) {
	w := PanelWidth[T]()
	for i := 0; i < m; i++ {
		for j := 0; j < n; j++ {
			var s T
			if acc {
				s = c[i*ldc+j]
			}
			panel := packed[j/w*w*k+j%w:]
			for p := 0; p < k; p++ {
				s += a[i*lda+p] * panel[p*w]
			}
			c[i*ldc+j] = s
		}
	}
}

// MulTA is C = A^T B, or C += A^T B where acc: A is k x m, B is k x n.
func MulTA[T Float](c []T, ldc int, a []T, lda int, b []T, ldb int, m, n, k int, acc bool) {
	if !acc {
		for i := 0; i < m; i++ {
			clear(c[i*ldc : i*ldc+n])
		}
	}
	for p := 0; p < k; p++ {
		for i := 0; i < m; i++ {
			x := a[p*lda+i]
			for j := 0; j < n; j++ {
				c[i*ldc+j] += x * b[p*ldb+j]
			}
		}
	}
}

// Gemv is y = A x, or y += A x where acc: A is m x n.
func Gemv[T Float](y, a []T, lda int, x []T, m, n int, acc bool) {
	for i := 0; i < m; i++ {
		var s T
		for j := 0; j < n; j++ {
			s += a[i*lda+j] * x[j]
		}
		if acc {
			s += y[i]
		}
		y[i] = s
	}
}

// GemvT is y = A^T x, or y += A^T x where acc: A is m x n.
func GemvT[T Float](y, a []T, lda int, x []T, m, n int, acc bool) {
	if !acc {
		clear(y[:n])
	}
	for i := 0; i < m; i++ {
		for j := 0; j < n; j++ {
			y[j] += a[i*lda+j] * x[i]
		}
	}
}

// Activate replaces z (rows x n) by s(z + bias); bias may be nil. Where d1 and d2
// are not nil they receive s' and s” at z + bias, with the same leading dimension.
func Activate[T Float](act Act, z []T, ld int, bias, d1, d2 []T, rows, n int) {
	for r := 0; r < rows; r++ {
		for j := 0; j < n; j++ {
			x := z[r*ld+j]
			if bias != nil {
				x += bias[j]
			}
			s, s1, s2 := triple(act, float64(x))
			z[r*ld+j] = T(s)
			if d1 != nil {
				d1[r*ld+j] = T(s1)
			}
			if d2 != nil {
				d2[r*ld+j] = T(s2)
			}
		}
	}
}

func triple(act Act, z float64) (s, s1, s2 float64) {
	switch act {
	case Tanh:
		s = math.Tanh(z)
		s1 = 1 - s*s
		return s, s1, -2 * s * s1
	case Sin:
		s, c := math.Sincos(z)
		return s, c, -s
	}
	panic("kernel: activation")
}

// MulPrime is d = abar * s'. One row of abar serves every row where ldAbar is 0.
// s' is taken from d1, or from s where act.FromValue() and d1 is nil.
func MulPrime[T Float](act Act, d, abar []T, ldAbar int, s, d1 []T, ld, rows, n int) {
	for r := 0; r < rows; r++ {
		for j := 0; j < n; j++ {
			i := r*ld + j
			var p T
			if d1 != nil {
				p = d1[i]
			} else {
				p = 1 - s[i]*s[i]
			}
			d[i] = abar[r*ldAbar+j] * p
		}
	}
}

// Tangent is the tangent step of P2's adjoint: with u in t, it leaves
// e = u * abar * s” and t = u * s'. Derivatives as in MulPrime.
func Tangent[T Float](act Act, t, e, abar []T, ldAbar int, s, d1, d2 []T, ld, rows, n int) {
	for r := 0; r < rows; r++ {
		for j := 0; j < n; j++ {
			i := r*ld + j
			var p, q T
			if d1 != nil {
				p, q = d1[i], d2[i]
			} else {
				p = 1 - s[i]*s[i]
				q = -2 * s[i] * p
			}
			u := t[i]
			e[i] = u * abar[r*ldAbar+j] * q
			t[i] = u * p
		}
	}
}

// AddMulPrime is e += c * s'. Derivatives as in MulPrime. One row of c serves
// every row where ldC is 0.
func AddMulPrime[T Float](act Act, e, c []T, ldC int, s, d1 []T, ld, rows, n int) {
	for r := 0; r < rows; r++ {
		for j := 0; j < n; j++ {
			i := r*ld + j
			var p T
			if d1 != nil {
				p = d1[i]
			} else {
				p = 1 - s[i]*s[i]
			}
			e[i] += c[r*ldC+j] * p
		}
	}
}

// SumRows adds the sum of the rows of a (rows x n) to dst.
func SumRows[T Float](dst, a []T, ld, rows, n int) {
	for r := 0; r < rows; r++ {
		for j := 0; j < n; j++ {
			dst[j] += a[r*ld+j]
		}
	}
}

// Add is dst += a.
func Add[T Float](dst, a []T) {
	for i := range a {
		dst[i] += a[i]
	}
}

// SumSquares is the sum of a_i^2, in float64.
func SumSquares[T Float](a []T) float64 {
	var s float64
	for _, x := range a {
		s += float64(x) * float64(x)
	}
	return s
}

// AdamStep holds the scalars of one step of Adam (Kingma and Ba 2015, algorithm 1).
type AdamStep struct {
	Beta1, Beta2, Epsilon float64
	Rate                  float64 // learning rate over 1 - beta1^t
	Correction            float64 // 1 over sqrt(1 - beta2^t)
	L2                    float64 // added to the gradient: g + L2 p
	Decay                 float64 // AdamW: p is multiplied by 1 - Decay first
}

// Adam updates p, m and v by one step along g, as PyTorch does:
// p -= Rate m / (sqrt(v) Correction + Epsilon).
func Adam[T Float](p, g, m, v []T, s *AdamStep) {
	b1, b2, eps := T(s.Beta1), T(s.Beta2), T(s.Epsilon)
	rate, corr, l2, keep := T(s.Rate), T(s.Correction), T(s.L2), T(1-s.Decay)
	for i := range p {
		x := p[i]
		d := g[i] + l2*x
		x *= keep
		m[i] = b1*m[i] + (1-b1)*d
		v[i] = b2*v[i] + (1-b2)*d*d
		p[i] = x - rate*m[i]/(T(math.Sqrt(float64(v[i])))*corr+eps)
	}
}
