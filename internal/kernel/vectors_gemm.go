//go:build (amd64 || arm64) && !purego

package kernel

// A gemmShape is one shape of micro-kernel, for either layout of A. The arguments are those
// of the assembly.
type gemmShape uint8

const (
	gemmPanel gemmShape = iota
	gemmHalf
	gemmHalfMore
	gemmRow
	gemmRow2
	gemmRow3
)

func (s gemmShape) rowsF32(c *float32, ldc int, a *float32, lda int, b *float32, bps, m, groups, k int, acc bool, then int, of, e, abar *float32, ldAbar int) {
	switch s {
	case gemmPanel:
		gemmPanelF32(c, ldc, a, lda, b, bps, m, groups, k, acc, then, of, e, abar, ldAbar)
	case gemmHalf:
		gemmHalfF32(c, ldc, a, lda, b, bps, m, groups, k, acc, then, of, e, abar, ldAbar)
	case gemmHalfMore:
		gemmHalfMoreF32(c, ldc, a, lda, b, bps, m, groups, k, acc, then, of, e, abar, ldAbar)
	case gemmRow:
		gemmRowF32(c, ldc, a, lda, b, bps, m, groups, k, acc, then, of, e, abar, ldAbar)
	case gemmRow2:
		gemmRow2F32(c, ldc, a, lda, b, bps, m, groups, k, acc, then, of, e, abar, ldAbar)
	case gemmRow3:
		gemmRow3F32(c, ldc, a, lda, b, bps, m, groups, k, acc, then, of, e, abar, ldAbar)
	}
}

func (s gemmShape) columnsF32(c *float32, ldc int, a *float32, lda int, b *float32, ldb, m, groups, k int, acc bool) {
	switch s {
	case gemmPanel:
		gemmPanelTF32(c, ldc, a, lda, b, ldb, m, groups, k, acc)
	case gemmHalf:
		gemmHalfTF32(c, ldc, a, lda, b, ldb, m, groups, k, acc)
	case gemmHalfMore:
		gemmHalfMoreTF32(c, ldc, a, lda, b, ldb, m, groups, k, acc)
	case gemmRow:
		gemmRowTF32(c, ldc, a, lda, b, ldb, m, groups, k, acc)
	case gemmRow2:
		gemmRow2TF32(c, ldc, a, lda, b, ldb, m, groups, k, acc)
	case gemmRow3:
		gemmRow3TF32(c, ldc, a, lda, b, ldb, m, groups, k, acc)
	}
}

func (s gemmShape) rowsF64(c *float64, ldc int, a *float64, lda int, b *float64, bps, m, groups, k int, acc bool, then int, of, e, abar *float64, ldAbar int) {
	switch s {
	case gemmPanel:
		gemmPanelF64(c, ldc, a, lda, b, bps, m, groups, k, acc, then, of, e, abar, ldAbar)
	case gemmHalf:
		gemmHalfF64(c, ldc, a, lda, b, bps, m, groups, k, acc, then, of, e, abar, ldAbar)
	case gemmHalfMore:
		gemmHalfMoreF64(c, ldc, a, lda, b, bps, m, groups, k, acc, then, of, e, abar, ldAbar)
	case gemmRow:
		gemmRowF64(c, ldc, a, lda, b, bps, m, groups, k, acc, then, of, e, abar, ldAbar)
	case gemmRow2:
		gemmRow2F64(c, ldc, a, lda, b, bps, m, groups, k, acc, then, of, e, abar, ldAbar)
	case gemmRow3:
		gemmRow3F64(c, ldc, a, lda, b, bps, m, groups, k, acc, then, of, e, abar, ldAbar)
	}
}

func (s gemmShape) columnsF64(c *float64, ldc int, a *float64, lda int, b *float64, ldb, m, groups, k int, acc bool) {
	switch s {
	case gemmPanel:
		gemmPanelTF64(c, ldc, a, lda, b, ldb, m, groups, k, acc)
	case gemmHalf:
		gemmHalfTF64(c, ldc, a, lda, b, ldb, m, groups, k, acc)
	case gemmHalfMore:
		gemmHalfMoreTF64(c, ldc, a, lda, b, ldb, m, groups, k, acc)
	case gemmRow:
		gemmRowTF64(c, ldc, a, lda, b, ldb, m, groups, k, acc)
	case gemmRow2:
		gemmRow2TF64(c, ldc, a, lda, b, ldb, m, groups, k, acc)
	case gemmRow3:
		gemmRow3TF64(c, ldc, a, lda, b, ldb, m, groups, k, acc)
	}
}

// A product is C = A B, or C += A B. Element (i, p) of A is i*lda + p elements after a, and
// panel q of B q*bps after b; or, of columns, element (i, p) is p*lda + i after a, row p
// of B p*ldb after b, and panel q bps = PanelWidth further on.
type product[T Float] struct {
	c        *T
	ldc      int
	a        *T
	lda      int
	b        *T
	ldb, bps int
	m, k     int
	acc      bool
	columns  bool
	then     after[T]
}

// byRows is the product of rows of A and a packed B.
func byRows[T Float](c []T, ldc int, a []T, lda int, packed []T, m, k int, acc bool, then after[T]) product[T] {
	return product[T]{c: &c[0], ldc: ldc, a: &a[0], lda: lda, b: &packed[0], bps: PanelWidth[T]() * k, m: m, k: k, acc: acc, then: then}
}

// byColumns is the product of columns of A and rows of B.
func byColumns[T Float](c []T, ldc int, a []T, lda int, b []T, ldb, m, k int, acc bool) product[T] {
	return product[T]{c: &c[0], ldc: ldc, a: &a[0], lda: lda, b: &b[0], ldb: ldb, bps: PanelWidth[T](), m: m, k: k, acc: acc, columns: true}
}

// row is where A's row i begins.
func (x *product[T]) row(i int) *T {
	if x.columns {
		return at(x.a, i)
	}
	return at(x.a, i*x.lda)
}

// take multiplies groups of panels, from panel q on, and returns the panel after
// them. The addresses are formed here and not carried along: one past the end of a
// slice would belong to another object.
func (x *product[T]) take(s gemmShape, q, groups, panels int) int {
	if groups == 0 {
		return q
	}
	c, b, t := at(x.c, q*PanelWidth[T]()), at(x.b, q*x.bps), x.then.at(q*PanelWidth[T]())
	switch {
	case size[T]() == 4 && x.columns:
		s.columnsF32(p32(c), x.ldc, p32(x.a), x.lda, p32(b), x.ldb, x.m, groups, x.k, x.acc)
	case size[T]() == 4:
		s.rowsF32(p32(c), x.ldc, p32(x.a), x.lda, p32(b), x.bps, x.m, groups, x.k, x.acc, int(t.step), p32(t.s), p32(t.e), p32(t.abar), t.ldAbar)
	case x.columns:
		s.columnsF64(p64(c), x.ldc, p64(x.a), x.lda, p64(b), x.ldb, x.m, groups, x.k, x.acc)
	default:
		s.rowsF64(p64(c), x.ldc, p64(x.a), x.lda, p64(b), x.bps, x.m, groups, x.k, x.acc, int(t.step), p64(t.s), p64(t.e), p64(t.abar), t.ldAbar)
	}
	return q + groups*panels
}

// run multiplies halves half panels.
func (x *product[T]) run(halves int) {
	panels, half := halves/2, halves%2
	q := 0
	switch {
	case x.m == 1:
		q = x.take(gemmRow, q, panels/4, 4)
	case x.m == 2:
		q = x.take(gemmRow2, q, panels/2, 2)
	case x.m == 3:
		q = x.take(gemmRow3, q, panels/2, 2)
	case half == 1 && panels > 0:
		// Half a panel alone has too few sums to hide the latency.
		q = x.take(gemmPanel, q, panels-1, 1)
		x.take(gemmHalfMore, q, 1, 1)
		return
	}
	q = x.take(gemmPanel, q, panels-q, 1)
	x.take(gemmHalf, q, half, 1)
}

// tile is the space for the last columns of C where they do not fill half a panel,
// taken a number of rows at a time.
const tile = 384

// runTail multiplies the last n columns, fewer than half a panel, of which B holds
// the whole half panel, by way of a tile: c is the rest of C, m and k are positive.
func (x *product[T]) runTail(c []T, n int) {
	var t [tile]T
	half := PanelWidth[T]() / 2
	y := *x
	y.c, y.ldc, y.then = &t[0], half, after[T]{}
	for i := 0; i < x.m; i += tile / half {
		y.m, y.a = min(tile/half, x.m-i), x.row(i)
		if x.acc {
			for r := range y.m {
				copy(t[r*half:r*half+n], c[(i+r)*x.ldc:])
			}
		}
		y.run(1)
		for r := range y.m {
			copy(c[(i+r)*x.ldc:(i+r)*x.ldc+n], t[r*half:])
		}
	}
}

// mulPanelsPairs returns the number of columns on which then was done, the first.
func mulPanelsPairs[T Float](c []T, ldc int, a []T, lda int, packed []T, m, n, k int, acc bool, then after[T]) (done int) {
	w := PanelWidth[T]()
	x := byRows(c, ldc, a, lda, packed, m, k, acc, then)
	halves, rest := n/(w/2), n%(w/2)
	x.run(halves)
	if rest > 0 {
		x.b = &packed[halves/2*w*k+halves%2*(w/2)]
		x.runTail(c[n-rest:], rest)
	}
	return n - rest
}

func mulTAPairs[T Float](c []T, ldc int, a []T, lda int, b []T, ldb int, m, n, k int, acc bool) {
	w := PanelWidth[T]()
	x := byColumns(c, ldc, a, lda, b, ldb, m, k, acc)
	halves, rest := n/(w/2), n%(w/2)
	x.run(halves)
	if rest == 0 {
		return
	}
	// The kernel reads half a panel, past the last columns of B: into the padding of
	// its rows where there is some, else from a copy.
	if (k-1)*ldb+n-rest+w/2 <= len(b) {
		x.b = &b[n-rest]
		x.runTail(c[n-rest:], rest)
		return
	}
	s := getScratch[T](k * w / 2)
	for p := range k {
		copy(s.data[p*w/2:p*w/2+rest], b[p*ldb+n-rest:])
	}
	x.b, x.ldb = &s.data[0], w/2
	x.runTail(c[n-rest:], rest)
	putScratch(s)
}

func mulNarrowPairs[T Float](c []T, ldc int, a []T, lda int, bt []T, m, n, k int, acc bool) {
	for j := 0; j < n; j += 2 {
		y, x := &c[j], &bt[j*k]
		switch {
		case j+1 == n:
			dot(y, ldc, &a[0], lda, x, m, k, acc)
		case size[T]() == 4:
			dotPairF32(p32(y), ldc, p32(&a[0]), lda, p32(x), k, m, k, acc)
		default:
			dotPairF64(p64(y), ldc, p64(&a[0]), lda, p64(x), k, m, k, acc)
		}
	}
}

func dot[T Float](y *T, ldy int, a *T, lda int, x *T, m, k int, acc bool) {
	if size[T]() == 4 {
		dotF32(p32(y), ldy, p32(a), lda, p32(x), 0, m, k, acc)
	} else {
		dotF64(p64(y), ldy, p64(a), lda, p64(x), 0, m, k, acc)
	}
}

func gemvPairs[T Float](y, a []T, lda int, x []T, m, n int, acc bool) {
	dot(&y[0], 1, &a[0], lda, &x[0], m, n, acc)
}

func gemvTPairs[T Float](y, a []T, lda int, x []T, m, n int) {
	switch {
	case size[T]() == 4:
		addScaledRowsF32(p32(&y[0]), p32(&a[0]), lda, p32(&x[0]), m, n)
	default:
		addScaledRowsF64(p64(&y[0]), p64(&a[0]), lda, p64(&x[0]), m, n)
	}
}

func addRoundedPairs[T Float](y, a []T, lda int, x []T, m, n int) {
	switch {
	case size[T]() == 4:
		addRoundedRowsF32(p32(&y[0]), p32(&a[0]), lda, p32(&x[0]), m, n)
	default:
		addRoundedRowsF64(p64(&y[0]), p64(&a[0]), lda, p64(&x[0]), m, n)
	}
}

func packPanelPairs[T Float](dst, b []T, ldb, k int) {
	switch {
	case size[T]() == 4:
		packPanelF32(p32(&dst[0]), p32(&b[0]), ldb, k)
	default:
		packPanelF64(p64(&dst[0]), p64(&b[0]), ldb, k)
	}
}

func packBlocksTPairs[T Float](dst, b []T, ldb, k int) {
	switch {
	case k == 0:
	case size[T]() == 4:
		packTransposeF32(p32(&dst[0]), p32(&b[0]), ldb, k/8)
	default:
		packTransposeF64(p64(&dst[0]), p64(&b[0]), ldb, k/4)
	}
}

// at is the step on the columns from j on.
func (a after[T]) at(j int) after[T] {
	if a.step == nothing {
		return a
	}
	a.s, a.e = at(a.s, j), at(a.e, j)
	if a.abar != nil {
		a.abar = at(a.abar, j)
	}
	return a
}
