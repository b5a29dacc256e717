package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"unicode/utf8"

	"hnn/internal/atomicfile"
)

// metadataKey is the one name in the header that is no tensor's.
const metadataKey = "__metadata__"

// WriteFile replaces the file at path as a whole: if it fails, what was there
// before is unchanged, and the error says what to do. The file has a digest, by which Read
// knows damage.
func WriteFile(path string, f *File) error {
	sum, err := f.digest()
	if err != nil {
		return err
	}
	sealed := File{Metadata: maps.Clone(f.Metadata), Tensors: f.Tensors}
	if sealed.Metadata == nil {
		sealed.Metadata = map[string]string{}
	}
	sealed.Metadata[Digest] = sum
	return atomicfile.Write(path, sealed.Write)
}

// Write writes f. Equal files give equal bytes, in whatever order their tensors are
// listed: those of the reference implementation, as far as it defines them.
//
// A tensor whose data do not fit its shape, a name used twice, a negative length
// or text that is not UTF-8 is an error, and nothing is written.
func (f *File) Write(w io.Writer) error {
	tensors := slices.SortedFunc(slices.Values(f.Tensors), func(a, b Tensor) int {
		da, _ := typeOf(a.Data)
		db, _ := typeOf(b.Data)
		return cmp.Or(slices.Index(dtypes, da)-slices.Index(dtypes, db), cmp.Compare(a.Name, b.Name))
	})
	header, err := marshalHeader(f.Metadata, tensors)
	if err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	if _, err := w.Write(header); err != nil {
		return err
	}
	for _, t := range tensors {
		switch data := t.Data.(type) {
		case []int64:
			err = writeElements(w, data)
		case []float64:
			err = writeElements(w, data)
		case []float32:
			err = writeElements(w, data)
		case []uint8:
			_, err = w.Write(data)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// marshalHeader returns all that stands before the elements: length and JSON, the
// latter padded with spaces to a multiple of 8 bytes. The JSON is put together
// by hand because the order of its keys matters.
func marshalHeader(metadata map[string]string, tensors []Tensor) ([]byte, error) {
	b := make([]byte, 8, 1024)
	b = append(b, '{')
	if len(metadata) > 0 {
		b = append(b, `"`+metadataKey+`":{`...)
		for i, key := range slices.Sorted(maps.Keys(metadata)) {
			if !utf8.ValidString(key) || !utf8.ValidString(metadata[key]) {
				return nil, fmt.Errorf("metadata %q is not UTF-8", key)
			}
			if i > 0 {
				b = append(b, ',')
			}
			b = appendString(b, key)
			b = append(b, ':')
			b = appendString(b, metadata[key])
		}
		b = append(b, '}')
	}
	seen := make(map[string]bool, len(tensors))
	offset := 0
	for i, t := range tensors {
		d, length := typeOf(t.Data)
		n, err := elements(t.Shape)
		switch {
		case d.name == "":
			return nil, fmt.Errorf("tensor %q: data of type %T", t.Name, t.Data)
		case err != nil:
			return nil, fmt.Errorf("tensor %q: %w", t.Name, err)
		case n != length:
			return nil, fmt.Errorf("tensor %q: %d elements for shape %v, want %d", t.Name, length, t.Shape, n)
		case !utf8.ValidString(t.Name) || t.Name == metadataKey:
			return nil, fmt.Errorf("tensor %q: a name that a file cannot hold", t.Name)
		case seen[t.Name]:
			return nil, fmt.Errorf("tensor %q: two of that name", t.Name)
		}
		seen[t.Name] = true
		if i > 0 || len(metadata) > 0 {
			b = append(b, ',')
		}
		b = appendString(b, t.Name)
		b = fmt.Appendf(b, `:{"dtype":%q,"shape":[`, d.name)
		for j, length := range t.Shape {
			if j > 0 {
				b = append(b, ',')
			}
			b = fmt.Append(b, length)
		}
		b = fmt.Appendf(b, `],"data_offsets":[%d,%d]}`, offset, offset+n*d.size)
		offset += n * d.size
	}
	b = append(b, '}')
	b = append(b, bytes.Repeat([]byte(" "), -len(b)&7)...)
	if len(b)-8 > maxHeader {
		return nil, fmt.Errorf("header of %d bytes, the format allows %d: shorten the metadata", len(b)-8, maxHeader)
	}
	binary.LittleEndian.PutUint64(b, uint64(len(b)-8))
	return b, nil
}

// appendString appends s as a JSON string, without the escapes for HTML that
// json.Marshal adds.
func appendString(b []byte, s string) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		panic("safetensors: a string without JSON form") // there is none
	}
	return append(b, bytes.TrimSuffix(buf.Bytes(), []byte("\n"))...)
}

// chunk is the number of elements that are converted between memory and disk at a
// time.
const chunk = 8192

func writeElements[T Element](w io.Writer, data []T) error {
	var buf []byte
	for part := range slices.Chunk(data, chunk) {
		var err error
		if buf, err = binary.Append(buf[:0], binary.LittleEndian, part); err != nil {
			return err
		}
		if _, err = w.Write(buf); err != nil {
			return err
		}
	}
	return nil
}
