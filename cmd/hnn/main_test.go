package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"hnn/experiment"
	"hnn/experiment/task"
)

// call runs the program in a folder of its own.
func call(t testing.TB, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = execute(context.Background(), args, &out, &errs)
	return status, out.String(), errs.String()
}

// one reads the results of a single run that --json has printed.
func one(stdout string) (experiment.Results, error) {
	var all []runResults
	if err := json.Unmarshal([]byte(stdout), &all); err != nil {
		return experiment.Results{}, err
	}
	if len(all) != 1 || all[0].Dir == "" {
		return experiment.Results{}, fmt.Errorf("%d runs, want one with its directory", len(all))
	}
	return *all[0].Results, nil
}

// A set of kernels that there is not is refused, whatever the verb: HNN_KERNEL is read
// when the process starts, so this is a process of its own.
func TestUnknownKernel(t *testing.T) {
	if os.Getenv("HNN_KERNEL") == "avx3" {
		os.Exit(execute(context.Background(), []string{"version"}, os.Stdout, os.Stderr))
	}
	c := exec.Command(os.Args[0], "-test.run", "^TestUnknownKernel$")
	c.Env = append(os.Environ(), "HNN_KERNEL=avx3")
	out, err := c.CombinedOutput()
	if c.ProcessState.ExitCode() != 2 || !strings.Contains(string(out), `HNN_KERNEL is "avx3"`) || !strings.Contains(string(out), "generic") {
		t.Errorf("%v: %s", err, out)
	}
}

// inFolder makes the test work in an empty folder.
func inFolder(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	return dir
}

// quick are flags that make a spring run take a fraction of a second.
var quick = []string{"--steps", "60", "--hidden", "16,16", "--trajectories", "10", "--points", "10", "--no-strict", "--no-figures", "--quiet"}

func TestMistakesInUsage(t *testing.T) {
	inFolder(t)
	if err := os.MkdirAll("old", 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"bad.yaml": "task: spring\nwidht: 3\n", "own.csv": "t,q,p\n0,1,0\n", "old/config.yaml": "task: spring\n"} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ args, want string }{
		{"reproduce sprnig", `unknown task "sprnig": did you mean "spring"?`},
		{"train penduum", `did you mean "pendulum"?`},
		{"trian spring", `unknown verb "trian": did you mean "train"?`},
		{"train spring --hidden 200,-1", "hidden layer 2 has width -1"},
		{"train spring --hiden 200", "unknown flag: --hiden: did you mean --hidden?\nRun 'hnn help train' for usage."},
		{"train spring --x0 1,0", "it is a flag of hnn simulate"},
		{"train own.csv", "hnn train --data own.csv"},
		{"reproduce own.csv", "hnn train --data own.csv"},
		{"train bad.yaml", "hnn train --config bad.yaml"},
		{"inspect own.csv", "hnn data inspect own.csv"},
		{"evaluate own.csv", "hnn data inspect own.csv"},
		{"simulate own.csv --x0 1,0 --to 1", "hnn data inspect own.csv"},
		{"train old", "hnn train --resume old"},
		{"data inspect old", "hnn inspect old"},
		{"help trian", `unknown verb "trian": did you mean "train"?`},
		{"help data inspekt", `did you mean "inspect"?`},
		{"bench --only xyz", "no case begins with"},
		{"train spring --known --trainer adam", "tell it by structure and angle"},
		{"train spring --steps ten", "--steps"},
		{"train spring --activation relu", "second derivative"},
		{"train spring --activation tahn", `no activation "tahn"`},
		{"train spring --model lnn", `unknown model "lnn"`},
		{"train spring --seeds 4-0", "--seeds"},
		{"train spring --seeds 0-99999999999", "--seeds"},
		{"train spring --seed 1 --seeds 0-1", "one of the two"},
		{"train spring pendulum", "one task"},
		{"train spring --data x.csv", "draws its own data"},
		{"train --data x.csv --points 5", "draws nothing"},
		{"train", "nothing to train on"},
		{"train --config bad.yaml", "line 2: field widht not found"},
		{"train spring --config bad.yaml", "leave out the task"},
		{"train --resume runs/1 --steps 5", "--steps"},
		{"train spring --force", "no --out"},
		{"train spring --jobs 0", "--jobs"},
		{"train spring --trainer closedform", `did you mean "closed-form"`},
		{"train spring --trainer closed-form --steps 5", "steps: of the trainer adam"},
		{"train spring --trainer closed-form --sampling fresh", "sampling: of the trainer adam"},
		{"train spring --trainer adam --integrator midpoint", "integrator: of the loss trajectory"},
		{"train spring --loss trajectory --integrator leapfrog", "separable"},
		{"train spring --loss derivative --window 5", "window: of the loss trajectory"},
		{"train spring --trainer closed-form --loss trajectory", "of the trainer adam"},
		{"train spring --trainer adam --symmetry parity", "symmetry: of the trainer closed-form"},
		{"train spring --model baseline --structure separable", "no Hamiltonian"},
		{"train spring --trainer adam --structure pairwise", "bodies"},
		{"train spring --dissipation quadratic", "linear"},
		{"train spring --trainer adam --mass 1,1", "pairwise only"},
		{"train spring --model baseline --polish", "polish solves for the last layer of the model hnn"},
		{"train spring --trainer closed-form --structure pairs", "pairwise"},
		{"train spring --trainer closed-form --precision float32", "float64"},
		{"train --data x.csv --trainer closed-form --known", "no known system"},
		{"train spring --l2 1 --weight-decay 1", "give one"},
		{"train spring --sampling epoch", "give a batch"},
		{"reproduce spring --data x.csv", "hnn train"},
		{"reproduce real-pendulum", "--data FILE"},
		{"reproduce spring spring", "asked for twice"},
		{"reproduce spring --seeds 1,1", "asked for twice"},
		{"reproduce pixel-pendulum --data x.csv", "of the paper's tasks only"},
		{"reproduce spring --recipe tuned", "runs on pictures"},
		{"reproduce pixel-pendulum --trainer closed-form", "trained by adam, not by closed-form"},
		{"reproduce pixel-pendulum --features 30", "features: without meaning"},
		{"train --frames x --data y", "give one"},
		{"train --frames x --polish", "polish: without meaning"},
		{"train --frames x --weighted --smooth yes", "weighted, smooth: without meaning"},
		{"train --frames x --trainer closed-form", "trained by adam, not by closed-form"},
		{"train --frames x --time t", "reads no columns"},
		{"train pixel-pendulum --frames x", "draws its own frames"},
		{"train spring --test-fraction 0 --learning-rate 1e300", "learning rate"},
		{"simulate runs/1 --x0 1,0 --times 0,2,1", "one way"},
		{"simulate runs/1 --x0 1,0 --to 3 --rtol 0", "positive"},
		{"evaluate", "takes [RUN]"},
		{"simulate runs/1 --to 3", "--x0"},
		{"simulate runs/1 --x0 1,0", "no times"},
		{"simulate runs/1 --x0 1,zero --to 3", `"zero" is no number`},
		{"simulate runs/1 --x0 1,0 --to 0", "two different"},
		{"simulate runs/1 --x0 1,0 --to 3 --times 0,1", "leave out"},
		{"simulate runs/1 --x0 1,0 --to 3 --method rk4 --step 0", "positive"},
		{"simulate runs/1 --x0 1,0 --to 3 --method rk45 --step 0.1", "chooses its steps"},
		{"simulate runs/1 --x0 1,0 --to 3 --method leapfrog --atol 1e-3", "fixed step"},
		{"simulate runs/1 --x0 1,0 --to 3 --method gauss6 --reversible", "tao4"},
		{"simulate runs/1 --x0 1,0 --to 3 --method leapforg", "leapfrog"},
		{"simulate runs/1 --x0 1,0 --to 3 --method rk54", "rk45"},
		{"simulate runs/1 --x0 1,0 --to 3 --out a.txt", ".csv or .npz"},
		{"simulate runs/1 --x0 1,0 --film 1 --to 3", "give one"},
		{"simulate runs/1 --film 0 --to 3", "counted from 1"},
		{"bench --rounds 0", "positive"},
		{"version now", "no arguments"},
	} {
		status, stdout, stderr := call(t, strings.Fields(c.args)...)
		if status != 2 || !strings.Contains(stderr, c.want) || stdout != "" {
			t.Errorf("hnn %s: status %d, stdout %q, stderr %q; want status 2 and %q", c.args, status, stdout, stderr, c.want)
		}
	}
	if entries, err := os.ReadDir("."); err != nil || len(entries) != 3 {
		t.Errorf("mistakes left %d files, want the three that were there (%v)", len(entries), err)
	}
}

// The default trainers of reproduce are adam and the closed form, of which pictures have one.
func TestReproducePixelPendulum(t *testing.T) {
	f := newConfigFlags(new(cobra.Command), []string{"baseline", "hnn"}, []string{"adam", "closed-form"}, nil)
	if err := f.cmd.Flags().Set("seed", "0"); err != nil {
		t.Fatal(err)
	}
	configs, err := reproduceConfigs(f, []string{task.PixelPendulum, "spring"}, newDisplay(io.Discard, true))
	if err != nil {
		t.Fatal(err)
	}
	var runs []string
	for _, c := range configs {
		runs = append(runs, c.Task+" "+c.Model+" "+string(c.Trainer))
	}
	want := []string{"pixel-pendulum baseline adam", "pixel-pendulum hnn adam", "spring baseline adam", "spring hnn adam", "spring hnn closed-form"}
	if !slices.Equal(runs, want) {
		t.Errorf("runs %q, want %q", runs, want)
	}
}

// The help of reproduce names the tasks that it leaves out where none is named, and why.
func TestReproduceWithoutATask(t *testing.T) {
	f := newConfigFlags(new(cobra.Command), []string{"hnn"}, []string{"adam"}, nil)
	configs, err := reproduceConfigs(f, nil, newDisplay(io.Discard, true))
	if err != nil {
		t.Fatal(err)
	}
	_, help, _ := call(t, "help", "reproduce")
	_, left, _ := strings.Cut(strings.Join(strings.Fields(help), " "), "Left out without a name are ")
	left, _, _ = strings.Cut(left, ".")
	for _, task := range task.PaperNames() {
		runs := slices.ContainsFunc(configs, func(c experiment.Config) bool { return c.Task == task })
		if names := strings.Contains(" "+left, " "+task+","); names == runs {
			t.Errorf("%s: it runs without a task: %v; the help leaves out %q", task, runs, left)
		}
	}
}

func TestFailures(t *testing.T) {
	inFolder(t)
	write := func(name, text string) {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	measured := " %o v\r\n  0.0e+000  0.00e+000  1.0e+000  0.0e+000\r\n  0.0e+000  1.00e-001  9.9e-001  -1.0e-001\r\n  0.0e+000  2.00e-001  9.7e-001  -2.0e-001\r\n"
	write("truncated.txt", measured+"  0.0e+000  3.00e-001  9.4e-0")
	write("short.txt", measured+"  0.0e+000  3.00e-001  9.4e-001\r\n"+"  0.0e+000  4.00e-001  9.0e-001 -4.0e-001\r\n")
	write("nan.csv", "t,q,p\n0,1,0\n0.1,0.99,NaN\n0.2,0.97,-0.2\n")
	write("four.csv", "t,q1,q2,p1,p2\n0,1,0,0,0\n0.1,0.9,0,0,0.1\n0.2,0.8,0,0,0.1\n0.3,0.7,0,0,0.1\n")
	write("file", "")
	if status, _, stderr := call(t, append([]string{"train", "spring", "--out", "run"}, quick...)...); status != 0 {
		t.Fatal(stderr)
	}
	damaged, err := os.ReadFile("run/model.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS("broken", os.DirFS("run")); err != nil {
		t.Fatal(err)
	}
	write("broken/model.safetensors", string(damaged[:len(damaged)/2]))
	for _, c := range []struct {
		args string
		want []string
	}{
		{"train spring --out run", []string{"run exists", "--resume", "--force"}},
		{"train spring --out file", []string{"file"}},
		{"train spring --out file/run", []string{"file"}},
		{"reproduce real-pendulum --data missing.txt", []string{"missing.txt", "no such file"}},
		{"reproduce real-pendulum --data truncated.txt", []string{"truncated.txt", "line 5"}},
		{"reproduce real-pendulum --data short.txt", []string{"short.txt", "line 5", "3"}},
		{"train --data nan.csv", []string{"nan.csv", "line 3", "column 3"}},
		{"train spring --batch 100000", []string{"100000", "750"}},
		{"evaluate run --data four.csv", []string{"2 components", "4"}},
		{"train --data missing.csv --out run --force", []string{"missing.csv"}},
		{"evaluate nowhere", []string{"nowhere is not a run directory"}},
		{"evaluate broken", []string{"broken/model.safetensors", "safetensors"}},
		{"simulate run --x0 1,0,0 --to 3", []string{"3 components", "2"}},
		{"simulate run --x0 NaN,0 --to 3", []string{"finite"}},
		{"train --resume nowhere", []string{"nowhere is not a run directory"}},
		{"train --config nowhere.yaml", []string{"nowhere.yaml"}},
	} {
		args := strings.Fields(c.args)
		status, stdout, stderr := call(t, args...)
		ok := status == 1 || args[1] == "--config" && status == 2
		for _, want := range c.want {
			ok = ok && strings.Contains(stderr, want)
		}
		if !ok || stdout != "" {
			t.Errorf("hnn %s: status %d, stdout %q, stderr %q; want status 1 and %q", c.args, status, stdout, stderr, c.want)
		}
	}
}

// Train, evaluate, simulate: one run through every verb.
func TestVerbs(t *testing.T) {
	inFolder(t)
	status, stdout, stderr := call(t, append([]string{"train", "spring", "--json"}, quick...)...)
	if status != 0 {
		t.Fatal(stderr)
	}
	trained, err := one(stdout)
	if err != nil || trained.Model != "hnn" || trained.Strict != nil {
		t.Fatalf("%v: %s", err, stdout)
	}
	const run = "runs/0001-spring-hnn"
	status, stdout, stderr = call(t, "evaluate", run, "--json", "--no-strict")
	evaluated, err := one(stdout)
	if status != 0 || err != nil {
		t.Fatalf("%v: %s", err, stderr)
	}
	if evaluated.TestLoss != trained.TestLoss || evaluated.EnergyMSE.Mean != trained.EnergyMSE.Mean {
		t.Errorf("evaluate: %+v, after training %+v", evaluated.TestLoss, trained.TestLoss)
	}
	// Other data: losses, and nothing that belongs to the run's own.
	if err := os.WriteFile("own.csv", []byte("t,q,p,dq,dp\n0,1,0,0,-2\n0.1,0.98,-0.2,-0.4,-1.96\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	status, stdout, stderr = call(t, "evaluate", run, "--data", "own.csv", "--json")
	other, err := one(stdout)
	if status != 0 || err != nil || !(other.TestLoss.Mean > 0) || other.EnergyMSE != nil || other.Strict != nil {
		t.Errorf("evaluate --data: status %d, %s, %s", status, stdout, stderr)
	}
	// There and back again: the end of one rollout, run backwards, is its start.
	status, stdout, stderr = call(t, "simulate", run, "--x0", "0.6,0.2", "--to", "2", "--steps", "4")
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	if status != 0 || len(lines) != 6 || lines[0] != "t,q,p,energy_change,true_energy" {
		t.Fatalf("simulate: status %d, %q, %s", status, stdout, stderr)
	}
	last := strings.Split(lines[5], ",")
	status, _, stderr = call(t, "simulate", run, "--x0", last[1]+","+last[2], "--from", "2", "--to", "0", "--out", "back.csv", "--method", "dop853", "--rtol", "1e-12", "--atol", "1e-12")
	back, err := os.ReadFile("back.csv")
	if status != 0 || err != nil {
		t.Fatalf("simulate backwards: %v %s", err, stderr)
	}
	lines = strings.Split(strings.TrimSpace(string(back)), "\n")
	var at, q, p, e, h float64
	if _, err := fmt.Sscanf(lines[len(lines)-1], "%g,%g,%g,%g,%g", &at, &q, &p, &e, &h); err != nil {
		t.Fatal(err)
	}
	// The tolerance of 1e-9 of the way there, over a time of order one.
	if at != 0 || math.Abs(q-0.6) > 1e-7 || math.Abs(p-0.2) > 1e-7 {
		t.Errorf("the rollout came back to (%v, %v) at %v", q, p, at)
	}
	if status, _, stderr = call(t, "simulate", run, "--x0", "0.6,0.2", "--times", "0,1,5", "--out", "a.npz"); status != 0 {
		t.Error(stderr)
	}
	if status, stdout, _ = call(t, "version"); status != 0 || !strings.Contains(stdout, "kernels") {
		t.Errorf("version: %q", stdout)
	}
	if status, stdout, _ = call(t, "completion", "bash"); status != 0 || !strings.Contains(stdout, "complete") {
		t.Errorf("completion: status %d", status)
	}
	if status, stdout, _ = call(t, "help"); status != 0 || !strings.Contains(stdout, "reproduce") {
		t.Errorf("help: status %d", status)
	}
}

// Several seeds and models give an array, in order, and a report of their spread.
func TestSeedsAndModels(t *testing.T) {
	inFolder(t)
	args := append([]string{"reproduce", "spring", "--seeds", "0,2", "--jobs", "2"}, quick...)
	args = append(args, "--features", "12")
	status, stdout, stderr := call(t, append(args, "--json", "--out", "all")...)
	var all []experiment.Results
	if err := json.Unmarshal([]byte(stdout), &all); status != 0 || err != nil {
		t.Fatalf("%v: %s", err, stderr)
	}
	var got []string
	for _, r := range all {
		got = append(got, fmt.Sprint(r.Model, r.Seed, r.Trainer))
	}
	if strings.Join(got, " ") != "baseline0adam hnn0adam hnn0closed-form baseline2adam hnn2adam hnn2closed-form" {
		t.Errorf("runs %v", got)
	}
	for _, dir := range []string{"spring-baseline-seed0", "spring-hnn-seed2"} {
		if _, err := os.Stat(filepath.Join("all", dir, "results.json")); err != nil {
			t.Error(err)
		}
	}
	status, stdout, stderr = call(t, args...)
	if status != 0 || !strings.Contains(stdout, "hnn (2 seeds)") || !strings.Contains(stdout, "median") {
		t.Errorf("status %d, %q, %s", status, stdout, stderr)
	}
}

// The measured pendulum, where its file lies beside the clone.
func TestRealPendulum(t *testing.T) {
	path, err := filepath.Abs("../../../shared/data/schmidt-lipson/real_pend_h_1.txt")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Skip("the measured pendulum's file is not beside the clone")
	}
	inFolder(t)
	status, stdout, stderr := call(t, "reproduce", "real-pendulum", "--data", path, "--steps", "300", "--json", "--jobs", "2", "--seed", "0")
	var all []experiment.Results
	if err := json.Unmarshal([]byte(stdout), &all); status != 0 || err != nil || len(all) != 3 {
		t.Fatalf("%v: %s", err, stderr)
	}
	for _, r := range all {
		if r.EnergyMSE == nil || !(r.TestLoss.Mean < 0.1) || r.Strict != nil {
			t.Errorf("%s: test loss %v, energy %v, strict %v", r.Model, r.TestLoss, r.EnergyMSE, r.Strict)
		}
	}
}
