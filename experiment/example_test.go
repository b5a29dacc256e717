package experiment_test

import (
	"context"
	"fmt"
	"log"
	"math"
	"os"

	"hnn/experiment"
)

// A run from its configuration to its results: an HNN of the spring by the closed form.
func Example() {
	root, err := os.MkdirTemp("", "runs")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(root)
	c, err := experiment.Default("spring")
	if err != nil {
		log.Fatal(err)
	}
	c = c.WithClosedForm()
	c.Figures, c.Strict = false, false

	env := &experiment.Env{}
	runs, err := env.RunAll(context.Background(), []experiment.Config{c}, experiment.Batch{Root: root})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(runs[0].Results.Task, runs[0].Results.Trainer)
	fmt.Println("energy MSE below 1e-3:", runs[0].Results.EnergyMSE.Mean < 1e-3)

	// Its model is in the run directory: a rollout from (1, 0) over a period.
	_, sim, err := env.Simulate(context.Background(), runs[0].Dir, experiment.SimulateOptions{
		State:       []float64{1, 0},
		Times:       []float64{0, math.Pi},
		Integration: experiment.Integration{RTol: 1e-9, ATol: 1e-9},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("after a period: q = %.1f\n", sim.States[2])
	// Output:
	// spring closed-form
	// energy MSE below 1e-3: true
	// after a period: q = 1.0
}
