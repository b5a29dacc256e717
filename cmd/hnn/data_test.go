package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// pendulumRows are measurements of a swing without noise, as a file has them.
func pendulumRows(header string) string {
	var b strings.Builder
	b.WriteString(header + "\n")
	for i := range 60 {
		b.WriteString(strings.Join([]string{decimal(0.1 * float64(i)), decimal(0.4 + 0.1*math.Cos(0.3*float64(i))), decimal(-0.3 * math.Sin(0.3*float64(i)))}, ";") + "\n")
	}
	return b.String()
}

// decimal writes a number with a decimal comma.
func decimal(v float64) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("decimal: " + err.Error())
	}
	return strings.Replace(string(b), ".", ",", 1)
}

func TestDataInspect(t *testing.T) {
	inFolder(t)
	text := strings.Replace(pendulumRows("Takt;angle;omega"), "0,2;", "kaputt;", 1)
	if err := os.WriteFile("m.csv", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, _, stderr := call(t, "data", "inspect", "m.csv"); status != 1 || !strings.Contains(stderr, `m.csv, line 1: no column is the time: the file has "Takt", "angle", "omega": give the time from row to row in seconds, as in --dt 0.01, or name the column, as in --time NAME`) {
		t.Errorf("an unknown time column: status %d, %s", status, stderr)
	}
	status, stdout, stderr := call(t, "data", "inspect", "m.csv", "--time", "Takt", "--figures", "figures")
	if status != 0 {
		t.Fatal(stderr)
	}
	for _, want := range []string{"with decimal commas", "59 in one trial, and 1 that cannot be read", `line 4, column 1 (Takt): "kaputt" is not a number`, "--skip-bad-rows leaves them out", "hnn train would:\n- the first 48 of 59 rows train"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("%q is not in the report:\n%s", want, stdout)
		}
	}
	if _, err := os.Stat(filepath.Join("figures", "phase-plane.svg")); err != nil {
		t.Error(err)
	}
	status, stdout, _ = call(t, "data", "inspect", "m.csv", "--time", "Takt", "--skip-bad-rows", "--json")
	var r struct {
		Rows     int
		Mapping  struct{ Q, P []string }
		Warnings []string
	}
	if err := json.Unmarshal([]byte(stdout), &r); status != 0 || err != nil || r.Rows != 59 || r.Mapping.Q[0] != "angle" || strings.Contains(strings.Join(r.Warnings, " "), "cannot be read") {
		t.Errorf("status %d, %v, %+v", status, err, r)
	}
}

// The names of columns reach training and config.yaml, also those with brackets, and a
// later file is read in the same way.
func TestTrainOnNamedColumns(t *testing.T) {
	inFolder(t)
	write := func(name, text string) {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("m.csv", pendulumRows("Zeit;Winkel [rad];Rate"))
	write("bad.csv", strings.Replace(pendulumRows("Zeit;Winkel [rad];Rate"), "0,2;", "kaputt;", 1))
	columns := []string{"--time", "Zeit", "--q", "Winkel [rad]", "--p", "3"}
	train := append([]string{"train", "--data", "m.csv", "--out", "run", "--trainer", "adam", "--steps", "20", "--hidden", "8,8", "--no-figures"}, columns...)
	if status, _, stderr := call(t, train...); status != 0 || !strings.Contains(stderr, "time Zeit, positions Winkel [rad], momenta Rate") {
		t.Fatalf("status %d: %s", status, stderr)
	}
	config, err := os.ReadFile("run/config.yaml")
	if err != nil || !strings.Contains(string(config), "time: Zeit") || !strings.Contains(string(config), "Winkel [rad]") {
		t.Errorf("%v, %s", err, config)
	}
	if status, _, stderr := call(t, "train", "--config", "run/config.yaml", "--out", "again", "--quiet"); status != 0 {
		t.Error(stderr)
	}
	if status, _, stderr := call(t, "evaluate", "run", "--data", "bad.csv"); status != 1 || !strings.Contains(stderr, "bad.csv, line 4, column 1 (Zeit)") {
		t.Errorf("status %d: %s", status, stderr)
	}
	if status, _, stderr := call(t, "evaluate", "run", "--data", "bad.csv", "--skip-bad-rows"); status != 0 || !strings.Contains(stderr, "1 bad rows left out") {
		t.Errorf("status %d: %s", status, stderr)
	}
	if status, _, stderr := call(t, "evaluate", "run", "--data", "m.csv", "--q", "Rate", "--p", "Rate"); status != 1 || !strings.Contains(stderr, `"Rate" is to be q and p`) {
		t.Errorf("status %d: %s", status, stderr)
	}
	if status, _, stderr := call(t, "train", "spring", "--q", "q"); status != 2 || !strings.Contains(stderr, "draws its own data") {
		t.Errorf("status %d: %s", status, stderr)
	}
}

// Where the data choose the model, they are read by the columns that are named.
func TestChoiceOnNamedColumns(t *testing.T) {
	inFolder(t)
	if err := os.WriteFile("m.csv", []byte(pendulumRows("t;CH1;CH2")), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, _, stderr := call(t, "train", "--data", "m.csv", "--q", "CH1", "--v", "CH2", "--out", "run", "--no-figures"); status != 0 || !strings.Contains(stderr, "look at it: hnn serve run") {
		t.Errorf("status %d: %s", status, stderr)
	}
}

// What is understood of a file with lines in front of its table is written as a plain one,
// and read back to the same.
func TestDataConvert(t *testing.T) {
	inFolder(t)
	text := "Recorder 7\nSample Rate: 10 Hz\n\n" + pendulumRows("Zeit;Winkel [°];Winkelgeschwindigkeit [°/s]")
	if err := os.WriteFile("m.txt", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	status, stdout, stderr := call(t, "data", "inspect", "m.txt")
	for _, want := range []string{"60 in one trial", "Winkel [rad]", "deg turned into rad", "line 5  ", "the first 3 lines"} {
		if status != 0 || !strings.Contains(stdout, want) {
			t.Errorf("status %d, %q is not in the report:\n%s%s", status, want, stdout, stderr)
		}
	}
	for _, out := range []string{"clean.csv", "clean.parquet"} {
		if status, _, stderr := call(t, "data", "convert", "m.txt", "--out", out); status != 0 {
			t.Fatal(stderr)
		}
		status, again, stderr := call(t, "data", "inspect", out)
		if status != 0 || !strings.Contains(again, "60 in one trial") || !strings.Contains(again, "Winkel [rad]") {
			t.Errorf("%s: status %d, %s%s", out, status, again, stderr)
		}
	}
	if status, _, stderr := call(t, "data", "convert", "m.txt", "--out", "clean.xls"); status != 2 || !strings.Contains(stderr, ".parquet") {
		t.Errorf("status %d: %s", status, stderr)
	}
}
