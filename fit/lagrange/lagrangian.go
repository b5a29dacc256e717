// Package lagrange fits the Lagrangian of a mechanical system to measured positions and velocities,
//
//	L = v.M(q) v/2 + A(q).v - V(q),   d/dt dL/dv - dL/dq = G u - R v - C sign v,
//
// by one linear solve: against test functions of compact support the equations of motion are linear in
// the coefficients of M, A, V, the friction and the gain, and no acceleration is estimated (weak form:
// Messenger and Bortz, "Weak SINDy", 2021; for Lagrangians: Chu and Hayashibe, 2020). Terms that held-out
// trials do not need are taken away, which leaves a formula; the simulation error of what was measured is
// minimised at the end.
//
// Velocities are dq/dt; momenta are never measured and never needed. It knows no files and draws nothing.
package lagrange

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"hnn/fit/terms"
)

// Form says which parts a Lagrangian has. Its coefficients are one vector: of every M_ij (i <= j) the
// features', of V those without the constant, of A_2 ... A_n those without the constant (A_1 = 0 is the
// gauge: only curl A acts), the viscous friction R (diagonal or i <= j), Coulomb friction, the gain.
type Form struct {
	N, Inputs int
	Library   *terms.Library
	// Magnetic adds A(q).v; Viscous a friction matrix, Symmetric with all its elements; Coulomb a friction that
	// does not depend on the speed but for tanh(v/Width) near rest.
	Magnetic, Viscous, Symmetric, Coulomb bool
	Width                                 []float64
	// Gain is G where it is known, N x Inputs; nil where it is fitted.
	Gain []float64
	// Pairs are the elements of M that are not zero; nil for all.
	pairs [][2]int
}

// layout is where the parts of the coefficients begin.
type layout struct {
	potential, magnetic, viscous, coulomb, gain, size int
}

func (f *Form) massPairs() [][2]int {
	if f.pairs == nil {
		for i := range f.N {
			for j := i; j < f.N; j++ {
				f.pairs = append(f.pairs, [2]int{i, j})
			}
		}
	}
	return f.pairs
}

func (f *Form) frictionPairs() [][2]int {
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

func (f *Form) layout() layout {
	k := f.Library.Size()
	var l layout
	l.potential = len(f.massPairs()) * k
	l.magnetic = l.potential + k - 1
	l.viscous = l.magnetic
	if f.Magnetic {
		l.viscous += (f.N - 1) * (k - 1)
	}
	l.coulomb = l.viscous + len(f.frictionPairs())
	l.gain = l.coulomb
	if f.Coulomb {
		l.gain += f.N
	}
	l.size = l.gain
	if f.Gain == nil {
		l.size += f.N * f.Inputs
	}
	return l
}

// Size is the number of coefficients.
func (f *Form) Size() int { return f.layout().size }

// feature is the library's feature of the c-th coefficient of V or of a component of A.
func (f *Form) feature(c int) int {
	if c >= f.Library.Constant {
		return c + 1
	}
	return c
}

// regression evaluates, at one state, what the coefficients multiply in dL/dv (p, N x Size) and in
// dL/dq plus the forces of friction and gain (r, N x Size), and the force that is known (known, N).
type regression struct {
	form   *Form
	at     layout
	phi, d []float64
}

func newRegression(f *Form) *regression {
	k := f.Library.Size()
	return &regression{form: f, at: f.layout(), phi: make([]float64, k), d: make([]float64, k*f.N)}
}

func (g *regression) run(q, v, u, p, r, known []float64) {
	f, at := g.form, g.at
	n, k, size := f.N, f.Library.Size(), at.size
	f.Library.At(q, g.phi, g.d, nil)
	clear(p)
	clear(r)
	for b, pair := range f.massPairs() {
		i, j := pair[0], pair[1]
		w := v[i] * v[j]
		if i == j {
			w /= 2
		}
		for c := range k {
			o := b*k + c
			p[i*size+o] += g.phi[c] * v[j]
			if i != j {
				p[j*size+o] += g.phi[c] * v[i]
			}
			for l := range n {
				r[l*size+o] += g.d[c*n+l] * w
			}
		}
	}
	for c := range k - 1 {
		at := f.feature(c)
		for l := range n {
			r[l*size+g.at.potential+c] = -g.d[at*n+l]
		}
	}
	if f.Magnetic {
		for j := 1; j < n; j++ {
			for c := range k - 1 {
				at := f.feature(c)
				o := g.at.magnetic + (j-1)*(k-1) + c
				p[j*size+o] += g.phi[at]
				for l := range n {
					r[l*size+o] += v[j] * g.d[at*n+l]
				}
			}
		}
	}
	for b, pair := range f.frictionPairs() {
		i, j := pair[0], pair[1]
		r[i*size+at.viscous+b] -= v[j]
		if i != j {
			r[j*size+at.viscous+b] -= v[i]
		}
	}
	if f.Coulomb {
		for l := range n {
			r[l*size+at.coulomb+l] = -math.Tanh(v[l] / f.Width[l])
		}
	}
	clear(known)
	for l := range n {
		for j := range f.Inputs {
			if f.Gain != nil {
				known[l] += f.Gain[l*f.Inputs+j] * u[j]
			} else {
				r[l*size+at.gain+l*f.Inputs+j] = u[j]
			}
		}
	}
}

// Lagrangian is a form with its coefficients.
type Lagrangian struct {
	Form
	Coefficients []float64
}

// functions are M's elements, V and A's components at one position with two derivatives.
type functions struct {
	value []float64
	d     []float64 // x N
	dd    []float64 // x N x N
}

// Motion evaluates a Lagrangian's motion at one state at a time; it owns its temporaries.
type Motion struct {
	l            *Lagrangian
	at           layout
	phi, d, dd   []float64
	used         []int // features with a coefficient anywhere
	f            functions
	count        int
	m, lower     *mat.SymDense
	chol         mat.Cholesky
	rhs, a       []float64
	solved       *mat.VecDense
	second       bool
	coefficients [][]float64 // of each function, by feature
}

// NewMotion returns an evaluator. Changes of the coefficients are not seen by it.
func (l *Lagrangian) NewMotion() *Motion {
	n, k := l.N, l.Library.Size()
	m := &Motion{l: l, at: l.layout(), phi: make([]float64, k), d: make([]float64, k*n), dd: make([]float64, k*n*n)}
	pairs := l.massPairs()
	for b := range pairs {
		m.coefficients = append(m.coefficients, l.Coefficients[b*k:(b+1)*k])
	}
	rest := func(from int) []float64 {
		c := make([]float64, k)
		for i := range k - 1 {
			c[l.feature(i)] = l.Coefficients[from+i]
		}
		return c
	}
	m.coefficients = append(m.coefficients, rest(m.at.potential))
	if l.Magnetic {
		for j := range n - 1 {
			m.coefficients = append(m.coefficients, rest(m.at.magnetic+j*(k-1)))
		}
	}
	m.count = len(m.coefficients)
	// Only features that something uses are evaluated.
	sub := &terms.Library{N: n, Constant: -1}
	var kept [][]float64
	for range m.coefficients {
		kept = append(kept, nil)
	}
	for c := range k {
		use := false
		for _, f := range m.coefficients {
			use = use || f[c] != 0
		}
		if use {
			sub.Features = append(sub.Features, l.Library.Features[c])
			for i, f := range m.coefficients {
				kept[i] = append(kept[i], f[c])
			}
		}
	}
	m.coefficients = kept
	copied := *l
	copied.Form.Library = sub
	copied.massPairs()
	m.l = &copied
	m.f = functions{make([]float64, m.count), make([]float64, m.count*n), make([]float64, m.count*n*n)}
	m.m = mat.NewSymDense(n, nil)
	m.rhs, m.a = make([]float64, n), make([]float64, n)
	m.solved = mat.NewVecDense(n, m.a)
	return m
}

// expand evaluates the functions at q, with second derivatives where asked for.
func (m *Motion) expand(q []float64, second bool) {
	n, k := m.l.N, m.l.Library.Size()
	dd := m.dd
	if !second {
		dd = nil
	}
	m.l.Library.At(q, m.phi, m.d, dd)
	for i, c := range m.coefficients {
		value := 0.0
		d := m.f.d[i*n : (i+1)*n]
		clear(d)
		h := m.f.dd[i*n*n : (i+1)*n*n]
		clear(h)
		for f := range k {
			w := c[f]
			if w == 0 {
				continue
			}
			value += w * m.phi[f]
			for l := range n {
				d[l] += w * m.d[f*n+l]
			}
			if second {
				for l := range n * n {
					h[l] += w * m.dd[f*n*n+l]
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
	for b, pair := range l.massPairs() {
		i, j := pair[0], pair[1]
		m.m.SetSym(i, j, m.f.value[b])
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
	pairs := len(l.massPairs())
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
	for b, pair := range l.frictionPairs() {
		i, j := pair[0], pair[1]
		r := l.Coefficients[m.at.viscous+b]
		m.rhs[i] -= r * v[j]
		if i != j {
			m.rhs[j] -= r * v[i]
		}
	}
	if l.Coulomb {
		for i := range n {
			m.rhs[i] -= l.Coefficients[m.at.coulomb+i] * math.Tanh(v[i]/l.Width[i])
		}
	}
	gain := l.gain(m.at)
	for i := range n {
		for j := range u {
			m.rhs[i] += gain[i*l.Inputs+j] * u[j]
		}
	}
}

func (l *Lagrangian) gain(at layout) []float64 {
	if l.Gain != nil {
		return l.Gain
	}
	return l.Coefficients[at.gain:]
}

// Acceleration writes dv/dt (N) at positions q, velocities v and inputs u (nil for none); false where M is not
// positive definite, and the acceleration is then not a number.
func (m *Motion) Acceleration(q, v, u, a []float64) bool {
	m.expand(q, false)
	m.forces(v, u)
	return m.solve(a)
}

func (m *Motion) solve(a []float64) bool {
	n := m.l.N
	switch n {
	case 1:
		d := m.m.At(0, 0)
		a[0] = m.rhs[0] / d
		if !(d > 0) {
			a[0] = math.NaN()
			return false
		}
		return true
	case 2:
		m00, m01, m11 := m.m.At(0, 0), m.m.At(0, 1), m.m.At(1, 1)
		det := m00*m11 - m01*m01
		if !(m00 > 0) || !(det > 0) {
			a[0], a[1] = math.NaN(), math.NaN()
			return false
		}
		r0, r1 := m.rhs[0], m.rhs[1]
		a[0], a[1] = (m11*r0-m01*r1)/det, (m00*r1-m01*r0)/det
		return true
	}
	if !m.chol.Factorize(m.m) {
		for i := range a[:n] {
			a[i] = math.NaN()
		}
		return false
	}
	if err := m.chol.SolveVecTo(m.solved, mat.NewVecDense(n, m.rhs)); err != nil {
		if _, ill := err.(mat.Condition); !ill {
			for i := range a[:n] {
				a[i] = math.NaN()
			}
			return false
		}
	}
	for i := range n {
		a[i] = m.solved.AtVec(i)
	}
	return true
}

// Energy is v.M v/2 + V; A adds none.
func (m *Motion) Energy(q, v []float64) float64 {
	m.expand(q, false)
	h := m.f.value[len(m.l.massPairs())]
	for b, pair := range m.l.massPairs() {
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
	for b, pair := range m.l.massPairs() {
		to[pair[0]*n+pair[1]], to[pair[1]*n+pair[0]] = m.f.value[b], m.f.value[b]
	}
}

// Momentum writes p = M v + A (N).
func (m *Motion) Momentum(q, v, p []float64) {
	m.expand(q, false)
	clear(p)
	pairs := m.l.massPairs()
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

// Jacobian writes the acceleration (N) and its derivatives by q and v (N x N each).
func (m *Motion) Jacobian(q, v, u, a, byQ, byV []float64) bool {
	l, n := m.l, m.l.N
	m.expand(q, true)
	m.forces(v, u)
	if !m.solve(a) {
		return false
	}
	// With R(q, v, a) = M a - rhs = 0: da = -M^-1 dR at fixed a.
	clear(byQ)
	clear(byV)
	pairs := l.massPairs()
	for b, pair := range pairs {
		i, j := pair[0], pair[1]
		d, h := m.f.d[b*n:(b+1)*n], m.f.dd[b*n*n:(b+1)*n*n]
		rate, both := 0.0, v[i]*v[j]
		if i == j {
			both /= 2
		}
		for c, g := range d {
			rate += g * v[c]
		}
		for c := range n {
			turn := 0.0 // derivative of the rate by q_c
			for e := range n {
				turn += h[c*n+e] * v[e]
			}
			byQ[i*n+c] += d[c]*a[j] + turn*v[j]
			byV[i*n+c] += d[c] * v[j]
			if i != j {
				byQ[j*n+c] += d[c]*a[i] + turn*v[i]
				byV[j*n+c] += d[c] * v[i]
			}
			for e := range n {
				byQ[e*n+c] -= h[e*n+c] * both
			}
		}
		byV[i*n+j] += rate
		if i != j {
			byV[j*n+i] += rate
		}
		for e := range n {
			// both = v_i v_j, or v_i^2/2: its derivative by v_i is v_j, or v_i.
			byV[e*n+i] -= d[e] * v[j]
			if i != j {
				byV[e*n+j] -= d[e] * v[i]
			}
		}
	}
	h := m.f.dd[len(pairs)*n*n : (len(pairs)+1)*n*n]
	for e := range n * n {
		byQ[e] += h[e]
	}
	for j := 1; l.Magnetic && j < n; j++ {
		d, h := m.f.d[(len(pairs)+j)*n:], m.f.dd[(len(pairs)+j)*n*n:]
		for c := range n {
			for e := range n {
				byQ[c*n+e] -= v[j] * h[c*n+e]
				byQ[j*n+e] += v[c] * h[c*n+e]
			}
			byV[c*n+j] -= d[c]
			byV[j*n+c] += d[c]
		}
	}
	for b, pair := range l.frictionPairs() {
		i, j := pair[0], pair[1]
		r := l.Coefficients[m.at.viscous+b]
		byV[i*n+j] += r
		if i != j {
			byV[j*n+i] += r
		}
	}
	if l.Coulomb {
		for i := range n {
			t := math.Tanh(v[i] / l.Width[i])
			byV[i*n+i] += l.Coefficients[m.at.coulomb+i] * (1 - t*t) / l.Width[i]
		}
	}
	// Columns times -M^-1.
	column := make([]float64, n)
	for _, by := range [2][]float64{byQ, byV} {
		for c := range n {
			for e := range n {
				m.rhs[e] = -by[e*n+c]
			}
			if !m.solve(column) {
				return false
			}
			for e := range n {
				by[e*n+c] = column[e]
			}
		}
	}
	return true
}
