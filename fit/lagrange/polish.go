package lagrange

import (
	"math"
	"slices"

	"hnn/data"
	"hnn/fit/shoot"
	"hnn/model/lagrangian"
)

// exact is the error of rollouts below which rows without noise leave nothing to be gained: the integrator's own.
const exact = 1e-6

// Polish minimises the simulation error of the measured columns over the coefficients that are not zero (see package
// shoot). It changes l and returns the places of those coefficients and what was reached. It keeps the scale of L
// where no force fixes it, and does nothing where there is no noise and rollouts are as exact as the integrator.
func Polish(l *lagrangian.Lagrangian, s *data.Set, r *Report) ([]int, *shoot.Report) {
	r.Free, r.Polished = polish(l, s, r, nil, nil)
	polishCoupled(l, s, r)
	return r.Free, r.Polished
}

// polish is Polish by windows of given lengths, nil for those that the report or the rows say, judged by what is not fitted: see
// shoot.Options.
func polish(l *lagrangian.Lagrangian, s *data.Set, r *Report, windows []int, judge func() float64) ([]int, *shoot.Report) {
	trials, noise := measured(l, s, r), r.noise(s, l.N)
	free, priors := r.known.free(l)
	if !r.Smoothed && !r.Coarse && r.Error < exact && priors == nil {
		return free, &shoot.Report{}
	}
	longest := 0
	for _, t := range trials {
		longest = max(longest, len(t.T))
	}
	o := shoot.Options{Noise: noise, Windows: windows, Step: rollStep(r), Judge: judge, Priors: priors}
	switch {
	case windows != nil:
	case r.Windows != nil:
		o.Windows, o.Rise = r.Windows, math.Inf(1)
	default:
		o.Windows = []int{2 * r.Half}
		for w := 4 * r.Half; w < 2*longest && len(o.Windows) < 6; w *= 2 {
			o.Windows = append(o.Windows, w)
		}
	}
	before := slices.Clone(l.Coefficients)
	for known := r.known; ; {
		report := shoot.Fit(system(l, free, !r.Forced), trials, o)
		var broken bool
		if known, broken = known.hold(l.Coefficients); !broken {
			return free, report
		}
		copy(l.Coefficients, before)
		for c, v := range known.fixed {
			l.Coefficients[c] = v
		}
		free, o.Priors = known.free(l)
	}
}

// noise is that of n positions and their velocities, 0 of what was not measured or is not used.
func (r *Report) noise(s *data.Set, n int) []float64 {
	noise := append(slices.Clone(r.PositionNoise), make([]float64, n)...)
	if !s.PositionsOnly && !r.Dropped {
		copy(noise[n:], r.VelocityNoise)
	}
	return noise
}

// used are the places of the coefficients that are not zero.
func used(l *lagrangian.Lagrangian) []int {
	var places []int
	for c, v := range l.Coefficients {
		if v != 0 {
			places = append(places, c)
		}
	}
	return places
}

// measured are the trials of a set as they were observed, positions alone with room for velocities.
func measured(l *lagrangian.Lagrangian, s *data.Set, r *Report) []shoot.Trial {
	n, d := l.N, 2*l.N
	var trials []shoot.Trial
	for k := range s.Trials() {
		t, x, _ := s.Trial(k)
		o := shoot.Trial{T: t, U: s.InputSignal(k), X: x}
		if s.PositionsOnly {
			o.X = make([]float64, len(t)*d)
			for i := range t {
				copy(o.X[i*d:], x[i*n:(i+1)*n])
			}
		}
		if r.BandLimited && o.U != nil {
			if fine, err := o.U.BandLimited(2 * substeps); err == nil {
				o.U = fine
			}
		}
		if len(l.Harmonics) > 0 { // one that was found and not taken is no input
			o.U = r.Harmonic.signal(o.U, t)
		}
		trials = append(trials, o)
	}
	return trials
}

// White tests the residuals that Polish left, one result for each column of the state (2 N). See shoot.White.
func White(l *lagrangian.Lagrangian, s *data.Set, r *Report, polished *shoot.Report) []shoot.Whiteness {
	return shoot.White(polished, measured(l, s, r), 2*l.N)
}

// system is the motion with the given coefficients as parameters.
func system(l *lagrangian.Lagrangian, free []int, homogeneous bool) *shoot.System {
	d := 2 * l.N
	s := &shoot.System{Dim: d, Inputs: l.Inputs, Homogeneous: homogeneous}
	for _, c := range free {
		s.Parameters = append(s.Parameters, l.Coefficients[c])
	}
	s.Changed = func() {
		for i, c := range free {
			l.Coefficients[c] = s.Parameters[i]
		}
		s.Rate = rate(l, free)
	}
	s.Copy = func() func(x, u, dx, byX, byP []float64) bool { return rate(l, free) }
	s.Rate = rate(l, free)
	return s
}

// secondOrder makes the derivatives of (v, a) by (q, v), 2n x 2n, of those of the accelerations a by each.
func secondOrder(byX, byQ, byV []float64, n int) {
	d := 2 * n
	clear(byX)
	for i := range n {
		byX[i*d+n+i] = 1
		copy(byX[(n+i)*d:], byQ[i*n:(i+1)*n])
		copy(byX[(n+i)*d+n:], byV[i*n:(i+1)*n])
	}
}

// rate is the motion's field at the coefficients as they are, with derivatives by those given.
func rate(l *lagrangian.Lagrangian, free []int) func(x, u, dx, byX, byP []float64) bool {
	n, d := l.N, 2*l.N
	motion := l.NewMotion(free...)
	a, byQ, byV := make([]float64, n), make([]float64, n*n), make([]float64, n*n)
	column := make([]float64, n)
	return func(x, u, dx, byX, byP []float64) bool {
		q, v := x[:n], x[n:d]
		copy(dx[:n], v)
		if byX == nil {
			return motion.Acceleration(q, v, u, dx[n:d])
		}
		if !motion.Jacobian(q, v, u, dx[n:d], byQ, byV) {
			return false
		}
		copy(a, dx[n:d])
		clear(byP)
		secondOrder(byX, byQ, byV, n)
		for c, at := range free {
			motion.Derivative(at, v, a, u, column)
			copy(byP[c*d+n:], column)
		}
		return true
	}
}
