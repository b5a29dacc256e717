package safetensors

import (
	"bytes"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// file puts a header and data together as a file, with the right length in front.
func file(header, data string) []byte {
	n := len(header)
	b := []byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24), 0, 0, 0, 0}
	return append(append(b, header...), data...)
}

func read(b []byte) (*File, error) { return Read(bytes.NewReader(b), int64(len(b))) }

// golden is a file written by hand from the format's description, one tensor of each
// type, in the order and with the padding of the reference implementation: Python's
// safetensors 0.8.0 reads it, and writes these bytes from the same tensors (save that
// the order of its metadata changes from run to run).
var golden = file(
	`{"__metadata__":{"<a>":"é\n","b":""},`+
		`"d":{"dtype":"I64","shape":[2],"data_offsets":[0,16]},`+
		`"c":{"dtype":"F64","shape":[],"data_offsets":[16,24]},`+
		`"a":{"dtype":"F32","shape":[2,1],"data_offsets":[24,32]},`+
		`"e":{"dtype":"F32","shape":[0,3],"data_offsets":[32,32]},`+
		`"b":{"dtype":"U8","shape":[3],"data_offsets":[32,35]}}      `,
	"\x01\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff"+
		"\x00\x00\x00\x00\x00\x00\xf8\x3f"+ // 1.5
		"\x00\x00\x80\x3f\x00\x00\x00\xc0"+ // 1, -2
		"\x07\x08\x09")

func goldenFile() *File {
	return &File{
		Metadata: map[string]string{"<a>": "é\n", "b": ""},
		Tensors: []Tensor{
			{"a", []int{2, 1}, []float32{1, -2}},
			{"b", []int{3}, []uint8{7, 8, 9}},
			{"c", []int{}, []float64{1.5}},
			{"d", []int{2}, []int64{1, -1}},
			{"e", []int{0, 3}, []float32{}},
		},
	}
}

func TestGolden(t *testing.T) {
	got, err := read(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(goldenFile(), got); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
	f := goldenFile()
	f.Tensors[0], f.Tensors[3] = f.Tensors[3], f.Tensors[0] // Write sorts
	var buf bytes.Buffer
	if err := f.Write(&buf); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(buf.Bytes(), golden) {
		t.Errorf("wrote\n%q\nwant\n%q", buf.Bytes(), golden)
	}
}

// Any float must come back to the bit, including those that JSON or a comparison
// would lose, and tensors longer than the piece that is converted at once.
func TestRoundTrip(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	f := &File{Metadata: map[string]string{}}
	f32 := make([]float32, 2*chunk+3)
	f64 := make([]float64, chunk)
	i64 := make([]int64, chunk+1)
	for i := range f32 {
		f32[i] = math.Float32frombits(rng.Uint32()) // NaNs and infinities too
	}
	for i := range f64 {
		f64[i] = math.Float64frombits(rng.Uint64())
	}
	for i := range i64 {
		i64[i] = int64(rng.Uint64())
	}
	f.Tensors = []Tensor{
		{"f32", []int{2*chunk + 3}, f32},
		{"f64", []int{2, chunk / 2}, f64},
		{"i64", []int{1, 1, chunk + 1}, i64},
	}
	path := filepath.Join(t.TempDir(), "a.safetensors")
	if err := WriteFile(path, f); err != nil {
		t.Fatal(err)
	}
	got, err := ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Metadata[Digest]) != 64 {
		t.Errorf("the metadata are %v, want a digest", got.Metadata)
	}
	delete(got.Metadata, Digest)
	bits := cmp.Options{
		cmpopts.EquateEmpty(),
		cmp.Transformer("bits32", func(v float32) uint32 { return math.Float32bits(v) }),
		cmp.Transformer("bits64", func(v float64) uint64 { return math.Float64bits(v) }),
	}
	if !cmp.Equal(f, got, bits) {
		t.Error("what was read differs from what was written")
	}
}

// A changed tensor, metadata or digest is refused; a file without one is taken as it is.
func TestDigest(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.safetensors")
	if err := WriteFile(path, goldenFile()); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := read(whole)
	if err != nil {
		t.Fatal(err)
	}
	sum := f.Metadata[Digest]
	for what, change := range map[string][2]string{
		"a number": {"\x00\x00\x80\x3f", "\x00\x00\x81\x3f"}, "metadata": {"é", "è"}, "a name": {`"d":`, `"f":`}, "the digest": {sum, sum[1:] + sum[:1]},
	} {
		damaged := bytes.Replace(whole, []byte(change[0]), []byte(change[1]), 1)
		if bytes.Equal(damaged, whole) {
			t.Fatalf("%s: nothing to change", what)
		}
		if _, err := read(damaged); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "SHA-256") {
			t.Errorf("%s: error %v, want %v that names the digest", what, err, ErrFormat)
		}
	}
	// Another layout of the same header is the same file.
	spaced := file(strings.Replace(string(whole[8:len(whole)-35]), `{"dtype"`, `{ "dtype"`, 1), string(whole[len(whole)-35:]))
	if _, err := read(spaced); err != nil {
		t.Errorf("another layout: %v", err)
	}
}

// FuzzRead checks that no input panics, that what is refused is refused as the
// file's fault, and that what is accepted survives a round trip in canonical form.
func FuzzRead(f *testing.F) {
	f.Add(golden)
	for _, test := range damaged {
		f.Add(test.file)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		first, err := read(in)
		if err != nil {
			if !errors.Is(err, ErrFormat) {
				t.Fatalf("%v does not wrap ErrFormat", err)
			}
			return
		}
		var once, twice bytes.Buffer
		if err := first.Write(&once); err != nil {
			t.Fatalf("cannot write what was read: %v", err)
		}
		second, err := read(once.Bytes())
		if err != nil {
			t.Fatalf("cannot read what was written: %v", err)
		}
		if err := second.Write(&twice); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(once.Bytes(), twice.Bytes()) {
			t.Fatal("a round trip changed the file")
		}
	})
}

func TestWriteRefuses(t *testing.T) {
	one := []float32{1}
	for _, test := range []struct {
		name string
		file File
		says string
	}{
		{"too few elements", File{Tensors: []Tensor{{"a", []int{2}, one}}}, "1 elements for shape [2], want 2"},
		{"a negative length", File{Tensors: []Tensor{{"a", []int{-1, -1}, one}}}, "impossible shape"},
		{"an overflowing shape", File{Tensors: []Tensor{{"a", []int{math.MaxInt, 4}, one}}}, "impossible shape"},
		{"another type", File{Tensors: []Tensor{{"a", []int{1}, []int{1}}}}, "[]int"},
		{"no data", File{Tensors: []Tensor{{"a", nil, nil}}}, "<nil>"},
		{"a name twice", File{Tensors: []Tensor{{"a", nil, one}, {"a", nil, []uint8{1}}}}, "two of that name"},
		{"the metadata's name", File{Tensors: []Tensor{{"__metadata__", nil, one}}}, "cannot hold"},
		{"a name in Latin-1", File{Tensors: []Tensor{{"\xe9", nil, one}}}, "cannot hold"},
		{"metadata in Latin-1", File{Metadata: map[string]string{"a": "\xe9"}}, "not UTF-8"},
	} {
		var buf bytes.Buffer
		err := test.file.Write(&buf)
		if err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: error is %v, want one that says %q", test.name, err, test.says)
		}
		if buf.Len() > 0 {
			t.Errorf("%s: %d bytes written before the error", test.name, buf.Len())
		}
	}
}

func TestValues(t *testing.T) {
	f := goldenFile()
	got, err := Values[float32](f, "a", -1, 1)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]float32{1, -2}, got); diff != "" {
		t.Error(diff)
	}
	_, missing := Values[float32](f, "w", 2, 1)
	_, mistyped := Values[float64](f, "a", 2, 1)
	_, misshaped := Values[float32](f, "a", 1, 2)
	_, flat := Values[float32](f, "a", 2)
	for _, test := range []struct {
		err  error
		says string
	}{
		{missing, `"w" is missing`},
		{mistyped, "type F32, want F64"},
		{misshaped, "shape [2 1], want [1 2]"},
		{flat, "shape [2 1], want [2]"},
	} {
		if !errors.Is(test.err, ErrFormat) || !strings.Contains(test.err.Error(), test.says) {
			t.Errorf("error is %v, want ErrFormat saying %q", test.err, test.says)
		}
	}
}

func TestReadFileNamesTheFile(t *testing.T) {
	folder := t.TempDir()
	if _, err := ReadFile(folder); err == nil || !strings.Contains(err.Error(), folder) {
		t.Errorf("a folder: %v", err)
	}
	path := filepath.Join(folder, "a")
	if err := os.WriteFile(path, golden[:len(golden)-1], 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFile(path); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), path) {
		t.Errorf("a truncated file: %v", err)
	}
	if _, err := ReadFile(filepath.Join(folder, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// /dev/full refuses every byte as a full disk does.
func TestWriteToFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skipf("no /dev/full on this system: %v", err)
	}
	defer full.Close()
	if err := goldenFile().Write(full); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("error is %v, want a full disk", err)
	}
}
