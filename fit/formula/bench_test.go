package formula

import (
	"testing"

	"hnn/model/expr"
)

// BenchmarkFit is a path of formulas on 10,000 rows with a hundred candidate terms, two of friction among them: those of the default
// library and waves beside them. Where there is noise the choice of terms simulates.
func BenchmarkFit(b *testing.B) {
	k := systems[3] // Henon-Heiles
	k.trials, k.rows = 50, 200
	for _, noise := range []float64{0, 0.01} {
		set, names, _ := k.draw(b, 1, noise)
		list := Default(2, nil, names)
		for _, f := range []string{"sin", "cos"} {
			for i := range 4 {
				for _, rate := range []float64{7, 9, 11, 13} {
					list = append(list, expr.Apply(f, expr.Product(expr.Number(rate), expr.Variable(i))))
				}
			}
		}
		list = list[:min(108, len(list))]
		b.Run(map[bool]string{true: "exact", false: "noisy"}[noise == 0], func(b *testing.B) {
			for range b.N {
				if _, r, err := Fit(set, list, Options{Names: names, Prune: true}); err != nil {
					b.Fatal(err)
				} else {
					b.ReportMetric(float64(r.Candidates), "terms")
				}
			}
		})
	}
}
