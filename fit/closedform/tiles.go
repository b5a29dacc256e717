package closedform

import (
	"slices"

	"hnn/internal/kernel"
	"hnn/internal/parallel"
)

// tileSize is the side of a tile of a symmetric matrix, chunkRows the number of
// rows of a matrix that are written at once, 196 KB of a tile, and updateRows that of the
// rows that a rank update takes: the fewer, the more often the sums go to memory and back.
const (
	tileSize   = 128
	chunkRows  = 192
	updateRows = 3 * chunkRows
)

// columns is a tall matrix, column after column, each of them in ld numbers.
type columns struct {
	cols, ld int
	data     []float64
	packed   []float64 // of tiles for a rank update, one after the other; nil without
}

// newColumns returns room for rows rows.
func newColumns(rows, cols int) *columns {
	ld := kernel.Stride[float64](rows)
	return &columns{cols: cols, ld: ld, data: make([]float64, cols*ld)}
}

// newTiled returns room for rows rows of a matrix that takes part in rank updates: for
// whole tiles of columns, the padding zero.
func newTiled(rows, cols int) *columns {
	ld := kernel.Stride[float64](rows)
	return &columns{cols, ld, make([]float64, tiles(cols)*tileSize*ld), make([]float64, tiles(cols)*kernel.PackedLen[float64](rows, tileSize))}
}

// clone returns a copy for another factorisation.
func (c *columns) clone() *columns {
	return &columns{cols: c.cols, ld: c.ld, data: slices.Clone(c.data)}
}

func tiles(cols int) int { return (cols + tileSize - 1) / tileSize }

// tile returns tile t, tileSize columns.
func (c *columns) tile(t int) []float64 { return c.data[t*tileSize*c.ld:] }

// column returns column k.
func (c *columns) column(k int) []float64 { return c.data[k*c.ld : (k+1)*c.ld] }

// symmetric is a symmetric n x n matrix, of which the upper tiles (i, j), i <= j, are
// kept, each tileSize x tileSize. Beyond n the matrix is zero.
type symmetric struct {
	n    int
	data []float64
}

func newSymmetric(n int) *symmetric {
	t := tiles(n)
	return &symmetric{n, make([]float64, t*(t+1)/2*tileSize*tileSize)}
}

// tile returns tile (i, j), i <= j.
func (a *symmetric) tile(i, j int) []float64 {
	const size = tileSize * tileSize
	at := (j*(j+1)/2 + i) * size
	return a.data[at : at+size : at+size]
}

// at returns where element (i, j), i <= j, is.
func (a *symmetric) at(i, j int) *float64 {
	return &a.tile(i/tileSize, j/tileSize)[i%tileSize*tileSize+j%tileSize]
}

// get returns element (i, j) of either triangle.
func (a *symmetric) get(i, j int) float64 {
	if i > j {
		i, j = j, i
	}
	return *a.at(i, j)
}

func (a *symmetric) trace() float64 {
	sum := 0.0
	for i := range a.n {
		sum += *a.at(i, i)
	}
	return sum
}

// upperTile is the place (i, j), i <= j, of the task-th upper tile.
func upperTile(task int) (i, j int) {
	for task > j {
		j++
		task -= j
	}
	return task, j
}

// addGram adds S^T S over the first rows of s: the symmetric rank update that nearly
// all of a fit's arithmetic goes into. Every tile is summed in the order of the rows by
// one goroutine, so the bits do not depend on how many there are.
func (a *symmetric) addGram(pool *parallel.Pool, s *columns, rows int) {
	t := tiles(a.n)
	size := len(s.packed) / t
	pool.Run(t, func(_, i int) {
		kernel.PackT(s.packed[i*size:], s.tile(i), s.ld, rows, tileSize)
	})
	pool.Run(t*(t+1)/2, func(_, task int) {
		i, j := upperTile(task)
		a.addTile(i, j, s.tile(i), s.ld, s.packed[j*size:], rows)
	})
}

// addTile adds the product of the left factor (tileSize x depth) and a packed right one
// (depth x tileSize) to tile (i, j): what is used of it, which is whole panels of the
// columns that the matrix has, and on the diagonal the steps of a stair.
func (a *symmetric) addTile(i, j int, left []float64, ld int, packed []float64, depth int) {
	const step = tileSize / 4
	width := kernel.PanelWidth[float64]()
	m := min(tileSize, a.n-i*tileSize)
	n := min(tileSize, (a.n-j*tileSize+width-1)/width*width)
	tile := a.tile(i, j)
	if i < j {
		kernel.MulPacked(tile, tileSize, left, ld, packed, m, n, depth, true)
		return
	}
	for r := 0; r < m; r += step {
		// Panels are one behind the other, so the columns from r on begin here.
		kernel.MulPacked(tile[r*tileSize+r:], tileSize, left[r*ld:], ld, packed[r*depth:], min(step, m-r), n-r, depth, true)
	}
}

// addProjection adds S^T G to r (cols x width) over the first rows of g (rows x width) and
// as many of s from row at on.
func (c *columns) addProjection(pool *parallel.Pool, at int, g, r []float64, width, rows int) {
	packed := make([]float64, kernel.PackedLen[float64](rows, width))
	kernel.Pack(packed, g, width, rows, width)
	pool.Run(tiles(c.cols), func(_, t int) {
		n := min(tileSize, c.cols-t*tileSize)
		kernel.MulPacked(r[t*tileSize*width:], width, c.tile(t)[at:], c.ld, packed, n, width, rows, true)
	})
}
