package model

import (
	"fmt"
	"math"
	"math/rand/v2"

	"hnn/internal/kernel"
	"hnn/nn"
)

// bodiesPart is the kinetic energy of bodies of known relative masses,
//
//	T(p) = e^s sum_i |p_i|^2 / (2 m_i),
//
// with one number s to learn, zero at first: the unit of mass.
type bodiesPart[T kernel.Float] struct {
	name   string
	masses []float64
	space  int
	params []T
}

func (b *bodiesPart[T]) tensors() []Tensor { return []Tensor{{b.name, []int{1}}} }
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

func (b *bodiesPart[T]) newPass(rows int) partPass[T] { return b.pass(rows) }
func (b *bodiesPart[T]) newPoint() partPoint[T]       { return passPoint[T]{b.pass(1)} }

type bodiesPass[T kernel.Float] struct {
	*bodiesPart[T]
	inverse []T // mass of each component
	g       []T // the last gradient
	rows    int
}

func (p *bodiesPass[T]) value(x []T) T {
	var s T
	for i, m := range p.inverse {
		s += m * x[i] * x[i]
	}
	return T(math.Exp(float64(p.params[0]))) * s / 2
}

func (p *bodiesPass[T]) gradient(x, g []T, rows int) {
	p.rows = rows
	unit := T(math.Exp(float64(p.params[0])))
	n := len(p.inverse)
	for i := range rows * n {
		g[i] = unit * p.inverse[i%n] * x[i]
	}
	copy(p.g, g[:rows*n])
}

func (p *bodiesPass[T]) adjoint(gbar, grad, xbar []T) {
	n := len(p.inverse)
	if grad != nil {
		var s T
		for i, g := range p.g[:p.rows*n] {
			s += gbar[i] * g // d e^s / ds = e^s
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

// pairPart is a potential of the distances between bodies,
//
//	V(q) = sum over pairs i < j of m_i m_j phi(|q_i - q_j|),  phi(r) = n(log r) / r,
//
// with one network n for all pairs: it does not change when the bodies are moved,
// turned, mirrored, or (those of equal mass) exchanged, and it serves any number of
// bodies. Logarithm and 1/r let one network do for distances of several decades, as
// near-collisions have. Nearer than nearest n(log r) stays what it is there, but for a
// margin that makes it smooth, and phi goes on as 1/r. The positions are as in PairTerm.
type pairPart[T kernel.Float] struct {
	mlp[T]
	masses     []float64
	space      int
	logNearest float64
}

func newPairPart[T kernel.Float](a *Architecture, prefix string, masses []float64, space int) *pairPart[T] {
	return &pairPart[T]{newMLP[T](a, prefix, 1, nil, 1), masses, space, math.Log(a.Nearest)}
}

// margin is how far below logNearest the network is asked at most.
const margin = 0.1

// input is u, what the network gets for log r, with du/dlog r and the second derivative
// over the first: log r itself down to logNearest, and from there on
// logNearest - margin tanh((logNearest - log r) / margin), whose first two derivatives fit.
func (t *pairPart[T]) input(log float64) (u, slope, bend T) {
	if !(log < t.logNearest) {
		return T(log), 1, 0
	}
	tanh := math.Tanh((t.logNearest - log) / margin)
	return T(t.logNearest - margin*tanh), T(1 - tanh*tanh), T(2 * tanh / margin)
}

// pairs is the number of pairs of n bodies.
func pairs(n int) int { return n * (n - 1) / 2 }

func (t *pairPart[T]) pass(rows int) *pairPartPass[T] {
	n := rows * pairs(len(t.masses))
	p := &pairPartPass[T]{
		pairPart: t, tape: t.net.NewTape(n), x: make([]T, rows*len(t.masses)*t.space),
		logs: make([]T, n), inputs: make([]T, n), inputSlopes: make([]T, n), inputBends: make([]T, n),
		values: make([]T, n), slopes: make([]T, n),
		valuesBar: make([]T, n), slopesBar: make([]T, n), logsBar: make([]T, n),
	}
	for i, m := range t.masses {
		for _, o := range t.masses[i+1:] {
			p.strengths = append(p.strengths, T(m*o))
		}
	}
	return p
}

func (t *pairPart[T]) newPass(rows int) partPass[T] { return t.pass(rows) }
func (t *pairPart[T]) newPoint() partPoint[T]       { return passPoint[T]{t.pass(1)} }

type pairPartPass[T kernel.Float] struct {
	*pairPart[T]
	tape      *nn.Tape[T]
	strengths []T // m_i m_j
	x         []T // the positions of the last pass
	rows      int
	// rows x pairs: log r, what input makes of it, n, dn/du (after a pass dphi/dlog r), and
	// the derivatives of a loss by log r, n and dn/du.
	logs, inputs, inputSlopes, inputBends []T
	values, slopes                        []T
	logsBar, valuesBar, slopesBar         []T
}

func (p *pairPartPass[T]) distances(x []T, rows int) {
	n, d := len(p.strengths), len(p.masses)*p.space
	bodies := len(p.masses)
	for r := range rows {
		x := x[r*d : (r+1)*d]
		pair := r * n
		for i := range bodies {
			for j := i + 1; j < bodies; j++ {
				square := 0.0
				for a := 0; a < d; a += bodies {
					delta := float64(x[a+i] - x[a+j])
					square += delta * delta
				}
				log := math.Log(square) / 2
				p.logs[pair] = T(log)
				p.inputs[pair], p.inputSlopes[pair], p.inputBends[pair] = p.input(log)
				pair++
			}
		}
	}
}

func (p *pairPartPass[T]) value(x []T) T {
	p.distances(x, 1)
	p.tape.Value(p.inputs, p.values, len(p.strengths))
	var s T
	for i, m := range p.strengths {
		s += m * p.values[i] * inverse(p.logs[i])
	}
	return s
}

func (p *pairPartPass[T]) gradient(x, g []T, rows int) {
	n, bodies := len(p.strengths), len(p.masses)
	d := bodies * p.space
	p.rows = rows
	copy(p.x, x[:rows*d])
	p.distances(x, rows)
	p.tape.Gradient(p.inputs, p.slopes, p.values, rows*n)
	for i, value := range p.values[:rows*n] {
		p.slopes[i] = inverse(p.logs[i]) * (p.slopes[i]*p.inputSlopes[i] - value)
	}
	clear(g[:rows*d])
	for r := range rows {
		x, g := x[r*d:(r+1)*d], g[r*d:(r+1)*d]
		pair := r * n
		for i := range bodies {
			for j := i + 1; j < bodies; j++ {
				// d phi/dq_i = (d phi / d log r) (q_i - q_j) / r^2
				f := p.strengths[pair-r*n] * p.slopes[pair] * inverseSquare(p.logs[pair])
				for a := 0; a < d; a += bodies {
					delta := f * (x[a+i] - x[a+j])
					g[a+i] += delta
					g[a+j] -= delta
				}
				pair++
			}
		}
	}
}

// inverse is 1/r of log r.
func inverse[T kernel.Float](log T) T { return T(math.Exp(-float64(log))) }

func inverseSquare[T kernel.Float](log T) T { return T(math.Exp(-2 * float64(log))) }

// adjoint, for one pair with Delta = q_i - q_j, s = dphi/dlog r = (n' - n) / r,
// f = m s / r^2 and its cotangent c = gbar_i - gbar_j:
//
//	fbar = c.Delta;  sbar = m fbar / r^2;  nbar = -sbar / r
//	n' = u' dn/du, so (dn/du)bar = -u' nbar
//	log r gets -2 f fbar - s sbar - n' (u''/u') nbar, and u' times what the network's
//	adjoint makes of (dn/du)bar and nbar
//	Delta gets f c + (log r)bar Delta / r^2
func (p *pairPartPass[T]) adjoint(gbar, grad, xbar []T) {
	n, bodies := len(p.strengths), len(p.masses)
	d := bodies * p.space
	for r := range p.rows {
		x, gbar := p.x[r*d:(r+1)*d], gbar[r*d:(r+1)*d]
		pair := r * n
		for i := range bodies {
			for j := i + 1; j < bodies; j++ {
				var fbar T
				for a := 0; a < d; a += bodies {
					fbar += (gbar[a+i] - gbar[a+j]) * (x[a+i] - x[a+j])
				}
				l := p.logs[pair]
				nbar := -p.strengths[pair-r*n] * fbar * inverseSquare(l) * inverse(l)
				p.valuesBar[pair], p.slopesBar[pair] = nbar, -nbar*p.inputSlopes[pair]
				pair++
			}
		}
	}
	if xbar == nil {
		p.tape.GradientAdjoint(p.slopesBar, p.valuesBar, grad, nil)
		return
	}
	p.tape.GradientAdjoint(p.slopesBar, p.valuesBar, grad, p.logsBar)
	clear(xbar[:p.rows*d])
	for r := range p.rows {
		x, gbar, xbar := p.x[r*d:(r+1)*d], gbar[r*d:(r+1)*d], xbar[r*d:(r+1)*d]
		pair := r * n
		for i := range bodies {
			for j := i + 1; j < bodies; j++ {
				over, square := inverse(p.logs[pair]), inverseSquare(p.logs[pair])
				s, nbar := p.slopes[pair], p.valuesBar[pair]
				f := p.strengths[pair-r*n] * s * square
				slope := s/over + p.values[pair] // n'
				// -2 f fbar = -2 s sbar, and sbar = -r nbar.
				l := p.inputSlopes[pair]*p.logsBar[pair] - slope*p.inputBends[pair]*nbar + 3*s*nbar/over
				l *= square
				for a := 0; a < d; a += bodies {
					delta := f*(gbar[a+i]-gbar[a+j]) + l*(x[a+i]-x[a+j])
					xbar[a+i] += delta
					xbar[a+j] -= delta
				}
				pair++
			}
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
					square += delta * delta
				}
				least = min(least, square)
			}
		}
	}
	return math.Sqrt(least)
}

// WithMasses returns a pairwise model for bodies of other masses, as many as are given,
// which move in the same space: a model trained on three bodies serves thirty. It
// shares nothing with m. A model that is no pairwise network, or a mass that is not
// positive, is an error.
func WithMasses(m Model, masses []float64) (Energetic, error) {
	if members := Members(m); members != nil {
		for i, one := range members {
			w, err := WithMasses(one, masses)
			if err != nil {
				return nil, err
			}
			members[i] = w
		}
		e, err := NewEnsemble(members)
		if err != nil {
			return nil, err
		}
		return e.(Energetic), nil
	}
	p, ok := Widen(m).(*SeparableHNN[float64])
	if !ok || p.architecture.Structure&Pairwise == 0 {
		return nil, fmt.Errorf("model: this %s is for the number of bodies that it was trained on; one of kind %s serves any, trained by gradient steps in the data's own units", m.Kind(), KindPairwise)
	}
	a := p.architecture
	_, space := a.bodies()
	a.Masses, a.Dim = masses, 2*space*len(masses)
	if err := a.check(); err != nil {
		return nil, err
	}
	w, err := empty[float64](a)
	if err != nil {
		return nil, err
	}
	copy(w.Params(), p.params)
	Refresh[float64](w)
	return w.(*SeparableHNN[float64]), nil
}
