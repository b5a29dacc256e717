package data_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"hnn/data"
	"hnn/data/internal/datatest"
)

// inUnits multiplies the positions, momenta and times of a set.
func inUnits(s *data.Set, q, p, t float64) *data.Set {
	out := *s
	out.T, out.X, out.DX = slices.Clone(s.T), slices.Clone(s.X), slices.Clone(s.DX)
	for i := range out.T {
		out.T[i] *= t
	}
	for i := range out.X {
		unit := q
		if i%s.Dim >= s.Dim/2 {
			unit = p
		}
		out.X[i] *= unit
		out.DX[i] *= unit / t
	}
	return &out
}

// Whatever the units, the dimensionless set is the same but for rounding, every pair has
// the same product of scales, and states and derivatives are of order one.
func TestScales(t *testing.T) {
	for _, name := range []string{"pendulum", "double-pendulum", "two-body"} {
		s := datatest.Observed(t, name, false, 0)
		for _, o := range []data.ScaleOptions{{}, {Centre: true}, {Common: true}} {
			a, err := data.NewScales(s, o)
			if err != nil {
				t.Fatal(err)
			}
			want := a.Apply(s)
			n := s.Dim / 2
			for i := range n {
				if product := a.State[i] * a.State[n+i] / a.Time; math.Abs(product-a.Energy()) > 1e-14*product {
					t.Errorf("%s: pair %d has the product %v, the first %v", name, i, product, a.Energy())
				}
			}
			if x, dx := datatest.RootMeanSquare(want.X, make([]float64, len(want.X))), datatest.RootMeanSquare(want.DX, make([]float64, len(want.X))); x < 0.3 || x > 3 || math.Abs(dx-1) > 1e-12 {
				t.Errorf("%s: dimensionless states of size %v, derivatives of %v", name, x, dx)
			}
			b, err := data.NewScales(inUnits(s, 1e3, 0.02, 1e-6), o)
			if err != nil {
				t.Fatal(err)
			}
			got := b.Apply(inUnits(s, 1e3, 0.02, 1e-6))
			for _, v := range [][2][]float64{{got.X, want.X}, {got.DX, want.DX}, {got.T, want.T}} {
				// Some tens of roundings of numbers of order one to a hundred.
				if e := datatest.RootMeanSquare(v[0], v[1]); e > 1e-13 {
					t.Errorf("%s: another unit changes the dimensionless set by %v", name, e)
				}
			}
			back := make([]float64, len(s.X))
			if a.Restore(back, want.X); datatest.RootMeanSquare(back, s.X) > 1e-14 {
				t.Errorf("%s: states do not come back", name)
			}
		}
	}
}

func TestAnglesHaveNoScale(t *testing.T) {
	s := datatest.Observed(t, "double-pendulum", false, 0)
	a, err := data.NewScales(s, data.ScaleOptions{Angles: []bool{true, false, false, false}, Centre: true})
	if err != nil {
		t.Fatal(err)
	}
	if a.State[0] != 1 || a.Origin[0] != 0 || a.State[1] == 1 || math.Abs(a.State[2]/(a.State[1]*a.State[3])-1) > 1e-14 {
		t.Errorf("scales %v about %v", a.State, a.Origin)
	}
}

func TestScaleErrors(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*data.Set)
		want   string
	}{
		{"a constant column", func(s *data.Set) {
			for i := 0; i < len(s.X); i += 4 {
				s.X[i] = 3.25
			}
		}, "column a is constant, 3.25"},
		{"mixed units", func(s *data.Set) {
			for i := 0; i < len(s.X); i += 4 {
				s.X[i] *= 1e9
			}
		}, "in the same unit for all pairs"},
		{"nothing moves", func(s *data.Set) { clear(s.DX) }, "no time scale"},
	} {
		s := inUnits(datatest.Observed(t, "double-pendulum", false, 0), 1, 1, 1)
		s.Names = []string{"a", "b", "pa", "pb"}
		test.change(s)
		if _, err := data.NewScales(s, data.ScaleOptions{}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want an error with %q", test.name, err, test.want)
		}
	}
	for _, bad := range []data.Scales{{}, {State: []float64{1, 0}, Origin: []float64{0, 0}, Time: 1}, {State: []float64{1, 1}, Origin: []float64{0, 0}}, {State: []float64{1, 1}, Origin: []float64{math.NaN(), 0}, Time: 1}} {
		if bad.Validate(2) == nil {
			t.Errorf("%+v passes for scales", bad)
		}
	}
}

// With masses the scaled velocities are momenta: products of scales times the masses are the same for all pairs.
func TestScalesOfMasses(t *testing.T) {
	s := &data.Set{Dim: 4, Offsets: []int{0, 50}}
	for r := range 50 {
		now := 0.1 * float64(r)
		s.T = append(s.T, now)
		s.X = append(s.X, math.Sin(now), 3*math.Cos(now), math.Cos(now), -3*math.Sin(now))
		s.DX = append(s.DX, math.Cos(now), -3*math.Sin(now), -math.Sin(now), -3*math.Cos(now))
	}
	sc, err := data.NewScales(s, data.ScaleOptions{Masses: []float64{1, 2.5}})
	if err != nil {
		t.Fatal(err)
	}
	if a, b := sc.State[0]*sc.State[2], sc.State[1]*sc.State[3]*2.5; math.Abs(a/b-1) > 1e-12 {
		t.Errorf("products with the masses are %v and %v", a, b)
	}
	if _, err := data.NewScales(s, data.ScaleOptions{Masses: []float64{1}}); err == nil {
		t.Error("one mass for two positions was accepted")
	}
}
