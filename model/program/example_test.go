package program_test

import (
	"fmt"

	"hnn/model/program"
)

// The force of a pendulum's potential V = -cos q as a program, which the builder differentiates.
func ExampleBuilder_Gradient() {
	b := program.NewBuilder()
	q := b.Input(1)
	v := b.Scale(-1, b.Unary(program.Cos, q))
	force := b.Function(b.Scale(-1, b.Gradient(v, q)))
	fmt.Printf("%.4f\n", force.Run()([]float64{0.5}))
	// Output: [-0.4794]
}
