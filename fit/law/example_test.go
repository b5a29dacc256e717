package law_test

import (
	"fmt"
	"log"
	"math/rand/v2"

	"hnn/data/draw"
	"hnn/fit/law"
	"hnn/system"
)

// The equations of motion of a spring, H = q^2 + p^2, without the knowledge that there is an H.
func ExampleFit() {
	split, err := draw.Generate(system.Spring{}, rand.New(rand.NewPCG(1, 2)), draw.Options{
		Trajectories: 10, Points: 100, Horizon: 6, WholeTrials: true, Tolerance: 1e-10,
	})
	if err != nil {
		log.Fatal(err)
	}
	f, _, err := law.Fit(split.Train, law.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(f.Text([]string{"q", "p"}, nil, 4))
	// Output:
	// dq/dt = 2 p
	// dp/dt = - 2 q
}
