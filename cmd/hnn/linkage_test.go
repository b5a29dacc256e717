package main

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
)

// hanging writes trials of a triangle of two unit masses and a pivot at (0.3, 2): one angle, of which the pivot's distance to
// the middle between the masses and the moment of inertia are known.
func hanging(t *testing.T, file string, trials int) {
	p := [2][2]float64{{-0.5, -0.9}, {0.6, -0.7}}
	var b strings.Builder
	b.WriteString("trial,t,left_x,left_y,right_x,right_y,left_vx,left_vy,right_vx,right_vy\n")
	for k := range trials {
		z := []float64{0.3 + 0.15*float64(k), 0.5 - 0.1*float64(k)}
		for r := range 151 {
			sin, cos := math.Sincos(z[0])
			fmt.Fprintf(&b, "%d,%g", k, 0.02*float64(r))
			var v [4]float64
			for i, at := range p {
				dx, dy := cos*at[0]-sin*at[1], sin*at[0]+cos*at[1]
				fmt.Fprintf(&b, ",%.17g,%.17g", 0.3+dx, 2+dy)
				v[2*i], v[2*i+1] = -z[1]*dy, z[1]*dx
			}
			fmt.Fprintf(&b, ",%.17g,%.17g,%.17g,%.17g\n", v[0], v[1], v[2], v[3])
			for range 20 {
				rungeKutta(func(z, dz []float64) {
					sin, cos := math.Sincos(z[0])
					dz[0], dz[1] = z[1], 0
					for _, at := range p {
						dz[1] -= 9.81 * (cos*at[0] - sin*at[1]) / (0.25 + 0.81 + 0.36 + 0.49)
					}
				}, z, 0.001)
			}
		}
	}
	if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// A body of two points that hangs from a pivot is found in a bare file, or as a closed loop that is named. Rollouts keep the rods
// and go round in the period that the moment of inertia gives; what cannot be made of such a model is refused.
func TestLinkage(t *testing.T) {
	inFolder(t)
	hanging(t, "triangle.csv", 8)
	status, stdout, stderr := call(t, "train", "--data", "triangle.csv", "--out", "run", "--no-figures")
	if status != 0 || !strings.Contains(stderr, "the pivot is at (0.3, 2); the law is of the points, which the rods hold") || !strings.Contains(stderr, "of their masses 1 can be told") || !strings.Contains(stderr, "the motion conserves energy") {
		t.Fatalf("%d: %s%s", status, stdout, stderr)
	}
	// At rest but for a small push: the period of a compound pendulum.
	sum := [2]float64{0.1, -1.6} // of both points
	down := math.Hypot(sum[0], sum[1])
	turn := math.Atan2(-sum[0], -sum[1])
	sin, cos := math.Sincos(turn)
	x0 := make([]string, 8)
	for i, at := range [2][2]float64{{-0.5, -0.9}, {0.6, -0.7}} {
		dx, dy := cos*at[0]-sin*at[1], sin*at[0]+cos*at[1]
		for c, v := range []float64{0.3 + dx, 2 + dy, -1e-3 * dy, 1e-3 * dx} {
			x0[c/2*4+2*i+c%2] = strconv.FormatFloat(v, 'g', -1, 64)
		}
	}
	period := 2 * math.Pi * math.Sqrt((0.25+0.81+0.36+0.49)/(9.81*down))
	status, stdout, stderr = call(t, "simulate", "run", "--x0", strings.Join(x0, ","), "--to", fmt.Sprint(10*period), "--steps", "100", "--method", "dop853", "--rtol", "1e-10", "--atol", "1e-12")
	if status != 0 {
		t.Fatalf("%d: %s", status, stderr)
	}
	all := rows(stdout)
	for r, row := range all {
		v := make([]float64, len(row))
		for i := range row {
			v[i], _ = strconv.ParseFloat(row[i], 64)
		}
		for _, off := range []float64{math.Hypot(v[1]-0.3, v[2]-2) - math.Hypot(0.5, 0.9), math.Hypot(v[3]-0.3, v[4]-2) - math.Hypot(0.6, 0.7), math.Hypot(v[3]-v[1], v[4]-v[2]) - math.Hypot(1.1, 0.2)} {
			if math.Abs(off) > 1e-10 { // the found lengths are right to 1e-12
				t.Fatalf("row %d: a rod is off by %v", r, off)
			}
		}
		if first, _ := strconv.ParseFloat(x0[0], 64); r == len(all)-1 && math.Abs(v[1]-first) > 1e-7 { // of a swing of 5e-4
			t.Errorf("after ten periods at %v, want %v", v[1], first)
		}
	}
	if status, _, stderr := call(t, "evaluate", "run", "--data", "triangle.csv", "--warm-up", "10"); status != 0 {
		t.Errorf("%d: %s", status, stderr)
	}
	for want, args := range map[string][]string{
		"is not written out":     {"export", "run", "--to", "c", "--out", "c"},
		"no state near":          {"simulate", "run", "--x0", "9,9,9,9,0,0,0,0", "--to", "1"},
		"are not canonical":      {"simulate", "run", "--x0", strings.Join(x0, ","), "--to", "1", "--method", "leapfrog", "--step", "0.01"},
		"0-2 is to be named":     {"train", "--data", "triangle.csv", "--out", "bad", "--rods", "0-1,1-2", "--force"},
		"coefficients of points": {"train", "--data", "triangle.csv", "--out", "bad", "--rods", "0-1,1-2,2-0", "--values", "M[left_x,left_x]=1", "--force"},
	} {
		if status, _, stderr := call(t, args...); status == 0 || !strings.Contains(stderr, want) {
			t.Errorf("%v: %d, want %q in %s", args, status, want, stderr)
		}
	}
	if status, _, stderr := call(t, "train", "--data", "triangle.csv", "--out", "named", "--rods", "0-1,1-2,2-0", "--no-figures"); status != 0 || !strings.Contains(stderr, "which the rods hold") {
		t.Errorf("%d: %s", status, stderr)
	}
}
