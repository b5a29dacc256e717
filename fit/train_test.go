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

	"hnn/internal/kernel"
	"hnn/internal/stream"
	modelfile "hnn/model/file"
	"hnn/model/network"
	"hnn/nn"
)

// oscillator is n states around a circle with the field of H = q^2 + p^2.
func oscillator[T nn.Float](n int, seed uint64) Rows[T] {
	rng := rand.New(rand.NewPCG(seed, 1))
	r := Rows[T]{Dim: 2}
	for range n {
		q, p := 2*rng.Float64()-1, 2*rng.Float64()-1
		r.X = append(r.X, T(q), T(p))
		r.DX = append(r.DX, T(2*p), T(-2*q))
	}
	return r
}

var small = network.Architecture{Kind: network.KindHNN, Dim: 2, Hidden: []int{24, 17}, Activation: "tanh"}

func newTrainer[T nn.Float](t testing.TB, net *network.Network[T], o Options) *Trainer[T] {
	t.Helper()
	tr, err := New(net, Derivatives(oscillator[T](400, 1), oscillator[T](100, 2)), o, stream.Source(3, "batches"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tr.Close)
	return tr
}

// planeKinds are the models that learn a system of one position.
func planeKinds() []string {
	return slices.DeleteFunc(network.Kinds(), func(k string) bool { return k == network.KindPairwise })
}

// inVelocities is the oscillator's rows with the velocity, dq/dt, for its momentum.
func inVelocities[T nn.Float](r Rows[T]) Rows[T] {
	for i := 0; i < len(r.X); i += 2 {
		r.X[i+1], r.DX[i+1] = r.DX[i], 2*r.DX[i+1]
	}
	return r
}

func TestTrainingLearns(t *testing.T) {
	for _, kind := range planeKinds() {
		a := small
		a.Kind = kind
		if kind == network.KindNonCanonical {
			a.Skew = []float64{0, 1, -1, 0}
		}
		rows, test := oscillator[float32](400, 1), oscillator[float32](100, 2)
		if kind == network.KindLagrangian {
			rows, test = inVelocities(rows), inVelocities(test)
		}
		o := Options{Steps: 1500, Batch: 200, LearningRate: 1e-2, TestEvery: 1500, Schedule: Schedule{Kind: "cosine"}}
		tr, err := New(newNetwork[float32](t, a), Derivatives(rows, test), o, stream.Source(3, "batches"))
		if err != nil {
			t.Fatal(err)
		}
		defer tr.Close()
		var first, last Record
		if err := tr.Run(context.Background(), func(r Record) error {
			if r.Step == 1 {
				first = r
			}
			last = r
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if !last.Tested || last.Test > first.Loss/1000 {
			t.Errorf("%s: loss %g at the start, test loss %g at the end: not a thousandth", kind, first.Loss, last.Test)
		}
	}
}

// The bits do not depend on the number of workers: full batches (5 blocks of
// them) and drawn ones.
func TestSameBitsForAnyNumberOfWorkers(t *testing.T) {
	for _, batch := range []int{0, 210} {
		var want []float32
		for _, workers := range []int{1, 2, 3, 7} {
			net := newNetwork[float32](t, small)
			tr := newTrainer(t, net, Options{Steps: 30, Batch: batch, LearningRate: 1e-2, Workers: workers})
			if err := tr.Run(context.Background(), nil); err != nil {
				t.Fatal(err)
			}
			if want == nil {
				want = slices.Clone(net.Params())
			} else if !slices.Equal(want, net.Params()) {
				t.Errorf("batch %d: other parameters with %d workers than with 1", batch, workers)
			}
		}
	}
}

// A training saved at any step and restored into a new trainer ends on the same
// bits as an unbroken one.
func TestResumeToTheSameBits(t *testing.T) {
	for _, o := range []Options{
		{Steps: 40, LearningRate: 1e-2, L2: 1e-4},
		{Steps: 40, Batch: 150, LearningRate: 1e-2, TestEvery: 5, Schedule: Schedule{Kind: "step", Every: 7, Factor: 0.7}},
		{Steps: 40, Batch: 150, Sampling: Epoch, LearningRate: 1e-2, ClipNorm: 0.01},
		{Steps: 40, Batch: 150, LearningRate: 0.3, TestEvery: 1, Patience: 100},
		{Steps: 4, LBFGS: 30, Batch: 150, LearningRate: 1e-3, L2: 1e-4, TestEvery: 5},
	} {
		net := newNetwork[float32](t, small)
		unbroken := newTrainer(t, net, o)
		var records []Record
		path := filepath.Join(t.TempDir(), "checkpoint.safetensors")
		stop := 11
		if err := unbroken.Run(context.Background(), func(r Record) error {
			records = append(records, r)
			if r.Step == stop {
				return unbroken.Save(path, nil)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		again := newNetwork[float32](t, small)
		clear(again.Params())
		resumed := newTrainer(t, again, o)
		if _, err := resumed.Restore(path, nil); err != nil {
			t.Fatal(err)
		}
		if resumed.StepsDone() != stop {
			t.Fatalf("restored at step %d, want %d", resumed.StepsDone(), stop)
		}
		if err := resumed.Run(context.Background(), func(r Record) error {
			if want := records[r.Step-1]; r != want {
				return fmt.Errorf("step %d: %+v, unbroken %+v", r.Step, r, want)
			}
			return nil
		}); err != nil {
			t.Error(err)
		}
		if !slices.Equal(net.Params(), again.Params()) {
			t.Errorf("%+v: other parameters after a resume", o)
		}
	}
}

func TestRestoreRefuses(t *testing.T) {
	o := Options{Steps: 20, LearningRate: 1e-2}
	tr := newTrainer(t, newNetwork[float32](t, small), o)
	for range 5 {
		if _, err := tr.Step(); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	path, modelOnly := filepath.Join(dir, "c.safetensors"), filepath.Join(dir, "m.safetensors")
	if err := tr.Save(path, nil); err != nil {
		t.Fatal(err)
	}
	if err := modelfile.Save(modelOnly, newNetwork[float32](t, small), nil); err != nil {
		t.Fatal(err)
	}
	wider := small
	wider.Hidden = []int{25, 17}
	refuses := func(what string, err error, want string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", what, err, want)
		}
	}
	refuses("a model file", restore(newTrainer(t, newNetwork[float32](t, small), o), modelOnly, nil), "no state of a trainer")
	refuses("another architecture", restore(newTrainer(t, newNetwork[float32](t, wider), o), path, nil), "25")
	refuses("another precision", restore(newTrainer(t, newNetwork[float64](t, small), o), path, nil), "F32")
	refuses("other data", restore(newTrainer(t, newNetwork[float32](t, small), o), path, map[string]string{"hnn.data": "x"}), "hnn.data")
	refuses("fewer steps", restore(newTrainer(t, newNetwork[float32](t, small), Options{Steps: 3, LearningRate: 1e-2}), path, nil), "step 5")
	refuses("batches", restore(newTrainer(t, newNetwork[float32](t, small), Options{Steps: 20, Batch: 10, LearningRate: 1e-2}), path, nil), "full batches")
}

func TestDivergenceStops(t *testing.T) {
	net := newNetwork[float32](t, small)
	rows := oscillator[float32](100, 1)
	rows.DX[7] = float32(math.Inf(1))
	tr, err := New(net, Derivatives(rows, Rows[float32]{}), Options{Steps: 10, LearningRate: 1e-3}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	before := slices.Clone(net.Params())
	err = tr.Run(context.Background(), nil)
	var diverged *DivergedError
	if !errors.As(err, &diverged) || diverged.Step != 1 || !strings.Contains(diverged.Tensor, "layers.0.weight") {
		t.Errorf("error %v, want a DivergedError at step 1 that names layers.0.weight", err)
	}
	if !slices.Equal(before, net.Params()) {
		t.Error("the parameters changed in the step that diverged")
	}
}

// A step whose own update overflows is not taken for good: no trainer that could be
// saved comes out of it.
func TestUpdateThatOverflows(t *testing.T) {
	tr := newTrainer(t, newNetwork[float32](t, small), Options{Steps: 1, LearningRate: 3e38})
	err := tr.Run(context.Background(), nil)
	var diverged *DivergedError
	if !errors.As(err, &diverged) || diverged.Step != 1 {
		t.Errorf("error %v, want a DivergedError at step 1", err)
	}
}

func TestEarlyStoppingReturnsToTheBest(t *testing.T) {
	net := newNetwork[float32](t, small)
	// A rate so high that the loss jumps about.
	tr := newTrainer(t, net, Options{Steps: 5000, LearningRate: 0.3, TestEvery: 1, Patience: 20})
	lowest := math.Inf(1)
	if err := tr.Run(context.Background(), func(r Record) error {
		lowest = min(lowest, r.Test)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if !tr.StoppedEarly() || tr.StepsDone() == 5000 {
		t.Fatalf("no early stop in %d steps", tr.StepsDone())
	}
	if got, _, err := tr.loss.testLoss(); err != nil || got != lowest {
		t.Errorf("test loss %g after the stop, the lowest was %g", got, lowest)
	}
}

func TestClippingBoundsTheGradient(t *testing.T) {
	clipped := newTrainer(t, newNetwork[float64](t, small), Options{Steps: 5, LearningRate: 1e-3, ClipNorm: 1e-3})
	free := newTrainer(t, newNetwork[float64](t, small), Options{Steps: 5, LearningRate: 1e-3})
	c, err := clipped.Step()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := free.Step(); err != nil {
		t.Fatal(err)
	}
	if !(c.Norm > 1e-3) {
		t.Fatalf("norm %g: nothing to clip", c.Norm)
	}
	if n := math.Sqrt(kernel.SumSquares(clipped.loss.grad())); math.Abs(n-1e-3) > 1e-15 {
		t.Errorf("norm after clipping %.17g, want 1e-3", n)
	}
	scale := 1e-3 / c.Norm
	for i, g := range free.loss.grad() {
		if d := clipped.loss.grad()[i] - scale*g; math.Abs(d) > 1e-17 {
			t.Fatalf("component %d: direction changed by %g", i, d)
		}
	}
}

func TestStepDoesNotAllocate(t *testing.T) {
	for _, kind := range []string{network.KindBaseline, network.KindHNN} {
		for _, batch := range []int{0, 200} {
			a := small
			a.Kind = kind
			tr := newTrainer(t, newNetwork[float32](t, a), Options{Steps: 1 << 30, Batch: batch, LearningRate: 1e-4, TestEvery: 2, Workers: 2})
			if n := testing.AllocsPerRun(50, func() {
				if _, err := tr.Step(); err != nil {
					t.Fatal(err)
				}
			}); n != 0 {
				t.Errorf("%s, batch %d: %v allocations a step", kind, batch, n)
			}
		}
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	tr := newTrainer(t, newNetwork[float32](t, small), Options{Steps: 100, LearningRate: 1e-3})
	ctx, cancel := context.WithCancel(context.Background())
	err := tr.Run(ctx, func(r Record) error {
		if r.Step == 4 {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) || tr.StepsDone() != 4 {
		t.Errorf("error %v after %d steps, want the context's after 4", err, tr.StepsDone())
	}
}

func TestOptionsRefuse(t *testing.T) {
	good := Options{Steps: 10, LearningRate: 1e-3}
	for _, c := range []struct {
		change func(*Options)
		want   string
	}{
		{func(o *Options) { o.Steps = 0 }, "0 steps"},
		{func(o *Options) { o.Batch = -1 }, "-1 rows"},
		{func(o *Options) { o.Batch = 401 }, "401 rows of data that have 400"},
		{func(o *Options) { o.LearningRate = math.NaN() }, "learning rate"},
		{func(o *Options) { o.L2 = -1 }, "negative"},
		{func(o *Options) { o.L2, o.WeightDecay = 1, 1 }, "give one"},
		{func(o *Options) { o.ClipNorm = -1 }, "clipping"},
		{func(o *Options) { o.Patience = 3 }, "early stopping"},
		{func(o *Options) { o.Schedule.Kind = "cosin" }, `"cosin"`},
		{func(o *Options) { o.Schedule = Schedule{Kind: "cosine", Floor: 2} }, "floor"},
		{func(o *Options) { o.Schedule = Schedule{Kind: "step"} }, "positive"},
	} {
		o := good
		c.change(&o)
		_, err := New(newNetwork[float32](t, small), Derivatives(oscillator[float32](400, 1), oscillator[float32](9, 1)), o, nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want one with %q", o, err, c.want)
		}
	}
}

func BenchmarkStep(b *testing.B) {
	for _, c := range []struct {
		name      string
		kind      string
		dim, rows int
	}{{"hnn-spring", network.KindHNN, 2, 750}, {"hnn-two-body", network.KindHNN, 8, 200}, {"hnn-three-body", network.KindHNN, 12, 600}, {"baseline-spring", network.KindBaseline, 2, 750}} {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/workers=%d", c.name, workers), func(b *testing.B) {
				rng := rand.New(rand.NewPCG(1, 1))
				rows := Rows[float32]{Dim: c.dim, X: make([]float32, c.rows*c.dim), DX: make([]float32, c.rows*c.dim)}
				for i := range rows.X {
					rows.X[i], rows.DX[i] = float32(rng.NormFloat64()), float32(rng.NormFloat64())
				}
				tr, err := New(paperNetwork[float32](b, c.kind, c.dim), Derivatives(rows, Rows[float32]{}), Options{Steps: 1 << 30, LearningRate: 1e-3, Workers: workers}, nil)
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
}

func restore[T nn.Float](tr *Trainer[T], path string, metadata map[string]string) error {
	_, err := tr.Restore(path, metadata)
	return err
}
