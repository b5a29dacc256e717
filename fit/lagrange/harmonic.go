package lagrange

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"hnn/data"
	"hnn/data/estimate"
	"hnn/fit/sparse"
	"hnn/internal/posdef"
	"hnn/model/lagrangian"
	"hnn/model/terms"
)

// Harmonic is a force that depends on the time alone, cos and sin of Omega times the time, which is that of the rows: trials
// are on one clock, or driven from their beginning in one phase.
type Harmonic struct {
	Omega float64
	// Residual is the weak form's with the force relative to that without.
	Residual float64
	// Mode says that a free mode of the linearised motion has the same frequency as far as the rows can tell: a force
	// and that mode cannot be told apart.
	Mode bool
}

const (
	// forcedBelow is the residual, relative to that without a force of time, below which one is tried.
	forcedBelow = 0.7
	// mostFrequencies bounds the scan; perSpan is how many frequencies there are for each whole turn within the span of
	// the rows: a peak is two wide.
	mostFrequencies, perSpan = 4000, 4
	// finest is how many samples of the force there are a turn: lines between them are right to 5e-6.
	finest = 1024
)

// FitTimed is Fit which, where held-out rollouts are wrong, scans for a force of one frequency that depends on the time
// alone, after Desai and others, "Port-Hamiltonian neural networks for learning explicit time-dependent dynamical
// systems", 2021, and takes it where it halves the error. The set that it returns has the force as two more inputs, as
// Polish takes it; a force that a free mode may be is in the report alone.
func FitTimed(s *data.Set, o Options) (*lagrangian.Lagrangian, *Report, *data.Set, error) {
	if err := s.Lengths(); err != nil {
		return nil, nil, nil, err
	}
	l, r, err := Fit(s, o)
	if err == nil && (r.Error < exact || r.Coarse) || chunks(s) || o.Gain != nil {
		return l, r, s, err
	}
	h, herr := scan(s, o)
	if herr != nil || h.Residual > forcedBelow {
		return l, r, s, err
	}
	if h.Mode {
		if r != nil {
			r.Harmonic = h
		}
		return l, r, s, err
	}
	timed := h.set(s)
	o.timed = 2
	forced, fr, ferr := Fit(timed, o)
	if ferr != nil || err == nil && !(2*fr.Error < r.Error) {
		return l, r, s, err
	}
	forced.Harmonics = []float64{h.Omega}
	fr.Harmonic = h
	return forced, fr, timed, nil
}

// set is the set with cos and sin of the phase as its last inputs.
func (h *Harmonic) set(s *data.Set) *data.Set {
	out := *s
	m := len(s.InputNames)
	out.InputNames = append(append([]string(nil), s.InputNames...), "cos", "sin")
	out.Inputs = make([]float64, 0, len(s.T)*(m+2))
	for r, t := range s.T {
		sin, cos := math.Sincos(h.Omega * t)
		out.Inputs = append(append(out.Inputs, s.InputRows(r, r+1)...), cos, sin)
	}
	return &out
}

// signal is a trial's inputs with the force sampled finely enough that lines between samples are it.
func (h *Harmonic) signal(u *data.Signal, t []float64) *data.Signal {
	m := u.Inputs()
	out := &data.Signal{}
	now := make([]float64, m)
	add := func(t float64) {
		u.At(t, now)
		now[m-2], now[m-1] = math.Cos(h.Omega*t), math.Sin(h.Omega*t)
		out.T, out.U = append(out.T, t), append(out.U, now...)
	}
	for i := 1; i < len(t); i++ {
		parts := max(1, int(math.Ceil((t[i]-t[i-1])*h.Omega*finest/(2*math.Pi))))
		for k := range parts {
			add(t[i-1] + float64(k)/float64(parts)*(t[i]-t[i-1]))
		}
	}
	add(t[len(t)-1])
	return out
}

// scan finds the frequency of a force of time by the residual of the weak form with all terms. Every frequency adds two
// columns for each position to the rows, by which the residual falls as a Schur complement says.
func scan(s *data.Set, o Options) (*Harmonic, error) {
	n, m := coordinates(s), len(s.InputNames)
	if err := o.small(n); err != nil {
		return nil, err
	}
	// The time goes along as an input, so that pieces of trials know theirs.
	clock := *s
	clock.InputNames = append(append([]string(nil), s.InputNames...), "t")
	clock.Inputs = make([]float64, 0, len(s.T)*(m+1))
	for r, t := range s.T {
		clock.Inputs = append(append(clock.Inputs, s.InputRows(r, r+1)...), t)
	}
	p, err := estimate.NewPaths(&clock, estimate.PathOptions{Velocities: !s.PositionsOnly, Rates: true, Angles: o.Angles})
	if err != nil {
		return nil, err
	}
	form := &lagrangian.Form{N: n, Inputs: m, Library: terms.New(n, o.Angles, libraries(n, o)[0]), Viscous: !o.Conservative}
	half := p.Halves()[0]
	psi, _, scale := estimate.TestFunction(half, 6, p.Step)
	var starts []float64 // of every window
	first, last := math.Inf(1), math.Inf(-1)
	for i := range p.Trials {
		t := &p.Trials[i]
		rows := t.Rows(n)
		var u []float64
		for r := range rows {
			now := t.U[r*(m+1)+m]
			u = append(u, t.U[r*(m+1):r*(m+1)+m]...)
			first, last = min(first, now), max(last, now)
			if from := r - len(psi) + 1; from >= 0 && from%max(1, half/4) == 0 {
				starts = append(starts, now-float64(len(psi)-1)*p.Step)
			}
		}
		t.U = u
	}
	w, _ := weakRows(form, p.Trials, p.Step, Windows{Half: half, Power: 6})
	if w.Blocks() < 8 || w.Blocks() != len(starts) {
		return nil, sparse.ErrUndetermined
	}
	speeds := relative(p.Speeds)
	scaleRows(w, speeds)
	base, err := newBordered(w, penalty(form), kinetic(form, p.Trials, p.Speeds))
	if err != nil {
		return nil, err
	}
	columns := mat.NewDense(len(w.Y), 2*n, nil)
	gain := func(omega float64) float64 {
		var re, im float64 // of the test function
		for j, v := range psi {
			sin, cos := math.Sincos(omega * float64(j) * p.Step)
			re, im = re-v*scale*cos, im-v*scale*sin
		}
		if math.Hypot(re, im) < 1e-3*float64(half)*scale {
			return 0 // the windows do not see it
		}
		for k, t := range starts {
			sin, cos := math.Sincos(omega * t)
			for l := range n {
				row := columns.RawRowView(k*n + l)
				clear(row)
				row[2*l], row[2*l+1] = speeds[l]*(re*cos-im*sin), speeds[l]*(re*sin+im*cos)
			}
		}
		return base.gain(columns)
	}
	span := last - first
	step := 2 * math.Pi / (perSpan * span)
	best, at := 0.0, 0.0
	count := min(mostFrequencies, int(2*math.Pi/(8*p.Step)/step))
	for i := perSpan; i <= count; i++ { // at least a turn within the rows
		if g := gain(float64(i) * step); g > best {
			best, at = g, float64(i)*step
		}
	}
	if at == 0 {
		return nil, sparse.ErrUndetermined
	}
	// The peak is one between two steps of the scan: golden section.
	const golden = 0.6180339887498949
	lo, hi := at-step, at+step
	a, b := hi-golden*(hi-lo), lo+golden*(hi-lo)
	ga, gb := gain(a), gain(b)
	for hi-lo > 1e-9*at {
		if ga > gb {
			hi, b, gb = b, a, ga
			a = hi - golden*(hi-lo)
			ga = gain(a)
		} else {
			lo, a, ga = a, b, gb
			b = lo + golden*(hi-lo)
			gb = gain(b)
		}
	}
	h := &Harmonic{Omega: (lo + hi) / 2}
	h.Residual = math.Sqrt(base.q / (base.q + gain(h.Omega)))
	for _, mode := range modes(&lagrangian.Lagrangian{Form: *form, Coefficients: base.theta()}, p) {
		h.Mode = h.Mode || math.Abs(mode-h.Omega) < step // a quarter of a turn within the rows
	}
	return h, nil
}

// modes are the angular frequencies of small motions about the mean position.
func modes(l *lagrangian.Lagrangian, p *estimate.Paths) []float64 {
	n, mean := l.N, meanOf(p)
	a, byQ, byV := make([]float64, n), make([]float64, n*n), make([]float64, n*n)
	if !l.NewMotion().Jacobian(mean, make([]float64, n), make([]float64, l.Inputs), a, byQ, byV) {
		return nil
	}
	var eigen mat.Eigen
	if !eigen.Factorize(mat.NewDense(n, n, byQ), mat.EigenNone) {
		return nil
	}
	var out []float64
	for _, v := range eigen.Values(nil) {
		if real(v) < 0 {
			out = append(out, math.Sqrt(-real(v)))
		}
	}
	return out
}

// bordered is the problem of the weak form under its constraint, 1/q the least sum of squares, to which columns are added.
type bordered struct {
	a    *mat.Dense // rows with columns of norm 1
	unit []float64
	chol *mat.Cholesky
	x    mat.Vector // S^-1 constraint
	q    float64
}

func newBordered(w *sparse.Rows, penalty, constraint []float64) (*bordered, error) {
	n := w.Size
	b := &bordered{a: mat.NewDense(len(w.Y), n, nil), unit: make([]float64, n)}
	for r := range w.Y {
		for c, v := range w.Row(r) {
			b.unit[c] += v * v
		}
	}
	mean := 0.0
	for c, v := range b.unit {
		if v > 0 {
			b.unit[c] = 1 / math.Sqrt(v)
		}
		mean += penalty[c] / float64(n)
	}
	for r := range w.Y {
		for c, v := range w.Row(r) {
			b.a.Set(r, c, v*b.unit[c])
		}
	}
	var gram mat.Dense
	gram.Mul(b.a.T(), b.a)
	s := mat.NewSymDense(n, nil)
	right := mat.NewVecDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			s.SetSym(i, j, gram.At(i, j))
		}
		s.SetSym(i, i, gram.At(i, i)+1e-8*penalty[i]/mean+1e-13)
		right.SetVec(i, constraint[i]*b.unit[i])
	}
	var ok bool
	if b.chol, ok = posdef.Factor(s); !ok {
		return nil, sparse.ErrUndetermined
	}
	x, ok := posdef.SolveAll(b.chol, right)
	if !ok {
		return nil, sparse.ErrUndetermined
	}
	b.x = x.ColView(0)
	if b.q = mat.Dot(b.x, right); !(b.q > 0) {
		return nil, sparse.ErrUndetermined
	}
	return b, nil
}

// theta is the solution without more columns.
func (b *bordered) theta() []float64 {
	out := make([]float64, len(b.unit))
	for i, u := range b.unit {
		out[i] = b.x.AtVec(i) * u / b.q
	}
	return out
}

// gain is how much more q is with these columns: g.E^-1 g with g = C^T S^-1 c, E = D - C^T S^-1 C.
func (b *bordered) gain(columns *mat.Dense) float64 {
	var c, d, e mat.Dense
	c.Mul(b.a.T(), columns)
	d.Mul(columns.T(), columns)
	sc, ok := posdef.SolveAll(b.chol, &c)
	if !ok {
		return 0
	}
	e.Mul(c.T(), sc)
	k, _ := d.Dims()
	s := mat.NewSymDense(k, nil)
	for i := range k {
		for j := i; j < k; j++ {
			s.SetSym(i, j, d.At(i, j)-e.At(i, j))
		}
		s.SetSym(i, i, s.At(i, i)+1e-12*d.At(i, i)+1e-300)
	}
	var g mat.VecDense
	g.MulVec(c.T(), b.x)
	chol, ok := posdef.Factor(s)
	if !ok {
		return 0
	}
	y, ok := posdef.SolveAll(chol, &g)
	if !ok {
		return 0
	}
	return mat.Dot(&g, y.ColView(0))
}
