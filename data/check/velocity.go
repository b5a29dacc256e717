package check

import (
	"math"

	"hnn/data"
)

// Velocity compares a momentum with the velocity of its position.
type Velocity struct {
	Q string `json:"q"`
	P string `json:"p"`
	// Mass is the factor m of the best fit p = m dq/dt, Agreement the squared correlation
	// of the two.
	Mass      float64 `json:"mass"`
	Agreement float64 `json:"agreement"`
	// Same says that p looks like dq/dt itself.
	Same bool `json:"same"`
}

// From agree on two columns are taken for proportional, below disagree for unrelated:
// noise and the differences' own error lower the agreement of what is the same.
const (
	agree    = 0.9
	disagree = 0.5
	// closeMass is how far the factor of what is the same may be from 1.
	closeMass = 0.1
)

// velocities fits every momentum to the velocity of its position: that of the file, or
// the slope between its two neighbours in time. It is nil where no trial has three rows.
func velocities(s *data.Set) []Velocity {
	d := degrees(s)
	gap, _ := s.Gap()
	s = s.SplitAtGaps(gap)
	var out []Velocity
	for j := range d {
		var v, p []float64
		for trial := range s.Trials() {
			t, x, dx := s.Trial(trial)
			for i := 1; i+1 < len(t); i++ {
				velocity := (x[(i+1)*s.Dim+j] - x[(i-1)*s.Dim+j]) / (t[i+1] - t[i-1])
				if dx != nil {
					velocity = dx[i*s.Dim+j]
				}
				v, p = append(v, velocity), append(p, x[i*s.Dim+d+j])
			}
		}
		if len(v) == 0 {
			return nil
		}
		f := Velocity{Q: s.Names[j], P: s.Names[d+j]}
		var vv, vp, pp float64
		for i := range v {
			vv, vp, pp = vv+v[i]*v[i], vp+v[i]*p[i], pp+p[i]*p[i]
		}
		if vv > 0 && pp > 0 && !math.IsInf(vv*pp, 1) {
			f.Mass, f.Agreement = vp/vv, vp/vv*vp/pp
		}
		f.Same = f.Agreement > agree && math.Abs(f.Mass-1) < closeMass
		out = append(out, f)
	}
	return out
}
