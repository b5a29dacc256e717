package main

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
)

// A known part with what is fitted beside it is a model like any other: the rest is found by explain, and the file's units,
// far from 1, do not matter.
func TestKnownPart(t *testing.T) {
	inFolder(t)
	const h, known = "p^2/2 + 3*(1-cos(q)) + 0.02*q^4", "--known-part=p^2/2 + 3*(1-cos(q))"
	must := func(want string, args ...string) string {
		t.Helper()
		status, stdout, stderr := call(t, args...)
		if status != 0 || !strings.Contains(stdout+stderr, want) {
			t.Fatalf("%v: status %d, want %q in\n%s%s", args, status, want, stdout, stderr)
		}
		return stdout
	}
	must("the known part alone leaves", "train", "--hamiltonian", h, known, "--trajectories", "6", "--points", "20", "--noise", "0", "--out", "closed", "--no-strict", "--no-figures")
	must("+ 0.02*q^4\n", "explain", "closed")
	must("p^2/2 + 3*(1-cos(q))", "inspect", "closed")
	must("energy", "simulate", "closed", "--x0", "1,0", "--to", "1", "--steps", "1")
	must("test loss", "evaluate", "closed")
	must("", "export", "closed", "--to", "c", "--out", "of-closed")
	must("cos(q)", "train", "--hamiltonian", h, known, "--model", "hnn-formula", "--trajectories", "12", "--points", "40", "--horizon", "6", "--noise", "0.01", "--out", "formula", "--no-strict", "--no-figures")
	must("*q^4\n", "explain", "formula")

	// A spring of 0.5 N/m on 2 g, of which 0.2 N/m is known.
	const mass, stiffness = 0.002, 0.5
	var b strings.Builder
	b.WriteString("trial,t,q,p\n")
	rate := math.Sqrt(stiffness / mass)
	for trial := range 8 {
		a := 0.01 * float64(trial+1)
		for i := range 40 {
			s := 0.01 * float64(i)
			fmt.Fprintf(&b, "%d,%.17g,%.17g,%.17g\n", trial, s, a*math.Cos(rate*s), -a*mass*rate*math.Sin(rate*s))
		}
	}
	if err := os.WriteFile("spring.csv", []byte(b.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	must("closed form", "train", "--data", "spring.csv", "--q", "q", "--p", "p", "--known-part", "p^2/0.004 + 0.1*q^2", "--out", "spring", "--no-strict", "--no-figures")
	out := must("", "simulate", "spring", "--x0", "0.05,0", "--to", "0.3", "--steps", "10")
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || len(rows) != 12 {
		t.Fatalf("%v, %d rows:\n%s", err, len(rows), out)
	}
	for _, row := range rows[1:] {
		s, _ := strconv.ParseFloat(row[0], 64)
		q, _ := strconv.ParseFloat(row[1], 64)
		if want := 0.05 * math.Cos(rate*s); math.Abs(q-want) > 2e-4 { // 0.4% of the amplitude, over one turn
			t.Errorf("q = %v at %v, want %v", q, s, want)
		}
	}

	for _, bad := range []struct{ part, more, want string }{
		{"p^2/2 + 3*(1-cos(z))", "--model=hnn", `no variable "z"`},
		{"p^2/2", "--model=baseline", "closed-form"},
		{"p^2/2", "--trainer=adam", "closed-form"},
		{"p^2/2 + 1/(q-q)", "--model=hnn", "not finite"},
		{"3", "--model=hnn-formula", "a constant moves nothing"},
	} {
		if status, _, stderr := call(t, "train", "--hamiltonian", h, "--known-part", bad.part, bad.more, "--out", "bad", "--force"); status == 0 || !strings.Contains(stderr, bad.want) {
			t.Errorf("%s %s: %d, %s", bad.part, bad.more, status, stderr)
		}
	}
}
