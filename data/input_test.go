package data_test

import (
	"math"
	"strings"
	"testing"

	"hnn/data"
	"hnn/data/estimate"
	"hnn/data/internal/datatest"
)

func TestInputsFollowTheirRows(t *testing.T) {
	s := datatest.Driven()
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	forward, err := s.ForwardDifferences()
	if err != nil {
		t.Fatal(err)
	}
	central, err := s.CentralDifferences()
	if err != nil {
		t.Fatal(err)
	}
	again := new(data.Set)
	for _, part := range []*data.Set{s.SliceTrials(0, 1), s.SliceTrials(1, 3)} {
		if err := again.Append(part); err != nil {
			t.Fatal(err)
		}
	}
	positions := &data.Set{Dim: 1, Offsets: []int{0, 9}, PositionsOnly: true, InputNames: []string{"u"}, InputsHeld: true}
	for i := range 9 {
		positions.T, positions.X, positions.Inputs = append(positions.T, float64(i)), append(positions.X, math.Sin(float64(i))), append(positions.Inputs, float64(100*i+1))
	}
	estimated := func(o estimate.Options, s *data.Set) *data.Set {
		e, err := estimate.New(s, o)
		if err != nil {
			t.Fatal(err)
		}
		out, err := e.Apply(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for _, test := range []struct {
		name string
		got  *data.Set
		rows []int // of the set that it comes from
	}{
		{"slice", s.Slice(1, 4), []int{1, 2, 3}},
		{"trials", s.SliceTrials(1, 3), []int{2, 3, 4, 5}},
		{"append", again, []int{0, 1, 2, 3, 4, 5}},
		{"forward differences", forward, []int{0, 2, 3}},
		{"central differences", central, []int{0, 1, 2, 3, 4}},
		{"positions by local polynomials", estimated(estimate.Options{}, positions), []int{0, 1, 2, 3, 4, 5, 6, 7, 8}},
		{"positions by differences", estimated(estimate.Options{Derivatives: estimate.Forward}, positions), []int{0, 1, 2, 3, 4, 5, 6}},
		{"gaps", s.SplitAtGaps(2), []int{0, 1, 2, 3, 4, 5}},
	} {
		m := len(test.got.InputNames)
		if !test.got.InputsHeld {
			t.Errorf("%s: the inputs are held no more", test.name)
		}
		if m == 0 || len(test.got.Inputs) != m*len(test.rows) {
			t.Errorf("%s: %d inputs %v of %d rows", test.name, len(test.got.Inputs), test.got.InputNames, len(test.rows))
			continue
		}
		for i, row := range test.rows {
			if u := test.got.InputRows(i, i+1); u[0] != float64(100*row+1) {
				t.Errorf("%s: row %d has the input %v, want that of row %d", test.name, i, u[0], row)
			}
		}
	}
	if err := again.Append(datatest.ThreeTrials()); err == nil {
		t.Error("a set without inputs was appended to one with them")
	}
	linear := datatest.Driven()
	linear.InputsHeld = false
	if err := again.Append(linear); err == nil {
		t.Error("a set whose inputs change linearly was appended to one whose inputs are held")
	}
	s.Inputs[3] = math.NaN()
	if err := s.Validate(); err == nil || !strings.Contains(err.Error(), "u2") {
		t.Errorf("an input that is NaN gives %v", err)
	}
	s.Inputs = nil
	if err := s.Validate(); err == nil {
		t.Error("a set without the inputs that it names is valid")
	}
}

func TestScalesOfInputs(t *testing.T) {
	s := datatest.Driven()
	s.InputsHeld = false
	sc, err := data.NewScales(s, data.ScaleOptions{})
	if err != nil {
		t.Fatal(err)
	}
	z := sc.Apply(s)
	for j := range 2 {
		square := 0.0
		for i := j; i < len(z.Inputs); i += 2 {
			square += z.Inputs[i] * z.Inputs[i] / 6
		}
		if math.Abs(square-1) > 1e-14 {
			t.Errorf("the mean square of input %d is %v, want 1", j, square)
		}
	}
	signal, scaled := s.InputSignal(1), sc.Signal(s.InputSignal(1))
	var u, v [2]float64
	signal.At(2.3, u[:])
	scaled.At(2.3/sc.Time, v[:])
	if math.Abs(u[0]/sc.Input[0]-v[0]) > 1e-13 || sc.Signal(nil) != nil {
		t.Errorf("the signal is %v, and dimensionless %v", u, v)
	}
	for i := range s.Inputs {
		s.Inputs[i] *= float64(i % 2)
	}
	if _, err := data.NewScales(s, data.ScaleOptions{}); err == nil || !strings.Contains(err.Error(), "u1") {
		t.Errorf("an input of zeros gives %v", err)
	}
}

func TestSignal(t *testing.T) {
	s := &data.Signal{T: []float64{1, 2, 4}, U: []float64{10, -1, 20, -2, 40, -4}}
	for _, test := range []struct {
		held bool
		t    float64
		want float64
	}{
		{false, 0, 10}, {false, 1, 10}, {false, 1.5, 15}, {false, 2, 20}, {false, 3, 30}, {false, 4, 40}, {false, 9, 40},
		{true, 0, 10}, {true, 1, 10}, {true, 1.5, 10}, {true, 2, 20}, {true, 3.9, 20}, {true, 4, 40}, {true, 9, 40},
	} {
		s.Held = test.held
		var u [2]float64
		if s.At(test.t, u[:]); u[0] != test.want || u[1] != -test.want/10 {
			t.Errorf("held %v, at %v: %v, want %v", test.held, test.t, u, test.want)
		}
	}
	// A segment has one value up to its end.
	var u [2]float64
	if s.Within(1, 2, u[:]); u[0] != 10 {
		t.Errorf("at the end of its segment a held signal is %v, want 10", u[0])
	}
	if err := s.Validate(); err != nil || s.Inputs() != 2 || data.Constant(1, 2, 3).Inputs() != 3 {
		t.Errorf("a good signal of %d inputs: %v", s.Inputs(), err)
	}
	for name, bad := range map[string]*data.Signal{
		"no samples": {}, "too few": {T: []float64{1, 2}, U: []float64{1}}, "NaN": data.Constant(math.NaN()), "disorder": {T: []float64{2, 1}, U: []float64{1, 1}},
	} {
		if bad.Validate() == nil {
			t.Errorf("%s: a bad signal is good", name)
		}
	}
}
