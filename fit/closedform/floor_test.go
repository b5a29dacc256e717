package closedform

import (
	"math"
	"testing"

	"hnn/eval"
	"hnn/model"
	"hnn/system"
)

// shifted is a known system about another origin.
func shifted(s system.System, by []float64) *model.Field {
	return model.Known("shifted", s.Dim(), func(x, dx []float64) {
		y := make([]float64, len(x))
		for i := range y {
			y[i] = x[i] - by[i]
		}
		s.Field(y, dx)
	})
}

// What no fit of noisy states can go below, told nothing: the noise's mean over all
// rows moves every trajectory alike, and the true H, moved along, explains the data as well.
// The spring and the pendulum are fitted to that limit: their energy error is that of the
// true H moved by the mean of the noise, which the fit is not told.
func TestNoisyFloor(t *testing.T) {
	for _, name := range []string{"spring", "pendulum"} {
		row := rowOf(t, name)
		for seed := range uint64(3) {
			train := generated(t, name, seed).Train
			mean := make([]float64, 2)
			for i, v := range train.X {
				mean[i%2] += (v - train.Clean[i]) / float64(train.Rows())
			}
			floor, err := eval.PaperEnergy(shifted(row.System, mean), row.System, row.Protocol(), eval.Options{})
			if err != nil {
				t.Fatal(err)
			}
			// 0.9982 to 1.0022 in these: an offset counts as found when it moves by less than
			// a hundredth of its expected error.
			got := ofTask(name)(t, seed, Options{})["energy"]
			if ratio := got / floor.TrueH.Mean; math.Abs(ratio-1) > 0.01 {
				t.Errorf("%s, seed %d: energy error %.3g, %.3f times that of the true H moved by the mean noise", name, seed, got, ratio)
			}
		}
	}
}
