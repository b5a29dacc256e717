package safetensors

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
)

// damaged lists files that must be refused, with words of the reason.
var damaged = []struct {
	name string
	file []byte
	says string
}{
	{"empty", nil, "0 bytes are too few"},
	{"seven bytes", golden[:7], "7 bytes are too few"},
	{"cut in the header", golden[:100], "truncated"},
	{"cut in the data", golden[:len(golden)-1], "truncated"},
	{"something appended", append(golden[:len(golden):len(golden)], 0), "something was appended"},
	{"header longer than the file", []byte("\xff\xff\xff\xff\xff\xff\xff\xff{}"), "announce a header of 18446744073709551615 bytes"},
	{"a ZIP file", []byte("PK\x03\x04\x14\x00\x00\x00\x08\x00 and more"), "announce a header"},
	{"no header", file("", ""), "does not begin with {"},
	{"space first", file(" {}", ""), "does not begin with {"},
	{"no JSON", file("{weights}", ""), "byte 1: invalid character 'w'"},
	{"an array", file("[]", ""), "does not begin with {"},
	{"unfinished JSON", file(`{"a":{"dtype":"F32"`, ""), "byte 19: unexpected EOF"},
	{"two objects", file("{}{}", ""), "something follows"},
	{"not UTF-8", file("{\"\xe9\":1}", ""), "not UTF-8"},
	{"a tensor twice", file(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, "x"), `"a" is there twice`},
	{"a key twice", file(`{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, "x"), `"dtype" is there twice`},
	{"an unknown key", file(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"order":"F"}}`, "x"), `"order": unknown key`},
	{"no shape", file(`{"a":{"dtype":"U8","data_offsets":[0,1]}}`, "x"), "want dtype, shape and data_offsets"},
	{"a tensor that is a number", file(`{"a":1}`, ""), `"a": byte 6: found 1, want {`},
	{"metadata that is a number", file(`{"__metadata__":{"n":1}}`, ""), "found 1, want text"},
	{"half precision", file(`{"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}`, "xx"), `"F16" is an element type that is not read here`},
	{"a negative length", file(`{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}`, "x"), "found -1, want an integer"},
	{"a broken length", file(`{"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}}`, "x"), "found 1.0, want an integer"},
	{"a length that is text", file(`{"a":{"dtype":"U8","shape":["1"],"data_offsets":[0,1]}}`, "x"), "found 1, want an integer"},
	{"three offsets", file(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}}`, "x"), "more than 2 numbers"},
	{"one offset", file(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}}`, "x"), "want [begin, end]"},
	{"65 axes", file(`{"a":{"dtype":"U8","shape":[1`+strings.Repeat(",1", 64)+`],"data_offsets":[0,1]}}`, "x"), "more than 64 numbers"},
	{"an overflowing shape", file(`{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`, ""), "impossible shape"},
	{"an overflowing size", file(`{"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]}}`, ""), "is not what F64 of shape"},
	{"a shape for more bytes", file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, "xxxx"), "has 4 bytes"},
	{"a hole in front", file(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`, "xx"), "want it to begin at 0"},
	{"a hole between", file(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}`, "xxx"), "want it to begin at 1"},
	{"an overlap", file(`{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}`, "xxx"), "want it to begin at 2"},
	{"offsets backwards", file(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}`, "x"), "damaged"},
	{"data beyond the file", file(`{"a":{"dtype":"U8","shape":[4000000000],"data_offsets":[0,4000000000]}}`, "x"), "the file holds 1"},
}

func TestReadRefuses(t *testing.T) {
	for _, test := range damaged {
		_, err := read(test.file)
		if !errors.Is(err, ErrFormat) {
			t.Errorf("%s: error is %v, want ErrFormat", test.name, err)
			continue
		}
		if !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %q does not say %q", test.name, err, test.says)
		}
	}
}

// Every proper prefix is truncated, and a file with any one bit of its length and
// JSON flipped is refused or still a valid file; neither may panic.
func TestReadDamage(t *testing.T) {
	for n := range golden {
		if _, err := read(golden[:n]); !errors.Is(err, ErrFormat) {
			t.Errorf("the first %d bytes: %v", n, err)
		}
	}
	for i := range golden {
		for bit := range 8 {
			b := bytes.Clone(golden)
			b[i] ^= 1 << bit
			if _, err := read(b); err != nil && !errors.Is(err, ErrFormat) {
				t.Errorf("bit %d of byte %d: %v does not wrap ErrFormat", bit, i, err)
			}
		}
	}
}

// A short file that claims much must be refused before memory is taken for it.
func TestReadAllocation(t *testing.T) {
	claims := file(`{"a":{"dtype":"F64","shape":[1000000000],"data_offsets":[0,8000000000]}}`, "")
	header := []byte("\x00\xe1\xf5\x05\x00\x00\x00\x00{}") // announces 100 MB
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, b := range [][]byte{claims, header} {
		if _, err := read(b); !errors.Is(err, ErrFormat) {
			t.Errorf("error is %v, want ErrFormat", err)
		}
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
		t.Errorf("refusing two short files took %d bytes of memory, want less than 1 MB", got)
	}
}

// A disk that fails is no fault of the file's format.
func TestReadDiskError(t *testing.T) {
	cause := errors.New("input/output error")
	for _, good := range []int64{0, 8, int64(len(golden)) - 1} {
		_, err := Read(failing{golden[:good], cause}, int64(len(golden)))
		if !errors.Is(err, cause) || errors.Is(err, ErrFormat) {
			t.Errorf("after %d bytes: error is %v, want the disk's", good, err)
		}
	}
}

// failing is a file of which only the first bytes can be read.
type failing struct {
	good []byte
	err  error
}

func (f failing) ReadAt(dst []byte, offset int64) (int, error) {
	n, err := bytes.NewReader(f.good).ReadAt(dst, offset)
	if err == io.EOF {
		err = f.err
	}
	return n, err
}
