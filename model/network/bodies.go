package network

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"hnn/model"
	"hnn/nn"
)

// bodiesPart is the kinetic energy of bodies of known relative masses,
//
//	T(p) = e^s sum_i |p_i|^2 / (2 m_i),
//
// with one number s to learn, zero at first: the unit of mass.
type bodiesPart[T nn.Float] struct {
	name   string
	masses []float64
	space  int
	params []T
}

func (b *bodiesPart[T]) tensors() []Tensor { return []Tensor{{b.name, []int{1}}} }
func (b *bodiesPart[T]) Size() int         { return 1 }
func (b *bodiesPart[T]) bind(params []T)   { b.params = params }
func (b *bodiesPart[T]) init(*rand.Rand)   { clear(b.params) }
func (b *bodiesPart[T]) refreshes() int    { return 0 }
func (b *bodiesPart[T]) refreshPart(int)   {}

func (b *bodiesPart[T]) pass(rows int) *bodiesPass[T] {
	n := len(b.masses) * b.space
	p := &bodiesPass[T]{bodiesPart: b, inverse: make([]T, n), g: make([]T, rows*n)}
	for i := range p.inverse {
		p.inverse[i] = T(1 / b.masses[i%len(b.masses)])
	}
	return p
}

func (b *bodiesPart[T]) NewPass(rows int) model.ScalarPass[T] { return b.pass(rows) }
func (b *bodiesPart[T]) NewPoint() model.ScalarPoint[T]       { return model.PassPoint[T]{Pass: b.pass(1)} }

type bodiesPass[T nn.Float] struct {
	*bodiesPart[T]
	inverse []T // mass of each component
	g       []T // the last gradient
	rows    int
}

func (p *bodiesPass[T]) Value(x []T) T {
	var s T
	for i, m := range p.inverse {
		s += T(m * x[i] * x[i])
	}
	return T(math.Exp(float64(p.params[0]))) * s / 2
}

func (p *bodiesPass[T]) Gradient(x, g []T, rows int) {
	p.rows = rows
	unit := T(math.Exp(float64(p.params[0])))
	n := len(p.inverse)
	for i := range rows * n {
		g[i] = unit * p.inverse[i%n] * x[i]
	}
	copy(p.g, g[:rows*n])
}

func (p *bodiesPass[T]) Adjoint(gbar, grad, xbar []T) {
	n := len(p.inverse)
	if grad != nil {
		var s T
		for i, g := range p.g[:p.rows*n] {
			s += T(gbar[i] * g) // d e^s / ds = e^s
		}
		grad[0] += s
	}
	if xbar != nil {
		unit := T(math.Exp(float64(p.params[0])))
		for i := range p.rows * n {
			xbar[i] = unit * p.inverse[i%n] * gbar[i]
		}
	}
}

// LeastDistance is the least distance between two bodies in states x, row-major, of a
// pairwise architecture: its Nearest, if it is trained on them.
func (a Architecture) LeastDistance(x []float64) float64 {
	masses, space := a.bodies()
	bodies, least := len(masses), math.Inf(1)
	for ; len(x) >= a.Dim; x = x[a.Dim:] {
		for i := range bodies {
			for j := range i {
				square := 0.0
				for at := 0; at < bodies*space; at += bodies {
					delta := x[at+i] - x[at+j]
					square += float64(delta * delta)
				}
				least = min(least, square)
			}
		}
	}
	return math.Sqrt(least)
}

// WithMasses returns a pairwise model for bodies of other masses, as many as are given,
// which move in the same space: a model trained on three bodies serves thirty. It
// shares nothing with f. A model that is no pairwise network, or a mass that is not
// positive, is an error.
func WithMasses(f *model.Form[float64], masses []float64) (*model.Form[float64], error) {
	if f.Members != nil && f.Scales == nil {
		members := make([]*model.Form[float64], len(f.Members))
		for i, m := range f.Members {
			var err error
			if members[i], err = WithMasses(m, masses); err != nil {
				return nil, err
			}
		}
		return model.Mean(members)
	}
	n := Of(f)
	if n == nil || f.Scales != nil || n.Kind() != KindPairwise || n.Inputs() > 0 || n.latent != nil {
		return nil, fmt.Errorf("model: this %s is for the number of bodies that it was trained on; one of kind %s serves any, trained by gradient steps in the data's own units", f.Kind, KindPairwise)
	}
	a := n.architecture
	_, space := a.bodies()
	a.Masses, a.Dim = masses, 2*space*len(masses)
	w, err := With(a, slices.Clone(n.params))
	if err != nil {
		return nil, err
	}
	return w.Form(), nil
}
