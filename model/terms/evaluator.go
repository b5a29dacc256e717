package terms

import "math"

// Evaluator is Library.At for many states: every wave and every product of powers is computed once a state. It owns
// its temporaries.
type Evaluator struct {
	l              *Library
	waves, powers  [][]int // those that differ
	wave, monomial []int   // of each feature, -1 for none
	most           int
	table          []float64 // N x most+1: powers of the components
	sin, cos       []float64
	m, md, mdd     []float64 // products of powers and their derivatives
}

// NewEvaluator returns an evaluator of the features as they are.
func NewEvaluator(l *Library) *Evaluator {
	e := &Evaluator{l: l}
	place := func(list *[][]int, v []int) int {
		zero := true
		for _, x := range v {
			zero = zero && x == 0
		}
		if zero {
			return -1
		}
	next:
		for i, w := range *list {
			for j := range v {
				if v[j] != w[j] {
					continue next
				}
			}
			return i
		}
		*list = append(*list, v)
		return len(*list) - 1
	}
	for i := range l.Features {
		f := &l.Features[i]
		e.wave = append(e.wave, place(&e.waves, f.Wave))
		e.monomial = append(e.monomial, place(&e.powers, f.Powers))
		for _, p := range f.Powers {
			e.most = max(e.most, p)
		}
	}
	n, k := l.N, len(e.powers)
	e.table = make([]float64, n*(e.most+1))
	e.sin, e.cos = make([]float64, len(e.waves)), make([]float64, len(e.waves))
	e.m, e.md, e.mdd = make([]float64, k), make([]float64, k*n), make([]float64, k*n*n)
	return e
}

// At is Library.At.
func (e *Evaluator) At(q, phi, d, dd []float64) {
	n, width := e.l.N, e.most+1
	for i := range n {
		row := e.table[i*width : (i+1)*width]
		row[0] = 1
		for p := 1; p < width; p++ {
			row[p] = row[p-1] * q[i]
		}
	}
	for i, w := range e.waves {
		a := 0.0
		for j, k := range w {
			a += float64(k) * q[j]
		}
		e.sin[i], e.cos[i] = math.Sincos(a)
	}
	for k, p := range e.powers {
		e.products(k, p, d != nil, dd != nil)
	}
	for k := range e.l.Features {
		f := &e.l.Features[k]
		if o := f.Own; o != nil {
			o.at(k, q, phi, d, dd)
			continue
		}
		w, p := e.wave[k], e.monomial[k]
		if w < 0 {
			e.plain(k, p, phi, d, dd)
			continue
		}
		// The wave and its first two derivatives by its argument.
		s0, s1 := e.cos[w], -e.sin[w]
		if f.Sine {
			s0, s1 = e.sin[w], e.cos[w]
		}
		if p < 0 {
			phi[k] = s0
			for i, a := range f.Wave {
				if d != nil {
					d[k*n+i] = s1 * float64(a)
				}
				for j := 0; dd != nil && j < n; j++ {
					dd[(k*n+i)*n+j] = -s0 * float64(a*f.Wave[j])
				}
			}
			continue
		}
		m := e.m[p]
		phi[k] = s0 * m
		for i := 0; d != nil && i < n; i++ {
			wi, mi := float64(f.Wave[i]), e.md[p*n+i]
			d[k*n+i] = s1*wi*m + s0*mi
			for j := 0; dd != nil && j < n; j++ {
				wj := float64(f.Wave[j])
				dd[(k*n+i)*n+j] = -s0*wi*wj*m + s1*(wi*e.md[p*n+j]+wj*mi) + s0*e.mdd[(p*n+i)*n+j]
			}
		}
	}
}

// plain writes a feature without a wave: product p, or 1.
func (e *Evaluator) plain(k, p int, phi, d, dd []float64) {
	n := e.l.N
	if p < 0 {
		phi[k] = 1
		if d != nil {
			clear(d[k*n : (k+1)*n])
		}
		if dd != nil {
			clear(dd[k*n*n : (k+1)*n*n])
		}
		return
	}
	phi[k] = e.m[p]
	if d != nil {
		copy(d[k*n:(k+1)*n], e.md[p*n:(p+1)*n])
	}
	if dd != nil {
		copy(dd[k*n*n:(k+1)*n*n], e.mdd[p*n*n:(p+1)*n*n])
	}
}

// products writes product k of the components to the given powers, with its derivatives where asked for.
func (e *Evaluator) products(k int, powers []int, first, second bool) {
	n, width := e.l.N, e.most+1
	product := func(a, b int) float64 {
		m := 1.0
		for i, p := range powers {
			if i == a {
				m *= float64(p)
				p--
			}
			if i == b {
				m *= float64(p)
				p--
			}
			if p < 0 {
				return 0
			}
			m *= e.table[i*width+p]
		}
		return m
	}
	e.m[k] = product(-1, -1)
	for i := 0; first && i < n; i++ {
		e.md[k*n+i] = product(i, -1)
		for j := i; second && j < n; j++ {
			v := product(i, j)
			e.mdd[(k*n+i)*n+j], e.mdd[(k*n+j)*n+i] = v, v
		}
	}
}
