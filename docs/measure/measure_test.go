package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Every measurement has its table in the documentation, with the commands of today.
func TestDocumentation(t *testing.T) {
	if err := checkAll("../.."); err != nil {
		t.Error(err)
	}
	names := map[string]bool{}
	for _, m := range measurements {
		if names[m.name] {
			t.Errorf("two measurements are called %s", m.name)
		}
		names[m.name] = true
		for _, s := range m.steps {
			if s.read == nil && !m.byHand && !strings.Contains(s.command, " > ") {
				t.Errorf("%s: nothing reads the output of %s", m.name, s.command)
			}
		}
	}
}

const page = `Text.

<!-- measured one, kept -->
| a | b |
|---|---|
| 1 | 2 |

Measured 2026-11-24, 099ffdd7, a machine:

    go test ./ode
    hnn bench
<!-- end one -->
More.
`

// A block replaces the one of its name, and is read back as it was.
func TestReplace(t *testing.T) {
	file := filepath.Join(t.TempDir(), "page.md")
	if err := os.WriteFile(file, []byte(page), 0o666); err != nil {
		t.Fatal(err)
	}
	b := block{name: "one", table: heading([]string{"a", "b"}) + row([]string{"3", "$4"}),
		stamp: "2026-11-28, 0123abcd and changes, another", commands: []string{"hnn bench"}}
	if err := replace(file, b); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	if len(blocks) != 1 || blocks[0].String() != b.String() {
		t.Errorf("%v, want %v", blocks, b)
	}
	if !strings.HasPrefix(string(text), "Text.\n\n<!--") || !strings.HasSuffix(string(text), "-->\nMore.\n") {
		t.Errorf("the text around it has changed: %s", text)
	}
	b.name = "two"
	if err := replace(file, b); err == nil {
		t.Error("a block without marks was written")
	}
}

func TestParseRefuses(t *testing.T) {
	for _, change := range [][2]string{
		{"<!-- end one -->", ""}, {"end one", "end two"}, {"2026-11-24", "yesterday"}, {"099ffdd7", "HEAD"},
		{"|---|---|\n", ""}, {"    hnn bench\n", "hnn bench\n"}, {"Measured", "Guessed"},
	} {
		if _, err := parse(strings.Replace(page, change[0], change[1], 1)); err == nil {
			t.Errorf("%q for %q is not refused", change[1], change[0])
		}
	}
	if _, err := parse(page); err != nil {
		t.Error(err)
	}
}

func TestReaders(t *testing.T) {
	for _, test := range []struct {
		name, out string
		read      func([]byte) ([][]string, error)
		want      [][]string
	}{
		{"log", "=== RUN X\n    x_test.go:1: | spring | | 0.01 | 6e-06 | 1.3e+02 |\nok\n", logged, [][]string{{"spring", "", "0.01", "6.0e-6", "130"}}},
		{"benchmark", "BenchmarkSimulate/network-2 \t 2\t 647 ns/op\t 1545.2 rollouts/s\nPASS\n", benchmark("rollouts/s"), [][]string{{"network", "1550"}}},
		{"results", `[{"task":"spring","model":"hnn","trainer":"adam","test_loss":{"mean":0.0382}},
			{"task":"spring","model":"hnn","trainer":"adam","test_loss":{"mean":0.036}},
			{"task":"spring","model":"hnn","trainer":"adam","test_loss":{"mean":0.04}}]`,
			results(label("HNN"), medianWorst("test_loss.mean", 3), meanMedianWorst("test_loss.mean"), percent("test_loss.mean"), eachAndMedian("test_loss.mean")),
			[][]string{{"HNN", "3.82e-2 (4.00e-2)", "3.81e-2", "3.8e-2", "4.0e-2", "3.8%", "3.8e-2", "3.6e-2", "4.0e-2", "3.8e-2"}}},
	} {
		got, err := test.read([]byte(test.out))
		if err != nil || !slices.EqualFunc(got, test.want, slices.Equal) {
			t.Errorf("%s: %q, %v, want %q", test.name, got, err, test.want)
		}
		if _, err := test.read([]byte("nothing")); err == nil {
			t.Errorf("%s: an output without rows is not refused", test.name)
		}
	}
}
