package main

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
)

// A setting that does not go with the data is refused before a directory is made for the run.
func TestRefusedSettingsLeaveNothing(t *testing.T) {
	inFolder(t)
	var b strings.Builder
	b.WriteString("t,x,v,u\n")
	z, now := []float64{1, 0}, 0.0
	for r := range 400 {
		fmt.Fprintf(&b, "%.2f,%.15g,%.15g,%.15g\n", 0.05*float64(r), z[0], z[1], math.Sin(1.3*now))
		for range 10 {
			at := now
			rungeKutta(func(z, dz []float64) { dz[0], dz[1] = z[1], -z[0]+math.Sin(1.3*at) }, z, 0.005)
			now += 0.005
		}
	}
	if err := os.WriteFile("spring.csv", []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ options, want string }{
		{"--input-gain 1;0", "2 rows for 1 positions"},
		{"--model lagrangian --input-gain 1,2", "2 numbers for 1 inputs"},
		{"--model lagrangian --rods 0-1", "not points of a plane"},
		{"--model lagrangian --input-delay 5000", "no trial lasts so long"},
		{"--terms x^2,z", `no variable "z"`},
		{"--model hnn-poisson", "that nothing acts on"},
		{"--model lagrangian --q x --p u", "name the velocities"},
		{"--q x,v --input u --model linear", "positions alone"},
	} {
		status, _, stderr := call(t, append([]string{"train", "--data", "spring.csv", "--no-figures"}, strings.Fields(c.options)...)...)
		if status == 0 || !strings.Contains(stderr, c.want) {
			t.Errorf("%s: status %d, %q; want a word on %q", c.options, status, stderr, c.want)
		}
		if left, _ := os.ReadDir("runs"); len(left) > 0 {
			t.Errorf("%s: %s is left", c.options, left[0].Name())
			os.RemoveAll("runs")
		}
	}
	// A force of time that a mode of the spring may be is told, and not taken.
	status, _, stderr := call(t, "train", "--data", "spring.csv", "--no-figures", "--model", "lagrangian", "--input-delay", "auto")
	if status != 0 {
		t.Errorf("status %d: %s", status, stderr)
	}
}

// Velocities of two coupled positions are no momenta, which matters to an HNN and not to a Lagrangian.
func TestVelocitiesAreMomentaOfHNNsAlone(t *testing.T) {
	inFolder(t)
	var b strings.Builder
	b.WriteString("t,a,b,va,vb\n")
	for r := range 300 {
		now := 0.05 * float64(r)
		fmt.Fprintf(&b, "%.2f,%.12g,%.12g,%.12g,%.12g\n", now, math.Cos(now), math.Cos(2*now), -math.Sin(now), -2*math.Sin(2*now))
	}
	if err := os.WriteFile("two.csv", []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	const said = "the momenta are velocities"
	for _, c := range []struct {
		model string
		want  int
	}{
		{"lagrangian", 0}, {"linear", 0}, {"hnn --trainer closed-form", 1}, {"lagrangian,hnn", 1},
	} {
		status, _, stderr := call(t, append([]string{"train", "--data", "two.csv", "--no-figures", "--q", "a,b", "--v", "va,vb", "--model"}, strings.Fields(c.model)...)...)
		if got := strings.Count(stderr, said); status != 0 || got != c.want {
			t.Errorf("--model %s: status %d, %q %d times, want %d\n%s", c.model, status, said, got, c.want, stderr)
		}
	}
}
