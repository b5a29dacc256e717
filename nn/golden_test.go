package nn

import (
	"math"
	"testing"

	"hnn/internal/golden"
)

func loadGolden[T Float](t *testing.T, name string, spec Spec) (*MLP[T], golden.Arrays) {
	t.Helper()
	m, err := New[T](spec)
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range golden.Load(t, name+"-init").Weights(t, "", 3, spec.Out == 1) {
		m.Params()[i] = T(w)
	}
	m.Refresh()
	return m, golden.Load(t, name+"-golden")
}

func convert[T Float](v []float64) []T {
	c := make([]T, len(v))
	for i, x := range v {
		c[i] = T(x)
	}
	return c
}

// compareScaled compares with a tolerance relative to the largest element.
func compareScaled[T Float](t *testing.T, what string, got []T, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d elements, want %d", what, len(got), len(want))
	}
	var scale, worst float64
	for i, w := range want {
		scale = max(scale, math.Abs(w))
		d := math.Abs(float64(got[i]) - w)
		if math.IsNaN(d) {
			t.Fatalf("%s %d is not a number", what, i)
		}
		worst = max(worst, d)
	}
	if !(worst <= tol*scale) {
		t.Errorf("%s: off by %.2e of the largest, tolerance %.0e", what, worst/scale, tol)
	}
}

// blockRows is about the number of rows that training passes through a tape at
// once. Float32 sums over a block, then over blocks, lose less than over all rows.
const blockRows = 94

// The two precisions of PyTorch differ by 1.5e-7 in these gradients.
func TestGoldenHNNGradient(t *testing.T) {
	for _, c := range []struct {
		name string
		dim  int
	}{{"spring-hnn", 2}, {"2body-hnn", 8}} {
		t.Run(c.name+"/float64", func(t *testing.T) { goldenHNN[float64](t, c.name, c.dim, 1e-10) })
		t.Run(c.name+"/float32", func(t *testing.T) { goldenHNN[float32](t, c.name, c.dim, 1e-6) })
	}
}

func goldenHNN[T Float](t *testing.T, name string, dim int, tol float64) {
	m, a := loadGolden[T](t, name, Spec{In: dim, Hidden: []int{200, 200}, Out: 1, Activation: Tanh})
	x, y := convert[T](a.Get(t, "batch_x")), a.Get(t, "batch_y")
	field, grad := make([]T, len(x)), make([]T, len(m.Params()))
	g, gbar := make([]T, blockRows*dim), make([]T, blockRows*dim)
	tape := m.NewTape(blockRows)
	var loss float64
	for lo := 0; lo < len(x); lo += blockRows * dim {
		hi := min(lo+blockRows*dim, len(x))
		rows, n := (hi-lo)/dim, dim/2
		tape.Gradient(x[lo:hi], g, nil, rows)
		// The field is J g, and the loss its mean squared distance from y.
		for r := range rows {
			for i := range n {
				q, p := r*dim+i, r*dim+n+i
				field[lo+q], field[lo+p] = g[p], -g[q]
				dq, dp := float64(g[p])-y[lo+q], -float64(g[q])-y[lo+p]
				loss += dq*dq + dp*dp
				scale := 2 / float64(len(x))
				gbar[p], gbar[q] = T(scale*dq), T(-scale*dp)
			}
		}
		tape.GradientAdjoint(gbar, nil, grad, nil)
	}
	compareScaled(t, "field", field, a.Get(t, "f64/out0"), tol)
	compareScaled(t, "gradient", grad, a.Weights(t, "f64/grad/", 3, true), tol)
	if want := a.Get(t, "f64/losses")[0]; math.Abs(loss/float64(len(x))-want) > tol*want {
		t.Errorf("loss %.12g, want %.12g", loss/float64(len(x)), want)
	}
}

func TestGoldenBaselineGradient(t *testing.T) {
	t.Run("float64", func(t *testing.T) { goldenBaseline[float64](t, 1e-10) })
	t.Run("float32", func(t *testing.T) { goldenBaseline[float32](t, 1e-6) })
}

func goldenBaseline[T Float](t *testing.T, tol float64) {
	m, a := loadGolden[T](t, "spring-baseline", Spec{In: 2, Hidden: []int{200, 200}, Out: 2, Activation: Tanh})
	x, want := convert[T](a.Get(t, "batch_x")), a.Get(t, "batch_y")
	y, ybar := make([]T, len(x)), make([]T, len(x))
	grad := make([]T, len(m.Params()))
	tape := m.NewTape(blockRows)
	for lo := 0; lo < len(x); lo += 2 * blockRows {
		hi := min(lo+2*blockRows, len(x))
		tape.Value(x[lo:hi], y[lo:hi], (hi-lo)/2)
		for i := lo; i < hi; i++ {
			ybar[i] = T(2 * (float64(y[i]) - want[i]) / float64(len(y)))
		}
		tape.ValueAdjoint(ybar[lo:hi], grad, nil)
	}
	// An output is one sum of 200 products in order, which in plain Go (without fused
	// multiply-adds) rounds 1.2e-6 off in float32.
	compareScaled(t, "output", y, a.Get(t, "f64/out0"), 2*tol)
	compareScaled(t, "gradient", grad, a.Weights(t, "f64/grad/", 3, false), tol)
}
