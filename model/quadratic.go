package model

// A Monomial is x_i (J = -1), x_i^2/2 (I = J) or x_i x_j.
type Monomial struct{ I, J int }

// QuadraticTerm is a sum of linear and quadratic monomials of the state.
type QuadraticTerm struct {
	dim       int
	monomials []Monomial
	c         []float64
	// The gradient is b + A x.
	b, a []float64
}

// NewQuadraticTerm returns a term of the given monomials with coefficients zero. It
// panics if a monomial has a component that a state of length dim has not.
func NewQuadraticTerm(dim int, monomials []Monomial) *QuadraticTerm {
	for _, m := range monomials {
		if !m.fits(dim) {
			panic("model: a monomial of a component that does not exist")
		}
	}
	return &QuadraticTerm{
		dim, append([]Monomial(nil), monomials...), make([]float64, len(monomials)),
		make([]float64, dim), make([]float64, dim*dim),
	}
}

func (m Monomial) fits(dim int) bool { return m.I >= 0 && m.I < dim && m.J >= -1 && m.J < dim }

// Kind returns TermQuadratic.
func (t *QuadraticTerm) Kind() string { return TermQuadratic }

// Size is the number of monomials.
func (t *QuadraticTerm) Size() int { return len(t.c) }

// Monomials returns the monomials, to be read only.
func (t *QuadraticTerm) Monomials() []Monomial { return t.monomials }

// Coefficients returns a copy of the coefficients.
func (t *QuadraticTerm) Coefficients() []float64 { return append([]float64(nil), t.c...) }

// SetCoefficients replaces the coefficients.
func (t *QuadraticTerm) SetCoefficients(c []float64) {
	checkCoefficients(c, len(t.c))
	copy(t.c, c)
	clear(t.b)
	clear(t.a)
	for k, m := range t.monomials {
		switch {
		case m.J < 0:
			t.b[m.I] += c[k]
		case m.I == m.J:
			t.a[m.I*t.dim+m.I] += c[k]
		default:
			t.a[m.I*t.dim+m.J] += c[k]
			t.a[m.J*t.dim+m.I] += c[k]
		}
	}
}

// NewPass returns an evaluator.
func (t *QuadraticTerm) NewPass(int) TermPass { return t }

// Value is the term at one state.
func (t *QuadraticTerm) Value(x []float64) float64 {
	h := 0.0
	for i, v := range x[:t.dim] {
		row := 0.0
		for j, a := range t.a[i*t.dim : (i+1)*t.dim] {
			row += a * x[j]
		}
		h += v * (t.b[i] + row/2)
	}
	return h
}

// AddGradient adds b + A x.
func (t *QuadraticTerm) AddGradient(x, g []float64, rows int) {
	d := t.dim
	for r := 0; r < rows*d; r += d {
		x, g := x[r:r+d], g[r:r+d]
		for i := range g {
			sum := t.b[i]
			for j, a := range t.a[i*d : (i+1)*d] {
				sum += a * x[j]
			}
			g[i] += sum
		}
	}
}

// Columns writes the derivatives of the monomials.
func (t *QuadraticTerm) Columns(x, dst []float64, ld, rows int) {
	for r := range rows {
		x, dst := x[r*t.dim:], dst[r*t.dim*ld:]
		for i := range t.dim {
			clear(dst[i*ld : i*ld+len(t.c)])
		}
		for k, m := range t.monomials {
			switch {
			case m.J < 0:
				dst[m.I*ld+k] = 1
			case m.I == m.J:
				dst[m.I*ld+k] = x[m.I]
			default:
				dst[m.I*ld+k], dst[m.J*ld+k] = x[m.J], x[m.I]
			}
		}
	}
}

func (t *QuadraticTerm) spec() termSpec {
	pairs := make([][2]int, len(t.monomials))
	for k, m := range t.monomials {
		pairs[k] = [2]int{m.I, m.J}
	}
	return termSpec{Kind: TermQuadratic, Size: t.Size(), Monomials: pairs}
}

func (t *QuadraticTerm) tensors() []float64Tensor {
	return []float64Tensor{{"coefficient", []int{t.Size()}, t.c}}
}
