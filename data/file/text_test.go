package file

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hnn/data"
)

const csvText = "trial,t,q,p,dq,dp\n0,0,1,2,3,4\n0,0.5,1.5,2.5,3.5,4.5\n1,0,-1,-2,-3,-4\n"

// lipsonText is written for these tests in the manner of the published files:
// CRLF, a % without a space, exponents of three digits, a blank before the line end.
const lipsonText = "%o v\r\n" +
	"  0.0000000000000000e+000  5.0000000000000000e+000  1.2500000000000000e+000 -9.0000000000000002e-001 \r\n" +
	"  0.0000000000000000e+000  5.2500000000000000e+000  1.0000000000000000e+000 -1.1000000000000001e+000 \r\n" +
	"  0.0000000000000000e+000  5.7500000000000000e+000  5.0000000000000000e-001 -1.2000000000000000e+000 \r\n" +
	"  1.0000000000000000e+000  0.0000000000000000e+000  2.5000000000000000e-001  0.0000000000000000e+000 \r\n"

func decode(text string, c Columns) (*data.Set, *Mapping, error) {
	return Decode(strings.NewReader(text), "d.csv", ReadOptions{Columns: c})
}

// zipped compresses text as gzip does.
func zipped(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestReadText(t *testing.T) {
	full := &data.Set{Dim: 2, Offsets: []int{0, 2, 3}, Names: []string{"q", "p"}, T: []float64{0, 0.5, 0},
		X: []float64{1, 2, 1.5, 2.5, -1, -2}, DX: []float64{3, 4, 3.5, 4.5, -3, -4}}
	// rows are those of full without derivatives.
	rows := func(q, p string) *data.Set {
		return &data.Set{Dim: 2, Offsets: full.Offsets, Names: []string{q, p}, T: full.T, X: full.X}
	}
	lipson := &data.Set{
		Dim: 2, Offsets: []int{0, 3, 4}, Names: []string{"o", "v"},
		T: []float64{5, 5.25, 5.75, 0},
		X: []float64{1.25, -0.9, 1, -1.1, 0.5, -1.2, 0.25, 0},
	}
	semicolons := strings.ReplaceAll(csvText, ",", ";")
	for _, test := range []struct {
		name, text string
		columns    Columns
		want       *data.Set
		format     string
	}{
		{"commas", csvText, Columns{}, full, "CSV, separated by commas"},
		{"CRLF and a byte order mark", "\ufeff" + strings.ReplaceAll(csvText, "\n", "\r\n"), Columns{}, full, "CSV, separated by commas"},
		{"minus signs of typesetting", strings.ReplaceAll(csvText, "-", "\u2212"), Columns{}, full, "CSV, separated by commas"},
		{"no last line end", strings.TrimSpace(csvText), Columns{}, full, "CSV, separated by commas"},
		{"gzip", zipped(t, csvText), Columns{}, full, "CSV, separated by commas, compressed by gzip"},
		{"blanks and quotes", "trial, t, \"q\", p ,dq,dp\na, 0 ,1,2,3,4\na,0.5,1.5,2.5, 3.5,4.5\n\"b\",0,-1,\"-2\",-3,-4\n", Columns{}, full, "CSV, separated by commas"},
		{"a quoted separator and quote", "note,trial,t,q,p,dq,dp\n\"a, \"\"b\"\"\",0,0,1,2,3,4\n,0,0.5,1.5,2.5,3.5,4.5\nc,1,0,-1,-2,-3,-4\n", Columns{}, full, "CSV, separated by commas"},
		{"semicolons", semicolons, Columns{}, full, "CSV, separated by semicolons"},
		{"decimal commas", strings.ReplaceAll(semicolons, ".", ","), Columns{}, full, "CSV, separated by semicolons, with decimal commas"},
		{"a decimal comma late", "t;q;p\n" + lateRows + "100,5;1,5;2\n", Columns{}, lateSet, "CSV, separated by semicolons"},
		{"tabs", strings.ReplaceAll(csvText, ",", "\t"), Columns{}, full, "TSV"},
		{"tabs, a first column without a name", strings.ReplaceAll("\t"+strings.TrimSuffix(strings.ReplaceAll(csvText, "\n", "\n7\t"), "7\t"), ",", "\t"), Columns{}, full, "TSV"},
		{"blanks", strings.ReplaceAll(csvText, ",", "  "), Columns{}, full, "text, separated by blanks"},
		{"blanks, tabs, decimal commas", "  t \t q   p\n 0,5\t1,5  2,5\n", Columns{}, &data.Set{Dim: 2, Offsets: []int{0, 1}, Names: []string{"q", "p"}, T: []float64{0.5}, X: []float64{1.5, 2.5}}, "text, separated by blanks, with decimal commas"},
		{"separators at the line ends", strings.ReplaceAll(csvText, "\n", ",\n"), Columns{}, full, "CSV, separated by commas"},
		{"separators at the ends of rows", strings.Replace(strings.ReplaceAll(csvText, "\n", ",\n"), "dp,", "dp", 1), Columns{}, full, "CSV, separated by commas"},
		{"another order of columns", "dp,dq,p,q,Time,trajectory\n4,3,2,1,0,0\n4.5,3.5,2.5,1.5,0.5,0\n-4,-3,-2,-1,0,1\n", Columns{}, full, "CSV, separated by commas"},
		{"dq/dt", strings.NewReplacer("dq", "dq/dt", "dp", "dp/dt").Replace(csvText), Columns{}, full, "CSV, separated by commas"},
		{"comments and empty lines", "# from a table\n\n" + strings.ReplaceAll(csvText, "\n", "\n \n% note\n"), Columns{}, full, "CSV, separated by commas"},
		{"the header in a comment", "# made by hand\n# " + csvText, Columns{}, full, "CSV, separated by commas"},
		{"NumPy's savetxt", "# trial t q p dq dp\n" + strings.ReplaceAll(csvText[strings.Index(csvText, "\n")+1:], ",", " "), Columns{}, full, "text, separated by blanks"},
		{"no header: a trial in front", "0,0,1,2\n0,0.5,1.5,2.5\n1,0,-1,-2\n", Columns{}, rows("3", "4"), "CSV, separated by commas, no header"},
		{"no header, a comment that names nothing", "# a b c d\n0,0,1,2\n0,0.5,1.5,2.5\n1,0,-1,-2\n", Columns{}, rows("3", "4"), "CSV, separated by commas, no header"},
		{"no header, columns named by number", "2,0,0,1\n2.5,0.5,0,1.5\n-2,0,1,-1\n", Columns{Time: "2", Trial: "3", Q: []string{"4"}, P: []string{"1"}}, rows("4", "1"), "CSV, separated by commas, no header"},
		{"columns that are named", "clock,test,b,a,note\n0,0,2,1,good\n0.5,0,2.5,1.5,\n0,1,-2,-1,x\n", Columns{Time: "clock", Trial: "test", Q: []string{"a"}, P: []string{"b"}}, rows("a", "b"), "CSV, separated by commas"},
		{"the time starts over", "t,x,v\n5,1,0\n6,1,0\n7,1,0\n5,2,0\n6,2,0\n7,2,0\n4,1,1\n", Columns{},
			&data.Set{Dim: 2, Offsets: []int{0, 3, 6, 7}, Names: []string{"x", "v"}, T: []float64{5, 6, 7, 5, 6, 7, 4}, X: []float64{1, 0, 1, 0, 1, 0, 2, 0, 2, 0, 2, 0, 1, 1}}, "CSV, separated by commas"},
		{"a column of row numbers", "id,t,q\n1,0,5\n2,1,6\n3,2,7\n", Columns{},
			&data.Set{Dim: 1, Offsets: []int{0, 3}, Names: []string{"q"}, T: []float64{0, 1, 2}, X: []float64{5, 6, 7}, PositionsOnly: true}, "CSV, separated by commas"},
		{"velocities and accelerations", "x v a\n0 0 1 2 3\n0 1 4 5 6\n", Columns{},
			&data.Set{Dim: 2, Offsets: []int{0, 2}, Names: []string{"x", "v"}, T: []float64{0, 1}, X: []float64{1, 2, 4, 5}, DX: []float64{2, 3, 5, 6}}, "text, separated by blanks, trial and time first, not named by the header"},

		{"measured", lipsonText, Columns{}, lipson, "text, separated by blanks, trial and time first, not named by the header"},
		{"measured, % and a blank", strings.Replace(lipsonText, "%", "% ", 1), Columns{}, lipson, ""},
		{"measured, no %", strings.Replace(lipsonText, "%", "", 1), Columns{}, lipson, ""},
		{"measured, LF", strings.ReplaceAll(lipsonText, "\r\n", "\n"), Columns{}, lipson, ""},
		{"measured, no last line end", strings.TrimRight(lipsonText, "\r\n"), Columns{}, lipson, ""},
		{"measured, empty lines", "\r\n" + strings.ReplaceAll(lipsonText, "\r\n", "\r\n\r\n"), Columns{}, lipson, ""},
		{"measured, trial and time are named", strings.Replace(lipsonText, "%o v", "% Trial t o v", 1), Columns{}, lipson, "text, separated by blanks"},
		{"measured, one trial written two ways", "o v\n0 5 1.25 -0.9\n0.0 5.25 1 -1.1\n-0e0 5.75 .5 -1.2\n1 0 0.25 0", Columns{}, lipson, ""},
		{"measured, derivatives", "% q p\n0 0 1 2 3 4\n0 .5 1.5 2.5 3.5 4.5\n1 0 -1 -2 -3 -4\n", Columns{}, full, ""},
	} {
		got, m, err := decode(test.text, test.columns)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
		if err := got.Validate(); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		if test.format != "" && m.Format != test.format {
			t.Errorf("%s: the format is %q, want %q", test.name, m.Format, test.format)
		}
	}
}

// lateRows have no decimal sign, more of them than the dialect is found by.
var lateRows, lateSet = func() (string, *data.Set) {
	var b strings.Builder
	s := &data.Set{Dim: 2, Names: []string{"q", "p"}}
	for i := range sampleLines + 10 {
		fmt.Fprintf(&b, "%d;1;2\n", i)
		s.T, s.X = append(s.T, float64(i)), append(s.X, 1, 2)
	}
	s.T, s.X = append(s.T, 100.5), append(s.X, 1.5, 2)
	s.Offsets = []int{0, len(s.T)}
	return b.String(), s
}()

func TestReadTextErrors(t *testing.T) {
	cut := func(n int) string { return lipsonText[:len(lipsonText)-n] }
	for _, test := range []struct {
		name, text   string
		columns      Columns
		line, column int
		want         string
	}{
		{"an empty file", "", Columns{}, 0, 0, "the file is empty"},
		{"blanks only", "\n \r\n", Columns{}, 0, 0, "the file is empty"},
		{"comments only", "# t q\n", Columns{}, 0, 0, "comments but no data"},
		{"no rows", "t,q,p\n", Columns{}, 0, 0, "no data"},
		{"binary", "t,q,p\n0,1,\x00\n", Columns{}, 0, 0, "not a text file"},
		{"HDF5", "\x89HDF\r\n\x1a\n", Columns{}, 0, 0, "HDF5"},
		{"no header and an even number of columns", "1,2,3,4\n0,2,3,4\n", Columns{}, 1, 0, "no names, and 4 of them"},
		{"no header and some columns named", "1,2,3\n", Columns{Q: []string{"2"}}, 1, 0, "not all are named"},
		{"one column", "1\n2\n", Columns{}, 1, 0, "one column"},
		{"no time", "q,p\n1,2\n", Columns{}, 1, 0, `no column is the time: the file has "q", "p"`},
		{"no states", "trial,t\n0,1\n", Columns{}, 1, 0, "no column is recognised as a position"},
		{"a column twice", "t,q,q\n0,1,2\n", Columns{}, 1, 0, `"q" twice`},
		{"a named time that is not there", "t,q\n0,1\n", Columns{Time: "s"}, 1, 0, `no column "s": the file has "t", "q"`},
		{"a row too short", "t,q,p\n0,1,2\n1,1\n2,1,1\n", Columns{}, 3, 0, "the row has 2 columns where there should be 3"},
		{"a row too long", "t,q,p\n0,1,2,3\n", Columns{}, 2, 0, "the row has 4 columns"},
		{"text for a number", "t,q,p\n\n# a comment\n0,1,two\n", Columns{}, 4, 3, `(p): "two" is not a number`},
		{"text in the first row", "t,q,p\nkaputt,1,2\n1,1,2\n2,1,2\n", Columns{}, 2, 1, `(t): "kaputt" is not a number`},
		{"text in the first row behind a preamble", "Logger\n\nt;q;p\n0;kaputt;2\n1;1;2\n2;1;2\n", Columns{}, 4, 2, `(q): "kaputt" is not a number`},
		{"text in a row behind a preamble", "Logger\n\nt;q;p\n0;1;2\n1;kaputt;2\n2;1;2\n", Columns{}, 5, 2, `(q): "kaputt" is not a number`},
		{"an empty field behind a preamble", "Logger\n\nt;q;p\n0;1;2\n1;;2\n2;1;2\n", Columns{}, 5, 2, "(q): the field is empty"},
		{"a table behind a preamble cut off", "Logger\n\nt;q;p\n0;1;2\n1;1;2\n2;1", Columns{}, 6, 0, "the file is cut off"},
		{"an empty field", "t,q,p\n0,,2\n", Columns{}, 2, 2, "(q): the field is empty"},
		{"a NaN", "t,q,p\n0,1,2\n1,nan,2\n", Columns{}, 3, 2, "(q): the value is NaN"},
		{"an infinity in a derivative", "t,q,p,dq,dp\n0,1,1,1,Inf\n", Columns{}, 2, 5, "(dp): the value is +Inf"},
		{"a number out of range", "t,q\n0,1e999\n", Columns{}, 2, 2, "too large"},
		{"a time that stands still", "t,q\n1,1\n1,1\n", Columns{}, 3, 1, "the time goes from 1 to 1"},
		{"a time that runs back", "t,q\n0,1\n2,1\n1,1\n", Columns{}, 4, 1, "the time goes from 2 to 1"},
		{"a time that starts over within a trial", "trial,t,q\n0,1,1\n0,2,1\n0,3,1\n0,1,1\n", Columns{}, 5, 2, "the time goes from 3 to 1"},
		{"a trial that comes back", "trial,t,q\na,0,1\nb,0,1\na,1,1\n", Columns{}, 4, 1, `trial "a", which began on line 2`},
		{"an open quote", "t,q\n0,1\n1,\"1\n", Columns{}, 3, 0, "a quote is opened"},
		{"an open quote in the header", "t,\"q\n0,1\n", Columns{}, 1, 0, "a quote is opened"},
		{"text behind a quote", "t,q\n0,\"1\"2\n", Columns{}, 2, 0, "text follows"},
		{"points and commas", "t;q\n0;1,5\n1;1.5\n", Columns{}, 3, 0, "decimal point and numbers with a comma"},
		{"thousands", "t;q\n0;1.5\n1;1,500.5\n", Columns{}, 3, 2, `"1,500.5" is not a number`},
		{"a long line", "t,q\n0,1\n1," + strings.Repeat("1", maxLine), Columns{}, 3, 0, "longer than"},
		{"a long word", "t,q\n1," + strings.Repeat("x", 5000), Columns{}, 2, 2, "xxx\"... is not a number"},

		{"measured, a lone %", "%\n0 0 1\n", Columns{}, 1, 0, "names no columns"},
		{"measured, a column named twice", "% q q\n0 0 1 2\n", Columns{}, 1, 0, `"q" twice`},
		{"measured, first row of an odd number", "% q p\n0 0 1 2 3\n", Columns{}, 1, 0, "the rows have 5 columns where the header's 2 names ask for 2, or for 4 with trial and time in front, or 6"},
		{"measured, a row too short", "% q p\n0 0 1 2\n0 1 1\n0 2 1 2\n", Columns{}, 3, 0, "3 columns where there should be 4"},
		{"measured, cut between columns", cut(26), Columns{}, 5, 0, "the file is cut off: its last row has 3 columns of 4"},
		{"measured, cut within the last number", cut(4), Columns{}, 5, 4, "the file is cut off"},
		{"measured, cut within the exponent", cut(7), Columns{}, 5, 4, "the file is cut off"},
		{"gzip cut off", zipped(t, csvText)[:40], Columns{}, 0, 0, "the compressed file is cut off"},
		{"gzip cut in its checksum", strings.TrimSuffix(zipped(t, csvText), "\x00"), Columns{}, 0, 0, "the compressed file is cut off"},
		{"gzip cut in its header", zipped(t, csvText)[:5], Columns{}, 0, 0, "the compressed file is cut off"},
		{"gzip damaged", strings.Replace(zipped(t, csvText), zipped(t, csvText)[len(zipped(t, csvText))-8:], "12345678", 1), Columns{}, 0, 0, "damaged"},
	} {
		s, m, err := decode(test.text, test.columns)
		var pe *ParseError
		if s != nil || m != nil || !errors.As(err, &pe) {
			t.Errorf("%s: got %v, %v, want a *ParseError", test.name, s, err)
			continue
		}
		if pe.File != "d.csv" || pe.Line != test.line || pe.Column != test.column {
			t.Errorf("%s: %v is about line %d, column %d, want %d and %d", test.name, err, pe.Line, pe.Column, test.line, test.column)
		}
		if !strings.Contains(err.Error(), test.want) || pe.Advice == "" || len(err.Error()) > 300 {
			t.Errorf("%s: the error is %q, want %q in it, advice, and a length that can be read", test.name, err, test.want)
		}
	}
}

// Every row with a mistake is dropped and counted, no other.
func TestSkipBadRows(t *testing.T) {
	text := "t,q,p\n" +
		"0,1,2\n" +
		"1,1\n" + // ragged
		"1,one,2\n" + // text
		"1,,2\n" + // missing
		"1,NaN,2\n" +
		"1,inf,2\n" +
		"1,\"1,2\n" + // an open quote
		"1,3,4\n" +
		"1,3,4\n" + // twice
		"0.5,3,4\n" + // back in time
		"2,5,6\n"
	s, m, err := Decode(strings.NewReader(text), "d", ReadOptions{SkipBadRows: true})
	if err != nil {
		t.Fatal(err)
	}
	want := &data.Set{Dim: 2, Offsets: []int{0, 3}, Names: []string{"q", "p"}, T: []float64{0, 1, 2}, X: []float64{1, 2, 3, 4, 5, 6}}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Error(diff)
	}
	if m.BadRows != 8 || len(m.Bad) != keepBad || m.Bad[1].Line != 4 || m.Bad[1].Column != 2 {
		t.Errorf("%d bad rows, the first of them %v", m.BadRows, m.Bad)
	}
	if _, _, err := Decode(strings.NewReader("t,q,p\n0,x,1\n1,x,1\n"), "d", ReadOptions{SkipBadRows: true}); err == nil || !strings.Contains(err.Error(), "all 2 rows are bad") {
		t.Errorf("a file of bad rows alone: %v", err)
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
	for _, text := range []string{"", lipsonText, csvText, zipped(t, csvText), csvText + strings.Repeat("2,0,1,2,3,4\n", maxLine/10), "\x93NUMPY", "PK\x03\x04", parquetMagic} {
		if _, _, err := Decode(failingReader{strings.NewReader(text)}, "", ReadOptions{SkipBadRows: true}); !errors.Is(err, errDisk) {
			t.Errorf("%.10q: %v", text, err)
		}
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errDisk }

func TestWritersPassOnWriteErrors(t *testing.T) {
	if err := WriteNPZ(fullDisk{}, map[string]Array{"a": {[]int{1}, []float64{1}}}); !errors.Is(err, errDisk) {
		t.Errorf("a full disk gives %v", err)
	}
	if err := WriteCSV(fullDisk{}, &data.Set{Dim: 2, Offsets: []int{0, 1}, T: []float64{0}, X: []float64{1, 2}}); !errors.Is(err, errDisk) {
		t.Errorf("a full disk gives %v", err)
	}
}

func TestRead(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "named.bin") // the name says nothing
	var rows strings.Builder
	for i := range 30_000 {
		fmt.Fprintf(&rows, "0,%d,1,2,3,4\n", i)
	}
	text := csvText[:strings.Index(csvText, "\n")+1] + rows.String()
	for _, content := range []string{text, zipped(t, text)} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		var calls, read, total int64
		s, m, err := Read(path, ReadOptions{Progress: func(r, n int64) {
			if r < read {
				t.Errorf("progress goes back from %d to %d", read, r)
			}
			calls++
			read, total = r, n
		}})
		if err != nil || s.Rows() != 30_000 || m.File != path {
			t.Fatalf("%v, %v, %v", s, m, err)
		}
		if calls < 2 || read != int64(len(content)) || total != read {
			t.Errorf("%d calls of Progress, the last with %d of %d, the file has %d", calls, read, total, len(content))
		}
		// Room for the rows is made by how much of the file they took.
		if room := cap(s.T); room > 40_000 {
			t.Errorf("room for %d rows", room)
		}
	}
	if _, _, err := Read(filepath.Join(dir, "none"), ReadOptions{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	if _, _, err := Read(dir, ReadOptions{}); err == nil || !strings.Contains(err.Error(), "folder") {
		t.Errorf("a folder: %v", err)
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
		{"lienar_a_1.txt", 512, 2, 1, true, []string{"x", "v"}},
		{"linear_h_1.txt", 512, 2, 1, false, []string{"x", "v"}},
		{"pendulum_h_1.txt", 493, 2, 1, true, []string{"o", "v"}},
		{"real_linear_h_1.txt", 870, 2, 1, false, []string{"x", "v"}},
		{"real_pend_h_1.txt", 556, 2, 1, false, []string{"o", "v"}},
	} {
		t.Run(test.file, func(t *testing.T) {
			s, m, err := Read(measured(t, test.file), ReadOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if s.Rows() != test.rows || s.Dim != test.dim || s.Trials() != test.trials || (s.DX != nil) != test.derivatives || !cmp.Equal(s.Names, test.names) {
				t.Errorf("%d rows of dimension %d in %d trials, derivatives: %v, names %q", s.Rows(), s.Dim, s.Trials(), s.DX != nil, s.Names)
			}
			if err := s.Validate(); err != nil || m.BadRows != 0 || m.Trial != "trial" {
				t.Errorf("%v, %+v", err, m)
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
		if _, _, err := decode(whole[:end], Columns{}); err == nil {
			t.Errorf("the file without its last %d bytes is read", len(whole)-end)
		}
	}
	if s, _, err := decode(whole, Columns{}); err != nil || s.Rows() != 556 {
		t.Errorf("the file without its last line end: %v", err)
	}
}

// The bytes may be anything, of any format: an error or a valid set, which is written
// and read back to the same, and never a panic.
func FuzzDecode(f *testing.F) {
	for _, text := range []string{
		csvText, lipsonText, "\ufefftime;\"x [m]\";v\r\n0;1,5;2\r\n\r\n1;\"1\";2\r\n",
		"# NumPy\n# t q p\n0 1 2\n1 1 2\n", "t\tx\ty\tvx\tvy\n0\t1\t2\t3\t4\n1\t1\t2\t3\t4\n",
		"% q p\n0 0 1 2 3 4\n0 1e-3 5 6 7 8\n1 0 0 0 0 0\n", "x v a\r\n  0.0e+000  0.0e+000  4.1e-001  8.9e-001  1.1e+001\r\n",
		"0,0,1,2\n0,1,2,3\n1,0,1,2\n", "t,theta,theta_dot\n0,1,2\n1,1,2\n2,1,2\n0,1,2\n", "%o\n0 0 0x1p-2\n0 1_0 2\n",
		"trial,t,q,p,q_dot,p_dot\na,0,1,2,3,4\n", "t,q,p\n0,1,\"2\n", "id,t,q\n1,0,1\n2,1,1\n3,2,1\n",
	} {
		f.Add([]byte(text), false)
		f.Add([]byte(zipped(f, text)), true)
	}
	f.Fuzz(func(t *testing.T, file []byte, skip bool) {
		if bytes.HasPrefix(file, []byte(parquetMagic)) {
			return // has a test of its own
		}
		s, _, err := Decode(bytes.NewReader(file), "f", ReadOptions{SkipBadRows: skip})
		checkRead(t, s, err)
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := WriteCSV(&b, s); err != nil {
			return // names that only this file's other columns can tell apart
		}
		c := Columns{Time: "t", Trial: "trial", Q: s.Names}
		if !s.PositionsOnly {
			c.Q, c.P = s.Names[:s.Dim/2], s.Names[s.Dim/2:]
		}
		back, _, err := Decode(&b, "back", ReadOptions{Columns: c})
		if err != nil {
			t.Fatalf("cannot read what was written: %v", err)
		}
		if diff := cmp.Diff(s, back); diff != "" {
			t.Fatalf("another set is read back: %s", diff)
		}
	})
}

// checkRead fails if a reader returned neither a valid set nor an error that can
// be shown.
func checkRead(t *testing.T, s *data.Set, err error) {
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
