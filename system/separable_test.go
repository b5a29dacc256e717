package system

import "testing"

// The known systems are separable, but for the double pendulum.
func TestSeparable(t *testing.T) {
	for name, s := range systems() {
		_, separable := s.(Separable)
		if _, double := s.(DoublePendulum); separable == double {
			t.Errorf("%s: separable is %v", name, separable)
		}
	}
}
