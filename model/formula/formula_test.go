package formula

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"hnn/model/expr"
)

func made(t *testing.T) *Formula {
	t.Helper()
	f := &Formula{N: 2, Inputs: 1, Friction: []float64{0.1, 0.2}, Gain: []float64{1, -2}}
	list, err := expr.ParseList("p1^2/2, p2^2*cos(q1 - q2), 1/sqrt(q1^2 + q2^2), p1*q2", []string{"q1", "q2", "p1", "p2"})
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range list {
		f.Terms = append(f.Terms, Term{Expr: e, Coefficient: 0.7 - 0.3*float64(i), Error: 0.01})
	}
	f.FrictionError, f.GainError = []float64{1, 2}, []float64{3, 4}
	return f
}

// The field is the symplectic gradient of the energy, by finite differences, with friction and inputs; the Jacobian is the
// field's.
func TestModelForm(t *testing.T) {
	f := made(t)
	m := f.ModelForm().Field()
	x, u := []float64{0.3, -0.8, 0.5, 1.2}, []float64{0.7}
	energy, one, h := m.Energy(), m.One(), 1e-5
	at := func(i int, by float64) []float64 {
		y := append([]float64(nil), x...)
		y[i] += by
		return y
	}
	dx := make([]float64, 4)
	one(0, x, u, dx)
	slope := func(i int) float64 { return (energy(at(i, h)) - energy(at(i, -h))) / (2 * h) }
	want := []float64{slope(2), slope(3), -slope(0) - 0.1*0.5 + 0.7, -slope(1) - 0.2*1.2 - 1.4}
	for i := range want {
		if math.Abs(dx[i]-want[i]) > 1e-8 {
			t.Errorf("component %d of the field is %v, want %v", i, dx[i], want[i])
		}
	}
	many := make([]float64, 8)
	m.Many()(nil, append(append([]float64(nil), x...), x...), []float64{0.7, 0.7}, many, 2)
	for i, v := range many {
		if v != dx[i%4] {
			t.Errorf("many: %v, one: %v", many, dx)
			break
		}
	}
	a, plus, minus := make([]float64, 16), make([]float64, 4), make([]float64, 4)
	m.Jacobian()(x, u, a)
	for j := range 4 {
		one(0, at(j, h), u, plus)
		one(0, at(j, -h), u, minus)
		for i := range 4 {
			if d := (plus[i] - minus[i]) / (2 * h); math.Abs(d-a[i*4+j]) > 1e-8 {
				t.Errorf("df%d/dx%d is %v, want %v", i, j, a[i*4+j], d)
			}
		}
	}
	if m.Split != nil {
		t.Error("a formula with friction has a split")
	}
}

// The halves of a separable formula are its field.
func TestSplit(t *testing.T) {
	list, _ := expr.ParseList("p^2, cos(q), 1/q", []string{"q", "p"})
	f := &Formula{N: 1, Terms: []Term{{Expr: list[0], Coefficient: 0.5}, {Expr: list[1], Coefficient: -1}, {Expr: list[2], Coefficient: 2}}}
	m := f.ModelForm().Field()
	split, x, dx, out := m.Split(), []float64{0.4, 0.9}, make([]float64, 2), make([]float64, 1)
	m.Free()(0, x, dx)
	if split.Velocity(x[1:], out); out[0] != dx[0] {
		t.Errorf("velocity %v, want %v", out[0], dx[0])
	}
	if split.Force(x[:1], out); out[0] != dx[1] {
		t.Errorf("force %v, want %v", out[0], dx[1])
	}
}

// A formula that was written and read is the same.
func TestSpec(t *testing.T) {
	f := made(t)
	text, err := json.Marshal(f.Spec())
	if err != nil {
		t.Fatal(err)
	}
	got, err := Read(text, func(size int) ([]float64, error) {
		if c := f.Coefficients(); len(c) != size {
			t.Fatalf("%d coefficients asked for, want %d", size, len(c))
		}
		return f.Coefficients(), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	names, inputs := []string{"q1", "q2", "p1", "p2"}, []string{"u"}
	if a, b := got.Text(expr.Text, names, inputs, 0), f.Text(expr.Text, names, inputs, 0); a != b || !strings.Contains(a, "dp2/dt = -dH/dq2 - 0.2*p2 - 2*u") {
		t.Errorf("read\n%swant\n%s", a, b)
	}
	if got.FrictionError[1] != 2 || got.GainError[1] != 4 || got.Terms[3].Error != 0.01 {
		t.Errorf("errors %+v", got)
	}
	for _, bad := range []string{`{"positions":0,"terms":["x0"]}`, `{"positions":1,"terms":[]}`, `{"positions":1,"terms":["x7"]}`, `{"positions":1000000,"terms":["x0"]}`, `[`} {
		if _, err := Read([]byte(bad), func(size int) ([]float64, error) { return make([]float64, size), nil }); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}

// Coefficients are rounded to two digits of their errors.
func TestRounded(t *testing.T) {
	for _, c := range []struct{ v, err, want float64 }{
		{1.23456, 0.012, 1.235}, {-0.98765, 0.2, -0.99}, {123.456, 3, 123.5}, {0.1, 5, 0.1}, {1. / 3, 0, 0.3333333}, {2, math.NaN(), 2}, {1.00000000001, 1e-12, 1},
	} {
		if got := rounded(c.v, c.err); got != c.want {
			t.Errorf("%v with error %v is %v, want %v", c.v, c.err, got, c.want)
		}
	}
}
