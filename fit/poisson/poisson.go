// Package poisson finds systems dx/dt = J(x) grad H(x), J skew, in columns that are no positions and momenta.
//
// From a field f that follows the rows, as fit/law finds one, H is the sum of terms whose gradient is most nearly across
// f, the smallest generalised eigenvalue of <(grad H . f)^2> against <|grad H|^2 |f|^2>; J is then linear least squares
// on f. The eigenvalue alone says little of a motion that fills a volume slowly; what is left of f beside J grad H does.
// Several functions may be conserved, as energy and |L|^2 of a rigid body: any of them serves as H, with a J of its own.
package poisson

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"hnn/data/estimate"
	"hnn/model/expr"
	"hnn/model/poisson"
	"hnn/model/terms"
)

// Report says how good a system is.
type Report struct {
	// Across is the root of the eigenvalue: the share of f along grad H. Conserved counts the functions of the library
	// whose share is as small.
	Across    float64
	Conserved int
	// Residual is what is left of f beside J grad H, as a share of it, both in the columns' spreads.
	Residual float64
	// Jacobi is the residual of Jacobi's identity, J_il d_l J_jk and cyclic, as a share of its terms.
	Jacobi float64
	// Degree is that of J's elements.
	Degree int
}

const (
	mostRows     = 1500
	mostLibrary  = 60
	mostUnknowns = 300
	// nothing is the share below which a part of f is rounding.
	nothing = 1e-7
	// slack is how much more is accepted for fewer terms.
	slack = 1.5
	// mostAcross is the share of f along grad H beyond which nothing is conserved.
	mostAcross = 0.2
)

// ErrNothing says that no function of the library is conserved.
var ErrNothing = errors.New("poisson: no function of the library is conserved")

// sample is rows in units of the columns' spreads.
type sample struct {
	d      int
	x      [][]float64 // in the data's units
	f      [][]float64 // in spreads a time
	spread []float64
	size   float64 // root mean square of f
	known  map[*expr.Expr][]float64
}

// Fit finds the system of a field along paths of states (see estimate.NewPaths). Field writes dx/dt (N) at a state
// (N) in the columns' units; angles (N) marks the columns that are angles in radians, nil for none. The error is
// ErrNothing, or says that a bracket could not be solved for.
func Fit(paths *estimate.Paths, field func(x, dx []float64), angles []bool) (*poisson.System, *Report, error) {
	d := paths.N
	if d < 2 || d > 8 {
		return nil, nil, fmt.Errorf("poisson: states of %d columns; 2 to 8 are fitted", d)
	}
	s := newSample(paths, field)
	var best *function
	for _, library := range s.libraries(angles) {
		h, err := s.conserved(library)
		if err != nil {
			continue
		}
		if best == nil || h.across < best.across/slack && best.across > nothing {
			best = h
		}
	}
	if best == nil || best.across > mostAcross {
		return nil, nil, ErrNothing
	}
	best = s.shorten(best)
	var system *poisson.System
	var report *Report
	for degree := range 3 {
		brackets := monomials(d, degree)
		if len(brackets)*d*(d-1)/2 > mostUnknowns {
			break
		}
		b, residual, err := s.bracket(best, brackets)
		if err != nil || report != nil && (report.Residual < nothing || residual > report.Residual/slack) {
			continue
		}
		system = &poisson.System{Dim: d, Terms: best.terms, C: best.c, Brackets: brackets, B: b}
		report = &Report{Across: best.across, Conserved: best.count, Residual: residual, Degree: degree}
	}
	if system == nil {
		return nil, nil, ErrNothing
	}
	system.Jacobi = s.jacobi(system)
	report.Jacobi = system.Jacobi
	return system, report, nil
}

func newSample(p *estimate.Paths, field func(x, dx []float64)) *sample {
	s := &sample{d: p.N, spread: p.Spread, known: map[*expr.Expr][]float64{}}
	rows := 0
	for i := range p.Trials {
		rows += p.Trials[i].Rows(p.N)
	}
	stride := max(1, rows/mostRows)
	at := 0
	for i := range p.Trials {
		for r := range p.Trials[i].Rows(p.N) {
			if at++; at%stride != 0 {
				continue
			}
			x, f := p.Trials[i].Q[r*p.N:(r+1)*p.N], make([]float64, p.N)
			field(x, f)
			finite := true
			for j := range f {
				f[j] /= s.spread[j]
				finite = finite && !math.IsNaN(f[j]) && !math.IsInf(f[j], 0)
			}
			if finite {
				s.x, s.f = append(s.x, x), append(s.f, f)
				s.size += dot(f, f)
			}
		}
	}
	s.size = math.Sqrt(s.size / float64(max(len(s.x), 1)))
	return s
}

// monomials are the products of the variables to a degree.
func monomials(d, degree int) []*expr.Expr {
	var out []*expr.Expr
	for _, f := range terms.New(d, nil, terms.Options{Degree: degree}).Features {
		out = append(out, f.Expr())
	}
	return out
}

// libraries are lists of terms of H, small ones first: squares and products, with the logarithms of columns that are
// positive, and higher powers.
func (s *sample) libraries(angles []bool) [][]*expr.Expr {
	var out [][]*expr.Expr
	for _, degree := range []int{2, 4} {
		library := terms.New(s.d, angles, terms.Options{Waves: 1, Degree: degree})
		var list []*expr.Expr
		for i, f := range library.Features {
			if i != library.Constant {
				list = append(list, f.Expr())
			}
		}
		for j := range s.d {
			positive := !(j < len(angles) && angles[j])
			for _, x := range s.x {
				positive = positive && x[j] > 0
			}
			if positive {
				list = append(list, expr.Apply("log", expr.Variable(j)))
			}
		}
		if len(list) <= mostLibrary {
			out = append(out, list)
		}
	}
	return out
}

// function is a sum of terms and how nearly it is conserved.
type function struct {
	terms  []*expr.Expr
	c      []float64
	across float64
	count  int
}

// gradients are those of the terms at the rows, in the columns' spreads: rows x terms x d.
func (s *sample) gradients(list []*expr.Expr) [][]float64 {
	out := make([][]float64, len(s.x))
	for r := range out {
		out[r] = make([]float64, len(list)*s.d)
	}
	for i, t := range list {
		g := s.gradient(t)
		for r := range out {
			copy(out[r][i*s.d:], g[r*s.d:(r+1)*s.d])
		}
	}
	return out
}

// gradient is that of one term, rows x d, which the search for few terms asks for again and again.
func (s *sample) gradient(t *expr.Expr) []float64 {
	if g := s.known[t]; g != nil {
		return g
	}
	var all []*expr.Expr
	for j := range s.d {
		all = append(all, t.Derivative(j))
	}
	program, g := expr.Compile(all...), make([]float64, len(s.x)*s.d)
	for r, x := range s.x {
		program.At(x, g[r*s.d:(r+1)*s.d])
	}
	for i := range g {
		g[i] *= s.spread[i%s.d]
	}
	s.known[t] = g
	return g
}

// conserved is the sum of the terms whose gradient is most nearly across f.
func (s *sample) conserved(list []*expr.Expr) (*function, error) {
	k, d := len(list), s.d
	g := s.gradients(list)
	a, b := mat.NewSymDense(k, nil), mat.NewSymDense(k, nil)
	along := make([]float64, k)
	for r, f := range s.f {
		ff := dot(f, f)
		for i := range k {
			along[i] = dot(g[r][i*d:(i+1)*d], f)
		}
		for i := range k {
			for j := i; j < k; j++ {
				a.SetSym(i, j, a.At(i, j)+along[i]*along[j])
				b.SetSym(i, j, b.At(i, j)+dot(g[r][i*d:(i+1)*d], g[r][j*d:(j+1)*d])*ff)
			}
		}
	}
	// Columns of length one, then A y = lambda y with y = L^T c, B = L L^T.
	unit := make([]float64, k)
	for i := range k {
		if unit[i] = 1 / math.Sqrt(b.At(i, i)); math.IsInf(unit[i], 0) || math.IsNaN(unit[i]) {
			return nil, ErrNothing
		}
	}
	for i := range k {
		for j := i; j < k; j++ {
			a.SetSym(i, j, a.At(i, j)*unit[i]*unit[j])
			b.SetSym(i, j, b.At(i, j)*unit[i]*unit[j])
		}
		b.SetSym(i, i, b.At(i, i)*(1+1e-12))
	}
	var chol mat.Cholesky
	if !chol.Factorize(b) {
		return nil, ErrNothing
	}
	var l mat.TriDense
	chol.LTo(&l)
	var half, full mat.Dense
	if half.Solve(&l, a) != nil || full.Solve(&l, half.T()) != nil {
		return nil, ErrNothing
	}
	sym := mat.NewSymDense(k, nil)
	for i := range k {
		for j := i; j < k; j++ {
			sym.SetSym(i, j, (full.At(i, j)+full.At(j, i))/2)
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(sym, true) {
		return nil, ErrNothing
	}
	values := eigen.Values(nil)
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	var c mat.Dense
	if c.Solve(l.T(), vectors.ColView(0)) != nil {
		return nil, ErrNothing
	}
	share := func(v float64) float64 { return math.Sqrt(math.Max(v, 0)) }
	h := &function{terms: list, c: make([]float64, k), across: share(values[0])}
	for _, v := range values {
		if share(v) <= max(10*h.across, nothing) {
			h.count++
		}
	}
	for i := range k {
		h.c[i] = c.At(i, 0) * unit[i]
	}
	return h, nil
}

// shorten leaves out terms, the least first, so long as the rest is conserved as well.
func (s *sample) shorten(h *function) *function {
	limit := max(slack*h.across, nothing)
	for len(h.terms) > 1 {
		// A term's size is that of its gradient.
		g := s.gradients(h.terms)
		type sized struct {
			place int
			size  float64
		}
		var sizes []sized
		for i := range h.terms {
			size := 0.0
			for r := range g {
				size += dot(g[r][i*s.d:(i+1)*s.d], g[r][i*s.d:(i+1)*s.d])
			}
			sizes = append(sizes, sized{i, math.Sqrt(size) * math.Abs(h.c[i])})
		}
		slices.SortFunc(sizes, func(a, b sized) int {
			if a.size < b.size {
				return -1
			}
			return 1
		})
		var shorter *function
		for _, v := range sizes {
			without := slices.Delete(slices.Clone(h.terms), v.place, v.place+1)
			if n, err := s.conserved(without); err == nil && n.across <= limit {
				n.count = h.count
				shorter = n
				break
			}
		}
		if shorter == nil {
			break
		}
		h = shorter
	}
	return h
}

// bracket is J's elements by least squares, terms that are not needed left out, and what they leave of f.
func (s *sample) bracket(h *function, brackets []*expr.Expr) (b []float64, residual float64, err error) {
	pairs, k, d := poisson.Pairs(s.d), len(brackets), s.d
	g := s.gradients(h.terms)
	program, psi := expr.Compile(brackets...), make([]float64, k)
	n := len(pairs) * k
	rows := mat.NewDense(len(s.x)*d, n, nil)
	right := mat.NewVecDense(len(s.x)*d, nil)
	grad := make([]float64, d)
	for r, x := range s.x {
		clear(grad)
		for i, c := range h.c {
			for j := range d {
				grad[j] += c * g[r][i*d+j]
			}
		}
		program.At(x, psi)
		for p, at := range pairs {
			i, j := at[0], at[1]
			for m, v := range psi {
				rows.Set(r*d+i, p*k+m, v*grad[j])
				rows.Set(r*d+j, p*k+m, -v*grad[i])
			}
		}
		for i, v := range s.f[r] {
			right.SetVec(r*d+i, v)
		}
	}
	units := make([]float64, n)
	for c := range n {
		units[c] = mat.Norm(rows.ColView(c), 2)
		for r := range s.x {
			for i := range d {
				if units[c] > 0 {
					rows.Set(r*d+i, c, rows.At(r*d+i, c)/units[c])
				}
			}
		}
	}
	use := make([]int, 0, n)
	for c := range n {
		if units[c] > 0 {
			use = append(use, c)
		}
	}
	solve := func(use []int) ([]float64, float64, error) {
		part := mat.NewDense(len(s.x)*d, len(use), nil)
		for i, c := range use {
			part.SetCol(i, mat.Col(nil, c, rows))
		}
		var svd mat.SVD
		if !svd.Factorize(part, mat.SVDThin) {
			return nil, 0, ErrNothing
		}
		rank := svd.Rank(1e-9)
		if rank == 0 {
			return nil, 0, ErrNothing
		}
		var x mat.VecDense
		svd.SolveVecTo(&x, right, rank)
		var left mat.VecDense
		left.MulVec(part, &x)
		left.SubVec(right, &left)
		return x.RawVector().Data, mat.Norm(&left, 2) / (s.size * math.Sqrt(float64(len(s.x)))), nil
	}
	x, residual, err := solve(use)
	if err != nil {
		return nil, 0, err
	}
	limit := max(slack*residual, nothing)
	for len(use) > 1 {
		least := 0
		for i := range use {
			if math.Abs(x[i]) < math.Abs(x[least]) {
				least = i
			}
		}
		fewer := slices.Delete(slices.Clone(use), least, least+1)
		y, rest, err := solve(fewer)
		if err != nil || rest > limit {
			break
		}
		use, x, residual = fewer, y, rest
	}
	b = make([]float64, n)
	for i, c := range use {
		// J is in the data's units: J_ij of spreads is J_ij / (spread_i spread_j).
		p := pairs[c/k]
		b[c] = x[i] / units[c] * s.spread[p[0]] * s.spread[p[1]]
	}
	return b, residual, nil
}

// jacobi is the root mean square of Jacobi's identity over that of its terms, in the columns' spreads.
func (s *sample) jacobi(m *poisson.System) float64 {
	d := s.d
	if d < 3 {
		return 0 // always
	}
	zero := expr.Number(0)
	j := make([][]*expr.Expr, d)
	for i := range j {
		j[i] = make([]*expr.Expr, d)
		for k := range j[i] {
			j[i][k] = zero
		}
	}
	for p, at := range poisson.Pairs(d) {
		e := m.Element(p)
		scale := expr.Number(1 / (s.spread[at[0]] * s.spread[at[1]]))
		j[at[0]][at[1]] = expr.Product(scale, e)
		j[at[1]][at[0]] = expr.Product(expr.Number(-1), scale, e)
	}
	var list []*expr.Expr
	for a := range d {
		for b := a + 1; b < d; b++ {
			for c := b + 1; c < d; c++ {
				for _, of := range [][3]int{{a, b, c}, {b, c, a}, {c, a, b}} {
					for l := range d {
						list = append(list, expr.Product(j[of[0]][l], j[of[1]][of[2]].Derivative(l), expr.Number(s.spread[l])))
					}
				}
			}
		}
	}
	program, v := expr.Compile(list...), make([]float64, len(list))
	var total, size float64
	for _, x := range s.x {
		program.At(x, v)
		for from := 0; from < len(v); from += 3 * d {
			sum := 0.0
			for _, t := range v[from : from+3*d] {
				sum += t
				size += t * t
			}
			total += sum * sum
		}
	}
	if size == 0 {
		return 0
	}
	return math.Sqrt(total / size)
}

func dot(a, b []float64) float64 {
	s := 0.0
	for i, v := range a {
		s += v * b[i]
	}
	return s
}
