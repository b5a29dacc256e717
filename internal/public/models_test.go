package public

import (
	"math/rand/v2"
	"testing"

	"hnn/data"
	"hnn/data/draw"
	"hnn/eval"
	"hnn/fit"
	"hnn/model"
	"hnn/model/network"
	"hnn/ode"
	"hnn/system"
)

// What evaluates, fits, integrates and scores models refuses slices of other lengths too; nothing computes on, with components
// that stand still.
func TestLengthsRefusedOfModels(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	net, err := network.New[float64](network.Architecture{Kind: network.KindHNN, Dim: 2, Hidden: []int{4}, Activation: "tanh"}, rng)
	if err != nil {
		t.Fatal(err)
	}
	driven, err := network.New[float64](network.Architecture{Kind: network.KindHNN, Dim: 2, Inputs: 1, Hidden: []int{4}, Activation: "tanh"}, rng)
	if err != nil {
		t.Fatal(err)
	}
	spring := system.Spring{}
	times := []float64{0, 1}
	known := model.Known("known", 2, spring.Field)
	v := func(n int) []float64 { return make([]float64, n) }
	rows := func(x, dx, weight int) fit.Loss[float64] {
		r := fit.Rows[float64]{Dim: 2, X: v(x), DX: v(dx)}
		if weight > 0 {
			r.Weight = v(weight)
		}
		return fit.Derivatives(r, fit.Rows[float64]{})
	}
	train := func(l fit.Loss[float64]) error {
		trainer, err := fit.New(net, l, fit.Defaults(), nil)
		if err == nil {
			trainer.Close()
		}
		return err
	}
	trials := func(offset, x, u int) fit.Loss[float64] {
		s := fit.Trials[float64]{Dim: 2, Offsets: []int{0, offset}, Times: []float64{0, 1, 2}, X: v(x)}
		if u > 0 {
			s.U = v(u)
		}
		return fit.Trajectories(s, fit.Trials[float64]{}, fit.Shooting{Substeps: 1})
	}
	if err := train(trials(3, 6, 0)); err != nil {
		t.Fatal("whole trials:", err)
	}
	if err := train(rows(8, 8, 4)); err != nil {
		t.Fatal("whole rows:", err)
	}
	solve := func(f *model.Field, n int) func() error {
		return func() error { _, _, err := ode.Solve(f.Free(), v(n), times, nil, nil); return err }
	}
	refuse(t, map[string]func() error{
		"Solve, a state too long":  solve(net.Field(), 3),
		"Solve, a state too short": solve(net.Field(), 1),
		"Solve, known, too long":   solve(known, 3),
		"Solve, known, too short":  solve(known, 1),
		"Solve, a system, too long": func() error {
			_, _, err := ode.Solve(func(_ float64, x, dx []float64) { spring.Field(x, dx) }, v(3), times, nil, nil)
			return err
		},
		"Solve, nothing":                  solve(net.Field(), 0),
		"Solve, the output":               func() error { _, _, err := ode.Solve(net.Field().Free(), v(2), times, v(3), nil); return err },
		"SolveBatch, ragged":              func() error { _, err := ode.SolveBatch(net.Field().FreeMany(), v(3), 2, times, nil, nil); return err },
		"SolveBatch, states too long":     func() error { _, err := ode.SolveBatch(net.Field().FreeMany(), v(6), 2, times, nil, nil); return err },
		"SolveSplit, an odd state":        func() error { _, _, err := ode.SolveSplit(ode.Split{}, v(3), times, nil, nil); return err },
		"One, derivative":                 func() error { net.Field().One()(0, v(2), nil, v(3)); return nil },
		"One, inputs":                     func() error { driven.Field().One()(0, v(2), v(2), v(2)); return nil },
		"One, inputs that it has not got": func() error { net.Field().One()(0, v(2), v(1), v(2)); return nil },
		"Many, rows":                      func() error { net.Field().Many()(nil, v(6), nil, v(6), 2); return nil },
		"Many, times":                     func() error { net.Field().Many()(v(1), v(4), nil, v(4), 2); return nil },
		"Energy":                          func() error { net.Field().Energy()(v(3)); return nil },
		"Grad":                            func() error { net.Field().Grad()(v(3), v(3)); return nil },
		"Jacobian":                        func() error { net.Field().Jacobian()(v(2), nil, v(9)); return nil },
		"fit.New, states":                 func() error { return train(rows(7, 7, 0)) },
		"fit.New, derivatives":            func() error { return train(rows(8, 6, 0)) },
		"fit.New, weights":                func() error { return train(rows(8, 8, 3)) },
		"fit.New, trials":                 func() error { return train(trials(3, 5, 0)) },
		"fit.New, offsets":                func() error { return train(trials(4, 6, 0)) },
		"fit.New, inputs of trials":       func() error { return train(trials(3, 6, 2)) },
		"fit.RowWeights":                  func() error { fit.RowWeights(v(3), 2); return nil },
		"eval.MomentumDrift":              func() error { eval.MomentumDrift(system.NewNBody(2), v(12)); return nil },
		"eval.FitLatentMap":               func() error { _, err := eval.FitLatentMap(v(13), 2, v(6), 1); return err },
		"eval.Supply":                     func() error { eval.Supply(driven.Field(), v(4), v(3)); return nil },
		"eval.AddEnergy":                  func() error { _, err := eval.AddEnergy(net.Field(), v(3), 1); return err },
		"eval.Energies":                   func() error { eval.Energies(net.Field().Energy(), 2, v(4), v(3)); return nil },
		"eval.Rollout, ragged":            func() error { _, err := eval.Rollout(net.Field().FreeMany, v(3), 2, times, nil, 1); return err },
		"eval.Loss":                       func() error { eval.Loss(net.Field(), v(4), nil, v(6), 1); return nil },
		"eval.Loss, inputs":               func() error { eval.Loss(driven.Field(), v(4), v(3), v(4), 1); return nil },
		"eval.SystemLoss":                 func() error { eval.SystemLoss(spring, v(4), v(6)); return nil },
		"eval.EnergySpread":               func() error { eval.EnergySpread(spring, v(3)); return nil },
		"eval.Power":                      func() error { eval.Power(net.Field(), v(3)); return nil },
		"eval.TurnsOf":                    func() error { eval.TurnsOf(v(4), 2, v(3)); return nil },
		"system.Energies":                 func() error { system.Energies(spring, v(3), nil); return nil },
		"a set":                           func() error { return (&data.Set{Dim: 2, T: v(2), X: v(3), Offsets: []int{0, 2}}).Validate() },
		"fit.RowsOf": func() error {
			_, err := fit.RowsOf[float64](&data.Set{Dim: 2, T: v(2), X: v(4), DX: v(3), Offsets: []int{0, 2}})
			return err
		},
		"draw.Generate, no trajectories": func() error { _, err := draw.Generate(spring, rng, draw.Options{}); return err },
	})
}
