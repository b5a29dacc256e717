package design

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Of a line y = a + b x, a and b unknown alike, two measurements tell most where their places lie apart.
func TestLine(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	const models = 200
	var lines [][2]float64
	for range models {
		lines = append(lines, [2]float64{rng.NormFloat64(), rng.NormFloat64()})
	}
	var candidates []Candidate
	var at []float64
	for x := -1.0; x <= 1.001; x += 0.25 {
		var c Candidate
		for _, l := range lines {
			c = append(c, []float64{10 * (l[0] + l[1]*x)})
		}
		candidates, at = append(candidates, c), append(at, x)
	}
	got, err := Choose(candidates, 1/math.Sqrt(models-1), 2)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := at[got[0].Index], at[got[1].Index]; math.Abs(a-b) < 1 {
		t.Errorf("measured at %v and %v", a, b)
	}
	if !(got[1].Left < 0.1 && got[1].Left < got[0].Left && got[0].Left < 1) {
		t.Errorf("left %v", got)
	}
	// The widths of a + b x where both have unit variance, in units of the noise.
	if want := 10 * math.Sqrt(1+at[got[0].Index]*at[got[0].Index]); math.Abs(got[0].Width/want-1) > 0.2 {
		t.Errorf("width %v, want about %v", got[0].Width, want)
	}
	for _, bad := range [][]Candidate{nil, {{{1}}}, {{{1}, {1}}}, {{{1}, {2}}, {{1}}}} {
		if _, err := Choose(bad, 1, 1); err == nil {
			t.Errorf("%v is chosen from", bad)
		}
	}
}
