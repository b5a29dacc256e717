package fit

import (
	"math"
	"slices"
)

// RowWeights gives row n of time derivatives (rows x dim) the weight 1/sqrt(|dx_n|^2 +
// median of |dx|^2), relative to that of a row at the median: rows with a large field, as
// near-collisions have, count by their relative error, and do not outweigh the rest. It
// is nil, for equal weights, where half of the rows are at rest and there is no scale to
// weigh by, or there are no rows. It panics if dx is not whole rows.
func RowWeights(dx []float64, dim int) []float64 {
	n := len(dx) / dim
	if n == 0 {
		return nil
	}
	if len(dx) != n*dim {
		panic("fit: derivatives are not rows of the dimension")
	}
	squares := make([]float64, n)
	for i := range squares {
		for _, v := range dx[i*dim : (i+1)*dim] {
			squares[i] += float64(v * v)
		}
	}
	sorted := slices.Clone(squares)
	slices.Sort(sorted)
	median := sorted[n/2]
	if median == 0 {
		return nil
	}
	for i, s := range squares {
		squares[i] = math.Sqrt(2 * median / (s + median))
	}
	return squares
}

// Weigh gives the rows RowWeights, by which the loss multiplies their errors.
func (r *Rows[T]) Weigh() {
	dx := make([]float64, len(r.DX))
	for i, v := range r.DX {
		dx[i] = float64(v)
	}
	r.Weight = nil
	for _, w := range RowWeights(dx, r.Dim) {
		r.Weight = append(r.Weight, T(w))
	}
}
