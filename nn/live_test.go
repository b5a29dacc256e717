package nn

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Inputs that are zero in every row change no bit of the values, the gradient and the
// derivative by the inputs: the reference is the same network without them.
func TestZeroInputsAreLeftOut(t *testing.T) {
	for _, hidden := range [][]int{{20, 20}, {3}, {17, 5}} {
		rng := rand.New(rand.NewPCG(5, 5))
		const in, rows = 2 * liveFrom, 9
		var live []int
		for j := range in {
			if rng.IntN(3) == 0 {
				live = append(live, j)
			}
		}
		wide := newTestMLP(t, Spec{In: in, Hidden: hidden, Out: 3, Activation: SiLU, Residual: true}, rng)
		narrow := newTestMLP(t, Spec{In: len(live), Hidden: hidden, Out: 3, Activation: SiLU, Residual: true}, rng)
		at := hidden[0] * in
		copy(narrow.Params()[hidden[0]*len(live):], wide.Params()[at:])
		for o := range hidden[0] {
			for i, j := range live {
				narrow.Params()[o*len(live)+i] = wide.Params()[o*in+j]
			}
		}
		narrow.Refresh()
		tape, reference := wide.NewTape(rows), narrow.NewTape(rows)
		// Twice: the second pass, of other rows, must not see the first.
		for range 2 {
			x, few := make([]float64, rows*in), make([]float64, rows*len(live))
			for r := range rows {
				for i, j := range live {
					few[r*len(live)+i] = rng.NormFloat64()
					x[r*in+j] = few[r*len(live)+i]
				}
			}
			y, want := make([]float64, rows*3), make([]float64, rows*3)
			tape.Value(x, y, rows)
			reference.Value(few, want, rows)
			if len(tape.live) != len(live) {
				t.Fatalf("%d inputs taken, want %d", len(tape.live), len(live))
			}
			if !slices.Equal(y, want) {
				t.Fatalf("hidden %v: values %v, want %v", hidden, y, want)
			}
			ybar := normals(rng, rows*3)
			grad, wantGrad := make([]float64, len(wide.Params())), make([]float64, len(narrow.Params()))
			xbar, wantXbar := make([]float64, rows*in), make([]float64, rows*len(live))
			tape.ValueAdjoint(ybar, grad, xbar)
			reference.ValueAdjoint(ybar, wantGrad, wantXbar)
			if !slices.Equal(grad[at:], wantGrad[hidden[0]*len(live):]) {
				t.Fatalf("hidden %v: other gradients of what follows the first weights", hidden)
			}
			for o := range hidden[0] {
				row := grad[o*in : (o+1)*in]
				for i, j := range live {
					if row[j] != wantGrad[o*len(live)+i] {
						t.Fatalf("hidden %v: gradient %v of weight (%d, %d), want %v", hidden, row[j], o, j, wantGrad[o*len(live)+i])
					}
					row[j] = 0
				}
				if slices.ContainsFunc(row, func(v float64) bool { return v != 0 }) {
					t.Fatalf("hidden %v: a gradient of a weight of a zero input", hidden)
				}
			}
			for r := range rows {
				for i, j := range live {
					if xbar[r*in+j] != wantXbar[r*len(live)+i] {
						t.Fatalf("hidden %v: derivative %v by input %d, want %v", hidden, xbar[r*in+j], j, wantXbar[r*len(live)+i])
					}
				}
			}
		}
	}
}

// Columns that hold anything but zeros, were it one infinity or values that cancel, are
// inputs like any other; so are all where few are zero.
func TestLiveInputs(t *testing.T) {
	const in, rows = liveFrom, 4
	m := newTestMLP(t, Spec{In: in, Hidden: []int{5}, Out: 1, Activation: Tanh}, rand.New(rand.NewPCG(1, 2)))
	tape := m.NewTape(rows)
	x, y := make([]float64, rows*in), make([]float64, rows)
	x[7], x[in+7] = 1, -1
	x[2*in+200] = 1e-300
	tape.Value(x, y, rows)
	if want := []int32{7, 200}; !slices.Equal(tape.live, want) {
		t.Errorf("inputs %v, want %v", tape.live, want)
	}
	for j := range in * 4 / 5 {
		x[3*in+j] = 1
	}
	tape.Value(x, y, rows)
	if len(tape.live) != 0 {
		t.Errorf("%d inputs picked of %d that are nearly all in use", len(tape.live), in)
	}
}
