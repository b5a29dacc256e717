package expansion

import (
	"hnn/model"
	"hnn/model/internal/embedding"
	"hnn/nn"
)

// Gain is the gain of the inputs of a Model, Dim/2 x inputs: a function of the
// positions that is linear in its coefficients,
//
//	G(q) = G_0 + sum over k of G_k s(w_k.u(q) + b_k)
//
// or G_0 alone. The input u(q) is the positions with (cos, sin) in the place of every angle.
type Gain struct {
	n, m     int // positions, inputs
	constant []float64
	net      *nn.MLP[float64]    // nil where G is constant
	angles   embedding.Embedding // of the positions
}

// NewGain returns the gain of m inputs on n momenta with the given weights (K x
// inputs of the features, row-major) and biases (K), which it copies, and coefficients zero;
// without biases G is constant. The positions marked in angles are angles, nil means none.
// It panics if the shapes do not fit each other.
func NewGain(n, m int, angles []bool, act nn.Activation, weights, biases []float64) *Gain {
	if n < 1 || m < 1 {
		panic(badTermShape)
	}
	g := &Gain{n: n, m: m, constant: make([]float64, n*m), angles: embedding.New(angles, n)}
	if len(biases) > 0 {
		g.net = oneLayer(weights, biases, g.angles.Width(), n*m, act)
	}
	return g
}

// Inputs is the number of inputs.
func (g *Gain) Inputs() int { return g.m }

// Features is K, 0 where G is constant.
func (g *Gain) Features() int {
	if g.net == nil {
		return 0
	}
	return g.net.Spec().Hidden[0]
}

// Size is the number of coefficients, 1+K for every element of G.
func (g *Gain) Size() int { return g.n * g.m * (1 + g.Features()) }

// Coefficients returns a copy of the coefficients: of every element of G, row-major, that of
// G_0 and those of the features.
func (g *Gain) Coefficients() []float64 {
	k := g.Features()
	c := make([]float64, 0, g.Size())
	for e, v := range g.constant {
		c = append(c, v)
		if k > 0 {
			c = append(c, g.net.Layers()[1].W[e*k:(e+1)*k]...)
		}
	}
	return c
}

// SetCoefficients replaces the coefficients. It panics if there are not Size of them.
// Evaluators made before see the change; none may be at work during it.
func (g *Gain) SetCoefficients(c []float64) {
	checkCoefficients(c, g.Size())
	k := g.Features()
	for e := range g.constant {
		g.constant[e] = c[e*(1+k)]
		if k > 0 {
			copy(g.net.Layers()[1].W[e*k:(e+1)*k], c[e*(1+k)+1:])
		}
	}
	if k > 0 {
		g.net.Refresh()
	}
}

// NewPoint returns an evaluator of G, row-major, at positions q, of which it takes the first.
func (g *Gain) NewPoint() func(q, to []float64) {
	if g.net == nil {
		return func(_, to []float64) { copy(to, g.constant) }
	}
	point, in := g.net.NewPoint(), make([]float64, g.angles.Width())
	return func(q, to []float64) {
		embedding.Inputs(g.angles, q, g.n, in, 1)
		point.Value(in, to)
		for e, v := range g.constant {
			to[e] += v
		}
	}
}

// NewPass returns an evaluator of G at many positions.
func (g *Gain) NewPass(int) model.GainPass[float64] { return gainPass{g, g.NewPoint()} }

type gainPass struct {
	*Gain
	point func(q, to []float64)
}

func (p gainPass) Value(q, to []float64, rows int) {
	for r := range rows {
		p.point(q[r*p.n:(r+1)*p.n], to[r*p.n*p.m:(r+1)*p.n*p.m])
	}
}

// Functions returns an evaluator of what the coefficients of an element of G multiply: 1 and
// the features at positions q, of which it takes the first.
func (g *Gain) Functions() func(q, to []float64) {
	if g.net == nil {
		return func(_, to []float64) { to[0] = 1 }
	}
	h, in := newHidden(g.net, 1), make([]float64, g.angles.Width())
	return func(q, to []float64) {
		embedding.Inputs(g.angles, q, g.n, in, 1)
		h.run(in, 1)
		to[0] = 1
		copy(to[1:], h.s)
	}
}

// SetGain gives the model inputs, whose force on the momenta is G(q) u. It keeps g, and panics
// if it is not for the model's momenta. Evaluators made before do not see the change.
func (m *Model) SetGain(g *Gain) {
	if g.n != m.dim/2 {
		panic("expansion: a gain for other momenta than the Hamiltonian's")
	}
	m.gain = g
}

// Gain returns the gain of the inputs, nil where nothing acts on the system.
func (m *Model) Gain() *Gain { return m.gain }

// Inputs is the length of u, 0 without a gain.
func (m *Model) Inputs() int {
	if m.gain == nil {
		return 0
	}
	return m.gain.m
}
