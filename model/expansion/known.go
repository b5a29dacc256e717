package expansion

import (
	"hnn/model/expr"
	"hnn/model/program"
)

// Known is a part of a Hamiltonian that is given, with nothing to fit: a term of no features.
type Known struct {
	dim             int
	h               *expr.Expr
	value, gradient *expr.Program
	out, g          []float64
}

// NewKnown returns the term h, whose variables are the components of states of length dim. It panics if h has others.
func NewKnown(dim int, h *expr.Expr) *Known {
	if h.Variables() > dim {
		panic("expansion: a known part of components that a state has not")
	}
	t := &Known{dim: dim, h: h, value: expr.Compile(h), out: make([]float64, 1), g: make([]float64, dim)}
	var gradient []*expr.Expr
	for i := range dim {
		gradient = append(gradient, h.Derivative(i))
	}
	t.gradient = expr.Compile(gradient...)
	return t
}

// Kind returns the term's name in files.
func (t *Known) Kind() string { return kindKnown }

// Expr is the part itself, of variables 0 to the length of a state.
func (t *Known) Expr() *expr.Expr { return t.h }

// Size is 0: nothing is fitted.
func (t *Known) Size() int { return 0 }

// Coefficients returns none.
func (t *Known) Coefficients() []float64 { return nil }

// SetCoefficients panics if there are any.
func (t *Known) SetCoefficients(c []float64) { checkCoefficients(c, 0) }

// NewPass returns an evaluator with temporaries of its own.
func (t *Known) NewPass(int) Pass {
	p := *t
	p.value, p.gradient = t.value.Clone(), t.gradient.Clone()
	p.out, p.g = make([]float64, 1), make([]float64, t.dim)
	return &p
}

// Value returns the part at one state (dim).
func (t *Known) Value(x []float64) float64 {
	t.value.At(x[:t.dim], t.out)
	return t.out[0]
}

// AddGradient adds the part's derivative at each of rows states (rows x dim) to g, which is as long.
func (t *Known) AddGradient(x, g []float64, rows int) {
	for r := 0; r < rows*t.dim; r += t.dim {
		t.gradient.At(x[r:r+t.dim], t.g)
		for i, v := range t.g {
			g[r+i] += v
		}
	}
}

// Columns writes nothing: see Pass.
func (t *Known) Columns([]float64, []float64, int, int) {}

// Lower is the part written out.
func (t *Known) Lower(b *program.Builder, x program.Value) program.Value { return t.h.Lower(b, x) }

func (t *Known) spec() termSpec {
	return termSpec{Kind: kindKnown, Formula: t.h.Write(expr.Text, stateNames(t.dim), 0)}
}

func (t *Known) tensors() []Tensor { return nil }
