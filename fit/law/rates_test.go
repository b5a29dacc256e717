package law

import (
	"math"
	"testing"

	"hnn/data"
	"hnn/internal/stream"
)

// A polynomial field is found from rates at scattered states to what rounding leaves, and rates that are missing are an error.
func TestFitRates(t *testing.T) {
	rng := stream.New(3, "rates")
	s := &data.Set{Dim: 2, FirstOrder: true, Offsets: []int{0}}
	for i := range 500 {
		x, y := 4*rng.Float64()-2, 4*rng.Float64()-2
		s.X, s.DX = append(s.X, x, y), append(s.DX, y, (1-x*x)*y-x)
		s.T, s.Offsets = append(s.T, float64(i)), append(s.Offsets, i+1)
	}
	f, r, err := FitRates(s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Error > rounding || r.Terms != 4 || r.Degree != 3 {
		t.Errorf("%d terms of degree %d, off by %g", r.Terms, r.Degree, r.Error)
	}
	var dx [2]float64
	f.NewMotion(nil).Rate([]float64{1.5, -0.5}, nil, dx[:], nil, nil)
	if math.Abs(dx[0]+0.5) > 1e-9 || math.Abs(dx[1]-(-1.5+0.5*1.25)) > 1e-9 {
		t.Errorf("the rates are %v", dx)
	}
	s.DX = nil
	if _, _, err := FitRates(s, Options{}); err == nil {
		t.Error("no rates are no error")
	}
}
