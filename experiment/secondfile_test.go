package experiment

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// orbits are rows of two oscillators of other frequencies, in columns of an order.
func orbits(names []string, trial int, scale float64) string {
	b := strings.Builder{}
	b.WriteString("t," + strings.Join(names, ",") + "\n")
	for i := range 200 {
		t := 0.05 * float64(i)
		a := 1 + 0.1*float64(trial)
		values := map[string]float64{
			"x": a * math.Cos(t), "vx": -a * math.Sin(t), "y": math.Cos(2 * t), "vy": -2 * math.Sin(2*t),
		}
		fmt.Fprint(&b, t)
		for _, name := range names {
			plain, _, _ := strings.Cut(name, "_")
			fmt.Fprintf(&b, ",%v", scale*values[plain])
		}
		b.WriteString("\n")
	}
	return b.String()
}

// listening collects what an Env says.
func listening(lines *[]string) *Env {
	return &Env{Log: func(format string, args ...any) { *lines = append(*lines, fmt.Sprintf(format, args...)) }}
}

// A second file is read by the names of the first, in whatever order; other names, other
// units and numbers of another size are not taken in silence.
func TestSecondFileIsReadByName(t *testing.T) {
	same := []string{"x", "y", "vx", "vy"}
	first := fileOf(t, orbits(same, 0, 1))
	c := own(t, first).WithClosedForm()
	var lines []string
	e := listening(&lines)
	run, err := e.Train(t.Context(), c, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	// Those of Cartesian coordinates are momenta up to constant masses.
	if slices.ContainsFunc(lines, func(l string) bool { return strings.Contains(l, "the momenta are velocities") }) {
		t.Errorf("training warns of Cartesian velocities:\n%s", strings.Join(lines, "\n"))
	}
	if run, err = e.Open(run.Dir); err != nil {
		t.Fatal(err)
	}
	loss := func(names []string, scale float64) (Number, error) {
		lines = nil
		err := e.EvaluateFile(t.Context(), run, fileOf(t, orbits(names, 0, scale)), 0)
		if err != nil {
			return NA, err
		}
		return run.Results.TestLoss.Mean, nil
	}
	want, err := loss(same, 1)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := loss([]string{"vy", "y", "x", "vx"}, 1); err != nil || got != want {
		t.Errorf("in another order %v, %v, want %v", got, err, want)
	}
	if _, err := loss([]string{"x", "vx"}, 1); err == nil || !strings.Contains(err.Error(), `"y"`) {
		t.Errorf("without y: %v", err)
	}
	if _, err := loss([]string{"x_mm", "y_mm", "vx", "vy"}, 1); err == nil || !strings.Contains(err.Error(), "other units") {
		t.Errorf("in mm by name: %v", err)
	}
	if _, err := loss(same, 1000); err != nil || !slices.ContainsFunc(lines, func(l string) bool { return strings.Contains(l, "is it in another unit?") }) {
		t.Errorf("in mm by range: %v, %q", err, lines)
	}
	c.Test = fileOf(t, orbits([]string{"y", "x", "vy", "vx"}, 0, 1))
	other, err := e.Train(t.Context(), c, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	// It learned from all rows of the file, so its loss is less.
	if got := other.Results.TestLoss.Mean; !(got <= 10*want) {
		t.Errorf("a test file in another order has the loss %v, and %v in the same", got, want)
	}
}

// Several files are trials of one set, and a run says when one of them has changed.
func TestSeveralFiles(t *testing.T) {
	withoutShort(t)
	folder := t.TempDir()
	var paths []string
	for i, names := range [][]string{{"x", "y", "vx", "vy"}, {"y", "x", "vx", "vy"}, {"x", "y", "vx", "vy"}} {
		paths = append(paths, filepath.Join(folder, fmt.Sprintf("%d.csv", i)))
		if err := os.WriteFile(paths[i], []byte(orbits(names, i, 1)), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, names := range [][]string{{folder}, {filepath.Join(folder, "*.csv")}, paths} {
		if got, err := DataFiles(names); err != nil || !slices.Equal(got, paths) {
			t.Errorf("%q: %q, %v", names, got, err)
		}
	}
	for _, names := range [][]string{{filepath.Join(folder, "*.npz")}, {t.TempDir()}, {paths[0], paths[0]}} {
		if got, err := DataFiles(names); err == nil {
			t.Errorf("%q: %q", names, got)
		}
	}
	c := own(t, paths[0]).WithClosedForm()
	c.MoreData = paths[1:]
	var lines []string
	e := listening(&lines)
	run, err := e.Train(t.Context(), c, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if n := run.data.Train.Trials() + run.data.Test.Trials(); n != 3 {
		t.Errorf("%d trials of 3 files", n)
	}
	if back, err := ReadConfigFile(filepath.Join(run.Dir, configFile)); err != nil || !slices.Equal(back.MoreData, c.MoreData) {
		t.Errorf("the configuration has the files %q, %v", back.MoreData, err)
	}
	warned := func() bool {
		lines = nil
		opened, err := new(Env).Open(run.Dir)
		if err == nil {
			err = listening(&lines).Evaluate(t.Context(), opened)
		}
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(lines, func(l string) bool { return strings.Contains(l, "1.csv has changed") })
	}
	if warned() {
		t.Errorf("unchanged files are said to have changed: %q", lines)
	}
	if err := os.WriteFile(paths[1], []byte(orbits([]string{"y", "x", "vx", "vy"}, 5, 1)), 0o666); err != nil {
		t.Fatal(err)
	}
	if !warned() {
		t.Errorf("a changed file goes unsaid: %q", lines)
	}
}
