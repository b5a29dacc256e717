package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
)

// A pendulum that is shaken, its force in no column: the frequency is found, rollouts follow and their energy changes by
// the force's power.
func TestForceOfTime(t *testing.T) {
	inFolder(t)
	write := func(file string, trials int, seed uint64) {
		rng := rand.New(rand.NewPCG(seed, 3))
		var b strings.Builder
		b.WriteString("trial,t,theta,omega\n")
		for k := range trials {
			z, now := []float64{2 * (rng.Float64() - .5), 2 * (rng.Float64() - .5)}, 0.0
			for r := range 251 {
				fmt.Fprintf(&b, "%d,%.2f,%.15g,%.15g\n", k, 0.02*float64(r), z[0], z[1])
				for range 10 {
					at := now + 0.001
					rungeKutta(func(z, dz []float64) {
						dz[0], dz[1] = z[1], -9.81*math.Sin(z[0])-0.1*z[1]+3*math.Cos(2.3*at)
					}, z, 0.002)
					now += 0.002
				}
			}
		}
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("shaken.csv", 12, 1)
	write("fresh.csv", 2, 2)
	status, _, stderr := call(t, "train", "--data", "shaken.csv", "--angle", "theta", "--model", "lagrangian", "--out", "run", "--no-figures")
	if status != 0 || !strings.Contains(stderr, "angular frequency 2.3") || !strings.Contains(stderr, "cos(2.3*t)") {
		t.Fatalf("%d: %s", status, stderr)
	}
	fresh, err := os.ReadFile("fresh.csv")
	if err != nil {
		t.Fatal(err)
	}
	want := rows(string(fresh))
	for _, method := range []string{"dop853", "gauss6 --step 0.005"} {
		args := append([]string{"simulate", "run", "--x0", want[0][2] + "," + want[0][3], "--to", "5", "--steps", "250", "--method"}, strings.Fields(method)...)
		status, stdout, stderr := call(t, args...)
		if status != 0 || !strings.HasPrefix(stdout, "t,theta,omega,energy_change,power,supply\n") {
			t.Fatalf("%s: %d: %s%.80s", method, status, stderr, stdout)
		}
		balance, before := 0.0, 0.0
		for r, row := range rows(stdout) {
			v := make([]float64, len(row))
			for i := range row {
				v[i], _ = strconv.ParseFloat(row[i], 64)
			}
			// The drawn force stays for 2 ms, which is 1e-3 of its period.
			if w, _ := strconv.ParseFloat(want[r][2], 64); math.Abs(v[1]-w) > 5e-3 {
				t.Fatalf("%s, row %d: %v, want %v", method, r, row, want[r])
			}
			rate := v[4] + v[5]
			if r > 0 {
				balance += 0.01 * (rate + before)
			}
			before = rate
			// The trapezoidal rule is right to (2 pi / 150)^2 / 12 of what turns in 3 s.
			if math.Abs(v[3]-balance) > 2e-3 {
				t.Fatalf("%s, row %d: the energy changed by %v, and by its rate %v", method, r, v[3], balance)
			}
		}
	}
	if status, stdout, stderr := call(t, "evaluate", "run", "--data", "fresh.csv"); status != 0 {
		t.Errorf("%d: %s%s", status, stdout, stderr)
	}
	if status, _, stderr := call(t, "simulate", "run", "--x0", "1,0", "--to", "5", "--method", "tao4", "--step", "0.01"); status == 0 || !strings.Contains(stderr, "change with the time") {
		t.Errorf("a method for fields of the state alone: %d, %s", status, stderr)
	}
}
