package law

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"

	"hnn/data/estimate"
	"hnn/fit/sparse"
	"hnn/model/terms"
)

// ErrNoMasses is what Masses returns where no constant masses make the forces between positions symmetric, or where nothing
// couples them.
var ErrNoMasses = errors.New("law: no masses make the forces between the positions symmetric")

const (
	// massSymmetry is what may be left of the forces' skew part, as a share of them, and massExplained of the rates.
	massSymmetry, massExplained = 0.05, 0.1
	// massSure is the largest standard error of a mass's logarithm that is believed.
	massSure  = 0.05
	massRidge = 1e-9
)

// Masses are the masses of n positions in times the first one's, from paths of positions and velocities (states of 2 n): with
//
//	m_i dv_i/dt = -dV/dq_i - (friction),   so   m_i da_i/dq_j = m_j da_j/dq_i,
//
// where a_i(q) is fitted by the weak form, linear in functions of the positions and in the velocities. They are the direction
// in which these equations, over the rows, leave least. Rows of a part each are left out in turn for standard errors.
func Masses(p *estimate.Paths, angles []bool) ([]float64, error) {
	n := p.N / 2
	if n < 2 || p.N%2 != 0 {
		return nil, ErrNoMasses
	}
	degrees := []int{1, 3}
	if n > 3 {
		degrees = degrees[:1]
	}
	for _, degree := range degrees {
		if m, err := massesBy(p, terms.New(n, angles, terms.Options{Waves: 2, Degree: degree})); err == nil {
			return m, nil
		}
	}
	return nil, ErrNoMasses
}

func massesBy(p *estimate.Paths, library *terms.Library) ([]float64, error) {
	n := p.N / 2
	r, right, size := accelerations(p, library)
	if r.Blocks() < 2*comparedParts {
		return nil, ErrNoMasses
	}
	penalty := make([]float64, r.Size)
	for i := range penalty {
		penalty[i] = 1
	}
	solve := func(part int) ([][]float64, float64, error) {
		var c [][]float64
		left, all := 0.0, 0.0
		for i := range n {
			r.Y = right[i]
			theta, err := (&sparse.Problem{Rows: r, Penalty: penalty}).DenseOf(r.Gram(func(block int) bool { return r.Trial[block] != part }), massRidge)
			if err != nil {
				return nil, 0, err
			}
			for b, y := range r.Y {
				all += y * y / (size[i] * size[i])
				for k, v := range r.Row(b) {
					y -= v * theta[k]
				}
				left += y * y / (size[i] * size[i])
			}
			c = append(c, theta)
		}
		return c, math.Sqrt(left / all), nil
	}
	c, left, err := solve(-1)
	if err != nil || left > massExplained {
		return nil, ErrNoMasses
	}
	masses, err := symmetric(p, library, c)
	if err != nil {
		return nil, err
	}
	mean, square := make([]float64, n), make([]float64, n)
	for part := range comparedParts {
		c, _, err := solve(part)
		if err != nil {
			return nil, ErrNoMasses
		}
		m, err := symmetric(p, library, c)
		if err != nil {
			return nil, err
		}
		for i, v := range m {
			mean[i] += math.Log(v) / comparedParts
			square[i] += math.Log(v) * math.Log(v) / comparedParts
		}
	}
	for i := range n {
		if jackknife(mean[i], square[i]) > massSure {
			return nil, ErrNoMasses
		}
	}
	return masses, nil
}

// accelerations are the equations of the velocities' rates: the functions of the positions, and the velocities. Right sides are
// of each velocity, sizes their root mean squares.
func accelerations(p *estimate.Paths, library *terms.Library) (r *sparse.Rows, right [][]float64, size []float64) {
	d, n, k := p.N, p.N/2, library.Size()
	half, total := p.Halves()[0], 0
	for i := range p.Trials {
		total += p.Trials[i].Rows(d)
	}
	psi, rate, scale := estimate.TestFunction(half, 6, p.Step)
	stride := max(1, half/4, total/comparedWindows)
	r = &sparse.Rows{Size: k + n, Block: 1}
	right, size = make([][]float64, n), make([]float64, n)
	phi := make([]float64, k)
	for i := range p.Trials {
		x := p.Trials[i].Q
		rows := p.Trials[i].Rows(d)
		values := make([]float64, rows*(k+n))
		for s := range rows {
			library.At(x[s*d:s*d+n], phi, nil, nil)
			copy(values[s*(k+n):], phi)
			copy(values[s*(k+n)+k:], x[s*d+n:(s+1)*d])
		}
		for from := 0; from+len(psi) <= rows; from += stride {
			row, change := make([]float64, k+n), make([]float64, n)
			for j, w := range psi {
				for c, v := range values[(from+j)*(k+n) : (from+j+1)*(k+n)] {
					row[c] += w * scale * v
				}
				for c := range n {
					change[c] -= rate[j] * scale * x[(from+j)*d+n+c]
				}
			}
			r.A = append(r.A, row...)
			for c, v := range change {
				right[c] = append(right[c], v)
				size[c] += v * v
			}
			r.Trial = append(r.Trial, i)
		}
	}
	for c := range size {
		size[c] = math.Sqrt(size[c]/math.Max(float64(len(right[c])), 1)) + 1e-300
	}
	for b := range r.Trial {
		r.Trial[b] = b * comparedParts / len(r.Trial)
	}
	return r, right, size
}

// symmetric are the masses for which the derivatives of forces leave least of their skew part, the first 1.
func symmetric(p *estimate.Paths, library *terms.Library, c [][]float64) ([]float64, error) {
	d, n, k := p.N, p.N/2, library.Size()
	phi, slope, a := make([]float64, k), make([]float64, k*n), make([]float64, n*n)
	q := mat.NewSymDense(n, nil)
	all := 0.0
	for i := range p.Trials {
		t := &p.Trials[i]
		for r := 0; r < t.Rows(d); r += max(1, t.Rows(d)*len(p.Trials)/500) {
			library.At(t.Q[r*d:r*d+n], phi, slope, nil)
			clear(a)
			for i := range n {
				for f := range k {
					for j := range n {
						a[i*n+j] += c[i][f] * slope[f*n+j]
					}
				}
			}
			for i := range n {
				for j := range i {
					u, v := a[i*n+j], a[j*n+i]
					q.SetSym(i, i, q.At(i, i)+u*u)
					q.SetSym(j, j, q.At(j, j)+v*v)
					q.SetSym(i, j, q.At(i, j)-u*v)
				}
				all += a[i*n+i] * a[i*n+i]
			}
		}
	}
	// In units in which the diagonal is 1, so that no mass is small by its unit.
	unit := make([]float64, n)
	for i := range n {
		if unit[i] = math.Sqrt(q.At(i, i)); !(unit[i] > 1e-3*math.Sqrt(all)) {
			return nil, ErrNoMasses // nothing couples it
		}
	}
	for i := range n {
		for j := range i + 1 {
			q.SetSym(i, j, q.At(i, j)/(unit[i]*unit[j]))
		}
	}
	var e mat.EigenSym
	if !e.Factorize(q, true) {
		return nil, ErrNoMasses
	}
	values := e.Values(nil)
	if values[0] > massSymmetry*massSymmetry || values[1] < 4*massSymmetry*massSymmetry {
		return nil, ErrNoMasses
	}
	var vectors mat.Dense
	e.VectorsTo(&vectors)
	m := make([]float64, n)
	for i := range n {
		m[i] = vectors.At(i, 0) / unit[i] / (vectors.At(0, 0) / unit[0])
		if !(m[i] > 0) || math.IsInf(m[i], 0) {
			return nil, ErrNoMasses
		}
	}
	return m, nil
}
