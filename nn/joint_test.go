package nn

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Joined tapes come to the bits of one: of both primitives, whatever part of the rows each has.
func TestJointHasTheBitsOfOneTape(t *testing.T) {
	for _, s := range []Spec{
		{In: 3, Hidden: []int{24, 17}, Out: 1},
		{In: 2, Hidden: []int{9}, Out: 2, OutputBias: true, Activation: Softplus},
		{In: 5, Hidden: []int{16, 16, 16}, Out: 1, Residual: true},
	} {
		m, err := New[float32](s)
		if err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(1, 2))
		m.Init(rng, 1)
		const rows = 21
		x, bar := make([]float32, rows*s.In), make([]float32, rows*max(s.In, s.Out))
		for _, v := range [][]float32{x, bar} {
			for i := range v {
				v[i] = float32(rng.NormFloat64())
			}
		}
		for _, value := range []bool{true, false} {
			if !value && s.Out > 1 {
				continue
			}
			width := s.In
			if value {
				width = s.Out
			}
			pass := func(tape *Tape[float32], lo, hi int, grad []float32) {
				out := make([]float32, (hi-lo)*width)
				if value {
					tape.Value(x[lo*s.In:hi*s.In], out, hi-lo)
					tape.ValueAdjoint(bar[lo*width:hi*width], grad, nil)
				} else {
					tape.Gradient(x[lo*s.In:hi*s.In], out, nil, hi-lo)
					tape.GradientAdjoint(bar[lo*width:hi*width], nil, grad, nil)
				}
			}
			start := make([]float32, s.Parameters())
			for i := range start {
				start[i] = float32(rng.NormFloat64())
			}
			want := slices.Clone(start)
			pass(m.NewTape(rows), 0, rows, want)
			tapes := []*Tape[float32]{m.NewTape(8), m.NewTape(12), m.NewTape(12), m.NewTape(8)}
			j := Join(rows+3, tapes...)
			for i, at := range []int{0, 0, 12, 19} {
				hi := []int{0, 12, 19, rows}[i]
				if j.Begin(i, at, hi-at, rows); at < hi {
					pass(tapes[i], at, hi, nil)
				}
			}
			for _, parts := range []int{1, 2, 5} {
				got := slices.Clone(start)
				for part := range parts {
					j.Sums(got, part, parts)
				}
				if !slices.Equal(got, want) {
					t.Errorf("%v, value %v, %d parts: other bits than one tape", s, value, parts)
				}
			}
		}
	}
}
