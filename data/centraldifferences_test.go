package data

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The derivative of a parabola is exact at every row, at the ends and for uneven
// times too, but for rounding.
func TestCentralDifferencesOfAParabola(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	s := &Set{Dim: 2, Offsets: []int{0, 7, 10}}
	var want []float64
	for i := range 10 {
		at := float64(i) + 0.8*rng.Float64()
		s.T = append(s.T, at)
		s.X = append(s.X, 1+2*at-0.5*at*at, -3*at)
		want = append(want, 2-at, -3)
	}
	got, err := s.CentralDifferences()
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range want {
		// Values of order 50 over intervals of 0.2: 500 units of rounding.
		if math.Abs(got.DX[i]-w) > 500*0x1p-52*50 {
			t.Errorf("derivative %d: %.15g, want %.15g", i, got.DX[i], w)
		}
	}
	if got.Trials() != 2 || got.Rows() != 10 {
		t.Errorf("%d trials of %d rows, want 2 of 10", got.Trials(), got.Rows())
	}
}

// The error falls by four where the step is halved, inside and at the ends.
func TestCentralDifferencesOrder(t *testing.T) {
	worst := func(n int) float64 {
		s := &Set{Dim: 1, Offsets: []int{0, n + 1}}
		for i := range n + 1 {
			at := float64(i) / float64(n)
			s.T, s.X = append(s.T, at), append(s.X, math.Sin(3*at))
		}
		d, err := s.CentralDifferences()
		if err != nil {
			t.Fatal(err)
		}
		var e float64
		for i, v := range d.DX {
			e = max(e, math.Abs(v-3*math.Cos(3*s.T[i])))
		}
		return e
	}
	if order := math.Log2(worst(100) / worst(200)); math.Abs(order-2) > 0.05 {
		t.Errorf("order %.3f, want 2", order)
	}
}

func TestCentralDifferencesShortTrials(t *testing.T) {
	s := &Set{Dim: 1, Offsets: []int{0, 1, 3}, T: []float64{0, 0, 2}, X: []float64{5, 1, 4}}
	d, err := s.CentralDifferences()
	if err != nil {
		t.Fatal(err)
	}
	if d.Rows() != 2 || d.DX[0] != 1.5 || d.DX[1] != 1.5 {
		t.Errorf("%d rows with derivatives %v, want 1.5 at two", d.Rows(), d.DX)
	}
	if _, err := (&Set{Dim: 1, Offsets: []int{0, 1}, T: []float64{0}, X: []float64{5}}).CentralDifferences(); err == nil {
		t.Error("a single row has no derivative, and no error came")
	}
}
