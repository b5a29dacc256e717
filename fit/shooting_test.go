package fit

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hnn/fit/unroll"
	"hnn/internal/stream"
	"hnn/model/network"
	"hnn/nn"
)

// turns is trials of so many rows each of H = q^2 + p^2, which turns states by twice the
// time, at uneven steps of 0.05 to 0.15, with noise.
func turns[T nn.Float](lengths []int, noise float64, seed uint64) Trials[T] {
	rng := rand.New(rand.NewPCG(seed, 7))
	t := Trials[T]{Dim: 2, Offsets: []int{0}}
	for _, n := range lengths {
		radius, phase, time := 0.3+0.7*rng.Float64(), 7*rng.Float64(), rng.Float64()
		for range n {
			t.Times = append(t.Times, time)
			t.X = append(t.X, T(radius*math.Cos(phase-2*time)+noise*rng.NormFloat64()), T(radius*math.Sin(phase-2*time)+noise*rng.NormFloat64()))
			time += 0.05 + 0.1*rng.Float64()
		}
		t.Offsets = append(t.Offsets, len(t.Times))
	}
	return t
}

func many(n, length int) []int {
	lengths := make([]int, n)
	for i := range lengths {
		lengths[i] = length
	}
	return lengths
}

func newShooting[T nn.Float](t testing.TB, net *network.Network[T], o Options, s Shooting) *Trainer[T] {
	t.Helper()
	tr, err := New(net, Trajectories(turns[T](append(many(20, 12), 1, 2, 7), 0.02, 1), turns[T](many(5, 12), 0.02, 2), s), o, stream.Source(3, "batches"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tr.Close)
	return tr
}

// What was not measured is a start and never a target: other guesses of it leave the loss from fitted states, and its
// derivatives, as they are, and those that were measured count as before.
func TestObserved(t *testing.T) {
	net, err := network.New[float64](network.Architecture{Kind: network.KindHNN, Dim: 2, Hidden: []int{8}, Activation: "tanh"}, stream.New(1, "init"))
	if err != nil {
		t.Fatal(err)
	}
	whole := turns[float64](many(3, 9), 0.02, 1)
	half := whole
	half.Observed = 1
	half.X = slices.Clone(whole.X)
	for i := 1; i < len(half.X); i += 2 {
		half.X[i] = 50
	}
	s := Shooting{Method: unroll.RK4, Window: 4, FitStates: true}
	run := func(trials Trials[float64]) (float64, []float64, []float64) {
		k := newShooter(net.NewPass, trials, s, 4, 0, nil).fitting(slices.Clone(whole.X), make([]float64, len(whole.X)))
		w, err := k.newPass()
		if err != nil {
			t.Fatal(err)
		}
		sums, grad := make([]float64, len(k.windows)), make([]float64, net.Parameters())
		for lo := 0; lo < len(k.chosen); lo += k.blocks.MaxBlock() {
			hi := min(lo+k.blocks.MaxBlock(), len(k.chosen))
			if err := w.loss(lo, hi, sums[lo:hi]); err != nil {
				t.Fatal(err)
			}
			if err := w.adjoint(grad); err != nil {
				t.Fatal(err)
			}
		}
		sum := 0.0
		for _, v := range sums {
			sum += v / float64(k.terms())
		}
		return sum, grad, k.vbar
	}
	same := whole
	same.Observed = 1
	a, gradA, startsA := run(same)
	b, gradB, startsB := run(half)
	if a != b || !slices.Equal(gradA, gradB) || !slices.Equal(startsA, startsB) {
		t.Errorf("guesses count: losses %v and %v", a, b)
	}
	if c, _, _ := run(whole); !(c != a) {
		t.Errorf("both components give %v, the positions alone too", c)
	}
}

func TestWindows(t *testing.T) {
	trials := Trials[float64]{Dim: 1, Offsets: []int{0, 8, 9, 12}, Times: make([]float64, 12)}
	for _, c := range []struct {
		steps, stride int
		want          []window
	}{
		{3, 3, []window{{0, 3}, {3, 3}, {9, 2}, {6, 1}}},
		{3, 2, []window{{0, 3}, {2, 3}, {4, 3}, {9, 2}}},
		{7, 7, []window{{0, 7}, {9, 2}}},
		{20, 20, []window{{0, 7}, {9, 2}}},
		{1, 1, []window{{0, 1}, {1, 1}, {2, 1}, {3, 1}, {4, 1}, {5, 1}, {6, 1}, {9, 1}, {10, 1}}},
	} {
		if got := trials.windows(c.steps, c.stride); !slices.Equal(got, c.want) {
			t.Errorf("%d steps, %d apart: %v, want %v", c.steps, c.stride, got, c.want)
		}
	}
	if got, want := (Shooting{Window: 9, GrowFrom: 2}).lengths(30), []int{2, 4, 8, 9}; !slices.Equal(got, want) {
		t.Errorf("lengths %v, want %v", got, want)
	}
}

// The gradient of the whole loss, by parameters and fitted states, over ragged windows of
// uneven steps in several blocks, against differences.
func TestShootingGradient(t *testing.T) {
	for _, s := range []Shooting{
		{Method: unroll.Midpoint, Window: 4},
		{Method: unroll.RK4, Window: 5, Stride: 2, Substeps: 2, FitStates: true},
		{Method: unroll.Midpoint, Window: 3, FitStates: true, Continuity: 0.7},
		{Method: unroll.RK4, Window: 4, FitStates: true, LinearPrior: 50},
	} {
		t.Run(fmt.Sprintf("%+v", s), func(t *testing.T) {
			a := small
			a.Hidden = []int{5, 4}
			net := newNetwork[float64](t, a)
			trials := turns[float64](append(many(16, 9), 3, 1, 2), 0.05, 1)
			tr, err := New(net, Trajectories(trials, Trials[float64]{}, s), Options{Steps: 1, LearningRate: 1, Workers: 2}, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer tr.Close()
			f := tr.loss
			values, vbar := f.values, f.bar
			for i := range values {
				values[i] += 0.1 * math.Sin(float64(i)) // not where it would start
			}
			if err := f.draw(1); err != nil {
				t.Fatal(err)
			}
			loss := func() float64 {
				net.Refresh()
				l, _, err := f.gradient()
				if err != nil {
					t.Fatal(err)
				}
				return l
			}
			loss()
			grad, vgrad := slices.Clone(f.grad()), slices.Clone(vbar)
			check := func(what string, v, analytic []float64) {
				for i := range v {
					const h = 1e-3
					at, d := v[i], 0.0
					for _, k := range []struct{ shift, weight float64 }{{-3, -1}, {-2, 9}, {-1, -45}, {1, 45}, {2, -9}, {3, 1}} {
						v[i] = at + k.shift*h
						d += k.weight * loss() / (60 * h)
					}
					v[i] = at
					// Seven points at 1e-3: rounding of 1e-16 over h.
					if math.Abs(d-analytic[i]) > 2e-12 {
						t.Fatalf("%s %d: %.12g, by differences %.12g", what, i, analytic[i], d)
					}
				}
			}
			check("parameter", net.Params(), grad)
			check("fitted state", values, vgrad)
		})
	}
}

// From positions and momenta at uneven times alone a network learns the field of which
// they are observations: its error where no noise is, against the exact derivative.
func TestShootingLearns(t *testing.T) {
	a := small
	net := newNetwork[float32](t, a)
	tr, err := New(net, Trajectories(turns[float32](many(30, 12), 0, 1), turns[float32](many(5, 12), 0, 2), Shooting{Method: unroll.RK4, Window: 8, GrowFrom: 2}),
		Options{Steps: 600, LearningRate: 1e-2, Schedule: Schedule{Kind: "cosine"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	var last Record
	if err := tr.Run(context.Background(), func(r Record) error { last = r; return nil }); err != nil {
		t.Fatal(err)
	}
	rows := oscillator[float64](100, 5)
	field, dx := net.Field().Free(), make([]float64, 2)
	squares, count := 0.0, 0
	for i := 0; i < len(rows.X); i += 2 {
		if r := math.Hypot(rows.X[i], rows.X[i+1]); r < 0.4 || r > 0.9 {
			continue // not seen in training
		}
		field(0, rows.X[i:i+2], dx)
		squares += math.Pow(dx[0]-rows.DX[i], 2) + math.Pow(dx[1]-rows.DX[i+1], 2)
		count += 2
	}
	if mse := squares / float64(count); !last.Tested || last.Test > 1e-3 || mse > 1e-3 {
		t.Errorf("test loss %g, error of the field %g", last.Test, mse)
	}
}

var shootings = []struct {
	o Options
	s Shooting
}{
	{Options{Steps: 40, LearningRate: 1e-2, L2: 1e-4}, Shooting{Window: 6}},
	{Options{Steps: 40, LearningRate: 1e-2, TestEvery: 7}, Shooting{Window: 8, GrowFrom: 2, FitStates: true, Continuity: 1, Method: unroll.RK4}},
	{Options{Steps: 40, Batch: 30, LearningRate: 1e-2, TestEvery: 5}, Shooting{Window: 8, GrowFrom: 1, Stride: 2, FitStates: true, LinearPrior: 10}},
	{Options{Steps: 40, Batch: 30, LearningRate: 1e-2, Sampling: Epoch}, Shooting{Window: 4, GrowFrom: 1}},
	{Options{Steps: 6, LBFGS: 34, Batch: 30, LearningRate: 1e-3, L2: 1e-5}, Shooting{Window: 6, GrowFrom: 2, FitStates: true, LinearPrior: 4}},
}

func TestShootingResumesToTheSameBits(t *testing.T) {
	for _, c := range shootings {
		for _, stop := range []int{6, 17, 31} {
			net := newNetwork[float32](t, small)
			unbroken := newShooting(t, net, c.o, c.s)
			path := filepath.Join(t.TempDir(), "checkpoint.safetensors")
			records := map[int]Record{}
			if err := unbroken.Run(context.Background(), func(r Record) error {
				records[r.Step] = r
				if r.Step == stop {
					return unbroken.Save(path, nil)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			again := newNetwork[float32](t, small)
			clear(again.Params())
			resumed := newShooting(t, again, c.o, c.s)
			if _, err := resumed.Restore(path, nil); err != nil {
				t.Fatal(err)
			}
			if err := resumed.Run(context.Background(), func(r Record) error {
				if want := records[r.Step]; r != want {
					return fmt.Errorf("step %d: %+v, unbroken %+v", r.Step, r, want)
				}
				return nil
			}); err != nil {
				t.Errorf("%+v stopped at %d: %v", c, stop, err)
			}
			if !slices.Equal(net.Params(), again.Params()) {
				t.Errorf("%+v stopped at %d: other parameters after a resume", c, stop)
			}
		}
	}
}

func TestShootingSameBitsForAnyNumberOfWorkers(t *testing.T) {
	for _, c := range shootings {
		var want []float32
		for _, workers := range []int{1, 3} {
			net := newNetwork[float32](t, small)
			c.o.Workers = workers
			if err := newShooting(t, net, c.o, c.s).Run(context.Background(), nil); err != nil {
				t.Fatal(err)
			}
			if want == nil {
				want = slices.Clone(net.Params())
			} else if !slices.Equal(want, net.Params()) {
				t.Errorf("%+v: other bits with %d workers", c, workers)
			}
		}
	}
}

func TestShootingStepDoesNotAllocate(t *testing.T) {
	for _, s := range []Shooting{{Window: 6}, {Window: 6, FitStates: true, Continuity: 1, Method: unroll.RK4}, {Window: 6, LinearPrior: 4}} {
		for _, batch := range []int{0, 20} {
			tr := newShooting(t, newNetwork[float32](t, small), Options{Steps: 1 << 30, Batch: batch, LearningRate: 1e-4, TestEvery: 2, Workers: 2}, s)
			if n := testing.AllocsPerRun(20, func() {
				if _, err := tr.Step(); err != nil {
					t.Fatal(err)
				}
			}); n != 0 {
				t.Errorf("%+v, batch %d: %v allocations a step", s, batch, n)
			}
		}
	}
}

func TestShootingRefuses(t *testing.T) {
	for _, c := range []struct {
		o    Options
		s    Shooting
		want string
	}{
		{Options{Steps: 1, LearningRate: 1}, Shooting{Window: -1}, "negative"},
		{Options{Steps: 1, LearningRate: 1}, Shooting{Window: 3, GrowFrom: 4}, "grow"},
		{Options{Steps: 1, LearningRate: 1}, Shooting{Continuity: 1}, "fitted states"},
		{Options{Steps: 1, LearningRate: 1}, Shooting{LinearPrior: math.NaN()}, "linear prior"},
		{Options{Steps: 1, LearningRate: 1}, Shooting{Method: unroll.Leapfrog}, "separable"},
		{Options{Steps: 1, LearningRate: 1, Batch: 99}, Shooting{}, "99 rows"},
		{Options{LBFGS: 1, LearningRate: 1, WeightDecay: 1}, Shooting{}, "weight decay"},
	} {
		_, err := New(newNetwork[float32](t, small), Trajectories(turns[float32](many(9, 5), 0, 1), Trials[float32]{}, c.s), c.o, nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v %+v: error %v, want one with %q", c.o, c.s, err, c.want)
		}
	}
	if _, err := New(newNetwork[float32](t, small), Trajectories(turns[float32](many(9, 1), 0, 1), Trials[float32]{}, Shooting{}), Options{Steps: 1, LearningRate: 1}, nil); err == nil {
		t.Error("trials of one row are trained on")
	}
}

// A step that cannot be taken ends the training with the reason.
func TestShootingUnsolvedStepStops(t *testing.T) {
	net := newNetwork[float64](t, small)
	for i := range net.Params() {
		net.Params()[i] *= 30
	}
	net.Refresh()
	tr := newShooting(t, net, Options{Steps: 5, LearningRate: 1e-3}, Shooting{})
	var diverged *DivergedError
	if err := tr.Run(context.Background(), nil); !errors.As(err, &diverged) || !errors.Is(err, unroll.ErrNotSolved) || diverged.Step != 1 {
		t.Errorf("error %v", err)
	}
}

// L-BFGS ends at a point where the gradient of the loss, its L2 term included, vanishes,
// and a longer training with Adam stays above it.
func TestLBFGSReachesAMinimum(t *testing.T) {
	a := small
	a.Hidden = []int{8}
	const l2 = 1e-3
	net := newNetwork[float64](t, a)
	tr := newTrainer(t, net, Options{LBFGS: 3000, LearningRate: 1e-3, L2: l2})
	penalised := func(tr *Trainer[float64]) (f, norm float64) {
		if err := tr.loss.draw(0); err != nil {
			t.Fatal(err)
		}
		loss, _, err := tr.loss.gradient()
		if err != nil {
			t.Fatal(err)
		}
		g, squares := 0.0, 0.0
		for i, p := range tr.net.Params() {
			squares += p * p
			g += math.Pow(tr.loss.grad()[i]+l2*p, 2)
		}
		return loss + l2/2*squares, math.Sqrt(g)
	}
	if err := tr.Run(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	f, norm := penalised(tr)
	if norm > 1e-7 || !tr.StoppedEarly() {
		t.Errorf("after %d steps the gradient is %g", tr.StepsDone(), norm)
	}
	adam := newTrainer(t, newNetwork[float64](t, a), Options{Steps: 2000, LearningRate: 3e-3, L2: l2})
	if err := adam.Run(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	if slow, _ := penalised(adam); slow < f-1e-6 {
		t.Errorf("L-BFGS reached %g, Adam %g", f, slow)
	}
}

// A step on 25 windows of 30 observations, the spring's.
func BenchmarkShootingStep(b *testing.B) {
	for _, c := range []struct {
		kind   string
		method unroll.Method
	}{{network.KindHNN, unroll.Midpoint}, {network.KindHNN, unroll.RK4}, {network.KindSeparable, unroll.Leapfrog}} {
		b.Run(c.method.String(), func(b *testing.B) {
			net := paperNetwork[float32](b, c.kind, 2)
			tr, err := New(net, Trajectories(turns[float32](many(25, 31), 0.05, 1), Trials[float32]{}, Shooting{Method: c.method, FitStates: true}),
				Options{Steps: 1 << 30, LearningRate: 1e-3}, nil)
			if err != nil {
				b.Fatal(err)
			}
			defer tr.Close()
			for b.Loop() {
				if _, err := tr.Step(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
