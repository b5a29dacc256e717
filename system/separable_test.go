package system_test

import (
	"testing"

	"hnn/system"
)

// The known systems are separable, but for the double pendulum.
func TestSeparable(t *testing.T) {
	for name, s := range systems() {
		_, separable := s.(system.Separable)
		if _, double := s.(system.DoublePendulum); separable == double {
			t.Errorf("%s: separable is %v", name, separable)
		}
	}
}
