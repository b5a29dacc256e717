package expansion

// A Monomial is x_i (J = -1), x_i^2/2 (I = J) or x_i x_j.
type Monomial struct{ I, J int }

// Quadratic is a sum of linear and quadratic monomials of the state.
type Quadratic struct {
	dim       int
	monomials []Monomial
	c         []float64
	// The gradient is b + A x.
	b, a []float64
}

// NewQuadratic returns a term of the given monomials with coefficients zero. It
// panics if a monomial has a component that a state of length dim has not.
func NewQuadratic(dim int, monomials []Monomial) *Quadratic {
	for _, m := range monomials {
		if !m.fits(dim) {
			panic("expansion: a monomial of a component that does not exist")
		}
	}
	return &Quadratic{
		dim, append([]Monomial(nil), monomials...), make([]float64, len(monomials)),
		make([]float64, dim), make([]float64, dim*dim),
	}
}

func (m Monomial) fits(dim int) bool { return m.I >= 0 && m.I < dim && m.J >= -1 && m.J < dim }

// Kind returns the term's name in files.
func (t *Quadratic) Kind() string { return kindQuadratic }

// Size is the number of monomials.
func (t *Quadratic) Size() int { return len(t.c) }

// Monomials returns the monomials, in order. They are not to be changed.
func (t *Quadratic) Monomials() []Monomial { return t.monomials }

// Coefficients returns a copy of the coefficients (Size).
func (t *Quadratic) Coefficients() []float64 { return append([]float64(nil), t.c...) }

// SetCoefficients replaces the coefficients. It panics if there are not Size of them.
func (t *Quadratic) SetCoefficients(c []float64) {
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

// NewPass returns the term itself, which needs no temporaries.
func (t *Quadratic) NewPass(int) Pass { return t }

// Value returns the term at one state (dim).
func (t *Quadratic) Value(x []float64) float64 {
	h := 0.0
	for i, v := range x[:t.dim] {
		row := 0.0
		for j, a := range t.a[i*t.dim : (i+1)*t.dim] {
			row += float64(a * x[j])
		}
		h += float64(v * (t.b[i] + row/2))
	}
	return h
}

// AddGradient adds the derivative b + A x at each of rows states (rows x dim) to g, which is as long.
func (t *Quadratic) AddGradient(x, g []float64, rows int) {
	d := t.dim
	for r := 0; r < rows*d; r += d {
		x, g := x[r:r+d], g[r:r+d]
		for i := range g {
			sum := t.b[i]
			for j, a := range t.a[i*d : (i+1)*d] {
				sum += float64(a * x[j])
			}
			g[i] += sum
		}
	}
}

// Columns writes the derivatives of the monomials: see Pass.
func (t *Quadratic) Columns(x, dst []float64, ld, rows int) {
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

func (t *Quadratic) spec() termSpec {
	pairs := make([][2]int, len(t.monomials))
	for k, m := range t.monomials {
		pairs[k] = [2]int{m.I, m.J}
	}
	return termSpec{Kind: kindQuadratic, Size: t.Size(), Monomials: pairs}
}

func (t *Quadratic) tensors() []Tensor {
	return []Tensor{{"coefficient", []int{t.Size()}, t.c}}
}
