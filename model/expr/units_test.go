package expr

import (
	"errors"
	"strings"
	"testing"

	"hnn/model/unit"
)

// Units of sums and of what functions are taken of are checked with their places, those of numbers and parameters found.
func TestParseUnits(t *testing.T) {
	m, p := unit.Of("m"), unit.Of("kg").Times(unit.Of("m"), 1).Times(unit.Of("s"), -1)
	one := unit.Unit(nil)
	names := []string{"x", "a", "y", "p", "k"}
	units := Units{&m, &one, nil, &p}
	for _, c := range []struct {
		text, want string
		column     int // 0 where it is right
	}{
		{"x^2", "m^2", 0},
		{"p^2/2 + 3*x^2", "?", 0},
		{"x + p", "", 3},
		{"x^2 + p^2", "", 5},
		{"(x + p)^2", "", 4},
		{"x + 0.5", "m", 0},
		{"1 - cos(a)", "1", 0},
		{"cos(x)", "", 1},
		{"p*cos(x)", "", 3},
		{"cos(k*x)", "1", 0},
		{"cos(k*x), sin(k*p)", "", 11},
		{"cos(k*x), sin(k*x), k*p", "1,1,kg/s", 0},
		{"exp(-x)", "", 1},
		{"cos(2*x)", "1", 0},
		{"log(x)", "1", 0},
		{"3*log(x) + log(p)", "1", 0},
		{"x*log(x)", "", 2},
		{"sin(log(x))", "", 1},
		{"log(x)^2", "", 7},
		{"log(x/2)^2", "1", 0},
		{"1/sqrt(x^2 + 4)", "?", 0},
		{"x/sqrt(x^2 + 4)", "1", 0},
		{"x/sqrt(x^2 + p^2)", "", 12},
		{"sqrt(abs(x))*p", "kg m^1.5/s", 0},
		{"x^p", "", 2},
		{"x^0.5*x^(3/2)", "m^2", 0},
		{"a^a", "1", 0},
		{"cos(y) + y + x*0", "1", 0}, // what is unknown is asked nothing
		{"-(-x)", "m", 0},
		{"-x + 1*p", "m", 0},
		{"tanh(a)*x", "m", 0},
	} {
		got, err := ParseUnits(c.text, names, units)
		var bad *ParseError
		if c.column > 0 {
			if !errors.As(err, &bad) || bad.Column != c.column {
				t.Errorf("%s: %v, want column %d", c.text, err, c.column)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		var parts []string
		for _, u := range got {
			if u == nil {
				parts = append(parts, "?")
			} else {
				parts = append(parts, u.String())
			}
		}
		if s := strings.Join(parts, ","); s != c.want {
			t.Errorf("%s is in %s, want %s", c.text, s, c.want)
		}
	}
}
