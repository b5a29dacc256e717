package benchmark_test

import (
	"fmt"
	"log"

	"hnn/eval/benchmark"
)

// What a benchmark wants of a file. Run then fits and scores its columns.
func ExampleFind() {
	p, err := benchmark.Find("silverbox")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(p.About)
	fmt.Println("columns:", p.Columns)
	_, err = p.Run([][]float64{{0, 1}, {0, 1}})
	fmt.Println("two rows are an error:", err != nil)
	// Output:
	// an electronic Duffing oscillator (free runs; root mean square errors)
	// columns: [input output]
	// two rows are an error: true
}
