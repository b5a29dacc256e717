// Package poisson is systems that conserve an energy in coordinates that are not canonical,
//
//	dx/dt = J(x) grad H(x),   J(x) skew,
//
// H and the elements of J sums of expressions, of states of any length: a free rigid body, populations, a charge in a
// magnetic field (P. Olver, "Applications of Lie Groups to Differential Equations", 1993, chapter 6). H is conserved
// whatever J is; J is a Poisson bracket, and the motion Hamiltonian in other coordinates, only where Jacobi's identity
// holds. It fits nothing: see fit/poisson.
package poisson

import (
	"encoding/json"
	"fmt"
	"strings"

	"hnn/model"
	"hnn/model/expr"
)

// Kind is the kind of these models.
const Kind = "hnn-poisson"

// System is H = sum over k of C_k Terms_k and, for i < j, J_ij = sum over k of B_ijk Brackets_k.
type System struct {
	Dim      int
	Terms    []*expr.Expr
	C        []float64
	Brackets []*expr.Expr
	B        []float64 // pairs (0,1), (0,2) ... (1,2) ... x len(Brackets), row-major
	// Jacobi is the residual of Jacobi's identity relative to its terms, over the rows.
	Jacobi float64
}

// Of is the system that a form is made of, nil for another.
func Of(f *model.Form[float64]) *System {
	s, _ := f.Source.(*System)
	return s
}

// Pairs returns the places (i, j), i < j, of J's elements above the diagonal, row by row: (0,1), (0,2), ... (1,2),
// ...
func Pairs(dim int) [][2]int {
	var out [][2]int
	for i := range dim {
		for j := i + 1; j < dim; j++ {
			out = append(out, [2]int{i, j})
		}
	}
	return out
}

func sum(terms []*expr.Expr, c []float64) *expr.Expr {
	total := expr.Number(0)
	for k, t := range terms {
		if c[k] != 0 {
			total = expr.Sum(total, expr.Product(expr.Number(c[k]), t))
		}
	}
	return total
}

// H returns the energy as one expression.
func (s *System) H() *expr.Expr { return sum(s.Terms, s.C) }

// Element returns J_ij as an expression, (i, j) being place p of Pairs.
func (s *System) Element(p int) *expr.Expr {
	k := len(s.Brackets)
	return sum(s.Brackets, s.B[p*k:(p+1)*k])
}

// Field returns the Dim expressions of dx/dt.
func (s *System) Field() []*expr.Expr {
	h := s.H()
	out := make([]*expr.Expr, s.Dim)
	for i := range out {
		out[i] = expr.Number(0)
	}
	for p, at := range Pairs(s.Dim) {
		i, j, e := at[0], at[1], s.Element(p)
		out[i] = expr.Sum(out[i], expr.Product(e, h.Derivative(j)))
		out[j] = expr.Sum(out[j], expr.Product(expr.Number(-1), e, h.Derivative(i)))
	}
	return out
}

// Text writes H and J with the names of the columns (Dim), coefficients to so many digits.
func (s *System) Text(names []string, digits int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "H = %s\n", s.H().Write(expr.Text, names, digits))
	for p, at := range Pairs(s.Dim) {
		if e := s.Element(p); e.Op != expr.Const || e.Value != 0 {
			fmt.Fprintf(&b, "{%s, %s} = %s\n", names[at[0]], names[at[1]], e.Write(expr.Text, names, digits))
		}
	}
	return b.String()
}

// ModelForm is the model that moves by the system.
func (s *System) ModelForm() *model.Form[float64] {
	d, h, f := s.Dim, s.H(), s.Field()
	var gradient, second []*expr.Expr
	for i := range d {
		gradient = append(gradient, h.Derivative(i))
		for j := range d {
			second = append(second, f[i].Derivative(j))
		}
	}
	energy, grad, field, jacobian := expr.Compile(h), expr.Compile(gradient...), expr.Compile(f...), expr.Compile(second...)
	m := &model.Field{
		Kind: Kind, Parameters: len(s.C) + len(s.B), Dim: d,
		One: func() func(t float64, x, u, dx []float64) {
			p := field.Clone()
			return func(_ float64, x, _, dx []float64) { p.At(x, dx) }
		},
		Energy: func() func(x []float64) float64 {
			p, out := energy.Clone(), make([]float64, 1)
			return func(x []float64) float64 {
				p.At(x, out)
				return out[0]
			}
		},
		Grad: func() func(x, g []float64) {
			p := grad.Clone()
			return func(x, g []float64) { p.At(x, g) }
		},
		Jacobian: func() func(x, u, a []float64) {
			p := jacobian.Clone()
			return func(x, _, a []float64) { p.At(x, a) }
		},
	}
	return model.Whole(m, s)
}

// Spec is a system as it is kept in a file, beside its coefficients (C, B): expressions are text in x0, x1 and so on.
type Spec struct {
	Kind     string   `json:"kind"`
	Dim      int      `json:"dim"`
	Terms    []string `json:"terms"`
	Brackets []string `json:"brackets"`
	Jacobi   float64  `json:"jacobi"`
}

func variables(d int) []string {
	names := make([]string, d)
	for i := range names {
		names[i] = fmt.Sprintf("x%d", i)
	}
	return names
}

// Spec is what a file says of the system.
func (s *System) Spec() Spec {
	out := Spec{Kind: Kind, Dim: s.Dim, Jacobi: s.Jacobi}
	for _, t := range s.Terms {
		out.Terms = append(out.Terms, t.Write(expr.Text, variables(s.Dim), 0))
	}
	for _, t := range s.Brackets {
		out.Brackets = append(out.Brackets, t.Write(expr.Text, variables(s.Dim), 0))
	}
	return out
}

// bounds of what a file can ask for.
const (
	mostColumns = 24
	mostTerms   = 1000
)

// Read makes the system of a file from its architecture (JSON, see Spec) and its coefficients, which are finite:
// coefficients returns size of them. It is an error if they do not fit.
func Read(architecture []byte, coefficients func(size int) ([]float64, error)) (*System, error) {
	var spec Spec
	if err := json.Unmarshal(architecture, &spec); err != nil {
		return nil, err
	}
	if spec.Dim < 2 || spec.Dim > mostColumns || len(spec.Terms) < 1 || len(spec.Terms) > mostTerms || len(spec.Brackets) < 1 || len(spec.Brackets) > mostTerms {
		return nil, fmt.Errorf("a Poisson system of %d columns, %d terms and %d of its bracket", spec.Dim, len(spec.Terms), len(spec.Brackets))
	}
	s := &System{Dim: spec.Dim, Jacobi: spec.Jacobi}
	names := variables(spec.Dim)
	for _, list := range []struct {
		text []string
		into *[]*expr.Expr
	}{{spec.Terms, &s.Terms}, {spec.Brackets, &s.Brackets}} {
		for _, text := range list.text {
			e, err := expr.Parse(text, names)
			if err != nil {
				return nil, err
			}
			*list.into = append(*list.into, e)
		}
	}
	c, err := coefficients(len(s.Terms) + len(Pairs(s.Dim))*len(s.Brackets))
	if err != nil {
		return nil, err
	}
	s.C, s.B = c[:len(s.Terms)], c[len(s.Terms):]
	return s, nil
}
