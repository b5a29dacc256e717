package expansion_test

import (
	"fmt"
	"log"

	"hnn/model/expansion"
)

// H = 3 q^2/2 + p^2/2 with friction, by its coefficients, which a fit would solve for.
func ExampleModel() {
	h := expansion.NewQuadratic(2, []expansion.Monomial{{I: 0, J: 0}, {I: 1, J: 1}})
	m, err := expansion.New(2, h)
	if err != nil {
		log.Fatal(err)
	}
	m.SetCoefficients([]float64{3, 1})
	m.SetFriction(0.1)
	dx := make([]float64, 2)
	m.Field().One()(0, []float64{1, 2}, nil, dx)
	fmt.Println("dx/dt =", dx)
	// Output: dx/dt = [2 -3.2]
}
