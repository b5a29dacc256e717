package closedform

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"hnn/data"
	"hnn/model/expansion"
)

// offsets are trajectories whose derivatives are exact and whose states are noisy: each
// is the integral of its derivatives from an unknown offset, about which its states
// scatter.
type offsets struct {
	starts []int     // bounds of the trajectories, as data.Set.Offsets
	shape  []float64 // n x dim: the integral of the derivatives
	anchor []float64 // trajectories x dim: the mean of the states less the integral
	offset []float64 // trajectories x dim: the present estimate
	noise  float64   // standard deviation of a component of the states
	*rows            // x = offset + shape, g

	set    *data.Set
	smooth []float64 // n x dim: what cumulative makes of the integral
	lag    []float64 // n x inputs: what it leaves out of that of the inputs
}

// newOffsets anchors the trajectories of s at the mean of their states.
func newOffsets(s *data.Set) *offsets {
	d := s.Dim
	o := &offsets{starts: s.Offsets, smooth: make([]float64, len(s.X)), anchor: make([]float64, s.Trials()*d), rows: observed(s), set: s}
	o.x = slices.Clone(o.x)
	for trial := range s.Trials() {
		t, _, dx := s.Trial(trial)
		cumulative(t, dx, d, stencil, o.smooth[s.Offsets[trial]*d:s.Offsets[trial+1]*d])
		if o.inputs > 0 {
			o.lag = append(o.lag, lag(s, trial, stencil)...)
		}
	}
	o.shape = slices.Clone(o.smooth)
	o.anchorAll()
	o.offset = slices.Clone(o.anchor)
	o.place()
	return o
}

// anchorAll finds the anchors and the noise.
func (o *offsets) anchorAll() {
	d, s := o.dim, o.set
	squares, freedom := 0.0, 0
	for trial := range s.Trials() {
		t, x, _ := s.Trial(trial)
		shape := o.shape[s.Offsets[trial]*d : s.Offsets[trial+1]*d]
		anchor := o.anchor[trial*d : (trial+1)*d]
		clear(anchor)
		for i, v := range x {
			anchor[i%d] += (v - shape[i]) / float64(len(t))
		}
		for i, v := range x {
			e := v - shape[i] - anchor[i%d]
			squares += float64(e * e)
		}
		freedom += len(x) - d
	}
	if freedom > 0 {
		o.noise = math.Sqrt(squares / float64(freedom))
	}
}

// drive gives the integral the part of the inputs that cumulative leaves out of it, now that
// their gain is known better, and returns the largest move of a state relative to the noise.
// Offsets keep their distance from the anchors.
func (o *offsets) drive(gain *expansion.Gain) (moved float64) {
	d, n, m := o.dim, o.dim/2, o.inputs
	at, g, force := gain.NewPoint(), make([]float64, n*m), make([]float64, n)
	for trial := range len(o.starts) - 1 {
		clear(force)
		for r := o.starts[trial]; r < o.starts[trial+1]; r++ {
			if r > o.starts[trial] {
				// G changes little between two rows.
				at(o.x[(r-1)*d:r*d], g)
				for i := range force {
					for j := range m {
						force[i] += float64(g[i*m+j] * (o.lag[r*m+j] - o.lag[(r-1)*m+j]))
					}
				}
			}
			for i, v := range force {
				k := r*d + n + i
				v += o.smooth[k]
				moved = max(moved, math.Abs(v-o.shape[k]))
				o.shape[k] = v
			}
		}
	}
	for i, v := range o.anchor {
		o.offset[i] -= v
	}
	o.anchorAll()
	for i, v := range o.anchor {
		o.offset[i] += v
	}
	o.place()
	return moved / o.noise
}

// place moves the states to the present offsets.
func (o *offsets) place() {
	for trial := range len(o.starts) - 1 {
		for r := o.starts[trial]; r < o.starts[trial+1]; r++ {
			for i := range o.dim {
				o.x[r*o.dim+i] = o.offset[trial*o.dim+i] + o.shape[r*o.dim+i]
			}
		}
	}
}

const (
	// The rounds of Gauss-Newton after the first fit, and the part of an offset's expected
	// error below which a step counts as none.
	mostRounds   = 12
	smallestStep = 1e-2
	// The residual, relative to the field, below which the prior of the offsets is not
	// weakened further. Some directions, such as a common shift of all trajectories, are
	// known from the prior alone; it must outweigh the ridge there. The others are still
	// known far better than the prior has them.
	residualFloor = 1e-3
	// Exact derivatives bear a ridge near the rounding error of QR, and a field that is
	// smooth wants features that are.
	noisyLambda = 1e-16
	noisyScale  = 0.5
)

// fitNoisy fits coefficients and offsets together: every round solves
//
//	|M c + B delta - g|^2 / s^2 + sum over trajectories of n |offset + delta - anchor|^2 / noise^2
//
// for both, with B the derivative of the present field by the state and s the present
// residual, so that a Gauss-Newton step on the offsets knows that the coefficients will
// follow (variable projection, G. H. Golub and V. Pereyra, SIAM J. Numer. Anal. 10, 1973).
func (f *fit) fitNoisy() error {
	start := time.Now()
	o := newOffsets(someTrials(f.o.RNG, f.train, f.rowCount(f.features+f.gainUnknowns())))
	f.report.Rows = o.len()
	f.report.Scale = f.o.Scale
	if f.o.Scale == 0 {
		f.report.Scale = noisyScale
	}
	lambda := f.o.Lambda
	if lambda == 0 {
		lambda = noisyLambda
	}
	var err error
	if f.basis, err = newBasis(f.o.RNG, o.rows, f.features, f.report.Scale, f.o); err != nil {
		return err
	}
	return f.checked(start, lambda, func(lambda float64) (*solution, error) {
		o.offset = slices.Clone(o.anchor)
		o.place()
		s, err := f.rounds(o, lambda)
		f.report.Noise = o.noise
		return s, err
	})
}

// rounds runs Gauss-Newton from the anchors until the offsets rest.
func (f *fit) rounds(o *offsets, lambda float64) (*solution, error) {
	least := residualFloor * math.Sqrt(dot(o.g, o.g)/float64(len(o.g)))
	residual := 0.0 // the offsets are taken as known
	for round := 0; ; round++ {
		p := newProjected(f, o, residual)
		s, err := p.solve(lambda)
		if err != nil {
			return nil, err
		}
		step := p.update(s.c)
		f.basis.fill(s.c) // for its derivative by the state
		if o.inputs > 0 {
			step = max(step, o.drive(f.basis.h.Gain()))
		}
		if round > 0 && step < smallestStep || round == mostRounds {
			return s, nil
		}
		residual = max(p.residual, least)
	}
}

// someTrials returns as many whole trials, drawn at random, as have count rows, or all.
func someTrials(rng *rand.Rand, s *data.Set, count int) *data.Set {
	if s.Rows() <= count {
		return s
	}
	var picks []int
	for _, trial := range rng.Perm(s.Trials()) {
		if count <= 0 {
			break
		}
		picks = append(picks, trial)
		count -= s.Offsets[trial+1] - s.Offsets[trial]
	}
	slices.Sort(picks)
	some := new(data.Set)
	for _, trial := range picks {
		if err := some.Append(s.SliceTrials(trial, trial+1)); err != nil {
			panic("closedform: trials of one set do not fit each other")
		}
	}
	return some
}

// projected is the linear problem of one round. The offsets are eliminated: over every
// trajectory, the equations and the prior's are projected onto what no offset can
// explain.
type projected struct {
	f        *fit
	o        *offsets
	m        *columns
	y        []float64
	q        [][]float64 // of a trajectory: dim orthonormal columns of its equations
	r        [][]float64 // and the triangle that they came from, dim x dim
	full     *columns    // M before the projection
	fullY    []float64
	prior    []float64 // of a trajectory: the root of the prior's weight
	residual float64
}

// equations is the number of equations of a trajectory, its prior included.
func (p *projected) bounds(trial int) (lo, hi int) {
	d := p.o.dim
	return (p.o.starts[trial] + trial) * d, (p.o.starts[trial+1] + trial + 1) * d
}

// newProjected forms the problem at the present offsets. A residual of zero takes
// the offsets as known.
func newProjected(f *fit, o *offsets, residual float64) *projected {
	d, trials := o.dim, len(o.starts)-1
	_, total := (&projected{o: o}).bounds(trials - 1)
	k := f.basis.unknowns
	p := &projected{f: f, o: o, m: newColumns(total+k, k), y: make([]float64, total+k)}
	e := newExplicit(f.basis, 64)
	var b []float64
	if residual > 0 {
		b = stateDerivative(f.basis, o.rows)
	}
	for trial := range trials {
		lo, _ := p.bounds(trial)
		for at := o.starts[trial]; at < o.starts[trial+1]; at += 64 {
			n := min(64, o.starts[trial+1]-at)
			e.fill(p.m, lo+(at-o.starts[trial])*d, p.y[lo+(at-o.starts[trial])*d:], o.rows, at, n)
		}
	}
	p.full, p.fullY = p.m.clone(), slices.Clone(p.y)
	if residual == 0 {
		return p
	}
	p.q, p.r, p.prior = make([][]float64, trials), make([][]float64, trials), make([]float64, trials)
	for trial := range trials {
		n := o.starts[trial+1] - o.starts[trial]
		p.prior[trial] = residual * math.Sqrt(float64(n)) / o.noise
		lo, hi := p.bounds(trial)
		q := make([]float64, d*(hi-lo))
		for j := range d {
			column := q[j*(hi-lo) : (j+1)*(hi-lo)]
			for i := range n * d {
				column[i] = b[(o.starts[trial]*d+i)*d+j]
			}
			column[n*d+j] = p.prior[trial]
			p.fullY[hi-d+j] = p.prior[trial] * (o.anchor[trial*d+j] - o.offset[trial*d+j])
		}
		p.r[trial] = orthonormalise(q, hi-lo, d)
		p.q[trial] = q
	}
	copy(p.y, p.fullY)
	for trial := range trials {
		lo, hi := p.bounds(trial)
		project(p.q[trial], p.y[lo:hi])
	}
	f.pool.Run(k, func(_, u int) {
		for trial := range trials {
			lo, hi := p.bounds(trial)
			project(p.q[trial], p.m.column(u)[lo:hi])
		}
	})
	return p
}

// project subtracts from v its part in the span of the orthonormal columns of q.
func project(q, v []float64) {
	for len(q) > 0 {
		subtract(v, q, dot(v, q))
		q = q[len(v):]
	}
}

// orthonormalise replaces d columns of n numbers by orthonormal ones with the same span,
// by Gram and Schmidt, and returns the triangle R (d x d) with Q R = B. (The prior keeps
// them independent.)
func orthonormalise(b []float64, n, d int) []float64 {
	r := make([]float64, d*d)
	for j := range d {
		v := b[j*n : (j+1)*n]
		for range 2 {
			for i := range j {
				s := dot(v, b[i*n:])
				r[i*d+j] += s
				subtract(v, b[i*n:], s)
			}
		}
		r[j*d+j] = math.Sqrt(dot(v, v))
		for i := range v {
			v[i] /= r[j*d+j]
		}
	}
	return r
}

// solve returns the coefficients. It overwrites the projected equations.
func (p *projected) solve(lambda float64) (*solution, error) {
	return solveStacked(p.f.pool, p.m, p.y, len(p.y)-p.m.cols, lambda)
}

// update moves the offsets by what the solution leaves to them, and returns the
// largest move relative to the expected error of an offset.
func (p *projected) update(c []float64) (step float64) {
	d, trials := p.o.dim, len(p.o.starts)-1
	equations := len(p.fullY) - len(c)
	left := slices.Clone(p.fullY[:equations])
	for u, v := range c {
		subtract(left, p.full.column(u), v)
	}
	freedom := equations - trials*d // the prior's equations determine as many offsets
	squares := 0.0
	for trial := range trials {
		lo, hi := p.bounds(trial)
		v := left[lo:hi]
		if p.q != nil {
			n := p.o.starts[trial+1] - p.o.starts[trial]
			// R delta = Q^T left
			delta := make([]float64, d)
			for j := d - 1; j >= 0; j-- {
				delta[j] = dot(v, p.q[trial][j*len(v):])
				for i := j + 1; i < d; i++ {
					delta[j] -= float64(p.r[trial][j*d+i] * delta[i])
				}
				delta[j] /= p.r[trial][j*d+j]
				p.o.offset[trial*d+j] += delta[j]
				step = max(step, math.Abs(delta[j])*math.Sqrt(float64(n))/p.o.noise)
			}
			project(p.q[trial], v)
		}
		squares += dot(v[:len(v)-d], v)
	}
	p.residual = math.Sqrt(squares / float64(max(freedom-len(c), freedom/10, 1)))
	if p.q != nil {
		p.o.place()
	}
	return step
}

// stateDerivative is the derivative of the gradient that is observed, by the state:
// for every row and component a row of dim numbers, by central differences.
func stateDerivative(b *basis, r *rows) []float64 {
	d, n := r.dim, r.len()
	out := make([]float64, n*d*d)
	field := fieldOf(b.h.Field(), r)
	x, up, down := make([]float64, len(r.x)), make([]float64, len(r.x)), make([]float64, len(r.x))
	for j := range d {
		largest := 0.0
		for i := j; i < len(r.x); i += d {
			largest = max(largest, math.Abs(r.x[i]))
		}
		h := 1e-5 * max(largest, 1e-300)
		for _, side := range []struct {
			sign float64
			out  []float64
		}{{1, up}, {-1, down}} {
			copy(x, r.x)
			for i := j; i < len(x); i += d {
				x[i] += float64(side.sign * h)
			}
			field(x, side.out)
		}
		for s := 0; s < len(x); s += d {
			for i := range d / 2 {
				q, p := s+i, s+d/2+i
				out[q*d+j] = -(up[p] - down[p]) / (2 * h)
				out[p*d+j] = (up[q] - down[q]) / (2 * h)
			}
		}
	}
	return out
}
