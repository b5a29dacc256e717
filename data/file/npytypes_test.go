package file

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"
)

// elements is an array of one axis as NumPy writes it, of elements of some bytes each.
func elements(descr string, width int, bits ...uint64) []byte {
	var b []byte
	for _, v := range bits {
		var eight [8]byte
		if strings.HasPrefix(descr, ">") {
			binary.BigEndian.PutUint64(eight[:], v)
			b = append(b, eight[8-width:]...)
		} else {
			binary.LittleEndian.PutUint64(eight[:], v)
			b = append(b, eight[:width]...)
		}
	}
	return npyBytes(1, fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%d,), }\n", descr, len(bits)), b...)
}

// Numbers of 16 bits and times of NumPy are read as what they are; the bits are NumPy's.
func TestTypesOfNumPy(t *testing.T) {
	const day = 1711843200 // 2024-03-31
	nat := uint64(1) << 63
	q := elements("<f8", 8, math.Float64bits(1), math.Float64bits(2), math.Float64bits(3))
	for _, test := range []struct {
		time []byte
		want []float64
	}{
		{elements("<M8[ns]", 8, day*1e9, day*1e9+50_000_000, day*1e9+100_000_001), []float64{0, 0.05, 0.100000001}},
		{elements(">M8[ms]", 8, day*1e3, day*1e3+50, day*1e3+100), []float64{0, 0.05, 0.1}},
		{elements("<m8[s]", 8, 5, 6, 8), []float64{0, 1, 3}},
		{elements("<m8[D]", 8, 1, 2, 4), []float64{0, 86400, 259200}},
		{elements("<f2", 2, 0xbc00, 0x0001, 0x3555), []float64{-1, math.Ldexp(1, -24), 0.333251953125}},
		{elements(">f2", 2, 0xfbff, 0x8000, 0x7bff), []float64{-65504, 0, 65504}},
	} {
		s, _, err := decode(string(archive(t, []byte("t.npy"), test.time, []byte("q.npy"), q)), Columns{})
		if err != nil {
			t.Error(err)
			continue
		}
		for i, v := range test.want {
			if s.T[i] != v {
				t.Errorf("row %d: %v, want %v", i, s.T[i], v)
			}
		}
	}
	for _, test := range []struct {
		time []byte
		want string
	}{
		{elements("<M8[ns]", 8, day*1e9, nat, day*1e9+2), "the value is NaN"},
		{elements("<m8[M]", 8, 1, 2, 3), `elements of type "<m8[M]" are not numbers`},
		{elements("<f2", 2, 0x7c00, 0x3c00, 0x4000), "+Inf"},
	} {
		if _, _, err := decode(string(archive(t, []byte("t.npy"), test.time, []byte("q.npy"), q)), Columns{}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v, want %q", err, test.want)
		}
	}
}

// What a file lacks may be in an array that cannot be read, which the error names; momenta that cannot be read are not estimated
// without a word.
func TestArraysThatAreMissed(t *testing.T) {
	one := elements("<f8", 8, 0, math.Float64bits(1), math.Float64bits(2))
	complexes := elements("<c8", 8, 1, 2, 3)
	text := elements("<U2", 8, 1, 2, 3)
	for name, test := range map[string]struct {
		entries [][]byte
		want    string
	}{
		"the positions": {[][]byte{[]byte("t.npy"), one, []byte("q.npy"), complexes}, `"q" is not read: its numbers are complex`},
		"the momenta":   {[][]byte{[]byte("t.npy"), one, []byte("q.npy"), one, []byte("p.npy"), complexes}, `the array "p", by its name momenta or derivatives, cannot be read`},
		"a label":       {[][]byte{[]byte("t.npy"), one, []byte("q.npy"), one, []byte("label.npy"), text}, ""},
	} {
		_, _, err := decode(string(archive(t, test.entries...)), Columns{})
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
}

// A table of numbers whose first column falls is no table with its time first.
func TestTablesWithoutTimes(t *testing.T) {
	var swing, trials []float64
	for i := range 60 {
		a := 0.2 * float64(i)
		swing = append(swing, math.Cos(a), -math.Sin(a))
		trials = append(trials, float64(i%20), math.Cos(a), -math.Sin(a))
	}
	for name, test := range map[string]struct {
		shape []int
		data  []float64
		want  string
	}{
		"q and p":                 {[]int{60, 2}, swing, "has no times in its first column"},
		"trials of q and p":       {[]int{3, 20, 2}, swing, "has no times in its first column"},
		"trials below each other": {[]int{60, 3}, trials, ""},
		"trials":                  {[]int{3, 20, 3}, trials, ""},
	} {
		_, _, err := decode(string(npyArray("<f8", test.shape, test.data...)), Columns{})
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
	// With a step and no times, time is the axis along which the state is smooth, or it is asked for.
	one := swinging(1, 60, 1)
	if s, _, err := readNamed(t, map[string]Array{"dt": {nil, []float64{0.1}}, "q": {[]int{3, 20}, swing[:60]}}); err == nil && s.Dim == 20 {
		t.Errorf("three trials of 20 rows were taken for %d rows of %d positions", s.Rows(), s.Dim)
	}
	if s, _, err := readNamed(t, map[string]Array{"dt": {nil, []float64{clock(60).Data[1]}}, "x": {[]int{60, 2}, one.Data}}); err != nil || s.Rows() != 60 {
		t.Errorf("a state of [T, 2] with a step: %v, %v", s, err)
	}
}

// Files of MATLAB 4 and pickles are told by their first bytes.
func TestForeignHeads(t *testing.T) {
	matlab := []byte{0, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 't', 0}
	matlab = append(matlab, make([]byte, 24)...)
	for head, want := range map[string]string{
		string(matlab): "MAT-file of MATLAB 4",
		"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00}\x94.": "a pickle of Python",
		"(dp0\nVt\np1\n": "a pickle of Python",
	} {
		if _, _, err := decode(head, Columns{}); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "python3 -c") {
			t.Errorf("%q: %v, want %q", head, err, want)
		}
	}
}
