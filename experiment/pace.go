package experiment

import (
	"fmt"
	"math"
	"strings"

	"hnn/model"
)

// otherPace says of a second file whose states change at the rates that a model gives them but for a factor, or but for their
// sign, by how much they differ: its times or its columns are in another unit. It is "" where they agree or where the rates
// have nothing to do with each other.
func (d *dataset) otherPace(m *model.Field) string {
	const (
		followed = 0.9 // the squared correlation of the rates
		factor   = 1.3 // beyond which they differ, whatever the noise
		least    = 8   // rows
	)
	s := d.Test
	if d.films != nil || m.One == nil || s == nil || s.DX == nil || s.Rows() < least {
		return ""
	}
	one, k := m.One(), m.Inputs
	n := m.Dim
	f := make([]float64, n)
	cross, own, given := make([]float64, n), make([]float64, n), make([]float64, n)
	for r := range s.Rows() {
		var u []float64
		if k > 0 {
			u = s.Inputs[r*k : (r+1)*k]
		}
		one(s.T[r], s.X[r*n:(r+1)*n], u, f)
		for j, v := range f {
			dx := s.DX[r*n+j]
			cross[j] += v * dx
			own[j] += v * v
			given[j] += dx * dx
		}
	}
	var wrong []string
	for j := range n {
		b := cross[j] / own[j]
		if cross[j]*cross[j] < followed*own[j]*given[j] || !(math.Abs(b) > 0) || b > 1/factor && b < factor {
			continue
		}
		wrong = append(wrong, fmt.Sprintf("%s %.4g", s.ColumnName(j), b))
	}
	if wrong == nil {
		return ""
	}
	return fmt.Sprintf("the states of this file change at other rates than the model gives them there, times %s: are its times in another unit (0.001 for ms), or is a sign or a unit of its columns another than in the training data?", strings.Join(wrong, ", "))
}

// otherRates says of a second file that a model gives its states rates that have little to do with theirs, while those of
// the file that it learned from were followed, "" where it does not: a column may be another than its name says.
func (d *dataset) otherRates(is, was *Results) string {
	const (
		unlike = 0.3 // the share of the rates that is missed
		times  = 5   // that of its own rows
	)
	s := d.Test
	if d.films != nil || s == nil || len(s.DX) == 0 {
		return ""
	}
	var off, own, size float64
	for _, v := range s.DX {
		size += v * v / float64(len(s.DX))
	}
	off, own, size = math.Sqrt(float64(is.TestLoss.Mean)), math.Sqrt(float64(was.TestLoss.Mean)), math.Sqrt(size)
	if !(off > unlike*size) || !(off > times*own) {
		return ""
	}
	return fmt.Sprintf("the rates at which the states of this file change are %.3g, and the model is off by %.3g (root mean squares), on rows of the file that it learned from by %.3g: are two columns exchanged, is a sign, an offset or a unit of one another than in the training data, or are the states outside them?", size, off, own)
}
