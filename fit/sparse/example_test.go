package sparse_test

import (
	"fmt"
	"log"
	"math/rand/v2"

	"hnn/fit/sparse"
)

// Two of ten columns are what the right-hand side is made of: y = 3 a_2 - 0.5 a_7 + noise, in forty trials of twenty rows.
func ExampleProblem_Choose() {
	rng := rand.New(rand.NewPCG(1, 2))
	rows := &sparse.Rows{Size: 10, Block: 1}
	for i := range 800 {
		a := make([]float64, 10)
		for j := range a {
			a[j] = rng.NormFloat64()
		}
		rows.A, rows.Y = append(rows.A, a...), append(rows.Y, 3*a[2]-0.5*a[7]+0.01*rng.NormFloat64())
		rows.Trial = append(rows.Trial, i/20)
	}
	choice, err := (&sparse.Problem{Rows: rows, Penalty: make([]float64, rows.Size)}).Choose()
	if err != nil {
		log.Fatal(err)
	}
	for _, term := range choice.Terms {
		fmt.Printf("column %d: %.2f\n", term, choice.Theta[term])
	}
	// Output:
	// column 2: 3.00
	// column 7: -0.50
}
