package data

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"hnn/internal/stream"
)

const csvText = "trial,t,q,p,dq,dp\n0,0,1,2,3,4\n0,0.5,1.5,2.5,3.5,4.5\n1,0,-1,-2,-3,-4\n"

func TestReadCSV(t *testing.T) {
	full := &Set{Dim: 2, Offsets: []int{0, 2, 3}, Names: []string{"q", "p"}, T: []float64{0, 0.5, 0},
		X: []float64{1, 2, 1.5, 2.5, -1, -2}, DX: []float64{3, 4, 3.5, 4.5, -3, -4}}
	plain := func(x, v string) *Set {
		return &Set{Dim: 2, Offsets: []int{0, 1}, Names: []string{x, v}, T: []float64{0}, X: []float64{1, 2}}
	}
	for _, test := range []struct {
		name, text string
		opts       CSVOptions
		want       *Set
	}{
		{"all columns", csvText, CSVOptions{}, full},
		{"CRLF and a byte order mark", "\ufeff" + strings.ReplaceAll(csvText, "\n", "\r\n"), CSVOptions{}, full},
		{"blanks and quotes", "trial, t, \"q\", p ,dq,dp\na, 0 ,1,2,3,4\na,0.5,1.5,2.5, 3.5,4.5\nb,0,-1,\"-2\",-3,-4\n", CSVOptions{}, full},
		{"semicolons", strings.ReplaceAll(csvText, ",", ";"), CSVOptions{Comma: ';'}, full},
		{"another order of columns", "dp,dq,p,q,Time,trajectory\n4,3,2,1,0,0\n4.5,3.5,2.5,1.5,0.5,0\n-4,-3,-2,-1,0,1\n", CSVOptions{}, full},
		{"dq/dt", "trial,t,q,dq/dt,p,dp/dt\n0,0,1,3,2,4\n0,0.5,1.5,3.5,2.5,4.5\n1,0,-1,-3,-2,-4\n", CSVOptions{}, full},
		{"a comment", "# from a table\n" + csvText, CSVOptions{}, full},
		{"no trials", "t,x,v\n0,1,2\n", CSVOptions{}, plain("x", "v")},
		{"names that say nothing keep their order", "t,b,a\n0,1,2\n", CSVOptions{}, plain("b", "a")},
		{"words that begin with p and v", "t,position,velocity\n0,1,2\n", CSVOptions{}, plain("position", "velocity")},
		{"columns that are named", "clock,run,b,a,note\n0,1,2,1,good\n", CSVOptions{Time: "clock", Trial: "run", States: []string{"a", "b"}}, plain("a", "b")},
		{"derivatives that are named", "t,b,a,fb,fa\n0,2,1,4,3\n", CSVOptions{States: []string{"a", "b"}, Derivatives: []string{"fa", "fb"}},
			&Set{Dim: 2, Offsets: []int{0, 1}, Names: []string{"a", "b"}, T: []float64{0}, X: []float64{1, 2}, DX: []float64{3, 4}}},
		{"interleaved positions and momenta", "t,x1,px1,y1,py1\n0,1,2,3,4\n", CSVOptions{},
			&Set{Dim: 4, Offsets: []int{0, 1}, Names: []string{"x1", "y1", "px1", "py1"}, T: []float64{0}, X: []float64{1, 3, 2, 4}}},
	} {
		got, err := ReadCSV(strings.NewReader(test.text), test.name, test.opts)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

func TestReadCSVErrors(t *testing.T) {
	for _, test := range []struct {
		name, text   string
		opts         CSVOptions
		line, column int
		want         string
	}{
		{"an empty file", "", CSVOptions{}, 0, 0, "the file is empty"},
		{"no rows", "t,q,p\n", CSVOptions{}, 0, 0, "no data"},
		{"no header", "0,1,2\n", CSVOptions{}, 1, 0, "header is missing"},
		{"no time", "q,p\n1,2\n", CSVOptions{}, 1, 0, `no column t or time: it has "q", "p"`},
		{"no states", "trial,t\n0,1\n", CSVOptions{}, 1, 0, "no state column"},
		{"a column without a name", ",t,q\n0,0,1\n", CSVOptions{}, 1, 1, "has no name"},
		{"a column twice", "t,q,q\n0,1,2\n", CSVOptions{}, 1, 0, `"q" twice`},
		{"a derivative of one of two", "t,q,p,dq\n0,1,2,3\n", CSVOptions{}, 1, 0, "1 of the 2 states"},
		{"a named time that is not there", "t,q\n0,1\n", CSVOptions{Time: "s"}, 1, 0, "no column s"},
		{"a named trial that is not there", "t,q\n0,1\n", CSVOptions{Trial: "s"}, 1, 0, `no column "s"`},
		{"a named state that is not there", "t,q\n0,1\n", CSVOptions{States: []string{"s"}}, 1, 0, `no column "s"`},
		{"too few named derivatives", "t,a,b,c\n0,1,2,3\n", CSVOptions{States: []string{"a", "b"}, Derivatives: []string{"c"}}, 1, 0, "1 of the 2"},
		{"a row too short", "t,q,p\n0,1,2\n1,1\n", CSVOptions{}, 3, 0, "the row has 2 columns, the header has 3"},
		{"a row too long", "t,q,p\n0,1,2,\n", CSVOptions{}, 2, 0, "the row has 4 columns"},
		{"text for a number", "t,q,p\n\n# a comment\n0,1,two\n", CSVOptions{}, 4, 3, `(p): "two" is not a number`},
		{"an empty field", "t,q,p\n0,,2\n", CSVOptions{}, 2, 2, "(q): the field is empty"},
		{"a NaN", "t,q,p\n0,1,2\n1,nan,2\n", CSVOptions{}, 3, 2, "(q): the value is NaN"},
		{"an infinity in a derivative", "t,q,dq\n0,1,Inf\n", CSVOptions{}, 2, 3, "(dq): the value is +Inf"},
		{"a time that runs back", "t,q\n1,1\n0,1\n", CSVOptions{}, 3, 1, "give it a trial number of its own"},
		{"a trial that comes back", "trial,t,q\na,0,1\nb,0,1\na,1,1\n", CSVOptions{}, 4, 0, `trial "a", which began on line 2`},
		{"an open quote", "t,q\n0,\"1\n", CSVOptions{}, 2, 0, "quotes"},
	} {
		s, err := ReadCSV(strings.NewReader(test.text), "d.csv", test.opts)
		var pe *ParseError
		if s != nil || !errors.As(err, &pe) {
			t.Errorf("%s: got %v, %v, want a *ParseError", test.name, s, err)
			continue
		}
		if pe.File != "d.csv" || pe.Line != test.line || pe.Column != test.column {
			t.Errorf("%s: %v is about line %d, column %d, want %d and %d", test.name, err, pe.Line, pe.Column, test.line, test.column)
		}
		if !strings.Contains(err.Error(), test.want) || pe.Advice == "" {
			t.Errorf("%s: the error is %q, want %q in it", test.name, err, test.want)
		}
	}
}

// What is written is read back to the same bits, whatever the numbers.
func TestWriteCSVRoundTrip(t *testing.T) {
	s := threeTrials()
	s.Clean = nil
	rng := stream.New(0, "csv")
	for i := range s.X {
		for { // any bits that are a finite number
			s.X[i] = math.Float64frombits(rng.Uint64())
			if finite(s.X[i]) {
				break
			}
		}
	}
	s.X[0], s.X[1], s.X[2], s.X[3] = math.Copysign(0, -1), 5e-324, math.MaxFloat64, 0.1
	two, _ := generate(t, "two-body", func(o *Options) { o.Trajectories = 5 })
	two.Train.Clean = nil
	for _, want := range []*Set{s, two.Train} {
		var b bytes.Buffer
		if err := WriteCSV(&b, want); err != nil {
			t.Fatal(err)
		}
		got, err := ReadCSV(&b, "written", CSVOptions{})
		if err != nil {
			t.Fatal(err)
		}
		// Equal compares -0 with 0 as the same: the sign is compared by itself.
		if diff := cmp.Diff(want, got); diff != "" || math.Signbit(got.X[0]) != math.Signbit(want.X[0]) {
			t.Errorf("the file holds another set: %s", diff)
		}
	}
}

func TestWriteCSV(t *testing.T) {
	s := &Set{Dim: 2, Offsets: []int{0, 1, 2}, T: []float64{0.25, 1e300}, X: []float64{1, 0.1, -2, 1e-7}}
	var b bytes.Buffer
	if err := WriteCSV(&b, s); err != nil {
		t.Fatal(err)
	}
	if want := "trial,t,x1,x2\n0,0.25,1,0.1\n1,1e+300,-2,1e-07\n"; b.String() != want {
		t.Errorf("wrote %q, want %q", b.String(), want)
	}
	for _, names := range [][]string{{"q", "q"}, {"q", ""}, {"t", "p"}, {"trial", "p"}, {"q", "dq"}, {"p", "q"}, {"q", "1.5"}, {" q", "p"}} {
		s.Names = names
		if err := WriteCSV(&b, s); err == nil {
			t.Errorf("wrote states named %q, which are not read back", names)
		}
	}
	s.Names = nil
	s.X[0] = math.NaN()
	if err := WriteCSV(&b, s); err == nil {
		t.Error("wrote a NaN")
	}
	if err := WriteCSV(fullDisk{}, threeTrials()); !errors.Is(err, errDisk) {
		t.Errorf("a full disk gives %v", err)
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errDisk }

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	for _, test := range []struct {
		name, text string
		trials     int
		wantErr    string
	}{
		{"named.txt", csvText, 2, ""},
		{"tabs.csv", strings.ReplaceAll(csvText, ",", "\t"), 2, ""},
		{"semicolons", "\n# semicolons\n" + strings.ReplaceAll(csvText, ",", ";"), 2, ""},
		{"lipson.csv", lipsonText, 2, ""},
		{"empty", "", 0, "empty"},
		{"binary", "PK\x03\x04\x00\x00", 0, "not a text file"},
	} {
		path := filepath.Join(dir, test.name)
		if err := os.WriteFile(path, []byte(test.text), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := ReadFile(path)
		if test.wantErr != "" {
			if err == nil || !strings.Contains(err.Error(), test.wantErr) || !strings.Contains(err.Error(), path) {
				t.Errorf("%s: got %v, want an error with the path and %q", test.name, err, test.wantErr)
			}
		} else if err != nil || s.Trials() != test.trials {
			t.Errorf("%s: %v, %v, want %d trials", test.name, s, err, test.trials)
		}
	}
	if _, err := ReadFile(dir); err == nil {
		t.Error("a folder was read")
	}
}

// The text may be anything: an error, or a valid set that is written and read back
// to the same.
func FuzzReadCSV(f *testing.F) {
	f.Add(csvText, "")
	f.Add("t;x;v\n0;1;2\n", ";")
	f.Add("\ufefftime,\"q\",p\r\n0,1,2\r\n\r\n1,\"1\",2\r\n", ",")
	f.Add("trial,t,q,p,q_dot,p_dot\na,0,1,2,3,4\n", ",")
	f.Add("t,q,p\n0,1,\"2\n", ",")
	f.Fuzz(func(t *testing.T, text, comma string) {
		opts := CSVOptions{}
		r, _ := utf8.DecodeRuneInString(comma)
		if !strings.ContainsRune("\"\r\n# \t\ufffd\x00", r) {
			opts.Comma = r
		}
		s, err := ReadCSV(strings.NewReader(text), "f", opts)
		checkRead(t, s, err)
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := WriteCSV(&b, s); err != nil {
			return // names that only this file's options can tell apart
		}
		back, err := ReadCSV(&b, "back", CSVOptions{})
		if err != nil {
			t.Fatalf("cannot read what was written: %v", err)
		}
		if diff := cmp.Diff(s, back); diff != "" {
			t.Fatalf("another set is read back: %s", diff)
		}
	})
}
