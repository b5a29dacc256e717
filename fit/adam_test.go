package fit

import (
	"math"
	"math/rand/v2"
	"testing"

	"hnn/internal/golden"
	"hnn/model/network"
	"hnn/nn"
)

func rowsFrom[T nn.Float](dim int, x, dx []float64) Rows[T] {
	r := Rows[T]{Dim: dim, X: make([]T, len(x)), DX: make([]T, len(dx))}
	for i := range x {
		r.X[i], r.DX[i] = T(x[i]), T(dx[i])
	}
	return r
}

func newNetwork[T nn.Float](t testing.TB, a network.Architecture) *network.Network[T] {
	t.Helper()
	n, err := network.New[T](a, rand.New(rand.NewPCG(7, 8)))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func paperNetwork[T nn.Float](t testing.TB, kind string, dim int) *network.Network[T] {
	return newNetwork[T](t, network.Architecture{Kind: kind, Dim: dim, Hidden: []int{200, 200}, Activation: "tanh"})
}

// Ten steps of Adam from the authors' initial weights on their batch. In the
// files, float32 and float64 differ by 7e-6 in the parameters, where Adam divides by
// a root near zero and magnifies the gradient's rounding, and by 3e-7 in the losses.
func TestGoldenAdamSteps(t *testing.T) {
	for _, c := range []struct {
		name, kind string
		dim        int
	}{{"spring-hnn", network.KindHNN, 2}, {"spring-baseline", network.KindBaseline, 2}, {"2body-hnn", network.KindHNN, 8}} {
		t.Run(c.name+"/float64", func(t *testing.T) { goldenSteps[float64](t, c.name, c.kind, c.dim, 1e-8, 1e-11) })
		t.Run(c.name+"/float32", func(t *testing.T) { goldenSteps[float32](t, c.name, c.kind, c.dim, 5e-5, 2e-6) })
	}
}

func goldenSteps[T nn.Float](t *testing.T, name, kind string, dim int, paramTol, lossTol float64) {
	a := golden.Load(t, name+"-golden")
	net := paperNetwork[T](t, kind, dim)
	for i, w := range golden.Load(t, name+"-init").Weights(t, "", 3, kind == network.KindHNN) {
		net.Params()[i] = T(w)
	}
	net.Refresh()
	o := Options{Steps: 10, LearningRate: a.Get(t, "lr")[0], L2: a.Get(t, "weight_decay")[0]}
	tr, err := New(net, Derivatives(rowsFrom[T](dim, a.Get(t, "batch_x"), a.Get(t, "batch_y")), Rows[T]{}), o, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	for i, want := range a.Get(t, "f64/losses") {
		r, err := tr.Step()
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(r.Loss-want) > lossTol*want {
			t.Errorf("loss of step %d: %.12g, want %.12g", r.Step, r.Loss, want)
		}
		if i == 9 && r.Step != 10 {
			t.Errorf("step %d after ten", r.Step)
		}
	}
	var worst float64
	for i, want := range a.Weights(t, "f64/param10/", 3, kind == network.KindHNN) {
		worst = max(worst, math.Abs(float64(net.Params()[i])-want))
	}
	t.Logf("parameters off by at most %.1e", worst)
	if !(worst <= paramTol) {
		t.Errorf("parameters after ten steps off by %.2e, tolerance %.0e", worst, paramTol)
	}
}

// AdamW against the two-line definition of Loshchilov and Hutter (2019, algorithm
// 2, with PyTorch's scaling of the decay by the learning rate).
func TestAdamW(t *testing.T) {
	net := newNetwork[float64](t, network.Architecture{Kind: network.KindBaseline, Dim: 2, Hidden: []int{4}, Activation: "tanh"})
	rows := rowsFrom[float64](2, []float64{0.3, 0.4, -0.2, 0.9}, []float64{1, 2, -1, 0.5})
	tr, err := New(net, Derivatives(rows, Rows[float64]{}), Options{Steps: 3, LearningRate: 0.01, WeightDecay: 0.1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	p := append([]float64(nil), net.Params()...)
	m, v := make([]float64, len(p)), make([]float64, len(p))
	for step := 1; step <= 3; step++ {
		if _, err := tr.Step(); err != nil {
			t.Fatal(err)
		}
		for i, g := range tr.loss.grad() {
			p[i] -= 0.01 * 0.1 * p[i]
			m[i] = 0.9*m[i] + 0.1*g
			v[i] = 0.999*v[i] + 0.001*g*g
			mhat, vhat := m[i]/(1-math.Pow(0.9, float64(step))), v[i]/(1-math.Pow(0.999, float64(step)))
			p[i] -= 0.01 * mhat / (math.Sqrt(vhat) + 1e-8)
			if got := net.Params()[i]; math.Abs(got-p[i]) > 1e-14 {
				t.Fatalf("step %d: parameter %d is %.17g, want %.17g", step, i, got, p[i])
			}
		}
	}
}
