package expansion

import (
	"hnn/internal/kernel"
	"hnn/model/internal/embedding"
	"hnn/nn"
)

// oneLayer returns an MLP of one hidden layer, out linear outputs and given hidden
// weights (K x inputs, row-major) and biases (K), its output weights zero.
func oneLayer(weights, biases []float64, inputs, out int, act nn.Activation) *nn.MLP[float64] {
	k := len(biases)
	if k == 0 || len(weights) != k*inputs {
		panic(badTermShape)
	}
	net, err := nn.New[float64](nn.Spec{In: inputs, Hidden: []int{k}, Out: out, Activation: act})
	if err != nil {
		panic("expansion: features that no network has: " + err.Error())
	}
	copy(net.Layers()[0].W, weights)
	copy(net.Layers()[0].B, biases)
	net.Refresh()
	return net
}

// hidden evaluates the hidden layer of such a network and its derivative.
type hidden struct {
	net     *nn.MLP[float64]
	packed  []float64
	s, d1   []float64 // rows x K
	columns int
}

func newHidden(net *nn.MLP[float64], rows int) *hidden {
	l := net.Layers()[0]
	h := &hidden{net: net, columns: l.Out, packed: make([]float64, kernel.PackedLen[float64](l.In, l.Out))}
	kernel.PackT(h.packed, l.W, l.In, l.In, l.Out)
	h.s, h.d1 = make([]float64, rows*l.Out), make([]float64, rows*l.Out)
	return h
}

// run fills s and d1 for rows inputs u.
func (h *hidden) run(u []float64, rows int) {
	l := h.net.Layers()[0]
	kernel.MulPacked(h.s, l.Out, u, l.In, h.packed, rows, l.Out, l.In, false)
	kernel.Activate(kernel.Act(h.net.Spec().Activation), h.s, l.Out, l.B, h.d1, nil, rows, l.Out)
}

// Network is sum_k c_k s(w_k.u(x) + b_k), the features of a network with one
// hidden layer. The input u(x) is the state with (cos, sin) in the place of every
// angle.
type Network struct {
	net    *nn.MLP[float64]
	inputs embedding.Embedding
}

// NewNetwork returns a term with the given weights (K x inputs, row-major) and
// biases (K), which it copies, and coefficients zero. States have dim components, of
// which those marked in angles are angles; nil means none. It panics if the shapes
// do not fit each other.
func NewNetwork(dim int, angles []bool, act nn.Activation, weights, biases []float64) *Network {
	e := embedding.New(angles, dim)
	return &Network{oneLayer(weights, biases, e.Width(), 1, act), e}
}

// Kind returns the term's name in files.
func (t *Network) Kind() string { return kindNetwork }

// Size is the number of features.
func (t *Network) Size() int { return t.net.Spec().Hidden[0] }

// Features returns views of the weights (Size x inputs) and biases (Size), to be
// read only.
func (t *Network) Features() (weights, biases []float64, act nn.Activation) {
	l := t.net.Layers()[0]
	return l.W, l.B, t.net.Spec().Activation
}

// PlainInputs reports whether the features' input is the state itself.
func (t *Network) PlainInputs() bool { return t.inputs.Plain() }

// Coefficients returns a copy of the coefficients (Size).
func (t *Network) Coefficients() []float64 {
	return append([]float64(nil), t.net.Layers()[1].W...)
}

// SetCoefficients replaces the coefficients. It panics if there are not Size of them.
func (t *Network) SetCoefficients(c []float64) {
	checkCoefficients(c, t.Size())
	copy(t.net.Layers()[1].W, c)
	t.net.Refresh()
}

// NewPass returns an evaluator with temporaries for up to rows states.
func (t *Network) NewPass(rows int) Pass {
	n := rows * t.inputs.Width()
	return &networkPass{term: t, rows: rows, tape: t.net.NewTape(rows), u: make([]float64, n), ubar: make([]float64, n)}
}

type networkPass struct {
	term    *Network
	rows    int
	tape    *nn.Tape[float64]
	hidden  *hidden // made when Columns is first called
	u, ubar []float64
}

func (p *networkPass) Value(x []float64) float64 {
	embedding.Inputs(p.term.inputs, x, len(p.term.inputs), p.u, 1)
	var h [1]float64
	p.tape.Value(p.u, h[:], 1)
	return h[0]
}

func (p *networkPass) AddGradient(x, g []float64, rows int) {
	e := p.term.inputs
	embedding.Inputs(e, x, len(e), p.u, rows)
	p.tape.Gradient(p.u, p.ubar, nil, rows)
	embedding.PullBack(e, p.u, p.ubar, g, len(e), rows)
}

func (p *networkPass) Columns(x, dst []float64, ld, rows int) {
	if p.hidden == nil {
		p.hidden = newHidden(p.term.net, p.rows)
	}
	e, d := p.term.inputs, len(p.term.inputs)
	embedding.Inputs(e, x, d, p.u, rows)
	p.hidden.run(p.u, rows)
	k := p.term.Size()
	for r := range rows {
		addDirections(e, p.u[r*e.Width():], p.term.net.Layers()[0].W, p.hidden.d1[r*k:(r+1)*k], 1, dst[r*d*ld:], ld)
	}
}

// addDirections writes factor * s'_k * d(w_k.u)/dx_i to dst[i*ld+k] for one state.
func addDirections(e embedding.Embedding, u, weights, d1 []float64, factor float64, dst []float64, ld int) {
	width, j := e.Width(), 0
	for i, angle := range e {
		column := dst[i*ld : i*ld+len(d1)]
		for k, s := range d1 {
			column[k] = factor * s * e.Direction(i, j, u, weights[k*width:])
		}
		j++
		if angle {
			j++
		}
	}
}

func (t *Network) spec() termSpec {
	return termSpec{Kind: kindNetwork, Size: t.Size(), Activation: t.net.Spec().Activation.String(), Angles: t.inputs}
}

func (t *Network) tensors() []Tensor {
	return []Tensor{
		{"weight", []int{t.Size(), t.inputs.Width()}, t.net.Layers()[0].W},
		{"bias", []int{t.Size()}, t.net.Layers()[0].B},
		{"coefficient", []int{t.Size()}, t.net.Layers()[1].W},
	}
}
