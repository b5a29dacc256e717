package kernel

// The plain-Go twins of the products: the same sums in the same order as the
// assembly, except that a multiply-add rounds twice, and that scalar products are
// summed in four parts. Every product is rounded by an explicit conversion: else the
// compiler of some processors would fuse it with the addition behind it, and results
// would depend on the processor.

// tileRows x tileColumns is the tile of C whose sums are held in registers. Four rows of
// B a turn: the compiler puts additions whose result only the next turn needs behind all
// of a turn's products, so with one row a turn the products spill.
const tileRows, tileColumns = 2, 4

// addTile adds the product of two rows of A and a panel of B, four columns wide, to s.
func addTile[T Float](s *[tileRows * tileColumns]T, a0, a1, b []T) {
	s00, s01, s02, s03 := s[0], s[1], s[2], s[3]
	s10, s11, s12, s13 := s[4], s[5], s[6], s[7]
	for len(a0) >= 4 && len(a1) >= 4 && len(b) >= 16 {
		x, y := a0[0], a1[0]
		s00 += T(x * b[0])
		s10 += T(y * b[0])
		s01 += T(x * b[1])
		s11 += T(y * b[1])
		s02 += T(x * b[2])
		s12 += T(y * b[2])
		s03 += T(x * b[3])
		s13 += T(y * b[3])
		x, y = a0[1], a1[1]
		s00 += T(x * b[4])
		s10 += T(y * b[4])
		s01 += T(x * b[5])
		s11 += T(y * b[5])
		s02 += T(x * b[6])
		s12 += T(y * b[6])
		s03 += T(x * b[7])
		s13 += T(y * b[7])
		x, y = a0[2], a1[2]
		s00 += T(x * b[8])
		s10 += T(y * b[8])
		s01 += T(x * b[9])
		s11 += T(y * b[9])
		s02 += T(x * b[10])
		s12 += T(y * b[10])
		s03 += T(x * b[11])
		s13 += T(y * b[11])
		x, y = a0[3], a1[3]
		s00 += T(x * b[12])
		s10 += T(y * b[12])
		s01 += T(x * b[13])
		s11 += T(y * b[13])
		s02 += T(x * b[14])
		s12 += T(y * b[14])
		s03 += T(x * b[15])
		s13 += T(y * b[15])
		a0, a1, b = a0[4:], a1[4:], b[16:]
	}
	for len(a0) > 0 && len(a1) > 0 && len(b) >= 4 {
		x, y := a0[0], a1[0]
		s00 += T(x * b[0])
		s10 += T(y * b[0])
		s01 += T(x * b[1])
		s11 += T(y * b[1])
		s02 += T(x * b[2])
		s12 += T(y * b[2])
		s03 += T(x * b[3])
		s13 += T(y * b[3])
		a0, a1, b = a0[1:], a1[1:], b[4:]
	}
	*s = [tileRows * tileColumns]T{s00, s01, s02, s03, s10, s11, s12, s13}
}

// mulTiles is C = A B or C += A B for an A of rows and a packed B. Element (i, j) of C is
// i*row + j*column elements from its start.
func mulTiles[T Float](c []T, row, column int, a []T, lda int, packed []T, m, n, k int, acc bool) {
	for j := 0; j < n; j += tileColumns {
		panel := packed[j*k : (j+tileColumns)*k]
		for i := 0; i < m; i += tileRows {
			rows, columns := min(tileRows, m-i), min(tileColumns, n-j)
			var s [tileRows * tileColumns]T
			if acc {
				for r := range rows {
					for q := range columns {
						s[r*tileColumns+q] = c[(i+r)*row+(j+q)*column]
					}
				}
			}
			// A last row alone is taken twice.
			a0 := a[i*lda : i*lda+k]
			a1 := a[(i+rows-1)*lda:]
			addTile(&s, a0, a1[:k], panel)
			if column == 1 && columns == tileColumns {
				*(*[tileColumns]T)(c[i*row+j:]) = *(*[tileColumns]T)(s[:])
				*(*[tileColumns]T)(c[(i+rows-1)*row+j:]) = *(*[tileColumns]T)(s[(rows-1)*tileColumns:])
				continue
			}
			for r := range rows {
				for q := range columns {
					c[(i+r)*row+(j+q)*column] = s[r*tileColumns+q]
				}
			}
		}
	}
}

func mulPanelsPlain[T Float](c []T, ldc int, a []T, lda int, packed []T, m, n, k int, acc bool) {
	mulTiles(c, ldc, 1, a, lda, packed, m, n, k, acc)
}

// mulTAPlain packs the wider factor and transposes the other: C^T = B^T A where A is it.
func mulTAPlain[T Float](c []T, ldc int, a []T, lda int, b []T, ldb int, m, n, k int, acc bool) {
	row, column := ldc, 1
	if n < m {
		a, lda, b, ldb, m, n = b, ldb, a, lda, n, m
		row, column = 1, ldc
	}
	s := getScratch[T](PackedLen[T](k, n) + m*k)
	packed, at := s.data[:PackedLen[T](k, n)], s.data[PackedLen[T](k, n):]
	packPanels(packed, b, ldb, k, n, tileColumns)
	for p := range k {
		for i, x := range a[p*lda : p*lda+m] {
			at[i*k+p] = x
		}
	}
	mulTiles(c, row, column, at, k, packed, m, n, k, acc)
	putScratch(s)
}

func packPanelPlain[T Float](dst, b []T, ldb, k, w int) {
	for p := range k {
		copy(dst[p*w:(p+1)*w], b[p*ldb:])
	}
}

func packBlocksTPlain[T Float](dst, b []T, ldb, k, w int) {
	for i := range w / 2 {
		for p, x := range b[i*ldb : i*ldb+k] {
			dst[p*w+i] = x
		}
	}
}

func mulNarrowPlain[T Float](c []T, ldc int, a []T, lda int, bt []T, m, n, k int, acc bool) {
	for i := range m {
		gemvPlain(c[i*ldc:], bt, k, a[i*lda:i*lda+k], n, k, acc)
	}
}
