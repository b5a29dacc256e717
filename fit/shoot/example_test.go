package shoot_test

import (
	"fmt"
	"math"

	"hnn/fit/shoot"
)

// The rate of a decay, dx/dt = -k x, from a first guess and what was measured.
func ExampleFit() {
	k := []float64{1}
	decay := &shoot.System{Dim: 1, Parameters: k, Rate: func(x, _, dx, byX, byP []float64) bool {
		dx[0] = -k[0] * x[0]
		if byX != nil {
			byX[0], byP[0] = -k[0], -x[0]
		}
		return true
	}}
	var trial shoot.Trial
	for i := range 50 {
		t := 0.1 * float64(i)
		trial.T, trial.X = append(trial.T, t), append(trial.X, 3*math.Exp(-0.7*t))
	}
	shoot.Fit(decay, []shoot.Trial{trial}, shoot.Options{Noise: []float64{1e-6}, Windows: []int{10, 50}, Step: 0.05})
	fmt.Printf("k = %.4f\n", k[0])
	// Output: k = 0.7000
}
