// Package formula is a Hamiltonian given as a sum of expressions,
//
//	H(q, p) = sum over k of c_k phi_k(q, p),   dq/dt = dH/dp,   dp/dt = -dH/dq - R p + G u,
//
// R diagonal and G constant. It fits nothing: see fit/formula.
package formula

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"hnn/model"
	"hnn/model/expr"
	"hnn/ode"
)

// Kind is the kind of a Hamiltonian given as a formula.
const Kind = "hnn-formula"

// Term is one of H with its coefficient and that one's standard error. Stability is the share of resampled parts of the
// trials in which the term is chosen.
type Term struct {
	Expr             *expr.Expr // without the coefficient
	Coefficient      float64
	Error, Stability float64
}

// Formula is the field of states (q, p), N positions and as many momenta.
type Formula struct {
	N, Inputs int // numbers of positions and of inputs
	// Known is a part of H that was given, beside the terms, nil for none: nothing in it is fitted.
	Known *expr.Expr
	Terms []Term
	// Friction has a rate for each momentum, nil for none; Gain is N x Inputs. Their errors are standard errors.
	Friction, FrictionError []float64
	Gain, GainError         []float64
	// Covariance is that of Coefficients (coefficients x coefficients), nil where it is not known.
	Covariance []float64
}

// Of is the formula that a form is made of, nil for another.
func Of(f *model.Form[float64]) *Formula {
	m, _ := f.Source.(*Formula)
	return m
}

// H is the Hamiltonian as one expression.
func (f *Formula) H() *expr.Expr {
	var sum []*expr.Expr
	if f.Known != nil {
		sum = append(sum, f.Known)
	}
	for _, t := range f.Terms {
		sum = append(sum, expr.Product(expr.Number(t.Coefficient), t.Expr))
	}
	return expr.Sum(sum...)
}

// Text writes H in a syntax with the names of the columns (2 N) and inputs and, in the syntax expr.Text, the friction
// and the gain.
func (f *Formula) Text(s expr.Syntax, names, inputs []string, digits int) string {
	var b strings.Builder
	h := f.H().Write(s, names, digits)
	number := func(v float64) string { return expr.Number(v).Write(expr.Text, nil, digits) }
	if s != expr.Text {
		return h + "\n"
	}
	fmt.Fprintf(&b, "H = %s\n", h)
	for i := range f.N {
		var parts []string
		if f.Friction != nil && f.Friction[i] != 0 {
			parts = append(parts, number(-f.Friction[i])+"*"+names[f.N+i])
		}
		for j := range f.Inputs {
			parts = append(parts, number(f.Gain[i*f.Inputs+j])+"*"+inputs[j])
		}
		if parts != nil {
			fmt.Fprintf(&b, "d%s/dt = %s\n", names[f.N+i], strings.ReplaceAll(strings.Join(append([]string{"-dH/d" + names[i]}, parts...), " + "), "+ -", "- "))
		}
	}
	return b.String()
}

// evaluator is the programs of H, its gradient and its second derivatives. One is not safe for concurrent use.
type evaluator struct {
	h, gradient, second *expr.Program
	place               [][2]int // of the second derivatives that are not zero
}

func (f *Formula) compile() *evaluator {
	d, h := 2*f.N, f.H()
	e := &evaluator{h: expr.Compile(h)}
	var gradient, second []*expr.Expr
	for i := range d {
		g := h.Derivative(i)
		gradient = append(gradient, g)
		for j := range d {
			if s := g.Derivative(j); s.Op != expr.Const || s.Value != 0 {
				second, e.place = append(second, s), append(e.place, [2]int{i, j})
			}
		}
	}
	e.gradient, e.second = expr.Compile(gradient...), expr.Compile(second...)
	return e
}

// ModelForm is the model that moves by the formula.
func (f *Formula) ModelForm() *model.Form[float64] {
	n, d := f.N, 2*f.N
	e := f.compile()
	rate := func(g, x, u, dx []float64) {
		for i := range n {
			dx[i], dx[n+i] = g[n+i], -g[i]
			if f.Friction != nil {
				dx[n+i] -= f.Friction[i] * x[n+i]
			}
			if u != nil {
				for j, v := range f.Gain[i*f.Inputs : (i+1)*f.Inputs] {
					dx[n+i] += v * u[j]
				}
			}
		}
	}
	m := &model.Field{
		Kind: Kind, Parameters: len(f.Terms) + len(f.Friction) + len(f.Gain), Dim: d, Inputs: f.Inputs, Canonical: true,
		One: func() func(t float64, x, u, dx []float64) {
			p, g := e.gradient.Clone(), make([]float64, d)
			return func(_ float64, x, u, dx []float64) {
				p.At(x, g)
				rate(g, x, u, dx)
			}
		},
		Many: func() func(t, x, u, dx []float64, rows int) {
			p := e.gradient.Clone()
			var g []float64
			return func(_, x, u, dx []float64, rows int) {
				if len(g) < rows*d {
					g = make([]float64, rows*d)
				}
				p.Rows(x[:rows*d], d, g)
				for r := range rows {
					var in []float64
					if u != nil {
						in = u[r*f.Inputs : (r+1)*f.Inputs]
					}
					rate(g[r*d:(r+1)*d], x[r*d:(r+1)*d], in, dx[r*d:(r+1)*d])
				}
			}
		},
		Energy: func() func(x []float64) float64 {
			p, out := e.h.Clone(), make([]float64, 1)
			return func(x []float64) float64 {
				p.At(x, out)
				return out[0]
			}
		},
		Grad: func() func(x, g []float64) {
			p := e.gradient.Clone()
			return func(x, g []float64) { p.At(x, g) }
		},
		Jacobian: func() func(x, u, a []float64) {
			p, v := e.second.Clone(), make([]float64, len(e.place))
			return func(x, u, a []float64) {
				clear(a)
				p.At(x, v)
				for k, at := range e.place {
					if at[0] < n {
						a[(n+at[0])*d+at[1]] = -v[k]
					} else {
						a[(at[0]-n)*d+at[1]] = v[k]
					}
				}
				for i, r := range f.Friction {
					a[(n+i)*d+n+i] -= r
				}
			}
		},
	}
	if f.Friction != nil {
		m.Loss = func() func(x, dx []float64) {
			return func(x, dx []float64) {
				clear(dx[:n])
				for i, r := range f.Friction {
					dx[n+i] = -r * x[n+i]
				}
			}
		}
	} else if f.Inputs == 0 && f.separable() {
		m.Split = func() ode.Split {
			half := func(place int, sign float64) func(in, out []float64) {
				p, g, x := e.gradient.Clone(), make([]float64, d), make([]float64, d)
				for i := range x {
					x[i] = 1 // the other half does not matter
				}
				return func(in, out []float64) {
					copy(x[place:], in)
					p.At(x, g)
					for i := range out {
						out[i] = sign * g[place+i]
					}
				}
			}
			return ode.Split{Velocity: half(n, 1), Force: half(0, -1)}
		}
	}
	return model.Whole(m, f)
}

// separable reports whether no term has both positions and momenta.
func (f *Formula) separable() bool {
	for _, t := range f.Terms {
		var q, p bool
		for i := range f.N {
			q, p = q || t.Expr.Uses(i), p || t.Expr.Uses(f.N+i)
		}
		if q && p {
			return false
		}
	}
	for i := range f.N {
		for j := f.N; j < 2*f.N && f.Known != nil; j++ {
			if e := f.Known.Derivative(i).Derivative(j); e.Op != expr.Const || e.Value != 0 {
				return false
			}
		}
	}
	return true
}

// Rounded is the same formula with coefficients rounded to what their standard errors support: to the place of the second
// digit of the error.
func (f *Formula) Rounded() *Formula {
	out := *f
	out.Terms = append([]Term(nil), f.Terms...)
	for i, t := range out.Terms {
		out.Terms[i].Coefficient = rounded(t.Coefficient, t.Error)
	}
	list := func(v, errors []float64) []float64 {
		v = append([]float64(nil), v...)
		for i := range v {
			if i < len(errors) {
				v[i] = rounded(v[i], errors[i])
			}
		}
		return v
	}
	if f.Friction != nil {
		out.Friction = list(f.Friction, f.FrictionError)
	}
	out.Gain = list(f.Gain, f.GainError)
	return &out
}

// mostDigits is how many significant digits are kept at most.
const mostDigits = 7

func rounded(v, err float64) float64 {
	if v == 0 || !(err >= 0) || math.IsInf(err, 0) {
		return v
	}
	digits := mostDigits
	if err > 0 {
		digits = min(mostDigits, max(1, int(math.Floor(math.Log10(math.Abs(v))))-int(math.Floor(math.Log10(err)))+2))
	}
	r, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'e', digits-1, 64), 64)
	return r
}
