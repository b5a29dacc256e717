package lagrange_test

import (
	"fmt"
	"log"

	"hnn/data"
	"hnn/fit/lagrange"
	"hnn/ode"
)

// A mass of 2 kg on a spring of 8 N/m, pushed by a known force: from positions and velocities, in SI units.
func ExampleFit() {
	s := &data.Set{Dim: 2, Offsets: []int{0}, Names: []string{"x", "v"}, InputNames: []string{"F"}}
	for trial := range 8 {
		force := float64(trial) - 4
		field := func(_ float64, x, dx []float64) { dx[0], dx[1] = x[1], (force-8*x[0])/2 }
		times := make([]float64, 100)
		for i := range times {
			times[i] = 0.05 * float64(i)
			s.Inputs = append(s.Inputs, force)
		}
		x, _, err := ode.Solve(field, []float64{0.3 * float64(trial), 0.1}, times, nil, nil)
		if err != nil {
			log.Fatal(err)
		}
		s.T, s.X = append(s.T, times...), append(s.X, x...)
		s.Offsets = append(s.Offsets, len(s.T))
	}
	l, _, err := lagrange.Fit(s, lagrange.Options{Gain: []float64{1}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(l.Text([]string{"x"}, 4))
	// Output:
	// T = 1 (dx/dt)^2
	// V = 4 x^2
	// force on x = 1 u1
}
