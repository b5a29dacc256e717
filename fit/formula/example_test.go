package formula_test

import (
	"fmt"
	"log"
	"math/rand/v2"

	"hnn/data/draw"
	"hnn/fit/formula"
	"hnn/model/expr"
	"hnn/system"
)

// The Hamiltonian of a pendulum, from states alone: H = p^2 - 3 cos q, the paper's.
func ExampleFit() {
	split, err := draw.Generate(system.Pendulum{K: 3}, rand.New(rand.NewPCG(1, 2)), draw.Options{
		Trajectories: 20, Points: 100, Horizon: 5, WholeTrials: true, Tolerance: 1e-10,
	})
	if err != nil {
		log.Fatal(err)
	}
	angles, names := []bool{true}, []string{"q", "p"}
	f, report, err := formula.Fit(split.Train, formula.Default(1, angles, names), formula.Options{
		Angles: angles, Names: names, Conservative: true, Prune: true,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(f.Text(expr.Text, names, nil, 4))
	fmt.Println("explains the rows:", report.Explained())
	// Output:
	// H = -3*cos(q) + 1*p^2
	// explains the rows: true
}
