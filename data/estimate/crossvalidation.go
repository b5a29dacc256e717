package estimate

import (
	"math"
	"slices"

	"hnn/data"
)

// Window is the local polynomial of a state column: how many rows it is fitted to, and
// its degree. In a shorter trial it has as many rows as there are.
type Window struct {
	Rows   int `json:"rows"`
	Degree int `json:"degree"`
}

// in returns the window in a trial of n rows. Its degree leaves a row to spare, where
// three rows or more are there, so that the polynomial need not follow the noise.
func (w Window) in(n int) Window {
	if n >= w.Rows {
		return w
	}
	return Window{n, min(w.Degree, max(n-2, min(n-1, 2)))}
}

const (
	// longestWindow bounds the windows that are tried, and with them the work.
	longestWindow = 151
	// windowGrowth is the ratio of neighbouring windows that are tried: the error
	// near its minimum is flat.
	windowGrowth = 1.15
	// validationRows is about the most rows, evenly spread, whose prediction is compared.
	validationRows = 3000
)

// chooseWindows returns for every column of x (as s.X) the window of the
// least squared error of leave-one-out prediction: of each row by the polynomial of its
// neighbours, which by the linearity of the estimate is r / (1 - h), where r is the
// residual of the row and h the weight of its own observation in it (G. Wahba, Spline
// models for observational data, 1990, section 4.2). A wide window would be biased, a
// narrow one follows the noise. The end rows of a trial are left out: their prediction is
// an extrapolation, which would favour low degrees. Rows is the window's fixed length, 0
// for a choice too.
func chooseWindows(s *data.Set, x []float64, degrees []int, rows int) []Window {
	stride := max(1, s.Rows()/validationRows)
	best := make([]Window, s.Dim)
	least := make([]float64, s.Dim)
	for _, w := range windowCandidates(degrees, s.LongestTrial(), rows) {
		errors := prediction(s, x, w, stride)
		for j, e := range errors {
			if best[j] == (Window{}) || e < least[j] {
				best[j], least[j] = w, e
			}
		}
	}
	return best
}

// windowCandidates lists the windows that are tried in trials of up to longest rows.
func windowCandidates(degrees []int, longest, rows int) []Window {
	var all []Window
	for _, degree := range degrees {
		if rows > 0 {
			if degree < rows {
				all = append(all, Window{rows, degree})
			}
			continue
		}
		for n := degree + 2; n <= min(longest, longestWindow); n = max(n+1, int(float64(n)*windowGrowth)) {
			all = append(all, Window{n, degree})
		}
		if longest <= longestWindow && longest >= degree+2 {
			all = append(all, Window{longest, degree})
		}
	}
	if all == nil {
		// Trials too short to leave a row out.
		all = append(all, Window{longest, slices.Min(degrees)}.in(longest))
	}
	return all
}

// prediction returns the sum over every stride-th row of the squared leave-one-out error of
// every column.
func prediction(s *data.Set, x []float64, w Window, stride int) []float64 {
	dim := s.Dim
	errors := make([]float64, dim)
	l := &localPolynomial{valueOnly: true}
	for trial := range s.Trials() {
		lo, hi := s.Offsets[trial], s.Offsets[trial+1]
		n := hi - lo
		fit := w.in(n)
		if fit.Degree > n-2 {
			continue // nothing is left to predict from
		}
		l.resize(fit)
		for row := lo + 1 + (stride-(lo+1)%stride)%stride; row < hi-1; row += stride {
			first := lo + l.first(row-lo, n)
			l.weigh(s.T[first:first+fit.Rows], s.T[row])
			own := 1 - l.value[row-first]
			for j := range dim {
				e := math.Inf(1)
				if own > 1e-12 {
					e = (x[row*dim+j] - l.estimate(l.value, x, first, dim, j)) / own
				}
				errors[j] += float64(e * e)
			}
		}
	}
	return errors
}
