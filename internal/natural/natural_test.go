package natural

import (
	"slices"
	"testing"
)

func TestCompare(t *testing.T) {
	sorted := []string{"", "layers.2.bias", "layers.10.bias", "layers.10.weight", "q", "q1", "q2", "q10", "q10a", "q99999999999999999999", "q100000000000000000000", "q_1_2", "q_1_10", "q_2_1"}
	for i, a := range sorted {
		for j, b := range sorted {
			if got := Compare(a, b); (got < 0) != (i < j) || (got > 0) != (i > j) {
				t.Errorf("Compare(%q, %q) = %d", a, b, got)
			}
		}
	}
	if Compare("theta_02", "theta_2") != 0 {
		t.Error("a zero in front of a number counts")
	}
	if got := []string{"q1", "q10", "q2"}; !slices.IsSortedFunc([]string{"q1", "q2", "q10"}, Compare) || slices.IsSortedFunc(got, Compare) {
		t.Error("q10 is not behind q2")
	}
}
