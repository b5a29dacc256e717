// Package file keeps models in safetensors files: networks, ensembles of them and expansions,
// with their architecture, their scales and what else a caller says of them in the header.
package file

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"

	"hnn/internal/kernel"
	"hnn/model"
	"hnn/model/network"
	"hnn/model/safetensors"
	"hnn/nn"
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
func Save[T nn.Float](path string, n *network.Network[T], metadata map[string]string) error {
	f, err := Pack(n, metadata)
	if err != nil {
		return err
	}
	return safetensors.WriteFile(path, f)
}

// Pack returns what Save writes, for a caller that adds tensors of its own. The
// tensors share memory with the network.
func Pack[T nn.Float](n *network.Network[T], metadata map[string]string) (*safetensors.File, error) {
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
func Load(path string) (*model.Form[float64], map[string]string, error) {
	f, err := safetensors.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	m, err := scaledForm(f)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, f.Metadata, nil
}

// Parse is Load of a file's bytes, which its errors do not name.
func Parse(b []byte) (*model.Form[float64], map[string]string, error) {
	f, err := safetensors.Read(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, nil, err
	}
	m, err := scaledForm(f)
	if err != nil {
		return nil, nil, err
	}
	return m, f.Metadata, nil
}

// scaledForm makes whatever model a file holds, in its user's units.
func scaledForm(f *safetensors.File) (*model.Form[float64], error) {
	m, err := unpackForm(f)
	if err != nil {
		return nil, err
	}
	return readScales(m, f)
}

// unpackForm makes whatever model a file holds.
func unpackForm(f *safetensors.File) (*model.Form[float64], error) {
	if isExpansion(f) {
		m, err := unpackExpansion(f)
		if err != nil {
			return nil, err
		}
		return m.Form(), nil
	}
	if m, err := unpackTerms(f); m != nil || err != nil {
		return m, err
	}
	if _, ok := f.Metadata[metaMembers]; ok {
		return unpackEnsemble(f)
	}
	n, err := Unpack[float64](f)
	if err != nil {
		return nil, err
	}
	return n.Form(), nil
}

// Unpack is the inverse of Pack, in the precision asked for.
func Unpack[T nn.Float](f *safetensors.File) (*network.Network[T], error) {
	if v, ok := f.Metadata[metaFormat]; !ok {
		return nil, fmt.Errorf("%w: it has no %q in its metadata, so it was not written by hnn", safetensors.ErrFormat, metaFormat)
	} else if v != formatVersion {
		return nil, fmt.Errorf("%w: it has format %q, and this program knows %q; use a newer hnn", safetensors.ErrFormat, v, formatVersion)
	}
	var a network.Architecture
	if err := json.Unmarshal([]byte(f.Metadata[metaArchitecture]), &a); err != nil {
		return nil, fmt.Errorf("%w: the architecture in its metadata: %w", safetensors.ErrFormat, err)
	}
	tensors, err := a.Tensors()
	if err != nil {
		return nil, fmt.Errorf("%w: the architecture in its metadata: %w", safetensors.ErrFormat, err)
	}
	// Every tensor is found before the network is made, so that an architecture
	// that the file does not bear out costs no memory.
	var params []T
	for _, t := range tensors {
		piece, err := values[T](f, t.Name, t.Shape)
		if err != nil {
			return nil, err
		}
		params = append(params, piece...)
	}
	return network.With(a, params)
}

// values is a tensor's elements converted to T, checked to be finite.
func values[T nn.Float](f *safetensors.File, name string, shape []int) ([]T, error) {
	var v []T
	if found, ok := f.Tensor(name); ok {
		if _, ok := found.Data.([]float32); ok {
			narrow, err := safetensors.Values[float32](f, name, shape...)
			if err != nil {
				return nil, err
			}
			v = make([]T, len(narrow))
			kernel.Convert(v, narrow)
		}
	}
	if v == nil {
		wide, err := safetensors.Values[float64](f, name, shape...)
		if err != nil {
			return nil, err
		}
		v = make([]T, len(wide))
		kernel.Convert(v, wide)
	}
	for i, x := range v {
		if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
			return nil, fmt.Errorf("%w: tensor %q holds %v at element %d; a model's numbers are finite", safetensors.ErrFormat, name, x, i)
		}
	}
	return v, nil
}
