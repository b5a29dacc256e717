package eval

import (
	"math"
	"testing"
)

// near fails unless got is want to the relative tolerance tol, or both are NaN.
func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if math.IsNaN(got) && math.IsNaN(want) {
		return
	}
	if !(math.Abs(got-want) <= tol*math.Abs(want)) {
		t.Errorf("%s = %.17g, want %.17g to %g", what, got, want, tol)
	}
}

func TestSummarize(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		name              string
		values            []float64
		mean, sem, median float64
	}{
		{"none", nil, nan, nan, nan},
		{"one", []float64{7}, 7, nan, 7},
		// Deviations -3, -2, 0, 5: variance 38/3.
		{"even number", []float64{9, 1, 4, 2}, 4, math.Sqrt(38.0 / 3 / 4), 3},
		{"odd number", []float64{5, 1, 3}, 3, math.Sqrt(4.0 / 3), 3},
		{"infinite", []float64{1, math.Inf(1), 2}, math.Inf(1), nan, 2},
		{"NaN", []float64{1, nan, 2}, nan, nan, nan},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := summarize(c.values)
			if math.IsInf(c.mean, 1) {
				if !math.IsInf(s.Mean, 1) {
					t.Errorf("mean = %v, want +Inf", s.Mean)
				}
			} else {
				near(t, "mean", s.Mean, c.mean, 1e-15)
			}
			near(t, "standard error", s.SEM, c.sem, 1e-15)
			near(t, "median", s.Median, c.median, 0)
		})
	}
}

func TestGrouped(t *testing.T) {
	nan := math.NaN()
	count := func(n int) (v []float64) {
		for i := range n {
			v = append(v, float64(i+1))
		}
		return v
	}
	for _, c := range []struct {
		name      string
		values    []float64
		mean, sem float64
	}{
		// Means of the groups 2, 5, 8, 11, 14: population variance 18. Groups that are
		// not consecutive (1, 6, 11 and so on) would have the variance 2.
		{"5 groups of 3", count(15), 8, math.Sqrt(18.0 / 5)},
		// Groups 1 | 2 | 3 4 | 5 | 6 7: means 1, 2, 3.5, 5, 6.5 about 3.6.
		{"unequal groups", count(7), 4, math.Sqrt(19.7 / 25)},
		{"fewer than the groups", count(4), 2.5, nan},
		{"none", nil, nan, nan},
		{"a rollout that failed", []float64{1, 2, nan, 4, 5}, nan, nan},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := grouped(c.values)
			near(t, "mean", e.Mean, c.mean, 1e-15)
			near(t, "standard error", e.SEM, c.sem, 1e-14)
		})
	}
}
