package particles

import (
	"context"
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"

	"hnn/fit/graph"
	"hnn/internal/qr"
)

// Network are the options of laws that are learned as networks by Adam, a network of one distance for each pair of species and one for
// all distances. Of numbers zero takes the default.
type Network struct {
	Hidden []int // widths
	graph.Options
	// Trajectories says that positions and velocities alone are learned from, through steps of leapfrog; else the forces are.
	Trajectories bool
}

// Adam learns the laws as networks (fit/graph), which are then written as the splines of the closed form; those have no standard errors.
// The report's root mean square is of held-out moments, relative to the forces', or to what the motion owes to them.
func Adam(ctx context.Context, d *Data, o Options, w Network) (*Laws, *graph.Report, error) {
	o.complete()
	if o.AngleReach > 0 {
		return nil, nil, errors.New("angles are learned by one solve alone: leave out Adam, or the angles")
	}
	if o.Trap {
		return nil, nil, errors.New("a trap is learned by one solve alone: leave out Adam, or the trap")
	}
	if o.Axis != [3]float64{} {
		return nil, nil, errors.New("laws of direction are learned by one solve alone: leave out Adam, or the direction")
	}
	if w.Trajectories && d.V == nil {
		return nil, nil, errors.New("without velocities no motion can be followed")
	}
	if !w.Trajectories && d.F == nil {
		return nil, nil, errors.New("there are no forces to learn from: learn from trajectories")
	}
	if d.Fixed != nil {
		return nil, nil, errors.New("some bodies are held where they are, which networks do not learn from: leave out --trainer adam")
	}
	p, err := newProblem(d, &o)
	if err != nil {
		return nil, nil, err
	}
	if w.Trajectories && w.Substeps == 0 {
		w.Substeps = o.Substeps
	}
	n := 3 * len(d.Mass)
	g := graph.Graph{N: n, Space: 3, Place: func(site, a int) int { return 3*site + a }, Mass: make([]float64, n)}
	for i := range n {
		g.Mass[i] = d.Mass[i/3]
	}
	scale := p.scale()
	var domains []graph.Domain
	kind := make([]int, len(p.laws.Of)) // of each pair of species
	for q, s := range p.laws.Of {
		if a, b := q/d.Kinds, q%d.Kinds; s != nil && a <= b {
			kind[q], kind[b*d.Kinds+a] = len(domains), len(domains)
			domains = append(domains, graph.Domain{From: s.First, To: s.Cutoff, Log: true, Cutoff: s.Cutoff, Scale: scale})
		}
	}
	long := len(domains)
	if l := p.laws.Long; l != nil {
		domains = append(domains, graph.Domain{From: l.First, To: l.Last, Log: true, Power: 2, Scale: scale * l.First * l.First})
	}
	g.Terms = func(x []float64, visit func(*graph.Term)) {
		var t graph.Term
		pair := func(kind, i, j int, v [3]float64, r2, weight float64) { // v is x_i - x_j
			r := math.Sqrt(r2)
			t = graph.Term{Kind: kind, I: j, J: i, S: r, U: [3]float64{v[0] / r, v[1] / r, v[2] / r}, Weight: weight, Radial: true}
			visit(&t)
		}
		d.Box.Pairs(x, o.Cutoff, func(i, j int, v [3]float64, r2 float64) {
			if q := int(d.Kind[i])*d.Kinds + int(d.Kind[j]); p.laws.Of[q] != nil && r2 > 0 {
				pair(kind[q], i, j, v, r2, 1)
			}
		})
		for i := range len(d.Weight) {
			for j := range i {
				v := d.Box.Difference(x, i, j)
				r2 := v[0]*v[0] + v[1]*v[1] + v[2]*v[2]
				if c := d.Weight[i] * d.Weight[j]; c != 0 && r2 > 0 {
					pair(long, i, j, v, r2, c)
				}
			}
		}
	}
	m, err := graph.New(g, graph.Domain{}, domains, w.Hidden, w.Seed)
	if err != nil {
		return nil, nil, err
	}
	t := graph.Trial{T: d.Times, Q: d.X, DP: d.F}
	for _, v := range d.V {
		momenta := make([]float64, n)
		for i := range v {
			momenta[i] = v[i] * g.Mass[i]
		}
		t.P = append(t.P, momenta)
	}
	train := m.Derivatives
	if w.Trajectories {
		train = m.Trajectories
	}
	report, err := train(ctx, []graph.Trial{t}, w.Options)
	if err != nil {
		return nil, nil, err
	}
	for q, s := range p.laws.Of {
		if a, b := q/d.Kinds, q%d.Kinds; s != nil && a <= b {
			fitted(s.C, s.First, s.Cutoff, func(r float64) (int, [6]float64) {
				first, _, db, _ := s.Basis(r)
				return first, db
			}, m.Kinds[kind[q]].At)
		}
	}
	if l := p.laws.Long; l != nil {
		fitted(l.C, l.First, l.Last, func(r float64) (int, [6]float64) { // U' = -g / r^2
			first, b, _, _ := l.Basis(r)
			for e := range b {
				b[e] /= -r * r
			}
			return first, b
		}, m.Kinds[long].At)
		if err := l.Complete(); err != nil {
			return nil, nil, err
		}
	}
	p.laws.RMS, p.laws.Left = report.Held*scale, report.Held
	p.laws.Errors = make([]LawErrors, len(p.laws.Of))
	return p.laws, report, nil
}

// scale is the root mean square of the forces, or of those by which the velocities change.
func (p *problem) scale() float64 {
	d, sum, n := p.data, 0.0, 0
	take := func(v float64) { sum, n = sum+v*v, n+1 }
	for f := range d.X {
		switch {
		case d.F != nil:
			for _, v := range d.F[f] {
				take(v)
			}
		case f > 0:
			for i := range d.V[f] {
				take(d.Mass[i/3] * (d.V[f][i] - d.V[f-1][i]) / (d.Times[f] - d.Times[f-1]))
			}
		}
	}
	return max(math.Sqrt(sum/float64(max(n, 1))), 1e-300)
}

// fitted gives a spline the coefficients by which its slope is that of a network, at eight places a function at equal steps of log r.
func fitted(c []float64, from, to float64, basis func(r float64) (int, [6]float64), slope func(s, g []float64)) {
	n := 8 * len(c)
	rows := mat.NewDense(n, len(c)+1, nil)
	r, g := make([]float64, n), make([]float64, n)
	for i := range r {
		r[i] = from * math.Pow(to/from, float64(i)/float64(n))
	}
	slope(r, g)
	for i := range r {
		first, b := basis(r[i])
		for e, v := range b {
			if first+e < len(c) {
				rows.Set(i, first+e, v*r[i]) // of dV/dlog r
			}
		}
		rows.Set(i, len(c), g[i]*r[i])
	}
	triangle := mat.NewDense(len(c)+1, len(c)+1, nil)
	qr.Absorb(triangle, rows)
	copy(c, qr.Solve(triangle))
}
