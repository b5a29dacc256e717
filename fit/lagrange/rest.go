package lagrange

import (
	"fmt"
	"math"

	"hnn/data"
	"hnn/model/lagrangian"
)

// creeps is the share of a position's spread from which on the creep of a rest is told.
const creeps = 0.01

// Creeps are sentences on rests that a law with Coulomb friction does not keep: its smoothed sign is C tanh(v/width), so that
// under a force F less than C it creeps at width artanh(F/C) where the system sticks. Of every position the rest with the
// longest creep is named.
func (r *Report) Creeps(l *lagrangian.Lagrangian, s *data.Set, names []string) []string {
	if !l.Coulomb {
		return nil
	}
	n, at := l.N, l.Layout()
	free := *l
	free.Coefficients = append([]float64(nil), l.Coefficients...)
	clear(free.Coefficients[at.Viscous:at.Gain])
	motion := free.NewMotion()
	a, m, v := make([]float64, n), make([]float64, n*n), make([]float64, n)
	spread := s.Spread()
	var out []string
	for i := range n {
		c, still := l.Coefficients[at.Coulomb+i], 6*r.PositionNoise[i]+1e-3*spread[i]
		if !(c > 0) {
			continue
		}
		longest, sentence := creeps*spread[i], ""
		rest := func(trial, from, to int) { // rows of the set
			middle := (from + to) / 2
			q := s.X[middle*s.Dim : middle*s.Dim+n]
			var u []float64
			if l.Inputs > 0 {
				u = s.InputRows(middle, middle+1)
			}
			if !motion.Acceleration(q, v, u, a) {
				return
			}
			motion.Mass(q, m)
			force := 0.0
			for j := range n {
				force += m[i*n+j] * a[j]
			}
			if math.Abs(force) >= c {
				return
			}
			time := s.T[to] - s.T[from]
			if creep := l.Width[i] * math.Atanh(math.Abs(force)/c) * time; creep > longest {
				longest = creep
				sentence = fmt.Sprintf("%s rests for %.3g in trial %d, and smoothed Coulomb friction creeps by %.2g meanwhile: rollouts move on where it sticks", names[i], time, trial+1, creep)
			}
		}
		for k := range s.Trials() {
			from := s.Offsets[k]
			for row := from + 1; row <= s.Offsets[k+1]; row++ {
				if row == s.Offsets[k+1] || math.Abs(s.X[row*s.Dim+i]-s.X[from*s.Dim+i]) > still {
					rest(k, from, row-1)
					from = row
				}
			}
		}
		if sentence != "" {
			out = append(out, sentence)
		}
	}
	return out
}
