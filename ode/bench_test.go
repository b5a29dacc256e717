package ode

import (
	"fmt"
	"testing"
)

// BenchmarkStep is the time of a step of the pendulum and of 64 pendulums together, per
// row; the field takes about 15 ns of each evaluation.
func BenchmarkStep(b *testing.B) {
	for _, s := range []Settings{{Method: DormandPrince}, {Method: DOP853}, {Method: RK4, Step: 0.05}} {
		for _, rows := range []int{1, 64} {
			b.Run(fmt.Sprintf("%v/rows=%d", s.Method, rows), func(b *testing.B) {
				solver, err := NewSolver(2, &s)
				if err != nil {
					b.Fatal(err)
				}
				var calls, total, steps int
				f := each(pendulum, &calls, &total)
				x0, times := make([]float64, 2*rows), []float64{0, 20}
				for i := range rows {
					x0[2*i] = 2
				}
				out := make([]float64, 2*rows*len(times))
				b.ReportAllocs()
				for b.Loop() {
					var err error
					if rows == 1 {
						var stats Stats
						_, stats, err = solver.Solve(pendulum, x0, times, out)
						steps += stats.Steps + stats.Rejected
					} else {
						var r Result
						r, err = solver.SolveBatch(f, x0, rows, times, out)
						for _, stats := range r.Stats {
							steps += stats.Steps + stats.Rejected
						}
					}
					if err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(steps), "ns/step")
			})
		}
	}
}
