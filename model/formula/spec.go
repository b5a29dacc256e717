package formula

import (
	"encoding/json"
	"fmt"
	"hnn/internal/posdef"

	"hnn/model/expr"
)

// Spec is a formula as it is kept in a file, beside its coefficients: (terms, friction, gain). Terms are text in variables
// x0, x1 and so on.
type Spec struct {
	Kind   string   `json:"kind"`
	N      int      `json:"positions"`
	Inputs int      `json:"inputs,omitempty"`
	Terms  []string `json:"terms"`
	// Known is a part of H that was given.
	Known    string `json:"known,omitempty"`
	Friction bool   `json:"friction,omitempty"`
	// Errors are the standard errors of the coefficients, 0 where not known, Stability how often each term was chosen.
	Errors    []float64 `json:"errors,omitempty"`
	Stability []float64 `json:"stability,omitempty"`
	// Covariance is that of the coefficients, row by row, absent where not known.
	Covariance []float64 `json:"covariance,omitempty"`
}

// bounds of what a file can ask for.
const (
	mostPositions = 64
	mostTerms     = 1000
	mostInputs    = 1000
)

func variables(d int) []string {
	names := make([]string, d)
	for i := range names {
		names[i] = fmt.Sprintf("x%d", i)
	}
	return names
}

// Spec is what a file says of the formula.
func (f *Formula) Spec() Spec {
	s := Spec{Kind: Kind, N: f.N, Inputs: f.Inputs, Friction: f.Friction != nil}
	if f.Known != nil {
		s.Known = f.Known.Write(expr.Text, variables(2*f.N), 0)
	}
	for _, t := range f.Terms {
		s.Terms = append(s.Terms, t.Expr.Write(expr.Text, variables(2*f.N), 0))
		s.Errors = append(s.Errors, t.Error)
		s.Stability = append(s.Stability, t.Stability)
	}
	s.Errors = append(append(s.Errors, f.FrictionError...), f.GainError...)
	if len(s.Errors) != len(f.Coefficients()) {
		s.Errors = nil
	}
	s.Covariance = f.Covariance
	return s
}

// Coefficients returns those of the terms, of the friction (N, or none) and of the gain (N x Inputs), in this order.
func (f *Formula) Coefficients() []float64 {
	var c []float64
	for _, t := range f.Terms {
		c = append(c, t.Coefficient)
	}
	return append(append(c, f.Friction...), f.Gain...)
}

// Read makes the formula of a file from its architecture (JSON, see Spec) and its coefficients, which are finite:
// coefficients returns size of them. It is an error if they do not fit.
func Read(architecture []byte, coefficients func(size int) ([]float64, error)) (*Formula, error) {
	var s Spec
	if err := json.Unmarshal(architecture, &s); err != nil {
		return nil, err
	}
	if s.N < 1 || s.N > mostPositions || s.Inputs < 0 || s.Inputs > mostInputs || len(s.Terms) < 1 || len(s.Terms) > mostTerms {
		return nil, fmt.Errorf("a formula of %d positions, %d inputs and %d terms", s.N, s.Inputs, len(s.Terms))
	}
	f := &Formula{N: s.N, Inputs: s.Inputs}
	names := variables(2 * s.N)
	for _, text := range s.Terms {
		e, err := expr.Parse(text, names)
		if err != nil {
			return nil, err
		}
		f.Terms = append(f.Terms, Term{Expr: e})
	}
	if s.Known != "" {
		e, err := expr.Parse(s.Known, names)
		if err != nil {
			return nil, err
		}
		f.Known = e
	}
	k, friction, gain := len(s.Terms), 0, s.N*s.Inputs
	if s.Friction {
		friction = s.N
	}
	c, err := coefficients(k + friction + gain)
	if err != nil {
		return nil, err
	}
	if s.Friction {
		f.Friction = c[k : k+friction]
	}
	f.Gain = c[k+friction:]
	known := len(s.Errors) == len(c)
	for i := range f.Terms {
		f.Terms[i].Coefficient = c[i]
		if known {
			f.Terms[i].Error = s.Errors[i]
		}
		if i < len(s.Stability) {
			f.Terms[i].Stability = s.Stability[i]
		}
	}
	if known {
		if s.Friction {
			f.FrictionError = s.Errors[k : k+friction]
		}
		f.GainError = s.Errors[k+friction:]
	}
	if len(s.Covariance) == len(c)*len(c) && posdef.Root(s.Covariance) != nil {
		f.Covariance = s.Covariance
	}
	return f, nil
}
