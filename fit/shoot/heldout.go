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
// of SamplingOf, from their first states, relative to the components' spreads. A state is a path's positions or, where
// the system's Dim is twice as many, its positions and velocities. The integrator is right to 1e-4, or to 1e-7 where
// nothing was smoothed.
func (s *System) HeldOut(p *estimate.Paths) float64 {
	rows := horizonRows(p)
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
		var x []float64
		for r := range min(t.Rows(n), rows) {
			x = append(x, t.Q[r*n:(r+1)*n]...)
			if s.Dim == 2*n {
				x = append(x, t.V[r*n:(r+1)*n]...)
			}
		}
		starts, us = append(starts, x), append(us, t.U)
	}
	return sparse.Median(s.RollError(starts, us, spread, p.Step, steps))
}
