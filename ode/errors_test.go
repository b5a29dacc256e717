package ode

import (
	"math"
	"strings"
	"testing"
)

// Every message says where and what to do.
func TestMessages(t *testing.T) {
	for _, c := range []struct {
		err  error
		want []string
	}{
		{&StepUnderflowError{Time: 1.5, Step: 1e-17, Component: 2, Value: 3e12}, []string{"t = 1.5", "1e-17", "component 2", "3e+12", "loosen RTol and ATol"}},
		{&TooManyStepsError{Time: 1.5, End: 20, Limit: 100, Component: 1, Value: -4}, []string{"100 steps", "t = 20", "t = 1.5", "component 1", "-4", "MaxSteps"}},
		{&NonFiniteError{Time: 1.5, Quantity: State, Component: 3, Value: math.Inf(1), Largest: 1e300}, []string{"component 3 of the state is +Inf", "t = 1.5", "1e+300", "end before"}},
		{&NonFiniteError{Time: 1.5, Quantity: Derivative, Component: 3, Value: math.Inf(1), Largest: 7}, []string{"component 3 of the field is +Inf", "t = 1.5", "is 7 in magnitude"}},
		{&NonFiniteError{Time: 1.5, Quantity: InitialState, Component: 3, Value: math.Inf(1)}, []string{"component 3 of the initial state is +Inf"}},
	} {
		message := c.err.Error()
		for _, want := range append(c.want, "ode: ") {
			if !strings.Contains(message, want) {
				t.Errorf("%q does not say %q", message, want)
			}
		}
	}
}
