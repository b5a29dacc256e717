package kernel

import "unsafe"

// narrow is the largest number of columns for which a packed matrix is kept as its
// transpose: a product with so few columns is a set of scalar products, and a panel
// would be mostly padding.
const narrow = 4

// PanelWidth is the number of columns of a packed panel: two vector registers.
func PanelWidth[T Float]() int { return 64 / size[T]() }

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

// panelColumns is the number of columns of a panel as the kernels in use read it: plain Go
// takes a panel in parts of the width of its tile, one behind the other.
func panelColumns[T Float]() int {
	if inUse == generic {
		return tileColumns
	}
	return PanelWidth[T]()
}

// Pack lays the k x n matrix b out for [MulPacked] of the kernels in use: in panels,
// row after row within a panel, zero padded; the transpose of b where there are at
// most four columns. dst has at least PackedLen elements.
func Pack[T Float](dst, b []T, ldb, k, n int) {
	need(len(b), ldb, k, n)
	need(len(dst), 0, 1, PackedLen[T](k, n))
	if k == 0 || n == 0 {
		return
	}
	if n <= narrow {
		for j := range n {
			for p := range k {
				dst[j*k+p] = b[p*ldb+j]
			}
		}
		return
	}
	packPanels(dst, b, ldb, k, n, panelColumns[T]())
}

// PackT is Pack of the transpose: b is n x k.
func PackT[T Float](dst, b []T, ldb, k, n int) {
	need(len(b), ldb, n, k)
	need(len(dst), 0, 1, PackedLen[T](k, n))
	if k == 0 || n == 0 {
		return
	}
	if n <= narrow {
		for j := range n {
			copy(dst[j*k:(j+1)*k], b[j*ldb:])
		}
		return
	}
	packPanelsT(dst, b, ldb, k, n)
}

// PackRows lays rows of a packed k x n matrix out as one of its own, len(rows) x n; rows
// are below k. dst has at least PackedLen elements of that.
func PackRows[T Float](dst, packed []T, rows []int32, k, n int) {
	need(len(packed), 0, 1, PackedLen[T](k, n))
	need(len(dst), 0, 1, PackedLen[T](len(rows), n))
	w, panels := panelColumns[T](), 0
	if n <= narrow {
		// The transpose: panels of one column.
		w, panels = 1, n
	} else {
		panels = (n + w - 1) / w
	}
	for j := range panels {
		from, to := packed[j*w*k:(j+1)*w*k], dst[j*w*len(rows):]
		for i, p := range rows {
			copy(to[i*w:(i+1)*w], from[int(p)*w:])
		}
	}
}

// packPanels packs for panels of w columns.
func packPanels[T Float](dst, b []T, ldb, k, n, w int) {
	j := n / w * w
	// Some rows at a time, so that what is read lies on few pages.
	const rows = 32
	for p := 0; p < k; p += rows {
		for j := 0; j+w <= n; j += w {
			packPanel(dst[j*k+p*w:(j+w)*k], b[p*ldb+j:], ldb, min(rows, k-p), w)
		}
	}
	if j == n {
		clear(dst[j*k : PackedLen[T](k, n)])
		return
	}
	panel := dst[j*k : (j+w)*k]
	for p := range k {
		row := panel[p*w : (p+1)*w]
		clear(row[copy(row, b[p*ldb+j:p*ldb+n]):])
	}
	clear(dst[(j+w)*k : PackedLen[T](k, n)])
}

func packPanelsT[T Float](dst, b []T, ldb, k, n int) {
	w := panelColumns[T]()
	for j := 0; j < n; j += w / 2 {
		// Columns j to j+w/2 of a panel, the left or the right half of it.
		half := dst[j/w*w*k+j%w:]
		p, rows := 0, min(w/2, n-j)
		if rows == w/2 {
			p = k / rows * rows
			packBlocksT(half, b[j*ldb:], ldb, p, w)
		}
		for ; p < k; p++ {
			for i := range w / 2 {
				if i < rows {
					half[p*w+i] = b[(j+i)*ldb+p]
				} else {
					half[p*w+i] = 0
				}
			}
		}
		if j%w == 0 && j+w/2 >= n {
			for p := range k {
				clear(half[p*w+w/2 : (p+1)*w])
			}
		}
	}
	clear(dst[(n+w-1)/w*w*k : PackedLen[T](k, n)])
}

// size is the number of bytes of an element.
func size[T Float]() int {
	var x T
	return int(unsafe.Sizeof(x))
}
