package experiment

import (
	"math"
	"math/rand/v2"
	"testing"

	"hnn/data"
)

// A corner of the box in which a disc of rows has none is outside of them, a place among them is not.
func TestStartsOutside(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	disc := &data.Set{Dim: 2, Offsets: []int{0}}
	for range 25 {
		radius, angle := math.Sqrt(r.Float64()), 2*math.Pi*r.Float64()
		for i := range 30 {
			a := angle + 0.1*float64(i)
			disc.T = append(disc.T, 0.1*float64(i))
			disc.X = append(disc.X, radius*math.Cos(a), radius*math.Sin(a))
		}
		disc.Offsets = append(disc.Offsets, len(disc.T))
	}
	d := &dataset{Split: data.Split{Train: disc}}
	for _, c := range []struct {
		q, p    float64
		outside bool
	}{{0.3, 0.2, false}, {-0.6, 0.5, false}, {-0.97, -0.97, true}, {2, 0, true}} {
		if got := d.startsOutside([]float64{c.q, c.p}); got != c.outside {
			t.Errorf("(%g, %g) outside the data: %v", c.q, c.p, got)
		}
	}
}
