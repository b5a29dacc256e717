// Package graph learns Hamiltonians of a graph by Adam,
//
//	H = sum over coordinates of T(p) + sum over terms of w E_k(s),
//
// where s of a term is one number: a coordinate of a site, the difference of two sites, or their distance. The slopes dT/dp and dE_k/ds are
// small networks of one number each, shared by all terms of a kind, so that a graph of any size has one law. They are trained on
// derivatives, or on states alone through steps of leapfrog. fit/particles and fit/lattice say what the terms of a state are, and make
// of the slopes the laws that they also find by one solve.
package graph

import (
	"errors"
	"math/rand/v2"

	"hnn/model"
)

// Wall is no site.
const Wall = -1

// Term is one number of a state on which an energy depends.
type Term struct {
	Kind   int
	I, J   int        // sites; I is Wall of a term of J alone
	U      [3]float64 // ds/dx_J, of Space components; ds/dx_I is its negative
	S      float64
	Weight float64
	Radial bool // s is the distance of which U is the direction
}

// Graph says what the terms of a state are.
type Graph struct {
	N     int // coordinates: Space of each site
	Space int
	// Place is where component a of a site is among the coordinates.
	Place func(site, a int) int
	// Terms calls visit for all terms at positions q (N).
	Terms func(q []float64, visit func(*Term))
	// Mass is that of each coordinate (N), T = p^2/2m; nil where T is learned.
	Mass []float64
}

// Model is the slopes of a graph's energies.
type Model struct {
	Graph
	Kinetic *Slope // nil where masses are known
	Kinds   []*Slope
	Params  []float64 // of all networks, the kinetic one's first
	count   int       // of one network
}

// New has networks with the given hidden widths, one for each domain, and one for dT/dp where there are no masses.
func New(g Graph, kinetic Domain, kinds []Domain, hidden []int, seed uint64) (*Model, error) {
	if err := spec(hidden).Validate(); err != nil {
		return nil, err
	}
	m := &Model{Graph: g, count: spec(hidden).Parameters()}
	networks := len(kinds)
	if g.Mass == nil {
		networks++
	}
	if networks == 0 {
		return nil, errors.New("graph: there is nothing to learn")
	}
	m.Params = make([]float64, networks*m.count)
	rng := rand.New(rand.NewPCG(seed, 1))
	left := m.Params
	next := func(d Domain) (*Slope, error) {
		params := left[:m.count]
		left = left[m.count:]
		return newSlope(d, hidden, params, rng)
	}
	var err error
	if g.Mass == nil {
		if m.Kinetic, err = next(kinetic); err != nil {
			return nil, err
		}
	}
	for _, d := range kinds {
		f, err := next(d)
		if err != nil {
			return nil, err
		}
		m.Kinds = append(m.Kinds, f)
	}
	return m, nil
}

// slopes are all, in the order of the parameters.
func (m *Model) slopes() []*Slope {
	if m.Kinetic == nil {
		return m.Kinds
	}
	return append([]*Slope{m.Kinetic}, m.Kinds...)
}

// gathered are the terms of a kind of several states.
type gathered struct {
	terms         []Term
	first         []int // where the coordinates of a term's state begin
	s, g          []float64
	gbar, sbar, v []float64
}

// pass is the two halves of the field and their adjoints, as fit/unroll takes them.
type pass struct {
	m    *Model
	p    []float64 // of the last velocity
	rows int       // of the last force
	of   []gathered
}

func (m *Model) newPass() *model.Pass[float64] {
	p := &pass{m: m, of: make([]gathered, len(m.Kinds))}
	return &model.Pass[float64]{Velocity: p.velocity, VelocityAdjoint: p.velocityAdjoint, Force: p.force, ForceAdjoint: p.forceAdjoint}
}

func (p *pass) velocity(momenta, v []float64, rows int) {
	n := p.m.N
	p.p = append(p.p[:0], momenta[:rows*n]...)
	if p.m.Kinetic != nil {
		p.m.Kinetic.At(p.p, v)
		return
	}
	for i, q := range p.p {
		v[i] = q / p.m.Mass[i%n]
	}
}

func (p *pass) velocityAdjoint(vbar, grad, pbar []float64) {
	if p.m.Kinetic == nil {
		for i, v := range vbar {
			pbar[i] = v / p.m.Mass[i%p.m.N]
		}
		return
	}
	p.m.Kinetic.adjoint(p.p, vbar, grad[:p.m.count], pbar)
}

func (p *pass) force(q, f []float64, rows int) {
	m := p.m
	p.rows = rows
	for k := range p.of {
		o := &p.of[k]
		o.terms, o.first, o.s = o.terms[:0], o.first[:0], o.s[:0]
	}
	for r := range rows {
		m.Terms(q[r*m.N:(r+1)*m.N], func(t *Term) {
			o := &p.of[t.Kind]
			o.terms, o.first, o.s = append(o.terms, *t), append(o.first, r*m.N), append(o.s, t.S)
		})
	}
	clear(f[:rows*m.N])
	for k := range p.of {
		o := &p.of[k]
		o.g = long(o.g, len(o.s))
		m.Kinds[k].At(o.s, o.g)
		for i := range o.terms {
			t, pull := &o.terms[i], -o.g[i]*o.terms[i].Weight
			for a := range m.Space {
				f[o.first[i]+m.Place(t.J, a)] += pull * t.U[a]
				if t.I != Wall {
					f[o.first[i]+m.Place(t.I, a)] -= pull * t.U[a]
				}
			}
		}
	}
}

// long is a slice of n, the given one where it is long enough.
func long(s []float64, n int) []float64 {
	if cap(s) < n {
		return make([]float64, n)
	}
	return s[:n]
}

// forceAdjoint: the force on J is -w g(s) u with u = ds/dx_J. With b the derivative of the loss by it less that by the force on I,
// g has -w u.b, and u, where it is a direction D/|D|, -w g b.
func (p *pass) forceAdjoint(fbar, grad, qbar []float64) {
	m := p.m
	clear(qbar[:p.rows*m.N])
	at := len(m.Params) - len(m.Kinds)*m.count
	for k := range p.of {
		o := &p.of[k]
		o.gbar, o.sbar, o.v = long(o.gbar, len(o.s)), long(o.sbar, len(o.s)), long(o.v, 3*len(o.s))
		for i := range o.terms {
			t, sum := &o.terms[i], 0.0
			for a := range m.Space {
				b := fbar[o.first[i]+m.Place(t.J, a)]
				if t.I != Wall {
					b -= fbar[o.first[i]+m.Place(t.I, a)]
				}
				o.v[3*i+a] = b
				sum += t.U[a] * b
			}
			o.gbar[i] = -t.Weight * sum
		}
		m.Kinds[k].adjoint(o.s, o.gbar, grad[at+k*m.count:at+(k+1)*m.count], o.sbar)
		for i := range o.terms {
			t := &o.terms[i]
			along := -o.gbar[i] / t.Weight // u.b
			for a := range m.Space {
				x := o.sbar[i] * t.U[a]
				if t.Radial {
					x -= t.Weight * o.g[i] / t.S * (o.v[3*i+a] - t.U[a]*along)
				}
				qbar[o.first[i]+m.Place(t.J, a)] += x
				if t.I != Wall {
					qbar[o.first[i]+m.Place(t.I, a)] -= x
				}
			}
		}
	}
}
