package model

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"

	"hnn/internal/kernel"
	"hnn/internal/safetensors"
)

// The metadata that makes a safetensors file a model of this project.
const (
	metaFormat       = "hnn.format"
	metaArchitecture = "hnn.architecture"
	formatVersion    = "1"
)

// Save writes a network to path as safetensors: its tensors under their names, its
// architecture and the given metadata (which may be nil) in the header. The file
// is replaced as a whole.
func Save[T kernel.Float](path string, n Network[T], metadata map[string]string) error {
	f, err := Pack(n, metadata)
	if err != nil {
		return err
	}
	return safetensors.WriteFile(path, f)
}

// Pack returns what Save writes, for a caller that adds tensors of its own. The
// tensors share memory with the network.
func Pack[T kernel.Float](n Network[T], metadata map[string]string) (*safetensors.File, error) {
	architecture, err := json.Marshal(n.Architecture())
	if err != nil {
		return nil, err
	}
	meta := map[string]string{}
	maps.Copy(meta, metadata)
	meta[metaFormat] = formatVersion
	meta[metaArchitecture] = string(architecture)
	f := &safetensors.File{Metadata: meta}
	params := n.Params()
	for _, t := range n.Tensors() {
		f.Tensors = append(f.Tensors, safetensors.Tensor{Name: t.Name, Shape: t.Shape, Data: params[:t.Size()]})
		params = params[t.Size():]
	}
	return f, nil
}

// Load reads a model that Save, SaveEnsemble or SaveExpansion wrote, whichever its
// precision, widened to float64, and its metadata. A model with scales (see ScalesMetadata)
// is in its user's units. A file that is damaged, is no model, or has numbers that are
// not finite is an error that wraps safetensors.ErrFormat and names the file.
func Load(path string) (Model, map[string]string, error) {
	f, err := safetensors.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	m, err := unpackModel(f)
	if err == nil {
		m, err = readScales(m, f)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, f.Metadata, nil
}

// unpackModel makes whatever model a file holds.
func unpackModel(f *safetensors.File) (Model, error) {
	if isExpansion(f) {
		m, err := unpackExpansion(f)
		if err != nil {
			return nil, err
		}
		return m.Damped(), nil
	}
	if _, ok := f.Metadata[metaMembers]; ok {
		return unpackEnsemble(f)
	}
	return Unpack[float64](f)
}

// Unpack is the inverse of Pack, in the precision asked for.
func Unpack[T kernel.Float](f *safetensors.File) (Network[T], error) {
	if v, ok := f.Metadata[metaFormat]; !ok {
		return nil, fmt.Errorf("%w: it has no %q in its metadata, so it was not written by hnn", safetensors.ErrFormat, metaFormat)
	} else if v != formatVersion {
		return nil, fmt.Errorf("%w: it has format %q, and this program knows %q; use a newer hnn", safetensors.ErrFormat, v, formatVersion)
	}
	var a Architecture
	if err := json.Unmarshal([]byte(f.Metadata[metaArchitecture]), &a); err != nil {
		return nil, fmt.Errorf("%w: the architecture in its metadata: %w", safetensors.ErrFormat, err)
	}
	tensors, err := a.tensors()
	if err != nil {
		return nil, fmt.Errorf("%w: the architecture in its metadata: %w", safetensors.ErrFormat, err)
	}
	// Every tensor is found before the network is made, so that an architecture
	// that the file does not bear out costs no memory.
	pieces := make([][]T, len(tensors))
	for i, t := range tensors {
		if pieces[i], err = values[T](f, t); err != nil {
			return nil, err
		}
	}
	n, err := empty[T](a)
	if err != nil {
		return nil, err
	}
	params := n.Params()
	for _, p := range pieces {
		params = params[copy(params, p):]
	}
	Refresh[T](n)
	return n, nil
}

// tensors lists a network's tensors without making it.
func (a Architecture) tensors() ([]Tensor, error) {
	n, err := build[float64](a)
	if err != nil {
		return nil, err
	}
	return n.Tensors(), nil
}

// values is a tensor's elements converted to T, checked to be finite.
func values[T kernel.Float](f *safetensors.File, t Tensor) ([]T, error) {
	var v []T
	if found, ok := f.Tensor(t.Name); ok {
		if _, ok := found.Data.([]float32); ok {
			narrow, err := safetensors.Values[float32](f, t.Name, t.Shape...)
			if err != nil {
				return nil, err
			}
			v = make([]T, len(narrow))
			copyFloats(v, narrow)
		}
	}
	if v == nil {
		wide, err := safetensors.Values[float64](f, t.Name, t.Shape...)
		if err != nil {
			return nil, err
		}
		v = make([]T, len(wide))
		copyFloats(v, wide)
	}
	for i, x := range v {
		if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
			return nil, fmt.Errorf("%w: tensor %q holds %v at element %d; a model's numbers are finite", safetensors.ErrFormat, t.Name, x, i)
		}
	}
	return v, nil
}
