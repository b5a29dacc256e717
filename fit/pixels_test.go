package fit

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat"

	"hnn/data/frames"
	"hnn/internal/golden"
	"hnn/internal/stream"
	"hnn/model"
	"hnn/model/network"
	"hnn/nn"
)

// noiseFilms are films of random pixels: no term of the loss is small on them.
func noiseFilms(rng *rand.Rand, width, height, trials, length int) *frames.Set {
	s := &frames.Set{Width: width, Height: height}
	for range trials {
		pixels := make([]uint8, length*width*height)
		for i := range pixels {
			pixels[i] = uint8(rng.IntN(256))
		}
		s.Trials = append(s.Trials, frames.Trial{Pixels: pixels})
	}
	return s
}

func newPixelModel[T nn.Float](t testing.TB, kind string, dim int, p model.Pixels, hidden []int) *network.Network[T] {
	t.Helper()
	net, err := network.New[T](network.Architecture{Kind: kind, Dim: dim, Hidden: hidden, Activation: "tanh", Pixels: &p}, rand.New(rand.NewPCG(3, 4)))
	if err != nil {
		t.Fatal(err)
	}
	return net
}

// The gradient of every term, through both ends of every window, against five-point
// differences in float64, over several blocks.
func TestPixelGradientDifferences(t *testing.T) {
	for _, c := range []struct {
		kind string
		dim  int
		form PixelLoss
	}{
		{network.KindHNN, 2, PixelLoss{Steps: 1, Integrator: "euler"}},
		{network.KindBaseline, 2, PixelLoss{Steps: 1, Integrator: "euler"}},
		{network.KindHNN, 4, PixelLoss{Steps: 3, Integrator: "rk4"}},
		{network.KindBaseline, 2, PixelLoss{Steps: 2, Integrator: "rk4"}},
		{network.KindHNN, 2, PixelLoss{Steps: 2, Integrator: "rk4", Mean: []float64{0.9, 0.2, 0.5, 1, 0, 0.7}}},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			set := noiseFilms(rand.New(rand.NewPCG(5, 6)), 3, 2, 20, 9)
			// An activation without kinks: the step of a difference may straddle one of relu's.
			p := model.Pixels{Width: 3, Height: 2, Stack: 2, Hidden: []int{5, 5, 7}, Activation: "silu"}
			net := newPixelModel[float64](t, c.kind, c.dim, p, []int{6, 4})
			films := Observations{set, set.Windows(0, 20, 2, c.form.Steps)}
			tr, err := New(net, Films[float64](films, Observations{}, c.form), Options{Steps: 1, LearningRate: 1, Workers: 2}, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer tr.Close()
			engine := tr.loss.engine
			if engine.plan.Blocks < 2 {
				t.Fatal("one block only")
			}
			loss := func() float64 { net.Refresh(); l, _, _ := engine.gradient(); return l }
			loss()
			grad := slices.Clone(tr.loss.grad())
			params, scale := net.Params(), 0.0
			want := make([]float64, len(params))
			for i := range params {
				const h = 1e-4
				at := params[i]
				f := func(k float64) float64 { params[i] = at + k*h; return loss() }
				want[i] = (8*(f(1)-f(-1)) - (f(2) - f(-2))) / (12 * h)
				params[i] = at
				scale = max(scale, math.Abs(want[i]))
			}
			for i, w := range want {
				if d := math.Abs(grad[i] - w); !(d <= 1e-9*scale+1e-11) {
					t.Fatalf("parameter %d: %.15g, by differences %.15g", i, grad[i], w)
				}
			}
		})
	}
}

var goldenPixels = model.Pixels{Width: 28, Height: 28, Stack: 2, Hidden: []int{200, 200, 200}, Activation: "relu"}

func goldenPixelModel[T nn.Float](t *testing.T, init golden.Arrays) *network.Network[T] {
	net := newPixelModel[T](t, network.KindHNN, 2, goldenPixels, []int{200, 200})
	for i, w := range init.PixelWeights(t, "") {
		net.Params()[i] = T(w)
	}
	net.Refresh()
	return net
}

// goldenFilms makes each row of the golden batch a trial of three frames.
func goldenFilms(t *testing.T, a golden.Arrays) Observations {
	const size = 28 * 28
	x, y := a.Get(t, "batch_x_u8"), a.Get(t, "batch_y_u8")
	set := &frames.Set{Width: 28, Height: 28}
	for r := 0; r < len(x); r += 2 * size {
		var pixels []uint8
		for _, v := range append(slices.Clone(x[r:r+2*size]), y[r+size:r+2*size]...) {
			pixels = append(pixels, uint8(v))
		}
		set.Trials = append(set.Trials, frames.Trial{Pixels: pixels})
	}
	return Observations{set, set.Windows(0, len(set.Trials), 2, 1)}
}

// Loss, gradient and the parameters after steps, as the authors' code has them.
func TestPixelGolden(t *testing.T) {
	init, a := golden.LoadShared(t, "pixels-hnn-init"), golden.LoadShared(t, "pixels-hnn-golden")
	t.Run("float64", func(t *testing.T) { pixelGolden[float64](t, init, a, "f64", 1e-9, 1e-9) })
	t.Run("float32", func(t *testing.T) { pixelGolden[float32](t, init, a, "f32", 1e-5, 5e-5) })
}

func pixelGolden[T nn.Float](t *testing.T, init, a golden.Arrays, precision string, gradTol, paramTol float64) {
	net := goldenPixelModel[T](t, init)
	tr, err := New(net, Films[T](goldenFilms(t, a), Observations{}, DefaultPixelLoss()),
		Options{Steps: 10, LearningRate: a.Get(t, "lr")[0], L2: a.Get(t, "weight_decay")[0]}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	losses := a.Get(t, precision+"/losses")
	for step := 1; step <= 10; step++ {
		r, err := tr.Step()
		if err != nil {
			t.Fatal(err)
		}
		if d := math.Abs(r.Loss/losses[step-1] - 1); !(d <= paramTol) {
			t.Errorf("step %d: loss %.12g, want %.12g", step, r.Loss, losses[step-1])
		}
		switch step {
		case 1:
			compareGolden(t, net, a, precision+"/grad/", tr.loss.grad(), gradTol, true)
			compareGolden(t, net, a, precision+"/param1/", net.Params(), paramTol, false)
		case 10:
			compareGolden(t, net, a, precision+"/param10/", net.Params(), paramTol, false)
		}
	}
}

// compareGolden compares the tensors that the golden file has, relative to the largest
// element of each, or absolutely.
func compareGolden[T nn.Float](t *testing.T, net *network.Network[T], a golden.Arrays, prefix string, got []T, tol float64, relative bool) {
	t.Helper()
	compared := 0
	for _, tensor := range net.Tensors() {
		v := got[:tensor.Size()]
		got = got[tensor.Size():]
		part, rest, _ := strings.Cut(tensor.Name, ".")
		var layer int
		var what string
		if _, err := fmt.Sscanf(strings.ReplaceAll(rest, ".", " "), "layers %d %s", &layer, &what); err != nil {
			t.Fatal(err)
		}
		name := map[string]string{"encoder": "autoencoder.linear", "decoder": "autoencoder.linear", "latent": "hnn.differentiable_model.linear"}[part]
		if part == "decoder" {
			layer += 4
		}
		want, ok := a[fmt.Sprintf("%s%s%d.%s", prefix, name, layer+1, what)]
		if !ok {
			continue
		}
		if part == "latent" && layer == 2 {
			want = want[len(want)/2:] // the authors' first output is dead
		}
		var scale, worst float64
		for i, w := range want {
			scale = max(scale, math.Abs(w))
			worst = max(worst, math.Abs(float64(v[i])-w))
		}
		if !relative {
			scale = 1
		}
		if compared++; !(worst <= tol*scale) {
			t.Errorf("%s%s: off by %.2e of %.2e, tolerance %.0e", prefix, tensor.Name, worst, scale, tol)
		}
	}
	if compared < 15 {
		t.Errorf("%s: %d tensors compared", prefix, compared)
	}
}

// pixelTrainer trains a small model on drawn films, in mini batches.
func pixelTrainer(t testing.TB, workers int) *Trainer[float32] {
	t.Helper()
	set := frames.Pendulum(stream.New(1, "data"), 4, 20)
	p := model.Pixels{Width: 28, Height: 28, Stack: 2, Hidden: []int{24, 24}, Activation: "relu"}
	form := PixelLoss{Steps: 2, Integrator: "rk4"}
	tr, err := New(newPixelModel[float32](t, network.KindHNN, 2, p, []int{16, 16}),
		Films[float32](Observations{set, set.Windows(0, 3, 2, 2)}, Observations{set, set.Windows(3, 4, 2, 2)}, form),
		Options{Steps: 40, Batch: 30, LearningRate: 1e-3, Schedule: Schedule{Kind: "cosine"}, TestEvery: 10, Workers: workers}, stream.Source(1, "batches"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tr.Close)
	return tr
}

func steps[T nn.Float](t testing.TB, tr *Trainer[T], n int) {
	t.Helper()
	for range n {
		if _, err := tr.Step(); err != nil {
			t.Fatal(err)
		}
	}
}

func testLoss(t *testing.T, tr *Trainer[float32]) float64 {
	loss, tested, err := tr.loss.testLoss()
	if err != nil || !tested {
		t.Fatalf("test loss %v, %v, %v", loss, tested, err)
	}
	return loss
}

func TestPixelTraining(t *testing.T) {
	whole := pixelTrainer(t, 1)
	steps(t, whole, 20)
	path := t.TempDir() + "/checkpoint.safetensors"
	if err := whole.Save(path, nil); err != nil {
		t.Fatal(err)
	}
	before := testLoss(t, whole)
	steps(t, whole, 20)
	if after := testLoss(t, whole); !(after < before) {
		t.Errorf("test loss %v after 20 steps, %v after 40", before, after)
	}
	resumed := pixelTrainer(t, 2)
	if _, err := resumed.Restore(path, nil); err != nil {
		t.Fatal(err)
	}
	steps(t, resumed, 20)
	if !slices.Equal(whole.net.Params(), resumed.net.Params()) {
		t.Error("a resumed training on two cores ends with other bits")
	}
	if n := testing.AllocsPerRun(5, func() { steps(t, whole, 1) }); n > 0 {
		t.Errorf("a step allocates %v times", n)
	}
}

func TestPixelArguments(t *testing.T) {
	set := frames.Pendulum(stream.New(1, "data"), 1, 20)
	p := model.Pixels{Width: 14, Height: 28, Stack: 2, Hidden: []int{4}, Activation: "relu"}
	net := newPixelModel[float32](t, network.KindHNN, 2, p, []int{4})
	p.Width = 28
	right := newPixelModel[float32](t, network.KindHNN, 2, p, []int{4})
	films := Observations{set, set.Windows(0, 1, 2, 1)}
	plain, err := network.New[float32](network.Architecture{Kind: network.KindHNN, Dim: 2, Hidden: []int{4}, Activation: "tanh"}, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		net   *network.Network[float32]
		films Observations
		form  PixelLoss
		says  string
	}{
		{plain, films, DefaultPixelLoss(), "sees no pictures"},
		{net, films, DefaultPixelLoss(), "14 x 28 pixels, and the data's have 28 x 28"},
		{net, Observations{}, DefaultPixelLoss(), "no observations"},
		{net, films, PixelLoss{Integrator: "euler"}, "over 0 frames"},
		{right, films, PixelLoss{Steps: 1, Integrator: "euler", Mean: make([]float64, 3)}, "mean frame of 3 pixels"},
		{net, films, PixelLoss{Steps: 1, Integrator: "rk5"}, `no integrator "rk5"`},
	} {
		_, err := New(c.net, Films[float32](c.films, Observations{}, c.form), Options{Steps: 1, LearningRate: 1}, nil)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("error is %v, want one that says %q", err, c.says)
		}
	}
}

// The loss on pictures less a mean frame is that of the same model with the mean added, on
// the pictures.
func TestPixelMean(t *testing.T) {
	set := frames.Pendulum(stream.New(1, "data"), 2, 20)
	p := model.Pixels{Width: 28, Height: 28, Stack: 2, Hidden: []int{24, 24}, Activation: "relu"}
	net := newPixelModel[float64](t, network.KindHNN, 2, p, []int{16})
	films := Observations{set, set.Windows(0, 2, 2, 2)}
	loss := func(mean []float64) float64 {
		tr, err := New(net, Films[float64](films, Observations{}, PixelLoss{Steps: 2, Integrator: "rk4", Mean: mean}), Options{Steps: 1, LearningRate: 1}, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer tr.Close()
		l, _, _ := tr.loss.engine.gradient()
		return l
	}
	mean, plain := set.Mean(0, 2), loss(nil)
	less := loss(mean)
	net.AddMean(mean)
	if added := loss(nil); math.Abs(added/less-1) > 1e-12 || math.Abs(plain/less-1) < 1e-3 {
		t.Errorf("loss %v less the mean, %v with it added, %v without", less, added, plain)
	}
}

// What is evaluated is what is trained: the losses of the observations, in another order of
// sums, have the trainer's in the mean.
func TestFilmLosses(t *testing.T) {
	set := noiseFilms(rand.New(rand.NewPCG(5, 6)), 3, 2, 20, 9)
	net := newPixelModel[float64](t, network.KindHNN, 4, model.Pixels{Width: 3, Height: 2, Stack: 2, Hidden: []int{7}, Activation: "silu"}, []int{6})
	films := Observations{set, set.Windows(0, 20, 2, 1)}
	tr, err := New(net, Films[float64](films, films, DefaultPixelLoss()), Options{Steps: 1, LearningRate: 1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	want, _, _ := tr.loss.testLoss()
	losses, pictures := FilmLosses(net.Field(), films, 2)
	if got := stat.Mean(losses, nil); math.Abs(got/want-1) > 1e-13 || !(stat.Mean(pictures, nil) < got) {
		t.Errorf("in the mean %.16g (%.3g of the picture), the trainer has %.16g", got, stat.Mean(pictures, nil), want)
	}
}

// The authors' step: 200 observations, Adam.
func BenchmarkPixelStep(b *testing.B) {
	set := frames.Pendulum(stream.New(1, "data"), 20, 103)
	tr, err := New(newPixelModel[float32](b, network.KindHNN, 2, goldenPixels, []int{200, 200}),
		Films[float32](Observations{set, set.Windows(0, 20, 2, 1)}, Observations{}, DefaultPixelLoss()),
		Options{Steps: math.MaxInt, Batch: 200, LearningRate: 1e-3, L2: 1e-5}, stream.Source(1, "batches"))
	if err != nil {
		b.Fatal(err)
	}
	defer tr.Close()
	steps(b, tr, 2)
	for b.Loop() {
		steps(b, tr, 1)
	}
}
