package expansion

import (
	"hnn/model/internal/embedding"
	"hnn/nn"
)

// Inertia is the Hamiltonian of a mechanism whose inertia depends on where it is,
//
//	H = V(q) + sum_i p_i^2/2 a_ii(q) + sum_{i<j} p_i p_j a_ij(q),
//
// with V and every a_ij sums of the same K features s(w_k.u(q) + b_k): the coefficients
// are V's, a_00's, a_01's, ..., a_11's, ..., K of each. The input u(q) is the position
// with (cos, sin) in the place of every angle.
type Inertia struct {
	net    *nn.MLP[float64]
	inputs embedding.Embedding // of the positions
}

// NewInertia returns a term with the given weights (K x inputs, row-major) and
// biases (K) and coefficients zero. A state has n positions and n momenta; the positions
// marked in angles are angles, nil means none. It panics if the shapes do not fit.
func NewInertia(n int, angles []bool, act nn.Activation, weights, biases []float64) *Inertia {
	e := embedding.New(angles, n)
	return &Inertia{oneLayer(weights, biases, e.Width(), 1+n*(n+1)/2, act), e}
}

// Kind returns the term's name in files.
func (t *Inertia) Kind() string { return kindInertia }

// Size is the number of features: K times the number of functions.
func (t *Inertia) Size() int { return t.net.Spec().Hidden[0] * t.net.Spec().Out }

// Coefficients returns a copy of the coefficients (Size).
func (t *Inertia) Coefficients() []float64 {
	return append([]float64(nil), t.net.Layers()[1].W...)
}

// SetCoefficients replaces the coefficients. It panics if there are not Size of them.
func (t *Inertia) SetCoefficients(c []float64) {
	checkCoefficients(c, t.Size())
	copy(t.net.Layers()[1].W, c)
	t.net.Refresh()
}

// NewPass returns an evaluator with temporaries for up to rows states.
func (t *Inertia) NewPass(rows int) Pass {
	out := t.net.Spec().Out
	return &inertiaPass{
		term: t, rows: rows, tape: t.net.NewTape(rows),
		u: make([]float64, rows*t.inputs.Width()), ubar: make([]float64, rows*t.inputs.Width()),
		y: make([]float64, rows*out), m: make([]float64, rows*out),
	}
}

type inertiaPass struct {
	term    *Inertia
	rows    int
	tape    *nn.Tape[float64]
	hidden  *hidden
	u, ubar []float64
	y, m    []float64 // the functions and what each is multiplied by
}

// factors writes 1, p_0^2/2, p_0 p_1, ... of one state.
func factors(p, m []float64) {
	m[0] = 1
	o := 1
	for i, v := range p {
		m[o] = v * v / 2
		o++
		for _, w := range p[i+1:] {
			m[o] = v * w
			o++
		}
	}
}

func (p *inertiaPass) Value(x []float64) float64 {
	n := len(p.term.inputs)
	embedding.Inputs(p.term.inputs, x, 2*n, p.u, 1)
	p.tape.Value(p.u, p.y, 1)
	out := p.term.net.Spec().Out
	factors(x[n:2*n], p.m[:out])
	sum := 0.0
	for o, m := range p.m[:out] {
		sum += float64(m * p.y[o])
	}
	return sum
}

func (p *inertiaPass) AddGradient(x, g []float64, rows int) {
	e, n, out := p.term.inputs, len(p.term.inputs), p.term.net.Spec().Out
	embedding.Inputs(e, x, 2*n, p.u, rows)
	p.tape.Value(p.u, p.y, rows)
	for r := range rows {
		momenta := x[r*2*n+n : (r+1)*2*n]
		factors(momenta, p.m[r*out:(r+1)*out])
		y, g := p.y[r*out:(r+1)*out], g[r*2*n+n:(r+1)*2*n]
		o := 1
		for i, v := range momenta {
			g[i] += float64(v * y[o])
			o++
			for j := i + 1; j < n; j++ {
				g[i] += float64(momenta[j] * y[o])
				g[j] += float64(v * y[o])
				o++
			}
		}
	}
	p.tape.ValueAdjoint(p.m, nil, p.ubar)
	embedding.PullBack(e, p.u, p.ubar, g, 2*n, rows)
}

func (p *inertiaPass) Columns(x, dst []float64, ld, rows int) {
	e, n, out := p.term.inputs, len(p.term.inputs), p.term.net.Spec().Out
	if p.hidden == nil {
		p.hidden = newHidden(p.term.net, p.rows)
	}
	embedding.Inputs(e, x, 2*n, p.u, rows)
	p.hidden.run(p.u, rows)
	w := p.term.net.Layers()[0].W
	k := p.term.net.Spec().Hidden[0]
	for r := range rows {
		s, d1 := p.hidden.s[r*k:(r+1)*k], p.hidden.d1[r*k:(r+1)*k]
		momenta, dst := x[r*2*n+n:(r+1)*2*n], dst[r*2*n*ld:]
		m := p.m[r*out : (r+1)*out]
		factors(momenta, m)
		for o, factor := range m {
			addDirections(e, p.u[r*e.Width():], w, d1, factor, dst[o*k:], ld)
		}
		for i := range n {
			clear(dst[(n+i)*ld : (n+i)*ld+out*k])
		}
		o := 1
		for i, v := range momenta {
			scaled(dst[(n+i)*ld+o*k:], s, v)
			o++
			for j := i + 1; j < n; j++ {
				scaled(dst[(n+i)*ld+o*k:], s, momenta[j])
				scaled(dst[(n+j)*ld+o*k:], s, v)
				o++
			}
		}
	}
}

func scaled(dst, s []float64, factor float64) {
	for k, v := range s {
		dst[k] = factor * v
	}
}

func (t *Inertia) spec() termSpec {
	return termSpec{Kind: kindInertia, Size: t.Size(), Activation: t.net.Spec().Activation.String(), Angles: t.inputs}
}

func (t *Inertia) tensors() []Tensor {
	spec := t.net.Spec()
	k := spec.Hidden[0]
	return []Tensor{
		{"weight", []int{k, spec.In}, t.net.Layers()[0].W},
		{"bias", []int{k}, t.net.Layers()[0].B},
		{"coefficient", []int{spec.Out, k}, t.net.Layers()[1].W},
	}
}
