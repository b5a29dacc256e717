package main

import (
	"encoding/csv"
	"strconv"
	"strings"
	"testing"
)

const brief = " --trajectories 10 --points 10 --steps 20 --batch 20 --hidden 8 --no-figures --quiet"

// A pairwise model of three bodies runs with five, from a state drawn or given.
func TestOtherNumberOfBodies(t *testing.T) {
	t.Chdir(t.TempDir())
	if status, _, stderr := call(t, strings.Fields("train three-body --model hnn-pairwise --weighted --no-strict --out run"+brief)...); status != 0 {
		t.Fatal(stderr)
	}
	status, stdout, stderr := call(t, strings.Fields("simulate run --bodies 5 --to 1 --steps 10")...)
	if status != 0 || !strings.Contains(stderr, "angular momentum") {
		t.Fatalf("status %d: %s", status, stderr)
	}
	rows, err := csv.NewReader(strings.NewReader(stdout)).ReadAll()
	if err != nil || len(rows) != 12 || rows[0][5] != "x5" || rows[0][20] != "py5" {
		t.Fatalf("%v: %v", err, rows[:min(len(rows), 2)])
	}
	start := strings.Join(rows[1][1:21], ",")
	status, again, stderr := call(t, "simulate", "run", "--mass", "1,1,1,1,1", "--x0="+start, "--to", "1", "--steps", "10")
	if status != 0 || again != stdout {
		t.Errorf("the same state given runs otherwise: status %d: %s", status, stderr)
	}
	if status, _, stderr := call(t, "simulate", "run", "--x0="+start, "--to", "1"); status == 0 || !strings.Contains(stderr, "20 components") {
		t.Errorf("five bodies in a model of three: status %d: %s", status, stderr)
	}
}

// A model that loses energy says how fast, and its H falls by as much.
func TestPowerIsRecorded(t *testing.T) {
	t.Chdir(t.TempDir())
	status, stdout, stderr := call(t, strings.Fields("train spring --model hnn-dissipative --no-strict --json --out run"+brief)...)
	if status != 0 {
		t.Fatal(stderr)
	}
	r, err := one(stdout)
	if err != nil || r.Model != "hnn-dissipative" || r.Power == nil {
		t.Fatalf("%v: %s", err, stdout)
	}
	status, stdout, stderr = call(t, strings.Fields("simulate run --x0 1,0 --to 2 --steps 200")...)
	if status != 0 {
		t.Fatal(stderr)
	}
	rows, err := csv.NewReader(strings.NewReader(stdout)).ReadAll()
	if err != nil || strings.Join(rows[0][3:5], " ") != "energy_change power" {
		t.Fatalf("%v: %v", err, rows[0])
	}
	var work, change float64
	for i, row := range rows[1:] {
		change = number(t, row[3])
		if p := number(t, row[4]); i == 0 || i == 200 {
			work += p * 0.01 / 2
		} else {
			work += p * 0.01
		}
	}
	// The trapezoidal rule of step 0.01 over a motion of period near 3.
	if d := work - change; d > 1e-4 || d < -1e-4 {
		t.Errorf("H changed by %g, the power integrates to %g", change, work)
	}
}

// The drift of what bodies conserve stands below the table, of the baselines too.
func TestDriftsOfBodies(t *testing.T) {
	t.Chdir(t.TempDir())
	status, stdout, stderr := call(t, strings.Fields("train two-body --model baseline,baseline-second-order,hnn,hnn-pairwise --horizon 1"+brief)...)
	if status != 0 {
		t.Fatal(stderr)
	}
	for _, want := range []string{"angular momentum", "baseline-second-order"} {
		if strings.Count(stdout, want) < 1 {
			t.Errorf("no %q in\n%s", want, stdout)
		}
	}
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
