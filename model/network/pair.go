package network

import (
	"math"

	"hnn/model"
	"hnn/nn"
)

// pairPart is a potential of the distances between bodies,
//
//	V(q) = sum over pairs i < j of m_i m_j phi(|q_i - q_j|),  phi(r) = n(log r) / r,
//
// with one network n for all pairs: it does not change when the bodies are moved,
// turned, mirrored, or (those of equal mass) exchanged, and it serves any number of
// bodies. Logarithm and 1/r let one network do for distances of several decades, as
// near-collisions have. Nearer than nearest n(log r) stays what it is there, but for a
// margin that makes it smooth, and phi goes on as 1/r. The positions are as in PairTerm.
type pairPart[T nn.Float] struct {
	mlp[T]
	masses     []float64
	space      int
	logNearest float64
}

func newPairPart[T nn.Float](a *Architecture, prefix string, masses []float64, space int) *pairPart[T] {
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
	return T(t.logNearest - float64(margin*tanh)), T(1 - float64(tanh*tanh)), T(2 * tanh / margin)
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

func (t *pairPart[T]) NewPass(rows int) model.ScalarPass[T] { return t.pass(rows) }
func (t *pairPart[T]) NewPoint() model.ScalarPoint[T]       { return model.PassPoint[T]{Pass: t.pass(1)} }

type pairPartPass[T nn.Float] struct {
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
					square += float64(delta * delta)
				}
				log := math.Log(square) / 2
				p.logs[pair] = T(log)
				p.inputs[pair], p.inputSlopes[pair], p.inputBends[pair] = p.input(log)
				pair++
			}
		}
	}
}

func (p *pairPartPass[T]) Value(x []T) T {
	p.distances(x, 1)
	p.tape.Value(p.inputs, p.values, len(p.strengths))
	var s T
	for i, m := range p.strengths {
		s += T(m * p.values[i] * inverse(p.logs[i]))
	}
	return s
}

func (p *pairPartPass[T]) Gradient(x, g []T, rows int) {
	n, bodies := len(p.strengths), len(p.masses)
	d := bodies * p.space
	p.rows = rows
	copy(p.x, x[:rows*d])
	p.distances(x, rows)
	p.tape.Gradient(p.inputs, p.slopes, p.values, rows*n)
	for i, value := range p.values[:rows*n] {
		p.slopes[i] = inverse(p.logs[i]) * (T(p.slopes[i]*p.inputSlopes[i]) - value)
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
func inverse[T nn.Float](log T) T { return T(math.Exp(-float64(log))) }

func inverseSquare[T nn.Float](log T) T { return T(math.Exp(-2 * float64(log))) }

// adjoint, for one pair with Delta = q_i - q_j, s = dphi/dlog r = (n' - n) / r,
// f = m s / r^2 and its cotangent c = gbar_i - gbar_j:
//
//	fbar = c.Delta;  sbar = m fbar / r^2;  nbar = -sbar / r
//	n' = u' dn/du, so (dn/du)bar = -u' nbar
//	log r gets -2 f fbar - s sbar - n' (u''/u') nbar, and u' times what the network's
//	adjoint makes of (dn/du)bar and nbar
//	Delta gets f c + (log r)bar Delta / r^2
func (p *pairPartPass[T]) Adjoint(gbar, grad, xbar []T) {
	n, bodies := len(p.strengths), len(p.masses)
	d := bodies * p.space
	for r := range p.rows {
		x, gbar := p.x[r*d:(r+1)*d], gbar[r*d:(r+1)*d]
		pair := r * n
		for i := range bodies {
			for j := i + 1; j < bodies; j++ {
				var fbar T
				for a := 0; a < d; a += bodies {
					fbar += T((gbar[a+i] - gbar[a+j]) * (x[a+i] - x[a+j]))
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
				l := T(p.inputSlopes[pair]*p.logsBar[pair]) - T(slope*p.inputBends[pair]*nbar) + 3*s*nbar/over
				l *= square
				for a := 0; a < d; a += bodies {
					delta := T(f*(gbar[a+i]-gbar[a+j])) + T(l*(x[a+i]-x[a+j]))
					xbar[a+i] += delta
					xbar[a+j] -= delta
				}
				pair++
			}
		}
	}
}
