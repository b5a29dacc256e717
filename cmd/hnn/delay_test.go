package main

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// A motor on a spring whose force acts 70 ms after its column is found so, and evaluations and rollouts know it.
func TestInputDelay(t *testing.T) {
	inFolder(t)
	write := func(file string, phase float64) {
		var b strings.Builder
		b.WriteString("t,x,v,u\n")
		force := func(t float64) float64 {
			return math.Sin(2.1*t+phase) + 0.7*math.Sin(5.3*t+2*phase) + 0.4*math.Sin(0.7*t)
		}
		z, now := []float64{0.3, 0}, 0.0
		for r := range 1500 {
			fmt.Fprintf(&b, "%.2f,%.15g,%.15g,%.15g\n", 0.02*float64(r), z[0], z[1], force(now))
			for range 10 {
				at := now + 0.001
				rungeKutta(func(z, dz []float64) { dz[0], dz[1] = z[1], -4*z[0]-0.2*z[1]+force(at-0.07) }, z, 0.002)
				now += 0.002
			}
		}
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("late.csv", 0.4)
	write("fresh.csv", 1.9)
	status, _, stderr := call(t, "train", "--data", "late.csv", "--model", "lagrangian", "--input-delay", "auto", "--out", "run", "--no-figures")
	found := regexp.MustCompile(`act ([0-9.]+) later`).FindStringSubmatch(stderr)
	if status != 0 || found == nil {
		t.Fatalf("%d: %s", status, stderr)
	}
	if delay, _ := strconv.ParseFloat(found[1], 64); math.Abs(delay-0.07) > 0.002 {
		t.Errorf("a delay of %v, want 0.07", delay)
	}
	fresh, err := os.ReadFile("fresh.csv")
	if err != nil {
		t.Fatal(err)
	}
	want := rows(string(fresh))
	status, stdout, stderr := call(t, "simulate", "run", "--input", "fresh.csv", "--x0", want[0][1]+","+want[0][2], "--to", "20", "--steps", "1000")
	if status != 0 {
		t.Fatal(stderr)
	}
	worst := 0.0
	for r, row := range rows(stdout) {
		a, _ := strconv.ParseFloat(row[1], 64)
		b, _ := strconv.ParseFloat(want[r][1], 64)
		worst = max(worst, math.Abs(a-b))
	}
	// Without the delay a phase of 0.07 * 2.1 rad is a tenth of the motion. The first 70 ms have no known past.
	if worst > 0.02 {
		t.Errorf("the rollout is off by %v", worst)
	}
	// The same from the file itself: its first state or one that is fitted, its inputs, its times.
	for _, more := range [][]string{{"--to", "19.98"}, {"--to", "19.98", "--warm-up", "100"}} {
		args := append([]string{"simulate", "run", "--from-data", "fresh.csv"}, more...)
		status, stdout, stderr := call(t, args...)
		if status != 0 {
			t.Fatalf("%v: %s", more, stderr)
		}
		off, all := 0.0, rows(stdout)
		for r, row := range all {
			a, _ := strconv.ParseFloat(row[1], 64)
			b, _ := strconv.ParseFloat(want[r][1], 64)
			off = max(off, math.Abs(a-b))
		}
		if len(all) != 1000 || off > 0.02 {
			t.Errorf("%v: %d rows, off by %v", more, len(all), off)
		}
	}
	for _, bad := range []struct{ args, want string }{
		{"--from-data fresh.csv --x0 1,0", "leave one of the two out"},
		{"--from-data fresh.csv --trial 2", "no trial 2"},
		{"--from-data fresh.csv --to 0", "no two rows"},
		{"--from-data fresh.csv --warm-up 1", "at least 2"},
		{"--x0 1,0 --to 1 --warm-up 5", "--from-data"},
	} {
		if status, _, stderr := call(t, append([]string{"simulate", "run"}, strings.Fields(bad.args)...)...); status == 0 || !strings.Contains(stderr, bad.want) {
			t.Errorf("%s: %d, %s", bad.args, status, stderr)
		}
	}
	for _, bad := range []struct{ args, want string }{
		{"late.csv --input-delay soon", "give a time"},
		{"late.csv --input none --input-delay auto", "no column is an input"},
	} {
		args := append([]string{"train", "--model", "lagrangian", "--out", "bad", "--force", "--data"}, strings.Fields(bad.args)...)
		if status, _, stderr := call(t, args...); status == 0 || !strings.Contains(stderr, bad.want) {
			t.Errorf("%s: %d, %s", bad.args, status, stderr)
		}
	}
}
