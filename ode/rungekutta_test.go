package ode

import (
	"math"
	"testing"
)

// tree is a rooted tree by the subtrees at its root. A Runge-Kutta method has order p
// if sum_i b_i Phi_i(t) = 1 / gamma(t) for every tree t of up to p nodes, and its
// interpolant if sum_i w_i(theta) Phi_i(t) = theta^|t| / gamma(t) (HNW, theorem II.2.13).
type tree []tree

func (t tree) nodes() int {
	n := 1
	for _, s := range t {
		n += s.nodes()
	}
	return n
}

func (t tree) gamma() float64 {
	g := float64(t.nodes())
	for _, s := range t {
		g *= s.gamma()
	}
	return g
}

// phi is the elementary weight of t at every stage.
func (t tree) phi(a [][]float64) []float64 {
	w := make([]float64, len(a))
	for i := range w {
		w[i] = 1
	}
	for _, s := range t {
		below := s.phi(a)
		for i := range w {
			var sum float64
			for j, c := range a[i] {
				sum += c * below[j]
			}
			w[i] *= sum
		}
	}
	return w
}

// trees lists all rooted trees by their number of nodes, up to n.
func trees(n int) [][]tree {
	byNodes := make([][]tree, n+1)
	var smaller []tree
	for size := 1; size <= n; size++ {
		// A multiset of smaller trees, in the order of the list so that none comes twice.
		var grow func(t tree, from, left int)
		grow = func(t tree, from, left int) {
			if left == 0 {
				byNodes[size] = append(byNodes[size], append(tree(nil), t...))
				return
			}
			for i := from; i < len(smaller); i++ {
				if k := smaller[i].nodes(); k <= left {
					grow(append(t[:len(t):len(t)], smaller[i]), i, left-k)
				}
			}
		}
		grow(nil, 0, size-1)
		smaller = append(smaller, byNodes[size]...)
	}
	return byNodes
}

func TestTrees(t *testing.T) {
	// HNW, table II.2.3.
	want := []int{0, 1, 1, 2, 4, 9, 20, 48, 115, 286}
	for n, list := range trees(9) {
		if len(list) != want[n] {
			t.Errorf("%d trees of %d nodes, want %d", len(list), n, want[n])
		}
	}
}

// checkOrder checks that the weights b satisfy all order conditions up to the given
// order at theta, and not those of the next.
func checkOrder(t *testing.T, name string, a [][]float64, b []float64, theta float64, order int) {
	t.Helper()
	worst := make([]float64, order+2)
	for n, list := range trees(order + 1) {
		for _, tr := range list {
			var sum float64
			for i, phi := range tr.phi(a)[:len(b)] {
				sum += b[i] * phi
			}
			worst[n] = max(worst[n], math.Abs(sum-math.Pow(theta, float64(n))/tr.gamma()))
		}
	}
	for n, residual := range worst[:order+1] {
		// The printed coefficients have 30 digits, or are fractions; what is left is the
		// rounding of sums whose terms reach 40 (DOP853's a) times 390 (its d).
		if residual > 2e-13 {
			t.Errorf("%s at theta = %g: a condition of order %d fails by %.3g", name, theta, n, residual)
		}
	}
	if worst[order+1] < 1e-8 {
		t.Errorf("%s at theta = %g: the conditions of order %d hold to %.3g; its order was said to be %d", name, theta, order+1, worst[order+1], order)
	}
}

// checkRowSums checks that c_i is the sum of row i of a.
func checkRowSums(t *testing.T, c []float64, a [][]float64) {
	t.Helper()
	for s, row := range a {
		var sum float64
		for _, v := range row {
			sum += v
		}
		// Terms of up to 43 cancel.
		if math.Abs(sum-c[s]) > 2e-14 {
			t.Errorf("row %d of a sums to %v and c is %v", s, sum, c[s])
		}
		if len(row) > s {
			t.Errorf("row %d of a has %d entries: the method is not explicit", s, len(row))
		}
	}
}

// checkInterpolantEnds checks that the interpolant meets the state and the derivative at
// both ends of the step.
func checkInterpolantEnds(t *testing.T, p *pair, b []float64) {
	t.Helper()
	first, last := 0, len(p.stages)-1
	const step = 1e-6
	for theta, want := range map[float64][]float64{0: nil, 1: b} {
		w := weightsAt(p, theta)
		for i, v := range w {
			var value float64
			if i < len(want) {
				value = want[i]
			}
			if math.Abs(v-value) > 1e-14 {
				t.Errorf("the weight of stage %d at theta = %g is %v, want %v", i, theta, v, value)
			}
		}
		ahead, behind := weightsAt(p, theta+step), weightsAt(p, theta-step)
		for i := range ahead {
			var value float64
			if theta == 0 && i == first || theta == 1 && i == last {
				value = 1
			}
			// Central differences of polynomials with third derivatives of up to 1e4.
			if slope := (ahead[i] - behind[i]) / (2 * step); math.Abs(slope-value) > 1e-7 {
				t.Errorf("the slope of the weight of stage %d at theta = %g is %v, want %v", i, theta, slope, value)
			}
		}
	}
}

// weightsAt are the interpolant's weights by stage.
func weightsAt(p *pair, theta float64) []float64 {
	list := append([]term(nil), p.interpolant...)
	p.weights(theta, list)
	w := make([]float64, p.buffers())
	for _, t := range list {
		w[t.stage] = t.c
	}
	return w
}

// minus is a - b, where the shorter one is continued by zeros.
func minus(a, b []float64) []float64 {
	d := make([]float64, max(len(a), len(b)))
	copy(d, a)
	for i, v := range b {
		d[i] -= v
	}
	return d
}

// estimate measures error estimate j of a pair over one step.
func estimate(m *pair, j int) func(p problem, w *work) float64 {
	return func(p problem, w *work) float64 {
		e := make([]float64, p.dim)
		weigh(e, w.k, 0, m.estimates[j])
		_, v := largest(e)
		return w.h[0] * v
	}
}

// weigh against a plain double loop, for every number of terms and an offset.
func TestWeigh(t *testing.T) {
	const n, offset = 5, 3
	k := make([][]float64, 11)
	for s := range k {
		k[s] = make([]float64, offset+n)
		for i := range k[s] {
			k[s][i] = math.Sin(float64(7*s + i))
		}
	}
	for count := 0; count <= len(k); count++ {
		var sum []term
		for s := range count {
			sum = append(sum, term{stage: len(k) - 1 - s, c: math.Cos(float64(s))})
		}
		got := make([]float64, n)
		for i := range got {
			got[i] = math.NaN() // must be overwritten
		}
		weigh(got, k, offset, sum)
		for i, g := range got {
			var want float64
			for _, t := range sum {
				want += t.c * k[t.stage][offset+i]
			}
			if math.Abs(g-want) > 1e-14 || math.IsNaN(g) {
				t.Errorf("%d terms: element %d is %v, want %v", count, i, g, want)
			}
		}
	}
}
