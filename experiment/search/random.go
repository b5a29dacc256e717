package search

import (
	"fmt"

	"hnn/internal/stream"
)

// Random is an independent uniform point of so many dimensions.
func Random(dimensions int, seed uint64, number int) []float64 {
	rng := stream.New(seed, fmt.Sprintf("random %d", number))
	point := make([]float64, dimensions)
	for d := range point {
		point[d] = rng.Float64()
	}
	return point
}
