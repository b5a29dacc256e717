package check

import (
	"math"

	"hnn/data"
)

// Velocity compares a momentum with the velocity of its position.
type Velocity struct {
	Q string `json:"q"`
	P string `json:"p"`
	// Mass is the factor m of the best fit of the integral of p by m times the changes of q,
	// Agreement the squared correlation of the two.
	Mass      float64 `json:"mass"`
	Agreement float64 `json:"agreement"`
	// Same says that p looks like dq/dt itself.
	Same bool `json:"same"`
	// coarse is how far Mass is off by the sampling.
	coarse float64
}

// From agree on two columns are taken for proportional, below disagree for unrelated:
// noise and the differences' own error lower the agreement of what is the same.
const (
	agree    = 0.9
	disagree = 0.5
	// closeMass is how far the factor of what is the same may be from 1.
	closeMass = 0.1
)

// velocities compares the integral of every momentum with the changes of its position. It
// is nil where no trial has rows enough.
func velocities(s *data.Set) []Velocity {
	d := degrees(s)
	gap, _ := s.Gap()
	s = s.SplitAtGaps(gap)
	var out []Velocity
	for j := range d {
		q := compare(s, j, column{"", s.X, s.Dim, d + j})
		if q.n == 0 {
			return nil
		}
		v := Velocity{Q: s.ColumnName(j), P: s.ColumnName(d + j), Mass: q.times, Agreement: max(q.agreement, q.withOffset)}
		v.Same = q.agreement > agree && math.Abs(v.Mass-1) < closeMass+2*q.coarse
		v.coarse = q.coarse
		out = append(out, v)
	}
	return out
}
