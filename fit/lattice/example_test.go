package lattice_test

import (
	"fmt"
	"log"
	"math/rand/v2"

	"hnn/data/draw"
	fit "hnn/fit/lattice"
	"hnn/model/lattice"
	"hnn/system"
)

// The law of a chain of springs, learned on eight masses, as that of any number.
func ExampleFit() {
	split, err := draw.Generate(system.NewSpringChain(8), rand.New(rand.NewPCG(1, 2)), draw.Options{Trajectories: 4, Points: 30, Horizon: 3, Tolerance: 1e-10})
	if err != nil {
		log.Fatal(err)
	}
	shape, err := lattice.ParseShape("chain")
	if err != nil {
		log.Fatal(err)
	}
	if shape, err = shape.Of(8); err != nil {
		log.Fatal(err)
	}
	model := &lattice.System{Shape: &shape, Sites: 8, Space: 1, Bonds: shape.Bonds()}
	if _, err := fit.Fit(model, split.Train); err != nil {
		log.Fatal(err)
	}
	fmt.Println("W =", model.Bond[0].Text("s", 4))
	// Output:
	// W = 0.5 s^2
}
