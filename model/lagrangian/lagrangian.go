// Package lagrangian holds mechanical systems given by their Lagrangian in positions and velocities,
//
//	L = v.M(q) v/2 + A(q).v - V(q),   d/dt dL/dv - dL/dq = G u - R v - C sign v,
//
// linear in the coefficients of M, A, V, the friction and the gain. The energy v.M v/2 + V is conserved without
// friction and inputs; with p = M v + A the motion is Hamiltonian. Package fit/lagrange fits them.
package lagrangian

import (
	"math"

	"hnn/data/rods"
	"hnn/internal/posdef"
	"hnn/model/terms"
)

// Form says which parts a Lagrangian has. Its coefficients are one vector: of every M_ij (i <= j) the
// features', of V those without the constant, of A_2 ... A_n those without the constant (A_1 = 0 is the
// gauge: only curl A acts), the viscous friction R (diagonal or i <= j), Coulomb friction, drag, the gain.
type Form struct {
	N, Inputs int            // numbers of positions and of inputs
	Library   *terms.Library // of functions of the positions
	// Magnetic adds A(q).v; Viscous a friction matrix, Symmetric with all its elements; Coulomb a friction that
	// does not depend on the speed but for tanh(v/Width) near rest; Drag one that goes with v |v|.
	// Varying makes the elements of the viscous friction functions of the positions, each with the library's features.
	Magnetic, Viscous, Symmetric, Varying, Coulomb, Drag bool
	Width                                                []float64
	// Gain is G where it is known, N x Inputs; nil where it is fitted: a constant or, where it is Steered, a function of
	// the positions, each element with the library's features.
	Gain    []float64
	Steered bool
	// Pairs are the elements of M that are not zero; nil for all.
	pairs [][2]int
}

// Layout is where the parts of the coefficients begin.
type Layout struct {
	Potential, Magnetic, Viscous, Coulomb, Drag, Gain, Size int
}

// MassPairs returns the places (i, j), i <= j, of the elements of M, row by row.
func (f *Form) MassPairs() [][2]int {
	if f.pairs == nil {
		for i := range f.N {
			for j := i; j < f.N; j++ {
				f.pairs = append(f.pairs, [2]int{i, j})
			}
		}
	}
	return f.pairs
}

// FrictionPairs returns the places (i, j), i <= j, of the elements of R that are fitted.
func (f *Form) FrictionPairs() [][2]int {
	var pairs [][2]int
	for i := range f.N {
		for j := i; j < f.N; j++ {
			if f.Viscous && (i == j || f.Symmetric) {
				pairs = append(pairs, [2]int{i, j})
			}
		}
	}
	return pairs
}

// FrictionFeatures is how many coefficients an element of R has: the library's features, or one.
func (f *Form) FrictionFeatures() int {
	if f.Varying {
		return f.Library.Size()
	}
	return 1
}

// Layout says where the parts begin.
func (f *Form) Layout() Layout {
	k := f.Library.Size()
	var l Layout
	l.Potential = len(f.MassPairs()) * k
	l.Magnetic = l.Potential + k - 1
	l.Viscous = l.Magnetic
	if f.Magnetic {
		l.Viscous += (f.N - 1) * (k - 1)
	}
	l.Coulomb = l.Viscous + len(f.FrictionPairs())*f.FrictionFeatures()
	l.Drag = l.Coulomb
	if f.Coulomb {
		l.Drag += f.N
	}
	l.Gain = l.Drag
	if f.Drag {
		l.Gain += f.N
	}
	l.Size = l.Gain
	if f.Gain == nil {
		l.Size += f.N * f.Inputs * f.GainFeatures()
	}
	return l
}

// GainFeatures is how many coefficients an element of G has: the library's features, or one.
func (f *Form) GainFeatures() int {
	if f.Steered {
		return f.Library.Size()
	}
	return 1
}

// Size is the number of coefficients.
func (f *Form) Size() int { return f.Layout().Size }

// Feature is the library's feature of the c-th coefficient of V or of a component of A.
func (f *Form) Feature(c int) int {
	if c >= f.Library.Constant {
		return c + 1
	}
	return c
}

// FeatureOf returns the library's feature that coefficient c multiplies, -1 for none.
func (f *Form) FeatureOf(c int) int {
	k, at := f.Library.Size(), f.Layout()
	switch {
	case c < at.Potential:
		return c % k
	case c < at.Magnetic:
		return f.Feature(c - at.Potential)
	case c < at.Viscous:
		return f.Feature((c - at.Magnetic) % (k - 1))
	case c < at.Coulomb && f.Varying:
		return (c - at.Viscous) % k
	case c >= at.Gain && f.Steered:
		return (c - at.Gain) % k
	}
	return -1
}

// Lagrangian is a form with its coefficients.
type Lagrangian struct {
	Form
	Coefficients []float64
	// Points are the ends of rods at the joint angles q, of a system whose states are such; nil for states (q, v).
	Points *rods.Chain
	// Linkage is the rods that hold points, whose coordinates are the positions q; nil for free positions. M is then
	// constant, and of A, Coulomb friction and drag there is nothing.
	Linkage *rods.Linkage
	// Sensors are those of the columns of velocities, nil where these are the velocities.
	Sensors *Sensors
	// Harmonics are the angular frequencies of forces that depend on the time alone: the last inputs of the form, two for
	// each, are cos and sin of them times the time, and are not the model's.
	Harmonics []float64
}

// functions are M's elements, V and A's components at one position with two derivatives.
type functions struct {
	value []float64
	d     []float64 // x N
	dd    []float64 // x N x N
}

// Motion evaluates a Lagrangian's motion at one state at a time; it owns its temporaries.
type Motion struct {
	l            *Lagrangian // with the features that it uses
	at           Layout      // of the whole
	whole        int         // features of the whole
	constant     int         // the place of the constant in the whole
	place        []int       // of each of these among those used, -1 for none
	features     *terms.Evaluator
	phi, d, dd   []float64
	rubs         [][2]int // friction pairs
	f            functions
	count        int
	friction     int       // the first function of the friction where it varies
	gain         int       // that of the gain where it varies
	m            []float64 // M, the lower triangle, or its Cholesky factor
	rhs          []float64
	column       []float64
	coefficients [][]float64 // of each function, by feature
	used         [][]int     // of each function, the features that it has
}

// functions are the coefficients, by feature, of what is a function of the positions: M's elements, V, A_2 to A_n, then those
// of R from friction on where it varies and those of the gain from gain on where it does.
func (l *Lagrangian) functions() (c [][]float64, friction, gain int) {
	k, at := l.Library.Size(), l.Layout()
	part := func(from, count int) {
		for i := range count {
			c = append(c, l.Coefficients[from+i*k:from+(i+1)*k])
		}
	}
	rest := func(from int) { // all but the constant's
		row := make([]float64, k)
		for i := range k - 1 {
			row[l.Feature(i)] = l.Coefficients[from+i]
		}
		c = append(c, row)
	}
	part(0, len(l.MassPairs()))
	rest(at.Potential)
	for j := 1; l.Magnetic && j < l.N; j++ {
		rest(at.Magnetic + (j-1)*(k-1))
	}
	friction = len(c)
	if l.Varying {
		part(at.Viscous, len(l.FrictionPairs()))
	}
	gain = len(c)
	if l.Steered {
		part(at.Gain, l.N*l.Inputs)
	}
	return c, friction, gain
}

// NewMotion returns an evaluator. Changes of the coefficients are not seen by it. Derivative works for coefficients
// that are not zero and for those to keep.
func (l *Lagrangian) NewMotion(keep ...int) *Motion {
	n, k := l.N, l.Library.Size()
	m := &Motion{l: l, at: l.Layout(), whole: k, constant: l.Library.Constant, rubs: l.FrictionPairs(), column: make([]float64, n)}
	m.coefficients, m.friction, m.gain = l.functions()
	m.count = len(m.coefficients)
	// Only features that something uses are evaluated.
	sub := &terms.Library{N: n, Constant: -1}
	var kept [][]float64
	for range m.coefficients {
		kept = append(kept, nil)
	}
	wanted := make([]bool, k)
	for _, c := range keep {
		if f := l.FeatureOf(c); f >= 0 {
			wanted[f] = true
		}
	}
	m.place = make([]int, k)
	for c := range k {
		m.place[c] = -1
		use := wanted[c]
		for _, f := range m.coefficients {
			use = use || f[c] != 0
		}
		if use {
			m.place[c] = len(sub.Features)
			sub.Features = append(sub.Features, l.Library.Features[c])
			for i, f := range m.coefficients {
				kept[i] = append(kept[i], f[c])
			}
		}
	}
	m.coefficients = kept
	for _, f := range kept {
		var used []int
		for c, v := range f {
			if v != 0 {
				used = append(used, c)
			}
		}
		m.used = append(m.used, used)
	}
	size := sub.Size()
	m.features = terms.NewEvaluator(sub)
	m.phi, m.d, m.dd = make([]float64, size), make([]float64, size*n), make([]float64, size*n*n)
	copied := *l
	copied.Form.Library = sub
	copied.MassPairs()
	m.l = &copied
	m.f = functions{make([]float64, m.count), make([]float64, m.count*n), make([]float64, m.count*n*n)}
	m.m, m.rhs = make([]float64, n*n), make([]float64, n)
	return m
}

// expand evaluates the functions at q, with second derivatives where asked for.
func (m *Motion) expand(q []float64, second bool) {
	n := m.l.N
	dd := m.dd
	if !second {
		dd = nil
	}
	m.features.At(q, m.phi, m.d, dd)
	for i, c := range m.coefficients {
		value := 0.0
		d := m.f.d[i*n : (i+1)*n]
		clear(d)
		h := m.f.dd[i*n*n : (i+1)*n*n]
		clear(h)
		for _, f := range m.used[i] {
			w := c[f]
			value += w * m.phi[f]
			for l, g := range m.d[f*n : (f+1)*n] {
				d[l] += w * g
			}
			if second {
				for l, g := range m.dd[f*n*n : (f+1)*n*n] {
					h[l] += w * g
				}
			}
		}
		m.f.value[i] = value
	}
}

// forces writes M and the right side of M a = rhs at the expanded position.
func (m *Motion) forces(v, u []float64) {
	l, n := m.l, m.l.N
	clear(m.rhs)
	for b, pair := range l.MassPairs() {
		i, j := pair[0], pair[1]
		m.m[j*n+i] = m.f.value[b]
		d := m.f.d[b*n : (b+1)*n]
		rate := 0.0
		for c, g := range d {
			rate += g * v[c]
		}
		w := v[i] * v[j]
		m.rhs[i] -= rate * v[j]
		if i != j {
			m.rhs[j] -= rate * v[i]
		} else {
			w /= 2
		}
		for c, g := range d {
			m.rhs[c] += g * w
		}
	}
	pairs := len(l.MassPairs())
	for c := range n {
		m.rhs[c] -= m.f.d[pairs*n+c]
	}
	for j := 1; l.Magnetic && j < n; j++ {
		d := m.f.d[(pairs+j)*n : (pairs+j+1)*n]
		for c, g := range d {
			m.rhs[c] += v[j] * g
			m.rhs[j] -= v[c] * g
		}
	}
	for b, pair := range m.rubs {
		i, j := pair[0], pair[1]
		r := m.viscous(b)
		m.rhs[i] -= r * v[j]
		if i != j {
			m.rhs[j] -= r * v[i]
		}
	}
	if l.Coulomb {
		for i := range n {
			m.rhs[i] -= l.Coefficients[m.at.Coulomb+i] * math.Tanh(v[i]/l.Width[i])
		}
	}
	if l.Drag {
		for i := range n {
			m.rhs[i] -= l.Coefficients[m.at.Drag+i] * v[i] * math.Abs(v[i])
		}
	}
	gain := l.gains(m.at)
	if l.Steered {
		gain = m.f.value[m.gain:]
	}
	for i := range n {
		for j := range u {
			m.rhs[i] += gain[i*l.Inputs+j] * u[j]
		}
	}
}

// viscous is element b of R at the expanded position.
func (m *Motion) viscous(b int) float64 {
	if m.l.Varying {
		return m.f.value[m.friction+b]
	}
	return m.l.Coefficients[m.at.Viscous+b]
}

func (l *Lagrangian) gains(at Layout) []float64 {
	if l.Gain != nil {
		return l.Gain
	}
	return l.Coefficients[at.Gain:]
}

// Acceleration writes dv/dt (N) at positions q and velocities v (N each) under inputs u (Inputs, nil for none) to a.
// It returns false, and a is NaN, where M is not positive definite.
func (m *Motion) Acceleration(q, v, u, a []float64) bool {
	m.expand(q, false)
	m.forces(v, u)
	if !m.factor() {
		for i := range a[:m.l.N] {
			a[i] = math.NaN()
		}
		return false
	}
	m.solve(a)
	return true
}

// factor makes M its Cholesky factor, for solve; false where it is not positive definite.
func (m *Motion) factor() bool { return posdef.FactorInPlace(m.l.N, m.m) }

// solve writes M^-1 rhs, after factor.
func (m *Motion) solve(a []float64) { posdef.SolveInPlace(m.l.N, m.m, m.rhs, a) }

// Energy returns v.M v/2 + V at positions q and velocities v (N each); A adds none.
func (m *Motion) Energy(q, v []float64) float64 {
	m.expand(q, false)
	h := m.f.value[len(m.l.MassPairs())]
	for b, pair := range m.l.MassPairs() {
		w := v[pair[0]] * v[pair[1]]
		if pair[0] == pair[1] {
			w /= 2
		}
		h += m.f.value[b] * w
	}
	return h
}

// Mass writes M (N x N) at positions q.
func (m *Motion) Mass(q, to []float64) {
	m.expand(q, false)
	n := m.l.N
	for b, pair := range m.l.MassPairs() {
		to[pair[0]*n+pair[1]], to[pair[1]*n+pair[0]] = m.f.value[b], m.f.value[b]
	}
}

// Momentum writes p = M v + A (N).
func (m *Motion) Momentum(q, v, p []float64) {
	m.expand(q, false)
	clear(p)
	pairs := m.l.MassPairs()
	for b, pair := range pairs {
		p[pair[0]] += m.f.value[b] * v[pair[1]]
		if pair[0] != pair[1] {
			p[pair[1]] += m.f.value[b] * v[pair[0]]
		}
	}
	for j := 1; m.l.Magnetic && j < m.l.N; j++ {
		p[j] += m.f.value[len(pairs)+j]
	}
}
