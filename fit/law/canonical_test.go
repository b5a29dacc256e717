package law

import (
	"math"
	"testing"

	"hnn/data"
	"hnn/data/estimate"
	"hnn/model/expr"
)

// Of a damped oscillator the form with friction explains all that a field without structure does, and finds its rate; the
// conservative one does not.
func TestCompare(t *testing.T) {
	const rate = 0.2
	s := &data.Set{Dim: 2, Offsets: []int{0}, Names: []string{"q", "p"}}
	w := math.Sqrt(1 - rate*rate/4)
	for k := range 10 {
		for r := range 150 {
			now := 0.05 * float64(r)
			decay, phase := (1+0.1*float64(k))*math.Exp(-rate/2*now), w*now+float64(k)
			s.T = append(s.T, now)
			s.X = append(s.X, decay*math.Sin(phase), decay*(w*math.Cos(phase)-rate/2*math.Sin(phase)))
		}
		s.Offsets = append(s.Offsets, len(s.T))
	}
	paths, err := estimate.NewPaths(s, estimate.PathOptions{})
	if err != nil {
		t.Fatal(err)
	}
	list, err := expr.ParseList("p^2, q^2, q^4, q*p, q^-1", s.Names)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Compare(paths, list, 0)
	if err != nil {
		t.Fatal(err)
	}
	if !(c.Friction < 1e-5 && c.Free < 1e-5 && c.Conservative > 0.02) {
		t.Errorf("the forms leave %.2g (conservative), %.2g (friction), %.2g (free)", c.Conservative, c.Friction, c.Free)
	}
	if math.Abs(c.Rates[0]-rate) > 1e-5 {
		t.Errorf("friction %v, want %v", c.Rates[0], rate)
	}
	if _, err := Compare(paths, list, 1); err == nil {
		t.Error("inputs that are not there were accepted")
	}
	if _, err := Compare(paths, nil, 0); err == nil {
		t.Error("no terms were accepted")
	}
}
