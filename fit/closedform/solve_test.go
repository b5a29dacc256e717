package closedform

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"hnn/internal/kernel"
	"hnn/internal/parallel"
)

// randomColumns returns a random tall matrix both ways.
func randomColumns(rng *rand.Rand, rows, cols int) (*columns, *mat.Dense) {
	s, m := newTiled(rows, cols), mat.NewDense(rows, cols, nil)
	for j := range cols {
		for i := range rows {
			v := rng.NormFloat64()
			s.column(j)[i] = v
			m.Set(i, j, v)
		}
	}
	return s, m
}

// The rank update, the Cholesky and the QR solution must agree with gonum's on sizes
// around those of a tile and of a panel. The matrices are well conditioned (random, with
// twice as many rows as columns: below 1e2), so that 1e-11 of the solution's size is two
// digits above what rounding makes.
func TestSolversAgainstGonum(t *testing.T) {
	pool := parallel.NewPool(2)
	defer pool.Close()
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 5, 47, 48, 49, 127, 128, 129, 300} {
		rows := 2*n + 3
		s, m := randomColumns(rng, rows, n)
		y := make([]float64, rows)
		for i := range y {
			y[i] = rng.NormFloat64()
		}
		var want mat.VecDense
		if err := want.SolveVec(m, mat.NewVecDense(rows, append([]float64(nil), y...))); err != nil {
			t.Fatal(err)
		}
		a, r := newSymmetric(n), make([]float64, n)
		a.addGram(pool, s, rows)
		s.addProjection(pool, 0, y, r, 1, rows)
		factor, ok := factorise(pool, a, 0)
		if !ok {
			t.Fatalf("n = %d: not positive definite", n)
		}
		factor.solve(r)
		c, _, ok := leastSquares(pool, s, y, rows)
		if !ok {
			t.Fatalf("n = %d: singular", n)
		}
		for i := range n {
			if d := math.Abs(r[i] - want.AtVec(i)); !(d < 1e-11) {
				t.Fatalf("n = %d: Cholesky gives coefficient %d as %v, gonum's QR %v", n, i, r[i], want.AtVec(i))
			}
			if d := math.Abs(c[i] - want.AtVec(i)); !(d < 1e-11) {
				t.Fatalf("n = %d: QR gives coefficient %d as %v, gonum's %v", n, i, c[i], want.AtVec(i))
			}
		}
	}
}

// While some columns are reflected, the next panel is factored: by whom, and how many there
// are, shows in no bit.
func TestQRHasTheSameBitsForAnyNumberOfWorkers(t *testing.T) {
	for _, n := range []int{31, 33, 64, 130, 200} {
		var want []float64
		for _, workers := range []int{1, 2, 5} {
			pool := parallel.NewPool(workers)
			defer pool.Close()
			m, _ := randomColumns(rand.New(rand.NewPCG(3, 4)), 2*n+5, n)
			y := make([]float64, 2*n+5)
			for i := range y {
				y[i] = float64(i%7) - 2.5
			}
			c, _, ok := leastSquares(pool, m, y, len(y))
			if !ok {
				t.Fatal("singular")
			}
			if c = append(append(c, y...), m.data...); want == nil {
				want = c
			} else if !slices.Equal(c, want) {
				t.Errorf("n = %d: other bits with %d workers than with 1", n, workers)
			}
		}
	}
}

// BenchmarkSolve shows what a solve reaches of the machine's peak, for two bodies' 8
// components, 2,000 features and 4 rows for each: the arithmetic is counted as 4NKd +
// NK^2 + K^3/3.
func BenchmarkSolve(b *testing.B) {
	const d, k, n = 8, 2000, 8000
	rng := rand.New(rand.NewPCG(1, 2))
	r := &rows{dim: d, x: make([]float64, n*d), g: make([]float64, n*d)}
	for i := range r.x {
		r.x[i], r.g[i] = rng.NormFloat64(), rng.NormFloat64()
	}
	basis, err := newBasis(rng, r, k, 1, &Options{RNG: rng})
	if err != nil {
		b.Fatal(err)
	}
	pool := parallel.NewPool(0)
	defer pool.Close()
	peak := kernel.PeakFlops[float64](100*time.Millisecond) * float64(pool.Workers())
	for b.Loop() {
		if _, err := newProblem(pool, basis, r, Cholesky).solve(1e-8); err != nil {
			b.Fatal(err)
		}
	}
	flops := float64(4*n*k*d+n*k*k) + k*k*k/3.0
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)*peak/flops, "x-floor")
}

// BenchmarkQR shows what the QR of six equations for every unknown and a ridge reaches of the
// machine's peak; the arithmetic is counted as 2NK^2 - 2K^3/3.
func BenchmarkQR(b *testing.B) {
	for _, k := range []int{100, 200, 500, 1000} {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("unknowns=%d/workers=%d", k, workers), func(b *testing.B) {
				rows := 7 * k
				first, _ := randomColumns(rand.New(rand.NewPCG(1, 2)), rows, k)
				y := make([]float64, rows)
				for i := range y {
					y[i] = float64(i % 7)
				}
				pool := parallel.NewPool(workers)
				defer pool.Close()
				peak := kernel.PeakFlops[float64](20*time.Millisecond) * float64(workers)
				m, solving := first.clone(), time.Duration(0)
				for b.Loop() {
					copy(m.data, first.data)
					start := time.Now()
					if _, _, ok := leastSquares(pool, m, y, rows); !ok {
						b.Fatal("singular")
					}
					solving += time.Since(start)
				}
				flops := 2*float64(rows)*float64(k*k) - 2*float64(k*k*k)/3
				b.ReportMetric(100*flops*float64(b.N)/solving.Seconds()/peak, "%-of-peak")
			})
		}
	}
}
