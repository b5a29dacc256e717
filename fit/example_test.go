package fit_test

import (
	"context"
	"fmt"
	"log"
	"math"
	"math/rand/v2"

	"hnn/data/draw"
	"hnn/fit"
	"hnn/model/network"
	"hnn/ode"
	"hnn/system"
)

// Learn a pendulum from noise-free trajectories and roll it out: the energy that
// was learned stays what it was.
func Example() {
	rng := rand.New(rand.NewPCG(1, 2))
	split, err := draw.Generate(system.Pendulum{K: 3}, rng, draw.Options{
		Trajectories: 50, Points: 45, Horizon: 3, TestFraction: 0.5, Tolerance: 1e-10,
	})
	if err != nil {
		log.Fatal(err)
	}
	net, err := network.New[float32](network.Architecture{Kind: network.KindHNN, Dim: 2, Hidden: []int{48, 48}, Activation: "tanh"}, rng)
	if err != nil {
		log.Fatal(err)
	}
	train, err := fit.RowsOf[float32](split.Train)
	if err != nil {
		log.Fatal(err)
	}
	trainer, err := fit.New(net, fit.Derivatives(train, fit.Rows[float32]{}), fit.Options{Steps: 500, LearningRate: 1e-2, Schedule: fit.Schedule{Kind: "cosine"}}, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer trainer.Close()
	if err := trainer.Run(context.Background(), nil); err != nil {
		log.Fatal(err)
	}

	m := network.Widen(net).Field()
	states, _, err := ode.Solve(m.Free(), []float64{1, 0}, []float64{0, 50, 100}, nil, nil)
	if err != nil {
		log.Fatal(err)
	}
	learned := m.Energy()
	first, last := states[0:2], states[4:6]
	energy := func(x []float64) float64 { return 3*(1-math.Cos(x[0])) + x[1]*x[1] }
	fmt.Println("learned energy drifts by less than 1e-6:", math.Abs(learned(last)-learned(first)) < 1e-6)
	fmt.Println("true energy drifts by less than 2%:", math.Abs(energy(last)/energy(first)-1) < 0.02)
	// Output:
	// learned energy drifts by less than 1e-6: true
	// true energy drifts by less than 2%: true
}
