package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestActivationTwins compares the assembly of the activations with plain Go. The
// formulas are the same; the twin rounds its multiply-adds twice. Relative to the
// larger of the value and 1, where tanh's s' and s” cancel: 4 units for all.
func TestActivationTwins(t *testing.T) {
	both(t, testActivationTwins[float32], testActivationTwins[float64])
}

func testActivationTwins[T Float](t *testing.T) {
	needVectors(t)
	for _, a := range activations {
		z := points[T]()
		checkTwins(t, a.act, a.name, z)
	}
}

func checkTwins[T Float](t *testing.T, act Act, name string, z []T) {
	t.Helper()
	got, want := triples(act, z, false), triples(act, z, true)
	for q := range got {
		for i := range z {
			g, w := float64(got[q][i]), float64(want[q][i])
			if g == w || math.IsNaN(g) && math.IsNaN(w) {
				continue
			}
			if !(math.Abs(g-w) <= 4*epsilon[T]()*math.Max(1, math.Abs(w))) {
				t.Fatalf("%s: derivative %d at %v is %v, its twin %v", name, q, z[i], g, w)
			}
		}
	}
}

// FuzzActivations looks for arguments at which the assembly and its twin part.
func FuzzActivations(f *testing.F) {
	for _, z := range []float64{0, -0.5, 1e-310, -87.3, 88, 1e300, math.Inf(-1), math.NaN()} {
		f.Add(z)
	}
	f.Fuzz(func(t *testing.T, z float64) {
		for _, s := range sets() {
			with(s, func() {
				for _, a := range activations {
					checkTwins(t, a.act, a.name, []float64{z, -z, z / 3})
					if x := float32(z); !math.IsInf(float64(x), 0) {
						checkTwins(t, a.act, a.name, []float32{x, -x, x / 3})
					}
				}
			})
		}
	})
}

// The scalar products of narrow matrices, against the twin.
func TestNarrowTwin(t *testing.T) {
	both(t, testNarrowTwin[float32], testNarrowTwin[float64])
}

func testNarrowTwin[T Float](t *testing.T) {
	needVectors(t)
	rng := rand.New(rand.NewPCG(21, 22))
	for range 300 {
		m, n, k := 1+rng.IntN(20), 1+rng.IntN(narrow), 1+rng.IntN(60)
		lda, ldc := k+rng.IntN(5), n+rng.IntN(5)
		a, bt, c := newGuarded[T](rng, m, k, lda), newGuarded[T](rng, n, k, k), newGuarded[T](rng, m, n, ldc)
		got, want := c.clone(), c.clone()
		mulNarrow(got.s, ldc, a.s, lda, bt.s, m, n, k, true)
		mulNarrowPlain(want.s, ldc, a.s, lda, bt.s, m, n, k, true)
		if err := differ(got.s, want.s, ldc, m, n, func(int, int) float64 { return sumTolerance[T](k) }); err != nil {
			t.Fatalf("%d x %d x %d: %v", m, n, k, err)
		}
		if err := got.intact(m, n, ldc); err != nil {
			t.Fatal(err)
		}
	}
}
