package formula

import (
	"math"
	"testing"

	"hnn/data"
	"hnn/internal/stream"
)

// A momentum that is noise beside a position that moves: the fit comes to an end, with a formula or an error.
func TestMomentumOfNoise(t *testing.T) {
	for seed := range uint64(40) {
		rng := stream.New(seed, "noise")
		const rows = 320
		s := &data.Set{Dim: 2, Names: []string{"q", "p"}, Offsets: []int{0, rows}}
		for i := range rows {
			at := 0.05 * float64(i)
			s.T, s.X = append(s.T, at), append(s.X, math.Cos(at), rng.NormFloat64())
		}
		f, r, err := Fit(s, Default(1, []bool{false}, s.Names), Options{Prune: true})
		if err == nil {
			Polish(f, s, r)
		}
	}
}
