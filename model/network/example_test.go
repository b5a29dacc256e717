package network_test

import (
	"fmt"
	"log"
	"math/rand/v2"

	"hnn/model/network"
	"hnn/ode"
)

// An HNN of random weights: whatever they are, its energy is conserved along its motion.
func ExampleNew() {
	rng := rand.New(rand.NewPCG(1, 2))
	net, err := network.New[float32](network.Architecture{
		Kind: network.KindHNN, Dim: 2, Hidden: []int{32, 32}, Activation: "tanh",
	}, rng)
	if err != nil {
		log.Fatal(err)
	}
	m := network.Widen(net).Field() // what it can do, in float64
	states, _, err := ode.Solve(m.Free(), []float64{1, 0}, []float64{0, 10, 100}, nil, nil)
	if err != nil {
		log.Fatal(err)
	}
	energy := m.Energy()
	drift := energy(states[4:6]) - energy(states[0:2])
	fmt.Println("energy kept to 1e-6:", drift < 1e-6 && drift > -1e-6)
	fmt.Println("it can be stepped in two parts:", m.Split != nil)
	// Output:
	// energy kept to 1e-6: true
	// it can be stepped in two parts: false
}
