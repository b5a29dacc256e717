package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"hnn/data/rods"
)

// markers are the joints of a double pendulum, rods of 1 and 0.6 from a pivot at (0.3, 2), masses 1 and 1, seen at
// 50 Hz with their velocities.
func markers(t *testing.T, file string, trials int, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 1))
	chain := &rods.Chain{Pivot: [2]float64{0.3, 2}, Rods: []rods.Rod{{From: -1, To: 0, Length: 1}, {From: 0, To: 1, Length: 0.6}}}
	rate := func(z, dz []float64) {
		s, c := math.Sincos(z[0] - z[1])
		m00, m01, m11 := 2.0, 0.6*c, 0.36
		r0 := -0.6*s*z[3]*z[3] - 2*9.81*math.Sin(z[0])
		r1 := 0.6*s*z[2]*z[2] - 0.6*9.81*math.Sin(z[1])
		det := m00*m11 - m01*m01
		dz[0], dz[1], dz[2], dz[3] = z[2], z[3], (m11*r0-m01*r1)/det, (m00*r1-m01*r0)/det
	}
	var b strings.Builder
	b.WriteString("trial,t,elbow_x,elbow_y,tip_x,tip_y,elbow_vx,elbow_vy,tip_vx,tip_vy\n")
	for k := range trials {
		z := []float64{3 * (rng.Float64() - .5), 3 * (rng.Float64() - .5), rng.Float64() - .5, rng.Float64() - .5}
		for r := range 151 {
			x := make([]float64, 8)
			chain.Points(z[:2], x[:4])
			chain.Velocities(z[:2], z[2:], x[4:])
			fmt.Fprintf(&b, "%d,%g", k, 0.02*float64(r))
			for _, v := range x {
				fmt.Fprintf(&b, ",%.17g", v)
			}
			b.WriteString("\n")
			for range 20 {
				rungeKutta(rate, z, 0.001)
			}
		}
	}
	if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

func rungeKutta(rate func(z, dz []float64), z []float64, h float64) {
	k, y, sum := make([]float64, len(z)), append([]float64(nil), z...), append([]float64(nil), z...)
	for i, w := range []float64{1, 2, 2, 1} {
		rate(y, k)
		for j := range y {
			sum[j] += h * w / 6 * k[j]
			if i < 3 {
				y[j] = z[j] + h*[]float64{0.5, 0.5, 1}[i]*k[j]
			}
		}
	}
	copy(z, sum)
}

// Points are turned into joint angles of the rods that are found, and answers are points: rollouts by a symplectic
// method keep rods and energy, and follow trials of other starts.
func TestRods(t *testing.T) {
	inFolder(t)
	markers(t, "markers.csv", 10, 1)
	markers(t, "fresh.csv", 5, 2)
	status, _, stderr := call(t, "train", "--data", "markers.csv", "--model", "lagrangian", "--out", "run", "--no-figures")
	if status != 0 || !strings.Contains(stderr, "rods from the pivot to point elbow, 1 long") || !strings.Contains(stderr, "from point elbow to point tip, 0.6 long") || !strings.Contains(stderr, "pivot is at (0.3, 2)") {
		t.Fatalf("%d: %s", status, stderr)
	}
	if status, stdout, stderr := call(t, "evaluate", "run", "--data", "fresh.csv", "--warm-up", "10"); status != 0 {
		t.Errorf("%d: %s%s", status, stdout, stderr)
	}
	fresh, err := os.ReadFile("fresh.csv")
	if err != nil {
		t.Fatal(err)
	}
	want := rows(string(fresh))
	start := strings.Join(want[0][2:], ",")
	for _, method := range []string{"dop853", "gauss6", "tao4"} {
		args := []string{"simulate", "run", "--x0", start, "--to", "3", "--steps", "150", "--method", method, "--rtol", "1e-9"}
		if method != "dop853" {
			args = append(args, "--step", "0.005")
		}
		status, stdout, stderr := call(t, args...)
		if status != 0 {
			t.Errorf("%s: %d: %s", method, status, stderr)
			continue
		}
		for r, row := range rows(stdout) {
			v := make([]float64, len(row))
			for i := range row {
				v[i], _ = strconv.ParseFloat(row[i], 64)
			}
			first, second := math.Hypot(v[1]-0.3, v[2]-2), math.Hypot(v[3]-v[1], v[4]-v[2])
			if math.Abs(first-1) > 1e-9 || math.Abs(second-0.6) > 1e-9 { // as long as they were found
				t.Fatalf("%s, row %d: rods of %v and %v", method, r, first, second)
			}
			for i := range 4 {
				// The fit is right to 1e-7; Tao's copies are bound to order 4 in the step.
				if w, _ := strconv.ParseFloat(want[r][2+i], 64); math.Abs(v[1+i]-w) > 1e-4 {
					t.Fatalf("%s, row %d: %v, want %v", method, r, row, want[r])
				}
			}
			if off := math.Abs(v[len(v)-1]); strings.Contains(stdout[:200], "energy_change") && off > 1e-6 {
				t.Fatalf("%s, row %d: the energy changed by %v", method, r, off)
			}
		}
	}
	for _, c := range []struct{ rods, want string }{
		{"0-2,2-1", "that is no rod"},
		{"0-1", "1 rods for 2 points"},
		{"0-1,1-2,2-0", "keeps its distance from none"},
		{"1-2", "0-1 is to be named"},
		{"0-1,1-3", "points 1 to 2"},
		{"elbow", "is no rod"},
	} {
		if status, _, stderr := call(t, "train", "--data", "markers.csv", "--model", "lagrangian", "--out", "bad", "--force", "--rods", c.rods); status == 0 || !strings.Contains(stderr, c.want) {
			t.Errorf("--rods %s: %d, want %q in %s", c.rods, status, c.want, stderr)
		}
	}
}
