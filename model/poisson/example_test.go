package poisson_test

import (
	"fmt"
	"log"

	"hnn/model/expr"
	"hnn/model/poisson"
)

// A free rigid body of inertia (1, 2, 3) by its angular momentum: J is a cross product, H the energy of turning.
func ExampleSystem() {
	names := []string{"x", "y", "z"}
	terms, err := expr.ParseList("x^2/2, y^2/4, z^2/6", names)
	if err != nil {
		log.Fatal(err)
	}
	brackets, err := expr.ParseList("x, y, z", names)
	if err != nil {
		log.Fatal(err)
	}
	body := &poisson.System{
		Dim: 3, Terms: terms, C: []float64{1, 1, 1}, Brackets: brackets,
		B: []float64{0, 0, -1, 0, 1, 0, -1, 0, 0}, // J_01 = -z, J_02 = y, J_12 = -x
	}
	dx := make([]float64, 3)
	body.ModelForm().Field().One()(0, []float64{1, 1, 1}, nil, dx)
	fmt.Printf("d/dt = %.4f\n", dx)
	// Output: d/dt = [-0.1667 0.6667 -0.5000]
}
