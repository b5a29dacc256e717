package system_test

import (
	"testing"

	"hnn/system"
)

// The known systems are separable, but for the double pendulum and the nonlinear Schroedinger equation.
func TestSeparable(t *testing.T) {
	for name, s := range systems() {
		_, separable := s.(system.Separable)
		_, double := s.(system.DoublePendulum)
		_, field := s.(system.Schroedinger)
		if separable == (double || field) {
			t.Errorf("%s: separable is %v", name, separable)
		}
	}
}
