package qr

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// R^T R is A^T A, also where columns end in zeros, are zero, or begin late, which is what rows of splines are; and the solution
// is that which was put in.
func TestAbsorb(t *testing.T) {
	const n, m = 300, 700
	rng := rand.New(rand.NewPCG(1, 1))
	r, all := mat.NewDense(n+1, n+1, nil), mat.NewDense(n+1, n+1, nil)
	truth := make([]float64, n)
	for i := range truth {
		truth[i] = rng.NormFloat64()
	}
	for range 3 {
		rows := mat.NewDense(m, n+1, nil)
		for j := range n {
			if j%7 == 3 {
				continue
			}
			for i := rng.IntN(m); i < m-rng.IntN(50); i++ {
				if rng.IntN(5) == 0 {
					rows.Set(i, j, rng.NormFloat64())
				}
			}
		}
		for i := range m {
			sum := 0.0
			for j := range n {
				sum += rows.At(i, j) * truth[j]
			}
			rows.Set(i, n, sum)
		}
		Absorb(r, rows)
		var square mat.Dense
		square.Mul(rows.T(), rows)
		all.Add(all, &square)
	}
	var got mat.Dense
	got.Mul(r.T(), r)
	for i := range n + 1 {
		for j := range n + 1 {
			if j < i && r.At(i, j) != 0 {
				t.Fatalf("R has %v below its diagonal, at %d, %d", r.At(i, j), i, j)
			}
			if e := math.Abs(got.At(i, j) - all.At(i, j)); e > 1e-13*math.Sqrt(all.At(i, i)*all.At(j, j)) {
				t.Fatalf("R^T R at %d, %d is %v, want %v", i, j, got.At(i, j), all.At(i, j))
			}
		}
	}
	c := Solve(r)
	for i, v := range truth {
		if i%7 == 3 {
			v = 0 // the rows say nothing of it
		}
		if math.Abs(c[i]-v) > 1e-10 {
			t.Errorf("coefficient %d is %v, want %v", i, c[i], v)
		}
	}
	if left := math.Abs(r.At(n, n)); left > 1e-11 {
		t.Errorf("%v is left of equations that hold", left)
	}
}
