package main

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// trainClosedForm leaves a run of the task's closed form.
func trainClosedForm(t *testing.T, run, task string, more ...string) {
	t.Helper()
	args := append([]string{"train", task, "--trainer", "closed-form", "--features", "100", "--out", run, "--no-strict", "--no-figures", "--quiet"}, more...)
	if status, _, stderr := call(t, args...); status != 0 {
		t.Fatal(stderr)
	}
}

// rows are the fields of a CSV without its header.
func rows(text string) [][]string {
	var all [][]string
	for _, line := range strings.Split(strings.TrimSpace(text), "\n")[1:] {
		all = append(all, strings.Split(line, ","))
	}
	return all
}

// The integrator is chosen by the length of the rollout and by what the model is, and what
// was chosen is said.
func TestSimulateChooses(t *testing.T) {
	inFolder(t)
	trainClosedForm(t, "separable", "pendulum", "--structure", "separable")
	trainClosedForm(t, "any", "pendulum")
	trainClosedForm(t, "damped", "pendulum", "--dissipation", "linear")
	if status, _, stderr := call(t, append([]string{"train", "spring", "--trainer", "adam", "--model", "baseline", "--out", "baseline"}, quick...)...); status != 0 {
		t.Fatal(stderr)
	}
	for _, c := range []struct{ args, want string }{
		{"separable --to 20", "dop853; adaptive, for a short rollout"},
		{"separable --to 20 --rtol 1e-4", "rk45; adaptive"},
		{"separable --to 500", "blanes-moan6, step"},
		{"any --to 500", "gauss6, step"},
		{"damped --to 500", "dop853; adaptive, since the energy that the model knows changes along its motion"},
		{"baseline --to 5", "has no energy to conserve"},
		{"separable --to 5 --step 0.1", "blanes-moan6, step 0.1; symplectic"},
		{"any --to 5 --step 0.1", "gauss6, step 0.1; symplectic"},
		{"any --to 5 --step 0.1", "each solved to"},
		{"any --to 5 --method midpoint --rtol 1e-4", "the energy erred by"},
		{"any --times 0,0.1,3 --method rk4 --rtol 1e-6", "rk4, step"},
		{"separable --to 5 --steps 50 --method leapfrog --step 0.1", "50 steps, 51 evaluations"},
		{"any --to 5 --method tao4 --step 0.1 --omega 3", "omega 3"},
	} {
		args := append([]string{"simulate"}, strings.Fields(c.args)...)
		status, stdout, stderr := call(t, append(args, "--x0", "1.2,0.3")...)
		if status != 0 || !strings.Contains(stderr, c.want) || stdout == "" {
			t.Errorf("simulate %s: status %d, %q does not say %q", c.args, status, stderr, c.want)
		}
	}
	// A method for separable systems is refused for others, with those that work.
	for _, run := range []string{"any", "damped", "baseline"} {
		status, stdout, stderr := call(t, "simulate", run, "--x0", "1,0", "--to", "3", "--method", "yoshida6", "--step", "0.1")
		if status != 1 || stdout != "" || !strings.Contains(stderr, "gauss6") || !strings.Contains(stderr, "separable") {
			t.Errorf("%s with yoshida6: status %d, %s", run, status, stderr)
		}
	}
	if status, _, stderr := call(t, "simulate", "any", "--x0", "1,0", "--to", "3", "--omega", "4"); status == 0 || !strings.Contains(stderr, "tao4") {
		t.Errorf("omega of an adaptive method: status %d, %s", status, stderr)
	}
	status, _, stderr := call(t, "simulate", "any", "--x0", "1,0", "--times", "0,1,3", "--reversible")
	if status != 1 || !strings.Contains(stderr, "--step") {
		t.Errorf("reversible at uneven times: status %d, %s", status, stderr)
	}
}

// The command that a reversible rollout prints undoes it to the bit, also where the model
// works in units of its own.
func TestSimulateReversible(t *testing.T) {
	inFolder(t)
	trainClosedForm(t, "separable", "pendulum", "--structure", "separable")
	trainClosedForm(t, "any", "pendulum")
	// A mass on a spring about 120 mm, in ms and g mm/ms.
	var text strings.Builder
	text.WriteString("trial,t,q,p\n")
	for trial := range 4 {
		for i := range 60 {
			at := float64(trial) + 0.1*float64(i)
			sin, cos := math.Sincos(at)
			amplitude := float64(10 + 3*trial)
			fmt.Fprintf(&text, "%d,%d,%g,%g\n", trial, 20*i, 120+amplitude*cos, -amplitude*sin)
		}
	}
	if err := os.WriteFile("own.csv", []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	for run, structure := range map[string]string{"own": "", "own-separable": "--structure=separable"} {
		args := []string{"train", "--data", "own.csv", "--trainer", "closed-form", "--features", "60", "--out", run, "--no-figures", "--quiet"}
		if structure != "" {
			args = append(args, structure)
		}
		if status, _, stderr := call(t, args...); status != 0 {
			t.Fatal(stderr)
		}
	}
	for _, args := range []string{
		"separable", "any", "any --step 0.05 --method tao2", "separable --method leapfrog --rtol 1e-5 --times 0,0.5,1",
		"separable --step 0.1 --times 0,0.1,0.4,1",
		"own", "own-separable --step 7", "own --step 3 --method tao2 --omega 0.03",
	} {
		full := append([]string{"simulate"}, strings.Fields(args)...)
		if strings.HasPrefix(args, "own") {
			full = append(full, "--x0", "131,3", "--reversible", "--to", "2100")
		} else {
			full = append(full, "--x0", "1.2,0.3", "--reversible")
		}
		if !strings.Contains(args, "times") && !strings.HasPrefix(args, "own") {
			full = append(full, "--to", "30")
		}
		status, stdout, stderr := call(t, full...)
		if status != 0 {
			t.Fatal(stderr)
		}
		_, back, ok := strings.Cut(stderr, "back: hnn ")
		if !ok {
			t.Fatalf("no way back: %s", stderr)
		}
		back, _, _ = strings.Cut(back, "\n")
		there := rows(stdout)
		status, stdout, stderr = call(t, strings.Fields(back)...)
		if status != 0 {
			t.Fatal(stderr)
		}
		again := rows(stdout)
		slices.Reverse(again)
		for i := range there {
			// State and copy; energies are taken from other zeros.
			n := len(there[i]) - 2
			if !slices.Equal(there[i][1:n], again[i][1:n]) {
				t.Fatalf("simulate %s: row %d is %v and, back, %v", args, i, there[i], again[i])
			}
		}
	}
}

// A model trained through long steps of leapfrog is right in those steps, and its own flow is
// not: corrected for the step it keeps the system's true energy several times better.
func TestSimulateCorrected(t *testing.T) {
	inFolder(t)
	args := strings.Fields("train pendulum --trainer adam --loss trajectory --integrator leapfrog --model hnn-separable --hidden 32,32 " +
		"--points 16 --noise 0 --trajectories 30 --window 4 --steps 1500 --l2 0 --learning-rate 5e-3 --schedule cosine --out run --no-strict --no-figures --quiet")
	if status, _, stderr := call(t, args...); status != 0 {
		t.Fatal(stderr)
	}
	spread := func(more ...string) float64 {
		status, stdout, stderr := call(t, append([]string{"simulate", "run", "--x0", "1.5,0", "--to", "20"}, more...)...)
		if status != 0 || len(more) > 0 && !strings.Contains(stderr, "corrected for training by leapfrog with steps of 0.2") {
			t.Fatal(status, stderr)
		}
		least, most := math.Inf(1), math.Inf(-1)
		for _, row := range rows(stdout) {
			e, err := strconv.ParseFloat(row[4], 64)
			if err != nil {
				t.Fatal(err)
			}
			least, most = min(least, e), max(most, e)
		}
		return most - least
	}
	plain := spread()
	for _, correct := range []string{"--correct", "--correct=0.2"} {
		if corrected := spread(correct); corrected > plain/3 {
			t.Errorf("%s: the true energy varies by %.3g, uncorrected by %.3g", correct, corrected, plain)
		}
	}
	// The way back from a reversible rollout goes by the corrected model too.
	status, stdout, stderr := call(t, strings.Fields("simulate run --x0 1,0.2 --to 4 --reversible --correct")...)
	if status != 0 {
		t.Fatal(stderr)
	}
	_, back, _ := strings.Cut(stderr, "back: hnn ")
	back, _, _ = strings.Cut(back, "\n")
	there := rows(stdout)
	if status, stdout, stderr = call(t, strings.Fields(back)...); status != 0 {
		t.Fatal(stderr)
	}
	if again := rows(stdout); !slices.Equal(again[len(again)-1][1:3], there[0][1:3]) {
		t.Errorf("back by %q: %v, want %v", back, again[len(again)-1], there[0])
	}
	trainClosedForm(t, "derivatives", "pendulum")
	for args, want := range map[string]string{
		"simulate derivatives --x0 1,0 --to 3 --correct": "nothing to correct",
		"simulate run --x0 1,0 --to 3 --correct=-1":      "positive step",
	} {
		if status, _, stderr := call(t, strings.Fields(args)...); status == 0 || !strings.Contains(stderr, want) {
			t.Errorf("%s: status %d, %s", args, status, stderr)
		}
	}
}

// Energy is added to every kind of model that has one: all columns of the rollout go on
// after the push, at which the learned H jumps by what was asked for.
func TestSimulateAddsEnergy(t *testing.T) {
	inFolder(t)
	trainClosedForm(t, "damped", "spring", "--dissipation", "linear") // its column power too
	for run, more := range map[string]string{"ensemble": "--ensemble 2", "damped-ensemble": "--ensemble 2 --dissipation linear"} {
		args := append(strings.Fields("train spring --trainer adam --out "+run+" "+more), quick...)
		if status, _, stderr := call(t, args...); status != 0 {
			t.Fatal(stderr)
		}
	}
	for run, columns := range map[string]int{"damped": 6, "ensemble": 9, "damped-ensemble": 10} {
		for _, out := range []string{"", "--out=r.npz"} {
			args := append(strings.Fields("simulate "+run+" --x0 1,0 --to 4 --steps 40 --add-energy 0.2"), strings.Fields(out)...)
			status, stdout, stderr := call(t, args...)
			if status != 0 {
				t.Fatalf("%s: %s", run, stderr)
			}
			if out != "" {
				continue
			}
			all := rows(stdout)
			if len(all) != 41 || len(all[40]) != columns {
				t.Errorf("%s: %d rows of %d columns, want 41 of %d", run, len(all), len(all[40]), columns)
			}
			// energy_change is the first column behind the states.
			at := map[int]int{6: 3, 9: 7, 10: 7}[columns]
			before, after := number(t, all[19][at]), number(t, all[20][at])
			if jump := after - before; jump < 0.15 || jump > 0.25 {
				t.Errorf("%s: H jumps by %v, want 0.2 but for a step's loss", run, jump)
			}
		}
	}
}

// The law of three bodies serves thirty, also that of an ensemble, and of one as of the other
// momentum is kept.
func TestThirtyBodies(t *testing.T) {
	inFolder(t)
	for run, more := range map[string]string{"one": "", "ensemble": "--ensemble 2"} {
		args := append(strings.Fields("train three-body --model hnn-pairwise --horizon 1 --out "+run+" "+more), strings.Fields(brief)...)
		if status, _, stderr := call(t, args...); status != 0 {
			t.Fatal(stderr)
		}
		status, stdout, stderr := call(t, strings.Fields("simulate "+run+" --bodies 30 --to 0.002 --steps 2 --rtol 1e-6")...)
		if status != 0 {
			t.Fatal(stderr)
		}
		all := rows(stdout)
		for _, row := range all {
			for _, axis := range []int{61, 91} {
				sum := 0.0
				for _, p := range row[axis : axis+30] {
					sum += number(t, p)
				}
				first := 0.0
				for _, p := range all[0][axis : axis+30] {
					first += number(t, p)
				}
				if math.Abs(sum-first) > 1e-10 {
					t.Errorf("%s: momentum goes from %v to %v", run, first, sum)
				}
			}
		}
	}
}
