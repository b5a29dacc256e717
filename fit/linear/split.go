package linear

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Mechanics is a linear field of positions q and velocities v, taken apart:
//
//	M dv/dt = -K q - (R + G) v + F u + f,   dq/dt = v,
//
// M symmetric and positive definite (masses), K symmetric (springs), R symmetric (friction) and
// G skew (gyroscopic: magnetic fields, rotating frames). Without R and u the energy
// v.M v/2 + q.K q/2 - f.q is conserved. Matrices are n x n, row-major, F is n x inputs.
type Mechanics struct {
	N             int // positions
	M, K, R, G, F []float64
	Constant      []float64 // f
	// Scales is the number of numbers in M that no motion tells: at least 1, since all forces
	// and masses times a constant move alike; one more for every part that is not coupled to
	// the others, and others more where parts have equal frequencies.
	Scales int
	// Asymmetry is what is left of K's skew part (and without friction of R), relative to K.
	Asymmetry float64
}

// ErrNotMechanical says that no positive definite M makes the springs symmetric: the field is
// linear, but not of masses and springs in these coordinates.
var ErrNotMechanical = errors.New("linear: no masses make the forces between the coordinates symmetric")

// Split takes a field of (q, v) apart. Noise is the standard error of A's elements relative to
// its largest, 0 for exact data: what symmetry may be off by. Friction is found only where the
// rows need it. It is an error if the state is no (q, v), and ErrNotMechanical where there are no masses.
func Split(f *Field, noise float64) (*Mechanics, error) {
	d := f.Dim
	if d%2 != 0 {
		return nil, fmt.Errorf("linear: a state of length %d is no positions and velocities", d)
	}
	if len(f.A) != d*d || len(f.B) != d*f.Inputs || len(f.C) != d {
		return nil, fmt.Errorf("linear: matrices of %d, %d and %d numbers for states of length %d and %d inputs", len(f.A), len(f.B), len(f.C), d, f.Inputs)
	}
	tolerance := math.Max(30*noise, 1e-7)
	for _, friction := range []bool{false, true} {
		for _, diagonal := range []bool{true, false} {
			m, scales, off, ok := masses(f, friction, diagonal, tolerance)
			if !ok {
				continue
			}
			s := assemble(f, m, friction)
			own := 0.0 // the system's own rate
			for _, k := range f.A[f.Dim*f.Dim/2:] {
				own = math.Max(own, math.Abs(k))
			}
			for _, part := range [][]float64{s.R, s.G} {
				for i, x := range part {
					if math.Abs(x) < math.Max(4*noise, 1e-8)*math.Sqrt(own) {
						part[i] = 0
					}
				}
			}
			for _, part := range [][]float64{s.K, s.R, s.G, s.F, s.Constant} {
				clean(part, math.Max(4*noise, 1e-8))
			}
			s.Scales, s.Asymmetry = scales, off
			return s, nil
		}
	}
	return nil, ErrNotMechanical
}

// clean sets to zero what is below so much of the largest element: within its error.
func clean(v []float64, share float64) {
	most := 0.0
	for _, x := range v {
		most = math.Max(most, math.Abs(x))
	}
	for i, x := range v {
		if math.Abs(x) < share*most {
			v[i] = 0
		}
	}
}

// masses finds M, whose trace is n, among the symmetric (or diagonal) matrices with
// skew(M A21) = 0 and, without friction, sym(M A22) = 0: the null space of a linear map. Of
// several the one nearest to equal masses is taken.
func masses(f *Field, friction, diagonal bool, tolerance float64) (m []float64, scales int, off float64, ok bool) {
	n := f.Dim / 2
	type place struct{ i, j int }
	var places []place
	for i := range n {
		for j := i; j < n; j++ {
			if i == j || !diagonal {
				places = append(places, place{i, j})
			}
		}
	}
	stiff := func(i, j int) float64 { return f.A[(n+i)*2*n+j] }
	rate := func(i, j int) float64 { return f.A[(n+i)*2*n+n+j] }
	size, damp := 0.0, 0.0
	for i := range n {
		for j := range n {
			size = math.Max(size, math.Abs(stiff(i, j)))
			damp = math.Max(damp, math.Abs(rate(i, j)))
		}
	}
	// Rates are compared with the system's own, the root of its stiffness.
	own := math.Max(math.Sqrt(size), damp)
	if own == 0 {
		own, size = 1, 1
	}
	size = math.Max(size, own*own*1e-12)
	var rows [][]float64
	equation := func(of func(m func(i, j int) float64) float64) {
		row := make([]float64, len(places))
		for c, p := range places {
			row[c] = of(func(i, j int) float64 {
				if i == p.i && j == p.j || i == p.j && j == p.i {
					return 1
				}
				return 0
			})
		}
		rows = append(rows, row)
	}
	product := func(m func(i, j int) float64, a func(i, j int) float64, i, j int) float64 {
		s := 0.0
		for k := range n {
			s += m(i, k) * a(k, j)
		}
		return s
	}
	for i := range n {
		for j := i; j < n; j++ {
			if j > i {
				equation(func(m func(i, j int) float64) float64 {
					return (product(m, stiff, i, j) - product(m, stiff, j, i)) / size
				})
			}
			if !friction {
				equation(func(m func(i, j int) float64) float64 {
					return (product(m, rate, i, j) + product(m, rate, j, i)) / own
				})
			}
		}
	}
	// Rows of zeros make the map at least square, so that the SVD has all directions.
	for len(rows) < len(places) {
		rows = append(rows, make([]float64, len(places)))
	}
	a := mat.NewDense(len(rows), len(places), nil)
	for r, row := range rows {
		a.SetRow(r, row)
	}
	var svd mat.SVD
	if !svd.Factorize(a, mat.SVDThin) {
		return nil, 0, 0, false
	}
	values := svd.Values(nil)
	var v mat.Dense
	svd.VTo(&v)
	// Equal masses, projected onto what is free.
	coefficients := make([]float64, len(places))
	for k := len(values) - 1; k >= 0 && values[k] <= tolerance; k-- {
		scales++
		along := 0.0
		for c, p := range places {
			if p.i == p.j {
				along += v.At(c, k)
			}
		}
		for c := range places {
			coefficients[c] += along * v.At(c, k)
		}
		off = math.Max(off, values[k])
	}
	if scales == 0 {
		return nil, 0, 0, false
	}
	m = make([]float64, n*n)
	trace := 0.0
	for c, p := range places {
		m[p.i*n+p.j], m[p.j*n+p.i] = coefficients[c], coefficients[c]
		if p.i == p.j {
			trace += coefficients[c]
		}
	}
	if !(trace > 0) {
		return nil, 0, 0, false
	}
	sym := mat.NewSymDense(n, nil)
	for i := range m {
		m[i] *= float64(n) / trace
		if math.Abs(m[i]) < 1e-12 {
			m[i] = 0
		}
	}
	for i := range n {
		for j := i; j < n; j++ {
			sym.SetSym(i, j, m[i*n+j])
		}
	}
	var e mat.EigenSym
	if !e.Factorize(sym, false) {
		return nil, 0, 0, false
	}
	const leastMass = 1e-6 // of the mean
	for _, l := range e.Values(nil) {
		if !(l > leastMass) {
			return nil, 0, 0, false
		}
	}
	return m, scales, off, true
}

// assemble multiplies the field by M and sorts its parts.
func assemble(f *Field, m []float64, friction bool) *Mechanics {
	n, d, inputs := f.Dim/2, f.Dim, f.Inputs
	s := &Mechanics{N: n, M: m, K: make([]float64, n*n), R: make([]float64, n*n), G: make([]float64, n*n), F: make([]float64, n*inputs), Constant: make([]float64, n)}
	times := func(a func(k int) float64, i int) float64 {
		sum := 0.0
		for k := range n {
			sum += m[i*n+k] * a(k)
		}
		return sum
	}
	raw := make([]float64, n*n)
	damp := make([]float64, n*n)
	for i := range n {
		for j := range n {
			raw[i*n+j] = -times(func(k int) float64 { return f.A[(n+k)*d+j] }, i)
			damp[i*n+j] = -times(func(k int) float64 { return f.A[(n+k)*d+n+j] }, i)
		}
		for j := range inputs {
			s.F[i*inputs+j] = times(func(k int) float64 { return f.B[(n+k)*inputs+j] }, i)
		}
		s.Constant[i] = times(func(k int) float64 { return f.C[n+k] }, i)
	}
	for i := range n {
		for j := range n {
			s.K[i*n+j] = (raw[i*n+j] + raw[j*n+i]) / 2
			s.G[i*n+j] = (damp[i*n+j] - damp[j*n+i]) / 2
			if friction {
				s.R[i*n+j] = (damp[i*n+j] + damp[j*n+i]) / 2
			}
		}
	}
	return s
}

// Energy returns the energy of a state (q, v), zero at rest at the origin. Its unit is that of the masses times that
// of a velocity squared.
func (s *Mechanics) Energy(x []float64) float64 {
	n, h := s.N, 0.0
	q, v := x[:n], x[n:2*n]
	for i := range n {
		for j := range n {
			h += (v[i]*s.M[i*n+j]*v[j] + q[i]*s.K[i*n+j]*q[j]) / 2
		}
		h -= s.Constant[i] * q[i]
	}
	return h
}
