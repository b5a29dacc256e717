package public

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"hnn/data"
	"hnn/data/estimate"
	"hnn/data/rods"
	"hnn/eval"
	"hnn/fit/formula"
	"hnn/fit/invariants"
	"hnn/fit/lagrange"
	"hnn/fit/linear"
	"hnn/fit/poisson"
	"hnn/fit/shoot"
	"hnn/fit/sparse"
	"hnn/model/network"
	"hnn/nn"
)

// A caller's slices and sets of other lengths than a function's comment says are refused, by an error or by a panic that
// says what was wrong, and never taken in part.
func TestLengthsRefused(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	v := func(n int) []float64 { return make([]float64, n) }
	net, err := nn.New[float64](nn.Spec{In: 2, Hidden: []int{4}, Out: 1, Activation: nn.Tanh})
	if err != nil {
		t.Fatal(err)
	}
	net.Init(rng, 1)
	field, err := network.New[float64](network.Architecture{Kind: network.KindHNN, Dim: 2, Hidden: []int{4}, Activation: "tanh"}, rng)
	if err != nil {
		t.Fatal(err)
	}
	whole := func() *data.Set {
		s := &data.Set{Dim: 2, Offsets: []int{0}}
		for k := range 10 {
			for i := range 200 {
				at := 0.05 * float64(i)
				s.T = append(s.T, at)
				s.X = append(s.X, (1+0.1*float64(k))*math.Cos(at), -(1+0.1*float64(k))*math.Sin(at))
			}
			s.Offsets = append(s.Offsets, len(s.T))
		}
		return s
	}
	with := func(change func(s *data.Set)) *data.Set {
		s := whole()
		change(s)
		return s
	}
	ragged := map[string]*data.Set{
		"states":      with(func(s *data.Set) { s.X = s.X[:len(s.X)-1] }),
		"more states": with(func(s *data.Set) { s.X = append(s.X, 1, 2) }),
		"derivatives": with(func(s *data.Set) { s.DX = v(len(s.X) - 2) }),
		"offsets":     with(func(s *data.Set) { s.Offsets = s.Offsets[:len(s.Offsets)-1] }),
		"too far":     with(func(s *data.Set) { s.Offsets[len(s.Offsets)-1]++ }),
		"inputs":      with(func(s *data.Set) { s.InputNames, s.Inputs = []string{"u"}, v(s.Rows()-1) }),
		"names":       with(func(s *data.Set) { s.Names = []string{"q"} }),
	}
	terms := formula.Default(1, []bool{false}, []string{"q", "p"})
	angles := []bool{false, false, false, false}
	oscillator := &shoot.System{Dim: 2, Parameters: []float64{1}, Rate: func(x, _, dx, byX, byP []float64) bool {
		dx[0], dx[1] = x[1], -x[0]
		if byX != nil {
			copy(byX, []float64{0, 1, -1, 0})
			copy(byP, []float64{0, -x[0]})
		}
		return true
	}}
	trial := func(times, states int) []shoot.Trial { return []shoot.Trial{{T: v(times), X: v(states)}} }
	chain := &rods.Chain{Rods: []rods.Rod{{From: -1, To: 0, Length: 1}}}
	refused := map[string]func() error{
		"nn.NewOn":             func() error { _, err := nn.NewOn(net.Spec(), v(3)); return err },
		"nn.LayersOf":          func() error { nn.LayersOf(net.Spec(), v(3)); return nil },
		"nn.Point.Value, x":    func() error { net.NewPoint().Value(v(3), v(1)); return nil },
		"nn.Point.Value, y":    func() error { net.NewPoint().Value(v(2), v(2)); return nil },
		"nn.Point.Gradient, x": func() error { net.NewPoint().Gradient(v(1), v(2)); return nil },
		"nn.Point.Gradient, g": func() error { net.NewPoint().Gradient(v(2), v(3)); return nil },
		"nn.Tape.Value, x":     func() error { net.NewTape(3).Value(v(5), v(3), 3); return nil },
		"nn.Tape.Value, y":     func() error { net.NewTape(3).Value(v(6), v(2), 3); return nil },
		"nn.Tape.Value, rows":  func() error { net.NewTape(3).Value(v(8), v(4), 4); return nil },
		"nn.Tape.Gradient, x":  func() error { net.NewTape(3).Gradient(v(5), v(6), nil, 3); return nil },
		"nn.Tape.Gradient, g":  func() error { net.NewTape(3).Gradient(v(6), v(5), nil, 3); return nil },
		"nn.Tape.Gradient, h":  func() error { net.NewTape(3).Gradient(v(6), v(6), v(2), 3); return nil },
		"nn.Tape.ValueAdjoint": func() error {
			tape := net.NewTape(3)
			tape.Value(v(6), v(3), 3)
			tape.ValueAdjoint(v(2), nil, nil)
			return nil
		},
		"nn.Tape.ValueAdjoint, grad": func() error {
			tape := net.NewTape(3)
			tape.Value(v(6), v(3), 3)
			tape.ValueAdjoint(v(3), v(5), nil)
			return nil
		},
		"nn.Tape.GradientAdjoint": func() error {
			tape := net.NewTape(3)
			tape.Gradient(v(6), v(6), nil, 3)
			tape.GradientAdjoint(v(5), nil, v(len(net.Params())), nil)
			return nil
		},
		"nn.Tape.GradientAdjoint, xbar": func() error {
			tape := net.NewTape(3)
			tape.Gradient(v(6), v(6), nil, 3)
			tape.GradientAdjoint(v(6), nil, v(len(net.Params())), v(5))
			return nil
		},
		"estimate.FitMotion": func() error { _, err := estimate.FitMotion([]estimate.Track{{T: v(20), Q: v(19)}}, 0); return err },
		"estimate.FitMotion, V": func() error {
			_, err := estimate.FitMotion([]estimate.Track{{T: v(20), Q: v(20), V: v(3)}}, 0)
			return err
		},
		"estimate.Motion.Smooth": func() error {
			(&estimate.Motion{Order: 3, PositionNoise: 1}).Smooth(estimate.Track{T: v(20), Q: v(19)})
			return nil
		},
		"estimate.NewPaths, angles": func() error { _, err := estimate.NewPaths(whole(), estimate.PathOptions{Angles: angles}); return err },
		"estimate.New, masses":      func() error { _, err := estimate.New(whole(), estimate.Options{Masses: v(3)}); return err },
		"rods.Points, q":            func() error { chain.Points(v(2), v(2)); return nil },
		"rods.Points, to":           func() error { chain.Points(v(1), v(3)); return nil },
		"rods.Velocities":           func() error { chain.Velocities(v(1), v(2), v(2)); return nil },
		"rods.Accelerations":        func() error { chain.Accelerations(v(1), v(1), v(2), v(2)); return nil },
		"rods.State":                func() error { chain.State(v(5), v(2)); return nil },
		"rods.State, to":            func() error { chain.State(v(4), v(3)); return nil },
		"rods.ByPoints":             func() error { chain.ByPoints(v(4), v(3), v(4)); return nil },
		"rods.ByPoints, to":         func() error { chain.ByPoints(v(4), v(2), v(5)); return nil },
		"sparse.Gram": func() error {
			(&sparse.Rows{Size: 2, Block: 1, A: v(7), Y: v(3), Trial: []int{0, 1, 2}}).Gram(nil)
			return nil
		},
		"sparse.Gram, Y": func() error {
			(&sparse.Rows{Size: 2, Block: 1, A: v(6), Y: v(2), Trial: []int{0, 1, 2}}).Gram(nil)
			return nil
		},
		"sparse.Choose, penalty":    func() error { _, err := problem(3, v(1), nil).Choose(); return err },
		"sparse.Choose, constraint": func() error { _, err := problem(3, v(2), v(3)).Choose(); return err },
		"sparse.Dense, penalty":     func() error { _, err := problem(3, v(3), nil).Dense(1e-3); return err },
		"sparse.Dense, constraint":  func() error { _, err := problem(3, v(2), v(1)).Dense(1e-3); return err },
		"sparse.Subset":             func() error { _, err := sparse.Subset(problem(3, v(2), nil).Rows, []int{0, 5}, nil); return err },
		"shoot.Fit, states": func() error {
			shoot.Fit(oscillator, trial(5, 9), shoot.Options{Noise: v(2), Windows: []int{4}, Step: 0.1})
			return nil
		},
		"shoot.Fit, noise": func() error {
			shoot.Fit(oscillator, trial(5, 10), shoot.Options{Noise: v(1), Windows: []int{4}, Step: 0.1})
			return nil
		},
		"shoot.First, states":     func() error { shoot.First(oscillator, trial(5, 11)[0], 4, v(2), 0.1); return nil },
		"shoot.First, noise":      func() error { shoot.First(oscillator, trial(5, 10)[0], 4, v(3), 0.1); return nil },
		"shoot.Roll, x0":          func() error { oscillator.Roll(v(3), nil, 0.1, 1, v(10)); return nil },
		"shoot.Roll, x":           func() error { oscillator.Roll(v(2), nil, 0.1, 1, v(9)); return nil },
		"shoot.Roll, inputs":      func() error { oscillator.Roll(v(2), v(5), 0.1, 1, v(10)); return nil },
		"shoot.RollTrial, x0":     func() error { oscillator.RollTrial(v(1), trial(5, 10)[0], 0.1, v(10)); return nil },
		"shoot.RollTrial, x":      func() error { oscillator.RollTrial(v(2), trial(5, 10)[0], 0.1, v(12)); return nil },
		"shoot.RollError, spread": func() error { oscillator.RollError([][]float64{v(10)}, nil, v(3), 0.1, 1); return nil },
		"shoot.Start.Sample":      func() error { (&shoot.Start{State: v(2), Shift: v(2), Covariance: v(4)}).Sample(v(3), rng); return nil },
		"shoot.White":             func() error { shoot.White(&shoot.Report{Residuals: [][]float64{v(9)}}, trial(5, 10), 2); return nil },
		"linear.Field.At, x":      func() error { (&linear.Field{Dim: 2, A: v(4), C: v(2)}).At(v(3), nil, v(2)); return nil },
		"linear.Field.At, dx":     func() error { (&linear.Field{Dim: 2, A: v(4), C: v(2)}).At(v(2), nil, v(3)); return nil },
		"linear.Field.At, u":      func() error { (&linear.Field{Dim: 2, A: v(4), C: v(2)}).At(v(2), v(1), v(2)); return nil },
		"linear.Split":            func() error { _, err := linear.Split(&linear.Field{Dim: 4, A: v(15), C: v(4)}, 0); return err },
		"lagrange.Fit, angles":    func() error { _, _, err := lagrange.Fit(whole(), lagrange.Options{Angles: angles}); return err },
		"lagrange.Fit, gain":      func() error { _, _, err := lagrange.Fit(whole(), lagrange.Options{Gain: v(2)}); return err },
		"formula.Fit, angles":     func() error { _, _, err := formula.Fit(whole(), terms, formula.Options{Angles: angles}); return err },
		"formula.Fit, terms": func() error {
			_, _, err := formula.Fit(whole(), formula.Default(2, []bool{false, false}, []string{"a", "b", "c", "d"}), formula.Options{})
			return err
		},
		"formula.Default, angles":   func() error { formula.Default(1, angles, []string{"q", "p"}); return nil },
		"formula.Default, names":    func() error { formula.Default(2, nil, []string{"q"}); return nil },
		"invariants.Default, names": func() error { invariants.Default(2, nil, []string{"q"}); return nil },
		"invariants.Find, terms": func() error {
			_, err := invariants.Find(paths(t, whole()), invariants.Libraries(2, []bool{false, false}, []string{"a", "b", "c", "d"}))
			return err
		},
		"poisson.Fit, angles": func() error {
			_, _, err := poisson.Fit(paths(t, whole()), func(_, dx []float64) { clear(dx) }, angles)
			return err
		},
		"eval.LossAt, times": func() error { eval.LossAt(field.Field(), v(1), v(4), nil, v(4), 1); return nil },
		"eval.LatentMap.Apply": func() error {
			m, err := eval.FitLatentMap([]float64{1, 2, 3, 4, 5, 7}, 1, []float64{1, 2, 3, 4, 5, 7}, 1)
			if err != nil {
				t.Fatal(err)
			}
			m.Apply(v(4), v(3))
			return nil
		},
		"eval.RolloutTimes": func() error {
			_, err := eval.RolloutTimes(field.Field().FreeMany, v(4), 2, [][]float64{{0, 1}}, nil, 1)
			return err
		},
		"eval.HeldOut, ranges": func() error {
			_, err := eval.HeldOut(field.Field(), []eval.HeldOutTrial{{T: []float64{0, 1, 2}, States: v(6), Measured: v(6)}}, eval.HeldOutOptions{Range: v(1)})
			return err
		},
		"eval.HeldOut, states": func() error {
			_, err := eval.HeldOut(field.Field(), []eval.HeldOutTrial{{T: []float64{0, 1, 2}, States: v(5), Measured: v(6)}}, eval.HeldOutOptions{Range: []float64{1, 1}})
			return err
		},
		"eval.FreeRun, states": func() error {
			_, err := eval.FreeRun(field.Field(), eval.FreeRunOptions{T: []float64{0, 1, 2}, States: v(5)})
			return err
		},
	}
	for what, s := range ragged {
		refused["estimate.New, "+what] = func() error { _, err := estimate.New(s, estimate.Options{}); return err }
		refused["estimate.Apply, "+what] = func() error {
			e, err := estimate.New(whole(), estimate.Options{})
			if err != nil {
				t.Fatal(err)
			}
			_, err = e.Apply(s)
			return err
		}
		refused["estimate.NewPaths, "+what] = func() error { _, err := estimate.NewPaths(s, estimate.PathOptions{Velocities: true}); return err }
		refused["rods.Find, "+what] = func() error { _, err := rods.Find(s, nil); return err }
		refused["rods.Given, "+what] = func() error { _, err := rods.Given(s, nil, [][2]int{{-1, 0}}); return err }
		refused["rods.Angles, "+what] = func() error { _, err := chain.Angles(s); return err }
		refused["linear.Fit, "+what] = func() error { _, _, err := linear.Fit(s, linear.Options{}); return err }
		refused["lagrange.Fit, "+what] = func() error { _, _, err := lagrange.Fit(s, lagrange.Options{}); return err }
		refused["lagrange.FitTimed, "+what] = func() error { _, _, _, err := lagrange.FitTimed(s, lagrange.Options{}); return err }
		refused["formula.Fit, "+what] = func() error { _, _, err := formula.Fit(s, terms, formula.Options{}); return err }
		refused["formula.Distil, "+what] = func() error { _, _, err := formula.Distil(s, terms, formula.Options{}); return err }
	}
	refuse(t, refused)
}

// refuse reports what takes its arguments: it has neither an error nor a panic that says what was wrong.
func refuse(t *testing.T, refused map[string]func() error) {
	t.Helper()
	for name, f := range refused {
		func() {
			taken := false
			defer func() {
				if p := recover(); p != nil {
					if s, ok := p.(string); !ok || !strings.Contains(s, ": ") {
						t.Errorf("%s: a panic that says nothing: %v", name, p)
					}
				} else if taken {
					t.Errorf("%s: taken", name)
				}
			}()
			taken = f() == nil
		}()
	}
}

func problem(rows int, penalty, constraint []float64) *sparse.Problem {
	r := &sparse.Rows{Size: 2, Block: 1}
	for i := range rows {
		r.A, r.Y, r.Trial = append(r.A, 1, float64(i)), append(r.Y, float64(i)), append(r.Trial, i)
	}
	return &sparse.Problem{Rows: r, Penalty: penalty, Constraint: constraint}
}

func paths(t *testing.T, s *data.Set) *estimate.Paths {
	p, err := estimate.NewPaths(s, estimate.PathOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}
