package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// A pendulum whose encoder counts too much a turn, and one whose rate has a bias of its own in every trial: both are said by
// themselves, measured and mended where asked for, and evaluations know the gain.
func TestColumnGainAndOffset(t *testing.T) {
	inFolder(t)
	write := func(file string, seed uint64, gain, bias float64) {
		rng := rand.New(rand.NewPCG(seed, 2))
		var b strings.Builder
		b.WriteString("trial,t,theta,omega\n")
		for k := range 8 {
			z := []float64{4*rng.Float64() - 2, 4*rng.Float64() - 2}
			of := bias * rng.NormFloat64()
			for r := range 200 {
				fmt.Fprintf(&b, "%d,%.3f,%.8g,%.8g\n", k, 0.025*float64(r), gain*(z[0]+0.003*rng.NormFloat64()), z[1]+of+0.01*rng.NormFloat64())
				for range 5 {
					rungeKutta(func(z, dz []float64) { dz[0], dz[1] = z[1], -9*math.Sin(z[0])-0.1*z[1] }, z, 0.005)
				}
			}
		}
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("gain.csv", 1, 1.06, 0)
	write("fresh.csv", 2, 1.06, 0)
	write("bias.csv", 1, 1, 0.1)
	const percent = `lagrangian, weak-form +([0-9.]+) +[0-9.]+ +over`
	train := func(arguments ...string) (said string, score float64) {
		t.Helper()
		status, stdout, stderr := call(t, append([]string{"train", "--angle", "theta", "--model", "lagrangian", "--no-figures"}, arguments...)...)
		found := regexp.MustCompile(percent).FindStringSubmatch(stdout)
		if status != 0 || found == nil {
			t.Fatal(stdout, stderr)
		}
		score, _ = strconv.ParseFloat(found[1], 64)
		return stderr, score
	}
	for _, arguments := range [][]string{{"--out", "bare"}, {"--column-gain", "auto", "--out", "taken"}} {
		said, _ := train(append([]string{"--data", "gain.csv"}, arguments...)...)
		found := regexp.MustCompile(`theta shows ([0-9.]+) \+- ([0-9.e-]+) times`).FindStringSubmatch(said)
		if found == nil {
			t.Fatalf("%q: %s", arguments, said)
		}
		if gain, _ := strconv.ParseFloat(found[1], 64); math.Abs(gain-1.06) > 0.002 {
			t.Errorf("%q: %v, want 1.06", arguments, gain)
		}
	}
	status, stdout, stderr := call(t, "evaluate", "taken", "--data", "fresh.csv", "--warm-up", "50")
	found := regexp.MustCompile(percent).FindStringSubmatch(stdout)
	if status != 0 || found == nil {
		t.Fatal(stdout, stderr)
	}
	// Noise is a tenth of a percent of the range.
	if fresh, _ := strconv.ParseFloat(found[1], 64); fresh > 0.2 {
		t.Errorf("%v%% of the range on fresh trials", fresh)
	}
	said, bare := train("--data", "bias.csv", "--out", "biased")
	if !strings.Contains(said, "omega shows from -") || !strings.Contains(said, "--column-offset trials") {
		t.Error(said)
	}
	if said, mended := train("--data", "bias.csv", "--column-offset", "trials", "--out", "unbiased"); !(mended < bare/2) || !strings.Contains(said, "omega shows from -") {
		t.Errorf("%v%% of the range, %v%% with the trials' offsets taken out: %s", bare, mended, said)
	}
	if status, _, stderr := call(t, "evaluate", "unbiased", "--data", "bias.csv"); status != 0 || !strings.Contains(stderr, "offsets of each trial") {
		t.Errorf("%d: %s", status, stderr)
	}
	train("--data", "gain.csv", "--column-gain", "theta=1.06", "--column-offset", "omega=0", "--out", "given")
	for _, c := range []struct{ arguments, want string }{
		{"--column-gain theta", "give columns with numbers"},
		{"--column-gain theta=0", "a column that shows nothing"},
		{"--column-offset v=0.1", "no state column is called v; there are theta, omega"},
	} {
		status, _, stderr := call(t, append([]string{"train", "--data", "gain.csv", "--no-figures", "--model", "lagrangian"}, strings.Fields(c.arguments)...)...)
		if status == 0 || !strings.Contains(stderr, c.want) {
			t.Errorf("%s: %d: %s", c.arguments, status, stderr)
		}
	}
}
