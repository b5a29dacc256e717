package lattice_test

import (
	"fmt"
	"log"

	"hnn/model/lattice"
)

// Three masses between walls, joined by springs of stiffness 1.
func Example() {
	shape, err := lattice.ParseShape("fixed-chain")
	if err == nil {
		shape, err = shape.Of(3)
	}
	if err != nil {
		log.Fatal(err)
	}
	square := lattice.Function{Half: 1, Polynomial: []float64{0, 0.25}} // s^2/2 but for a constant
	s := &lattice.System{Shape: &shape, Sites: 3, Bonds: shape.Bonds(), Space: 1, Kinetic: square, Bond: []lattice.Function{square}}
	dx := make([]float64, 6)
	s.ModelForm().Field().One()(0, []float64{1, 0, 0, 0, 0, 0.5}, nil, dx)
	fmt.Println(dx)
	// Output:
	// [0 0 0.5 -2 1 0]
}
