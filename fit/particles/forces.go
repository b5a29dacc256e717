// Package particles learns the laws of pairs of particles, one for each pair of species, from forces or from positions
// and velocities alone, as functions of distance and where it is asked for of direction: the force is linear in the coefficients of all laws, so one least-squares problem gives them at once.
package particles

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"hnn/internal/qr"
	"hnn/model/particles"
)

// Data are moments of one system: vectors are N x 3.
type Data struct {
	Box   particles.Box
	Mass  []float64   // N
	Kind  []uint8     // index of the species of each particle
	Kinds int         // number of species
	Times []float64   // one a moment
	X     [][]float64 // of each moment, N x 3, unwrapped
	V     [][]float64 // nil where not known
	F     [][]float64 // nil where not known
	// Weight of each particle in the law of all distances, its charge or mass; nil for no such law.
	Weight []float64
	// TrapWeight is of each particle in the external potential, its charge or mass: there is then one potential of all species, else one of
	// each.
	TrapWeight []float64
	// Fixed says of each particle whether something holds it: its own forces and changes say nothing of the laws then; nil for none.
	Fixed []bool
}

// held says whether something holds a particle.
func (d *Data) held(i int) bool { return d.Fixed != nil && d.Fixed[i] }

// Options of a fit. Zero takes the default.
type Options struct {
	Cutoff       float64 // of the pairs' own laws, 0 for none of them
	Coefficients int     // of each law, 160
	Long         int     // coefficients of the law of all distances, 120
	Substeps     int     // of the paths between two moments, 10
	Iterations   int     // of the paths, 5
	// AngleReach is the distance within which two pairs that share a body have an energy, at most Cutoff; 0 for none.
	AngleReach  float64
	AngleRadial int // functions of each of its distances, 12
	AngleDegree int // of its polynomials of the cosine, 4
	// Trap says that an external potential is learned too, of at most the degree TrapDegree, 4, and with waves of periodic axes alone of at
	// most the order TrapWaves, by default the degree.
	Trap                  bool
	TrapDegree, TrapWaves int
	// Axis is that from which the energies of pairs depend on direction too, of any length; 0 for none.
	Axis                  [3]float64
	DirectionDegree       int // 2 or 4, by held-out moments
	DirectionCoefficients int // of each of its laws, three eighths of Coefficients
}

// Laws are what was learned: kinds x kinds, symmetric, nil where a pair of species was never within the cut-off.
type Laws struct {
	Kinds int
	Of    []*particles.Spline // kinds x kinds
	Pairs []int               // how many pairs within the cut-off were seen, kinds x kinds
	// Near is the 0.1% quantile of the distances seen within the cut-off, kinds x kinds.
	Near []float64
	// Gaps are the stretches of distance without pairs, kinds x kinds: there a law is a bridge.
	Gaps [][][2]float64
	Long *particles.LongRange // of all distances, nil for none
	// NearLong is the 0.1% quantile of the distances of pairs with weight.
	NearLong float64
	RMS      float64           // of what is left of the equations
	Grown    float64           // of Motion: RMS over the least of all iterations, well above 1 where paths did not settle
	Left     float64           // RMS as a part of that of the forces, or of the changes, for as many equations as are left by the unknowns
	Angles   *particles.Angles // nil for none
	Bends    int               // how many pairs that share a body were seen within their reach
	Typical  float64           // the median of the distances within it
	// AngleErrors are standard errors of Angles where both distances are Typical, at Grid equal steps of the cosine from -1 to 1, kinds x
	// kinds x kinds.
	AngleErrors [][]float64
	Direction   *Direction      // nil for none
	Trap        *particles.Trap // external potential, nil for none; without terms where the equations are explained as well without it
	// TrapGain is by how many times it lowers what the laws leave of the equations.
	TrapGain float64
	// TrapLoose is which part of it, of 1, the laws of pairs cannot imitate at least.
	TrapLoose float64
	// TrapErrors are standard errors of U along each axis, less U at Centre, at Grid equal parts of its range, kinds x 3.
	TrapErrors [][]float64
	// Errors are the standard errors of V and of the force at Grid equal steps from Near to the cut-off, kinds x kinds, and of the
	// force at equal steps of log r from NearLong to the farthest pair. They are those of least squares whose equations err
	// by RMS, each by itself, and of laws that are as smooth as the tension says.
	Errors    []LawErrors
	LongError []float64
}

// LawErrors are standard errors of a law.
type LawErrors struct{ V, F []float64 }

// Grid is how many equal steps there are to the places of errors.
const Grid = 100

// mostUnknowns bounds a matrix of one solve, of which it has four or so, to 0.13 GB each.
const mostUnknowns = 4000

// problem gathers the rows of the least-squares problem: R of their QR factors, and of the right side.
type problem struct {
	data         *Data
	laws         *Laws
	at           []int // where each law's coefficients begin, kinds x kinds
	n, m         int
	long         int // where those of the law of all distances begin
	bent         int // where those of angles begin, and what unknown each of the law's is
	angleUnknown []int
	trap         *particles.Trap // external potential of the highest order
	trapped, all int             // where its coefficients begin, and m with all of them
	turned       int             // where those of direction begin
	direction    *turning        // nil for none
	r            *mat.Dense      // (m+1) x (m+1): the coefficients and the right side
	fit, held    *mat.Dense      // where something is chosen by them, as r of all but every fifth moment and of those; nil for none
	tension      tension         // of the laws, and the closest pair of all
	first        float64
	parts        int // how often rows were taken
	rows         int
}

func newProblem(d *Data, o *Options) (*problem, error) {
	if o.Cutoff != 0 || d.Weight == nil && !o.Trap {
		if err := d.Box.Check(o.Cutoff); err != nil {
			return nil, err
		}
	}
	k := d.Kinds
	l := &Laws{Kinds: k, Of: make([]*particles.Spline, k*k), Pairs: make([]int, k*k), Near: make([]float64, k*k), Gaps: make([][][2]float64, k*k)}
	p := &problem{data: d, laws: l, at: make([]int, k*k), n: o.Coefficients}
	distances := make([][]float64, k*k)
	for f, x := range d.X {
		var bad error
		d.Box.Pairs(x, o.Cutoff, func(i, j int, _ [3]float64, r2 float64) {
			r := math.Sqrt(r2)
			if r == 0 && bad == nil {
				bad = &particles.OverlapError{I: j, J: i}
			}
			if d.held(i) && d.held(j) {
				return
			}
			a, b := ordered(d.Kind[i], d.Kind[j])
			distances[a*k+b] = append(distances[a*k+b], r)
		})
		if bad != nil {
			return nil, fmt.Errorf("frame %d: %w", f+1, bad)
		}
	}
	for a := range k {
		for b := a; b < k; b++ {
			seen := distances[a*k+b]
			l.Pairs[a*k+b], l.Pairs[b*k+a] = len(seen), len(seen)
			if len(seen) == 0 {
				continue
			}
			slices.Sort(seen)
			if len(seen) < 2*o.Coefficients {
				return nil, fmt.Errorf("only %d pairs of two species within the cut-off %v: too few for a law of %d coefficients; give more frames, a larger --cutoff or fewer --coefficients", len(seen), o.Cutoff, o.Coefficients)
			}
			s, err := particles.NewSpline(seen[0], o.Cutoff, o.Coefficients)
			if err != nil {
				return nil, err
			}
			l.Of[a*k+b], l.Of[b*k+a] = s, s
			if p.first == 0 || s.First < p.first {
				p.first = s.First
			}
			near := seen[len(seen)/1000]
			l.Near[a*k+b], l.Near[b*k+a] = near, near
			p.at[a*k+b], p.at[b*k+a] = p.m, p.m
			l.Gaps[a*k+b] = gaps(seen, o.Cutoff)
			l.Gaps[b*k+a] = l.Gaps[a*k+b]
			p.m += o.Coefficients
		}
	}
	if p.m == 0 && o.Cutoff != 0 {
		return nil, fmt.Errorf("no two particles are ever within the cut-off %v: give a larger --cutoff", o.Cutoff)
	}
	p.long = p.m
	if d.Weight != nil {
		if err := p.reach(o.Long); err != nil {
			return nil, err
		}
	}
	p.bent = p.m
	if o.AngleReach > 0 {
		if err := p.bend(o); err != nil {
			return nil, err
		}
	}
	p.turned = p.m
	if o.Axis != [3]float64{} {
		if err := p.turn(o); err != nil {
			return nil, err
		}
	}
	p.trapped = p.m
	if o.Trap {
		if err := p.confine(o); err != nil {
			return nil, err
		}
	}
	if p.m > mostUnknowns {
		return nil, fmt.Errorf("%d coefficients of all laws: one solve takes at most %d, for its memory; give fewer --coefficients, or lower degrees", p.m, mostUnknowns)
	}
	p.all = p.m
	p.reset()
	return p, nil
}

func (p *problem) reset() {
	p.m = p.all
	p.r, p.rows = mat.NewDense(p.m+1, p.m+1, nil), 0
	p.fit, p.held, p.parts = nil, nil, 0
}

func ordered(a, b uint8) (int, int) { return int(min(a, b)), int(max(a, b)) }

// add adds weight times the forces' functions at x to rows 3N x (m+1).
func (p *problem) add(rows *mat.Dense, top int, x []float64, weight float64) {
	k := p.data.Kinds
	raw, stride := rows.RawMatrix().Data, rows.RawMatrix().Stride
	if p.laws.Long != nil {
		p.addLong(raw, stride, top, x, weight)
	}
	if p.laws.Angles != nil {
		p.addAngles(raw, stride, top, x, weight)
	}
	if p.direction != nil {
		p.addDirection(raw, stride, top, x, weight)
	}
	if p.trap != nil {
		p.addTrap(raw, stride, top, x, weight)
	}
	cutoff := 0.0
	for _, s := range p.laws.Of {
		if s != nil {
			cutoff = s.Cutoff
		}
	}
	p.data.Box.Pairs(x, cutoff, func(i, j int, v [3]float64, r2 float64) {
		r := math.Sqrt(r2)
		q := int(p.data.Kind[i])*k + int(p.data.Kind[j])
		s := p.laws.Of[q]
		if s == nil || r == 0 {
			return
		}
		first, _, db, _ := s.Basis(max(r, s.First)) // a path may come nearer than any row
		for e, g := range db {
			if first+e >= p.n {
				break
			}
			c := p.at[q] + first + e
			for a := range 3 {
				f := -weight * g * v[a] / r
				raw[(top+3*i+a)*stride+c] += f
				raw[(top+3*j+a)*stride+c] -= f
			}
		}
	})
}

// take adds rows, whose last column is the right side, to the problem.
func (p *problem) take(rows *mat.Dense) {
	n, _ := rows.Dims()
	p.rows += n
	for i := range n {
		if p.data.held(i / 3 % len(p.data.Mass)) {
			clear(rows.RawRowView(i))
			p.rows--
		}
	}
	to := &p.r
	if p.laws.Angles != nil || p.direction != nil && p.direction.choose {
		if to = &p.fit; p.parts%5 == 1 {
			to = &p.held
		}
		p.parts++
	}
	if *to == nil {
		*to = mat.NewDense(p.m+1, p.m+1, nil)
	}
	qr.Absorb(*to, rows)
}

// whole puts r together where it is held in two parts.
func (p *problem) whole() {
	switch {
	case p.held != nil:
		p.r = qr.Stacked(p.fit, p.held)
	case p.fit != nil:
		p.r = p.fit
	}
}

// solve gives the laws their coefficients.
func (p *problem) solve() error {
	p.whole()
	largest := 0.0
	for c := range p.m {
		largest = max(largest, mat.Norm(p.r.ColView(c), 2))
	}
	if largest == 0 {
		return errors.New("the forces say nothing of the laws")
	}
	if p.trap != nil {
		if err := p.order(); err != nil {
			return err
		}
	}
	m := p.m
	p.laws.RMS = math.Abs(p.r.At(m, m)) / math.Sqrt(float64(p.rows))
	if p.rows <= m {
		return fmt.Errorf("%d equations, three a particle and frame, for %d coefficients of the laws: give more frames or fewer --coefficients", p.rows, m)
	}
	p.laws.Left = math.Abs(p.r.At(m, m)) / mat.Norm(p.r.ColView(m), 2) * math.Sqrt(float64(p.rows)/float64(p.rows-m))
	weight := weights[0]
	if p.laws.Angles != nil {
		weight = weights[2]
	}
	p.choose(weight, largest)
	if p.laws.Angles != nil {
		weight = p.weight(largest)
	}
	if p.direction != nil {
		p.chooseDegree(weight, largest)
	}
	factor := qr.Stacked(p.r, p.smooth(weight, largest))
	c := qr.Solve(factor)
	for _, v := range c {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return errors.New("the laws cannot be solved for: the equations are not finite; rescale them")
		}
	}
	for q, s := range p.laws.Of {
		if s != nil {
			for i := range s.C {
				s.C[i] = c[p.at[q]+i]
			}
		}
	}
	if l := p.laws.Long; l != nil {
		for i := range l.C {
			l.C[i] = c[p.long+i]
		}
		if err := l.Complete(); err != nil {
			return err
		}
	}
	if a := p.laws.Angles; a != nil {
		for i, u := range p.angleUnknown {
			a.C[i] = c[u]
		}
	}
	if t := p.laws.Trap; t != nil {
		for i := range t.C {
			t.C[i] = c[p.trapped+i%len(t.Terms)*t.Kinds+i/len(t.Terms)]
		}
		t.Level()
	}
	if p.direction != nil {
		p.directionSolved(c)
	}
	if slices.ContainsFunc(p.laws.Gaps, func(g [][2]float64) bool { return g != nil }) {
		p.tension.gaps = 1
		factor = qr.Stacked(p.r, p.smooth(weight, largest))
	}
	p.errors(factor)
	return nil
}

// errors gives the laws their standard errors, of a combination b of the coefficients RMS |R^-T b|.
func (p *problem) errors(r *mat.Dense) {
	y := make([]float64, p.m)
	of := func(at, first int, b []float64, end int) float64 {
		clear(y)
		for j, v := range b {
			if first+j < end {
				y[at+first+j] = v
			}
		}
		return p.deviation(r, at, y)
	}
	p.laws.Errors = make([]LawErrors, len(p.laws.Of))
	for q, s := range p.laws.Of {
		if k := p.laws.Kinds; s == nil || q/k > q%k {
			continue
		}
		e := &p.laws.Errors[q]
		for i := range Grid + 1 {
			x := p.laws.Near[q] + (s.Cutoff-p.laws.Near[q])*float64(i)/Grid
			first, b, db, _ := s.Basis(x)
			e.V, e.F = append(e.V, of(p.at[q], first, b[:], p.n)), append(e.F, of(p.at[q], first, db[:], p.n))
		}
	}
	if l := p.laws.Long; l != nil {
		p.laws.LongError = nil
		for i := range Grid + 1 {
			x := p.laws.NearLong * math.Pow(l.Last/p.laws.NearLong, float64(i)/Grid)
			first, b, _, _ := l.Basis(min(x, l.Last))
			p.laws.LongError = append(p.laws.LongError, of(p.long, first, b[:], len(l.C))/(x*x))
		}
	}
	if p.laws.Angles != nil {
		p.angleErrors(func(y []float64) float64 { return p.deviation(r, p.bent, y) })
	}
	if p.direction != nil {
		p.directionErrors(r)
	}
	if p.laws.Trap != nil {
		p.trapErrors(func(y []float64) float64 { return p.deviation(r, p.trapped, y) })
	}
}

// deviation is the standard error of the combination y of the coefficients, 0 before at; y is overwritten.
func (p *problem) deviation(r *mat.Dense, at int, y []float64) float64 {
	sum := 0.0
	for i := at; i < p.m; i++ { // before at all are 0
		d := r.At(i, i)
		if d == 0 {
			return math.Inf(1)
		}
		y[i] /= d
		sum += y[i] * y[i]
		row := r.RawRowView(i)
		for j := i + 1; j < p.m; j++ {
			y[j] -= row[j] * y[i]
		}
	}
	return p.laws.RMS * math.Sqrt(sum)
}

func (o *Options) complete() {
	if o.Coefficients == 0 {
		o.Coefficients = 160
	}
	if o.Long == 0 {
		o.Long = 120
	}
	if o.AngleRadial == 0 {
		o.AngleRadial = 12
	}
	if o.AngleDegree == 0 {
		o.AngleDegree = 4
	}
	if o.DirectionCoefficients == 0 {
		o.DirectionCoefficients = max(o.Coefficients*3/8, 6)
	}
	if o.TrapDegree == 0 {
		o.TrapDegree = 4
	}
	if o.TrapWaves == 0 {
		o.TrapWaves = o.TrapDegree
	}
	if o.Substeps == 0 {
		o.Substeps = 10
	}
	if o.Iterations == 0 {
		o.Iterations = 5
	}
}

// Forces learns from the forces of every moment, which must be those of the laws that are asked for alone.
func Forces(d *Data, o Options) (*Laws, error) {
	o.complete()
	p, err := newProblem(d, &o)
	if err != nil {
		return nil, err
	}
	for f, x := range d.X {
		rows := mat.NewDense(len(x), p.m+1, nil)
		p.add(rows, 0, x, 1)
		for i, v := range d.F[f] {
			rows.Set(i, p.m, v)
		}
		p.take(rows)
	}
	return p.laws, p.solve()
}

// Tables are the laws for running, nil for pairs of species that were not seen; none where the cut-off is 0.
func (l *Laws) Tables(cutoff float64) []*particles.Table {
	if cutoff == 0 {
		return nil
	}
	out := make([]*particles.Table, len(l.Of))
	for q, s := range l.Of {
		if a, b := q/l.Kinds, q%l.Kinds; s != nil && a <= b {
			out[q] = particles.NewTable(s, s.First, s.Cutoff)
			out[b*l.Kinds+a] = out[q]
		}
	}
	return out
}
