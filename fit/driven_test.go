package fit

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"hnn/data"
	"hnn/fit/unroll"
	"hnn/model"
	"hnn/model/network"
	"hnn/ode"
)

func drivenModel(t testing.TB, seed uint64) *network.Network[float64] {
	t.Helper()
	n, err := network.New[float64](network.Architecture{
		Kind: network.KindHNN, Dim: 2, Hidden: []int{12}, Activation: "tanh", Dissipation: network.DissipationLinear, Inputs: 2,
	}, rand.New(rand.NewPCG(seed, 2)))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// drivenMotion are trajectories of a model at uneven times under inputs of either hold, with
// their derivatives.
func drivenMotion(t testing.TB, m *model.Field, held bool) *data.Set {
	t.Helper()
	rng := rand.New(rand.NewPCG(3, 4))
	s := &data.Set{Dim: 2, Offsets: []int{0}, InputNames: []string{"u", "w"}, InputsHeld: held}
	for _, rows := range []int{9, 6} {
		var times []float64
		for i := range rows {
			times = append(times, 0.3*(float64(i)+0.5*rng.Float64()))
			s.Inputs = append(s.Inputs, 3*rng.NormFloat64(), 2*rng.NormFloat64())
		}
		s.T = append(s.T, times...)
		s.Offsets = append(s.Offsets, len(s.T))
		field, knots := m.Under(s.InputSignal(len(s.Offsets) - 2))
		x, _, err := ode.SolveSegments(field, knots, []float64{rng.NormFloat64(), rng.NormFloat64()}, times, nil, &ode.Settings{Method: ode.DOP853, RTol: 1e-13, ATol: 1e-13})
		if err != nil {
			t.Fatal(err)
		}
		s.X = append(s.X, x...)
	}
	s.DX = make([]float64, len(s.X))
	m.Many()(nil, s.X, s.Inputs, s.DX, s.Rows())
	return s
}

// A model has no error on its own motion, by an integrator's steps under the same inputs,
// whichever way they go between the rows; and has one under others.
func TestTrajectoryLossUnderInputs(t *testing.T) {
	m := drivenModel(t, 1)
	for _, held := range []bool{false, true} {
		trials := TrialsOf[float64](drivenMotion(t, m.Field(), held))
		for _, method := range []unroll.Method{unroll.Midpoint, unroll.RK4} {
			loss := func(substeps int, held bool) float64 {
				trials.Held = held
				mean, _, err := TrajectoryLoss(m.Field(), trials, nil, Shooting{Method: method, Substeps: substeps, Window: 4, Stride: 3}, 1)
				if err != nil {
					t.Fatal(err)
				}
				return mean
			}
			// The error falls with the method's order in the substeps, squared in the loss.
			order := math.Log2(loss(8, held)/loss(16, held)) / 2
			if want := map[unroll.Method]float64{unroll.Midpoint: 2, unroll.RK4: 4}[method]; math.Abs(order-want) > 0.3 {
				t.Errorf("held %v by %v: order %.2f, want %v", held, method, order, want)
			}
			if own, other := loss(16, held), loss(16, !held); other < 1e3*own {
				t.Errorf("held %v by %v: loss %v, and %v under inputs of the other hold", held, method, own, other)
			}
		}
	}
}

// Both losses lead back to the motion of another model of the same kind: to a hundredth of
// what they were, in batches and in all rows.
func TestTrainingUnderInputs(t *testing.T) {
	set := drivenMotion(t, drivenModel(t, 1).Field(), false)
	rows, err := RowsOf[float64](set)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name     string
		batch    int
		shooting bool
	}{{"derivatives", 0, false}, {"derivatives in batches", 5, false}, {"trajectories", 0, true}} {
		net := drivenModel(t, 9)
		o := Options{Steps: 800, LearningRate: 1e-2, Batch: c.batch, Schedule: Schedule{Kind: "cosine"}, TestEvery: 1}
		var trainer *Trainer[float64]
		if c.shooting {
			trainer, err = New(net, Trajectories(TrialsOf[float64](set), TrialsOf[float64](set), Shooting{Method: unroll.RK4}), o, nil)
		} else {
			trainer, err = New(net, Derivatives(rows, rows), o, rand.NewChaCha8([32]byte{1}))
		}
		if err != nil {
			t.Fatal(err)
		}
		var tests []float64
		if err := trainer.Run(t.Context(), func(r Record) error { tests = append(tests, r.Test); return nil }); err != nil {
			t.Fatal(err)
		}
		trainer.Close()
		if first, last := tests[0], tests[len(tests)-1]; !(last < first/100) {
			t.Errorf("%s: test loss from %v to %v", c.name, first, last)
		}
	}
}

func TestInputsMustBeTheModels(t *testing.T) {
	m := drivenModel(t, 1)
	set := drivenMotion(t, m.Field(), false)
	alone := *set
	alone.Inputs, alone.InputNames = nil, nil
	rows, err := RowsOf[float64](&alone)
	if err != nil {
		t.Fatal(err)
	}
	for name, try := range map[string]func() error{
		"rows": func() error {
			_, err := New(m, Derivatives(rows, rows), Options{Steps: 1, LearningRate: 1}, nil)
			return err
		},
		"trajectories": func() error {
			_, err := New(m, Trajectories(TrialsOf[float64](&alone), Trials[float64]{}, Shooting{}), Options{Steps: 1, LearningRate: 1}, nil)
			return err
		},
		"a loss": func() error {
			_, _, err := TrajectoryLoss(m.Field(), TrialsOf[float64](&alone), nil, Shooting{}, 1)
			return err
		},
	} {
		if err := try(); err == nil || !strings.Contains(err.Error(), "2 inputs") {
			t.Errorf("%s without inputs: %v", name, err)
		}
	}
	if !slices.Equal(TrialsOf[float64](set).U, set.Inputs) {
		t.Error("trials have other inputs than the set")
	}
}
