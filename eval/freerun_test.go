package eval

import (
	"math"
	"testing"

	"hnn/data"
)

// A model that turns at a rate has its frequency, amplitude and bounds; see turning.
func TestFreeRun(t *testing.T) {
	for _, test := range []struct{ rate, data float64 }{{1, 1}, {1.1, 1}} {
		const n = 200
		var times, states []float64
		for i := range n {
			at := 3 + 0.1*float64(i)
			s, c := math.Sincos(test.data * (at - 3))
			times, states = append(times, at), append(states, c, -s)
		}
		r, err := FreeRun(turning(test.rate), FreeRunOptions{T: times, States: states, Region: data.Region{Least: []float64{-1, -1}, Most: []float64{1, 1}}})
		if err != nil {
			t.Fatal(err)
		}
		if near := func(a, b, by float64) bool { return math.Abs(a-b) < by }; !near(r.Frequency, test.rate/(2*math.Pi), 1e-4) || !near(r.DataFrequency, test.data/(2*math.Pi), 1e-3) ||
			!near(r.Amplitude, 1, 1e-3) || !near(r.Decay, 0, 1e-5) || !math.IsNaN(r.Outside) || !near(r.Horizon, 199, 1e-9) || r.End != r.Horizon {
			t.Errorf("rate %v: %+v", test.rate, r)
		}
		// Bounds that its start is outside of.
		r, err = FreeRun(turning(test.rate), FreeRunOptions{T: times, States: states, Region: data.Region{Least: []float64{-0.4, -1}, Most: []float64{0.6, 1}}})
		if first := 0.0; err != nil || r.Outside != first {
			t.Errorf("outside at %v, %v; want %v: it begins at 1", r.Outside, err, first)
		}
	}
	if _, err := FreeRun(turning(1), FreeRunOptions{T: []float64{0}, States: []float64{1, 0}}); err == nil {
		t.Error("a trial of one row is no error")
	}
	// An amplitude that falls by half in each tenth.
	var times, v []float64
	for i := range 1000 {
		at := 0.1 * float64(i)
		times, v = append(times, at), append(v, math.Exp2(-at/10)*math.Cos(20*at))
	}
	if ratio, decay := amplitudes(times, v); math.Abs(ratio*512-1) > 0.02 || math.Abs(decay/(math.Ln2/10)-1) > 0.01 {
		t.Errorf("ratio %v, decay %v", ratio, decay)
	}
}
