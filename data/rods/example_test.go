package rods_test

import (
	"fmt"
	"log"
	"math"

	"hnn/data"
	"hnn/data/rods"
)

// A point that swings on a rod of 0.8 from (1, 2): its rod is found, and its angle.
func ExampleFind() {
	s := &data.Set{Dim: 2, Offsets: []int{0, 100}, PositionsOnly: true, Names: []string{"x1", "y1"}}
	for i := range 100 {
		sin, cos := math.Sincos(math.Sin(0.1 * float64(i)))
		s.T = append(s.T, 0.1*float64(i))
		s.X = append(s.X, 1+0.8*sin, 2-0.8*cos)
	}
	chain, err := rods.Find(s, nil)
	if err != nil {
		log.Fatal(err)
	}
	angles, err := chain.Angles(s)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("pivot %.3f, length %.3f\n", chain.Pivot, chain.Rods[0].Length)
	fmt.Printf("angle %.3f at time 1\n", angles.X[10])
	// Output:
	// pivot [1.000 2.000], length 0.800
	// angle 0.841 at time 1
}
