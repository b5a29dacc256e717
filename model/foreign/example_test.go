package foreign_test

import (
	"fmt"
	"log"

	"hnn/model/foreign"
	"hnn/nn"
)

// H = tanh(q) + tanh(p) as another program would keep its weights, and its field.
func ExampleNetwork() {
	layers, err := foreign.MLP([]foreign.Tensor{
		{Name: "net.0.weight", Shape: []int{2, 2}, Data: []float64{1, 0, 0, 1}},
		{Name: "net.2.weight", Shape: []int{1, 2}, Data: []float64{1, 1}},
	}, "")
	if err != nil {
		log.Fatal(err)
	}
	net, err := foreign.Network(layers, 2, nil, foreign.Conventions{Activation: nn.Tanh})
	if err != nil {
		log.Fatal(err)
	}
	dx := make([]float64, 2)
	net.Field().One()(0, []float64{0, 0}, nil, dx)
	fmt.Println("dx/dt at rest:", dx)
	// Output: dx/dt at rest: [1 -1]
}
