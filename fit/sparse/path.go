package sparse

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
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
	k := len(set)
	s := mat.NewSymDense(k, nil)
	b := mat.NewVecDense(k, nil)
	for i, a := range set {
		for j := i; j < k; j++ {
			s.SetSym(i, j, p.s[a*p.n+set[j]])
		}
		b.SetVec(i, p.right[a])
	}
	var c mat.Cholesky
	if !c.Factorize(s) {
		return nil, math.Inf(1)
	}
	var x mat.VecDense
	if err := c.SolveVecTo(&x, b); err != nil {
		if _, ill := err.(mat.Condition); !ill {
			return nil, math.Inf(1)
		}
	}
	return x.RawVector().Data, p.rest(mat.Dot(&x, b))
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
	s := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			s.SetSym(i, j, p.s[i*n+j])
		}
	}
	var c mat.Cholesky
	if !c.Factorize(s) {
		return nil
	}
	inverse := mat.NewSymDense(n, nil)
	if err := c.InverseTo(inverse); err != nil {
		if _, ill := err.(mat.Condition); !ill {
			return nil
		}
	}
	inv := make([]float64, n*n)
	for i := range n {
		for j := range n {
			inv[i*n+j] = inverse.At(i, j)
		}
	}
	left := make([]int, n)
	for i := range left {
		left[i] = i
	}
	sets := [][]int{slices.Clone(left)}
	x := make([]float64, n)
	column := make([]float64, n)
	for len(left) > 1 {
		for _, a := range left {
			v := 0.0
			for _, b := range left {
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

// exchange improves the sets of at most most terms by single swaps, from the largest down; each begins
// with the better of the backward set and the next larger one less a term.
func (p *normal) exchange(sets [][]int, most int) [][]int {
	bySize := map[int][]int{}
	largest := 0
	for _, s := range sets {
		bySize[len(s)] = s
		if len(s) <= most {
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
		if s, ok := bySize[k]; ok {
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

// swap returns the best set that differs from this one in one term and leaves less, nil for none.
func (p *normal) swap(set []int, rest float64) []int {
	n, k := p.n, len(set)
	var better []int
	limit := rest * (1 - 1e-6)
	keep := make([]int, 0, k)
	z, add := make([]float64, max(k-1, 1)), make([]float64, n)
	for i := range set {
		keep = append(append(keep[:0], set[:i]...), set[i+1:]...)
		if len(keep) == 0 {
			continue
		}
		s := mat.NewSymDense(k-1, nil)
		b := mat.NewVecDense(k-1, nil)
		for a, x := range keep {
			for c := a; c < k-1; c++ {
				s.SetSym(a, c, p.s[x*n+keep[c]])
			}
			b.SetVec(a, p.right[x])
		}
		var chol mat.Cholesky
		if !chol.Factorize(s) {
			continue
		}
		inverse := mat.NewSymDense(k-1, nil)
		if err := chol.InverseTo(inverse); err != nil {
			if _, ill := err.(mat.Condition); !ill {
				continue
			}
		}
		var x mat.VecDense
		x.MulVec(inverse, b)
		q := mat.Dot(&x, b)
		raw := inverse.RawSymmetric()
		for c := range n {
			if slices.Contains(set, c) {
				add[c] = 0
				continue
			}
			num, schur := p.right[c], p.s[c*n+c]
			for a, t := range keep {
				z[a] = p.s[t*n+c]
				num -= z[a] * x.AtVec(a)
			}
			for a := range keep {
				schur -= z[a] * z[a] * raw.Data[a*raw.Stride+a]
				for d := a + 1; d < len(keep); d++ {
					schur -= 2 * z[a] * z[d] * raw.Data[a*raw.Stride+d]
				}
			}
			add[c] = 0
			if schur > 1e-10 {
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
			left := p.rest(q + add[best])
			add[best] = 0
			if left < limit {
				if try := append(slices.Clone(keep), best); p.allowed(try) {
					better, limit = try, left
				}
			}
		}
	}
	return better
}
