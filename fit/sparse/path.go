package sparse

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
)

// normal is a Gram matrix of columns of norm 1 with the right side of its problem.
type normal struct {
	n      int
	s      []float64
	right  []float64
	unit   []float64
	yy     float64
	forced bool // least squares; else the smallest theta.S theta under a linear constraint
	groups [][2]int
}

func (p *Problem) normal(g *Gram, ridge float64) *normal {
	n := g.Size
	out := &normal{n: n, s: make([]float64, n*n), right: make([]float64, n), unit: g.units(), yy: g.YY, forced: p.Constraint == nil, groups: p.Groups}
	mean := 1e-300
	for _, v := range p.Penalty {
		mean += v / float64(n)
	}
	for i := range n {
		for j := range n {
			out.s[i*n+j] = g.S[i*n+j] * out.unit[i] * out.unit[j]
		}
		out.s[i*n+i] += ridge*p.Penalty[i]/mean + 1e-13
		if out.unit[i] == 0 {
			out.s[i*n+i] = 1
		}
		if out.forced {
			out.right[i] = g.Y[i] * out.unit[i]
		} else {
			out.right[i] = p.Constraint[i] * out.unit[i]
		}
	}
	return out
}

// rest is the sum of squares that is left, from the reduction q = right.x.
func (p *normal) rest(q float64) float64 {
	if p.forced {
		return p.yy - q
	}
	if !(q > 0) {
		return math.Inf(1)
	}
	return 1 / q
}

// solve returns the coefficients of a set of terms, in the units of the columns, and what is left.
func (p *normal) solve(set []int) ([]float64, float64) {
	t, ok := lapack64.Potrf(p.matrix(set))
	if !ok {
		return nil, math.Inf(1)
	}
	x := blas64.General{Rows: len(set), Cols: 1, Stride: 1, Data: make([]float64, len(set))}
	for i, a := range set {
		x.Data[i] = p.right[a]
	}
	lapack64.Potrs(t, x)
	q := 0.0
	for i, a := range set {
		q += x.Data[i] * p.right[a]
	}
	return x.Data, p.rest(q)
}

// full spreads the coefficients of a set over all, in the data's units.
func (p *normal) full(set []int, x []float64) []float64 {
	theta := make([]float64, p.n)
	scale := 1.0
	if !p.forced {
		scale = 0
		for i, a := range set {
			scale += x[i] * p.right[a]
		}
		scale = 1 / scale
	}
	for i, a := range set {
		theta[a] = x[i] * p.unit[a] * scale
	}
	return theta
}

// allowed says whether every group keeps a term.
func (p *normal) allowed(set []int) bool {
	for _, g := range p.groups {
		if !slices.ContainsFunc(set, func(a int) bool { return a >= g[0] && a < g[1] }) {
			return false
		}
	}
	return true
}

// backward takes one term after the other away, that which costs least, and returns the sets from all to
// one. The inverse is kept by rank-one changes.
func (p *normal) backward() [][]int {
	n := p.n
	left := make([]int, n)
	for i := range left {
		left[i] = i
	}
	inv, _ := p.inverse(left)
	if inv == nil {
		return nil
	}
	sets := [][]int{slices.Clone(left)}
	x := make([]float64, n)
	column, driven := make([]float64, n), make([]int, 0, n)
	for len(left) > 1 {
		driven = driven[:0]
		for _, b := range left {
			if p.right[b] != 0 {
				driven = append(driven, b)
			}
		}
		for _, a := range left {
			v := 0.0
			for _, b := range driven {
				v += inv[a*n+b] * p.right[b]
			}
			x[a] = v
		}
		best, at := math.Inf(1), -1
		for i, a := range left {
			if g := slices.IndexFunc(p.groups, func(g [2]int) bool { return a >= g[0] && a < g[1] }); g >= 0 {
				others := 0
				for _, b := range left {
					if b >= p.groups[g][0] && b < p.groups[g][1] {
						others++
					}
				}
				if others == 1 {
					continue
				}
			}
			if v := x[a] * x[a] / inv[a*n+a]; v < best {
				best, at = v, i
			}
		}
		if at < 0 {
			break
		}
		k := left[at]
		pivot := inv[k*n+k]
		for _, a := range left {
			column[a] = inv[a*n+k]
		}
		left = slices.Delete(left, at, at+1)
		for _, a := range left {
			f := column[a] / pivot
			for _, b := range left {
				inv[a*n+b] -= f * column[b]
			}
		}
		sets = append(sets, slices.Clone(left))
	}
	return sets
}

// forward takes one term after the other, that which explains most of what is left, and returns the sets of one to
// most terms (orthogonal matching pursuit). The Gram matrix is swept of what is taken.
func (p *normal) forward(most int) [][]int {
	n := p.n
	s, right := slices.Clone(p.s), slices.Clone(p.right)
	taken := make([]bool, n)
	var set []int
	var sets [][]int
	for range min(most, n) {
		best, at := 0.0, -1
		for c := range n {
			if d := s[c*n+c]; !taken[c] && d > 1e-10 && right[c]*right[c]/d > best {
				best, at = right[c]*right[c]/d, c
			}
		}
		if at < 0 {
			break
		}
		taken[at] = true
		set = append(set, at)
		pivot, share := s[at*n+at], right[at]/s[at*n+at]
		for c := range n {
			if taken[c] {
				continue
			}
			f := s[c*n+at] / pivot
			right[c] -= s[at*n+c] * share
			for e := range n {
				if !taken[e] {
					s[c*n+e] -= f * s[at*n+e]
				}
			}
		}
		sets = append(sets, slices.Sorted(slices.Values(set)))
	}
	return sets
}

// exchange improves sets of at most most terms by single swaps, from the largest down; each begins with the best of
// the backward and the forward set and the next larger one less a term.
func (p *normal) exchange(sets [][]int, most int) [][]int {
	bySize := map[int][][]int{}
	largest := 0
	for _, s := range append(sets, p.forward(most)...) {
		if len(s) <= most {
			bySize[len(s)] = append(bySize[len(s)], s)
			largest = max(largest, len(s))
		}
	}
	var out [][]int
	var above []int
	for k := largest; k >= 1; k-- {
		var best []int
		rest := math.Inf(1)
		consider := func(set []int) {
			if !p.allowed(set) {
				return
			}
			if _, r := p.solve(set); r < rest {
				best, rest = slices.Clone(set), r
			}
		}
		for _, s := range bySize[k] {
			consider(s)
		}
		for i := range above {
			consider(slices.Delete(slices.Clone(above), i, i+1))
		}
		if best == nil {
			break
		}
		const mostSwaps = 40
		for range mostSwaps {
			better := p.swap(best, rest)
			if better == nil {
				break
			}
			best = better
			_, rest = p.solve(best)
		}
		slices.Sort(best)
		out = append(out, best)
		above = best
	}
	return out
}

// swap returns the best set that differs from this one in one term and leaves less, nil for none. All comes from the
// inverse M of the set's matrix: without term i the inverse is M less its column i times itself over M_ii, so what term c
// adds to the rest is a quotient of two numbers.
func (p *normal) swap(set []int, rest float64) []int {
	n, k := p.n, len(set)
	if k < 2 {
		return nil
	}
	inverse, x := p.inverse(set)
	if inverse == nil {
		return nil
	}
	q := 0.0
	for a, t := range set {
		q += x[a] * p.right[t]
	}
	// Of each other term what its column is of the set's, what is left of the right side along it, and of itself.
	along, left, self := make([]float64, n*k), make([]float64, n), make([]float64, n)
	inside := make([]bool, n)
	for _, t := range set {
		inside[t] = true
	}
	for c := range n {
		if inside[c] {
			continue
		}
		num, schur := p.right[c], p.s[c*n+c]
		v := along[c*k : (c+1)*k]
		for a, t := range set {
			z := p.s[t*n+c]
			num -= z * x[a]
			for b, m := range inverse[a*k : (a+1)*k] {
				v[b] += z * m
			}
		}
		for a, t := range set {
			schur -= p.s[t*n+c] * v[a]
		}
		left[c], self[c] = num, schur
	}
	var better []int
	limit := rest * (1 - 1e-6)
	add := make([]float64, n)
	for i := range set {
		own := inverse[i*k+i]
		if !(own > 0) {
			continue
		}
		without := q - x[i]*x[i]/own
		for c := range n {
			v := along[c*k+i]
			num, schur := left[c]+v*x[i]/own, self[c]+v*v/own
			if add[c] = 0; !inside[c] && schur > 1e-10 {
				add[c] = num * num / schur
			}
		}
		for range 3 {
			best := -1
			for c := range n {
				if add[c] > 0 && (best < 0 || add[c] > add[best]) {
					best = c
				}
			}
			if best < 0 {
				break
			}
			after := p.rest(without + add[best])
			add[best] = 0
			if after < limit {
				if try := append(slices.Delete(slices.Clone(set), i, i+1), best); p.allowed(try) {
					better, limit = try, after
				}
			}
		}
	}
	return better
}

// inverse is that of the matrix of a set with the solution of its terms, nil where it has none.
func (p *normal) inverse(set []int) (inverse, x []float64) {
	k := len(set)
	s := p.matrix(set)
	t, ok := lapack64.Potrf(s)
	if ok {
		_, ok = lapack64.Potri(t)
	}
	if !ok {
		return nil, nil
	}
	x = make([]float64, k)
	for a := range k {
		for b := range a {
			s.Data[a*k+b] = s.Data[b*k+a]
		}
		for b, v := range s.Data[a*k : (a+1)*k] {
			x[a] += v * p.right[set[b]]
		}
	}
	return s.Data, x
}

// matrix is the upper triangle of a set's matrix.
func (p *normal) matrix(set []int) blas64.Symmetric {
	k := len(set)
	s := blas64.Symmetric{N: k, Stride: k, Data: make([]float64, k*k), Uplo: blas.Upper}
	for i, a := range set {
		for j := i; j < k; j++ {
			s.Data[i*k+j] = p.s[a*p.n+set[j]]
		}
	}
	return s
}
