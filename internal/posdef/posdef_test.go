package posdef_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hnn/internal/posdef"
)

// A matrix of Hilbert, whose inverse is known in whole numbers: n = 4 in full, n = 10 of condition 1e13 so far as its
// factors carry; what is not positive definite has no solution.
func TestSolveInverse(t *testing.T) {
	hilbert := func(n int) *mat.SymDense {
		a := mat.NewSymDense(n, nil)
		for i := range n {
			for j := i; j < n; j++ {
				a.SetSym(i, j, 1/float64(i+j+1))
			}
		}
		return a
	}
	inverse, ok := posdef.Inverse(hilbert(4))
	want := []float64{16, -120, 240, -140, -120, 1200, -2700, 1680, 240, -2700, 6480, -4200, -140, 1680, -4200, 2800}
	for i, w := range want {
		if !ok || math.Abs(inverse.At(i/4, i%4)-w) > 1e-9*6480 {
			t.Fatalf("inverse %v at %d, want %g", inverse, i, w)
		}
	}
	a, b := hilbert(10), make([]float64, 10)
	for i := range b {
		for j := range b {
			b[i] += a.At(i, j)
		}
	}
	x, ok := posdef.Solve(a, b)
	for i, v := range x {
		if math.Abs(v-1) > 0.01 {
			t.Errorf("x[%d] = %g, want 1", i, v)
		}
	}
	c, factors := posdef.Factor(a)
	all, solved := posdef.SolveAll(c, mat.NewDense(10, 1, b))
	if !ok || !factors || !solved || all.At(3, 0) != x[3] {
		t.Errorf("one column %v and many %v differ", x, all)
	}
	if x, ok := posdef.Solve(mat.NewSymDense(2, []float64{1, 2, 2, 1}), []float64{1, 1}); ok {
		t.Errorf("solution %v of an indefinite matrix", x)
	}
	if x, ok := posdef.Solve(mat.NewSymDense(1, []float64{1e-300}), []float64{1e300}); ok {
		t.Errorf("solution %v that is not finite", x)
	}
	if x, ok := posdef.Inverse(mat.NewSymDense(2, nil)); ok {
		t.Errorf("inverse %v of nothing", x)
	}
}
