package closedform

import (
	"testing"

	"hnn/data"
)

// What rows hold is recognised in the data of every task and for many seeds. The data of
// three bodies, sampled coarsely through near-collisions, are the hard case.
func TestObservationsAreRecognised(t *testing.T) {
	for _, c := range []struct {
		task string
		want Observations
	}{
		{"spring", NoisyStates}, {"pendulum", NoisyStates},
		{"two-body", Exact}, {"three-body", Exact}, {"kepler", Exact}, {"henon-heiles", Exact}, {"double-pendulum", Exact},
	} {
		seeds := uint64(3)
		if c.task == "three-body" {
			seeds = 1 // below, the parts of one set stand for many
		}
		for seed := range seeds {
			train := generated(t, c.task, seed).Train
			parts := []*data.Set{train}
			if c.task == "three-body" {
				for lo := 0; lo+20 <= train.Trials(); lo += 20 {
					parts = append(parts, train.SliceTrials(lo, lo+20))
				}
			}
			for i, s := range parts {
				got, err := observations(s, &Options{})
				if err != nil || got != c.want {
					t.Errorf("%s, seed %d, part %d: %v (%v), want %v", c.task, seed, i, got, err, c.want)
				}
				if got, err := observations(&data.Set{Dim: s.Dim, T: s.T, X: s.X, Offsets: s.Offsets}, &Options{}); err != nil || got != StatesOnly {
					t.Errorf("%s without derivatives: %v (%v)", c.task, got, err)
				}
			}
		}
	}
}
