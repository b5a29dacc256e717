package data_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hnn/data"
	"hnn/data/internal/datatest"
)

// An angle that turns over, wrapped into one turn, is recognised and comes back.
func TestWrappedAngles(t *testing.T) {
	for _, turn := range []float64{2 * math.Pi, 360} {
		s := &data.Set{Dim: 2, Offsets: []int{0, 100, 200}}
		var want []float64
		for i := range 200 {
			at := 0.1 * float64(i%100)
			angle := 2*at + 0.3*math.Sin(5*at) - float64(i/100)
			want = append(want, angle, 2)
			s.T = append(s.T, at)
			s.X = append(s.X, math.Remainder(angle/(2*math.Pi)*turn, turn), 2)
		}
		if got := s.Wrapped(turn); !cmp.Equal(got, []bool{true, false}) {
			t.Fatalf("wrapped at %v: %v", turn, got)
		}
		if turn == 360 {
			if got := s.Wrapped(2 * math.Pi); got[0] {
				t.Error("degrees are taken for radians")
			}
			continue
		}
		got := s.Unwrapped([]bool{true, false})
		// The first row of each trial is where it was measured.
		for trial := range 2 {
			turns := got.X[200*trial] - want[200*trial]
			for i := range 100 {
				want[200*trial+2*i] += turns
			}
		}
		if diff := cmp.Diff(want, got.X, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
			t.Errorf("unwrapped (-want +got):\n%s", diff)
		}
	}
	if s := datatest.Observed(t, "pendulum", false, 0.1); s.Wrapped(2 * math.Pi)[0] {
		t.Error("a swinging pendulum is taken for a wrapped angle")
	}
}
