// Package expansion holds Hamiltonians that are linear in their coefficients: sums of terms of
// given features, in float64, with a linear friction and a gain of inputs where there are such.
// Because the field is linear in the coefficients (and the friction and the gain), they are
// fitted by least squares; see package closedform.
package expansion

import (
	"errors"
	"fmt"

	"hnn/model"
)

// Kind is the kind of a Model.
const Kind = "expansion"

// Model is a Hamiltonian with its friction and its gain. Its field is the symplectic gradient,
// less a linear friction where there is one, and with the force of inputs u where it has a
// Gain:
//
//	dq/dt = dH/dp,  dp/dt = -dH/dq - Friction p + Gain(q) u
type Model struct {
	dim      int
	terms    []Term
	constant float64
	friction *float64
	gain     *Gain // nil for none
}

// New returns the sum of the terms, which it keeps, without a constant and
// without friction or inputs. A dimension that is odd or below 2, or no term, is an error.
func New(dim int, terms ...Term) (*Model, error) {
	if dim < 2 || dim%2 != 0 {
		return nil, fmt.Errorf("model: states of length %d; a state is (q, p) with as many momenta as positions, so its length is even", dim)
	}
	if len(terms) == 0 {
		return nil, errors.New("model: a Hamiltonian without terms")
	}
	for i, t := range terms {
		if s := t.spec(); s.dim(dim) != dim {
			return nil, fmt.Errorf("model: term %d, %s, is for states of length %d, the Hamiltonian for %d", i, t.Kind(), s.dim(dim), dim)
		}
	}
	return &Model{dim: dim, terms: append([]Term(nil), terms...)}, nil
}

// Dim is the length of a state.
func (m *Model) Dim() int { return m.dim }

// Terms returns the terms, in order. They are not to be changed.
func (m *Model) Terms() []Term { return m.terms }

// Size is the number of features of all terms.
func (m *Model) Size() int {
	return sum{terms: m.terms}.Size()
}

// Parameters is the number of fitted numbers: the coefficients, the friction and the gain.
// The weights inside the features are given, not fitted.
func (m *Model) Parameters() int {
	n := m.Size()
	if m.gain != nil {
		n += m.gain.Size()
	}
	if m.friction != nil {
		n++
	}
	return n
}

// Coefficients returns a copy of the coefficients (Size), term after term.
func (m *Model) Coefficients() []float64 {
	c := make([]float64, 0, m.Size())
	for _, t := range m.terms {
		c = append(c, t.Coefficients()...)
	}
	return c
}

// SetCoefficients replaces the coefficients. It panics if there are not Size of them.
// Evaluators made before see the change; none may be at work during it.
func (m *Model) SetCoefficients(c []float64) {
	checkCoefficients(c, m.Size())
	for _, t := range m.terms {
		t.SetCoefficients(c[:t.Size()])
		c = c[t.Size():]
	}
}

// Friction is the rate at which momenta decay, and whether there is one.
func (m *Model) Friction() (rate float64, ok bool) {
	if m.friction == nil {
		return 0, false
	}
	return *m.friction, true
}

// SetFriction gives the model a linear friction, -rate p. Evaluators made of a model with
// friction see the change.
func (m *Model) SetFriction(rate float64) {
	if m.friction == nil {
		m.friction = new(float64)
	}
	*m.friction = rate
}

// SetZero chooses H's constant such that H is zero at state x (Dim).
func (m *Model) SetZero(x []float64) {
	m.constant = 0
	m.constant = -m.Field().Energy()(x)
}

// Form is what the model is made of.
func (m *Model) Form() *model.Form[float64] {
	f := &model.Form[float64]{Kind: Kind, Dim: m.dim, Parameters: m.Parameters(), H: sum{m.dim, m.terms, &m.constant}, Source: m}
	if m.friction != nil {
		f.Loss = &model.Rayleigh[float64]{D: friction{m.dim / 2, m.friction}, Momenta: true}
	}
	if m.gain != nil {
		f.Inputs, f.Gain = m.gain.m, m.gain
	}
	return f
}

// Of returns the expansion that a form was made of, nil where it was not made of one.
func Of(f *model.Form[float64]) *Model {
	m, _ := f.Source.(*Model)
	return m
}

// Field is what the model can do.
func (m *Model) Field() *model.Field { return m.Form().Field() }

// sum is the Hamiltonian as a part of a form.
type sum struct {
	dim      int
	terms    []Term
	constant *float64 // nil for none
}

// Size is the number of features.
func (s sum) Size() int {
	n := 0
	for _, t := range s.terms {
		n += t.Size()
	}
	return n
}

func (s sum) NewPoint() model.ScalarPoint[float64] { return model.PassPoint[float64]{Pass: s.pass(1)} }

func (s sum) NewPass(rows int) model.ScalarPass[float64] { return s.pass(rows) }

func (s sum) pass(rows int) *sumPass {
	p := &sumPass{sum: s}
	for _, t := range s.terms {
		p.passes = append(p.passes, t.NewPass(rows))
	}
	return p
}

type sumPass struct {
	sum
	passes []Pass
}

func (p *sumPass) Value(x []float64) float64 {
	h := *p.constant
	for _, term := range p.passes {
		h += term.Value(x)
	}
	return h
}

func (p *sumPass) Gradient(x, g []float64, rows int) {
	g = g[:rows*p.dim]
	clear(g)
	for _, term := range p.passes {
		term.AddGradient(x, g, rows)
	}
}
