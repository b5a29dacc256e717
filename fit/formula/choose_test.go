package formula

import (
	"os"
	"testing"

	"hnn/data/file"
	"hnn/model/expr"
)

// Rows of both wells of q^4/4 - q^2/2 that cross between them nowhere, few, uneven and with noise of 5%, do not tell q^4 from an
// exponential and an inverse of q: the law of powers alone is found, which has fewer terms and goes on where no rows are.
func TestPowersAreTriedAlone(t *testing.T) {
	rows, err := os.Open("testdata/wells.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	set, _, err := file.Decode(rows, "wells.csv", file.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	names := columns[1]
	f, r, err := Fit(set, Default(1, nil, names), Options{Names: names, Prune: true})
	if err != nil {
		t.Fatal(err)
	}
	want, _ := expr.ParseList("p^2, q^2, q^4", names)
	if len(f.Terms) != len(want) {
		t.Fatalf("%s of %d terms, %d pruned", f.Text(expr.Text, names, nil, 3), r.Candidates, len(r.Pruned))
	}
	for k, term := range f.Terms {
		if !term.Expr.Equal(want[k]) {
			t.Errorf("term %d of %s", k, f.Text(expr.Text, names, nil, 3))
		}
	}
}
