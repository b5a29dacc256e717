package bench

import (
	"fmt"

	"hnn/eval"
	"hnn/internal/stream"
	"hnn/model/network"
	"hnn/nn"
	"hnn/ode"
)

// symplecticRows is the number of rollouts side by side.
const symplecticRows = 1024

// separable is a network H = T(p) + V(q) of the paper's width, for one degree of freedom.
func separable[T nn.Float]() (*network.Network[T], error) {
	return network.New[T](network.Architecture{Kind: network.KindSeparable, Dim: 2, Hidden: []int{200, 200}, Activation: "tanh"}, stream.New(0, "init"))
}

// symplecticField is one evaluation of the network's field, which a stage of a symplectic
// step is compared with.
func symplecticField[T nn.Float]() (*probe, error) {
	net, err := separable[T]()
	if err != nil {
		return nil, err
	}
	field, x, dx := net.Field().Free(), []float64{0.7, -0.3}, make([]float64, 2)
	const many = 100
	return &probe{
		Case: Case{Name: "symplectic/field", Precision: precision[T](), Threads: 1},
		run: func() (int, error) {
			for range many {
				field(0, x, dx)
			}
			return many, nil
		},
		per: many, close: func() {},
	}, nil
}

// symplecticStage is a step of the method of order 6 divided by its ten stages.
func symplecticStage[T nn.Float]() (*probe, error) {
	net, err := separable[T]()
	if err != nil {
		return nil, err
	}
	const steps, step, stages = 10, 0.01, 10
	solver, err := ode.NewSolver(2, &ode.Settings{Method: ode.BlanesMoan6, Step: step, Compensated: true})
	if err != nil {
		return nil, err
	}
	split, x0, ts, out := net.Field().Split(), []float64{0.7, -0.3}, []float64{0, steps * step}, make([]float64, 4)
	return &probe{
		Case: Case{Name: "symplectic/stage", Precision: precision[T](), Threads: 1},
		run: func() (int, error) {
			_, stats, err := solver.SolveSplit(split, x0, ts, out)
			return stats.Evaluations, err
		},
		per: steps * stages, close: func() {},
	}, nil
}

// symplecticBatch is many rollouts of leapfrog side by side.
func symplecticBatch(threads int) (*probe, error) {
	net, err := separable[float32]()
	if err != nil {
		return nil, err
	}
	const steps, step = 20, 0.01
	x0 := make([]float64, 2*symplecticRows)
	rng := stream.New(0, "rollout")
	for i := range x0 {
		x0[i] = rng.NormFloat64()
	}
	settings, ts := &ode.Settings{Method: ode.Leapfrog, Step: step}, []float64{0, steps * step}
	return &probe{
		Case: Case{Name: fmt.Sprintf("symplectic/batch-%d", symplecticRows), Precision: "float32", Threads: threads},
		// The products of a gradient of either network, forward and reverse; there is one
		// force more than velocities.
		flops: 2 * 2 * (200 + 200*200) * symplecticRows * (steps + 1 + steps),
		run: func() (int, error) {
			r, err := eval.RolloutSplit(net.Field().SplitMany, x0, 2, ts, settings, threads)
			if err != nil {
				return 0, err
			}
			return r.Stats[0].Evaluations * symplecticRows, r.Err()
		},
		close: func() {},
	}, nil
}

func precision[T nn.Float]() string {
	var zero T
	return fmt.Sprintf("%T", zero)
}
