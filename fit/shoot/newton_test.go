package shoot_test

import (
	"math"
	"testing"

	"hnn/fit/shoot"
)

// The derivatives of a motion may run away where it does not itself, here for k between 0.4 and 0.5: a step that ends there is
// taken back, and a shorter one is tried.
func TestDerivativesMayRunAway(t *testing.T) {
	k := []float64{0.05}
	asked := false
	decay := &shoot.System{Dim: 1, Parameters: k, Rate: func(x, _, dx, byX, byP []float64) bool {
		dx[0] = -k[0] * x[0] * x[0]
		if byX != nil {
			byX[0], byP[0] = -2*k[0]*x[0], -x[0]*x[0]
			if k[0] > 0.4 && k[0] < 0.5 {
				asked = true
				return false
			}
		}
		return true
	}}
	var trial shoot.Trial
	for i := range 50 {
		t := 0.1 * float64(i)
		trial.T, trial.X = append(trial.T, t), append(trial.X, 3/(1+3*0.999*t))
	}
	r := shoot.Fit(decay, []shoot.Trial{trial}, shoot.Options{Noise: []float64{1e-6}, Windows: []int{50}, Step: 0.05})
	if !asked {
		t.Error("no step went where there are no derivatives: the test is none")
	}
	if math.Abs(k[0]-0.999) > 1e-4 || r.Window != 50 {
		t.Errorf("k = %g, window of %d rows", k[0], r.Window)
	}
}
