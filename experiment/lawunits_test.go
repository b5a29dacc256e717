package experiment

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hnn/model/expr"
	"hnn/model/formula"
)

// swing is a file of a mass of 2 on a spring of 18, with units in its header.
func swing(t *testing.T, header string) string {
	var b strings.Builder
	fmt.Fprintln(&b, header)
	for i := range 240 {
		s := 0.05 * float64(i)
		fmt.Fprintf(&b, "%v,%v,%v\n", s, 0.3*math.Cos(3*s), -0.3*3*2*math.Sin(3*s))
	}
	path := filepath.Join(t.TempDir(), "swing.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A formula has the names of columns without units and its coefficients units; what has none is refused with the place.
func TestFormulaHasUnits(t *testing.T) {
	withoutShort(t)
	c := own(t, swing(t, "t (s),x (m),p (kg m/s)")).WithWeakForm(formula.Kind)
	env := new(Env)
	r, err := env.Train(t.Context(), c, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	x, err := env.Explain(r, expr.Text, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	got := x.Unit
	for _, one := range x.Terms {
		got += fmt.Sprintf("; %.4g %s in %s", one.Coefficient, one.Term, one.Unit)
	}
	if want := "J; 0.25 p^2 in 1/kg; 9 x^2 in kg/s^2"; got != want {
		t.Errorf("H is in %s, want %s", got, want)
	}
	for _, a := range []struct{ header, terms, known, want string }{
		{"t (s),x (m),p (kg m/s)", "p^2, x^2 + p^2", "", `in kg^2 m^2/s^2, which have no sum: make them terms of their own, or give one a number, which carries a unit at column 10`},
		{"t (s),x (m),p (kg m/s)", "p^2, cos(x)", "", "cos of what is in m; it is taken of plain numbers"},
		{"t [s],theta [deg],p", "p^2, cos(theta)", "", "cos of what is in deg"},
		{"t (s),x (m),p (kg m/s)", "", "p^2/2 + 9*(1 - cos(x))", "known-part: cos of what is in m"},
		{"t (s),x (m),p (kg m/s)", "", "x*p", `"x*p" is in kg m^2/s, and H of these columns in J`},
		{"t (s),x (m),p (kg m/s)", "p^2, cos(2*x), x^2", "", ""},
		{"t (s),theta (rad),p", "p^2, cos(theta), theta^2", "", ""},
		{"t,x,p", "p^2, x^2, cos(x + p)", "", ""},
		{"t (s),x (m),p (kg m/s)", "", "p^2/4", ""},
	} {
		c.Data, c.Terms, c.KnownPart = swing(t, a.header), a.terms, a.known
		_, err := env.Train(t.Context(), c, t.TempDir())
		if a.want == "" && err != nil || a.want != "" && (err == nil || !strings.Contains(err.Error(), a.want)) {
			t.Errorf("%s, terms %q, known part %q: %v, want %q", a.header, a.terms, a.known, err, a.want)
		}
	}
}

// Names that a formula can be written in, and read again.
func TestFormulaNames(t *testing.T) {
	got := formulaNames([]string{"x (m)", "arm angle [rad]", "p (kg m/s)", "v_m_s", "sin", "a (m)", "a (s)", "q", "Rate (LGR S/N: 1)"})
	if want := "x|arm_angle|p|v|sin|a (m)|a (s)|q|Rate"; strings.Join(got, "|") != want {
		t.Errorf("%q, want %q", strings.Join(got, "|"), want)
	}
}
