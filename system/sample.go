package system

import (
	"math/rand/v2"

	"hnn/internal/elementary"
)

// uniform draws from U(lo, hi).
func uniform(rng *rand.Rand, lo, hi float64) float64 { return lo + float64((hi-lo)*rng.Float64()) }

// sampleDirection stores in x (length 2) the point of U(-1,1)^2 scaled to a
// radius of U(rmin, rmax), and returns the radius. The direction is that of a
// point in a square, so it favours the diagonals: so do the authors' data.
func sampleDirection(rng *rand.Rand, rmin, rmax float64, x []float64) float64 {
	norm := 0.0
	for norm == 0 {
		x[0], x[1] = uniform(rng, -1, 1), uniform(rng, -1, 1)
		norm = elementary.Hypot(x[0], x[1])
	}
	radius := uniform(rng, rmin, rmax)
	x[0] *= radius / norm
	x[1] *= radius / norm
	return radius
}
