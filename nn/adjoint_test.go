package nn

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// derivative is the five-point central difference of f: with step 1e-5 its
// truncation is far below rounding, which is near 1e-10, so 1e-8 of the largest
// derivative is a bound with room for cancellation in deep networks only. Seeds are
// such that no step straddles a kink of elu, selu or relu.
func derivative(x *float64, f func() float64) float64 {
	const h = 1e-5
	at := *x
	defer func() { *x = at }()
	eval := func(k float64) float64 { *x = at + k*h; return f() }
	return (8*(eval(1)-eval(-1)) - (eval(2) - eval(-2))) / (12 * h)
}

const (
	differenceTolerance = 1e-8
	// differenceRounding is that of the differences themselves: a few units of a value
	// of order one over the step, which is what counts where derivatives are tiny.
	differenceRounding = 1e-10
)

func compareDifferences(t *testing.T, what string, analytic, at []float64, f func() float64) {
	t.Helper()
	want := make([]float64, len(at))
	scale := 0.0
	for i := range at {
		want[i] = derivative(&at[i], f)
		scale = max(scale, math.Abs(want[i]))
	}
	if scale == 0 {
		t.Fatalf("%s: every derivative is zero, nothing is tested", what)
	}
	for i := range at {
		if d := math.Abs(analytic[i] - want[i]); !(d <= differenceTolerance*scale+differenceRounding) {
			t.Fatalf("%s %d: %.15g, by differences %.15g (off by %.1e of the largest)", what, i, analytic[i], want[i], d/scale)
		}
	}
}

func normals(rng *rand.Rand, n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = rng.NormFloat64()
	}
	return v
}

func dot(a, b []float64) (s float64) {
	for i := range a {
		s += a[i] * b[i]
	}
	return s
}

// The widths are odd and unequal, and, for residual blocks, equal.
var differenceNets = []struct {
	hidden   []int
	residual bool
}{
	{[]int{7}, false},
	{[]int{5, 9}, false},
	{[]int{3, 11, 5}, false},
	{[]int{5, 3, 7, 9}, false},
	{[]int{7, 7, 7}, true},
	{[]int{5, 9, 9}, true},
}

func newTestMLP(t testing.TB, spec Spec, rng *rand.Rand) *MLP[float64] {
	t.Helper()
	m, err := New[float64](spec)
	if err != nil {
		t.Fatal(err)
	}
	m.Init(rng, 1.3)
	return m
}

func TestValueAdjointDifferences(t *testing.T) {
	for act := Tanh; act <= ReLU; act++ {
		for _, net := range differenceNets {
			for _, bias := range []bool{false, true} {
				t.Run(fmt.Sprint(act, net, bias), func(t *testing.T) {
					rng := rand.New(rand.NewPCG(11, uint64(act)))
					spec := Spec{In: 3, Hidden: net.hidden, Out: 2, Activation: act, Residual: net.residual, OutputBias: bias}
					m := newTestMLP(t, spec, rng)
					const rows = 5
					x, ybar := normals(rng, rows*3), normals(rng, rows*2)
					y, xbar := make([]float64, rows*2), make([]float64, rows*3)
					grad := make([]float64, spec.Parameters())
					tape := m.NewTape(rows + 2)
					loss := func() float64 {
						m.Refresh()
						tape.Value(x, y, rows)
						return dot(y, ybar)
					}
					loss()
					tape.ValueAdjoint(ybar, grad, xbar)
					compareDifferences(t, "parameter", grad, m.Params(), loss)
					compareDifferences(t, "input", xbar, x, loss)
				})
			}
		}
	}
}

func TestGradientAdjointDifferences(t *testing.T) {
	for act := Tanh; act < ReLU; act++ {
		for _, net := range differenceNets {
			for _, withH := range []bool{false, true} {
				t.Run(fmt.Sprint(act, net, withH), func(t *testing.T) {
					rng := rand.New(rand.NewPCG(2, uint64(act)))
					spec := Spec{In: 3, Hidden: net.hidden, Out: 1, Activation: act, Residual: net.residual, OutputBias: withH}
					m := newTestMLP(t, spec, rng)
					const rows = 5
					x, gbar := normals(rng, rows*3), normals(rng, rows*3)
					g, xbar := make([]float64, rows*3), make([]float64, rows*3)
					grad := make([]float64, spec.Parameters())
					var h, hbar []float64
					if withH {
						h, hbar = make([]float64, rows), normals(rng, rows)
					}
					tape := m.NewTape(rows)
					loss := func() float64 {
						m.Refresh()
						tape.Gradient(x, g, h, rows)
						return dot(g, gbar) + dot(h, hbar)
					}
					loss()
					tape.GradientAdjoint(gbar, hbar, grad, xbar)
					compareDifferences(t, "parameter", grad, m.Params(), loss)
					compareDifferences(t, "input", xbar, x, loss)
				})
			}
		}
	}
}

// G is what it says: the derivative of H.
func TestGradientDifferences(t *testing.T) {
	for act := Tanh; act < ReLU; act++ {
		for _, net := range differenceNets {
			t.Run(fmt.Sprint(act, net), func(t *testing.T) {
				rng := rand.New(rand.NewPCG(3, uint64(act)))
				spec := Spec{In: 3, Hidden: net.hidden, Out: 1, Activation: act, Residual: net.residual}
				m := newTestMLP(t, spec, rng)
				x, g, h := normals(rng, 3), make([]float64, 3), make([]float64, 1)
				tape, point := m.NewTape(1), m.NewPoint()
				tape.Gradient(x, g, h, 1)
				compareDifferences(t, "input", g, x, func() float64 { point.Value(x, h); return h[0] })
				point.Gradient(x, g)
				compareDifferences(t, "input", g, x, func() float64 { tape.Value(x, h, 1); return h[0] })
			})
		}
	}
}
