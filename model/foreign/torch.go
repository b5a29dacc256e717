package foreign

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"strings"
)

// storage is the numbers that tensors of a torch file are views of. In the old format they come behind the pickle.
type storage struct {
	key   string
	size  int // of an element
	count int64
	data  []byte
}

// elementSizes are those of the storages that are read.
var elementSizes = map[global]int{"torch.FloatStorage": 4, "torch.DoubleStorage": 8}

// mostElements bounds a tensor: a thousand times the paper's networks.
const mostElements = 1 << 26

// torchZip reads the format of torch.save since 1.6: a zip with data.pkl and a file for each storage.
func torchZip(r io.ReaderAt, size int64) ([]Tensor, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, err
	}
	files := map[string]*zip.File{}
	var pickle *zip.File
	for _, f := range z.File {
		files[f.Name] = f
		switch path.Base(f.Name) {
		case "data.pkl":
			pickle = f
		case "constants.pkl":
			return nil, errors.New("it is a TorchScript archive: load it in PyTorch and save its state_dict() with torch.save")
		}
	}
	if pickle == nil {
		return nil, errors.New("it is a zip without a data.pkl, so torch.save did not write it")
	}
	folder := path.Dir(pickle.Name)
	// Entries are stored as they are, so none is larger than the file.
	content := func(f *zip.File) ([]byte, error) {
		if f.UncompressedSize64 > uint64(size) {
			return nil, fmt.Errorf("its entry %q says that it has %d bytes, more than the file", f.Name, f.UncompressedSize64)
		}
		in, err := f.Open()
		if err != nil {
			return nil, err
		}
		defer in.Close()
		return io.ReadAll(io.LimitReader(in, int64(f.UncompressedSize64)))
	}
	if f := files[folder+"/byteorder"]; f != nil {
		order, err := content(f)
		if err != nil {
			return nil, err
		}
		if string(order) != "little" {
			return nil, fmt.Errorf("its byte order is %.10q; only little is read", order)
		}
	}
	text, err := content(pickle)
	if err != nil {
		return nil, err
	}
	storages := map[string]*storage{}
	v, err := unpickle(bufio.NewReader(bytes.NewReader(text)), func(id []any) (any, error) {
		s, err := newStorage(id)
		if err != nil {
			return nil, err
		}
		if known := storages[s.key]; known != nil {
			return known, nil
		}
		f := files[folder+"/data/"+s.key]
		if f == nil || f.UncompressedSize64 != uint64(s.count)*uint64(s.size) {
			return nil, fmt.Errorf("the storage %q of %d elements is not in it, or has another size", s.key, s.count)
		}
		if s.data, err = content(f); err != nil {
			return nil, err
		}
		if len(s.data) != int(s.count)*s.size {
			return nil, io.ErrUnexpectedEOF
		}
		storages[s.key] = s
		return s, nil
	})
	if err != nil {
		return nil, err
	}
	return tensorsOf(v)
}

// newStorage checks a persistent identifier: ("storage", type, key, place, elements).
func newStorage(id []any) (*storage, error) {
	if len(id) < 5 || id[0] != "storage" {
		return nil, fmt.Errorf("%w: a persistent identifier that is no storage", errPickle)
	}
	kind, ok := id[1].(global)
	key, also := id[2].(string)
	count, all := id[4].(int64)
	size := elementSizes[kind]
	switch {
	case !ok || !also || !all || count < 0 || count > mostElements:
		return nil, fmt.Errorf("%w: a storage of %v elements", errPickle, id[4])
	case size == 0:
		return nil, fmt.Errorf("a tensor of %s: only float32 and float64 are read; convert it in PyTorch with model.float()", strings.TrimPrefix(string(kind), "torch."))
	}
	return &storage{key: key, size: size, count: count}, nil
}

// oldMagic begins the format of torch.save before 1.6, but for its protocol; the number is longer than 8 bytes.
var oldMagic = []byte{0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19}

// torchOld reads that format: five pickles (magic number, version, machine, the object, the keys of the storages), then of
// each storage its length and its elements.
func torchOld(r io.Reader, size int64) ([]Tensor, error) {
	in := bufio.NewReader(r)
	storages := map[string]*storage{}
	none := func([]any) (any, error) { return nil, fmt.Errorf("%w: a tensor in its head", errPickle) }
	var values [5]any
	for i := range values {
		persistent := none
		if i == 3 {
			persistent = func(id []any) (any, error) {
				s, err := newStorage(id)
				if err != nil {
					return nil, err
				}
				if known := storages[s.key]; known != nil {
					return known, nil
				}
				storages[s.key] = s
				return s, nil
			}
		}
		var err error
		if values[i], err = unpickle(in, persistent); err != nil {
			return nil, err
		}
	}
	keys, ok := values[4].(*[]any)
	if !ok {
		return nil, fmt.Errorf("%w: it does not list its storages", errPickle)
	}
	for _, k := range *keys {
		key, _ := k.(string)
		s := storages[key]
		if s == nil || s.data != nil {
			return nil, fmt.Errorf("%w: it lists a storage that it has not, or twice", errPickle)
		}
		var count int64
		if err := binary.Read(in, binary.LittleEndian, &count); err != nil {
			return nil, err
		}
		if count != s.count || count*int64(s.size) > size {
			return nil, fmt.Errorf("a storage of %d elements says that it has %d", s.count, count)
		}
		s.data = make([]byte, count*int64(s.size))
		if _, err := io.ReadFull(in, s.data); err != nil {
			return nil, err
		}
	}
	return tensorsOf(values[3])
}

// tensorsOf are the tensors of a state dict, or of the one state dict in a dictionary of other things.
func tensorsOf(v any) ([]Tensor, error) {
	d, ok := v.(*dictionary)
	if !ok {
		return nil, errors.New("it holds no state dict: save model.state_dict() with torch.save")
	}
	var tensors []Tensor
	var inside [][]Tensor
	total := 0
	for i, name := range d.keys {
		switch v := d.values[i].(type) {
		case *called:
			t, err := v.tensor(name)
			if err != nil {
				return nil, err
			}
			if t != nil {
				if total += len(t.Data); total > mostElements {
					return nil, errors.New("its tensors are too large")
				}
				tensors = append(tensors, *t)
			}
		case *dictionary:
			if v != d && strings.HasSuffix(name, "state_dict") && name != "optimizer_state_dict" {
				if t, err := tensorsOf(v); err == nil {
					inside = append(inside, t)
				}
			}
		}
	}
	switch {
	case tensors != nil:
		return tensors, nil
	case len(inside) == 1:
		return inside[0], nil
	case len(inside) > 1:
		return nil, errors.New("it holds several state dicts: save the model's alone")
	}
	return nil, errors.New("it holds no tensors: save model.state_dict() with torch.save")
}

// tensor is what a call of torch's rebuilding functions stands for, nil for another call.
func (c *called) tensor(name string) (*Tensor, error) {
	args := c.args
	if c.of == "torch._utils._rebuild_parameter" && len(args) > 0 {
		inner, ok := args[0].(*called)
		if !ok || inner.of == c.of {
			return nil, fmt.Errorf("%w: a parameter without a tensor", errPickle)
		}
		return inner.tensor(name)
	}
	if c.of != "torch._utils._rebuild_tensor_v2" {
		return nil, nil
	}
	if len(args) < 4 {
		return nil, fmt.Errorf("%w: a tensor of %d arguments", errPickle, len(args))
	}
	s, ok := args[0].(*storage)
	offset, also := args[1].(int64)
	shape, err := whole(args[2])
	strides, other := whole(args[3])
	if !ok || !also || err != nil || other != nil || len(shape) != len(strides) || offset < 0 {
		return nil, fmt.Errorf("%w: the tensor %.100q", errPickle, name)
	}
	count, last := int64(1), offset
	t := &Tensor{Name: name}
	for i, n := range shape {
		if n < 0 || strides[i] < 0 || n > mostElements || strides[i] > mostElements || count*n > mostElements {
			return nil, fmt.Errorf("%w: the tensor %.100q has the shape %v", errPickle, name, shape)
		}
		count *= n
		last += max(0, n-1) * strides[i]
		t.Shape = append(t.Shape, int(n))
	}
	// No tensor has more elements than its storage, which is in the file: none is expanded.
	if count > s.count || count > 0 && last >= s.count {
		return nil, fmt.Errorf("%w: the tensor %.100q goes beyond its storage", errPickle, name)
	}
	t.Data = make([]float64, count)
	at := make([]int64, len(shape))
	for i := range t.Data {
		place := offset
		for k, n := range at {
			place += n * strides[k]
		}
		if s.size == 4 {
			t.Data[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(s.data[4*place:])))
		} else {
			t.Data[i] = math.Float64frombits(binary.LittleEndian.Uint64(s.data[8*place:]))
		}
		for k := len(at) - 1; k >= 0; k-- {
			if at[k]++; at[k] < shape[k] {
				break
			}
			at[k] = 0
		}
	}
	return t, nil
}

// whole are the whole numbers of a tuple.
func whole(v any) ([]int64, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, errPickle
	}
	var out []int64
	for _, x := range list {
		n, ok := x.(int64)
		if !ok {
			return nil, errPickle
		}
		out = append(out, n)
	}
	return out, nil
}
