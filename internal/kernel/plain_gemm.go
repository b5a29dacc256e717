package kernel

// The plain-Go twins of the products: the same sums in the same order as the
// assembly, except that a multiply-add may round twice, and that scalar products
// are summed in four parts.

func packPanelPlain[T Float](dst, b []T, ldb, k int) {
	w := PanelWidth[T]()
	for p := range k {
		copy(dst[p*w:(p+1)*w], b[p*ldb:])
	}
}

func packBlocksTPlain[T Float](dst, b []T, ldb, k int) {
	w := PanelWidth[T]()
	for i := range w / 2 {
		for p, x := range b[i*ldb : i*ldb+k] {
			dst[p*w+i] = x
		}
	}
}

func mulNarrowPlain[T Float](c []T, ldc int, a []T, lda int, bt []T, m, n, k int, acc bool) {
	for i := range m {
		row := a[i*lda : i*lda+k]
		for j := range n {
			s := dotPlain(row, bt[j*k:(j+1)*k])
			if acc {
				s += c[i*ldc+j]
			}
			c[i*ldc+j] = s
		}
	}
}

func dotPlain[T Float](x, y []T) T {
	var s0, s1, s2, s3 T
	for len(x) >= 4 && len(y) >= 4 {
		s0 += x[0] * y[0]
		s1 += x[1] * y[1]
		s2 += x[2] * y[2]
		s3 += x[3] * y[3]
		x, y = x[4:], y[4:]
	}
	for i, e := range x {
		s0 += e * y[i]
	}
	return (s0 + s2) + (s1 + s3)
}

func mulPanelsPlain[T Float](c []T, ldc int, a []T, lda int, packed []T, m, n, k int, acc bool) {
	w := PanelWidth[T]()
	for j := 0; j < n; j += w {
		panel := packed[j*k : (j+w)*k]
		for i := range m {
			row := c[i*ldc+j : i*ldc+min(j+w, n)]
			var sum [16]T
			if acc {
				copy(sum[:], row)
			}
			for p := range k {
				axpyPlain(sum[:w], a[i*lda+p], panel[p*w:(p+1)*w])
			}
			copy(row, sum[:])
		}
	}
}

// axpyPlain is y += s x.
func axpyPlain[T Float](y []T, s T, x []T) {
	x = x[:len(y)]
	for j := range y {
		y[j] += s * x[j]
	}
}

func mulTAPlain[T Float](c []T, ldc int, a []T, lda int, b []T, ldb int, m, n, k int, acc bool) {
	if !acc {
		zero(c, ldc, m, n)
	}
	for p := range k {
		row := b[p*ldb : p*ldb+n]
		for i, x := range a[p*lda : p*lda+m] {
			axpyPlain(c[i*ldc:i*ldc+n], x, row)
		}
	}
}

func gemvPlain[T Float](y, a []T, lda int, x []T, m, n int, acc bool) {
	for i := range m {
		s := dotPlain(a[i*lda:i*lda+n], x)
		if acc {
			s += y[i]
		}
		y[i] = s
	}
}

func gemvTPlain[T Float](y, a []T, lda int, x []T, m, n int) {
	for i, s := range x[:m] {
		axpyPlain(y[:n], s, a[i*lda:i*lda+n])
	}
}
