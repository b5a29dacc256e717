package kernel

import "math"

// The plain-Go twins of the element-wise kernels and the reductions.

// primes is s' and s” at index i: from arrays, or from s = tanh(z).
func primes[T Float](s, d1, d2 []T, i int) (p, q T) {
	if d1 == nil {
		p = 1 - T(s[i]*s[i])
		return p, -2 * s[i] * p
	}
	if d2 != nil {
		q = d2[i]
	}
	return d1[i], q
}

func mulPrimePlain[T Float](d, abar []T, ldAbar int, s, d1 []T, ld, rows, n int) {
	for r := range rows {
		for j, bar := range abar[r*ldAbar : r*ldAbar+n] {
			p, _ := primes(s, d1, nil, r*ld+j)
			d[r*ld+j] = bar * p
		}
	}
}

func addMulPrimePlain[T Float](e, c []T, ldC int, s, d1 []T, ld, rows, n int) {
	for r := range rows {
		for j, bar := range c[r*ldC : r*ldC+n] {
			p, _ := primes(s, d1, nil, r*ld+j)
			e[r*ld+j] += T(bar * p)
		}
	}
}

func tangentPlain[T Float](t, e, abar []T, ldAbar int, s, d1, d2 []T, ld, rows, n int) {
	for r := range rows {
		for j, bar := range abar[r*ldAbar : r*ldAbar+n] {
			i := r*ld + j
			p, q := primes(s, d1, d2, i)
			u := t[i]
			e[i] = u * bar * q
			t[i] = u * p
		}
	}
}

func sumRowsPlain[T Float](dst, a []T, ld, rows, n int) {
	for r := range rows {
		addPlain(dst, a[r*ld:r*ld+n])
	}
}

func addPlain[T Float](dst, a []T) {
	dst = dst[:len(a)]
	for i, x := range a {
		dst[i] += x
	}
}

func sumSquaresPlain[T Float](a []T) float64 {
	var s float64
	for _, x := range a {
		s += float64(float64(x) * float64(x))
	}
	return s
}

func allFinitePlain[T Float](a []T) bool {
	for _, x := range a {
		if x-x != 0 {
			return false
		}
	}
	return true
}

func adamPlain[T Float](p, g, m, v []T, k *adamScalars[T]) {
	g, m, v = g[:len(p)], m[:len(p)], v[:len(p)]
	for i, x := range p {
		d := g[i] + T(k.l2*x)
		m[i] = T(k.beta1*m[i]) + T(k.gain1*d)
		v[i] = T(k.beta2*v[i]) + T(k.gain2*d*d)
		root := T(math.Sqrt(float64(v[i])))
		p[i] = T(k.keep*x) - T(k.rate*(m[i]/(T(root*k.correction)+k.epsilon)))
	}
}
