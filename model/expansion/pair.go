package expansion

import (
	"hnn/internal/elementary"
	"hnn/nn"
)

// Pair is a potential of the distances between bodies,
//
//	V = sum over pairs i < j of m_ij phi(|q_i - q_j|),  phi(r) = sum_k c_k s(w_k log r + b_k),
//
// so its forces sum to zero and have no torque. The positions come first in a state,
// all bodies' first coordinates, then all bodies' second ones, and so on.
type Pair struct {
	bodies, space int
	strengths     []float64 // m_ij, pair (0,1), (0,2), ..., (1,2), ...
	net           *nn.MLP[float64]
}

// NewPair returns a term for so many bodies in so many dimensions of space, with
// the given weights and biases (K each) and coefficients zero. Strengths holds m_ij for
// pairs (0,1), (0,2), ... (1,2), ...; nil means 1. It panics if the shapes do not fit.
func NewPair(bodies, space int, strengths []float64, act nn.Activation, weights, biases []float64) *Pair {
	pairs := bodies * (bodies - 1) / 2
	if strengths == nil {
		strengths = make([]float64, pairs)
		for i := range strengths {
			strengths[i] = 1
		}
	}
	if bodies < 2 || space < 1 || len(strengths) != pairs {
		panic("expansion: pairs of fewer than two bodies, or strengths not as many as pairs")
	}
	return &Pair{bodies, space, append([]float64(nil), strengths...), oneLayer(weights, biases, 1, 1, act)}
}

// Kind returns the term's name in files.
func (t *Pair) Kind() string { return kindPair }

// Size is the number of features.
func (t *Pair) Size() int { return t.net.Spec().Hidden[0] }

// Coefficients returns a copy of the coefficients (Size).
func (t *Pair) Coefficients() []float64 {
	return append([]float64(nil), t.net.Layers()[1].W...)
}

// SetCoefficients replaces the coefficients. It panics if there are not Size of them.
func (t *Pair) SetCoefficients(c []float64) {
	checkCoefficients(c, t.Size())
	copy(t.net.Layers()[1].W, c)
	t.net.Refresh()
}

// NewPass returns an evaluator with temporaries for up to rows states.
func (t *Pair) NewPass(rows int) Pass {
	n := rows * len(t.strengths)
	return &pairPass{term: t, rows: rows, tape: t.net.NewTape(n), logs: make([]float64, n), slopes: make([]float64, n)}
}

type pairPass struct {
	term         *Pair
	rows         int
	tape         *nn.Tape[float64]
	hidden       *hidden
	logs, slopes []float64 // rows x pairs: log r, d phi / d log r
}

// LogDistances writes log |q_i - q_j| of every pair (0,1), (0,2), ... of one state x to dst, one number a pair.
func (t *Pair) LogDistances(x, dst []float64) {
	pair := 0
	for i := range t.bodies {
		for j := i + 1; j < t.bodies; j++ {
			square := 0.0
			for a := range t.space {
				delta := x[a*t.bodies+i] - x[a*t.bodies+j]
				square += float64(delta * delta)
			}
			dst[pair] = elementary.Log(square) / 2
			pair++
		}
	}
}

func (p *pairPass) distances(x []float64, rows int) {
	t := p.term
	pairs, d := len(t.strengths), 2*t.bodies*t.space
	for r := range rows {
		t.LogDistances(x[r*d:], p.logs[r*pairs:(r+1)*pairs])
	}
}

func (p *pairPass) Value(x []float64) float64 {
	p.distances(x, 1)
	n := len(p.term.strengths)
	p.tape.Value(p.logs, p.slopes[:n], n)
	sum := 0.0
	for i, m := range p.term.strengths {
		sum += float64(m * p.slopes[i])
	}
	return sum
}

func (p *pairPass) AddGradient(x, g []float64, rows int) {
	t := p.term
	p.distances(x, rows)
	pairs, d := len(t.strengths), 2*t.bodies*t.space
	p.tape.Gradient(p.logs, p.slopes, nil, rows*pairs)
	for r := range rows {
		x, g := x[r*d:(r+1)*d], g[r*d:(r+1)*d]
		pair := r * pairs
		for i := range t.bodies {
			for j := i + 1; j < t.bodies; j++ {
				// d phi/dx_i = (d phi / d log r) (x_i - x_j) / r^2
				f := t.strengths[pair-r*pairs] * p.slopes[pair] * elementary.Exp(-2*p.logs[pair])
				for a := 0; a < t.space*t.bodies; a += t.bodies {
					delta := f * (x[a+i] - x[a+j])
					g[a+i] += delta
					g[a+j] -= delta
				}
				pair++
			}
		}
	}
}

func (p *pairPass) Columns(x, dst []float64, ld, rows int) {
	t := p.term
	pairs, d, k := len(t.strengths), 2*t.bodies*t.space, t.Size()
	if p.hidden == nil {
		p.hidden = newHidden(t.net, p.rows*pairs)
	}
	p.distances(x, rows)
	p.hidden.run(p.logs, rows*pairs)
	w := t.net.Layers()[0].W
	phi := make([]float64, k)
	for r := range rows {
		x, dst := x[r*d:(r+1)*d], dst[r*d*ld:]
		for i := range d {
			clear(dst[i*ld : i*ld+k])
		}
		pair := r * pairs
		for i := range t.bodies {
			for j := i + 1; j < t.bodies; j++ {
				copy(phi, p.hidden.d1[pair*k:(pair+1)*k])
				for l := range phi {
					phi[l] *= w[l]
				}
				f := t.strengths[pair-r*pairs] * elementary.Exp(-2*p.logs[pair])
				for a := 0; a < t.space*t.bodies; a += t.bodies {
					delta := f * (x[a+i] - x[a+j])
					to, from := dst[(a+i)*ld:(a+i)*ld+k], dst[(a+j)*ld:(a+j)*ld+k]
					for l, v := range phi {
						to[l] += float64(delta * v)
						from[l] -= float64(delta * v)
					}
				}
				pair++
			}
		}
	}
}

func (t *Pair) spec() termSpec {
	return termSpec{Kind: kindPair, Size: t.Size(), Activation: t.net.Spec().Activation.String(), Bodies: t.bodies, Space: t.space}
}

func (t *Pair) tensors() []Tensor {
	return []Tensor{
		{"weight", []int{t.Size(), 1}, t.net.Layers()[0].W},
		{"bias", []int{t.Size()}, t.net.Layers()[0].B},
		{"coefficient", []int{t.Size()}, t.net.Layers()[1].W},
		{"strength", []int{len(t.strengths)}, t.strengths},
	}
}
