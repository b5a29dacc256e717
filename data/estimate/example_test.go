package estimate_test

import (
	"fmt"
	"log"
	"math"
	"math/rand/v2"

	"hnn/data"
	"hnn/data/estimate"
)

// Noisy positions of an oscillator, q” = -q: velocities and accelerations come from
// polynomials through the neighbours of each row.
func ExampleNew() {
	rng := rand.New(rand.NewPCG(1, 2))
	s := &data.Set{Dim: 1, Offsets: []int{0, 400}, Names: []string{"q"}, PositionsOnly: true}
	for i := range 400 {
		t := 0.05 * float64(i)
		s.T, s.X = append(s.T, t), append(s.X, math.Cos(t)+0.01*rng.NormFloat64())
	}
	estimator, err := estimate.New(s, estimate.Options{Masses: []float64{2}})
	if err != nil {
		log.Fatal(err)
	}
	found, err := estimator.Apply(s)
	if err != nil {
		log.Fatal(err)
	}
	x, dx := found.Row(200) // (q, p) and its derivative, p = 2 dq/dt
	fmt.Println(estimator.Derivatives, "smoothed:", estimator.Smoothed)
	fmt.Printf("p = %.1f, and 2 dq/dt is %.1f\n", x[1], -2*math.Sin(10))
	fmt.Printf("dp/dt = %.1f, and -2 q is %.1f\n", dx[1], -2*math.Cos(10))
	// Output:
	// local-polynomial smoothed: true
	// p = 1.1, and 2 dq/dt is 1.1
	// dp/dt = 1.6, and -2 q is 1.7
}
