package ode

import (
	"math"
	"testing"
)

func TestHarmonicOscillator(t *testing.T) {
	f := func(_ float64, x, dx []float64) { dx[0], dx[1] = x[1], -x[0] }
	times := make([]float64, 101)
	for i := range times {
		times[i] = float64(i) * 0.2
	}
	for m := range methods {
		for _, c := range []Control{PIControl, ScipyLike} {
			out, st, err := Solve(f, []float64{1, 0}, times, nil, &Settings{Method: Method(m), Step: 0.01, Control: c})
			if err != nil {
				t.Fatal(err)
			}
			worst := 0.0
			for i, tt := range times {
				worst = max(worst, math.Abs(out[2*i]-math.Cos(tt)), math.Abs(out[2*i+1]+math.Sin(tt)))
			}
			// Ten periods at a tolerance of 1e-9 a step, or at a step of 0.01.
			if worst > 2e-8 {
				t.Errorf("%v, control %v: worst error %.3g after %+v", Method(m), c, worst, st)
			}
		}
	}
}
