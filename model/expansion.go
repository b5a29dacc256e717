package model

import (
	"errors"
	"fmt"

	"hnn/ode"
)

// KindExpansion is the kind of an Expansion.
const KindExpansion = "expansion"

// Expansion is a Hamiltonian that is linear in its coefficients: a sum of terms
// of given features, in float64. Its field is the symplectic gradient, less a linear
// friction where there is one, and with the force of inputs u where it has a Gain:
//
//	dq/dt = dH/dp,  dp/dt = -dH/dq - Friction p + Gain(q) u
//
// Because the field is linear in the coefficients (and the friction and the gain), they are
// fitted by least squares; see package closedform. It is Driven, by no inputs without a
// gain.
type Expansion struct {
	dim      int
	terms    []Term
	constant float64
	friction *float64
	gain     *ExpansionGain // nil for none
}

// NewExpansion returns the sum of the terms, which it keeps, without a constant and
// without friction or inputs. A dimension that is odd or below 2, or no term, is an error.
func NewExpansion(dim int, terms ...Term) (*Expansion, error) {
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
	return &Expansion{dim: dim, terms: append([]Term(nil), terms...)}, nil
}

// Kind returns KindExpansion.
func (m *Expansion) Kind() string { return KindExpansion }

// Dim is the length of a state.
func (m *Expansion) Dim() int { return m.dim }

// Terms returns the terms, to be read only.
func (m *Expansion) Terms() []Term { return m.terms }

// Size is the number of features of all terms.
func (m *Expansion) Size() int {
	n := 0
	for _, t := range m.terms {
		n += t.Size()
	}
	return n
}

// Parameters is the number of fitted numbers: the coefficients, the friction and the gain.
// The weights inside the features are given, not fitted.
func (m *Expansion) Parameters() int {
	n := m.Size()
	if m.gain != nil {
		n += m.gain.Size()
	}
	if m.friction != nil {
		n++
	}
	return n
}

// Coefficients returns a copy of the coefficients, term after term.
func (m *Expansion) Coefficients() []float64 {
	c := make([]float64, 0, m.Size())
	for _, t := range m.terms {
		c = append(c, t.Coefficients()...)
	}
	return c
}

// SetCoefficients replaces the coefficients. It panics if there are not Size of them.
// Evaluators made before see the change; none may be at work during it.
func (m *Expansion) SetCoefficients(c []float64) {
	checkCoefficients(c, m.Size())
	for _, t := range m.terms {
		t.SetCoefficients(c[:t.Size()])
		c = c[t.Size():]
	}
}

// Friction is the rate at which momenta decay, and whether there is one.
func (m *Expansion) Friction() (rate float64, ok bool) {
	if m.friction == nil {
		return 0, false
	}
	return *m.friction, true
}

// SetFriction gives the model a linear friction, -rate p.
func (m *Expansion) SetFriction(rate float64) { m.friction = &rate }

// SetZero chooses H's constant such that H(x) = 0.
func (m *Expansion) SetZero(x []float64) {
	m.constant = 0
	m.constant = -m.Energy()(x)
}

// Field returns an evaluator of the field at one state, without input.
func (m *Expansion) Field() ode.Field {
	passes := m.passes(1)
	g := make([]float64, m.dim)
	return func(_ float64, x, dx []float64) { m.evaluate(passes, x, dx, g, 1) }
}

// BatchField returns an evaluator of the field at many states, without input.
func (m *Expansion) BatchField() ode.BatchField {
	held := 0
	var passes []TermPass
	var g []float64
	return func(_ []float64, x, dx []float64, rows int) {
		if rows > held && held < batchRows {
			held = min(rows, batchRows)
			passes, g = m.passes(held), make([]float64, held*m.dim)
		}
		for lo := 0; lo < rows; lo += batchRows {
			n := min(batchRows, rows-lo)
			m.evaluate(passes, x[lo*m.dim:(lo+n)*m.dim], dx[lo*m.dim:(lo+n)*m.dim], g, n)
		}
	}
}

// Energy returns an evaluator of H at one state.
func (m *Expansion) Energy() func(x []float64) float64 {
	passes := m.passes(1)
	return func(x []float64) float64 {
		h := m.constant
		for _, p := range passes {
			h += p.Value(x)
		}
		return h
	}
}

func (m *Expansion) passes(rows int) []TermPass {
	passes := make([]TermPass, len(m.terms))
	for i, t := range m.terms {
		passes[i] = t.NewPass(rows)
	}
	return passes
}

// evaluate writes the field of rows states; g holds their gradients.
func (m *Expansion) evaluate(passes []TermPass, x, dx, g []float64, rows int) {
	g = g[:rows*m.dim]
	clear(g)
	for _, p := range passes {
		p.AddGradient(x, g, rows)
	}
	rate, _ := m.Friction()
	n := m.dim / 2
	for r := 0; r < len(g); r += m.dim {
		for i := range n {
			dx[r+i] = g[r+n+i]
			dx[r+n+i] = -g[r+i] - rate*x[r+n+i]
		}
	}
}
