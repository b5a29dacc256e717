package file

import (
	"archive/zip"
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/sbinet/npyio/npy"
	"github.com/sbinet/npyio/npz"
	"gonum.org/v1/gonum/mat"

	"hnn/internal/printable"
)

// Array is an array of numbers of any rank, row-major; a scalar has an empty shape
// and one number.
type Array struct {
	Shape []int     // lengths of the axes
	Data  []float64 // row-major
}

// ReadNPZ reads every array of an NPZ file, as NumPy's savez and savez_compressed
// write it, under its name without the suffix .npy. Booleans, integers and floats
// of any width and byte order become float64 (64-bit integers above 2^53 are
// rounded); arrays in Fortran order are turned into row-major ones.
//
// An error names the file and the array. Arrays of text, of complex numbers and of
// Python objects are refused. A damaged file gives an error after memory in
// proportion to its size at most.
func ReadNPZ(path string) (map[string]Array, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return DecodeNPZ(f, info.Size(), path)
}

// maxInflation is the most bytes that one byte of a deflated stream can stand for.
const maxInflation = 1032

// DecodeNPZ is ReadNPZ from memory or an open file of size bytes; name stands for it in errors.
func DecodeNPZ(r io.ReaderAt, size int64, name string) (map[string]Array, error) {
	arrays, unread, err := decodeNPZ(r, size, name)
	if err != nil {
		return nil, err
	}
	for _, key := range slices.Sorted(maps.Keys(unread)) {
		return nil, fmt.Errorf("%s: array %s: %w", name, excerpt(key), unread[key])
	}
	return arrays, nil
}

// notNumbers is an error that is errNotNumbers.
type notNumbers struct{ text string }

func (e notNumbers) Error() string        { return e.text }
func (e notNumbers) Is(target error) bool { return target == errNotNumbers }

// errNotNumbers is why an array that is sound cannot be read.
var errNotNumbers = errors.New("no array of numbers")

// decodeNPZ also returns the arrays that are sound and hold no numbers, and why each cannot
// be read.
func decodeNPZ(r io.ReaderAt, size int64, name string) (_ map[string]Array, unread map[string]error, _ error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: not an NPZ file, or a damaged one: %w", name, err)
	}
	// Entries that overlap can unpack to more than the file could hold; a budget for
	// all of them together refuses that.
	budget := uint64(size) * maxInflation
	room := newAllowance()
	unread = map[string]error{}
	arrays := make(map[string]Array, min(len(z.File), 64))
	for _, entry := range z.File {
		key := printable.Name(strings.TrimSuffix(entry.Name, ".npy"))
		if _, ok := arrays[key]; ok || unread[key] != nil {
			return nil, nil, fmt.Errorf("%s: the array %s is in the file twice", name, excerpt(key))
		}
		if entry.UncompressedSize64 > budget {
			return nil, nil, fmt.Errorf("%s: the array %s claims %d bytes, more than the file can hold: it is damaged, fetch it again", name, excerpt(key), entry.UncompressedSize64)
		}
		budget -= entry.UncompressedSize64
		a, err := readEntry(entry, room)
		if errors.Is(err, errNotNumbers) {
			unread[key] = err
			continue
		}
		if err != nil {
			return nil, nil, fmt.Errorf("%s: array %s: %w", name, excerpt(key), err)
		}
		arrays[key] = a
	}
	return arrays, unread, nil
}

func readEntry(entry *zip.File, room *allowance) (Array, error) {
	rc, err := entry.Open()
	if err != nil {
		return Array{}, err
	}
	defer rc.Close()
	br := bufio.NewReader(rc)
	a, err := readNPY(fullReader{br}, entry.UncompressedSize64, room)
	if err != nil {
		return Array{}, err
	}
	// The checksum is compared where the entry ends, which takes one more read.
	if _, err := br.ReadByte(); err != io.EOF {
		return Array{}, fmt.Errorf("damaged (%v): fetch the file again", err)
	}
	return a, nil
}

// fullReader makes every Read return all that was asked for, or an error. npyio
// does not look at how much a Read returned, and takes io.EOF for success: from
// an inflating reader, or a cut file, it would make up numbers.
type fullReader struct{ r io.Reader }

func (f fullReader) Read(p []byte) (int, error) {
	n, err := io.ReadFull(f.r, p)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// The NPY header that this package takes: NumPy pads it to 128 bytes for any array
// of numbers, and npyio would allocate up to 4 GB for a damaged length.
const maxHeader = 1 << 12

// readNPY reads one array from a stream of size bytes, as far as there is room.
func readNPY(r io.Reader, size uint64, room *allowance) (a Array, err error) {
	// npyio slices the header's text by the positions of its keys without looking
	// whether they are in order.
	defer func() {
		if p := recover(); p != nil {
			a, err = Array{}, fmt.Errorf("the NPY header is damaged (%v)", p)
		}
	}()
	prefix := make([]byte, 8)
	if _, err := r.Read(prefix); err != nil {
		return Array{}, fmt.Errorf("cut off within its header: %w", err)
	}
	if [6]byte(prefix[:6]) != npy.Magic {
		return Array{}, errors.New("not an array in NPY form")
	}
	lengthBytes := 2
	if prefix[6] > 1 {
		lengthBytes = 4
	}
	length := make([]byte, lengthBytes)
	if _, err := r.Read(length); err != nil {
		return Array{}, fmt.Errorf("cut off within its header: %w", err)
	}
	header := uint64(length[0]) | uint64(length[1])<<8
	if lengthBytes == 4 {
		header |= uint64(length[2])<<16 | uint64(length[3])<<24
	}
	if header > maxHeader {
		return Array{}, fmt.Errorf("the NPY header claims %d bytes, at most %d are taken: the file is damaged, or holds no plain array", header, maxHeader)
	}
	start := strings.NewReader(string(prefix) + string(length))
	reader, err := npy.NewReader(io.MultiReader(start, r))
	if err != nil {
		return Array{}, fmt.Errorf("the NPY header is damaged: %w", err)
	}
	return readValues(reader, size-min(size, 8+uint64(lengthBytes)+header), room)
}

// readValues reads the numbers behind a header, of which there are size bytes.
func readValues(r *npy.Reader, size uint64, room *allowance) (Array, error) {
	descr := r.Header.Descr
	kind, ok := typeOf(strings.TrimLeft(descr.Type, "<>|="))
	switch {
	case !ok && strings.HasSuffix(descr.Type, "O"):
		return Array{}, notNumbers{"it is of objects, as of trials of different lengths: pad these with NaN to one length, and save float64"}
	case !ok && strings.HasPrefix(descr.Type, "("):
		return Array{}, notNumbers{fmt.Sprintf("it is a structured (record) array with the fields %s: save each field as an array of its own, as numpy.savez('out.npz', **{n: a[n] for n in a.dtype.names})", excerpt(descr.Type))}
	case !ok && strings.Contains(descr.Type, "c"):
		return Array{}, notNumbers{"its numbers are complex: save a.real and a.imag as arrays of their own"}
	case !ok:
		return Array{}, notNumbers{fmt.Sprintf("elements of type %s are not numbers that can be read: save it as float64", excerpt(descr.Type))}
	}
	// The product is kept below size/width at every step, so it cannot overflow.
	n := uint64(1)
	if slices.Contains(descr.Shape, 0) {
		n = 0
	}
	for _, d := range descr.Shape {
		if d < 0 {
			return Array{}, fmt.Errorf("the shape %v is damaged", descr.Shape)
		}
		if d > 0 && n > size/kind.width/uint64(d) {
			return Array{}, fmt.Errorf("the shape %v asks for more than its %d bytes of data: the file is damaged or cut off", descr.Shape, size)
		}
		n *= uint64(d)
	}
	if n*kind.width != size {
		return Array{}, fmt.Errorf("%d bytes of data where the shape %v asks for %d: the file is damaged or cut off", size, descr.Shape, n*kind.width)
	}
	need := n
	if descr.Fortran || kind.width < 8 {
		need = 2 * n // two copies for a while
	}
	if err := room.take(need); err != nil {
		return Array{}, err
	}
	data, err := kind.read(r, int(n))
	if err != nil {
		return Array{}, fmt.Errorf("cut off within its data: %w", err)
	}
	shape := append([]int{}, descr.Shape...)
	if descr.Fortran {
		data = rowMajor(data, shape)
	}
	return Array{Shape: shape, Data: data}, nil
}

// numberType is a NumPy type of numbers: its size in bytes, and how it is read.
type numberType struct {
	width uint64
	read  func(r *npy.Reader, n int) ([]float64, error)
}

// numberTypes are known by their code without the byte order.
var numberTypes = map[string]numberType{
	"b1": {1, readBools},
	"u1": {1, readNumbers[uint8]}, "u2": {2, readNumbers[uint16]},
	"u4": {4, readNumbers[uint32]}, "u8": {8, readNumbers[uint64]},
	"i1": {1, readNumbers[int8]}, "i2": {2, readNumbers[int16]},
	"i4": {4, readNumbers[int32]}, "i8": {8, readNumbers[int64]},
	"f2": {2, readHalves}, "f4": {4, readNumbers[float32]}, "f8": {8, readNumbers[float64]},
}

func readNumbers[T interface {
	uint8 | uint16 | uint32 | uint64 | int8 | int16 | int32 | int64 | float32 | float64
}](r *npy.Reader, n int) ([]float64, error) {
	numbers := make([]T, n)
	if err := r.Read(&numbers); err != nil {
		return nil, err
	}
	if same, ok := any(numbers).([]float64); ok {
		return same, nil
	}
	out := make([]float64, n)
	for i, v := range numbers {
		out[i] = float64(v)
	}
	return out, nil
}

func readBools(r *npy.Reader, n int) ([]float64, error) {
	bools := make([]bool, n)
	if err := r.Read(&bools); err != nil {
		return nil, err
	}
	out := make([]float64, n)
	for i, v := range bools {
		if v {
			out[i] = 1
		}
	}
	return out, nil
}

// rowMajor returns the numbers of an array stored with its first index fastest,
// reordered so that the last is.
func rowMajor(data []float64, shape []int) []float64 {
	out := make([]float64, len(data))
	index := make([]int, len(shape))
	for i := range out {
		from, stride := 0, 1
		for axis, k := range index {
			from += k * stride
			stride *= shape[axis]
		}
		out[i] = data[from]
		for axis := len(index) - 1; axis >= 0; axis-- {
			if index[axis]++; index[axis] < shape[axis] {
				break
			}
			index[axis] = 0
		}
	}
	return out
}

// WriteNPZ writes arrays of rank 0 to 2 as float64 to an NPZ file that NumPy and
// ReadNPZ read, in the order of their names, so that the same arrays give the same
// bytes. It is an error if a shape and its data do not fit each other.
func WriteNPZ(w io.Writer, arrays map[string]Array) error {
	z := npz.NewWriter(w)
	for _, name := range slices.Sorted(maps.Keys(arrays)) {
		value, err := npyValue(arrays[name])
		if err != nil {
			return fmt.Errorf("data: array %s: %w", excerpt(name), err)
		}
		if err := z.Write(name+".npy", value); err != nil {
			return err
		}
	}
	return z.Close()
}

// npyValue returns the value that npyio writes with the shape of a.
func npyValue(a Array) (any, error) {
	n := 1
	for _, d := range a.Shape {
		if d < 0 {
			return nil, fmt.Errorf("the shape %v has a negative length", a.Shape)
		}
		n *= d
	}
	switch {
	case n != len(a.Data):
		return nil, fmt.Errorf("%d numbers for the shape %v", len(a.Data), a.Shape)
	case len(a.Shape) == 0:
		return a.Data[0], nil
	case len(a.Shape) == 1:
		return a.Data, nil
	case len(a.Shape) == 2 && n > 0:
		return mat.NewDense(a.Shape[0], a.Shape[1], a.Data), nil
	default:
		return nil, fmt.Errorf("arrays of the shape %v cannot be written, only those of rank 2 at most and not empty", a.Shape)
	}
}
