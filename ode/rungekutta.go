package ode

// tableau is a Butcher tableau as it is printed: a[s] holds the coefficients of the
// stages before stage s.
type tableau struct {
	order int
	c     []float64
	a     [][]float64
	// b weighs the stages in the new state. It is nil where the last row of a is b: the
	// last stage is then the derivative at the new state, and serves as the first stage of
	// the next step ("first same as last").
	b []float64
}

// term is one summand of a linear combination of stages. Tableaus are sparse, DOP853's
// by half, so that sums run over terms and not over stages.
type term struct {
	stage int
	c     float64
}

// terms lists the coefficients that are not zero.
func terms(coefficients []float64) []term {
	var list []term
	for s, c := range coefficients {
		if c != 0 {
			list = append(list, term{s, c})
		}
	}
	return list
}

// rungeKutta is a tableau made ready for stepping.
type rungeKutta struct {
	order  int
	c      []float64
	stages [][]term
	b      []term // nil for a first-same-as-last method
}

func newRungeKutta(t tableau) rungeKutta {
	m := rungeKutta{order: t.order, c: t.c, b: terms(t.b)}
	for _, row := range t.a {
		m.stages = append(m.stages, terms(row))
	}
	return m
}

// evaluations is the number of evaluations of the field in one step.
func (m *rungeKutta) evaluations() int {
	if m.b == nil {
		return len(m.stages) - 1
	}
	return len(m.stages)
}

func (m *rungeKutta) layout(dim int) layout { return layout{width: dim, buffers: len(m.stages)} }

func (m *rungeKutta) start(*work) {}

func (m *rungeKutta) symmetric() bool { return false }

// advance takes one step of every running row: from w.x at w.t by w.h to w.next. It
// leaves the stages in w.k. A first-same-as-last method expects the first in w.k[0].
func (m *rungeKutta) advance(w *work) {
	if m.b != nil {
		w.eval(w.t, w.x, w.k[0], w.n)
	}
	for s := 1; s < len(m.stages); s++ {
		at := w.stageX
		if m.b == nil && s == len(m.stages)-1 {
			at = w.next
			w.combineNext(m.stages[s])
		} else {
			w.combine(at, m.stages[s])
		}
		for i := range w.n {
			w.stageT[i] = w.t[i] + float64(m.c[s]*w.h[i])
		}
		w.eval(w.stageT, at, w.k[s], w.n)
	}
	if m.b != nil {
		w.combineNext(m.b)
	}
	w.count(m.evaluations())
}

// work is the memory of the rows that are still running, which come first in every
// array. Methods that are not of Runge-Kutta's kind step on it as well.
type work struct {
	dim  int // length of a state that the field takes
	d    int // length of the state that is stepped, twice that for Tao's methods
	n    int // rows running
	kept int // numbers of a row in k[0] that the next step begins with

	// Exactly one of the four is set; single and split with one row only.
	single     Field
	batch      BatchField
	split      Split
	batchSplit BatchSplit

	t, h   []float64   // time and signed step of each row
	x      []float64   // n x d, the states
	next   []float64   // n x d, the states after the step
	k      [][]float64 // each n x d, the stages
	stageT []float64
	stageX []float64

	// What rounding took from x and next, n x d, where sums are compensated; see add.
	lost, lostNext []float64
	// The spacing of the grid that states lie on, 0 for none.
	grid float64
	// See Settings.
	omega float64

	counts []Stats // the work on each row since it was last looked at
	failed []error // why a row's step failed, nil where it did not

	implicit implicitWork
}

// layout is the memory that a method needs for states of a length.
type layout struct {
	width   int // length of the state that is stepped
	buffers int // arrays of that length a row
	kept    int // see work
	// constant says that all steps are of one length and that outputs inside a step are
	// taken by a shorter one, which leaves the trajectory alone. Otherwise the steps
	// divide the intervals between outputs.
	constant bool
}

// newWork returns memory for rows rows.
func newWork(dim, rows int, l layout, set *Settings) work {
	array := func() []float64 { return make([]float64, rows*l.width) }
	w := work{
		dim: dim, d: l.width, kept: l.kept,
		t: make([]float64, rows), h: make([]float64, rows), stageT: make([]float64, rows),
		x: array(), next: array(), stageX: array(),
		k:      make([][]float64, l.buffers),
		omega:  set.Omega,
		counts: make([]Stats, rows), failed: make([]error, rows),
	}
	for s := range w.k {
		w.k[s] = array()
	}
	if set.Compensated {
		w.lost, w.lostNext = array(), array()
	}
	if set.Reversible {
		w.grid = set.Grid
	}
	return w
}

// count adds so many evaluations to every running row.
func (w *work) count(evaluations int) {
	for i := range w.counts[:w.n] {
		w.counts[i].Evaluations += evaluations
	}
}

// eval evaluates the field for the first rows rows of t and x.
func (w *work) eval(t, x, dx []float64, rows int) {
	if w.single != nil {
		w.single(t[0], x[:w.dim:w.dim], dx[:w.dim:w.dim])
		return
	}
	end := rows * w.dim
	w.batch(t[:rows:rows], x[:end:end], dx[:end:end], rows)
}

// combine is dst = x + h sum_j c_j k_j for every running row.
func (w *work) combine(dst []float64, sum []term) {
	d := w.d
	dst = dst[:w.n*d]
	weigh(dst, w.k, 0, sum)
	x := w.x[:len(dst)]
	for r, h := range w.h[:w.n] {
		for i := r * d; i < (r+1)*d; i++ {
			dst[i] = x[i] + float64(h*dst[i])
		}
	}
}

// combineNext is combine for the state after the step.
func (w *work) combineNext(sum []term) {
	if w.lost == nil {
		w.combine(w.next, sum)
		return
	}
	w.begin()
	d := w.d
	weigh(w.stageX[:w.n*d], w.k, 0, sum)
	w.shear(0, d, 1, w.stageX, 0, d)
}

// combineRow is combine for the row in slot r alone, with dst of length d. The order of
// the operations is that of combine.
func (w *work) combineRow(dst []float64, r int, sum []term) {
	dst = dst[:w.d]
	weigh(dst, w.k, r*w.d, sum)
	h := w.h[r]
	for i, x := range w.x[r*w.d : (r+1)*w.d] {
		dst[i] = x + float64(h*dst[i])
	}
}

// row is row r of a.
func (w *work) row(a []float64, r int) []float64 { return a[r*w.d : (r+1)*w.d] }

// weigh is dst[i] = sum_j c_j k_j[offset+i]. It takes up to four terms in a pass over
// dst. Every element takes the same path through the same instructions, so that its
// bits do not depend on how many rows stand beside it.
func weigh(dst []float64, k [][]float64, offset int, sum []term) {
	n := len(dst)
	switch head := len(sum) % 4; head {
	case 0:
		clear(dst)
	case 1:
		c0 := sum[0].c
		k0 := k[sum[0].stage][offset:][:n]
		for i := range dst {
			dst[i] = c0 * k0[i]
		}
		sum = sum[1:]
	case 2:
		c0, c1 := sum[0].c, sum[1].c
		k0, k1 := k[sum[0].stage][offset:][:n], k[sum[1].stage][offset:][:n]
		for i := range dst {
			dst[i] = float64(c0*k0[i]) + float64(c1*k1[i])
		}
		sum = sum[2:]
	case 3:
		c0, c1, c2 := sum[0].c, sum[1].c, sum[2].c
		k0, k1, k2 := k[sum[0].stage][offset:][:n], k[sum[1].stage][offset:][:n], k[sum[2].stage][offset:][:n]
		for i := range dst {
			dst[i] = float64(c0*k0[i]) + float64(c1*k1[i]) + float64(c2*k2[i])
		}
		sum = sum[3:]
	}
	for ; len(sum) >= 4; sum = sum[4:] {
		c0, c1, c2, c3 := sum[0].c, sum[1].c, sum[2].c, sum[3].c
		k0, k1 := k[sum[0].stage][offset:][:n], k[sum[1].stage][offset:][:n]
		k2, k3 := k[sum[2].stage][offset:][:n], k[sum[3].stage][offset:][:n]
		for i := range dst {
			dst[i] += float64(c0*k0[i]) + float64(c1*k1[i]) + float64(c2*k2[i]) + float64(c3*k3[i])
		}
	}
}
