package data

import (
	"math"
	"testing"
)

// Between its samples a sum of sines below 0.85 of half the sampling rate is what it is, away from the ends.
func TestBandLimited(t *testing.T) {
	truth := func(t float64) float64 { return 0.3 + math.Sin(2*math.Pi*4.2*t+0.3) + 0.5*math.Cos(2*math.Pi*1.1*t) }
	s := &Signal{}
	for i := range 200 {
		s.T = append(s.T, 0.1*float64(i)) // half the rate is 5 a second
		s.U = append(s.U, truth(s.T[i]))
	}
	fine, err := s.BandLimited(8)
	if err != nil {
		t.Fatal(err)
	}
	if err := fine.Validate(); err != nil || len(fine.T) != 199*8+1 {
		t.Fatalf("%d samples, %v", len(fine.T), err)
	}
	worst := 0.0
	for i, at := range fine.T {
		if at > 3 && at < 17 {
			worst = max(worst, math.Abs(fine.U[i]-truth(at)))
		}
	}
	if worst > 2e-4 {
		t.Errorf("wrong by %.1e between samples", worst)
	}
	s.T[7] += 0.01
	if _, err := s.BandLimited(8); err == nil {
		t.Error("uneven steps are taken")
	}
}
