package file

import (
	"encoding/json"
	"fmt"
	"maps"

	"hnn/model/expansion"
	"hnn/model/safetensors"
)

// SaveExpansion writes an expansion to path as Save writes a network.
func SaveExpansion(path string, m *expansion.Model, metadata map[string]string) error {
	architecture, err := json.Marshal(m.Spec())
	if err != nil {
		return err
	}
	f := &safetensors.File{Metadata: map[string]string{}}
	for _, t := range m.Tensors() {
		f.Tensors = append(f.Tensors, safetensors.Tensor{Name: t.Name, Shape: t.Shape, Data: t.Data})
	}
	maps.Copy(f.Metadata, metadata)
	f.Metadata[metaFormat] = formatVersion
	f.Metadata[metaArchitecture] = string(architecture)
	return safetensors.WriteFile(path, f)
}

// unpackExpansion makes the expansion that a file holds; the file's format has been
// checked.
func unpackExpansion(f *safetensors.File) (*expansion.Model, error) {
	var spec expansion.Spec
	if err := json.Unmarshal([]byte(f.Metadata[metaArchitecture]), &spec); err != nil {
		return nil, fmt.Errorf("%w: the architecture in its metadata: %w", safetensors.ErrFormat, err)
	}
	return expansion.Read(spec, func(name string, shape ...int) ([]float64, error) { return values[float64](f, name, shape) })
}

// isExpansion reports whether a file's architecture is an expansion's.
func isExpansion(f *safetensors.File) bool { return kindOf(f) == expansion.Kind }

// kindOf is the kind that a file's architecture names, "" where there is none in a format that is known.
func kindOf(f *safetensors.File) string {
	var head struct {
		Kind string `json:"kind"`
	}
	if f.Metadata[metaFormat] != formatVersion || json.Unmarshal([]byte(f.Metadata[metaArchitecture]), &head) != nil {
		return ""
	}
	return head.Kind
}
