package shoot

import (
	"math"

	"hnn/data/estimate"
	"hnn/fit/sparse"
)

// horizonRows are the rows of two typical turns of paths.
func horizonRows(p *estimate.Paths) int { return max(int(2*p.Turn/p.Step), 10) }

// SamplingOf says how the rows of paths lie in time.
func SamplingOf(p *estimate.Paths) Sampling {
	return Sampling{Step: p.Step, Horizon: float64(horizonRows(p)) * p.Step, Smoothed: p.Smoothed}
}

// HeldOut is the median error of rollouts of the held-out paths, every fourth, over two typical turns, which are the Horizon
// of SamplingOf, from their first states, relative to the components' spreads. Where Within bounds them, each path is rolled out
// piece by piece. A state is a path's positions or, where
// the system's Dim is twice as many, its positions and velocities. The integrator is right to 1e-4, or to 1e-7 where
// nothing was smoothed.
func (s *System) HeldOut(p *estimate.Paths) float64 {
	rows := horizonRows(p)
	if p.Within > 0 {
		rows = min(rows, max(int(p.Within/p.Step), 10))
	}
	fine := 80.0 // steps a turn
	if !p.Smoothed {
		fine = 400
	}
	steps := max(1, int(math.Ceil(p.Step*fine/p.Turn)))
	n, spread := p.N, p.Spread
	if s.Dim == 2*n {
		spread = append(append([]float64(nil), p.Spread...), p.Speeds...)
	}
	var starts, us [][]float64
	for k, t := range p.Trials {
		if k%4 != 0 {
			continue
		}
		all := t.Rows(n)
		for first := 0; first == 0 || p.Within > 0 && first+rows <= all; first += rows {
			var x, u []float64
			for r := first; r < min(all, first+rows); r++ {
				x = append(x, t.Q[r*n:(r+1)*n]...)
				if s.Dim == 2*n {
					x = append(x, t.V[r*n:(r+1)*n]...)
				}
			}
			if t.U != nil {
				u = t.U[first*len(t.U)/all:]
			}
			starts, us = append(starts, x), append(us, u)
		}
	}
	return sparse.Median(s.RollError(starts, us, spread, p.Step, steps))
}
