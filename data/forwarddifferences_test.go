package data_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hnn/data"
	"hnn/data/internal/datatest"
)

func TestForwardDifferences(t *testing.T) {
	s := datatest.ThreeTrials() // 2, 3 and 1 rows; the numbers rise by 10 a row
	got, err := s.ForwardDifferences()
	if err != nil {
		t.Fatal(err)
	}
	want := &data.Set{Dim: 2, Names: []string{"q", "p"}, Offsets: []int{0, 1, 3}, T: []float64{0, 0, 2},
		X: []float64{0, 1, 20, 21, 30, 31}, DX: []float64{10, 10, 5, 5, 10, 10}, Clean: []float64{.25, 1.25, 20.25, 21.25, 30.25, 31.25}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(datatest.ThreeTrials(), s); diff != "" {
		t.Errorf("the set was changed: %s", diff)
	}
	if _, err := s.SliceTrials(2, 3).ForwardDifferences(); err == nil {
		t.Error("a set of one row has differences")
	}
	s.X[0], s.X[2] = -math.MaxFloat64, math.MaxFloat64
	if _, err := s.ForwardDifferences(); err == nil {
		t.Error("an infinite difference passes")
	}
}
