package file

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// testdata/numpy.npz was written by NumPy 2.4 with savez_compressed: every type,
// both orders of bytes and of indices. c3 and f3 hold i/8 in row-major order of the
// shape (2,3,4), f2 the first 12 of the i.
func TestReadNPZFromNumPy(t *testing.T) {
	got, err := ReadNPZ(filepath.Join("testdata", "numpy.npz"))
	if err != nil {
		t.Fatal(err)
	}
	count := func(n int, step float64) []float64 {
		data := make([]float64, n)
		for i := range data {
			data[i] = float64(i) * step
		}
		return data
	}
	want := map[string]Array{
		"c3":      {[]int{2, 3, 4}, count(24, 1.0/8)},
		"f3":      {[]int{2, 3, 4}, count(24, 1.0/8)},
		"f2":      {[]int{3, 4}, count(12, 1)},
		"scalar":  {[]int{}, []float64{0.1}},
		"integer": {[]int{}, []float64{-3}},
		"bools":   {[]int{3}, []float64{1, 0, 1}},
		"u1":      {[]int{2}, []float64{0, 255}},
		"i2":      {[]int{2}, []float64{-5, 7}},
		"u4":      {[]int{1}, []float64{4294967295}},
		"i1":      {[]int{1}, []float64{-128}},
		"u8":      {[]int{1}, []float64{1 << 53}},
		"empty":   {[]int{0, 3}, []float64{}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestWriteNPZRoundTrip(t *testing.T) {
	want := map[string]Array{
		"t":        {[]int{3}, []float64{0, math.Copysign(0, -1), 5e-324}},
		"x":        {[]int{3, 2}, []float64{1, 2, 3, 4, math.MaxFloat64, math.Inf(1)}},
		"run/seed": {[]int{}, []float64{7}},
		"none":     {[]int{0}, []float64{}},
	}
	var b, again bytes.Buffer
	for _, w := range []io.Writer{&b, &again} {
		if err := WriteNPZ(w, want); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Error("the same arrays give other bytes")
	}
	path := filepath.Join(t.TempDir(), "a.npz")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := ReadNPZ(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" || !math.Signbit(got["t"].Data[1]) {
		t.Error(diff)
	}
}

func TestWriteNPZErrors(t *testing.T) {
	for _, test := range []struct {
		a    Array
		want string
	}{
		{Array{[]int{2}, []float64{1}}, "1 numbers for the shape [2]"},
		{Array{[]int{1, -1}, nil}, "negative"},
		{Array{[]int{1, 1, 1}, []float64{1}}, "cannot be written"},
		{Array{[]int{0, 2}, nil}, "cannot be written"},
	} {
		err := WriteNPZ(io.Discard, map[string]Array{"a": test.a})
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), `"a"`) {
			t.Errorf("%v: got %v, want an error with the array and %q", test.a, err, test.want)
		}
	}
}

// npyBytes returns an NPY array of the given header text and data, as an NPZ entry
// would hold it.
func npyBytes(version byte, header string, data ...byte) []byte {
	b := append([]byte("\x93NUMPY"), version, 0)
	if version == 1 {
		b = binary.LittleEndian.AppendUint16(b, uint16(len(header)))
	} else {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(header)))
	}
	return append(append(b, header...), data...)
}

// archive returns a zip file of entries, each a name and its content.
func archive(t testing.TB, entries ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(entries); i += 2 {
		w, err := z.Create(string(entries[i]))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(entries[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReadNPZErrors(t *testing.T) {
	header := func(descr, order, shape string) string {
		return "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }\n"
	}
	eight := make([]byte, 8)
	a := []byte("a.npy")
	good := npyBytes(1, header("<f8", "False", "(1,)"), eight...)
	for _, test := range []struct {
		name string
		file []byte
		want string
	}{
		{"no zip file", []byte("nonsense"), "not an NPZ file"},
		{"an empty file", nil, "not an NPZ file"},
		{"an array twice", archive(t, a, good, a, good), `"a" is in the file twice`},
		{"an empty entry", archive(t, a, nil), "cut off within its header"},
		{"no NPY", archive(t, a, []byte("nonsense and more of it")), "not an array in NPY form"},
		{"a newer version", archive(t, a, npyBytes(3, header("<f8", "False", "(1,)"), eight...)), "version number (3)"},
		{"a header of 4 GB", archive(t, a, []byte("\x93NUMPY\x02\x00\xff\xff\xff\xff{")), "claims 4294967295 bytes"},
		{"a header cut off", archive(t, a, good[:30]), "header"},
		{"keys out of order", archive(t, a, npyBytes(1, "{'shape': (1,), 'fortran_order': False, 'descr': '<f8', }\n", eight...)), "header is damaged"},
		{"a header without a line end", archive(t, a, npyBytes(1, strings.TrimSpace(header("<f8", "False", "(1,)")), eight...)), "header is damaged"},
		{"text", archive(t, a, npyBytes(1, header("<U1", "False", "(1,)"), 0, 0, 0, 0)), `"<U1" are not numbers`},
		{"complex numbers", archive(t, a, npyBytes(1, header("<c8", "False", "(1,)"), eight...)), "its numbers are complex"},
		{"long doubles", archive(t, a, npyBytes(1, header("<f16", "False", "(1,)"), make([]byte, 16)...)), "save it as float64"},
		{"a negative shape", archive(t, a, npyBytes(1, header("<f8", "False", "(-1,)"), eight...)), "damaged"},
		{"a shape that overflows", archive(t, a, npyBytes(1, header("<f8", "False", "(4294967296, 4294967296, 2)"), eight...)), "more than its 8 bytes"},
		{"too little data", archive(t, a, npyBytes(1, header("<f8", "False", "(2,)"), eight...)), "more than its 8 bytes"},
		{"too much data", archive(t, a, npyBytes(1, header("<f4", "True", "(1, 1)"), eight...)), "8 bytes of data where the shape [1 1] asks for 4"},
	} {
		arrays, err := DecodeNPZ(bytes.NewReader(test.file), int64(len(test.file)), "file.npz")
		if arrays != nil || err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "file.npz") {
			t.Errorf("%s: got %v, %v, want an error with %q", test.name, arrays, err, test.want)
		}
	}
	if arrays, err := DecodeNPZ(bytes.NewReader(archive(t, a, good)), int64(len(archive(t, a, good))), ""); err != nil || arrays["a"].Data[0] != 0 {
		t.Errorf("the sound array of these cases is not read: %v, %v", arrays, err)
	}
	if _, err := ReadNPZ(filepath.Join(t.TempDir(), "none.npz")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

// A changed byte in the numbers must be seen: by the checksum, if by nothing else.
func TestReadNPZChecksum(t *testing.T) {
	text, err := os.ReadFile("../../experiment/task/paper/initial_states.npz") // stored, not deflated
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(text, []byte("NUMPY")) + 200
	text[at] ^= 1
	if _, err := DecodeNPZ(bytes.NewReader(text), int64(len(text)), "f"); err == nil || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("a changed bit: %v", err)
	}
}

// An entry that claims to unpack to a gigabyte from a few bytes is refused before
// anything of that size is allocated.
func TestReadNPZDoesNotTrustSizes(t *testing.T) {
	const claim = 1 << 30
	file := archive(t, []byte("a.npy"), npyBytes(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (134217728,), }\n", make([]byte, 100)...))
	// The central directory's uncompressed size is 24 bytes into its record.
	at := bytes.LastIndex(file, []byte("PK\x01\x02")) + 24
	binary.LittleEndian.PutUint32(file[at:], claim)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := DecodeNPZ(bytes.NewReader(file), int64(len(file)), "f")
	runtime.ReadMemStats(&after)
	if err == nil || !strings.Contains(err.Error(), "more than the file can hold") {
		t.Errorf("got %v", err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
		t.Errorf("%d bytes were allocated", used)
	}
}

func FuzzReadNPZ(f *testing.F) {
	for _, path := range []string{"testdata/numpy.npz", "../../experiment/task/paper/initial_states.npz"} {
		content, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Add([]byte("PK\x05\x06"))
	f.Fuzz(func(t *testing.T, file []byte) {
		arrays, err := DecodeNPZ(bytes.NewReader(file), int64(len(file)), "f")
		if err != nil {
			return
		}
		for name, a := range arrays {
			n := 1
			for _, d := range a.Shape {
				n *= d
			}
			if n != len(a.Data) {
				t.Fatalf("%q: %d numbers of shape %v", name, len(a.Data), a.Shape)
			}
		}
	})
}

// FuzzReadNPY reaches behind the zip file's checksums.
func FuzzReadNPY(f *testing.F) {
	f.Add(npyBytes(1, "{'descr': '<f8', 'fortran_order': True, 'shape': (1, 2), }\n", make([]byte, 16)...))
	f.Add(npyBytes(2, "{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }\n", 1, 0, 1))
	f.Add(npyBytes(1, "{'descr': '>i2', 'fortran_order': False, 'shape': (), }\n", 1, 0))
	f.Fuzz(func(t *testing.T, file []byte) {
		a, err := readNPY(fullReader{bytes.NewReader(file)}, uint64(len(file)), newAllowance())
		if err != nil {
			return
		}
		n := 1
		for _, d := range a.Shape {
			n *= d
		}
		if n != len(a.Data) {
			t.Fatalf("%d numbers of shape %v", len(a.Data), a.Shape)
		}
	})
}
