package system

import (
	"math"
	"math/rand/v2"
)

// uniform draws from U(lo, hi).
func uniform(rng *rand.Rand, lo, hi float64) float64 { return lo + (hi-lo)*rng.Float64() }

// sampleDirection stores in x (length 2) the point of U(-1,1)^2 scaled to a
// radius of U(rmin, rmax), and returns the radius. The direction is that of a
// point in a square, so it favours the diagonals: so do the authors' data.
func sampleDirection(rng *rand.Rand, rmin, rmax float64, x []float64) float64 {
	norm := 0.0
	for norm == 0 {
		x[0], x[1] = uniform(rng, -1, 1), uniform(rng, -1, 1)
		norm = math.Hypot(x[0], x[1])
	}
	radius := uniform(rng, rmin, rmax)
	x[0] *= radius / norm
	x[1] *= radius / norm
	return radius
}

// SamplePaper stores in x an initial state of the "paper" energy metric. The
// authors' notebooks do not take the spring's and the pendulum's from their
// training sampler: each coordinate is U(-0.8,0.8) moved 0.2 away from zero.
// Every other system's is its Sample. It panics if the length of x is not the
// system's dimension.
func SamplePaper(s System, rng *rand.Rand, x []float64) {
	switch s.(type) {
	case Spring, Pendulum:
		checkState(s.Dim(), x)
		for i := range x {
			v := uniform(rng, -0.8, 0.8)
			x[i] = v + math.Copysign(0.2, v)
		}
	default:
		s.Sample(rng, x)
	}
}
