package law

import (
	"fmt"
	"math"

	"hnn/data"
	"hnn/fit/sparse"
	"hnn/model/terms"
)

const (
	// mostRates bounds the rows that rates are compared at.
	mostRates = 4000
	// rateGroups is how many groups the rows are held out by.
	rateGroups = 20
	// rounding is the relative error that normal equations leave of exact rates.
	rounding = 1e-9
)

// FitRates finds the field of states whose rates are known, in DX, whatever trials they are of: of single rows nothing
// can be integrated. Report.Error is the root mean square error of the rates relative to theirs; Half, Step, Horizon and
// Polish stay empty.
func FitRates(s *data.Set, o Options) (*terms.Field, *Report, error) {
	if s.DX == nil {
		return nil, nil, fmt.Errorf("law: no rates of the states")
	}
	d, m := s.Dim, len(s.InputNames)
	size := make([]float64, d)
	for i, v := range s.DX {
		size[i%d] += v * v / float64(s.Rows())
	}
	degrees := []int{1, 2, 3, 4}
	if o.Degree > 0 {
		degrees = []int{o.Degree}
	}
	stride := max(1, s.Rows()/mostRates)
	var best *terms.Field
	var report *Report
	for _, degree := range degrees {
		library := terms.New(d, o.Angles, terms.Options{Waves: 2, Degree: degree})
		if library.Size() > mostFeatures && degree > 1 {
			break
		}
		k := library.Size()
		f := &terms.Field{Dim: d, Inputs: m, Library: library, C: make([]float64, d*k), B: make([]float64, d*m)}
		rows := &sparse.Rows{Size: k + m, Block: 1}
		right := make([][]float64, d)
		for r := 0; r < s.Rows(); r += stride {
			row := make([]float64, k+m)
			library.At(s.X[r*d:(r+1)*d], row[:k], nil, nil)
			copy(row[k:], s.InputRows(r, r+1))
			rows.A, rows.Trial = append(rows.A, row...), append(rows.Trial, r*rateGroups/s.Rows())
			for c := range d {
				right[c] = append(right[c], s.DX[r*d+c])
			}
		}
		if err := choose(f, rows, right, o); err != nil {
			continue
		}
		r := &Report{Degree: degree, Terms: len(used(f)), Candidates: len(f.C) + len(f.B)}
		motion, dx, off := f.NewMotion(nil), make([]float64, d), 0.0
		for row := range s.Rows() {
			motion.Rate(s.X[row*d:(row+1)*d], s.InputRows(row, row+1), dx, nil, nil)
			for c, v := range dx {
				off += (v - s.DX[row*d+c]) * (v - s.DX[row*d+c]) / (size[c] + 1e-300) / float64(d*s.Rows())
			}
		}
		// A larger library has to be better by a tenth, and by more than rounding.
		if r.Error = math.Sqrt(off); best == nil || max(r.Error, rounding) < 0.9*report.Error {
			best, report = f, r
		}
	}
	if best == nil {
		return nil, nil, sparse.ErrUndetermined
	}
	return best, report, nil
}
