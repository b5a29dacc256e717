package estimate

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Tracks that are taken together have the bits of each by itself, with and without velocities, of both orders; those whose times
// or samples differ are in groups of their own.
func TestTogether(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	draw := func(step float64, rows int, velocities bool) Track {
		var out Track
		phase := rng.Float64()
		for k := range rows {
			s := step * float64(k)
			out.T, out.Q = append(out.T, s), append(out.Q, math.Sin(2*s+phase)+0.01*rng.NormFloat64())
			if velocities {
				out.V = append(out.V, 2*math.Cos(2*s+phase)+0.02*rng.NormFloat64())
			}
		}
		return out
	}
	for _, velocities := range []bool{false, true} {
		var tracks []Track
		for range mostTracks + 2 {
			tracks = append(tracks, draw(0.05, 120, velocities))
		}
		tracks = append(tracks, draw(0.05, 90, velocities), draw(0.07, 120, velocities), draw(0.05, 120, velocities))
		tracks[len(tracks)-1].Q[40] = math.NaN()
		groups := alike(tracks)
		if len(groups) != 5 || len(groups[0]) != mostTracks || len(groups[1]) != 2 {
			t.Fatalf("groups %v", groups)
		}
		for _, order := range motionOrders {
			m := &Motion{Order: order, intensity: 1e-4, scale: 0.7, step: 0.05, rq: 2e-4}
			if velocities {
				m.rv = 1e-5
			}
			logs := make([]float64, len(tracks))
			m.likelihoods(tracks, groups, logs)
			for i, track := range tracks {
				if want := m.filter(track, nil, nil); logs[i] != want {
					t.Errorf("order %d, velocities %v, track %d: %v, by itself %v", order, velocities, i, logs[i], want)
				}
			}
		}
	}
}
