package network

import (
	"math"
	"math/rand/v2"

	"hnn/internal/kernel"
	"hnn/model"
	"hnn/nn"
)

// convexPart is a convex and even function of the momenta, so that its gradient never
// drives them,
//
//	D(p) = (N(p) + N(-p)) / 2,  N(p) = sum_k c_k^2 softplus(w_k.p + b_k):
//
// softplus is convex, and so is a sum of such with weights that are no less than zero;
// what is learned is c. It has one hidden layer, the first width of the architecture.
type convexPart[T nn.Float] struct {
	name   string
	n      int
	spec   nn.Spec
	params []T // as those of the network, c in the place of its last weights
	net    *nn.MLP[T]
}

func newConvexPart[T nn.Float](a *Architecture, name string, n int) *convexPart[T] {
	return &convexPart[T]{name: name, n: n, spec: nn.Spec{In: n, Hidden: a.Hidden[:1:1], Out: 1, Activation: nn.Softplus}}
}

func (c *convexPart[T]) tensors() []Tensor {
	k := c.spec.Hidden[0]
	return []Tensor{
		{c.name + "weight", []int{k, c.n}}, {c.name + "bias", []int{k}}, {c.name + "root", []int{k}},
	}
}

func (c *convexPart[T]) Size() int { return c.spec.Parameters() }

func (c *convexPart[T]) bind(params []T) {
	net, err := nn.New[T](c.spec)
	if err != nil {
		panic("network: one with an impossible architecture exists")
	}
	c.params, c.net = params, net
}

func (c *convexPart[T]) init(rng *rand.Rand) {
	c.net.Init(rng, 1)
	copy(c.params, c.net.Params())
	roots := c.roots(c.params)
	for i, w := range roots {
		roots[i] = T(math.Sqrt(math.Abs(float64(w))))
	}
	c.refreshPart(0)
}

// roots is the part of the parameters, or of a gradient, that enters as a square.
func (c *convexPart[T]) roots(params []T) []T { return params[len(params)-c.spec.Hidden[0]:] }

func (c *convexPart[T]) refreshes() int { return 1 }

func (c *convexPart[T]) refreshPart(int) {
	copy(c.net.Params(), c.params)
	weights := c.roots(c.net.Params())
	for i, r := range weights {
		weights[i] = r * r
	}
	c.net.Refresh()
}

func (c *convexPart[T]) pass(rows int) *convexPass[T] {
	n := 2 * rows * c.n
	return &convexPass[T]{
		convexPart: c, tape: c.net.NewTape(2 * rows), both: make([]T, n), g: make([]T, n), xbar: make([]T, n),
		grad: make([]T, c.spec.Parameters()),
	}
}

func (c *convexPart[T]) NewPass(rows int) model.ScalarPass[T] { return c.pass(rows) }
func (c *convexPart[T]) NewPoint() model.ScalarPoint[T]       { return model.PassPoint[T]{Pass: c.pass(1)} }

type convexPass[T nn.Float] struct {
	*convexPart[T]
	tape          *nn.Tape[T]
	both, g, xbar []T // first of p, then of -p
	grad          []T // by the network's own parameters
	rows          int
}

func (p *convexPass[T]) mirror(x []T, rows int) {
	n := rows * p.n
	for i, v := range x[:n] {
		p.both[i], p.both[n+i] = v, -v
	}
}

func (p *convexPass[T]) Value(x []T) T {
	p.mirror(x, 1)
	var y [2]T
	p.tape.Value(p.both, y[:], 2)
	return (y[0] + y[1]) / 2
}

func (p *convexPass[T]) Gradient(x, g []T, rows int) {
	n := rows * p.n
	p.rows = rows
	p.mirror(x, rows)
	p.tape.Gradient(p.both, p.g, nil, 2*rows)
	for i := range n {
		g[i] = (p.g[i] - p.g[n+i]) / 2
	}
}

func (p *convexPass[T]) Adjoint(gbar, grad, xbar []T) {
	n := p.rows * p.n
	for i, b := range gbar[:n] {
		p.g[i], p.g[n+i] = b/2, -b/2
	}
	clear(p.grad)
	p.tape.GradientAdjoint(p.g, nil, p.grad, p.xbar)
	if grad != nil {
		d := p.roots(p.grad)
		for i, r := range p.roots(p.params) {
			d[i] *= 2 * r // of the root's square
		}
		kernel.Add(grad[:len(p.grad)], p.grad)
	}
	if xbar != nil {
		for i := range n {
			xbar[i] = p.xbar[i] - p.xbar[n+i]
		}
	}
}
