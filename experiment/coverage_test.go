package experiment

import (
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"hnn/model/network"
	"hnn/model/terms"
)

var firstDraw = flag.Int("first-draw", 7000, "seed of the first draw of the bands' calibration")

// bandedConfig is a small run on noisy states of a known system, noise as a share of a spread of about one.
func bandedConfig(t *testing.T, task, kind string, noise float64, seed uint64) Config {
	c := mustDefault(t, task)
	if kind == network.KindHNN {
		c = c.WithClosedForm()
	} else {
		c = c.WithWeakForm(kind)
	}
	c.Seed, c.Strict, c.Figures, c.Bands = seed, false, false, 0.9
	c.Draw.Noise, c.Draw.Trajectories, c.Draw.WholeTrials, c.Draw.TestFraction = noise, 30, true, 0.34
	return c
}

// cover trains draws of a system and returns the share of numbers in the bands over all, of how many, the mean half width and the mean squared error.
func cover(t *testing.T, task, kind string, noise float64, draws int) (share float64, numbers int, width, square float64) {
	t.Helper()
	root := t.TempDir()
	for seed := range draws {
		c := bandedConfig(t, task, kind, noise, uint64(*firstDraw+seed))
		dir := filepath.Join(root, fmt.Sprint(seed))
		if err := os.Mkdir(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		r, err := new(Env).Train(context.Background(), c, dir)
		if err != nil {
			t.Fatalf("%s, %s, seed %d: %v", task, kind, seed, err)
		}
		b := r.Results.Coverage
		if b == nil {
			t.Fatalf("%s, %s, seed %d: no coverage", task, kind, seed)
		}
		share += float64(b.Covered) * float64(b.Numbers)
		numbers += b.Numbers
		width += float64(b.HalfWidth) / float64(draws)
		square += float64(b.Error*b.Error) / float64(draws)
	}
	return share / float64(numbers), numbers, width, square
}

// Bands by fits without a part of the trials each hold what they say, over draws, from the true first states; without noise they
// are of misfit, whose share is measured on the trials that it was taken from.
func TestBandsOfRefits(t *testing.T) {
	withoutShort(t)
	count := 3
	if *long {
		count = max(*draws, 10)
	}
	for i, c := range []struct {
		task, kind string
		noise      float64
	}{
		{"spring", network.KindHNN, 0.01},
		{"duffing", terms.KindSparse, 0},
		{"pendulum", network.KindHNN, 0},
		{"spring", network.KindHNN, 0.05},
		{"pendulum", network.KindHNN, 0.01}, {"pendulum", network.KindHNN, 0.05},
		{"duffing", network.KindHNN, 0.01}, {"duffing", network.KindHNN, 0.05},
		{"spring", terms.KindSparse, 0.01}, {"spring", terms.KindSparse, 0.05},
		{"duffing", terms.KindSparse, 0.01}, {"duffing", terms.KindSparse, 0.05},
	} {
		if !*long && i > 1 {
			break
		}
		share, numbers, width, square := cover(t, c.task, c.kind, c.noise, count)
		t.Logf("%s, %s, noise %v, %d draws: bands of 90%% hold %.1f%% of %d numbers, half width %.2g of a spread, %.2f of what the errors are", c.task, c.kind, c.noise, count, 100*share, numbers, width, width/(1.645*math.Sqrt(square)))
		if share < 0.75 {
			t.Errorf("%s, %s, noise %v: bands of 90%% hold %.1f%%", c.task, c.kind, c.noise, 100*share)
		}
	}
}
