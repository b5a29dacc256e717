package closedform

import (
	"math"

	"hnn/internal/parallel"
	"hnn/internal/qr"
)

// leastSquares minimises |M c - y|^2 over c. M has rows >= m.cols rows and is overwritten, as is y. The
// condition is the ratio of the largest and smallest diagonal elements of R. It reports
// false where R is singular.
func leastSquares(pool *parallel.Pool, m *columns, y []float64, rows int) (c []float64, condition float64, ok bool) {
	qr.NewWork(pool, rows).Triangularise(m.data, m.cols, m.ld, rows, y)
	n := m.cols
	least, most := math.Inf(1), 0.0
	for j := range n {
		r := math.Abs(m.column(j)[j])
		least, most = min(least, r), max(most, r)
	}
	if !(least > 0) || math.IsInf(most, 0) {
		return nil, math.Inf(1), false
	}
	c = append([]float64(nil), y[:n]...)
	for j := n - 1; j >= 0; j-- {
		r := m.column(j)
		c[j] /= r[j]
		subtract(c[:j], r, c[j])
	}
	return c, most / least, true
}
