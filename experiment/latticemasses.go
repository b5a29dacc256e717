package experiment

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"hnn/data"
	fitlattice "hnn/fit/lattice"
	"hnn/model/lattice"
)

// unequalMasses says which masses of the sites explain rows of positions and velocities far better than equal ones, "" for none. Rates are those
// of the same rows. The accelerations are F/m: forces of the law at hand and masses are found in turns, the masses relative to their
// median, since velocities alone do not say their size.
func unequalMasses(s *lattice.System, rows, rates *data.Set, left float64) string {
	const turns, far, settled = 40, 0.1, 1e-3
	if s.Space > 1 || rates == nil || rates.DX == nil || rates.Rows() != rows.Rows() || rates.Dim != rows.Dim || s.Interleaved {
		return ""
	}
	n := s.Sites
	masses := slices.Repeat([]float64{1}, n)
	var report *fitlattice.Report
	for range turns {
		moved := *rows // momenta, as of these masses
		moved.X = scaledMomenta(rows.X, masses)
		if rows.DX != nil {
			moved.DX = scaledMomenta(rows.DX, masses)
		}
		law := &lattice.System{Shape: s.Shape, Sites: n, Space: 1, Bonds: s.Bonds}
		var err error
		if report, err = fitlattice.Fit(law, &moved); err != nil {
			return ""
		}
		field := law.ModelForm().Field().Free()
		dx := make([]float64, 2*n)
		products, squares := make([]float64, n), make([]float64, n)
		for r := 0; r < len(moved.X); r += 2 * n {
			field(0, moved.X[r:r+2*n], dx)
			for i, f := range dx[n:] {
				products[i] += f * rates.DX[r+n+i]
				squares[i] += f * f
			}
		}
		next := make([]float64, n)
		for i := range next {
			if next[i] = squares[i] / products[i]; !(next[i] > 0) || math.IsInf(next[i], 0) {
				return ""
			}
		}
		median := slices.Sorted(slices.Values(next))[n/2]
		change := 0.0
		for i := range next {
			next[i] /= median
			change = max(change, math.Abs(next[i]/masses[i]-1))
		}
		if masses = next; change < settled {
			break
		}
	}
	if !(report.Forces < far*left) {
		return ""
	}
	text := make([]string, n)
	for i, m := range masses {
		text[i] = fmt.Sprintf("%.3g", m)
	}
	return fmt.Sprintf("with masses in proportion %s it leaves %.2g of the forces: give momenta, mass times velocity, instead of velocities", strings.Join(text, ", "), report.Forces)
}

// scaledMomenta are states whose second half is times the masses.
func scaledMomenta(x, masses []float64) []float64 {
	n := len(masses)
	out := slices.Clone(x)
	for r := n; r < len(out); r += 2 * n {
		for i, m := range masses {
			out[r+i] *= m
		}
	}
	return out
}
