package expansion

import (
	"fmt"

	"hnn/model/expr"
	"hnn/model/internal/embedding"
	"hnn/model/safetensors"
	"hnn/nn"
)

// Spec is the architecture of a Model as its file has it.
type Spec struct {
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
	// Formula is a known part, of variables x0, x1 and so on.
	Formula string `json:"formula,omitempty"`
}

// Tensor is a named array of a model.
type Tensor struct {
	Name  string
	Shape []int
	Data  []float64
}

// dim is the length of states that the term is for; a quadratic term takes the one
// that is asked for where its monomials fit.
func (s *termSpec) dim(asked int) int {
	switch s.Kind {
	case kindNetwork:
		return len(s.Angles)
	case kindInertia:
		return 2 * len(s.Angles)
	case kindPair:
		return 2 * s.Bodies * s.Space
	}
	// (The variables of a known part are checked where it is read.)
	for _, m := range s.Monomials {
		if !(Monomial{m[0], m[1]}).fits(asked) {
			return max(m[0], m[1]) + 1
		}
	}
	return asked
}

// Spec is the architecture of the model.
func (m *Model) Spec() Spec {
	s := Spec{Kind: Kind, Dim: m.dim, Friction: m.friction != nil, Gain: m.gain.spec()}
	for _, t := range m.terms {
		s.Terms = append(s.Terms, t.spec())
	}
	return s
}

// Tensors returns views of the model's numbers by their names in files.
func (m *Model) Tensors() []Tensor {
	var all []Tensor
	for i, t := range m.terms {
		for _, v := range t.tensors() {
			v.Name = tensorName(i, v.Name)
			all = append(all, v)
		}
	}
	all = append(all, Tensor{"constant", []int{1}, []float64{m.constant}})
	if rate, ok := m.Friction(); ok {
		all = append(all, Tensor{"friction", []int{1}, []float64{rate}})
	}
	return append(all, m.gain.tensors()...)
}

func tensorName(term int, name string) string { return fmt.Sprintf("terms.%d.%s", term, name) }

// stateNames are the variables of a known part in a file.
func stateNames(dim int) []string {
	names := make([]string, dim)
	for i := range names {
		names[i] = fmt.Sprintf("x%d", i)
	}
	return names
}

// reader gives the numbers of a tensor by its name and shape.
type reader func(name string, shape ...int) ([]float64, error)

// Read makes a model of a specification and the tensors that read gives by name and shape. A
// specification that cannot be is an error that wraps safetensors.ErrFormat.
func Read(spec Spec, read func(name string, shape ...int) ([]float64, error)) (*Model, error) {
	terms := make([]Term, len(spec.Terms))
	for i := range terms {
		t, err := readTerm(read, i, &spec.Terms[i], spec.Dim)
		if err != nil {
			return nil, err
		}
		terms[i] = t
	}
	m, err := New(spec.Dim, terms...)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", safetensors.ErrFormat, err)
	}
	constant, err := read("constant", 1)
	if err != nil {
		return nil, err
	}
	m.constant = constant[0]
	if spec.Friction {
		rate, err := read("friction", 1)
		if err != nil {
			return nil, err
		}
		m.SetFriction(rate[0])
	}
	if spec.Gain != nil {
		g, err := readGain(read, spec.Gain, spec.Dim/2)
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

func readTerm(read reader, i int, s *termSpec, dim int) (Term, error) {
	refuse := func(format string, args ...any) error {
		return fmt.Errorf("%w: term %d: %s", safetensors.ErrFormat, i, fmt.Sprintf(format, args...))
	}
	tensor := func(name string, shape ...int) ([]float64, error) {
		return read(tensorName(i, name), shape...)
	}
	if dim < 2 || dim > mostComponents || s.Size < 0 || s.Size > mostFeatures*mostComponents ||
		s.Bodies < 0 || s.Bodies > mostComponents || s.Space < 0 || s.Space > mostComponents {
		return nil, refuse("%d features over states of length %d", s.Size, dim)
	}
	if s.dim(dim) != dim {
		return nil, refuse("it is for states of length %d, the Hamiltonian for %d", s.dim(dim), dim)
	}
	if s.Kind == kindKnown {
		h, err := expr.Parse(s.Formula, stateNames(dim))
		if err != nil {
			return nil, refuse("%v", err)
		}
		return NewKnown(dim, h), nil
	}
	if s.Kind == kindQuadratic {
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
		t := NewQuadratic(dim, monomials)
		t.SetCoefficients(c)
		return t, nil
	}

	inputs, out := 1, 1
	switch s.Kind {
	case kindNetwork:
		inputs = embedding.Embedding(s.Angles).Width()
	case kindInertia:
		n := len(s.Angles)
		inputs, out = embedding.Embedding(s.Angles).Width(), 1+n*(n+1)/2
	case kindPair:
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
	if s.Kind == kindInertia {
		shape = []int{out, k}
	}
	c, err := tensor("coefficient", shape...)
	if err != nil {
		return nil, err
	}
	var t Term
	switch s.Kind {
	case kindNetwork:
		t = NewNetwork(dim, s.Angles, act, weights, biases)
	case kindInertia:
		t = NewInertia(dim/2, s.Angles, act, weights, biases)
	case kindPair:
		strengths, err := tensor("strength", s.Bodies*(s.Bodies-1)/2)
		if err != nil {
			return nil, err
		}
		t = NewPair(s.Bodies, s.Space, strengths, act, weights, biases)
	}
	t.SetCoefficients(c)
	return t, nil
}

// inputTensors begins the names of the tensors of a gain.
const inputTensors = "input."

// gainSpec is the architecture of an Gain as its file has it: Size is the number of
// its features, 0 of a constant one.
type gainSpec struct {
	Inputs     int    `json:"inputs"`
	Size       int    `json:"size,omitempty"`
	Activation string `json:"activation,omitempty"`
	Angles     []bool `json:"angles,omitempty"`
}

func (g *Gain) spec() *gainSpec {
	if g == nil {
		return nil
	}
	s := &gainSpec{Inputs: g.m, Size: g.Features()}
	if g.net != nil {
		s.Activation, s.Angles = g.net.Spec().Activation.String(), g.angles
	}
	return s
}

func (g *Gain) tensors() []Tensor {
	if g == nil {
		return nil
	}
	t := []Tensor{{inputTensors + "gain", []int{g.n, g.m}, g.constant}}
	if g.net != nil {
		k := g.Features()
		l := g.net.Layers()
		t = append(t,
			Tensor{inputTensors + "weight", []int{k, g.angles.Width()}, l[0].W},
			Tensor{inputTensors + "bias", []int{k}, l[0].B},
			Tensor{inputTensors + "coefficient", []int{g.n * g.m, k}, l[1].W})
	}
	return t
}

// readGain makes the gain of a Hamiltonian with n positions.
func readGain(read reader, s *gainSpec, n int) (*Gain, error) {
	if s.Inputs < 1 || s.Inputs > mostComponents || s.Size < 0 || s.Size > mostFeatures {
		return nil, fmt.Errorf("%w: a gain of %d inputs with %d features", safetensors.ErrFormat, s.Inputs, s.Size)
	}
	tensor := func(name string, shape ...int) ([]float64, error) {
		return read(inputTensors+name, shape...)
	}
	constant, err := tensor("gain", n, s.Inputs)
	if err != nil {
		return nil, err
	}
	if s.Size == 0 {
		g := NewGain(n, s.Inputs, nil, nn.Tanh, nil, nil)
		copy(g.constant, constant)
		return g, nil
	}
	if len(s.Angles) != n {
		return nil, fmt.Errorf("%w: a gain over %d positions, and the Hamiltonian has %d", safetensors.ErrFormat, len(s.Angles), n)
	}
	act, err := nn.ParseActivation(s.Activation)
	if err != nil {
		return nil, fmt.Errorf("%w: a gain: %v", safetensors.ErrFormat, err)
	}
	weights, err := tensor("weight", s.Size, embedding.Embedding(s.Angles).Width())
	if err != nil {
		return nil, err
	}
	biases, err := tensor("bias", s.Size)
	if err != nil {
		return nil, err
	}
	c, err := tensor("coefficient", n*s.Inputs, s.Size)
	if err != nil {
		return nil, err
	}
	g := NewGain(n, s.Inputs, s.Angles, act, weights, biases)
	copy(g.constant, constant)
	copy(g.net.Layers()[1].W, c)
	g.net.Refresh()
	return g, nil
}
