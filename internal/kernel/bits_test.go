package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// The kernels of AVX-512 do the operations of AVX2's in the same order, so all that they
// compute is the same to the bit.

// sameBits skips where there is no AVX-512, and fails where f gives other numbers with it
// than with AVX2.
func sameBits[T Float](t *testing.T, f func() []T) {
	t.Helper()
	if !slices.Contains(sets(), avx512) {
		t.Skip("there are no kernels \"avx512\" here: not compared with AVX2's")
	}
	if err := compareSets(f); err != nil {
		t.Fatal(err)
	}
}

func compareSets[T Float](f func() []T) error {
	var want, got []T
	with(avx2, func() { want = f() })
	with(avx512, func() { got = f() })
	if len(got) != len(want) {
		return fmt.Errorf("%d numbers by AVX-512, %d by AVX2", len(got), len(want))
	}
	for i := range want {
		g, w := float64(got[i]), float64(want[i])
		if math.Float64bits(g) != math.Float64bits(w) && !(math.IsNaN(g) && math.IsNaN(w)) {
			return fmt.Errorf("number %d is %v by AVX-512, %v by AVX2", i, g, w)
		}
	}
	return nil
}

// sameProducts is nil where the products agree, or where there is no AVX-512.
func sameProducts[T Float](p problem) error {
	if !slices.Contains(sets(), avx512) {
		return nil
	}
	m, n, k := p.m, p.n, p.k
	return compareSets(func() []T {
		rng := rand.New(rand.NewPCG(p.seed, 0))
		ldc := n + p.ldc
		a, at := newGuarded[T](rng, m, k, k+p.lda), newGuarded[T](rng, k, m, m+p.lda)
		b := newGuarded[T](rng, k, n, n+p.ldb)
		c, ct := newGuarded[T](rng, m, n, ldc), newGuarded[T](rng, m, n, ldc)
		packed := make([]T, PackedLen[T](k, n))
		Pack(packed, b.s, n+p.ldb, k, n)
		MulPacked(c.s, ldc, a.s, k+p.lda, packed, m, n, k, p.acc)
		MulTA(ct.s, ldc, at.s, m+p.lda, b.s, n+p.ldb, m, n, k, p.acc)
		y, yt, x := newGuarded[T](rng, 1, m, m), newGuarded[T](rng, 1, k, k), newGuarded[T](rng, 1, k, k)
		Gemv(y.s, a.s, k+p.lda, x.s, m, k, p.acc)
		GemvT(yt.s, a.s, k+p.lda, y.s, m, k, p.acc)
		return slices.Concat(c.all, ct.all, y.all, yt.all)
	})
}

func TestProductsSameBits(t *testing.T) {
	t.Run("float32", testProductsSameBits[float32])
	t.Run("float64", testProductsSameBits[float64])
}

func testProductsSameBits[T Float](t *testing.T) {
	sameBits(t, func() []T { return nil })
	list := problems()
	// Every height of a tile and every number of panels up to those of the networks.
	for m := 1; m <= 30; m++ {
		for n := 1; n <= 220; n += 3 {
			list = append(list, problem{m: m, n: n, k: 1 + (m+n)%7, acc: n%2 == 0, seed: uint64(n)})
		}
	}
	for _, p := range list {
		if err := sameProducts[T](p); err != nil {
			t.Fatalf("%v: %v", p, err)
		}
	}
}

func TestActivationsSameBits(t *testing.T) {
	t.Run("float32", testActivationsSameBits[float32])
	t.Run("float64", testActivationsSameBits[float64])
}

func testActivationsSameBits[T Float](t *testing.T) {
	z := append(points[T](), T(math.NaN()), T(math.Inf(1)), T(math.Inf(-1)))
	for _, a := range activations {
		sameBits(t, func() []T {
			r := triples(a.act, z, false)
			return slices.Concat(r[:]...)
		})
	}
}

func TestElementwiseSameBits(t *testing.T) {
	t.Run("float32", testElementwiseSameBits[float32])
	t.Run("float64", testElementwiseSameBits[float64])
}

func testElementwiseSameBits[T Float](t *testing.T) {
	for n := range 70 {
		sameBits(t, func() []T {
			const rows = 3
			rng := rand.New(rand.NewPCG(uint64(n), 3))
			fresh := func() []T { return newGuarded[T](rng, 1, rows*n, 0).s }
			out := []T{}
			for _, act := range []Act{Tanh, SiLU} {
				s, bar, d1, d2 := fresh(), fresh(), fresh(), fresh()
				if act == Tanh {
					d1, d2 = nil, nil
				}
				d, e, u, v := fresh(), fresh(), fresh(), fresh()
				MulPrime(act, d, bar, n, s, d1, n, rows, n)
				AddMulPrime(act, e, bar, 0, s, d1, n, rows, n)
				Tangent(act, u, v, bar, n, s, d1, d2, n, rows, n)
				out = append(out, slices.Concat(d, e, u, v)...)
			}
			p, g, m, v := fresh(), fresh(), fresh(), fresh()
			for i := range v {
				v[i] *= v[i]
			}
			Adam(p, g, m, v, &AdamStep{0.9, 0.999, 1e-8, 1e-3, 1.5, 1e-2, 1e-3})
			Add(g, p)
			SumRows(m, g, n, rows, n)
			return append(slices.Concat(out, p, g, m, v), T(SumSquares(p)))
		})
	}
}
