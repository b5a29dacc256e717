package check_test

import (
	"fmt"
	"math"

	"hnn/data"
	"hnn/data/check"
)

// A pendulum whose angle was written in degrees, and what is said of it.
func ExampleObservations() {
	s := &data.Set{Dim: 2, Offsets: []int{0, 200}, Names: []string{"theta", "omega"}}
	for i := range 200 {
		t := 0.05 * float64(i)
		s.T = append(s.T, t)
		s.X = append(s.X, 30*math.Cos(t), -math.Pi/6*math.Sin(t))
	}
	report := check.Observations(s, check.Options{Velocities: true})
	for _, f := range report.Findings {
		fmt.Println(f)
	}
	v := report.Velocity[0]
	fmt.Printf("%s follows %s: %.2f\n", v.P, v.Q, v.Agreement)
	// Output:
	// omega is called a velocity and is 0.0174 times that of theta: check the units
	// omega follows theta: 1.00
}
