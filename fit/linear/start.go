package linear

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// evenSteps is how far a step may be from the median one, relative to it, where all are taken
// for equal: the rounding of times written with six digits.
const evenSteps = 1e-5

// start finds coefficients to refine: by the logarithm of the one-step map over the steps of
// median length if nearly all are such, else by the trapezoidal rule over all steps.
func (p *problem) start() ([]float64, error) {
	even, steps := 0, 0
	p.eachStep(func(k int, h float64) {
		steps++
		if math.Abs(h-1) <= evenSteps {
			even++
		}
	})
	if even >= p.q && 2*even > steps {
		f, err := p.byMap(even)
		if err == nil || steps == even {
			return f, err
		}
	}
	return p.byTrapezoids(steps)
}

// eachStep calls visit for every step between two rows of a trial, of which row k is the first.
func (p *problem) eachStep(visit func(k int, h float64)) {
	s := p.set
	for i := range s.Trials() {
		for k := s.Offsets[i]; k+1 < s.Offsets[i+1]; k++ {
			visit(k, (s.T[k+1]-s.T[k])/p.step)
		}
	}
}

// byMap fits x_{k+1} = Phi x_k + Gamma u_k + Gamma' (u_{k+1} - u_k) + g over the even steps. With
// inputs that are lines between the rows, or held, the map of the extended state (x, u, du, 1) is
// the exponential of an extended matrix, so that A, B and C are blocks of its logarithm.
func (p *problem) byMap(rows int) ([]float64, error) {
	d, m := p.d, p.m
	width := d + m + 1
	ramps := m > 0 && !p.set.InputsHeld
	if ramps {
		width += m
	}
	design, next := mat.NewDense(rows, width, nil), mat.NewDense(rows, d, nil)
	r := 0
	p.eachStep(func(k int, h float64) {
		if math.Abs(h-1) > evenSteps {
			return
		}
		row := design.RawRowView(r)
		copy(row, p.x[k*d:(k+1)*d])
		copy(row[d:], p.u[k*m:(k+1)*m])
		row[d+m] = 1
		if ramps {
			for j := range m {
				row[d+m+1+j] = p.u[(k+1)*m+j] - p.u[k*m+j]
			}
		}
		next.SetRow(r, p.x[(k+1)*d:(k+2)*d])
		r++
	})
	var solved mat.Dense
	if err := leastSquares(&solved, design, next); err != nil {
		return nil, err
	}
	// The extended map: rows of (x, u, 1, du); u grows by du in a step, du and 1 stay.
	e := mat.NewDense(width, width, nil)
	for i := range d {
		for j := range width {
			e.Set(i, j, solved.At(j, i))
		}
	}
	for j := d; j < width; j++ {
		e.Set(j, j, 1)
	}
	if ramps {
		for j := range m {
			e.Set(d+j, d+m+1+j, 1)
		}
	}
	log, err := logarithm(e)
	if err != nil {
		return nil, err
	}
	f := make([]float64, d*p.q)
	for i := range d {
		copy(f[i*p.q:(i+1)*p.q], log.RawRowView(i)[:p.q])
	}
	p.fix(f)
	return f, nil
}

// byTrapezoids fits x_{k+1} - x_k = h F (w_k + w_{k+1})/2 with w = (x, u, 1), whose error is of
// the third order in the steps.
func (p *problem) byTrapezoids(rows int) ([]float64, error) {
	d, m, q := p.d, p.m, p.q
	design, change := mat.NewDense(rows, q, nil), mat.NewDense(rows, d, nil)
	r := 0
	p.eachStep(func(k int, h float64) {
		row := design.RawRowView(r)
		for j := range d {
			row[j] = h * (p.x[k*d+j] + p.x[(k+1)*d+j]) / 2
			change.Set(r, j, p.x[(k+1)*d+j]-p.x[k*d+j])
		}
		for j := range m {
			ahead := p.u[(k+1)*m+j]
			if p.set.InputsHeld {
				ahead = p.u[k*m+j]
			}
			row[d+j] = h * (p.u[k*m+j] + ahead) / 2
		}
		row[q-1] = h
		r++
	})
	var solved mat.Dense
	if err := leastSquares(&solved, design, change); err != nil {
		return nil, err
	}
	f := make([]float64, d*q)
	for i := range d {
		for j := range q {
			f[i*q+j] = solved.At(j, i)
		}
	}
	p.fix(f)
	return f, nil
}

// fix replaces what is not fitted by what is given.
func (p *problem) fix(f []float64) {
	fitted := make([]float64, len(p.free))
	for k, at := range p.free {
		fitted[k] = f[at]
	}
	clear(f)
	for k, at := range p.free {
		f[at] = fitted[k]
	}
	p.given(f)
}

// leastSquares solves design * x = right by an SVD that leaves out what the rows do not
// determine: inputs that never change, say.
func leastSquares(x *mat.Dense, design, right *mat.Dense) error {
	var svd mat.SVD
	if !svd.Factorize(design, mat.SVDThin) {
		return errNoSVD
	}
	const negligible = 1e-13 // of the largest singular value
	values := svd.Values(nil)
	rank := 0
	for rank < len(values) && values[rank] > negligible*values[0] {
		rank++
	}
	if rank == 0 {
		return errNoSVD
	}
	svd.SolveTo(x, right, rank)
	return nil
}
