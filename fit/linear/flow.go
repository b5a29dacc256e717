package linear

import "math"

// flow carries a state of the extended linear system, its derivative Phi by the first state and its
// sensitivities by the coefficients from row to row, each by its Taylor series to rounding.
type flow struct {
	p     *problem
	f     []float64
	norm  float64   // of A, which bounds a step of the series
	x     []float64 // d
	phi   []float64 // d x d: row j is the derivative by component j of the first state
	s     []float64 // free x d: row c is the derivative by coefficient c
	sense bool
	// The current term of each series.
	w, xt, phit, st, next []float64
}

func newFlow(p *problem, f []float64) *flow {
	d, n := p.d, len(p.free)
	fl := &flow{p: p, f: f, x: make([]float64, d), phi: make([]float64, d*d), s: make([]float64, n*d),
		w: make([]float64, p.q), xt: make([]float64, d), phit: make([]float64, d*d), st: make([]float64, n*d), next: make([]float64, d)}
	for i := range d {
		sum := 0.0
		for j := range d {
			sum += math.Abs(f[i*p.q+j])
		}
		fl.norm = math.Max(fl.norm, sum)
	}
	return fl
}

// reset begins at a state; sensitivities are carried where asked for.
func (fl *flow) reset(x []float64, sensitivities bool) {
	copy(fl.x, x)
	clear(fl.phi)
	for i := range fl.p.d {
		fl.phi[i*fl.p.d+i] = 1
	}
	clear(fl.s)
	fl.sense = sensitivities
}

// advance goes from row k to row k+1.
func (fl *flow) advance(k int) {
	p := fl.p
	h := (p.set.T[k+1] - p.set.T[k]) / p.step
	const most = 2 // of |A| h in one series
	parts := 1
	if r := h * fl.norm / most; r > 1 {
		parts = int(math.Ceil(math.Min(r, 1e4)))
	}
	for i := range parts {
		fl.series(k, h/float64(parts), float64(i)/float64(parts), 1/float64(parts))
	}
}

// series goes a time h on, which begins at the fraction at of the step from row k and is the
// fraction part of it.
func (fl *flow) series(k int, h, at, part float64) {
	p := fl.p
	d, m, q := p.d, p.m, p.q
	// w = (x, u, 1) and its first derivative; higher ones of u and 1 vanish.
	copy(fl.w, fl.x)
	for j := range m {
		fl.w[d+j] = p.u[k*m+j]
		if !p.set.InputsHeld {
			fl.w[d+j] += at * (p.u[(k+1)*m+j] - p.u[k*m+j])
		}
	}
	fl.w[q-1] = 1
	copy(fl.st, fl.s)
	copy(fl.phit, fl.phi)
	const mostTerms = 60
	for n := 1; n <= mostTerms; n++ {
		c := h / float64(n)
		size := 0.0
		if fl.sense {
			for r, place := range p.free {
				row := fl.st[r*d : (r+1)*d]
				fl.times(row, c)
				row[place/q] += c * fl.w[place%q]
				for i, v := range row {
					fl.s[r*d+i] += v
					size = max(size, math.Abs(v))
				}
			}
		} else {
			for r := range d {
				row := fl.phit[r*d : (r+1)*d]
				fl.times(row, c)
				for i, v := range row {
					fl.phi[r*d+i] += v
					size = max(size, math.Abs(v))
				}
			}
		}
		// The next term of w.
		for i := range d {
			sum := 0.0
			for j, v := range fl.w {
				sum += fl.f[i*q+j] * v
			}
			fl.next[i] = c * sum
		}
		for j := range m {
			fl.w[d+j] = 0
			if n == 1 && !p.set.InputsHeld {
				fl.w[d+j] = part * (p.u[(k+1)*m+j] - p.u[k*m+j])
			}
		}
		fl.w[q-1] = 0
		for i, v := range fl.next {
			fl.w[i] = v
			fl.x[i] += v
			size = max(size, math.Abs(v))
		}
		if size < 1e-17 && n > 2 {
			return
		}
	}
}

// times replaces a row by c A row.
func (fl *flow) times(row []float64, c float64) {
	d, q := fl.p.d, fl.p.q
	next := fl.next[:len(row)]
	for i := range next {
		sum, a := 0.0, fl.f[i*q:i*q+d]
		for j, v := range row[:len(a)] {
			sum += a[j] * v
		}
		next[i] = c * sum
	}
	copy(row, next)
}
