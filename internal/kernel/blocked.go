package kernel

// The blocking of large products (Goto and van de Geijn 2008): blockK rows of a panel
// of B stay in the first-level cache, a blockM x blockK block of A in the second, a
// blockK x blockN block of B in the third.
const (
	blockM = 96
	blockN = 1024
	blockK = 192
)

// direct is the number of columns up to which copying A does not pay.
const direct = 32

// Gemm is C = op(A) op(B), or C += where acc, with op the transpose where transA or
// transB: op(A) is m x k, op(B) k x n, C m x n, of any size. It packs B itself; where
// B is used again, [Pack] and [MulPacked] save that.
//
// An element of C is summed in the order of k, starting from zero or from C.
func Gemm[T Float](transA, transB bool, m, n, k int, a []T, lda int, b []T, ldb int, c []T, ldc int, acc bool) {
	need(len(c), ldc, m, n)
	if transA {
		need(len(a), lda, k, m)
	} else {
		need(len(a), lda, m, k)
	}
	if transB {
		need(len(b), ldb, n, k)
	} else {
		need(len(b), ldb, k, n)
	}
	if m == 0 || n == 0 {
		return
	}
	if k == 0 {
		if !acc {
			zero(c, ldc, m, n)
		}
		return
	}
	packed := getScratch[T](PackedLen[T](min(k, blockK), min(n, blockN)))
	block := getScratch[T](blockLen[T](min(m, blockM), min(k, blockK)))
	for j := 0; j < n; j += blockN {
		columns := min(blockN, n-j)
		for p := 0; p < k; p += blockK {
			depth := min(blockK, k-p)
			if transB {
				packPanelsT(packed.data, b[j*ldb+p:], ldb, depth, columns)
			} else {
				packPanels(packed.data, b[p*ldb+j:], ldb, depth, columns)
			}
			for i := 0; i < m; i += blockM {
				rows := min(blockM, m-i)
				from, ars, aks := takeA(block.data, a, lda, i, p, rows, depth, transA, n > direct)
				mulPanels(c[i*ldc+j:], ldc, from, ars, aks, packed.data, rows, columns, depth, acc || p > 0)
			}
		}
	}
	putScratch(packed)
	putScratch(block)
}

// Syrk is the rows first <= i < last of the upper triangle (j >= i) of the n x n
// matrix C = A^T A, or C += A^T A where acc: A is k x n. Other elements of C are left
// alone. Ranges of rows can be taken by different goroutines: the result does not
// depend on how the rows are divided.
func Syrk[T Float](c []T, ldc int, a []T, lda, n, k, first, last int, acc bool) {
	if first < 0 || last > n || first > last {
		panic("kernel: Syrk: rows out of range")
	}
	need(len(c), ldc, last, n)
	need(len(a), lda, k, n)
	if first == last {
		return
	}
	if k == 0 {
		if !acc {
			for i := first; i < last; i++ {
				clear(c[i*ldc+i : i*ldc+n])
			}
		}
		return
	}
	w := PanelWidth[T]()
	packed := getScratch[T](PackedLen[T](min(k, blockK), min(n, blockN)))
	block := getScratch[T](blockLen[T](blockM, min(k, blockK)))
	corner := getScratch[T](blockM * (blockM + 2*w))
	for j := first / w * w; j < n; j += blockN {
		columns := min(blockN, n-j)
		for p := 0; p < k; p += blockK {
			depth := min(blockK, k-p)
			acc := acc || p > 0
			packPanels(packed.data, a[p*lda+j:], lda, depth, columns)
			for i := first; i < min(last, j+columns); i += blockM {
				rows := min(blockM, last-i)
				from, ars, aks := takeA(block.data, a, lda, i, p, rows, depth, true, true)
				// The panels left of low are below the diagonal for all these
				// rows, those from high on above it.
				low := max(i-j, 0) / w * w
				high := min(columns, (max(i+rows-j, 0)+w-1)/w*w)
				if low < high {
					t := triangle[T]{c[i*ldc:], ldc, corner.data, high - low, i, j + low, rows}
					if acc {
						t.load()
					}
					mulPanels(t.tile, t.width, from, ars, aks, packed.data[low*depth:], rows, t.width, depth, acc)
					t.store()
				}
				if high < columns {
					mulPanels(c[i*ldc+j+high:], ldc, from, ars, aks, packed.data[high*depth:], rows, columns-high, depth, acc)
				}
			}
		}
	}
	putScratch(packed)
	putScratch(block)
	putScratch(corner)
}

// A triangle is a block of C on the diagonal, computed whole in a tile: rows from row
// on, columns from column on. c begins at its first row.
type triangle[T Float] struct {
	c           []T
	ldc         int
	tile        []T
	width       int
	row, column int
	rows        int
}

func (t *triangle[T]) load() {
	for r := range t.rows {
		skip := max(t.row+r-t.column, 0)
		if skip < t.width {
			copy(t.tile[r*t.width+skip:(r+1)*t.width], t.c[r*t.ldc+t.column+skip:])
		}
	}
}

func (t *triangle[T]) store() {
	for r := range t.rows {
		skip := max(t.row+r-t.column, 0)
		if skip < t.width {
			copy(t.c[r*t.ldc+t.column+skip:], t.tile[r*t.width+skip:(r+1)*t.width])
		}
	}
}

// blockLen is the space for a block of A, stored either way.
func blockLen[T Float](m, k int) int { return max(m*Stride[T](k), k*Stride[T](m)) }

// takeA is rows rows and depth columns of op(A) from (i, p) on, with the strides of
// its rows and columns. It is copied, in the order it has, to where its rows are a
// good distance apart: a large power of two would put them into few cache sets.
func takeA[T Float](block, a []T, lda, i, p, rows, depth int, trans, copied bool) (from []T, ars, aks int) {
	lines, length, start := rows, depth, i*lda+p
	if trans {
		lines, length, start = depth, rows, p*lda+i
	}
	from, stride := a[start:], lda
	if copied {
		stride = Stride[T](length)
		for r := range lines {
			copy(block[r*stride:r*stride+length], from[r*lda:])
		}
		from = block
	}
	if trans {
		return from, 1, stride
	}
	return from, stride, 1
}
