package formula

import (
	"math"
	"testing"

	"hnn/model/expr"
)

// A field at states is taken apart into its terms, with friction; one that no term makes is not explained.
func TestDistil(t *testing.T) {
	names := []string{"q", "p"}
	set := examples["Duffing"].draw(t, 10, 3, 0)
	set.DX = make([]float64, len(set.X))
	for r := 0; r < len(set.X); r += 2 {
		q, p := set.X[r], set.X[r+1]
		set.DX[r], set.DX[r+1] = p, q-q*q*q-0.2*p
	}
	f, report, err := Distil(set, Default(1, nil, names), Options{Names: names, Prune: true})
	if err != nil {
		t.Fatal(err)
	}
	want, _ := expr.Parse("p^2/2 - q^2/2 + q^4/4", names)
	for _, x := range [][]float64{{0.3, 0.7}, {-1.1, 0.2}} {
		zero := []float64{0, 0}
		if d := f.H().Eval(x) - f.H().Eval(zero) - want.Eval(x) + want.Eval(zero); math.Abs(d) > 1e-9 {
			t.Errorf("H is off by %v at %v", d, x)
		}
	}
	if len(f.Friction) != 1 || math.Abs(f.Friction[0]-0.2) > 1e-9 || report.Error > 1e-9 {
		t.Errorf("friction %v, error %v", f.Friction, report.Error)
	}
	for r := 0; r < len(set.X); r += 2 {
		set.DX[r+1] = math.Sin(9 * set.X[r])
	}
	list, _ := expr.ParseList("q^2, q^4, p^2", names)
	if _, report, err = Distil(set, list, Options{Names: names}); err != nil || report.Error < Explains {
		t.Errorf("a field that no term makes: error %v, %v", report.Error, err)
	}
}
