package lattice

import (
	"encoding/json"
	"fmt"
)

// Spec is a system as it is kept in a file, beside its coefficients.
type Spec struct {
	Kind        string         `json:"kind"`
	Lattice     string         `json:"lattice,omitempty"`
	Sites       int            `json:"sites"`
	Space       int            `json:"space"`
	Interleaved bool           `json:"interleaved,omitempty"`
	Bonds       [][3]int       `json:"bonds,omitempty"` // of a graph from a file
	Functions   []functionSpec `json:"functions"`       // T, U, W of each kind
	Masses      []float64      `json:"masses,omitempty"`
	Cell        []int          `json:"cell,omitempty"`
	Friction    float64        `json:"friction,omitempty"`
	Flow        Flow           `json:"flow,omitempty"`
}

type functionSpec struct {
	Middle float64 `json:"middle"`
	Half   float64 `json:"half"`
	Degree int     `json:"degree"`
	Waves  int     `json:"waves,omitempty"`
	// Exponentials counts the rate and the coefficients.
	Exponentials int       `json:"exponentials,omitempty"`
	Errors       []float64 `json:"errors,omitempty"`
}

// Spec is what a file says of the system.
func (s *System) Spec() Spec {
	out := Spec{Kind: Kind, Sites: s.Sites, Space: s.Space, Interleaved: s.Interleaved, Masses: s.Masses, Cell: s.Cell, Friction: s.Friction, Flow: s.Flow}
	if s.Shape != nil {
		out.Lattice = s.Shape.String()
	} else {
		for _, b := range s.Bonds {
			out.Bonds = append(out.Bonds, [3]int{b.I, b.J, b.Kind})
		}
	}
	for _, f := range s.functions() {
		out.Functions = append(out.Functions, functionSpec{f.Middle, f.Half, len(f.Polynomial), len(f.Waves), len(f.Exponentials), f.Errors})
	}
	return out
}

// Read makes the system of a file from its architecture (JSON, see Spec) and its coefficients, which are finite:
// coefficients returns size of them. It is an error if they do not fit.
func Read(architecture []byte, coefficients func(size int) ([]float64, error)) (*System, error) {
	var spec Spec
	if err := json.Unmarshal(architecture, &spec); err != nil {
		return nil, err
	}
	if len(spec.Functions) < 3 || len(spec.Functions) > 2+mostKinds || spec.Sites < 1 || spec.Sites > mostSites {
		return nil, fmt.Errorf("a lattice of %d sites and %d functions", spec.Sites, len(spec.Functions))
	}
	s := &System{Sites: spec.Sites, Space: spec.Space, Interleaved: spec.Interleaved, Masses: spec.Masses, Cell: spec.Cell, Friction: spec.Friction, Flow: spec.Flow, Bond: make([]Function, len(spec.Functions)-2)}
	if spec.Lattice != "" {
		shape, err := ParseShape(spec.Lattice)
		if err == nil {
			shape, err = shape.Of(spec.Sites)
		}
		if err != nil {
			return nil, err
		}
		s.Shape, s.Bonds = &shape, shape.Bonds()
	}
	for _, b := range spec.Bonds {
		s.Bonds = append(s.Bonds, Bond{b[0], b[1], b[2]})
	}
	total := 0
	for _, f := range spec.Functions {
		if n := len(f.Errors); n != 0 && n != Grid+1 {
			return nil, fmt.Errorf("a function with %d standard errors: there are %d", n, Grid+1)
		}
		if f.Degree < 0 || f.Waves < 0 || f.Degree > mostTerms || f.Waves > mostTerms {
			return nil, fmt.Errorf("a function of degree %d with %d waves", f.Degree, f.Waves)
		}
		if f.Exponentials != 0 && f.Exponentials != 2 && f.Exponentials != 3 {
			return nil, fmt.Errorf("a function of %d numbers of exponentials: a rate and one or two coefficients", f.Exponentials)
		}
		total += f.Degree + f.Waves + f.Exponentials
	}
	c, err := coefficients(total)
	if err != nil {
		return nil, err
	}
	for k, f := range s.functions() {
		of := spec.Functions[k]
		next := func(n int) (part []float64) {
			part, c = c[:n:n], c[n:]
			return part
		}
		*f = Function{Middle: of.Middle, Half: of.Half, Polynomial: next(of.Degree), Waves: next(of.Waves), Exponentials: next(of.Exponentials), Errors: of.Errors}
	}
	return s, s.check()
}
