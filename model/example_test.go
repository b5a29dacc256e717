package model_test

import (
	"fmt"

	"hnn/eval"
	"hnn/model"
	"hnn/ode"
	"hnn/system"
)

// A known field is a model too, so that all that takes one takes it: here, rollouts.
func ExampleKnown() {
	s := system.Spring{}
	m := model.Known("spring", s.Dim(), s.Field)
	times := []float64{0, 1, 2}
	states, _, err := ode.Solve(m.Free(), []float64{1, 0}, times, nil, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, h := range eval.Energies(s.Hamiltonian, s.Dim(), states, nil) {
		fmt.Printf("t = %g  H = %.6f\n", times[i], h)
	}
	fmt.Println("it has an energy of its own:", m.Energy != nil)
	// Output:
	// t = 0  H = 1.000000
	// t = 1  H = 1.000000
	// t = 2  H = 1.000000
	// it has an energy of its own: false
}
