package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"
)

func TestGemm(t *testing.T) {
	both(t, testGemm[float32], testGemm[float64])
}

// Small sizes at random, and sizes past each of the blocks.
func testGemm[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(17, 18))
	list := problems()
	for _, p := range []problem{{m: 97, n: 33, k: 257}, {m: 5, n: 1030, k: 20}, {m: 200, n: 50, k: 530, acc: true}, {m: 3, n: 1025, k: 300}} {
		p.seed = rng.Uint64()
		list = append(list, p)
	}
	for _, p := range list {
		for _, trans := range [][2]bool{{false, false}, {false, true}, {true, false}, {true, true}} {
			if err := checkGemm[T](p, trans[0], trans[1]); err != nil {
				t.Fatalf("%v, transposed %v: %v", p, trans, err)
			}
		}
	}
}

func checkGemm[T Float](p problem, transA, transB bool) error {
	rng := rand.New(rand.NewPCG(p.seed, 0))
	m, n, k := p.m, p.n, p.k
	ra, ca, rb, cb := m, k, k, n
	ta, tb := blas.NoTrans, blas.NoTrans
	if transA {
		ra, ca, ta = k, m, blas.Trans
	}
	if transB {
		rb, cb, tb = n, k, blas.Trans
	}
	lda, ldb, ldc := ca+p.lda, cb+p.ldb, n+p.ldc
	a, b, c := newGuarded[T](rng, ra, ca, lda), newGuarded[T](rng, rb, cb, ldb), newGuarded[T](rng, m, n, ldc)
	got, want := c.clone(), c.clone()
	Gemm(transA, transB, m, n, k, a.s, lda, b.s, ldb, got.s, ldc, p.acc)
	if err := got.intact(m, n, ldc); err != nil {
		return err
	}
	if m == 0 || n == 0 {
		return nil
	}
	beta := 1.0
	if !p.acc {
		beta = 0
		zero(want.s, ldc, m, n) // gonum multiplies by beta
	}
	switch {
	case k == 0: // gonum refuses an empty matrix
	case size[T]() == 4:
		blas32.Gemm(ta, tb, 1,
			blas32.General{Rows: ra, Cols: ca, Stride: lda, Data: any(a.s).([]float32)},
			blas32.General{Rows: rb, Cols: cb, Stride: ldb, Data: any(b.s).([]float32)}, float32(beta),
			blas32.General{Rows: m, Cols: n, Stride: ldc, Data: any(want.s).([]float32)})
	default:
		blas64.Gemm(ta, tb, 1,
			blas64.General{Rows: ra, Cols: ca, Stride: lda, Data: any(a.s).([]float64)},
			blas64.General{Rows: rb, Cols: cb, Stride: ldb, Data: any(b.s).([]float64)}, beta,
			blas64.General{Rows: m, Cols: n, Stride: ldc, Data: any(want.s).([]float64)})
	}
	return differ(got.s, want.s, ldc, m, n, func(int, int) float64 { return sumTolerance[T](k) })
}

func TestSyrk(t *testing.T) {
	both(t, testSyrk[float32], testSyrk[float64])
}

// Against Gemm, to the bit: both sum in the order of k. And nothing outside the rows
// asked for or below the diagonal is touched, however the rows are divided.
func testSyrk[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(19, 20))
	for _, s := range [][2]int{{1, 1}, {5, 3}, {17, 40}, {96, 10}, {130, 300}, {251, 7}, {1100, 3}} {
		n, k := s[0], s[1]
		for _, acc := range []bool{false, true} {
			lda, ldc := n+rng.IntN(5), n+rng.IntN(5)
			a := newGuarded[T](rng, k, n, lda)
			c := newGuarded[T](rng, n, n, ldc)
			want := c.clone()
			Gemm(true, false, n, n, k, a.s, lda, a.s, lda, want.s, ldc, acc)
			got := c.clone()
			cuts := []int{0, n / 3, n / 2, n}
			for i := 1; i < len(cuts); i++ {
				Syrk(got.s, ldc, a.s, lda, n, k, cuts[i-1], cuts[i], acc)
			}
			for i := range n {
				for j := range n {
					w := want.s[i*ldc+j]
					if j < i {
						w = c.s[i*ldc+j]
					}
					if g := got.s[i*ldc+j]; g != w {
						t.Fatalf("n = %d, k = %d, acc %v: element (%d, %d) is %v, want %v", n, k, acc, i, j, g, w)
					}
				}
			}
			if err := got.intact(n, n, ldc); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func BenchmarkGemm(b *testing.B) {
	for _, s := range [][3]int{{1000, 1000, 2000}, {300, 300, 300}} {
		b.Run(fmt.Sprintf("float64/%dx%dx%d", s[0], s[1], s[2]), func(b *testing.B) { benchmarkGemm[float64](b, s[0], s[1], s[2]) })
		b.Run(fmt.Sprintf("float32/%dx%dx%d", s[0], s[1], s[2]), func(b *testing.B) { benchmarkGemm[float32](b, s[0], s[1], s[2]) })
	}
}

func benchmarkGemm[T Float](b *testing.B, m, n, k int) {
	x, y, z := ones[T](m*k), ones[T](k*n), ones[T](m*n)
	best := fastest(b, func() { Gemm(false, false, m, n, k, x, k, y, n, z, n, false) })
	reportFlops[T](b, best, 2*float64(m)*float64(n)*float64(k))
}

func BenchmarkSyrk(b *testing.B) {
	const n, k = 1000, 2000
	a, c := ones[float64](k*n), ones[float64](n*n)
	best := fastest(b, func() { Syrk(c, n, a, n, n, k, 0, n, false) })
	reportFlops[float64](b, best, float64(n)*float64(n)*float64(k))
}
