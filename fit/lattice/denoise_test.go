package lattice

import (
	"math"
	"math/rand/v2"
	"testing"

	"hnn/system"
)

// Rows of a field with noise come nearer to those without, and rows without noise, or too few, are left alone.
func TestQuiet(t *testing.T) {
	s := system.NewWave(32)
	set := drawn(t, s, 10, 60, 6, 0)
	exact, _, _, err := even(set, asMeasured)
	if err != nil {
		t.Fatal(err)
	}
	if quiet(exact, 32, 2) != nil {
		t.Error("noise was taken out of rows that have none")
	}
	const sigma = 0.01
	rng := rand.New(rand.NewPCG(5, 6))
	noisy := make([][]float64, len(exact))
	before := 0.0
	for k, x := range exact {
		for _, v := range x {
			e := sigma * rng.NormFloat64()
			noisy[k], before = append(noisy[k], v+e), before+e*e
		}
	}
	calm, after := quiet(noisy, 32, 2), 0.0
	if calm == nil {
		t.Fatal("nothing was taken out of noisy rows")
	}
	for k, x := range exact {
		for i, v := range x {
			after += (calm[k][i] - v) * (calm[k][i] - v)
		}
	}
	// Three waves of two phases, each swinging at one frequency: about 12 of 64 directions, and fewer in sequences.
	if ratio := math.Sqrt(after / before); !(ratio < 0.4) {
		t.Errorf("%.3f of the noise is left, want less than 0.4", ratio)
	}
	if quiet([][]float64{noisy[0][:64*20]}, 32, 2) != nil {
		t.Error("20 rows of 64 columns were changed")
	}
}
