package formula

import "testing"

// BenchmarkFit is a path of formulas on 10,000 rows with 77 candidate terms.
func BenchmarkFit(b *testing.B) {
	k := systems[3] // Henon-Heiles
	k.trials, k.rows = 50, 200
	for _, noise := range []float64{0, 0.01} {
		set, names, _ := k.draw(b, 1, noise)
		list := Default(2, nil, names)
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
