package file

import (
	"encoding/json"
	"fmt"

	"hnn/data"
	"hnn/model"
	"hnn/model/safetensors"
)

// metaScales is the key of the scales in a model file's metadata.
const metaScales = "hnn.scales"

// ScalesMetadata is the metadata of a file whose model was fitted to states and times
// made dimensionless by s; Load returns it in the user's units. Nil scales have none.
func ScalesMetadata(s *data.Scales) map[string]string {
	if s == nil {
		return nil
	}
	text, err := json.Marshal(s)
	if err != nil {
		panic("file: scales that are not finite")
	}
	return map[string]string{metaScales: string(text)}
}

// readScales wraps a model by the scales of its file, if it has any.
func readScales(m *model.Form[float64], f *safetensors.File) (*model.Form[float64], error) {
	text, ok := f.Metadata[metaScales]
	if !ok {
		return m, nil
	}
	s := new(data.Scales)
	if err := json.Unmarshal([]byte(text), s); err != nil {
		return nil, fmt.Errorf("%w: the scales in its metadata: %w", safetensors.ErrFormat, err)
	}
	scaled, err := model.WithScales(m, s)
	if err != nil {
		return nil, fmt.Errorf("%w: the scales in its metadata: %w", safetensors.ErrFormat, err)
	}
	return scaled, nil
}
