package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Programs read one shape: of runs a list of objects with the run's directory, and numbers as numbers.
func TestJSONShape(t *testing.T) {
	inFolder(t)
	if status, _, stderr := call(t, append([]string{"train", "spring", "--out", "run", "--seed", "7"}, quick...)...); status != 0 {
		t.Fatal(stderr)
	}
	for _, args := range []string{"train --config run/config.yaml --out again --quiet --no-figures", "evaluate run --no-strict", "inspect run", "explain run", "simulate run --x0 0.5,0 --to 1 --steps 2"} {
		status, stdout, stderr := call(t, append(strings.Fields(args), "--json")...)
		var all []map[string]any
		if err := json.Unmarshal([]byte(stdout), &all); status != 0 || err != nil || len(all) != 1 || all[0]["dir"] == nil {
			t.Errorf("hnn %s: status %d, %v, %s%s", args, status, err, stdout, stderr)
			continue
		}
		if seed, ok := all[0]["seed"]; ok && seed != 7.0 {
			t.Errorf("hnn %s: the seed is %#v", args, seed)
		}
	}
	_, stdout, _ := call(t, "simulate", "run", "--x0", "0.5,0", "--to", "1", "--steps", "2", "--json")
	var sim []struct {
		T      []float64
		X      [][]float64
		Energy []float64 `json:"energy_change"`
	}
	if err := json.Unmarshal([]byte(stdout), &sim); err != nil || len(sim[0].T) != 3 || len(sim[0].X) != 3 || len(sim[0].X[2]) != 2 || len(sim[0].Energy) != 3 {
		t.Errorf("simulate: %v, %s", err, stdout)
	}
	var version map[string]any
	if status, stdout, _ := call(t, "version", "--json"); status != 0 || json.Unmarshal([]byte(stdout), &version) != nil || version["threads"].(float64) < 1 {
		t.Errorf("version: %s", stdout)
	}
	_, long, _ := call(t, "version")
	if status, short, _ := call(t, "--version"); status != 0 || short != long {
		t.Errorf("--version: status %d, %q", status, short)
	}
}

// Where a run takes seconds a reproduction is over three seeds, unless the user says how many.
func TestSeedsOfReproduction(t *testing.T) {
	inFolder(t)
	count := func(args ...string) (n int, table string) {
		status, stdout, stderr := call(t, append(append([]string{"reproduce"}, args...), quick...)...)
		if status != 0 {
			t.Fatal(stderr)
		}
		dirs, err := filepath.Glob("runs/*")
		if err != nil || os.RemoveAll("runs") != nil {
			t.Fatal(err)
		}
		return len(dirs), stdout
	}
	few := []string{"--model", "hnn", "--trainer", "adam"}
	if n, table := count(append(few, "spring")...); n != 3 || !strings.Contains(table, "hnn (3 seeds)") || !strings.Contains(table, "worst") {
		t.Errorf("%d runs:\n%s", n, table)
	}
	if n, _ := count(append(few, "spring", "--seed", "4")...); n != 1 {
		t.Errorf("%d runs of one seed", n)
	}
	if n, _ := count(append(few, "two-body", "--batch", "0")...); n != 1 {
		t.Errorf("%d runs of a task whose runs take longer", n)
	}
}

// What no finished run is in is left out, with a word, and not what is damaged.
func TestUnfinishedRuns(t *testing.T) {
	inFolder(t)
	if status, _, stderr := call(t, append([]string{"train", "spring", "--out", "runs/1"}, quick...)...); status != 0 {
		t.Fatal(stderr)
	}
	for _, dir := range []string{"runs/2", "runs/3"} {
		if err := os.CopyFS(dir, os.DirFS("runs/1")); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove("runs/2/model.safetensors"); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove("runs/3/config.yaml"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("runs/input.csv", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	status, _, stderr := call(t, "report", "runs/1", "runs/2", "runs/3", "runs/input.csv")
	if status != 0 || strings.Count(stderr, "left out") != 3 || !strings.Contains(stderr, "hnn train --resume runs/2") {
		t.Errorf("status %d: %s", status, stderr)
	}
	if page := string(readFile(t, "report.html")); !strings.Contains(page, "1 run") {
		t.Error("the report is not of one run")
	}
	for _, bad := range [][]string{{"report", "runs/2", "--force"}, {"report", "runs/4", "--force"}, {"serve", "runs/2"}, {"serve", "runs/1", "runs/4"}} {
		if status, _, stderr := call(t, bad...); status != 1 {
			t.Errorf("%v: status %d, %s", bad, status, stderr)
		}
	}
}

// The shell completes runs, verbs and every enumeration.
func TestCompletion(t *testing.T) {
	inFolder(t)
	if status, _, stderr := call(t, append([]string{"train", "spring"}, quick...)...); status != 0 {
		t.Fatal(stderr)
	}
	for _, c := range [][2]string{
		{"simulate |", "runs/0001-spring-hnn"}, {"report runs/00|", "runs/0001-spring-hnn"}, {"inspect runs/0001-spring-hnn |", ""},
		{"simulate x --method gau|", "gauss4"}, {"serve --log-format |", "json"}, {"train sp|", "spring"}, {"benchmark |", "silverbox"},
		{"train --trainer |", "closed-form"}, {"explain x --as |", "latex"}, {"help |", "reproduce"},
		{"train --resume runs/|", "runs/0001-spring-hnn"}, {"train --lattice fixed|", "fixed-chain"}, {"bench --only train-step/sp|", "train-step/spring"},
		{"particles train --units |", "metal"}, {"particles train --long |", "masses"}, {"help data |", "convert"},
	} {
		line := strings.TrimSuffix(c[0], "|")
		args := append([]string{"__complete"}, strings.Fields(line)...)
		if strings.HasSuffix(line, " ") {
			args = append(args, "")
		}
		_, stdout, _ := call(t, args...)
		if has := strings.Contains(stdout, "runs/0001-spring-hnn"); c[1] == "" && has || !strings.Contains(stdout, c[1]) {
			t.Errorf("hnn %s completes to %q, want %q", c[0], stdout, c[1])
		}
	}
}

// The help that a verb shows at once has at most thirty flags, and what it says of defaults is so.
func TestHelpIsShort(t *testing.T) {
	flag := regexp.MustCompile(`(?m)^ +(-\w, )?--`)
	for _, verb := range []string{"train", "reproduce", "simulate", "evaluate", "serve", "explain", "bench"} {
		_, stdout, _ := call(t, "help", verb)
		if n := len(flag.FindAllString(stdout, -1)); n == 0 || n > 30 {
			t.Errorf("hnn help %s shows %d flags", verb, n)
		}
	}
	_, stdout, _ := call(t, "help", "train")
	for _, want := range []string{"duffing", "5-body", "default 0.003, of pictures 0.001"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("the help of train does not say %q", want)
		}
	}
	if _, stdout, _ = call(t, "help", "reproduce"); !strings.Contains(stdout, "default 0.001") {
		t.Errorf("the help of reproduce does not say the paper's rate:\n%s", stdout)
	}
}

// A rollout whose reader goes, as head goes, ends without a word.
func TestReaderGoes(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	hnn := program(t)
	inFolder(t)
	if status, _, stderr := call(t, append([]string{"train", "spring", "--out", "run"}, quick...)...); status != 0 {
		t.Fatal(stderr)
	}
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no shell")
	}
	c := exec.Command("sh", "-c", hnn+" simulate run --x0 0.5,0 --to 10 --steps 100000 --quiet | head -n 1")
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	if err := c.Run(); err != nil || !strings.HasPrefix(out.String(), "t,q,p") || errs.Len() > 0 {
		t.Errorf("%v, %q, %q", err, out.String(), errs.String())
	}
}
