package network_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"hnn/model"
	"hnn/model/internal/modeltest"
	"hnn/model/network"
	"hnn/ode"
)

// The flow of J grad H keeps the brackets: its Jacobian M satisfies M J M^T = J; and so does
// the step of the implicit midpoint rule (HLW, theorem VII.4.2 and section VI.4).
func TestNonCanonicalFlowIsPoisson(t *testing.T) {
	skew := modeltest.SkewOf(network.KindNonCanonical)
	net := modeltest.New[float64](t, network.Architecture{Kind: network.KindHNN, Dim: 4, Hidden: []int{20, 20}, Activation: "tanh", Skew: skew}.Complete())
	if net.Kind() != network.KindNonCanonical || net.Field().Canonical {
		t.Fatalf("kind %s, canonical: %v", net.Kind(), net.Field().Canonical)
	}
	x0 := []float64{0.3, -0.4, 0.5, 0.2}
	for _, set := range []*ode.Settings{
		{Method: ode.DOP853, RTol: 1e-13, ATol: 1e-13},
		{Method: ode.Midpoint, Step: 0.25},
	} {
		flow := func(x []float64) []float64 {
			out, _, err := ode.Solve(net.Field().Free(), x, []float64{0, 2}, nil, set)
			if err != nil {
				t.Fatal(err)
			}
			return out[4:]
		}
		m := mat.NewDense(4, 4, nil)
		const h = 1e-3
		for j := range x0 {
			at := func(k float64) []float64 {
				x := append([]float64(nil), x0...)
				x[j] += k * h
				return flow(x)
			}
			a, b, c, d := at(1), at(-1), at(2), at(-2)
			for i := range x0 {
				m.Set(i, j, (8*(a[i]-b[i])-(c[i]-d[i]))/(12*h))
			}
		}
		var mj, mjm mat.Dense
		mj.Mul(m, mat.NewDense(4, 4, skew))
		mjm.Mul(&mj, m.T())
		for i := range 4 {
			for j := range 4 {
				// Five points at 1e-3 of a flow good to 1e-13.
				if d := math.Abs(mjm.At(i, j) - skew[4*i+j]); d > 1e-9 {
					t.Errorf("%v: bracket (%d, %d) becomes %v, want %v", set.Method, i, j, mjm.At(i, j), skew[4*i+j])
				}
			}
		}
		energy := net.Field().Energy()
		if d := math.Abs(energy(flow(x0)) - energy(x0)); set.Method.Adaptive() && d > 1e-12 {
			t.Errorf("%v: H changes by %v", set.Method, d)
		}
	}
}

// With the canonical matrix the model is the HNN to the bit.
func TestCanonicalSkew(t *testing.T) {
	a := network.Architecture{Kind: network.KindHNN, Dim: 4, Hidden: []int{9, 7}, Activation: "tanh"}
	plain := modeltest.New[float64](t, a)
	a.Skew = []float64{0, 0, 1, 0, 0, 0, 0, 1, -1, 0, 0, 0, 0, -1, 0, 0}
	other := modeltest.New[float64](t, a.Complete())
	x := modeltest.Normal(rand.New(rand.NewPCG(3, 4)), 4)
	want, got := make([]float64, 4), make([]float64, 4)
	plain.Field().Free()(0, x, want)
	other.Field().Free()(0, x, got)
	if !slices.Equal(got, want) {
		t.Errorf("field %v, of the HNN %v", got, want)
	}
}

func TestParseSkew(t *testing.T) {
	// The authors' permutation_tensor(4), from their code.
	authors := []float64{0, 1, -1, 1, -1, 0, 1, -1, 1, -1, 0, 1, -1, 1, -1, 0}
	for text, want := range map[string][]float64{
		"0,1;-1,0":                              {0, 1, -1, 0},
		" 0, 2.5e-1 ; -0.25, -0":                {0, 0.25, -0.25, 0},
		"levi-civita":                           {0, 1, -1, 0},
		"0,1,-1,1;-1,0,1,-1;1,-1,0,1;-1,1,-1,0": authors,
	} {
		dim := int(math.Sqrt(float64(len(want))))
		got, err := model.ParseSkew(text, dim)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q is %v, want %v", text, got, want)
		}
	}
	if got, _ := model.ParseSkew(model.LeviCivita, 4); !slices.Equal(got, authors) {
		t.Errorf("levi-civita is %v, want %v", got, authors)
	}
	for text, says := range map[string]string{
		"":              "1 rows",
		"0,1":           "1 rows",
		"0,1;-1":        "row 2 of the skew matrix has 1",
		"0,1;-1,x":      `"x" is no number`,
		"0,1;1,0":       "(2, 1) of the skew matrix is 1 and (1, 2) is 1",
		"1,1;-1,0":      "(1, 1)",
		"0,NaN;NaN,0":   "NaN",
		"0,Inf;-Inf,0":  "Inf",
		"0,0;0,0":       "nothing would move",
		"0,1e999;-1,0":  "no number",
		"0,1;-1,0;0,0":  "3 rows",
		"0,1,0;-1,0,0;": "3 rows",
	} {
		if _, err := model.ParseSkew(text, 2); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: error %v, want one that says %q", text, err, says)
		}
	}
}

func TestNonCanonicalArchitecture(t *testing.T) {
	for says, change := range map[string]func(a *network.Architecture){
		"needs the skew matrix": func(a *network.Architecture) { a.Skew = nil },
		"of 3 numbers":          func(a *network.Architecture) { a.Skew = a.Skew[:3] },
		"leave one of the two":  func(a *network.Architecture) { a.Dissipation = network.DissipationLinear },
		"has no Hamiltonian":    func(a *network.Architecture) { a.Kind = network.KindBaseline },
		"length is even":        func(a *network.Architecture) { a.Dim, a.Skew = 3, []float64{0, 1, 0, -1, 0, 0, 0, 0, 0} },
		"second derivative":     func(a *network.Architecture) { a.Activation = "relu" },
	} {
		a := network.Architecture{Kind: network.KindNonCanonical, Dim: 2, Hidden: []int{3}, Activation: "tanh", Skew: []float64{0, 1, -1, 0}}
		change(&a)
		if err := a.Validate(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v, want one that says %q", err, says)
		}
	}
}
