package lattice

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"hnn/data"
)

// unevenRows are most of the rows of trials of a ring, drawn at random, with noise.
func unevenRows(seed uint64, noise float64) *data.Set {
	all := ringRows(seed, 6, 6, 0.6, 0.3, 0)
	rng := rand.New(rand.NewPCG(seed, 5))
	out := &data.Set{Dim: all.Dim, Offsets: []int{0}}
	for k := range all.Trials() {
		t, x, _ := all.Trial(k)
		order := rng.Perm(len(t))[:92]
		slices.Sort(order)
		for _, r := range order {
			out.T = append(out.T, t[r])
			for _, v := range x[r*all.Dim : (r+1)*all.Dim] {
				out.X = append(out.X, v+noise*rng.NormFloat64())
			}
		}
		out.Offsets = append(out.Offsets, len(out.T))
	}
	return out
}

// Exact rows on steps that differ are put on equal ones by polynomials, and the law is that of few terms; rows with noise are smoothed.
func TestUnevenRows(t *testing.T) {
	set := unevenRows(1, 0)
	if _, _, how, err := even(set, asMeasured); err != nil || how != byPolynomials {
		t.Fatalf("exact rows are placed %v, %v", how, err)
	}
	g := ringOf(t, 6)
	report, err := Fit(g, set)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("left %.2g and %.2g\n%s", report.Velocities, report.Forces, g.Text(6))
	if of := g.Bond[0]; len(of.Waves) > 0 || len(of.Polynomial) != 4 || math.Abs(of.Powers()[1]-0.5) > 1e-3 || math.Abs(of.Powers()[3]-0.075) > 1e-3 {
		t.Errorf("%s", g.Text(6))
	}
	if _, _, how, err := even(unevenRows(1, 0.01), asMeasured); err != nil || how != smoothed {
		t.Errorf("noisy rows are placed %v, %v", how, err)
	}
}
