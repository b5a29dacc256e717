package nn

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The wide layers' weights are those that Householder's QR gives of the same draws, in the
// layout of tall and of wide matrices, and a last panel that is not full.
func TestOrthogonalInPanels(t *testing.T) {
	for _, shape := range [][2]int{{150, 150}, {200, 70}, {64, 130}, {1, 3}} {
		draw := func(by func(Layer[float64], *rand.Rand, float64)) []float64 {
			l := Layer[float64]{Out: shape[0], In: shape[1], W: make([]float64, shape[0]*shape[1])}
			by(l, rand.New(rand.NewPCG(1, 2)), 2)
			return l.W
		}
		want, got := draw(orthogonal[float64]), draw(orthogonalInPanels[float64])
		worst := 0.0
		for i := range want {
			worst = max(worst, math.Abs(want[i]-got[i]))
		}
		// A square Gaussian matrix of this size has a condition of some 1e3.
		if !(worst < 1e-11) {
			t.Errorf("%v: the weights differ by %.1e", shape, worst)
		}
	}
}

// W W^T = I to rounding on the side of the fewer, at a width that takes the panels.
func TestWideWeightsAreOrthogonal(t *testing.T) {
	const n = widestHouseholder + 70
	l := Layer[float64]{Out: n, In: n, W: make([]float64, n*n)}
	orthogonal(l, rand.New(rand.NewPCG(3, 4)), 1)
	for i := 0; i < n; i += 97 {
		for j := range n {
			dot := 0.0
			for k := range n {
				dot += l.W[i*n+k] * l.W[j*n+k]
			}
			if i == j {
				dot--
			}
			if !(math.Abs(dot) < 1e-13) {
				t.Fatalf("the product of rows %d and %d is off by %.1e", i, j, dot)
			}
		}
	}
}
