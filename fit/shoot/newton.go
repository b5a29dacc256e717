package shoot

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"hnn/internal/posdef"
)

// unexplained is the squared residual of a number, in units of its noise, above which the field lacks something, and the last
// percent that is to be gained is worth nothing.
const unexplained = 100

// free is how many parameters are fitted.
func (p *shooting) free() int {
	if p.frozen {
		return 0
	}
	return len(p.s.Parameters)
}

// minimise takes damped Gauss-Newton steps; it returns the cost a number before and after and the covariance.
func (p *shooting) minimise() (first, last float64, covariance []float64) {
	d, free := p.s.Dim, p.free()
	numbers := 0
	for _, w := range p.parts {
		for _, v := range p.weight {
			if v > 0 {
				numbers += w.to - w.from
			}
		}
	}
	degrees := math.Max(float64(numbers-free-d*len(p.parts)), 1)
	cost, s, g, locals := p.evaluate(true)
	first = cost / degrees
	if math.IsInf(cost, 1) {
		return first, first, nil
	}
	damping := 1e-3
	for range 12 {
		moved := false
		var gain float64
		for range 6 {
			step, states, ok := p.newton(s, g, locals, damping)
			if ok {
				keep := append([]float64(nil), p.s.Parameters...)
				for i := range step {
					p.s.Parameters[i] += step[i]
				}
				p.s.changed()
				for i := range p.parts {
					for j := range d {
						p.parts[i].state[j] += states[i][j]
					}
				}
				if next, _, _, _ := p.evaluate(false); next < cost {
					// The derivatives of a motion can run away where it does not itself.
					if c, s2, g2, locals2 := p.evaluate(true); !math.IsInf(c, 1) {
						gain, moved = cost-next, true
						cost, s, g, locals = c, s2, g2, locals2
						damping = math.Max(damping/8, 1e-12)
						break
					}
				}
				copy(p.s.Parameters, keep)
				p.s.changed()
				for i := range p.parts {
					for j := range d {
						p.parts[i].state[j] -= states[i][j]
					}
				}
			}
			damping *= 8
		}
		if !moved {
			break
		}
		if p.hopeless > 0 && !p.frozen && cost > p.hopeless*degrees {
			break
		}
		if cost > unexplained*degrees && gain < 0.01*cost && !p.frozen {
			break
		}
		if gain < 1e-4*cost && (!p.finely || p.frozen || gain < 0.01*cost/degrees) {
			break
		}
	}
	last = cost / degrees
	return first, last, p.covariance(s, locals, last)
}

// reduced is the Schur complement of the windows' states.
func (p *shooting) reduced(s *mat.SymDense, locals []local, damping float64, visit func(i int, z *mat.Dense)) (*mat.Dense, bool) {
	free, d := p.free(), p.s.Dim
	out := mat.NewDense(max(free, 1), max(free, 1), nil)
	for a := range free {
		for b := range free {
			out.Set(a, b, s.At(a, b))
		}
	}
	for i, o := range locals {
		h := mat.NewSymDense(d, nil)
		for a := range d {
			for b := a; b < d; b++ {
				v := o.hxx.At(a, b)
				if a == b {
					v = v*(1+damping) + 1e-300
				}
				h.SetSym(a, b, v)
			}
		}
		c, ok := posdef.Factor(h)
		if !ok {
			return nil, false
		}
		right := mat.NewDense(d, free+1, nil)
		if free > 0 {
			right.Slice(0, d, 0, free).(*mat.Dense).Copy(o.hxt)
		}
		for a := range d {
			right.Set(a, free, o.gx.AtVec(a))
		}
		z, ok := posdef.SolveAll(c, right)
		if !ok {
			return nil, false
		}
		if free > 0 {
			var share mat.Dense
			share.Mul(o.hxt.T(), z.Slice(0, d, 0, free))
			out.Sub(out, &share)
		}
		visit(i, z)
	}
	return out, true
}

// newton solves for the steps of the coefficients and of the windows' states.
func (p *shooting) newton(s *mat.SymDense, g []float64, locals []local, damping float64) ([]float64, [][]float64, bool) {
	free, d := p.free(), p.s.Dim
	zs := make([]*mat.Dense, len(locals))
	right := append([]float64(nil), g...)
	m, ok := p.reduced(s, locals, damping, func(i int, z *mat.Dense) {
		zs[i] = z
		for a := range free {
			for b := range d {
				right[a] -= locals[i].hxt.At(b, a) * z.At(b, free)
			}
		}
	})
	if !ok {
		return nil, nil, false
	}
	step := make([]float64, free)
	if free > 0 {
		var solved bool
		if step, solved = p.parameterStep(s, m, right, damping); !solved {
			return nil, nil, false
		}
	}
	states := make([][]float64, len(locals))
	for i, z := range zs {
		states[i] = make([]float64, d)
		for j := range d {
			v := -z.At(j, free)
			for k := range free {
				v -= z.At(j, k) * step[k]
			}
			states[i][j] = v
		}
	}
	return step, states, true
}

// parameterStep solves the reduced equations m step = -right.
func (p *shooting) parameterStep(s *mat.SymDense, m *mat.Dense, right []float64, damping float64) ([]float64, bool) {
	free := len(right)
	a, unit := p.scaled(s, m, damping+1e-14)
	b := make([]float64, free)
	for i := range b {
		b[i] = -right[i] * unit[i]
	}
	step, ok := posdef.Solve(a, b)
	for i := range step {
		step[i] *= unit[i]
	}
	return step, ok
}

// scaled is m with a diagonal near one and so much added to it, and the units that make it so.
func (p *shooting) scaled(s *mat.SymDense, m *mat.Dense, added float64) (*mat.SymDense, []float64) {
	free := p.free()
	unit := make([]float64, free)
	for a := range free {
		unit[a] = 1 / math.Sqrt(s.At(a, a)+1e-300)
	}
	a, along := mat.NewSymDense(free, nil), p.along(unit)
	for i := range free {
		for j := i; j < free; j++ {
			v := m.At(i, j) * unit[i] * unit[j]
			if p.s.Homogeneous { // the scale stays: no step along the coefficients themselves
				v += along[i] * along[j]
			}
			if i == j {
				v += added
			}
			a.SetSym(i, j, v)
		}
	}
	return a, unit
}

// along is the direction of the coefficients, in the units of the normal equations, of norm 1.
func (p *shooting) along(unit []float64) []float64 {
	out, norm := make([]float64, len(unit)), 0.0
	for k, v := range p.s.Parameters {
		if p.s.sensed(k) { // it has no scale
			continue
		}
		out[k] = v / unit[k]
		norm += out[k] * out[k]
	}
	norm = math.Sqrt(norm)
	for k := range out {
		out[k] /= norm
	}
	return out
}

// covariance is the inverse of the reduced equations, times the residuals' own variance; without a known force it is that
// at a fixed scale. It is nil where there is none.
func (p *shooting) covariance(s *mat.SymDense, locals []local, cost float64) []float64 {
	free := p.free()
	if free == 0 {
		return nil
	}
	m, ok := p.reduced(s, locals, 0, func(int, *mat.Dense) {})
	if !ok {
		return nil
	}
	a, unit := p.scaled(s, m, 0)
	inverse, ok := posdef.Inverse(a)
	if !ok {
		return nil
	}
	out, along := make([]float64, free*free), p.along(unit)
	for i := range free {
		for j := range free {
			v := inverse.At(i, j)
			if p.s.Homogeneous {
				v -= along[i] * along[j] // the scale's own
			}
			if i == j {
				v = math.Max(v, 0)
			}
			out[i*free+j] = v * math.Max(cost, 1e-300) * unit[i] * unit[j]
		}
	}
	return out
}

// diagonalRoots are the roots of the diagonal of a square matrix, nil of none.
func diagonalRoots(a []float64) []float64 {
	if a == nil {
		return nil
	}
	n := int(math.Sqrt(float64(len(a)) + 0.5))
	out := make([]float64, n)
	for i := range out {
		out[i] = math.Sqrt(a[i*n+i])
	}
	return out
}
