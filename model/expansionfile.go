package model

import (
	"encoding/json"
	"fmt"
	"maps"

	"hnn/internal/safetensors"
	"hnn/nn"
)

// expansionSpec is the architecture of an Expansion as its file has it.
type expansionSpec struct {
	Kind     string     `json:"kind"`
	Dim      int        `json:"dim"`
	Terms    []termSpec `json:"terms"`
	Friction bool       `json:"friction"`
	Gain     *gainSpec  `json:"gain,omitempty"` // nil where nothing acts
}

// termSpec is the architecture of a term: Kind and Size, and of the rest what its kind
// needs.
type termSpec struct {
	Kind       string   `json:"kind"`
	Size       int      `json:"size"`
	Activation string   `json:"activation,omitempty"`
	Angles     []bool   `json:"angles,omitempty"`
	Monomials  [][2]int `json:"monomials,omitempty"`
	Bodies     int      `json:"bodies,omitempty"`
	Space      int      `json:"space,omitempty"`
}

type float64Tensor struct {
	name  string
	shape []int
	data  []float64
}

// dim is the length of states that the term is for; a quadratic term takes the one
// that is asked for where its monomials fit.
func (s *termSpec) dim(asked int) int {
	switch s.Kind {
	case TermNetwork:
		return len(s.Angles)
	case TermInertia:
		return 2 * len(s.Angles)
	case TermPair:
		return 2 * s.Bodies * s.Space
	}
	for _, m := range s.Monomials {
		if !(Monomial{m[0], m[1]}).fits(asked) {
			return max(m[0], m[1]) + 1
		}
	}
	return asked
}

// SaveExpansion writes an expansion to path as Save writes a network.
func SaveExpansion(path string, m *Expansion, metadata map[string]string) error {
	spec := expansionSpec{Kind: KindExpansion, Dim: m.dim, Friction: m.friction != nil, Gain: m.gain.spec()}
	f := &safetensors.File{Metadata: map[string]string{}}
	for i, t := range m.terms {
		spec.Terms = append(spec.Terms, t.spec())
		for _, v := range t.tensors() {
			f.Tensors = append(f.Tensors, safetensors.Tensor{Name: tensorName(i, v.name), Shape: v.shape, Data: v.data})
		}
	}
	f.Tensors = append(f.Tensors, safetensors.Tensor{Name: "constant", Shape: []int{1}, Data: []float64{m.constant}})
	if rate, ok := m.Friction(); ok {
		f.Tensors = append(f.Tensors, safetensors.Tensor{Name: "friction", Shape: []int{1}, Data: []float64{rate}})
	}
	for _, t := range m.gain.tensors() {
		f.Tensors = append(f.Tensors, safetensors.Tensor{Name: t.name, Shape: t.shape, Data: t.data})
	}
	architecture, err := json.Marshal(spec)
	if err != nil {
		return err
	}
	maps.Copy(f.Metadata, metadata)
	f.Metadata[metaFormat] = formatVersion
	f.Metadata[metaArchitecture] = string(architecture)
	return safetensors.WriteFile(path, f)
}

func tensorName(term int, name string) string { return fmt.Sprintf("terms.%d.%s", term, name) }

// unpackExpansion makes the expansion that a file holds; the file's format has been
// checked.
func unpackExpansion(f *safetensors.File) (*Expansion, error) {
	var spec expansionSpec
	if err := json.Unmarshal([]byte(f.Metadata[metaArchitecture]), &spec); err != nil {
		return nil, fmt.Errorf("%w: the architecture in its metadata: %w", safetensors.ErrFormat, err)
	}
	terms := make([]Term, len(spec.Terms))
	for i := range terms {
		t, err := unpackTerm(f, i, &spec.Terms[i], spec.Dim)
		if err != nil {
			return nil, err
		}
		terms[i] = t
	}
	m, err := NewExpansion(spec.Dim, terms...)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", safetensors.ErrFormat, err)
	}
	constant, err := values[float64](f, Tensor{"constant", []int{1}})
	if err != nil {
		return nil, err
	}
	m.constant = constant[0]
	if spec.Friction {
		rate, err := values[float64](f, Tensor{"friction", []int{1}})
		if err != nil {
			return nil, err
		}
		m.SetFriction(rate[0])
	}
	if spec.Gain != nil {
		g, err := unpackGain(f, spec.Gain, spec.Dim/2)
		if err != nil {
			return nil, err
		}
		m.SetGain(g)
	}
	return m, nil
}

// mostFeatures bounds the features of a term, mostComponents the length of a state and of
// inputs, in a file, so that their products cannot overflow: both are far beyond what a solve can do.
const (
	mostFeatures   = 1 << 14
	mostComponents = 1 << 12
)

func unpackTerm(f *safetensors.File, i int, s *termSpec, dim int) (Term, error) {
	refuse := func(format string, args ...any) error {
		return fmt.Errorf("%w: term %d: %s", safetensors.ErrFormat, i, fmt.Sprintf(format, args...))
	}
	tensor := func(name string, shape ...int) ([]float64, error) {
		return values[float64](f, Tensor{tensorName(i, name), shape})
	}
	if dim < 2 || dim > mostComponents || s.Size < 0 || s.Size > mostFeatures*mostComponents ||
		s.Bodies < 0 || s.Bodies > mostComponents || s.Space < 0 || s.Space > mostComponents {
		return nil, refuse("%d features over states of length %d", s.Size, dim)
	}
	if s.dim(dim) != dim {
		return nil, refuse("it is for states of length %d, the Hamiltonian for %d", s.dim(dim), dim)
	}
	if s.Kind == TermQuadratic {
		if len(s.Monomials) != s.Size {
			return nil, refuse("%d monomials for %d coefficients", len(s.Monomials), s.Size)
		}
		c, err := tensor("coefficient", s.Size)
		if err != nil {
			return nil, err
		}
		monomials := make([]Monomial, s.Size)
		for k, m := range s.Monomials {
			monomials[k] = Monomial{m[0], m[1]}
		}
		t := NewQuadraticTerm(dim, monomials)
		t.SetCoefficients(c)
		return t, nil
	}

	inputs, out := 1, 1
	switch s.Kind {
	case TermNetwork:
		inputs = embedding(s.Angles).width()
	case TermInertia:
		n := len(s.Angles)
		inputs, out = embedding(s.Angles).width(), 1+n*(n+1)/2
	case TermPair:
		if s.Bodies < 2 || s.Space < 1 {
			return nil, refuse("%d bodies in %d dimensions", s.Bodies, s.Space)
		}
	default:
		return nil, refuse("no term of kind %q", s.Kind)
	}
	act, err := nn.ParseActivation(s.Activation)
	if err != nil {
		return nil, refuse("%v", err)
	}
	k := s.Size / out
	if k < 1 || k > mostFeatures || k*out != s.Size {
		return nil, refuse("%d coefficients for %d functions", s.Size, out)
	}
	weights, err := tensor("weight", k, inputs)
	if err != nil {
		return nil, err
	}
	biases, err := tensor("bias", k)
	if err != nil {
		return nil, err
	}
	shape := []int{k}
	if s.Kind == TermInertia {
		shape = []int{out, k}
	}
	c, err := tensor("coefficient", shape...)
	if err != nil {
		return nil, err
	}
	var t Term
	switch s.Kind {
	case TermNetwork:
		t = NewNetworkTerm(dim, s.Angles, act, weights, biases)
	case TermInertia:
		t = NewInertiaTerm(dim/2, s.Angles, act, weights, biases)
	case TermPair:
		strengths, err := tensor("strength", s.Bodies*(s.Bodies-1)/2)
		if err != nil {
			return nil, err
		}
		t = NewPairTerm(s.Bodies, s.Space, strengths, act, weights, biases)
	}
	t.SetCoefficients(c)
	return t, nil
}

// isExpansion reports whether a file's architecture is an expansion's.
func isExpansion(f *safetensors.File) bool {
	var head struct {
		Kind string `json:"kind"`
	}
	return f.Metadata[metaFormat] == formatVersion &&
		json.Unmarshal([]byte(f.Metadata[metaArchitecture]), &head) == nil && head.Kind == KindExpansion
}
