package file

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hnn/data"
)

// npyArray returns an array as NumPy writes it, of float64 or of the type that descr
// names.
func npyArray(descr string, shape []int, data ...float64) []byte {
	text := strings.Trim(strings.ReplaceAll(fmt.Sprint(shape), " ", ", "), "[]")
	if len(shape) == 1 {
		text += ","
	}
	header := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }\n", descr, text)
	var b []byte
	for _, v := range data {
		switch descr {
		case "<f4":
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(v)))
		case "<i8":
			b = binary.LittleEndian.AppendUint64(b, uint64(int64(v)))
		default:
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
		}
	}
	return npyBytes(1, header, b...)
}

// npzOf returns an archive of float64 arrays, each a name, its shape and its numbers.
func npzOf(t testing.TB, arrays ...any) string {
	t.Helper()
	var entries [][]byte
	for i := 0; i < len(arrays); i += 3 {
		entries = append(entries, []byte(arrays[i].(string)+".npy"), npyArray("<f8", arrays[i+1].([]int), arrays[i+2].([]float64)...))
	}
	return string(archive(t, entries...))
}

func TestReadArrays(t *testing.T) {
	nan := math.NaN()
	t3 := []float64{0, 0.5, 2}
	// one is a trial of three rows, two of a second one beside it.
	one := func(q, p string, dx []float64) *data.Set {
		return &data.Set{Dim: 2, Offsets: []int{0, 3}, Names: []string{q, p}, T: t3, X: []float64{1, 2, 3, 4, 5, 6}, DX: dx}
	}
	dx := []float64{10, 20, 30, 40, 50, 60}
	two := &data.Set{Dim: 2, Offsets: []int{0, 3, 6}, Names: []string{"x1", "x2"}, T: append(t3[:3:3], t3...), X: []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}}
	x2 := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
	for _, test := range []struct {
		name, file string
		columns    Columns
		want       *data.Set
	}{
		{"q and p of rank 1", npzOf(t, "t", []int{3}, t3, "q", []int{3}, []float64{1, 3, 5}, "p", []int{3}, []float64{2, 4, 6}), Columns{}, one("q", "p", nil)},
		{"gzip", zipped(t, npzOf(t, "t", []int{3}, t3, "q", []int{3}, []float64{1, 3, 5}, "p", []int{3}, []float64{2, 4, 6})), Columns{}, one("q", "p", nil)},
		{"q and p as columns", npzOf(t, "t", []int{3, 1}, t3, "q", []int{3, 1}, []float64{1, 3, 5}, "p", []int{3, 1}, []float64{2, 4, 6}), Columns{}, one("q", "p", nil)},
		{"theta and omega", npzOf(t, "time", []int{3}, t3, "theta", []int{3}, []float64{1, 3, 5}, "omega", []int{3}, []float64{2, 4, 6}), Columns{}, one("theta", "omega", nil)},
		{"x and dx", npzOf(t, "t", []int{3}, t3, "x", []int{3, 2}, x2[:6], "dx", []int{3, 2}, dx, "other", []int{1}, []float64{nan}), Columns{}, one("x1", "x2", dx)},
		{"states and others", npzOf(t, "t", []int{3}, t3, "states", []int{3, 2}, x2[:6], "energy_change", []int{3}, t3), Columns{}, one("states1", "states2", nil)},
		{"derivatives of q and p", npzOf(t, "t", []int{3}, t3, "q", []int{3}, []float64{1, 3, 5}, "p", []int{3}, []float64{2, 4, 6}, "dq", []int{3}, []float64{10, 30, 50}, "dp", []int{3}, []float64{20, 40, 60}), Columns{}, one("q", "p", dx)},
		{"x and v", npzOf(t, "t", []int{3}, t3, "x", []int{3}, []float64{1, 3, 5}, "v", []int{3}, []float64{2, 4, 6}), Columns{}, one("x", "v", nil)},
		{"arrays that are named", npzOf(t, "s", []int{3}, t3, "alpha", []int{3}, []float64{1, 3, 5}, "beta", []int{3}, []float64{2, 4, 6}),
			Columns{Time: "s", Q: []string{"alpha"}, P: []string{"beta"}}, one("alpha", "beta", nil)},
		{"trials, one time for all", npzOf(t, "t", []int{3}, t3, "x", []int{2, 3, 2}, x2), Columns{}, two},
		{"trials, a time each", npzOf(t, "t", []int{2, 3}, two.T, "x", []int{2, 3, 2}, x2), Columns{}, two},
		{"a column for trials", npzOf(t, "t", []int{6}, two.T, "x", []int{6, 2}, x2, "trial", []int{6}, []float64{0, 0, 0, 1, 1, 1}), Columns{}, two},
		{"the time starts over", npzOf(t, "t", []int{6}, two.T, "x", []int{6, 2}, x2), Columns{}, two},
		{"trials padded with NaN", npzOf(t, "t", []int{2, 3}, append(t3[:3:3], 0, nan, nan), "x", []int{2, 3, 2}, append(x2[:8:8], nan, nan, nan, nan)), Columns{},
			&data.Set{Dim: 2, Offsets: []int{0, 3, 4}, Names: []string{"x1", "x2"}, T: append(t3[:3:3], 0), X: x2[:8]}},
		{"positions alone, trials of one", npzOf(t, "t", []int{2, 3}, append(t3[:3:3], t3...), "q", []int{2, 3}, x2[:6]), Columns{},
			&data.Set{Dim: 1, Offsets: []int{0, 3, 6}, Names: []string{"q"}, T: two.T, X: x2[:6], PositionsOnly: true}},
		{"states of first order in one array", npzOf(t, "t", []int{3}, t3, "u", []int{3, 2}, x2[:6]), Columns{X: []string{"u"}},
			&data.Set{Dim: 2, Offsets: []int{0, 3}, Names: []string{"u1", "u2"}, T: t3, X: x2[:6], FirstOrder: true}},
		{"states of first order, an array each", npzOf(t, "t", []int{3}, t3, "y", []int{3}, []float64{1, 3, 5}, "x", []int{3}, []float64{2, 4, 6}), Columns{X: []string{"x", "y"}},
			&data.Set{Dim: 2, Offsets: []int{0, 3}, Names: []string{"x", "y"}, T: t3, X: []float64{2, 1, 4, 3, 6, 5}, FirstOrder: true}},
		{"positions in two arrays", npzOf(t, "t", []int{3}, t3, "q", []int{3, 2}, x2[:6], "y", []int{3}, t3), Columns{},
			&data.Set{Dim: 3, Offsets: []int{0, 3}, Names: []string{"q1", "q2", "y"}, T: t3, X: []float64{1, 2, 0, 3, 4, 0.5, 5, 6, 2}, PositionsOnly: true}},
		{"positions and momenta in two arrays each", npzOf(t, "t", []int{2}, t3[:2], "q1", []int{2}, x2[:2], "q2", []int{2}, x2[2:4], "p1", []int{2}, x2[4:6], "p2", []int{2}, x2[6:8]), Columns{},
			&data.Set{Dim: 4, Offsets: []int{0, 2}, Names: []string{"q1", "q2", "p1", "p2"}, T: t3[:2], X: []float64{1, 3, 5, 7, 2, 4, 6, 8}}},
		{"a table", string(npyArray("<f8", []int{3, 3}, 0, 1, 2, 0.5, 3, 4, 2, 5, 6)), Columns{}, one("2", "3", nil)},
		{"a table of float32", string(npyArray("<f4", []int{3, 3}, 0, 1, 2, 0.5, 3, 4, 2, 5, 6)), Columns{}, one("2", "3", nil)},
		{"a table with columns named", string(npyArray("<f8", []int{3, 3}, 2, 1, 0, 4, 3, 0.5, 6, 5, 2)), Columns{Time: "3", Q: []string{"2"}, P: []string{"1"}}, one("2", "1", nil)},
		{"a table of whole numbers with a trial", string(npyArray("<i8", []int{3, 4}, 0, 0, 1, 2, 0, 1, 3, 4, 1, 0, 5, 6)), Columns{},
			&data.Set{Dim: 2, Offsets: []int{0, 2, 3}, Names: []string{"3", "4"}, T: []float64{0, 1, 0}, X: x2[:6]}},
		{"a table for each trial", string(npyArray("<f8", []int{2, 1, 3}, 0, 1, 2, 7, 3, 4)), Columns{},
			&data.Set{Dim: 2, Offsets: []int{0, 1, 2}, Names: []string{"2", "3"}, T: []float64{0, 7}, X: x2[:4]}},
	} {
		got, _, err := decode(test.file, test.columns)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

func TestReadArraysErrors(t *testing.T) {
	t2 := []float64{0, 1}
	for _, test := range []struct {
		name, file  string
		columns     Columns
		row, column int
		want        string
	}{
		{"no arrays", string(archive(t)), Columns{}, 0, 0, "the file holds no arrays"},
		{"a spreadsheet", string(archive(t, []byte("[Content_Types].xml"), []byte("<xml/>"))), Columns{}, 0, 0, "saved as CSV"},
		{"cut off", npzOf(t, "t", []int{2}, t2)[:60], Columns{}, 0, 0, "check that the file is whole"},
		{"NPY cut off", string(npyArray("<f8", []int{2, 3}, 1, 2, 3)), Columns{}, 0, 0, "more than its 24 bytes"},
		{"one array of rank 1", string(npyArray("<f8", []int{2}, 1, 2)), Columns{}, 0, 0, "one array, of shape [2]"},
		{"no rows", string(npyArray("<f8", []int{0, 3})), Columns{}, 0, 0, "empty"},
		{"no columns", string(npyArray("<f8", []int{3, 0})), Columns{}, 0, 0, "empty"},
		{"no time", npzOf(t, "q", []int{2}, t2, "p", []int{2}, t2), Columns{}, 0, 0, "no array is the time"},
		{"no states", npzOf(t, "t", []int{2}, t2, "a", []int{2}, t2), Columns{}, 0, 0, "no column is recognised as a position"},
		{"other rows", npzOf(t, "t", []int{2}, t2, "q", []int{3}, []float64{1, 2, 3}), Columns{}, 0, 0, "times of shape [2] and states of shape [3]"},
		{"other rows of momenta", npzOf(t, "t", []int{2}, t2, "q", []int{2}, t2, "p", []int{3}, []float64{1, 2, 3}), Columns{}, 0, 0, `"p" has the shape [3], and "q" has [2]`},
		{"rank 4", npzOf(t, "t", []int{2}, t2, "q", []int{1, 1, 2, 1}, t2), Columns{}, 0, 0, "states of shape [1 1 2 1]"},
		{"other momenta", npzOf(t, "t", []int{2}, t2, "q", []int{2}, t2, "p", []int{2, 2}, []float64{1, 2, 3, 4}), Columns{}, 0, 0, "1 positions and 2 momenta"},
		{"an odd state", npzOf(t, "t", []int{2}, t2, "x", []int{2, 3}, make([]float64, 6)), Columns{}, 0, 0, `"x" has 3 columns`},
		{"other derivatives", npzOf(t, "t", []int{2}, t2, "x", []int{2, 2}, make([]float64, 4), "dx", []int{2}, t2), Columns{}, 0, 0, "1 derivatives for the 2 states"},
		{"a NaN", npzOf(t, "t", []int{2}, t2, "x", []int{2, 2}, []float64{1, 2, 3, math.NaN()}, "dx", []int{2, 2}, make([]float64, 4)), Columns{}, 2, 3, "(x2): the value is NaN"},
		{"a time that stands still", npzOf(t, "t", []int{2}, []float64{1, 1}, "q", []int{2}, t2), Columns{}, 2, 1, "the time goes from 1 to 1"},
	} {
		s, _, err := decode(test.file, test.columns)
		var pe *ParseError
		if s != nil || !errors.As(err, &pe) {
			t.Errorf("%s: got %v, %v, want a *ParseError", test.name, s, err)
			continue
		}
		if pe.File != "d.csv" || pe.Row != test.row || pe.Column != test.column || pe.Line != 0 {
			t.Errorf("%s: %v is about row %d, column %d, want %d and %d", test.name, err, pe.Row, pe.Column, test.row, test.column)
		}
		if !strings.Contains(err.Error(), test.want) || pe.Advice == "" {
			t.Errorf("%s: the error is %q, want %q in it", test.name, err, test.want)
		}
	}
	s, m, err := Decode(strings.NewReader(npzOf(t, "t", []int{3}, []float64{0, 1, 2}, "q", []int{3}, []float64{5, math.Inf(1), 7})), "", ReadOptions{SkipBadRows: true})
	if err != nil || m.BadRows != 1 || !cmp.Equal(s.X, []float64{5, 7}) {
		t.Errorf("bad rows left out: %v, %+v, %v", s, m, err)
	}
}

// The archive's bytes may be anything; the shapes and numbers of sound arrays too.
func FuzzDecodeArrays(f *testing.F) {
	f.Add([]byte(npzOf(f, "t", []int{3}, []float64{0, 1, 2}, "x", []int{2, 3, 2}, make([]float64, 12))), "", uint8(0))
	f.Add([]byte(npyArray("<f8", []int{2, 3}, 0, 1, 2, 1, 1, 2)), "", uint8(0))
	f.Add([]byte{1, 2, 3, 4, 5, 6, 7, 8, 9}, "t q p", uint8(1*16+3))
	f.Add([]byte{1, 2, 3, 4, 5, 6, 7, 8, 9}, "q y t", uint8(1*16+3))
	f.Fuzz(func(t *testing.T, file []byte, names string, shape uint8) {
		if bytes.HasPrefix(file, []byte(parquetMagic)) {
			return
		}
		if names != "" { // sound arrays, of the bytes of file
			trials, rows := int(shape>>4), int(shape&15)
			var arrays []any
			for i, name := range strings.Fields(names) {
				of := [][]int{{rows}, {rows, 2}, {trials, rows}, {trials, rows, 2}}[(i+int(shape))%4]
				n := 1
				for _, k := range of {
					n *= k
				}
				data := make([]float64, n)
				for j := range data {
					if len(file) > 0 {
						data[j] = float64(file[(j+i)%len(file)]) / float64(1-i%2+i)
					}
				}
				arrays = append(arrays, name, of, data)
			}
			file = []byte(npzOf(t, arrays...))
		}
		s, _, err := Decode(bytes.NewReader(file), "f", ReadOptions{})
		checkRead(t, s, err)
	})
}
