package task_test

import (
	"fmt"
	"log"

	"hnn/experiment/task"
)

// What is known of a task: how its data are drawn, what its networks train with, what the
// paper found.
func ExampleLookup() {
	t, err := task.Lookup("two-body")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s: %d trajectories of %d points\n", t.Heading(), t.Draw.Trajectories, t.Draw.Points)
	fmt.Println(t.Training.Steps, "steps; the paper's HNN has a test loss of", t.HNN.TestLoss)
	// Output:
	// Two-body: 1000 trajectories of 50 points
	// 10000 steps; the paper's HNN has a test loss of 2.822e-06
}
