package eval_test

import (
	"fmt"
	"log"
	"math/rand/v2"

	"hnn/eval"
	"hnn/ode"
	"hnn/system"
)

// Twenty bound stars at once: any field can be rolled out, a model's or a known one.
func ExampleRollout() {
	s := system.HenonHeiles{Alpha: 1}
	field := func() ode.BatchField { // one for each worker, which may keep temporaries
		return func(t []float64, x, dx []float64, rows int) {
			for i := range rows {
				s.Field(x[4*i:4*i+4], dx[4*i:4*i+4])
			}
		}
	}
	x0 := eval.InitialStates(s, rand.New(rand.NewPCG(1, 2)), 20)
	rollouts, err := eval.Rollout(field, x0, s.Dim(), []float64{0, 50, 100}, nil, 0)
	if err != nil {
		log.Fatal(err)
	}
	worst := 0.0
	for i := range rollouts.Rows() {
		h := eval.Energies(s.Hamiltonian, s.Dim(), rollouts.Row(i), nil)
		worst = max(worst, h[2]-h[0], h[0]-h[2])
	}
	fmt.Println(rollouts.Rows(), "rollouts, failed:", rollouts.Err(), " energy kept to 1e-6:", worst < 1e-6)
	// Output: 20 rollouts, failed: <nil>  energy kept to 1e-6: true
}
