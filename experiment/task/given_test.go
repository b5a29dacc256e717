package task

import (
	"math"
	"strings"
	"testing"
)

// A Hamiltonian that is written is the known system of it.
func TestGiven(t *testing.T) {
	row, err := Lookup(Given("p^2 + 3*(1 - cos(q))"))
	if err != nil {
		t.Fatal(err)
	}
	pendulum, _ := Lookup("pendulum")
	for _, x := range [][]float64{{0.3, -0.7}, {2, 1}} {
		if a, b := row.System.Hamiltonian(x), pendulum.System.Hamiltonian(x); math.Abs(a-b) > 1e-12 {
			t.Errorf("H is %v at %v, want %v", a, x, b)
		}
		a, b := make([]float64, 2), make([]float64, 2)
		row.System.Field(x, a)
		pendulum.System.Field(x, b)
		for i := range a {
			if math.Abs(a[i]-b[i]) > 1e-12 {
				t.Errorf("the field is %v at %v, want %v", a, x, b)
			}
		}
	}
	if c := row.System.Coordinates(); !c[0].Angle || c[1].Angle || c[0].Name != "q" || c[1].Name != "p" {
		t.Errorf("coordinates %v", c)
	}
	if row, err = Lookup(Given("(px^2 + py^2)/2 - 1/sqrt(x^2 + y^2 + 1e-2)")); err != nil {
		t.Fatal(err)
	}
	if c := row.System.Coordinates(); len(c) != 4 || c[1].Name != "y" || c[3].Name != "py" || c[0].Angle {
		t.Errorf("coordinates %v", c)
	}
	for text, want := range map[string]string{
		"p^2/2 + z":       `"p" has no partner`,
		"p^2/2 + q^^2":    "column 11",
		"3":               "no variables",
		"p^2/2 + log(q)":  "NaN",
		"p^2/2 + foo(q)":  `"foo" has no partner`,
		"px^2/2 + q^2":    `"px" has no partner`,
		"p^2/2 + sin(q":   "sin(q",
		"p^2/2 + 1/(q-q)": "Inf",
	} {
		if _, err := Lookup(Given(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want a word on %q", text, err, want)
		}
	}
}
