package lagrangian

import (
	"slices"
	"testing"

	"hnn/model/terms"
)

// Every coefficient has a name of its own, and those that the text shows are called as it shows them.
func TestNames(t *testing.T) {
	for _, steered := range []bool{false, true} {
		l := &Lagrangian{Form: Form{
			Steered: steered,
			N:       2, Inputs: 1, Library: terms.New(2, []bool{false, true}, terms.Options{Waves: 1, Degree: 1}), Viscous: true, Symmetric: true, Coulomb: true, Drag: true,
			Magnetic: true, Width: []float64{1, 1},
		}}
		l.Coefficients = make([]float64, l.Size())
		names := l.Names([]string{"x", "phi"}, []string{"F"})
		if len(names) != l.Size() {
			t.Fatalf("%d names for %d coefficients", len(names), l.Size())
		}
		sorted := slices.Sorted(slices.Values(names))
		if distinct := slices.Compact(sorted); len(distinct) != len(names) {
			t.Errorf("%d of %d names differ", len(distinct), len(names))
		}
		for _, want := range []string{"M[x,x]", "M[x,phi]*cos(phi)", "V*x", "A[phi]*x", "R[x]", "R[x,phi]", "C[phi]", "D[x]", "G[phi,F]"} {
			if !slices.Contains(names, want) {
				t.Errorf("no %s among %q", want, names)
			}
		}
		at := l.Layout()
		if names[at.Viscous] != "R[x]" || names[at.Gain] != "G[x,F]" || names[at.Coulomb] != "C[x]" {
			t.Errorf("names do not follow the layout: %q", names)
		}
	}
}
