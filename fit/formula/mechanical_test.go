package formula

import (
	"math"
	"testing"

	"hnn/data"
	"hnn/internal/stream"
)

// The canonical energy of a double pendulum is found from states with exact rates in no order, M and V to rounding.
func TestMechanical(t *testing.T) {
	rng := stream.New(2, "mechanical")
	s := &data.Set{Dim: 4, Offsets: []int{0}}
	energy := func(x []float64) float64 {
		sn, c := math.Sincos(x[0] - x[1])
		return (x[2]*x[2]+2*x[3]*x[3]-2*x[2]*x[3]*c)/(2*(1+sn*sn)) - 2*math.Cos(x[0]) - math.Cos(x[1])
	}
	for i := range 3000 {
		x := make([]float64, 4)
		for j := range x {
			x[j] = (2*rng.Float64() - 1) * []float64{math.Pi, math.Pi, 1, 1}[j]
		}
		sn, c := math.Sincos(x[0] - x[1])
		v1, v2 := (x[2]-c*x[3])/(1+sn*sn), (2*x[3]-c*x[2])/(1+sn*sn)
		s.X = append(s.X, x...)
		s.DX = append(s.DX, v1, v2, -v1*v2*sn-2*math.Sin(x[0]), v1*v2*sn-math.Sin(x[1]))
		s.T, s.Offsets = append(s.T, float64(i)), append(s.Offsets, i+1)
	}
	f, r, err := Mechanical(s, Options{Angles: []bool{true, true}})
	if err != nil {
		t.Fatal(err)
	}
	h, off, constant := f.H(), 0.0, math.NaN()
	for i := range 500 {
		x := s.X[i*4 : i*4+4]
		if v := h.Eval(x) - energy(x); math.IsNaN(constant) {
			constant = v
		} else {
			off = max(off, math.Abs(v-constant))
		}
	}
	if off > 1e-7 || r.Error > 1e-7 || len(f.Terms) != 3 {
		t.Errorf("H is off by %g, its rates by %g: %d terms, %v", off, r.Error, len(f.Terms), f.Friction)
	}
}
