package main

import (
	"encoding/csv"
	"encoding/json"
	"strconv"
	"strings"
	"testing"
)

// A Hamiltonian that is written is trained on like a known system, and found again; its rollouts have bands, about them and
// growing. What has no band says so.
func TestHamiltonianAndBand(t *testing.T) {
	inFolder(t)
	const dir = "run"
	ask := func(args ...string) string {
		t.Helper()
		status, stdout, stderr := call(t, args...)
		if status != 0 {
			t.Fatalf("%v: %d, %s", args, status, stderr)
		}
		return stdout
	}
	ask("train", "--hamiltonian", "p^2/2 + 3*(1-cos(q))", "--model", "hnn-formula", "--noise", "0.02", "--trajectories", "20", "--no-figures", "--no-strict", "--out", dir, "--quiet")
	if text := ask("explain", dir); !strings.Contains(text, "cos(q)") || !strings.Contains(text, "p^2") {
		t.Errorf("explained as %s", text)
	}
	text := ask("simulate", dir, "--x0", "1,0", "--to", "9", "--steps", "9", "--band", "0.9", "--quiet")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := func(name string, row int) float64 {
		for i, n := range rows[0] {
			if n == name {
				v, err := strconv.ParseFloat(rows[row][i], 64)
				if err != nil {
					t.Fatal(err)
				}
				return v
			}
		}
		t.Fatalf("no column %s in %v", name, rows[0])
		return 0
	}
	if lo, hi := column("q_lo", 1), column("q_hi", 1); lo != 1 || hi != 1 {
		t.Errorf("the first state is known, and its band is %v to %v", lo, hi)
	}
	for row := 2; row < len(rows); row++ {
		if lo, q, hi := column("q_lo", row), column("q", row), column("q_hi", row); !(lo < q && q < hi) || hi-lo > 0.5 {
			t.Errorf("row %d: %v to %v about %v", row, lo, hi, q)
		}
		if column("outside", row) != 0 {
			t.Errorf("row %d is outside", row)
		}
	}
	if column("p_hi", 10)-column("p_lo", 10)+column("q_hi", 10)-column("q_lo", 10) < 2*(column("p_hi", 2)-column("p_lo", 2)+column("q_hi", 2)-column("q_lo", 2)) {
		t.Errorf("the band does not grow: %v", rows)
	}
	trainClosedForm(t, "closed", "spring")
	if text := ask("simulate", "closed", "--x0", "1,0", "--to", "1", "--band", "0.9"); !strings.Contains(text, "q_lo") {
		t.Errorf("no band of a closed form: %s", text)
	}
	if text := ask("evaluate", "closed", "--band", "0.9", "--no-strict"); !strings.Contains(text, "bands of 90% hold ") {
		t.Errorf("no coverage of a closed form: %s", text)
	}
	ask("train", "spring", "--model", "hnn", "--steps", "5", "--no-figures", "--no-strict", "--quiet", "--out", "net")
	if code, _, stderr := call(t, "simulate", "net", "--x0", "1,0", "--to", "1", "--band", "0.9"); code == 0 || !strings.Contains(stderr, "nothing says how sure") {
		t.Errorf("a band of a network that was trained alone: %d, %s", code, stderr)
	}
	if code, _, stderr := call(t, "simulate", dir, "--x0", "1,0", "--to", "1", "--band", "2"); code == 0 || !strings.Contains(stderr, "between 0 and 1") {
		t.Errorf("--band 2: %d, %s", code, stderr)
	}
}

// What to measure next lies in the box that is asked for, and leaves less unknown with every trial.
func TestSuggest(t *testing.T) {
	inFolder(t)
	trainClosedForm(t, "run", "pendulum")
	status, stdout, stderr := call(t, "suggest", "run", "--count", "3", "--box", "q=-0.5:0.5", "--json", "--quiet")
	if status != 0 {
		t.Fatal(stderr)
	}
	var got []struct {
		Dir    string
		Trials []struct {
			State       []float64
			Width, Left float64
		}
	}
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || len(got) != 1 || len(got[0].Trials) != 3 {
		t.Fatalf("%v: %s", err, stdout)
	}
	left := 1.0
	for _, s := range got[0].Trials {
		if q := s.State[0]; len(s.State) != 2 || q < -0.5 || q > 0.5 || !(s.Width > 0) || !(s.Left < left) {
			t.Errorf("suggested %+v after %v was left", s, left)
		}
		left = s.Left
	}
	for _, bad := range [][]string{{"--box", "z=0:1"}, {"--box", "q=1:0"}, {"--count", "0"}, {"--duration", "-1"}} {
		if status, _, stderr := call(t, append([]string{"suggest", "run"}, bad...)...); status == 0 || !strings.Contains(stderr, strings.TrimPrefix(bad[0], "--")) {
			t.Errorf("%v: %d, %s", bad, status, stderr)
		}
	}
}
