package experiment

import (
	"math"
	"strings"
	"testing"

	"hnn/data"
	"hnn/model"
)

// A second file whose times or signs are others than those of the training data is told by the rates of its states.
func TestOtherPace(t *testing.T) {
	spring := &model.Field{Dim: 2, One: func() func(t float64, x, u, dx []float64) {
		return func(_ float64, x, _, dx []float64) { dx[0], dx[1] = x[1], -4*x[0] }
	}}
	for _, test := range []struct {
		name       string
		pace, sign float64
		want       string
	}{{"the same", 1, 1, ""}, {"a little noise", 1.05, 1, ""}, {"ms", 1e-3, 1, "times q 0.001, p 0.001"}, {"the sign of p", 1, -1, "times q -1, p -1"}} {
		s := &data.Set{Dim: 2, Names: []string{"q", "p"}, Offsets: []int{0, 100}}
		for i := range 100 {
			a := 0.1 * float64(i)
			q, p := math.Cos(a), -2*math.Sin(a)
			s.T = append(s.T, a/2/test.pace)
			s.X = append(s.X, q, test.sign*p)
			s.DX = append(s.DX, p*test.pace, -4*q*test.sign*test.pace)
		}
		if got := (&dataset{Split: data.Split{Test: s}}).otherPace(spring); (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

// A second file whose columns are exchanged, or stand for something else, is told by rates that the model does not give them.
func TestOtherRates(t *testing.T) {
	s := &data.Set{Dim: 2, Names: []string{"q", "p"}, Offsets: []int{0, 4}, DX: []float64{1, 0, 0, -1, -1, 0, 0, 1}}
	for _, test := range []struct {
		is, was float64
		told    bool
	}{{1, 1e-6, true}, {0.01, 1e-6, false}, {1, 0.5, false}, {1, 0, true}} {
		d := &dataset{foreign: true, Split: data.Split{Test: s}}
		got := d.otherRates(&Results{TestLoss: Estimate{Mean: Number(test.is)}}, &Results{TestLoss: Estimate{Mean: Number(test.was)}})
		if (got != "") != test.told {
			t.Errorf("%+v: %q", test, got)
		}
	}
}

// A column far from where the model learned is warned of, as is one of another size; one beside it is not.
func TestCompareScale(t *testing.T) {
	learned := &seen{Least: []float64{-1, -1}, Most: []float64{1, 1}, Inputs: [][2]float64{{-2, 2}}}
	for _, test := range []struct {
		shift, size, input float64
		want               string
	}{{0, 1, 1, ""}, {3, 1, 1, ""}, {50, 1, 1, "measured from another zero"}, {0, 1000, 1, "q goes from"}, {0, 1, 100, "the input u goes from"}, {0, 1, 0, ""}} {
		s := &data.Set{Dim: 2, Names: []string{"q", "p"}, InputNames: []string{"u"}, Offsets: []int{0, 50}}
		for i := range 50 {
			a := 0.3 * float64(i)
			s.T, s.X, s.Inputs = append(s.T, a), append(s.X, test.shift+test.size*math.Cos(a), -math.Sin(a)), append(s.Inputs, test.input*math.Sin(2*a))
		}
		d := &dataset{}
		d.compareScale(s, learned)
		var said []string
		for _, f := range d.findings {
			said = append(said, f.String())
		}
		if all := strings.Join(said, "\n"); (all == "") != (test.want == "") || !strings.Contains(all, test.want) {
			t.Errorf("%+v: %q", test, all)
		}
	}
}
