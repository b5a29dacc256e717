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
