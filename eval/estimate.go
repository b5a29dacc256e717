package eval

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Estimate is a mean and its standard error, each NaN where it is not defined.
type Estimate struct{ Mean, SEM float64 }

// Summary is an Estimate over independent values, with their median.
type Summary struct {
	Estimate
	Median float64
}

// summarize is the summary of v, the standard error from the sample standard deviation.
func summarize(v []float64) Summary {
	mean, deviation := stat.MeanStdDev(v, nil)
	return Summary{Estimate{mean, deviation / math.Sqrt(float64(len(v)))}, Median(v)}
}

// Median is the middle value of v, or the mean of the two in the middle; not a number where v is empty or holds one that is
// none.
func Median(v []float64) float64 {
	n := len(v)
	if n == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(v))
	if math.IsNaN(sorted[0]) { // where NaN sorts to
		return math.NaN()
	}
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// groups is the number of groups of the authors' error estimate.
const groups = 5

// grouped is the mean of v with the authors' error: v is cut into 5 consecutive groups,
// and the POPULATION standard deviation of their means is divided by sqrt(5). The groups
// are equal to within one; with fewer values than groups the error is not defined.
func grouped(v []float64) Estimate {
	n := len(v)
	e := Estimate{Mean: stat.Mean(v, nil), SEM: math.NaN()}
	if n < groups {
		return e
	}
	var means [groups]float64
	for g := range means {
		means[g] = stat.Mean(v[g*n/groups:(g+1)*n/groups], nil)
	}
	e.SEM = stat.PopStdDev(means[:], nil) / math.Sqrt(groups)
	return e
}
