package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// One pass gives the bits of the products and the activation one after the other, and
// writes nowhere else.
func TestHiddenGradient(t *testing.T) {
	both(t, testHiddenGradient[float32], testHiddenGradient[float64])
}

func testHiddenGradient[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 32))
	for range 400 {
		m, n, lda := 1+rng.IntN(50), 1+rng.IntN(70), rng.IntN(9)
		lda += n
		act, bias, d1 := Tanh, newGuarded[T](rng, 1, m, m), newGuarded[T](rng, 1, m, m)
		switch rng.IntN(4) {
		case 0:
			act = Softplus
		case 1:
			bias.s = nil
			d1.s = nil
		default:
			d1.s = nil
		}
		a, x, w := newGuarded[T](rng, m, n, lda), newGuarded[T](rng, 1, n, n), newGuarded[T](rng, 1, m, m)
		y, s, d := newGuarded[T](rng, 1, n, n), newGuarded[T](rng, 1, m, m), newGuarded[T](rng, 1, m, m)
		wantY, wantS, wantD, wantD1 := make([]T, n), make([]T, m), make([]T, m), slices.Clone(d1.s)
		Gemv(wantS, a.s, lda, x.s, m, n, false)
		Activate(act, wantS, m, bias.s, wantD1, nil, 1, m)
		MulPrime(act, wantD, w.s, 0, wantS, wantD1, m, 1, m)
		GemvT(wantY, a.s, lda, wantD, m, n, false)
		HiddenGradient(act, y.s, s.s, d.s, d1.s, a.s, lda, x.s, bias.s, w.s, m, n)
		for i, pair := range [][2][]T{{y.s[:n], wantY}, {s.s[:m], wantS}, {d.s[:m], wantD}, {d1.s[:min(m, len(d1.s))], wantD1[:min(m, len(d1.s))]}} {
			for j := range pair[1] {
				if g, w := float64(pair[0][j]), float64(pair[1][j]); math.Float64bits(g) != math.Float64bits(w) {
					t.Fatalf("%d x %d, result %d: element %d is %v, one after the other %v", m, n, i, j, g, w)
				}
			}
		}
		for _, g := range []guarded[T]{y, s, d} {
			if err := g.intact(1, len(g.s), len(g.s)); err != nil {
				t.Fatal(err)
			}
		}
	}
}
