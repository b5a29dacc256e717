package file

import (
	"encoding/json"
	"fmt"
	"maps"

	"hnn/model"
	"hnn/model/formula"
	"hnn/model/lagrangian"
	"hnn/model/lattice"
	"hnn/model/poisson"
	"hnn/model/safetensors"
	"hnn/model/terms"
)

// coefficients is the one tensor of models that are sums of terms.
const coefficients = "coefficients"

// SaveTerms writes a formula, a Lagrangian, a lattice or a field of terms to path as Save writes a network. It panics for another form.
func SaveTerms(path string, m *model.Form[float64], metadata map[string]string) error {
	var spec any
	var c []float64
	if h := formula.Of(m); h != nil {
		spec, c = h.Spec(), h.Coefficients()
	} else if l := lagrangian.Of(m); l != nil {
		s := l.Spec()
		s.Kind = m.Kind
		spec, c = s, l.Coefficients
	} else if p := poisson.Of(m); p != nil {
		spec = p.Spec()
		c = append(append(c, p.C...), p.B...)
	} else if g := lattice.Of(m); g != nil {
		spec, c = g.Spec(), g.Coefficients()
	} else {
		f := terms.Of(m)
		spec = f.Spec(m.Kind)
		c = append(append(c, f.C...), f.B...)
	}
	architecture, err := json.Marshal(spec)
	if err != nil {
		return err
	}
	f := &safetensors.File{Metadata: map[string]string{}, Tensors: []safetensors.Tensor{{Name: coefficients, Shape: []int{len(c)}, Data: c}}}
	maps.Copy(f.Metadata, metadata)
	f.Metadata[metaFormat] = formatVersion
	f.Metadata[metaArchitecture] = string(architecture)
	return safetensors.WriteFile(path, f)
}

// unpackTerms makes the formula, the Lagrangian or the field of terms that a file holds, nil where it is another model's.
func unpackTerms(f *safetensors.File) (*model.Form[float64], error) {
	architecture := []byte(f.Metadata[metaArchitecture])
	read := func(size int) ([]float64, error) { return values[float64](f, coefficients, []int{size}) }
	fail := func(err error) error {
		return fmt.Errorf("%w: the architecture in its metadata: %w", safetensors.ErrFormat, err)
	}
	var head struct {
		Positions int `json:"positions"`
	}
	kind := kindOf(f)
	switch kind {
	case formula.Kind:
		h, err := formula.Read(architecture, read)
		if err != nil {
			return nil, fail(err)
		}
		return h.ModelForm(), nil
	case poisson.Kind:
		p, err := poisson.Read(architecture, read)
		if err != nil {
			return nil, fail(err)
		}
		return p.ModelForm(), nil
	case lattice.Kind:
		g, err := lattice.Read(architecture, read)
		if err != nil {
			return nil, fail(err)
		}
		return g.ModelForm(), nil
	case lagrangian.Kind, terms.KindSparse, terms.KindLinear:
		if err := json.Unmarshal(architecture, &head); err != nil {
			return nil, fail(err)
		}
		if head.Positions > 0 || kind == lagrangian.Kind {
			l, err := lagrangian.Read(architecture, read)
			if err != nil {
				return nil, fail(err)
			}
			return model.Named(l.ModelForm(), kind), nil
		}
		t, kind, err := terms.Read(architecture, read)
		if err != nil {
			return nil, fail(err)
		}
		return t.ModelForm(kind), nil
	}
	return nil, nil
}
