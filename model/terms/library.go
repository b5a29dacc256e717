// Package terms is a library of functions of a state from which laws are made: products of powers of lengths with
// cosines and sines of sums of angles, with their first and second derivatives.
package terms

import (
	"math"

	"hnn/model/expr"
)

// Feature is cos or sin of a sum of angles times powers of lengths.
type Feature struct {
	Wave   []int // multiples of the positions; all zero for none
	Sine   bool  // sine, else cosine
	Powers []int // exponents of the positions; all zero for none
	// Own is any other function, which then is all there is.
	Own *Own
}

// Own is a function given as an expression, with its derivatives.
type Own struct {
	Value  *expr.Expr // of the components
	d, dd  []*expr.Expr
	weight int
}

// NewOwn makes a feature of n components of an expression.
func NewOwn(n int, e *expr.Expr) Feature {
	o := &Own{Value: e, weight: 2}
	for i := range n {
		d := e.Derivative(i)
		o.d = append(o.d, d)
		for j := range n {
			o.dd = append(o.dd, d.Derivative(j))
		}
	}
	return Feature{Wave: make([]int, n), Powers: make([]int, n), Own: o}
}

// Library is the functions of N components.
type Library struct {
	N        int
	Features []Feature
	Constant int // the place of the constant 1
}

// Options says how many features a library has.
type Options struct {
	// Distances adds powers of the distance from the origin and its logarithm, of lengths in a plane or in space.
	Distances bool
	// Waves bounds the multiples of the angles: sums with every multiple at most 1, or of absolute
	// values to Waves altogether.
	Waves int
	// Degree bounds the sum of the powers of lengths.
	Degree int
	// Differences leaves of the sums of angles the single ones and the differences of two: all that there is of rods
	// whose angles are those from a fixed direction, however many.
	Differences bool
}

// New makes the features of n components. Those marked in angles (n, nil for none) enter by their cosines and sines,
// the others by their powers.
func New(n int, angles []bool, o Options) *Library {
	l := &Library{N: n, Constant: -1}
	angle := func(i int) bool { return i < len(angles) && angles[i] }
	var powers [][]int
	each(n, 0, o.Degree, o.Degree, angle, func(p []int) { powers = append(powers, append([]int(nil), p...)) })
	length := func(i int) bool { return !angle(i) }
	waves := func(visit func(w []int)) { each(n, -o.Waves, o.Waves, n*o.Waves, length, visit) }
	if o.Differences {
		waves = func(visit func(w []int)) { differences(n, length, visit) }
	}
	waves(func(w []int) {
		most, sum, first := 0, 0, 0
		for _, v := range w {
			if first == 0 {
				first = v
			}
			most = max(most, v, -v)
			sum += max(v, -v)
		}
		if first < 0 || most > 1 && sum > o.Waves {
			return
		}
		for _, p := range powers {
			for _, sine := range []bool{false, true} {
				if sine && most == 0 {
					continue
				}
				f := Feature{Wave: append([]int(nil), w...), Sine: sine, Powers: p}
				if f.Order() == 0 {
					l.Constant = len(l.Features)
				}
				l.Features = append(l.Features, f)
			}
		}
	})
	if o.Distances {
		square := expr.Number(0)
		for i := range n {
			square = expr.Sum(square, expr.Power(expr.Variable(i), 2))
		}
		r := expr.Apply("sqrt", square)
		for _, e := range []*expr.Expr{r, expr.Apply("log", r), expr.Power(r, -1), expr.Power(square, -1), expr.Power(r, -3), expr.Power(r, 3)} {
			l.Features = append(l.Features, NewOwn(n, e))
		}
	}
	return l
}

// differences visits zero, single components and differences of two.
func differences(n int, skip func(i int) bool, visit func(v []int)) {
	v := make([]int, n)
	visit(v)
	for i := range n {
		if skip(i) {
			continue
		}
		v[i] = 1
		visit(v)
		for j := i + 1; j < n; j++ {
			if !skip(j) {
				v[j] = -1
				visit(v)
				v[j] = 0
			}
		}
		v[i] = 0
	}
}

// each visits all vectors of numbers from lo to hi, zero where skip says so, whose absolute values come to at most altogether: of
// 16 lengths of degree 3 those are 969 of 4^16.
func each(n, lo, hi, altogether int, skip func(i int) bool, visit func(v []int)) {
	v := make([]int, n)
	var at func(i, left int)
	at = func(i, left int) {
		if i == n {
			visit(v)
			return
		}
		if skip(i) {
			v[i] = 0
			at(i+1, left)
			return
		}
		for v[i] = max(lo, -left); v[i] <= min(hi, left); v[i]++ {
			at(i+1, left-max(v[i], -v[i]))
		}
		v[i] = 0
	}
	at(0, altogether)
}

// Order is 0 for the constant and grows with how fast a feature changes.
func (f Feature) Order() int {
	sum := 0
	if f.Own != nil {
		return f.Own.weight
	}
	for i := range f.Wave {
		sum += max(f.Wave[i], -f.Wave[i]) + f.Powers[i]
	}
	return sum
}

// Expr is the feature as an expression of the components.
func (f Feature) Expr() *expr.Expr {
	if f.Own != nil {
		return f.Own.Value
	}
	product := expr.Number(1)
	for i, p := range f.Powers {
		if p > 0 {
			product = expr.Product(product, expr.Power(expr.Variable(i), p))
		}
	}
	wave, waves := expr.Number(0), false
	for i, k := range f.Wave {
		if k != 0 {
			wave = expr.Sum(wave, expr.Product(expr.Number(float64(k)), expr.Variable(i)))
			waves = true
		}
	}
	if waves {
		name := "cos"
		if f.Sine {
			name = "sin"
		}
		product = expr.Product(product, expr.Apply(name, wave))
	}
	return product
}

// Text writes the feature with the names of the components, "1" for the constant.
func (f Feature) Text(names []string) string { return f.Expr().Write(expr.Text, names, 0) }

// Size is the number of features.
func (l *Library) Size() int { return len(l.Features) }

// at writes the function as feature k, as Library.At does.
func (o *Own) at(k int, q, phi, d, dd []float64) {
	phi[k] = o.Value.Eval(q)
	for i, e := range o.d {
		if d != nil {
			d[k*len(o.d)+i] = e.Eval(q)
		}
	}
	for i, e := range o.dd {
		if dd != nil {
			dd[k*len(o.dd)+i] = e.Eval(q)
		}
	}
}

// At writes the features at positions q to phi (Size) and their derivatives to d (Size x N) and dd (Size x N x N),
// where these are not nil.
func (l *Library) At(q, phi, d, dd []float64) {
	n := l.N
	for k := range l.Features {
		f := &l.Features[k]
		if o := f.Own; o != nil {
			o.at(k, q, phi, d, dd)
			continue
		}
		a := 0.0
		trig := false
		for i, w := range f.Wave {
			if w != 0 {
				a += float64(w) * q[i]
				trig = true
			}
		}
		// The wave and its first two derivatives by its argument.
		s0, s1, s2 := 1.0, 0.0, 0.0
		if trig {
			sin, cos := math.Sincos(a)
			if f.Sine {
				s0, s1, s2 = sin, cos, -sin
			} else {
				s0, s1, s2 = cos, -sin, -cos
			}
		}
		m := monomial(f.Powers, q, -1, -1)
		phi[k] = s0 * m
		if d == nil {
			continue
		}
		for i := range n {
			wi := float64(f.Wave[i])
			mi := monomial(f.Powers, q, i, -1)
			d[k*n+i] = s1*wi*m + s0*mi
			if dd == nil {
				continue
			}
			for j := i; j < n; j++ {
				wj := float64(f.Wave[j])
				v := s2*wi*wj*m + s1*(wi*monomial(f.Powers, q, j, -1)+wj*mi) + s0*monomial(f.Powers, q, i, j)
				dd[(k*n+i)*n+j], dd[(k*n+j)*n+i] = v, v
			}
		}
	}
}

// monomial is the derivative of the product of powers by components a and b, -1 for none.
func monomial(powers []int, q []float64, a, b int) float64 {
	m := 1.0
	for i, p := range powers {
		c := 1.0
		for _, by := range [2]int{a, b} {
			if by == i {
				c *= float64(p)
				p--
			}
		}
		if c == 0 {
			return 0
		}
		for range p {
			c *= q[i]
		}
		m *= c
	}
	return m
}
