package draw_test

import (
	"fmt"
	"log"
	"math/rand/v2"

	"hnn/data/draw"
	"hnn/system"
)

// The data of the paper's first task, without its noise.
func ExampleGenerate() {
	split, err := draw.Generate(system.Spring{}, rand.New(rand.NewPCG(1, 2)), draw.Options{
		Trajectories: 50, Points: 30, Horizon: 3, TestFraction: 0.5, Tolerance: 1e-10,
	})
	if err != nil {
		log.Fatal(err)
	}
	x, dx := split.Train.Row(0)
	fmt.Println(split.Train.Rows(), "rows train,", split.Test.Rows(), "test")
	fmt.Println("dq/dt = 2p:", dx[0] == 2*x[1], " dp/dt = -2q:", dx[1] == -2*x[0])
	// Output:
	// 750 rows train, 750 test
	// dq/dt = 2p: true  dp/dt = -2q: true
}
