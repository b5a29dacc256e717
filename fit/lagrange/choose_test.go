package lagrange

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// The extreme eigenvalues are those of the decomposition, of nearly singular and of multiple ones too.
func TestExtremes(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for n := 1; n <= 4; n++ {
		for k := range 200 {
			a := mat.NewDense(n, n, nil)
			for i := range n {
				for j := range n {
					a.Set(i, j, rng.NormFloat64())
				}
			}
			s := mat.NewSymDense(n, nil)
			s.SymOuterK(1, a)
			switch k % 4 {
			case 1: // a multiple of one
				s = mat.NewSymDense(n, nil)
				for i := range n {
					s.SetSym(i, i, 2)
				}
			case 2: // of rank one
				s = mat.NewSymDense(n, nil)
				s.SymOuterK(1, a.Slice(0, n, 0, 1))
			}
			var e mat.EigenSym
			if !e.Factorize(s, false) {
				t.Fatal("no eigenvalues")
			}
			want := e.Values(nil)
			least, largest, ok := extremes(s)
			if tolerance := 1e-7 * want[n-1]; !ok || math.Abs(least-want[0]) > tolerance || math.Abs(largest-want[n-1]) > tolerance {
				t.Errorf("%v and %v of %v, want %v", least, largest, mat.Formatted(s), want)
			}
		}
	}
}
