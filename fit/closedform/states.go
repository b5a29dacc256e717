package closedform

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"gonum.org/v1/gonum/interp"

	"hnn/data"
)

// integral is the least-squares problem of data without derivatives. The difference of
// neighbouring states is the integral of the field along the trajectory, for which
// the cubic spline of the data stands in; it is linear in the coefficients:
//
//	x_{n+1} - x_n = integral from t_n to t_{n+1} of f(x(t), u(t)) dt
//
// No derivative is taken of the data: a difference quotient, as the field at x_n,
// is off by half a time step, which a fit takes for friction.
type integral struct {
	m *columns // equations x unknowns, and room below for a ridge
	y []float64
}

// interval is the one that begins at row first of a trial.
type interval struct{ trial, first int }

// intervals draws at most count of the intervals between neighbouring rows, in order.
func intervals(rng *rand.Rand, s *data.Set, count int) []interval {
	var all []interval
	for trial := range s.Trials() {
		for k := range s.Offsets[trial+1] - s.Offsets[trial] - 1 {
			all = append(all, interval{trial, k})
		}
	}
	if len(all) <= count {
		return all
	}
	picks := rng.Perm(len(all))[:count]
	slices.Sort(picks)
	for i, p := range picks {
		all[i] = all[p]
	}
	return all[:count]
}

// splines are the curves through the components of every trial that an interval is of;
// nil for the others.
func splines(s *data.Set, of []interval) ([][]interp.NaturalCubic, error) {
	curves := make([][]interp.NaturalCubic, s.Trials())
	for _, v := range of {
		if curves[v.trial] != nil {
			continue
		}
		t, x, _ := s.Trial(v.trial)
		c := make([]interp.NaturalCubic, s.Dim)
		component := make([]float64, len(t))
		for i := range c {
			for n := range component {
				component[n] = x[n*s.Dim+i]
			}
			if err := c[i].Fit(t, component); err != nil {
				return nil, fmt.Errorf("closedform: a spline through trial %d: %w", v.trial, err)
			}
		}
		curves[v.trial] = c
	}
	return curves, nil
}

// newIntegral forms the problem over the given intervals.
func newIntegral(b *basis, s *data.Set, over []interval, curves [][]interp.NaturalCubic) *integral {
	d, nodes := s.Dim, len(gaussNodes)
	equations := len(over) * d
	p := &integral{newColumns(equations+b.unknowns, b.unknowns), make([]float64, equations)}
	e := newExplicit(b, nodes)
	fields := newColumns(nodes*d, b.unknowns)
	m := len(s.InputNames)
	at := &rows{dim: d, x: make([]float64, nodes*d), g: make([]float64, nodes*d), inputs: m, u: make([]float64, nodes*m)}
	given := make([]float64, nodes*d) // less the known part's gradient
	for k, v := range over {
		t, x, _ := s.Trial(v.trial)
		h, row := t[v.first+1]-t[v.first], k*d
		for g, node := range gaussNodes {
			for i := range d {
				at.x[g*d+i] = curves[v.trial][i].Predict(t[v.first] + float64(node*h))
			}
			if m > 0 {
				s.InputSignal(v.trial).Within(v.first+1, t[v.first]+float64(node*h), at.u[g*m:(g+1)*m])
			}
		}
		e.fill(fields, 0, given, at, 0, nodes)
		for u := range b.unknowns {
			from, to := fields.column(u), p.m.column(u)[row:row+d]
			for g, weight := range gaussWeights {
				for i := range to {
					to[i] += float64(h * weight * from[g*d+i])
				}
			}
		}
		x = x[v.first*d:]
		for i := range d / 2 {
			// In the order of the gradient: (-p, q).
			p.y[row+i] = x[d/2+i] - x[d+d/2+i]
			p.y[row+d/2+i] = x[d+i] - x[i]
		}
		for g, weight := range gaussWeights {
			for i := range d {
				p.y[row+i] += float64(h * weight * given[g*d+i])
			}
		}
	}
	return p
}

// fitStates fits data without derivatives. Their noise is the regression's, so the
// ridge, and the scale where it is free, are those of the least generalised
// cross-validation score.
func (f *fit) fitStates() error {
	start := time.Now()
	over := intervals(f.o.RNG, f.train, f.rowCount(f.features+f.gainUnknowns()))
	f.report.Rows = len(over)
	curves, err := splines(f.train, over)
	if err != nil {
		return err
	}
	states := &rows{dim: f.train.Dim, x: f.train.X, inputs: len(f.train.InputNames)}
	scales := Scales
	if f.o.Scale > 0 {
		scales = []float64{f.o.Scale}
	}
	var best *spectrum
	var score, lambda float64
	for _, scale := range scales {
		b, err := newBasis(f.o.RNG, states, f.features, scale, f.o)
		if err != nil {
			return err
		}
		if equations := len(over) * f.train.Dim; equations < b.unknowns {
			return fmt.Errorf("closedform: %d intervals between rows give %d equations for %d unknowns; give more rows", len(over), equations, b.unknowns)
		}
		p := newIntegral(b, f.train, over, curves)
		s, err := newSpectrum(f.pool, p.m, p.y)
		if err != nil {
			return err
		}
		l, v := s.choose()
		if f.o.Lambda > 0 {
			l, v = f.o.Lambda, s.score(f.o.Lambda)
		}
		if best == nil || v < score {
			best, score, lambda = s, v, l
			f.basis, f.report.Scale = b, scale
		}
	}
	return f.checked(start, lambda, func(lambda float64) (*solution, error) { return best.solve(lambda), nil })
}
