// Package datatest makes sets of trajectories for the tests of data and of the packages
// in its folder.
package datatest

import (
	"math"
	"slices"
	"testing"

	"hnn/data"
	"hnn/experiment/task"
	"hnn/internal/stream"
	"hnn/ode"
)

// Observed draws trajectories of a known system at even or random times, with noise on
// the states. DX and Clean hold the truth.
func Observed(t testing.TB, name string, random bool, noise float64) *data.Set {
	t.Helper()
	row, err := task.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	s, o := row.System, row.Draw
	rng, d := stream.New(1, "data"), s.Dim()
	set := &data.Set{Dim: d, Offsets: []int{0}}
	for range 20 {
		x0 := make([]float64, d)
		s.Sample(rng, x0)
		times := make([]float64, o.Points)
		for i := range times {
			times[i] = o.Horizon * (float64(i) / float64(o.Points-1))
		}
		if random {
			for i := 1; i < len(times)-1; i++ {
				times[i] = o.Horizon * rng.Float64()
			}
			slices.Sort(times)
		}
		x, _, err := ode.Solve(func(_ float64, x, dx []float64) { s.Field(x, dx) }, x0, times, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		set.T, set.Clean = append(set.T, times...), append(set.Clean, x...)
		set.Offsets = append(set.Offsets, len(set.T))
	}
	set.DX = make([]float64, len(set.Clean))
	for i := range set.Rows() {
		s.Field(set.Clean[i*d:(i+1)*d], set.DX[i*d:(i+1)*d])
	}
	for _, v := range set.Clean {
		set.X = append(set.X, v+noise*rng.NormFloat64())
	}
	return set
}

// ThreeTrials is a set of 2, 3 and 1 rows whose numbers tell row and column.
func ThreeTrials() *data.Set {
	s := &data.Set{Dim: 2, Offsets: []int{0, 2, 5, 6}, T: []float64{0, 1, 0, 2, 3, 7}, Names: []string{"q", "p"}}
	for i := range s.T {
		for j := range 2 {
			v := float64(10*i + j)
			s.X = append(s.X, v)
			s.DX = append(s.DX, v+0.5)
			s.Clean = append(s.Clean, v+0.25)
		}
	}
	return s
}

// Driven is ThreeTrials with two inputs whose numbers tell the row.
func Driven() *data.Set {
	s := ThreeTrials()
	s.InputNames, s.InputsHeld = []string{"u1", "u2"}, true
	for i := range s.T {
		s.Inputs = append(s.Inputs, float64(100*i+1), float64(-100*i-2))
	}
	return s
}

// RootMeanSquare is that of the differences of a and b.
func RootMeanSquare(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += (a[i] - b[i]) * (a[i] - b[i])
	}
	return math.Sqrt(sum / float64(len(a)))
}
