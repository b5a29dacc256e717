package search_test

import (
	"fmt"
	"log"

	"hnn/experiment/search"
)

// A search in two dimensions for the least value of a function, one trial after the other.
func ExampleTPE() {
	f := func(x []float64) float64 { return (x[0]-0.3)*(x[0]-0.3) + (x[1]-0.7)*(x[1]-0.7) }
	tpe, err := search.NewTPE(make(search.Space, 2), 1)
	if err != nil {
		log.Fatal(err)
	}
	var trials []search.Trial
	least := 1.0
	for number := range 40 {
		x := tpe.Next(number, trials)
		trials = append(trials, search.Trial{Point: x, Value: f(x)})
		least = min(least, f(x))
	}
	fmt.Println("within a tenth of the least:", least < 0.01)
	// Output:
	// within a tenth of the least: true
}
