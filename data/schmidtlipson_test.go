package data

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hnn/system"
)

// lipsonText is written for these tests in the manner of the published files:
// CRLF, a % without a space, exponents of three digits, a blank before the line end.
const lipsonText = "%o v\r\n" +
	"  0.0000000000000000e+000  5.0000000000000000e+000  1.2500000000000000e+000 -9.0000000000000002e-001 \r\n" +
	"  0.0000000000000000e+000  5.2500000000000000e+000  1.0000000000000000e+000 -1.1000000000000001e+000 \r\n" +
	"  0.0000000000000000e+000  5.7500000000000000e+000  5.0000000000000000e-001 -1.2000000000000000e+000 \r\n" +
	"  1.0000000000000000e+000  0.0000000000000000e+000  2.5000000000000000e-001  0.0000000000000000e+000 \r\n"

func TestReadSchmidtLipson(t *testing.T) {
	want := &Set{
		Dim: 2, Offsets: []int{0, 3, 4}, Names: []string{"o", "v"},
		T: []float64{5, 5.25, 5.75, 0},
		X: []float64{1.25, -0.9, 1, -1.1, 0.5, -1.2, 0.25, 0},
	}
	for name, text := range map[string]string{
		"as published":              lipsonText,
		"% and a blank":             strings.Replace(lipsonText, "%", "% ", 1),
		"no %":                      strings.Replace(lipsonText, "%", "", 1),
		"LF":                        strings.ReplaceAll(lipsonText, "\r\n", "\n"),
		"no last line end":          strings.TrimRight(lipsonText, "\r\n"),
		"empty lines":               "\r\n" + strings.ReplaceAll(lipsonText, "\r\n", "\r\n\r\n"),
		"tabs":                      strings.ReplaceAll(lipsonText, "  ", "\t"),
		"trial and time are named":  strings.Replace(lipsonText, "%o v", "% Trial t o v", 1),
		"plain numbers":             "o v\n0 5 1.25 -0.9\n0 5.25 1 -1.1\n0 5.75 .5 -1.2\n1 0 0.25 0",
		"one trial, written 2 ways": "o v\n0 5 1.25 -0.9\n0.0 5.25 1 -1.1\n-0e0 5.75 .5 -1.2\n1 0 0.25 0",
	} {
		got, err := ReadSchmidtLipson(strings.NewReader(text), name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if err := got.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReadSchmidtLipsonDerivatives(t *testing.T) {
	got, err := ReadSchmidtLipson(strings.NewReader("% q1 q2\n0 0 1 2 3 4\n0 1 5 6 7 8\n"), "d")
	if err != nil {
		t.Fatal(err)
	}
	want := &Set{Dim: 2, Offsets: []int{0, 2}, Names: []string{"q1", "q2"}, T: []float64{0, 1},
		X: []float64{1, 2, 5, 6}, DX: []float64{3, 4, 7, 8}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadSchmidtLipsonErrors(t *testing.T) {
	cut := func(n int) string { return lipsonText[:len(lipsonText)-n] }
	for _, test := range []struct {
		name, text   string
		line, column int
		want         string // of the message
	}{
		{"an empty file", "", 0, 0, "the file is empty"},
		{"blanks only", "\n \r\n", 0, 0, "the file is empty"},
		{"a lone %", "%\n0 0 1\n", 1, 0, "names no columns"},
		{"no header", "0 0 1 2\n", 1, 0, "header is missing"},
		{"a column named twice", "% q q\n0 0 1 2\n", 1, 0, `"q" twice`},
		{"no rows", "% q p\n", 0, 0, "no data"},
		{"first row of an odd number", "% q p\n0 0 1 2 3\n", 2, 0, "5 columns where the header's 2 names ask for 4 (trial, time, states), or 6"},
		{"a row too short", "% q p\n0 0 1 2\n0 1 1\n0 2 1 2\n", 3, 0, "3 columns, the rows before it have 4"},
		{"a row too long", "% q p\n0 0 1 2\n0 1 1 1 1\n", 3, 0, "5 columns, the rows before it have 4"},
		{"cut between columns", cut(26), 5, 0, "the file is cut off: its last row has 3 columns of 4"},
		{"cut within the last number", cut(4), 5, 4, "the file is cut off"},
		{"cut within the exponent", cut(7), 5, 4, "the file is cut off"},
		{"text for a number", "% q p\n0 0 1 2\n0 1 one 2\n", 3, 3, `(q): "one" is not a number`},
		{"text for a trial", "% q p\nfirst 0 1 2\n", 2, 1, `(trial): "first" is not`},
		{"a NaN", "% q p\n0 0 1 2\n\n0 1 1 NaN\n", 4, 4, "(p): the value is NaN"},
		{"an infinity", "% q\n0 0 -inf\n", 2, 3, "(q): the value is -Inf"},
		{"a number out of range", "% q\n0 0 1e999\n", 2, 3, "too large"},
		{"a NaN for a time", "% q\n0 nan 1\n", 2, 2, "(t): the value is NaN"},
		{"a NaN in a derivative", "% q\n0 0 1 nan\n", 2, 4, "(dq/dt): the value is NaN"},
		{"a time that stands still", "% q\n0 1 1\n0 1 2\n", 3, 2, "the time goes from 1 to 1"},
		{"a time that runs back", "% q\n0 1 1\n0 0.5 2\n", 3, 2, "the time goes from 1 to 0.5"},
		{"a trial that comes back", "% q\n0 1 1\n1 1 1\n0 2 2\n", 4, 0, `trial "0", which began on line 2`},
		{"a long line", "% q\n0 1 " + strings.Repeat("1", maxLine), 2, 0, "longer than"},
		{"a long word", "% q\n0 1 " + strings.Repeat("x", 5000), 2, 3, "xxx\"... is not a number"},
	} {
		s, err := ReadSchmidtLipson(strings.NewReader(test.text), "pend.txt")
		var pe *ParseError
		if s != nil || !errors.As(err, &pe) {
			t.Errorf("%s: got %v, %v, want a *ParseError", test.name, s, err)
			continue
		}
		if pe.File != "pend.txt" || pe.Line != test.line || pe.Column != test.column {
			t.Errorf("%s: %v is about line %d, column %d, want %d and %d", test.name, err, pe.Line, pe.Column, test.line, test.column)
		}
		if !strings.Contains(err.Error(), test.want) || pe.Advice == "" || len(err.Error()) > 250 {
			t.Errorf("%s: the error is %q, want %q in it, advice, and a length that can be read", test.name, err, test.want)
		}
	}
}

// failingReader ends with an error that is no end of file.
type failingReader struct{ r *strings.Reader }

var errDisk = errors.New("the disk is on fire")

func (f failingReader) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if err != nil {
		err = errDisk
	}
	return n, err
}

func TestReadersPassOnReadErrors(t *testing.T) {
	if _, err := ReadSchmidtLipson(failingReader{strings.NewReader(lipsonText)}, ""); !errors.Is(err, errDisk) {
		t.Errorf("ReadSchmidtLipson: %v", err)
	}
	if _, err := ReadCSV(failingReader{strings.NewReader(csvText)}, "", CSVOptions{}); !errors.Is(err, errDisk) {
		t.Errorf("ReadCSV: %v", err)
	}
}

// measured returns the path of a published file beside the clone, or skips.
func measured(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "shared", "data", "schmidt-lipson", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the measured data, which have no licence to be part of the project, are not beside it: %v", err)
	}
	return path
}

func TestReadPublishedFiles(t *testing.T) {
	for _, test := range []struct {
		file              string
		rows, dim, trials int
		derivatives       bool
		names             []string
	}{
		{"double_pend_h_1.txt", 2516, 4, 2, true, []string{"o1", "o2", "w1", "w2"}},
		{"lienar_a_1.txt", 512, 3, 1, false, []string{"x", "v", "a"}},
		{"linear_h_1.txt", 512, 2, 1, false, []string{"x", "v"}},
		{"pendulum_h_1.txt", 493, 2, 1, true, []string{"o", "v"}},
		{"real_linear_h_1.txt", 870, 2, 1, false, []string{"x", "v"}},
		{"real_pend_h_1.txt", 556, 2, 1, false, []string{"o", "v"}},
	} {
		t.Run(test.file, func(t *testing.T) {
			path := measured(t, test.file)
			s, err := ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if s.Rows() != test.rows || s.Dim != test.dim || s.Trials() != test.trials || (s.DX != nil) != test.derivatives || !cmp.Equal(s.Names, test.names) {
				t.Errorf("%d rows of dimension %d in %d trials, derivatives: %v, names %q", s.Rows(), s.Dim, s.Trials(), s.DX != nil, s.Names)
			}
			if err := s.Validate(); err != nil {
				t.Error(err)
			}
			// The first derivative column of a simulated file is the velocity itself.
			for i := range s.Rows() {
				if x, dx := s.Row(i); dx != nil && dx[0] != x[s.Dim/2] {
					t.Fatalf("row %d: derivative %v of the first state, velocity %v", i, dx[0], x[s.Dim/2])
				}
			}
		})
	}
}

// A published file that is cut at any byte of its last row but its line end must
// be refused: no cut may pass as another measurement.
func TestEveryCutOfTheMeasuredPendulumShows(t *testing.T) {
	text, err := os.ReadFile(measured(t, "real_pend_h_1.txt"))
	if err != nil {
		t.Fatal(err)
	}
	whole := strings.TrimRight(string(text), " \r\n")
	lastRow := strings.LastIndexByte(whole, '\n') + 1
	for end := lastRow + len("  "); end < len(whole); end++ {
		if strings.TrimSpace(whole[lastRow:end]) == "" {
			continue
		}
		if _, err := ReadSchmidtLipson(strings.NewReader(whole[:end]), ""); err == nil {
			t.Errorf("the file without its last %d bytes is read", len(whole)-end)
		}
	}
	if s, err := ReadSchmidtLipson(strings.NewReader(whole), ""); err != nil || s.Rows() != 556 {
		t.Errorf("the file without its last line end: %v", err)
	}
}

func TestRealPendulum(t *testing.T) {
	split, err := RealPendulum(measured(t, "real_pend_h_1.txt"))
	if err != nil {
		t.Fatal(err)
	}
	train, test := split.Train, split.Test
	if train.Rows() != 445 || test.Rows() != 110 || !cmp.Equal(train.Offsets, []int{0, 444, 445}) || test.Trials() != 1 {
		t.Fatalf("%d rows train in trials %v, %d test", train.Rows(), train.Offsets, test.Rows())
	}
	// What the description of the data says: an energy that falls from about 2.2 to
	// 0.7, a nominal step of 1/6 s with gaps up to 0.5 s.
	h := system.Pendulum{K: 2.4}
	first, _ := train.Row(0)
	last, _ := train.Row(444)
	if a, b := h.Hamiltonian(first), h.Hamiltonian(last); math.Abs(a-2.2) > 0.1 || math.Abs(b-0.7) > 0.1 {
		t.Errorf("the energy goes from %v to %v", a, b)
	}
	if train.T[0] != 5 || !(train.T[443] < test.T[0] && test.T[109] < train.T[444]) {
		t.Errorf("train from %v to %v, test from %v to %v, the last row at %v",
			train.T[0], train.T[443], test.T[0], test.T[109], train.T[444])
	}
	// A forward difference leads to the next row over the true time between them.
	for i := range test.Rows() - 1 {
		x, dx := test.Row(i)
		next, _ := test.Row(i + 1)
		dt := test.T[i+1] - test.T[i]
		if dt < 0.16 || dt > 0.51 {
			t.Errorf("row %d: a time step of %v", i, dt)
		}
		for j := range x {
			if math.Abs(x[j]+dt*dx[j]-next[j]) > 1e-14 {
				t.Errorf("row %d: the difference leads to %v, the next row is %v", i, x[j]+dt*dx[j], next[j])
			}
		}
	}
	if x, dx := train.Row(443); math.Abs(x[0]+(test.T[0]-train.T[443])*dx[0]-test.X[0]) > 1e-14 {
		t.Error("the last row in front of the test does not lead to it")
	}
}

func TestForwardDifferences(t *testing.T) {
	s := threeTrials() // 2, 3 and 1 rows; the numbers rise by 10 a row
	got, err := s.ForwardDifferences()
	if err != nil {
		t.Fatal(err)
	}
	want := &Set{Dim: 2, Names: []string{"q", "p"}, Offsets: []int{0, 1, 3}, T: []float64{0, 0, 2},
		X: []float64{0, 1, 20, 21, 30, 31}, DX: []float64{10, 10, 5, 5, 10, 10}, Clean: []float64{.25, 1.25, 20.25, 21.25, 30.25, 31.25}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(threeTrials(), s); diff != "" {
		t.Errorf("the set was changed: %s", diff)
	}
	if _, err := s.SliceTrials(2, 3).ForwardDifferences(); err == nil {
		t.Error("a set of one row has differences")
	}
	s.X[0], s.X[2] = -math.MaxFloat64, math.MaxFloat64
	if _, err := s.ForwardDifferences(); err == nil {
		t.Error("an infinite difference passes")
	}
}

func TestRealPendulumErrors(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"three states", "x v a\n0 0 1 2 3\n0 1 1 2 3\n", "3 state columns"},
		{"one row", "o v\n0 0 1 2\n", "no trial has two rows"},
		{"few rows", "o v\n0 0 1 2\n0 1 1 2\n0 2 1 2\n", "too few"},
	} {
		path := filepath.Join(t.TempDir(), "p.txt")
		if err := os.WriteFile(path, []byte(test.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := RealPendulum(path); err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %v, want an error with the file and %q", test.name, err, test.want)
		}
	}
	if _, err := RealPendulum(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

// The text may be anything: an error or a valid set, and never a panic.
func FuzzReadSchmidtLipson(f *testing.F) {
	f.Add([]byte(lipsonText))
	f.Add([]byte("% q p\n0 0 1 2 3 4\n0 1e-3 5 6 7 8\n1 0 0 0 0 0\n"))
	f.Add([]byte("x v a\r\n  0.0e+000  0.0e+000  4.1e-001  8.9e-001  1.1e+001\r\n"))
	f.Add([]byte("%o\n0 0 0x1p-2\n0 1_0 2\n"))
	f.Add([]byte("\xff\xfe\x00%\n\x00 \x00"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := ReadSchmidtLipson(strings.NewReader(string(text)), "f")
		checkRead(t, s, err)
	})
}

// checkRead fails if a reader returned neither a valid set nor an error that can
// be shown.
func checkRead(t *testing.T, s *Set, err error) {
	t.Helper()
	if err != nil {
		var pe *ParseError
		if s != nil || !errors.As(err, &pe) || pe.Problem == "" || pe.Advice == "" {
			t.Fatalf("set %v with the error %v", s, err)
		}
		return
	}
	if s.Rows() == 0 {
		t.Fatal("a set without rows")
	}
	if err := s.Validate(); err != nil {
		t.Fatalf("an invalid set: %v", err)
	}
}
