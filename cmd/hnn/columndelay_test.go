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

// A pendulum whose rate is read 30 ms later than its angle: it is said by itself, measured and mended where asked for, and
// evaluations know it. Of a rate behind a filter it is said that a delay does not mend it.
func TestColumnDelay(t *testing.T) {
	inFolder(t)
	const fine, late = 0.005, 6 // steps
	write := func(file string, seed uint64, delay int, constant float64) {
		rng := rand.New(rand.NewPCG(seed, 2))
		var b strings.Builder
		b.WriteString("trial,t,theta,omega\n")
		for k := range 6 {
			z := []float64{2 * rng.Float64(), 4*rng.Float64() - 2}
			var theta, omega []float64
			shown := z[1]
			for range 1100 {
				shown = z[1] + (shown-z[1])*math.Exp(-fine/constant)
				theta, omega = append(theta, z[0]), append(omega, shown)
				rungeKutta(func(z, dz []float64) { dz[0], dz[1] = z[1], -9*math.Sin(z[0])-0.1*z[1] }, z, fine)
			}
			for r := 100; r < len(theta); r += 5 {
				fmt.Fprintf(&b, "%d,%.3f,%.8g,%.8g\n", k, fine*float64(r-100), theta[r]+0.003*rng.NormFloat64(), omega[r-delay]+0.01*rng.NormFloat64())
			}
		}
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("late.csv", 1, late, 1e-9)
	write("fresh.csv", 2, late, 1e-9)
	write("filtered.csv", 1, 0, 0.08)
	train := func(arguments ...string) string {
		t.Helper()
		status, _, stderr := call(t, append([]string{"train", "--angle", "theta", "--model", "lagrangian", "--no-figures"}, arguments...)...)
		if status != 0 {
			t.Fatal(stderr)
		}
		return stderr
	}
	lateness := regexp.MustCompile(`omega is ([0-9.]+) \+- ([0-9.]+) later`)
	for _, arguments := range [][]string{{"--out", "bare"}, {"--column-delay", "auto", "--out", "moved"}} {
		said := train(append([]string{"--data", "late.csv"}, arguments...)...)
		found := lateness.FindStringSubmatch(said)
		if found == nil {
			t.Fatalf("%q: %s", arguments, said)
		}
		if by, _ := strconv.ParseFloat(found[1], 64); math.Abs(by-late*fine) > 0.0015 {
			t.Errorf("%q: %v later, want %v", arguments, by, late*fine)
		}
	}
	train("--data", "late.csv", "--column-delay", "omega=0.03", "--out", "given")
	score := regexp.MustCompile(`lagrangian, weak-form +([0-9.]+) +[0-9.]+ +over`)
	percent := map[string]float64{}
	for _, run := range []string{"bare", "moved", "given"} {
		status, stdout, stderr := call(t, "evaluate", run, "--data", "fresh.csv", "--warm-up", "50")
		found := score.FindStringSubmatch(stdout)
		if status != 0 || found == nil {
			t.Fatalf("%s: %s%s", run, stdout, stderr)
		}
		percent[run], _ = strconv.ParseFloat(found[1], 64)
	}
	// The rate is late by a tenth of a radian: noise is 0.2% of the range.
	if !(percent["moved"] < 0.5 && percent["given"] < 0.5 && percent["bare"] > 0.7) {
		t.Errorf("errors in %% of the range: %v", percent)
	}
	// What is filtered here are steps of 5 ms that begin at their rates: 2.5 ms less than the constant.
	said := train("--data", "filtered.csv", "--out", "filtered")
	found := regexp.MustCompile(`behind a filter of the first order with the time constant ([0-9.]+)`).FindStringSubmatch(said)
	if found == nil {
		t.Fatal(said)
	}
	if constant, _ := strconv.ParseFloat(found[1], 64); math.Abs(constant-0.0775) > 0.0015 {
		t.Errorf("a time constant of %v, want 0.0775", constant)
	}
	if said := train("--data", "filtered.csv", "--v", "none", "--out", "alone"); strings.Contains(said, "filter") && strings.Contains(said, "behind") {
		t.Error(said)
	}
	for _, c := range []struct{ arguments, want string }{
		{"--column-delay omega", "give columns with numbers"},
		{"--column-delay omega=0.1,omega=0.2", "two numbers of the column omega"},
		{"--column-delay v=0.1", "no state column is called v; there are theta, omega"},
		{"--column-delay omega=100", "no trial lasts so long"},
	} {
		status, _, stderr := call(t, append([]string{"train", "--data", "late.csv", "--no-figures", "--model", "lagrangian"}, strings.Fields(c.arguments)...)...)
		if status == 0 || !strings.Contains(stderr, c.want) {
			t.Errorf("%s: %d: %s", c.arguments, status, stderr)
		}
	}
}
