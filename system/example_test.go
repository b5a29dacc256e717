package system_test

import (
	"fmt"
	"log"
	"math/rand/v2"

	"hnn/ode"
	"hnn/system"
)

// Three bodies from a state as the training data draw it, and what their motion conserves.
func ExampleNBody() {
	bodies := system.NewNBody(3)
	start := make([]float64, bodies.Dim())
	bodies.Sample(rand.New(rand.NewPCG(1, 2)), start)

	field := func(t float64, x, dx []float64) { bodies.Field(x, dx) }
	states, _, err := ode.Solve(field, start, []float64{0, 1, 2, 3}, nil, nil)
	if err != nil {
		log.Fatal(err)
	}
	for i, h := range system.Energies(bodies, states, nil) {
		x := states[i*bodies.Dim():][:bodies.Dim()]
		fmt.Printf("H = %.6f, angular momentum %.6f\n", h, bodies.AngularMomentum(x))
	}
	// Output:
	// H = -0.739514, angular momentum 2.443177
	// H = -0.739514, angular momentum 2.443177
	// H = -0.739514, angular momentum 2.443177
	// H = -0.739514, angular momentum 2.443177
}

// What every System says of itself, and what some say beside it.
func ExampleSystem() {
	var s system.System = system.Pendulum{K: 3}
	for _, c := range s.Coordinates() {
		fmt.Println(c.Name, "is an angle:", c.Angle)
	}
	x, dx := []float64{0.5, 1}, make([]float64, 2)
	s.Field(x, dx)
	fmt.Printf("H = %.4f, dq/dt = %.4f, dp/dt = %.4f\n", s.Hamiltonian(x), dx[0], dx[1])
	_, separable := s.(system.Separable)
	_, isolated := s.(system.Isolated)
	fmt.Println("separable:", separable, " isolated:", isolated)
	// Output:
	// q is an angle: true
	// p is an angle: false
	// H = 1.3673, dq/dt = 2.0000, dp/dt = -1.4383
	// separable: true  isolated: false
}
