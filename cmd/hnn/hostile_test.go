package main

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
)

// Names and paths that would drive a terminal, a shell, a spreadsheet or an XML parser come out
// as names, whatever is printed or written.
func TestHostileNames(t *testing.T) {
	inFolder(t)
	var b strings.Builder
	b.WriteString("t,=cmd|<&\x1b]0;pwned\a>,@p\u202e\n")
	for i := range 100 {
		x := float64(i) / 10
		fmt.Fprintf(&b, "%g,%g,%g\n", x, math.Cos(x), -math.Sin(x))
	}
	const file, dir = "a\x1b[31m\nb.csv", "r; touch owned"
	if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	all := ""
	run := func(want int, args ...string) string {
		t.Helper()
		status, stdout, stderr := call(t, args...)
		if status != want {
			t.Fatalf("%q: status %d: %s", args, status, stderr)
		}
		all += stdout + stderr
		return stdout
	}
	run(0, "data", "inspect", file, "--q", "2", "--p", "3", "--figures", "figures")
	run(0, "train", "--data", file, "--q", "2", "--p", "3", "--model", "hnn", "--trainer", "closed-form", "--no-strict", "--out", dir)
	run(1, "train", "--data", file, "--q", "2", "--p", "3", "--model", "hnn", "--trainer", "closed-form", "--no-strict", "--out", dir)
	run(0, "inspect", dir)
	run(0, "evaluate", dir)
	table := run(0, "simulate", dir, "--x0", "1,0", "--to", "1", "--steps", "1")
	run(0, "report", dir)
	run(1, "data", "inspect", "no\x1b[2J file")
	for i, r := range all {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Cf, r) {
			t.Fatalf("%q is shown in %q", r, all[max(0, i-60):i+1])
		}
	}
	header, _, _ := strings.Cut(table, "\n")
	for _, name := range []string{`'=cmd`, `'@p`} {
		if !strings.Contains(header, name) {
			t.Errorf("the header %s has no %s", header, name)
		}
	}
	if !strings.Contains(all, `--resume 'r; touch owned'`) {
		t.Error("a command that is advised is not quoted")
	}
	page, err := os.ReadFile("report.html")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), "hnn report &#39;r; touch owned&#39;") {
		t.Error("the command on the page is not quoted")
	}
	figures := 0
	for _, pattern := range []string{"figures/*.svg", "r*/figures/*.svg"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range paths {
			f, err := os.Open(p)
			if err != nil {
				t.Fatal(err)
			}
			d := xml.NewDecoder(f)
			for err == nil {
				_, err = d.Token()
			}
			f.Close()
			if !errors.Is(err, io.EOF) {
				t.Errorf("%s: %v", p, err)
			}
			figures++
		}
	}
	if figures < 3 {
		t.Errorf("%d figures", figures)
	}
}

// A name of a million characters costs what its length costs: what goes with the square of it does not end within go test's time.
func TestLongName(t *testing.T) {
	inFolder(t)
	var b strings.Builder
	fmt.Fprintf(&b, "t,%s,p\n", strings.Repeat("q", 1_000_000))
	for i := range 100 {
		fmt.Fprintf(&b, "%g,%d,%d\n", float64(i)/10, i%7, i%5)
	}
	if err := os.WriteFile("long.csv", []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	if status, _, stderr := call(t, "data", "inspect", "long.csv", "--q", "2", "--p", "3", "--figures", "figures"); status != 0 {
		t.Fatal(stderr)
	}
}

// The program says under which licences its parts are.
func TestLicences(t *testing.T) {
	status, stdout, stderr := call(t, "version", "--licences")
	if status != 0 || !strings.Contains(stdout, "gonum.org/v1/gonum v") || !strings.Contains(stdout, "Apache License") {
		t.Errorf("status %d, %.200s, %s", status, stdout, stderr)
	}
}
