package experiment

import "testing"

// A model that foretells no more than what does not move is vain; one of a chaotic motion, which is lost later than that, is not.
func TestVain(t *testing.T) {
	rollout := func(off, valid float64) *Rollout {
		return &Rollout{Starts: 20, Error: MedianEstimate{Median: Number(off)}, ValidTime: MedianEstimate{Median: Number(valid)}, Still: 0.17, MeanState: 0.12, stillTime: 0.5}
	}
	for _, test := range []struct {
		off, valid float64
		doubted    bool
		vain       bool
	}{{0.01, 10, false, false}, {0.64, 0.3, false, true}, {0.13, 0.9, false, true}, {0.4, 3, false, false}, {0.119, 0.4, false, true}, {0.11, 0.4, false, false},
		{0.11, 0.4, true, true}, {0.08, 0.4, true, false}, {0.11, 3, true, false}} {
		if got := rollout(test.off, test.valid).vain(test.doubted) != ""; got != test.vain {
			t.Errorf("off by %v, within a tenth for %v: vain %v", test.off, test.valid, got)
		}
	}
}
