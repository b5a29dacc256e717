package lagrange

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"hnn/data"
	"hnn/data/estimate"
	"hnn/data/rods"
	"hnn/fit/shoot"
	"hnn/fit/sparse"
	"hnn/model/expr"
	"hnn/model/lagrangian"
	"hnn/model/terms"
)

// linked is the problem of points that rods hold: what of M a + grad V + R v - G u lies along the rods' freedom vanishes,
//
//	P(x) (M a + grad V + R v - G u) = 0,   P = I - J^T (J J^T)^-1 J,
//
// with J the derivatives of the rods' lengths. Against test functions psi the acceleration goes onto psi P,
//
//	int -(psi' P + psi dP/dt) M v + psi P (grad V + R v - G u) dt = 0,
//
// which is linear in the masses, V, the friction and the gain; no force of a rod is in it. Rods as constraints of learned
// systems in Cartesian coordinates: Finzi, Wang and Wilson, "Simplifying Hamiltonian and Lagrangian neural networks via
// explicit constraints", 2020.
type linked struct {
	c       *rods.Linkage
	n       int // positions
	library *terms.Library
	masses  [][2]int // pairs of points whose velocities' products have a mass, (i, i) first
	rubs    bool     // a viscous friction of every point
	inputs  int
	gain    []float64 // n x inputs where it is known
}

// layout is where V, friction and gain begin among the unknowns, and how many there are.
func (f *linked) layout() (potential, friction, gain, size int) {
	potential = len(f.masses)
	friction = potential + f.library.Size() - 1
	gain = friction
	if f.rubs {
		gain += len(f.c.Columns)
	}
	size = gain
	if f.gain == nil {
		size += f.n * f.inputs
	}
	return potential, friction, gain, size
}

// feature is the library's feature of coefficient c of V.
func (f *linked) feature(c int) int {
	if c >= f.library.Constant {
		return c + 1
	}
	return c
}

// mass adds mass e times v, w of it, to out.
func (f *linked) mass(e int, w float64, v, out []float64) {
	pair := f.masses[e]
	for a := range f.c.Dim {
		i, j := f.c.Columns[pair[0]][a], f.c.Columns[pair[1]][a]
		out[i] += w * v[j]
		if i != j {
			out[j] += w * v[i]
		}
	}
}

// lagrangian is the Lagrangian of coefficients, with the features that it uses, and of each of its coefficients that is not zero
// the unknown that it is.
func (f *linked) lagrangian(theta []float64) (*lagrangian.Lagrangian, [][]int) {
	potential, friction, gain, size := f.layout()
	library := &terms.Library{N: f.n, Features: []terms.Feature{f.library.Features[f.library.Constant]}}
	var used []int
	for c := potential; c < friction; c++ {
		if theta[c] != 0 {
			used = append(used, c)
			library.Features = append(library.Features, f.library.Features[f.feature(c-potential)])
		}
	}
	form := lagrangian.Form{N: f.n, Inputs: f.inputs, Library: library, Gain: f.gain}
	for _, v := range theta[friction:gain] {
		form.Viscous = form.Viscous || v != 0
	}
	l := &lagrangian.Lagrangian{Form: form, Linkage: f.c}
	at, k := l.Layout(), library.Size()
	l.Coefficients = make([]float64, at.Size)
	tied := make([][]int, size)
	put := func(place, unknown int) {
		if theta[unknown] != 0 {
			l.Coefficients[place], tied[unknown] = theta[unknown], append(tied[unknown], place)
		}
	}
	of := map[[2]int]int{}
	for b, pair := range l.MassPairs() {
		of[pair] = b
	}
	for e, pair := range f.masses {
		for a := range f.c.Dim {
			i, j := f.c.Columns[pair[0]][a], f.c.Columns[pair[1]][a]
			put(of[[2]int{min(i, j), max(i, j)}]*k, e)
		}
	}
	for i, c := range used {
		put(at.Potential+i, c)
	}
	if form.Viscous {
		for i, point := range f.c.Columns {
			for _, c := range point {
				put(at.Viscous+c, friction+i)
			}
		}
	}
	for i := range size - gain {
		put(at.Gain+i, gain+i)
	}
	return l, tied
}

// rows forms the problem, in blocks of one window, as weakRows does, with the positions at each window's centre.
func (f *linked) rows(trials []estimate.Path, step float64, half int) (*sparse.Rows, []float64) {
	n := f.n
	potential, friction, gain, size := f.layout()
	w := &sparse.Rows{Size: size, Block: n}
	var centres []float64
	psi, rate, scale := estimate.TestFunction(half, 6, step)
	j, jv := make([]float64, len(f.c.Rods)*n), make([]float64, len(f.c.Rods)*n)
	projection := f.c.NewProjection()
	evaluator := terms.NewEvaluator(f.library)
	phi, d := make([]float64, f.library.Size()), make([]float64, f.library.Size()*n)
	one, back := make([]float64, n), make([]float64, n)
	for i := range trials {
		t := &trials[i]
		count := t.Rows(n)
		if count < len(psi) {
			continue
		}
		// Of every sample what psi' and what psi multiply, by unknowns (size x n), and the known forces.
		first, second := make([]float64, count*potential*n), make([]float64, count*size*n)
		known := make([]float64, count*n)
		for r := range count {
			q, v := t.Q[r*n:(r+1)*n], t.V[r*n:(r+1)*n]
			projection.At(q)
			f.c.Jacobian(q, f.c.Pivots, j)
			f.c.Jacobian(v, nil, jv)
			evaluator.At(q, phi, d, nil)
			p, s := first[r*potential*n:(r+1)*potential*n], second[r*size*n:(r+1)*size*n]
			for c := range size {
				to := s[c*n : (c+1)*n]
				switch {
				case c < potential:
					clear(one)
					f.mass(c, 1, v, one)
					copy(back, one)
					projection.Tangent(one)
					copy(p[c*n:(c+1)*n], one)
					projection.Turning(jv, one, back, to)
					for a, x := range to {
						to[a] = -x
					}
					continue
				case c < friction:
					copy(to, d[f.feature(c-potential)*n:(f.feature(c-potential)+1)*n])
				case c < gain:
					for _, at := range f.c.Columns[c-friction] {
						to[at] = v[at]
					}
				default:
					to[(c-gain)/f.inputs] = -t.U[r*f.inputs+(c-gain)%f.inputs]
				}
				projection.Tangent(to)
			}
			if f.gain != nil && f.inputs > 0 {
				to := known[r*n : (r+1)*n]
				for a := range n {
					for b := range f.inputs {
						to[a] += f.gain[a*f.inputs+b] * t.U[r*f.inputs+b]
					}
				}
				projection.Tangent(to)
			}
		}
		for from := 0; from+len(psi) <= count; from += max(1, half/4) {
			block, right := make([]float64, n*size), make([]float64, n)
			for k := range psi {
				a, b := -rate[k]*scale, psi[k]*scale
				r := from + k
				for c := range size {
					to := second[(r*size+c)*n : (r*size+c+1)*n]
					for e, x := range to {
						block[e*size+c] += b * x
					}
					if c < potential {
						for e, x := range first[(r*potential+c)*n : (r*potential+c+1)*n] {
							block[e*size+c] += a * x
						}
					}
				}
				for e := range n {
					right[e] += b * known[r*n+e]
				}
			}
			w.A, w.Y, w.Trial = append(w.A, block...), append(w.Y, right...), append(w.Trial, i)
			centres = append(centres, t.Q[(from+half)*n:(from+half+1)*n]...)
		}
	}
	return w, centres
}

// along is P M P + m (I - P) at positions x, m being the mean mass: M along the rods' freedom.
func (f *linked) along(p *rods.Projection, x, theta []float64) (*mat.SymDense, float64) {
	n, mean := f.n, 0.0
	for e, pair := range f.masses {
		if pair[0] == pair[1] {
			mean += theta[e] / float64(len(f.c.Columns))
		}
	}
	p.At(x)
	m := make([]float64, n*n) // row e is M P (unit e), projected
	unit := make([]float64, n)
	for e := range n {
		clear(unit)
		unit[e] = 1
		p.Tangent(unit)
		row := m[e*n : (e+1)*n]
		for c := range f.masses {
			f.mass(c, theta[c], unit, row)
		}
		p.Tangent(row)
		for i, v := range unit {
			row[i] -= mean * v
		}
		row[e] += mean
	}
	s := mat.NewSymDense(n, nil)
	for a := range n {
		for b := a; b < n; b++ {
			s.SetSym(a, b, (m[a*n+b]+m[b*n+a])/2)
		}
	}
	return s, mean
}

// accept refuses masses that are not positive along the rods' freedom, and friction that drives.
func (f *linked) accept(centres []float64) func(theta []float64) bool {
	_, friction, gain, _ := f.layout()
	return func(theta []float64) bool {
		for _, r := range theta[friction:gain] {
			if r < 0 {
				return false
			}
		}
		p, count := f.c.NewProjection(), len(centres)/f.n
		for i := 0; i < count; i += max(1, count/100) {
			s, mean := f.along(p, centres[i*f.n:(i+1)*f.n], theta)
			for a := range f.n {
				s.SetSym(a, a, s.At(a, a)-1e-3*mean)
			}
			var c mat.Cholesky
			if !(mean > 0) || !c.Factorize(s) {
				return false
			}
		}
		return true
	}
}

// whiten multiplies every block by the inverse of M along the rods' freedom: what is left is then accelerations, of equal noise.
func (f *linked) whiten(w *sparse.Rows, centres, theta []float64) {
	n, p := f.n, f.c.NewProjection()
	for i := range w.Blocks() {
		s, _ := f.along(p, centres[i*n:(i+1)*n], theta)
		var c mat.Cholesky
		if !c.Factorize(s) {
			continue
		}
		var to mat.Dense
		block := mat.NewDense(n, w.Size, w.A[i*n*w.Size:(i+1)*n*w.Size])
		right := mat.NewVecDense(n, w.Y[i*n:(i+1)*n])
		if c.SolveTo(&to, block) != nil || c.SolveVecTo(right, right) != nil {
			continue
		}
		block.Copy(&to)
	}
}

// solve fits with windows of one width.
func (f *linked) solve(p *estimate.Paths, half int) (*linkedFit, error) {
	w, centres := f.rows(p.Trials, p.Step, half)
	if w.Blocks() < 8 {
		return nil, fmt.Errorf("lagrange: trials of fewer than %d samples", 2*half+1)
	}
	potential, friction, _, size := f.layout()
	problem := &sparse.Problem{Rows: w, Accept: f.accept(centres), Groups: [][2]int{{0, potential}}, Penalty: make([]float64, size)}
	for c := range problem.Penalty {
		problem.Penalty[c] = 1
		switch {
		case c < potential:
			problem.Penalty[c] = 1e-3
		case c < friction:
			o := 1 + float64(f.library.Features[f.feature(c-potential)].Order())
			problem.Penalty[c] = o * o
		}
	}
	if f.inputs == 0 || f.gain == nil {
		problem.Constraint = make([]float64, size)
		mv, count := make([]float64, f.n), 0.0
		for i := range p.Trials {
			v := p.Trials[i].V
			for r := 0; r < len(v); r += 5 * f.n {
				for e := range potential {
					clear(mv)
					f.mass(e, 1, v[r:r+f.n], mv)
					for a, x := range mv {
						problem.Constraint[e] += x * v[r+a]
					}
				}
				count++
			}
		}
		for e := range problem.Constraint {
			problem.Constraint[e] /= count
		}
	}
	if p.Smoothed {
		dense, err := problem.Dense(1e-8)
		if err != nil {
			return nil, err
		}
		f.whiten(w, centres, dense)
	}
	c, err := problem.Choose()
	if err != nil {
		return nil, err
	}
	l, tied := f.lagrangian(c.Theta)
	return &linkedFit{l, tied, c.Path}, nil
}

// linkedFit is what a fit found, with the places of every unknown.
type linkedFit struct {
	l    *lagrangian.Lagrangian
	tied [][]int
	path []sparse.Step
}

// linkageLibraries are the functions of V that are tried: weights, then springs without a length at rest, then with one.
func linkageLibraries(c *rods.Linkage) []*terms.Library {
	n := c.Size()
	last := terms.New(n, nil, terms.Options{Degree: 2})
	ladder := []*terms.Library{terms.New(n, nil, terms.Options{Degree: 1}), last}
	with := &terms.Library{N: n, Constant: last.Constant, Features: append([]terms.Feature(nil), last.Features...)}
	tied := map[[2]int]bool{}
	for _, r := range c.Rods {
		tied[[2]int{r.From, r.To}], tied[[2]int{r.To, r.From}] = true, true
	}
	for j := range c.Columns {
		for i := -len(c.Pivots); i < j; i++ {
			if tied[[2]int{i, j}] {
				continue
			}
			square := expr.Number(0)
			for a, at := range c.Columns[j] {
				var from *expr.Expr
				if i >= 0 {
					from = expr.Variable(c.Columns[i][a])
				} else {
					from = expr.Number(c.Pivots[-1-i][a])
				}
				square = expr.Sum(square, expr.Power(expr.Sum(expr.Variable(at), expr.Product(expr.Number(-1), from)), 2))
			}
			with.Features = append(with.Features, terms.NewOwn(n, expr.Apply("sqrt", square)))
		}
	}
	if len(with.Features) > len(last.Features) {
		ladder = append(ladder, with)
	}
	return ladder
}

// FitLinkage finds the Lagrangian of points that the rods of a linkage hold: constant masses, of points and of pairs of them, V, a
// viscous friction of the points and gains. Of the options it takes Gain and Conservative. It is an error if the rows do not
// determine one.
func FitLinkage(s *data.Set, c *rods.Linkage, o Options) (*lagrangian.Lagrangian, *Report, error) {
	if err := s.Lengths(); err != nil {
		return nil, nil, err
	}
	if chunks(s) {
		s = sampled(s)
	}
	p, err := estimate.NewPaths(s, estimate.PathOptions{Velocities: !s.PositionsOnly, Rates: true})
	if err != nil {
		return nil, nil, err
	}
	if p.N != c.Size() || o.Gain != nil && len(o.Gain) != p.N*len(s.InputNames) {
		return nil, nil, errors.New("lagrange: positions or a gain of another length than the linkage's")
	}
	projection, state := c.NewProjection(), make([]float64, 2*p.N)
	for _, t := range p.Trials {
		for r := range t.Rows(p.N) {
			q, v := t.Q[r*p.N:(r+1)*p.N], t.V[r*p.N:(r+1)*p.N]
			copy(state, q)
			copy(state[p.N:], v)
			if !projection.State(state) {
				return nil, nil, fmt.Errorf("lagrange: the rods cannot be as long as they are at a row, or their loop is stretched out there")
			}
			copy(q, state)
			copy(v, state[p.N:])
		}
	}
	p.Cut(8)
	var best *linkedFit
	var report *Report
	try := func(library *terms.Library, half int, share float64) {
		f := &linked{c: c, n: p.N, library: library, rubs: !o.Conservative, inputs: len(s.InputNames), gain: o.Gain}
		for i := range c.Columns {
			f.masses = append(f.masses, [2]int{i, i})
		}
		for _, r := range c.Rods {
			if r.From >= 0 {
				f.masses = append(f.masses, [2]int{r.From, r.To})
			}
		}
		fit, err := f.solve(p, half)
		if err != nil {
			return
		}
		_, _, _, size := f.layout()
		r := &Report{Sampling: shoot.SamplingOf(p), PositionNoise: p.Noise, VelocityNoise: p.RateNoise, Dropped: p.Dropped, Half: half, Path: fit.path, Candidates: size, Forced: forced(&fit.l.Form), Scales: 1}
		for _, places := range fit.tied {
			if places != nil {
				r.Terms++
			}
		}
		r.Error = linkedSystem(fit.l, nil, false, 0).HeldOut(p)
		if best == nil || r.Error < share*report.Error {
			best, report = fit, r
		}
	}
	ladder := linkageLibraries(c)
	for _, half := range p.Halves() {
		try(ladder[0], half, 1)
	}
	for _, library := range ladder[1:] {
		half := p.Halves()[0]
		if report != nil {
			half = report.Half
		}
		try(library, half, 1/1.1)
	}
	if best == nil || math.IsNaN(report.Error) {
		return nil, nil, sparse.ErrUndetermined
	}
	report.Masses = together(c, p.Trials)
	if p.Smoothed {
		polishLinked(best, s, report)
	}
	return best.l, report, nil
}

// together is how many masses of points move the points otherwise than others do: fewer than points where rods hold these so that
// their squared velocities are multiples or sums of each other, as those of one body about a pivot.
func together(c *rods.Linkage, trials []estimate.Path) int {
	n, points := c.Size(), len(c.Columns)
	sums, row := mat.NewSymDense(points, nil), make([]float64, points)
	for i := range trials {
		for v := trials[i].V; len(v) >= n; v = v[n:] {
			for p, columns := range c.Columns {
				row[p] = 0
				for _, at := range columns {
					row[p] += v[at] * v[at]
				}
			}
			sums.SymRankOne(sums, 1, mat.NewVecDense(points, row))
		}
	}
	scaled := mat.NewSymDense(points, nil)
	for a := range points {
		for b := a; b < points; b++ {
			scaled.SetSym(a, b, sums.At(a, b)/math.Sqrt(sums.At(a, a)*sums.At(b, b)))
		}
	}
	var e mat.EigenSym
	if !e.Factorize(scaled, false) {
		return points
	}
	told := 0
	for _, v := range e.Values(nil) {
		if v > 1e-10 { // velocities are along the rods to rounding
			told++
		}
	}
	return told
}

// polishLinked minimises the simulation error of the measured columns over the masses, V, friction and gains that were taken. The
// windows' first states may leave the rods as the noise does, and are drawn onto them.
func polishLinked(f *linkedFit, s *data.Set, r *Report) {
	longest := 0
	trials := measured(f.l, s, r)
	for _, t := range trials {
		longest = max(longest, len(t.T))
	}
	o := shoot.Options{Noise: r.noise(s, f.l.N), Step: rollStep(r)}
	for w := 2 * r.Half; w < 2*longest && len(o.Windows) < 6; w *= 2 {
		o.Windows = append(o.Windows, w)
	}
	for _, places := range f.tied {
		if places != nil {
			r.Free = append(r.Free, places[0])
		}
	}
	before := slices.Clone(f.l.Coefficients)
	r.Polished = shoot.Fit(linkedSystem(f.l, f.tied, !r.Forced, drawn/r.Horizon), trials, o)
	at := f.l.Layout()
	if slices.ContainsFunc(f.l.Coefficients[at.Viscous:at.Coulomb], func(r float64) bool { return r < 0 }) {
		copy(f.l.Coefficients, before)
		r.Polished = nil
	}
}

// drawn is the pull onto the rods in the simulation of noisy rows, over the time of two turns: gone in a tenth of a turn.
const drawn = 20

// linkedSystem is the motion of points on rods with the unknowns as parameters, each at its places. States off the rods are drawn
// onto them by a pull: see lagrangian.LinkedMotion.
func linkedSystem(l *lagrangian.Lagrangian, tied [][]int, homogeneous bool, pull float64) *shoot.System {
	n, d := l.N, 2*l.N
	var parameters [][]int
	var keep []int
	s := &shoot.System{Dim: d, Inputs: l.Inputs, Homogeneous: homogeneous}
	for _, places := range tied {
		if places != nil {
			parameters, keep = append(parameters, places), append(keep, places...)
			s.Parameters = append(s.Parameters, l.Coefficients[places[0]])
		}
	}
	s.Copy = func() func(x, u, dx, byX, byP []float64) bool {
		m := l.NewLinkedMotion(keep...)
		m.Pull = pull
		byQ, byV := make([]float64, n*n), make([]float64, n*n)
		return func(x, u, dx, byX, byP []float64) bool {
			copy(dx[:n], x[n:d])
			if byX == nil {
				return m.Acceleration(x[:n], x[n:d], u, dx[n:d])
			}
			if !m.Jacobian(x[:n], x[n:d], u, dx[n:d], byQ, byV) {
				return false
			}
			clear(byP)
			secondOrder(byX, byQ, byV, n)
			for c, places := range parameters {
				for _, at := range places {
					m.Derivative(at, x[n:d], dx[n:d], u, byP[c*d+n:(c+1)*d])
				}
			}
			return true
		}
	}
	s.Changed = func() {
		for i, places := range parameters {
			for _, at := range places {
				l.Coefficients[at] = s.Parameters[i]
			}
		}
		s.Rate = s.Copy()
	}
	s.Rate = s.Copy()
	return s
}
