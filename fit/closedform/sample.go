package closedform

import (
	"errors"
	"math"
	"math/rand/v2"

	"hnn/internal/elementary"
)

// errNoDirection says that no pair of rows has a direction.
var errNoDirection = errors.New("closedform: all rows are the same point, as far as a feature sees it, so no two of them have a direction; give data that move")

// sampleFeatures draws k weights (k x width, row-major) and biases from points (rows x
// width): the steepest change of a feature s(w.u + b) lies between two of the data,
//
//	w = scale log(3) (u_j - u_i) / |u_j - u_i|^2,  b = -w.u_r
//
// after E. L. Bolager et al., Sampling weights of deep neural networks, NeurIPS 2023
// (SWIM), except that b is taken at a third point r: where all inputs have the same length,
// as (cos q, sin q) have, the points i and j themselves give odd features only. With
// scale 1, tanh runs from -1/2 to 1/2 over half the distance.
func sampleFeatures(rng *rand.Rand, points []float64, width, k int, scale float64) (weights, biases []float64, err error) {
	n := len(points) / width
	weights, biases = make([]float64, k*width), make([]float64, k)
	point := func() []float64 {
		i := rng.IntN(n)
		return points[i*width : (i+1)*width]
	}
	// In data of which a few points differ most pairs have no direction.
	tries := 1000 + 100*k
	for f := 0; f < k; {
		if tries--; tries < 0 {
			return nil, nil, errNoDirection
		}
		a, b := point(), point()
		square := 0.0
		for i, v := range a {
			square += float64((b[i] - v) * (b[i] - v))
		}
		factor := scale * elementary.Log(3) / square
		if !(square > 0) || math.IsInf(factor, 0) {
			continue
		}
		w := weights[f*width : (f+1)*width]
		r := point()
		for i, v := range a {
			w[i] = factor * (b[i] - v)
			biases[f] -= float64(w[i] * r[i])
		}
		f++
	}
	return weights, biases, nil
}
