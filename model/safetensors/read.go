package safetensors

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"os"
	"slices"
	"strings"
)

// maxHeader is the longest header, in bytes, that the reference implementation
// reads.
const maxHeader = 100_000_000

// ReadFile reads the file at path. Errors name it.
func ReadFile(path string) (*File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: %w: it is no regular file", path, ErrFormat)
	}
	f, err := Read(file, info.Size())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// Read reads a file of size bytes.
//
// Beyond the JSON's syntax it demands what the reference implementation does: a
// header of at most 100 MB that lies within the file, no name twice, and tensors
// that cover the rest of the file without hole or overlap, each as long as its
// shape and type say; and content that its Digest was taken of, where it has one. What it
// refuses wraps ErrFormat and says where it lies.
func Read(r io.ReaderAt, size int64) (*File, error) {
	header, err := readHeader(r, size)
	if err != nil {
		return nil, err
	}
	f, places, err := parseHeader(header)
	if err != nil {
		return nil, fmt.Errorf("%w: header: %w; it is damaged or was written by another program", ErrFormat, err)
	}
	start := 8 + int64(len(header))
	if err := checkTiling(places, size-start); err != nil {
		return nil, err
	}
	f.Tensors = make([]Tensor, len(places))
	for i, p := range places {
		data, err := p.read(io.NewSectionReader(r, start+p.begin, p.end-p.begin))
		if err != nil {
			return nil, fmt.Errorf("tensor %.80q: %w", p.name, err)
		}
		f.Tensors[i] = Tensor{Name: p.name, Shape: p.shape, Data: data}
	}
	slices.SortFunc(f.Tensors, func(a, b Tensor) int { return strings.Compare(a.Name, b.Name) })
	return f, f.checkDigest()
}

// readHeader returns the JSON.
func readHeader(r io.ReaderAt, size int64) ([]byte, error) {
	var prefix [8]byte
	if size < int64(len(prefix)) {
		return nil, fmt.Errorf("%w: %d bytes are too few; it is truncated or something else", ErrFormat, size)
	}
	if err := readFull(r, prefix[:], 0); err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint64(prefix[:])
	rest := uint64(size) - 8
	if n > min(maxHeader, rest) {
		return nil, fmt.Errorf("%w: its first 8 bytes announce a header of %d bytes, %d follow (and %d are allowed); it is truncated or something else",
			ErrFormat, n, rest, maxHeader)
	}
	header := make([]byte, n)
	return header, readFull(r, header, 8)
}

func readFull(r io.ReaderAt, dst []byte, offset int64) error {
	_, err := io.ReadFull(io.NewSectionReader(r, offset, int64(len(dst))), dst)
	if err == io.EOF && len(dst) == 0 {
		return nil
	}
	return truncated(err)
}

// truncated marks an unforeseen end, of a file that shrank while it was read, as
// the file's fault and leaves errors of the disk alone.
func truncated(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: it ends too early; is something else writing it?", ErrFormat)
	}
	return err
}

// place says where in the data a tensor lies.
type place struct {
	name       string
	dtype      dtype
	shape      []int
	begin, end int64 // in bytes from the end of the header
}

// checkTiling sorts the places by position and checks that they cover size bytes
// exactly, and that each is as long as its shape says. After it, allocating a
// tensor's elements takes no more memory than the file has bytes for them.
func checkTiling(places []place, size int64) error {
	slices.SortFunc(places, func(a, b place) int {
		// An empty tensor begins where its neighbour does, and must come first.
		return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.end, b.end))
	})
	var covered int64
	for _, p := range places {
		if p.begin != covered || p.end < p.begin {
			return fmt.Errorf("%w: tensor %.80q lies at bytes %d to %d of the data, want it to begin at %d; the header is damaged",
				ErrFormat, p.name, p.begin, p.end, covered)
		}
		n, err := elements(p.shape)
		if err != nil {
			return fmt.Errorf("%w: tensor %.80q: %w", ErrFormat, p.name, err)
		}
		if hi, bytes := bits.Mul64(uint64(n), uint64(p.dtype.size)); hi != 0 || bytes != uint64(p.end-p.begin) {
			return fmt.Errorf("%w: tensor %.80q has %d bytes, which is not what %s of shape %v take; the header is damaged",
				ErrFormat, p.name, p.end-p.begin, p.dtype.name, p.shape)
		}
		covered = p.end
	}
	if covered != size {
		return fmt.Errorf("%w: the header describes %d bytes of data, the file holds %d; it is truncated or something was appended",
			ErrFormat, covered, size)
	}
	return nil
}

// elements returns the number of elements of a tensor.
func elements(shape []int) (int, error) {
	n := 1
	for _, length := range shape {
		hi, lo := bits.Mul64(uint64(n), uint64(max(length, 0)))
		if length < 0 || hi != 0 || int(lo) < 0 || uint64(int(lo)) != lo {
			return 0, fmt.Errorf("impossible shape %v", shape)
		}
		n = int(lo)
	}
	return n, nil
}

// read reads the elements. The place must have passed checkTiling.
func (p place) read(r io.Reader) (any, error) {
	n := int((p.end - p.begin) / int64(p.dtype.size))
	switch p.dtype.name {
	case "I64":
		return readElements[int64](r, n, p.dtype.size)
	case "F64":
		return readElements[float64](r, n, p.dtype.size)
	case "F32":
		return readElements[float32](r, n, p.dtype.size)
	}
	return readElements[uint8](r, n, p.dtype.size)
}

func readElements[T Element](r io.Reader, n, size int) ([]T, error) {
	data := make([]T, n)
	buf := make([]byte, min(n, chunk)*size)
	for part := range slices.Chunk(data, chunk) {
		raw := buf[:len(part)*size]
		if _, err := io.ReadFull(r, raw); err != nil {
			return nil, truncated(err)
		}
		if _, err := binary.Decode(raw, binary.LittleEndian, part); err != nil {
			return nil, err
		}
	}
	return data, nil
}
