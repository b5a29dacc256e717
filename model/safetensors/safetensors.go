// Package safetensors reads and writes the safetensors file format, in which
// weights and checkpoints are kept, so that Python's safetensors opens them too.
//
// A file is an 8-byte little-endian length n, n bytes of JSON that give each
// tensor's element type, shape and place, then the elements, little-endian and
// row-major. The format: https://github.com/huggingface/safetensors#format.
//
// Files come from anywhere, so Read trusts nothing in them: no content makes it
// panic, or allocate more than a small multiple of the file's own size. It knows
// the four element types that this project writes and refuses the others. What
// the tensors mean is the business of model and fit, its users.
package safetensors

import (
	"errors"
	"fmt"
	"slices"
)

// ErrFormat is wrapped by every error that is due to the content of a file: it is
// damaged, truncated, of another format, or lacks a tensor that was asked for.
// An error without it comes from the disk.
var ErrFormat = errors.New("not a usable safetensors file")

// Element is the type of a tensor's elements, in the format's words F32, F64, I64
// and U8.
type Element interface {
	float32 | float64 | int64 | uint8
}

// A Tensor is a named array.
type Tensor struct {
	Name string

	// Shape holds the lengths of the axes. A tensor without axes is one number.
	Shape []int

	// Data is a []float32, []float64, []int64 or []uint8 of as many elements as
	// Shape says, row-major.
	Data any
}

// A File is the content of a safetensors file.
type File struct {
	// Metadata is free text by key; empty and nil are the same in a file.
	Metadata map[string]string

	// Tensors have distinct names. Read returns them sorted by name; Write takes
	// them in any order.
	Tensors []Tensor
}

// Tensor returns the tensor of the given name.
func (f *File) Tensor(name string) (Tensor, bool) {
	i := slices.IndexFunc(f.Tensors, func(t Tensor) bool { return t.Name == name })
	if i < 0 {
		return Tensor{}, false
	}
	return f.Tensors[i], true
}

// Values returns the elements of a tensor, which must be there with exactly this
// element type and shape; a -1 in shape stands for any length. The error, which
// wraps ErrFormat, says what is there instead. The slice is f's own.
func Values[T Element](f *File, name string, shape ...int) ([]T, error) {
	t, ok := f.Tensor(name)
	if !ok {
		return nil, fmt.Errorf("%w: tensor %q is missing; was the file written for another kind of model?", ErrFormat, name)
	}
	data, ok := t.Data.([]T)
	if !ok {
		have, _ := typeOf(t.Data)
		want, _ := typeOf([]T(nil))
		return nil, fmt.Errorf("%w: tensor %q is of type %s, want %s", ErrFormat, name, have.name, want.name)
	}
	if !slices.EqualFunc(t.Shape, shape, func(have, want int) bool { return have == want || want == -1 }) {
		return nil, fmt.Errorf("%w: tensor %q has shape %v, want %v", ErrFormat, name, t.Shape, shape)
	}
	return data, nil
}

// dtype is an element type as the header names it.
type dtype struct {
	name string
	size int // bytes an element
}

// dtypes are the types known here in the order in which a file holds them. It is
// the reference implementation's: larger elements first, so that each tensor is
// aligned to its elements as long as the header is.
var dtypes = []dtype{{"I64", 8}, {"F64", 8}, {"F32", 4}, {"U8", 1}}

// typeOf returns the element type of a Tensor's Data and the number of elements.
// The dtype of anything else is the zero value.
func typeOf(data any) (d dtype, length int) {
	switch data := data.(type) {
	case []int64:
		return dtypes[0], len(data)
	case []float64:
		return dtypes[1], len(data)
	case []float32:
		return dtypes[2], len(data)
	case []uint8:
		return dtypes[3], len(data)
	}
	return dtype{}, 0
}
