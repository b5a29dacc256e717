package lattice

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"hnn/data"
	"hnn/model/lattice"
)

// ringRows are trials of a ring of masses with springs d + cubic d^3, by small steps of a composition of leapfrog, with twelve digits as a
// file has.
func ringRows(seed uint64, sites, trials int, amplitude, cubic, friction float64) *data.Set {
	const rows, step, within = 100, 0.1, 10
	rng := rand.New(rand.NewPCG(seed, 9))
	set := &data.Set{Dim: 2 * sites, Offsets: []int{0}}
	for range trials {
		x := make([]float64, 2*sites)
		for i := range x {
			x[i] = amplitude * rng.NormFloat64()
		}
		kick := func(h float64) {
			for i := range sites {
				d := x[(i+1)%sites] - x[i]
				pull := h * (d + cubic*d*d*d)
				x[sites+i] += pull
				x[sites+(i+1)%sites] -= pull
			}
		}
		// Yoshida's composition of fourth order, friction exactly between.
		root := math.Cbrt(2)
		for r := range rows {
			for _, v := range x {
				v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 12, 64), 64)
				set.X = append(set.X, v)
			}
			set.T = append(set.T, step*float64(r))
			const h = step / within
			for range within {
				for _, w := range []float64{1 / (2 - root), -root / (2 - root), 1 / (2 - root)} {
					for i := range sites {
						x[i] += w * h / 2 * x[sites+i]
					}
					lost := math.Exp(-friction * w * h / 2)
					for i := range sites {
						x[sites+i] *= lost
					}
					kick(w * h)
					for i := range sites {
						x[sites+i] *= lost
						x[i] += w * h / 2 * x[sites+i]
					}
				}
			}
		}
		set.Offsets = append(set.Offsets, len(set.T))
	}
	return set
}

func ringOf(t *testing.T, sites int) *lattice.System {
	t.Helper()
	shape, err := lattice.ParseShape("ring")
	if err == nil {
		shape, err = shape.Of(sites)
	}
	if err != nil {
		t.Fatal(err)
	}
	return &lattice.System{Shape: &shape, Sites: sites, Space: 1, Bonds: shape.Bonds()}
}

// Exact rows without friction leave none behind, of either sign, and what is found can be read again.
func TestNoFrictionOfExactRows(t *testing.T) {
	// The largest law was taken for one with friction in 7 of the first 400 draws: these.
	seeds := []uint64{139, 145, 160, 203, 222, 237, 335}
	for seed := range uint64(20) {
		seeds = append(seeds, seed)
	}
	for _, seed := range seeds {
		g := ringOf(t, 8)
		if _, err := Fit(g, ringRows(seed, 8, 6, 1, 0, 0)); err != nil {
			t.Fatal(err)
		}
		if g.Friction != 0 || !g.KeepsMomentum() {
			t.Errorf("draw %d: a friction of %.3g\n%s", seed, g.Friction, g.Text(6))
		}
	}
}

// A small friction that is there is found.
func TestSmallFriction(t *testing.T) {
	const friction = 1e-4
	g := ringOf(t, 8)
	if _, err := Fit(g, ringRows(1, 8, 6, 1, 0.3, friction)); err != nil {
		t.Fatal(err)
	}
	if math.Abs(g.Friction/friction-1) > 1e-3 {
		t.Errorf("a friction of %.6g, want %v\n%s", g.Friction, friction, g.Text(6))
	}
}

// At a small amplitude, where the rows have few digits of what is not linear, no waves stand for springs.
func TestSpringsOfSmallAmplitude(t *testing.T) {
	for seed := range uint64(4) {
		g := ringOf(t, 8)
		if _, err := Fit(g, ringRows(seed, 8, 6, 1e-3, 0.3, 0)); err != nil {
			t.Fatal(err)
		}
		if of := g.Bond[0]; len(of.Waves) > 0 && (of.Waves[0] != 0 || of.Waves[1] != 0) || len(of.Polynomial) > 4 || math.Abs(of.Powers()[1]-0.5) > 1e-4 {
			t.Errorf("draw %d:\n%s", seed, g.Text(6))
		}
	}
}
