package check

import (
	"fmt"
	"math"

	"hnn/data"
)

const (
	// alikeRest is the share of a column's variance that another may leave of it where the two say the same: files keep some
	// nine digits.
	alikeRest = 1e-12
	// mostCompared bounds the columns that are compared in pairs.
	mostCompared = 64
	// fewest is how many rows say that two columns are alike: of two rows any two columns are.
	fewest = 5
)

// alike finds columns that another one determines, y = a x + b in every row: they say nothing that it does not. A momentum
// that its own position determines so is none where the position turns round, since the rate would have to be of both signs
// at the same state; that is refused. One that follows the velocity, as where a motion dies down, is sound.
func (r *Report) alike(s *data.Set) {
	if s.Dim > mostCompared || s.Rows() < fewest {
		return
	}
	d, n := s.Dim, float64(s.Rows())
	mean, products := make([]float64, d), make([]float64, d*d) // of column i's deviations with j's, i up to j
	for k, v := range s.X {
		mean[k%d] += v / n
	}
	off := make([]float64, d)
	for k := 0; k < len(s.X); k += d {
		for j := range off {
			off[j] = s.X[k+j] - mean[j]
			for i, v := range off[:j+1] {
				products[j*d+i] += v * off[j]
			}
		}
	}
	half := d / 2
	for j := 1; j < d; j++ {
		y, yy := mean[j], products[j*d+j]
		for i := range j {
			x, xx, xy := mean[i], products[i*d+i], products[j*d+i]
			// A spread that is lost in rounding is no motion.
			if !(xx > 1e-24*x*x*float64(s.Rows())) || !(yy > 1e-24*y*y*float64(s.Rows())) || !(xy*xy >= (1-alikeRest)*xx*yy) {
				continue
			}
			slope := xy / xx
			f := Finding{Severity: Warning, Column: s.ColumnName(j),
				What:   fmt.Sprintf("%s is %s in every row, so it says nothing that %s does not", s.ColumnName(j), line(slope, s.ColumnName(i), y-slope*x, 1e-6*math.Sqrt(yy/float64(s.Rows()))), s.ColumnName(i)),
				Advice: "what would tell the two apart cannot be learned from such rows: leave one out, or give trials in which they differ"}
			if !s.FirstOrder && !s.PositionsOnly && j == i+half && i < len(r.Velocity) {
				switch {
				case r.Velocity[i].Agreement > agree:
					continue
				case reverses(s, i):
					f.Severity = Refusal
					f.What += ", and no velocity of it"
					f.Advice = fmt.Sprintf("name its momentum or velocity with --p or --v, or give positions alone with --q %s", s.ColumnName(i))
				}
			}
			r.add(f)
			break // one of those that determine it is enough
		}
	}
}

// reverses reports whether a column goes back and forth within a trial.
func reverses(s *data.Set, j int) bool {
	for k := range s.Trials() {
		t, x, _ := s.Trial(k)
		path := 0.0
		for i := 1; i < len(t); i++ {
			path += math.Abs(x[i*s.Dim+j] - x[(i-1)*s.Dim+j])
		}
		if len(t) > 0 && path > 1.1*math.Abs(x[(len(t)-1)*s.Dim+j]-x[j]) {
			return true
		}
	}
	return false
}

// line writes a x + b, without a b that is less than tiny.
func line(a float64, x string, b, tiny float64) string {
	text := x
	if math.Abs(a-1) > 1e-9 {
		text = fmt.Sprintf("%.6g times %s", a, x)
	}
	switch {
	case math.Abs(b) < tiny:
		if text == x {
			return "the same as " + x
		}
		return text
	case b < 0:
		return fmt.Sprintf("%s - %.6g", text, -b)
	}
	return fmt.Sprintf("%s + %.6g", text, b)
}
