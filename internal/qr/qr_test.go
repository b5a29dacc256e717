package qr

import (
	"math"
	"math/rand/v2"
	"testing"

	"hnn/internal/parallel"
)

// R^T R is A^T A, the product by the transposed reflections keeps the length of y and its products with A's columns, and the bits are
// those of any number of workers.
func TestTriangularise(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct{ rows, cols int }{{1, 1}, {5, 3}, {40, 40}, {600, 51}, {700, 130}} {
		ld := c.rows + 3
		a, y := make([]float64, c.cols*ld), make([]float64, c.rows)
		for i := range a {
			a[i] = rng.NormFloat64()
		}
		for i := range y {
			y[i] = rng.NormFloat64()
		}
		var first []float64
		for _, workers := range []int{1, 2, 3} {
			pool := parallel.NewPool(workers)
			defer pool.Close()
			r, q := append([]float64(nil), a...), append([]float64(nil), y...)
			w := NewWork(pool, c.rows)
			w.Triangularise(r, c.cols, ld, c.rows, q)
			bare := append([]float64(nil), a...)
			w.Triangularise(bare, c.cols, ld, c.rows, nil)
			at := func(m []float64, i, j int) float64 {
				if i > j {
					return 0
				}
				return m[j*ld+i]
			}
			var length, want float64
			for i := range y {
				length, want = length+q[i]*q[i], want+y[i]*y[i]
			}
			// Sums of so many products of numbers about one.
			limit := 1e-14 * float64(c.rows)
			if math.Abs(length-want) > limit {
				t.Fatalf("%v: |Q^T y|^2 is off by %v", c, length-want)
			}
			for j := range c.cols {
				for k := range c.cols + 1 {
					var got, want float64
					for i := range c.rows {
						other, was := 0.0, 0.0
						if k < c.cols {
							other, was = at(r, i, k), a[k*ld+i]
						} else {
							other, was = q[i], y[i]
						}
						got += at(r, i, j) * other
						want += a[j*ld+i] * was
					}
					if math.Abs(got-want) > limit {
						t.Fatalf("%v: product of columns %d and %d is off by %v", c, j, k, got-want)
					}
				}
				for i := range j + 1 {
					if at(bare, i, j) != at(r, i, j) {
						t.Fatalf("%v: R differs where no y is given", c)
					}
				}
			}
			if first == nil {
				first = r
			}
			for i := range r {
				if r[i] != first[i] {
					t.Fatalf("%v: %d workers have other bits", c, workers)
				}
			}
		}
	}
}
