package kernel

// The plain-Go twins of the products of a matrix and a vector.

func gemvPlain[T Float](y, a []T, lda int, x []T, m, n int, acc bool) {
	x = x[:n]
	for i := 0; i < m; i += 2 {
		// A last row alone is taken twice.
		last := min(i+1, m-1)
		s, t := dots(a[i*lda:i*lda+n], a[last*lda:last*lda+n], x)
		if acc {
			s, t = s+y[i], t+y[last]
		}
		y[i], y[last] = s, t
	}
}

// dots are the scalar products of two rows and x, each in four parts.
func dots[T Float](a, b, x []T) (s, t T) {
	var s0, s1, s2, s3, t0, t1, t2, t3 T
	for len(x) >= 16 && len(a) >= 16 && len(b) >= 16 {
		s0 += T(a[0] * x[0])
		t0 += T(b[0] * x[0])
		s1 += T(a[1] * x[1])
		t1 += T(b[1] * x[1])
		s2 += T(a[2] * x[2])
		t2 += T(b[2] * x[2])
		s3 += T(a[3] * x[3])
		t3 += T(b[3] * x[3])
		s0 += T(a[4] * x[4])
		t0 += T(b[4] * x[4])
		s1 += T(a[5] * x[5])
		t1 += T(b[5] * x[5])
		s2 += T(a[6] * x[6])
		t2 += T(b[6] * x[6])
		s3 += T(a[7] * x[7])
		t3 += T(b[7] * x[7])
		s0 += T(a[8] * x[8])
		t0 += T(b[8] * x[8])
		s1 += T(a[9] * x[9])
		t1 += T(b[9] * x[9])
		s2 += T(a[10] * x[10])
		t2 += T(b[10] * x[10])
		s3 += T(a[11] * x[11])
		t3 += T(b[11] * x[11])
		s0 += T(a[12] * x[12])
		t0 += T(b[12] * x[12])
		s1 += T(a[13] * x[13])
		t1 += T(b[13] * x[13])
		s2 += T(a[14] * x[14])
		t2 += T(b[14] * x[14])
		s3 += T(a[15] * x[15])
		t3 += T(b[15] * x[15])
		a, b, x = a[16:], b[16:], x[16:]
	}
	for len(x) >= 4 && len(a) >= 4 && len(b) >= 4 {
		s0 += T(a[0] * x[0])
		t0 += T(b[0] * x[0])
		s1 += T(a[1] * x[1])
		t1 += T(b[1] * x[1])
		s2 += T(a[2] * x[2])
		t2 += T(b[2] * x[2])
		s3 += T(a[3] * x[3])
		t3 += T(b[3] * x[3])
		a, b, x = a[4:], b[4:], x[4:]
	}
	for len(x) > 0 && len(a) > 0 && len(b) > 0 {
		s0 += T(a[0] * x[0])
		t0 += T(b[0] * x[0])
		a, b, x = a[1:], b[1:], x[1:]
	}
	return (s0 + s2) + (s1 + s3), (t0 + t2) + (t1 + t3)
}

func gemvTPlain[T Float](y, a []T, lda int, x []T, m, n int) {
	y = y[:n]
	i := 0
	for ; i+4 <= m; i += 4 {
		a0, a1, a2, a3 := a[i*lda:][:n], a[(i+1)*lda:][:n], a[(i+2)*lda:][:n], a[(i+3)*lda:][:n]
		x0, x1, x2, x3 := x[i], x[i+1], x[i+2], x[i+3]
		for j := range y {
			y[j] = y[j] + T(x0*a0[j]) + T(x1*a1[j]) + T(x2*a2[j]) + T(x3*a3[j])
		}
	}
	for ; i < m; i++ {
		row, s := a[i*lda:][:n], x[i]
		for j := range y {
			y[j] += T(s * row[j])
		}
	}
}
