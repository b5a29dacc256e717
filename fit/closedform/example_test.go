package closedform_test

import (
	"fmt"
	"log"
	"math"
	"math/rand/v2"

	"hnn/data"
	"hnn/fit/closedform"
)

// A pendulum with friction, dp/dt = -sin q - 0.1 p, from states and their derivatives: one
// solve finds H and the rate at which momentum is lost.
func ExampleFit() {
	rng := rand.New(rand.NewPCG(1, 2))
	s := &data.Set{Dim: 2, Offsets: []int{0}, Names: []string{"q", "p"}}
	for trial := range 200 {
		q, p := 4*rng.Float64()-2, 2*rng.Float64()-1
		s.T, s.X = append(s.T, 0), append(s.X, q, p)
		s.DX = append(s.DX, p, -math.Sin(q)-0.1*p)
		s.Offsets = append(s.Offsets, trial+1)
	}
	_, report, err := closedform.Fit(s, closedform.Options{
		Angles: []bool{true, false}, Structure: closedform.Separable, Friction: true, RNG: rng,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("friction %.4f, of %d states\n", report.Friction, report.Rows)
	// Output: friction 0.1000, of 200 states
}
