package invariants_test

import (
	"fmt"
	"log"
	"math/rand/v2"

	"hnn/data/draw"
	"hnn/data/estimate"
	"hnn/fit/invariants"
	"hnn/model/expr"
	"hnn/system"
)

// What a spring conserves: its energy, known but for a factor.
func ExampleFind() {
	split, err := draw.Generate(system.Spring{}, rand.New(rand.NewPCG(1, 2)), draw.Options{
		Trajectories: 20, Points: 100, Horizon: 10, WholeTrials: true, Tolerance: 1e-10,
	})
	if err != nil {
		log.Fatal(err)
	}
	paths, err := estimate.NewPaths(split.Train, estimate.PathOptions{})
	if err != nil {
		log.Fatal(err)
	}
	names := []string{"q", "p"}
	report, err := invariants.Find(paths, invariants.Libraries(1, nil, names))
	if err != nil {
		log.Fatal(err)
	}
	for _, q := range report.Conserved {
		fmt.Println(q.Expr().Write(expr.Text, names, 3))
	}
	// Output: p^2 + 1*q^2
}
