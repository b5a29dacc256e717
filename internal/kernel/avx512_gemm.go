//go:build amd64 && !purego

package kernel

// The products of AVX-512. A panel is one vector, and the last may be cut by a mask, so
// that there are no halves and no tiles beside C. The sums are those of AVX2 to the bit.

// gemmWide takes groups of v panels, from panel q on, of which the last ends with the
// columns in mask.
func (x *product[T]) gemmWide(v, q, groups int, mask uint16) {
	c, b, t := at(x.c, q*PanelWidth[T]()), at(x.b, q*x.bps), x.then.at(q*PanelWidth[T]())
	switch {
	case size[T]() == 4 && x.columns:
		gemmColumnsF32(v, p32(c), x.ldc, p32(x.a), x.lda, p32(b), x.ldb, x.m, groups, x.k, x.acc, mask)
	case size[T]() == 4:
		gemmRowsF32(v, p32(c), x.ldc, p32(x.a), x.lda, p32(b), x.bps, x.m, groups, x.k, x.acc, int(t.step), p32(t.s), p32(t.e), p32(t.abar), t.ldAbar, mask)
	case x.columns:
		gemmColumnsF64(v, p64(c), x.ldc, p64(x.a), x.lda, p64(b), x.ldb, x.m, groups, x.k, x.acc, mask)
	default:
		gemmRowsF64(v, p64(c), x.ldc, p64(x.a), x.lda, p64(b), x.bps, x.m, groups, x.k, x.acc, int(t.step), p64(t.s), p64(t.e), p64(t.abar), t.ldAbar, mask)
	}
}

// cut is how panels are taken in groups: so many of four, three, two and one. Products of
// more than three rows take threes, which with eight rows are 24 sums, and one of four or of
// two where the number asks for it; those of up to three rows fours and threes, lest their
// sums be too few. One panel alone is left only where there is no other.
func cut(m, panels int) (groups [5]int) {
	if m > 3 {
		switch {
		case panels%3 == 0:
			groups[3] = panels / 3
		case panels%3 == 2:
			groups[3], groups[2] = panels/3, 1
		case panels == 1:
			groups[1] = 1
		default:
			groups[3], groups[4] = panels/3-1, 1
		}
		return groups
	}
	narrow := (4 - panels%4) % 4
	switch {
	case narrow*3 <= panels:
		groups[4], groups[3] = (panels-narrow*3)/4, narrow
	case panels == 5:
		groups[3], groups[2] = 1, 1
	default:
		groups[panels] = 1
	}
	return groups
}

// runWide multiplies n columns.
func (x *product[T]) runWide(n int) {
	w := PanelWidth[T]()
	panels := (n + w - 1) / w
	last := uint16(1<<(n-(panels-1)*w) - 1)
	whole := uint16(1<<w - 1)
	q := 0
	groups := cut(x.m, panels)
	for v := 4; v > 0; v-- {
		count := groups[v]
		if count > 0 && q+v*count == panels && last != whole {
			count--
			x.gemmWide(v, panels-v, 1, last)
		}
		if count > 0 {
			x.gemmWide(v, q, count, whole)
		}
		q += v * count
	}
}

func mulPanelsAVX512[T Float](c []T, ldc int, a []T, lda int, packed []T, m, n, k int, acc bool, then after[T]) {
	x := byRows(c, ldc, a, lda, packed, m, k, acc, then)
	x.runWide(n)
}

func mulTAAVX512[T Float](c []T, ldc int, a []T, lda int, b []T, ldb int, m, n, k int, acc bool) {
	x := byColumns(c, ldc, a, lda, b, ldb, m, k, acc)
	x.runWide(n)
}

func gemmRowsF32(v int, c *float32, ldc int, a *float32, lda int, b *float32, bps, m, groups, k int, acc bool, then int, s, e, abar *float32, ldAbar int, mask uint16) {
	switch v {
	case 1:
		gemm1F32x16(c, ldc, a, lda, b, bps, m, groups, k, acc, then, s, e, abar, ldAbar, mask)
	case 2:
		gemm2F32x16(c, ldc, a, lda, b, bps, m, groups, k, acc, then, s, e, abar, ldAbar, mask)
	case 3:
		gemm3F32x16(c, ldc, a, lda, b, bps, m, groups, k, acc, then, s, e, abar, ldAbar, mask)
	case 4:
		gemm4F32x16(c, ldc, a, lda, b, bps, m, groups, k, acc, then, s, e, abar, ldAbar, mask)
	}
}

func gemmRowsF64(v int, c *float64, ldc int, a *float64, lda int, b *float64, bps, m, groups, k int, acc bool, then int, s, e, abar *float64, ldAbar int, mask uint16) {
	switch v {
	case 1:
		gemm1F64x8(c, ldc, a, lda, b, bps, m, groups, k, acc, then, s, e, abar, ldAbar, mask)
	case 2:
		gemm2F64x8(c, ldc, a, lda, b, bps, m, groups, k, acc, then, s, e, abar, ldAbar, mask)
	case 3:
		gemm3F64x8(c, ldc, a, lda, b, bps, m, groups, k, acc, then, s, e, abar, ldAbar, mask)
	case 4:
		gemm4F64x8(c, ldc, a, lda, b, bps, m, groups, k, acc, then, s, e, abar, ldAbar, mask)
	}
}

func gemmColumnsF32(v int, c *float32, ldc int, a *float32, lda int, b *float32, ldb, m, groups, k int, acc bool, mask uint16) {
	switch v {
	case 1:
		gemm1TF32x16(c, ldc, a, lda, b, ldb, m, groups, k, acc, mask)
	case 2:
		gemm2TF32x16(c, ldc, a, lda, b, ldb, m, groups, k, acc, mask)
	case 3:
		gemm3TF32x16(c, ldc, a, lda, b, ldb, m, groups, k, acc, mask)
	case 4:
		gemm4TF32x16(c, ldc, a, lda, b, ldb, m, groups, k, acc, mask)
	}
}

func gemmColumnsF64(v int, c *float64, ldc int, a *float64, lda int, b *float64, ldb, m, groups, k int, acc bool, mask uint16) {
	switch v {
	case 1:
		gemm1TF64x8(c, ldc, a, lda, b, ldb, m, groups, k, acc, mask)
	case 2:
		gemm2TF64x8(c, ldc, a, lda, b, ldb, m, groups, k, acc, mask)
	case 3:
		gemm3TF64x8(c, ldc, a, lda, b, ldb, m, groups, k, acc, mask)
	case 4:
		gemm4TF64x8(c, ldc, a, lda, b, ldb, m, groups, k, acc, mask)
	}
}
