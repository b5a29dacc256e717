//go:build amd64 && !purego

package kernel

// The products of AVX-512. A panel is one vector, and the last may be cut by a mask, so
// that there are no halves and no tiles beside C. The sums are those of AVX2 to the bit.

// gemmWide takes groups of v panels, of which the last ends with the columns in mask.
func (x *product[T]) gemmWide(v, q, groups int, mask uint16) {
	c, b := at(x.c, q*PanelWidth[T]()), at(x.b, q*x.bps)
	if size[T]() == 4 {
		c, a, b := p32(c), p32(x.a), p32(b)
		switch v {
		case 1:
			gemm1F32x16(c, x.ldc, a, x.ars, x.aks, b, x.ldb, x.bps, x.m, groups, x.k, x.acc, mask)
		case 2:
			gemm2F32x16(c, x.ldc, a, x.ars, x.aks, b, x.ldb, x.bps, x.m, groups, x.k, x.acc, mask)
		case 3:
			gemm3F32x16(c, x.ldc, a, x.ars, x.aks, b, x.ldb, x.bps, x.m, groups, x.k, x.acc, mask)
		case 4:
			gemm4F32x16(c, x.ldc, a, x.ars, x.aks, b, x.ldb, x.bps, x.m, groups, x.k, x.acc, mask)
		}
		return
	}
	{
		c, a, b := p64(c), p64(x.a), p64(b)
		switch v {
		case 1:
			gemm1F64x8(c, x.ldc, a, x.ars, x.aks, b, x.ldb, x.bps, x.m, groups, x.k, x.acc, mask)
		case 2:
			gemm2F64x8(c, x.ldc, a, x.ars, x.aks, b, x.ldb, x.bps, x.m, groups, x.k, x.acc, mask)
		case 3:
			gemm3F64x8(c, x.ldc, a, x.ars, x.aks, b, x.ldb, x.bps, x.m, groups, x.k, x.acc, mask)
		case 4:
			gemm4F64x8(c, x.ldc, a, x.ars, x.aks, b, x.ldb, x.bps, x.m, groups, x.k, x.acc, mask)
		}
	}
}

// cut is how panels are taken in groups: so many of four, three, two and one. Tall
// products take threes and twos, which with eight and twelve rows are 24 sums; those of
// up to three rows fours and threes. One panel alone, whose sums are too few, is left
// only where there is no other.
func cut(m, panels int) (groups [5]int) {
	wide := 3
	if m <= 3 {
		wide = 4
	}
	narrow := (wide - panels%wide) % wide
	switch {
	case narrow*(wide-1) <= panels:
		groups[wide], groups[wide-1] = (panels-narrow*(wide-1))/wide, narrow
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

func mulPanelsAVX512[T Float](c []T, ldc int, a []T, ars, aks int, packed []T, m, n, k int, acc bool) {
	w := PanelWidth[T]()
	x := product[T]{&c[0], ldc, &a[0], ars, aks, &packed[0], w, w * k, m, k, acc}
	x.runWide(n)
}

func mulTAAVX512[T Float](c []T, ldc int, a []T, lda int, b []T, ldb int, m, n, k int, acc bool) {
	x := product[T]{&c[0], ldc, &a[0], 1, lda, &b[0], ldb, PanelWidth[T](), m, k, acc}
	x.runWide(n)
}
