package invariants

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"hnn/data/estimate"
	"hnn/model/expr"
)

// sample is the values of the terms, standardised, at rows of the trials.
type sample struct {
	terms  []*expr.Expr
	k, d   int
	scale  []float64 // of each term, 1 over its spread, 0 for one that does not vary
	values []mat.Dense
	// noise is the covariance that the noise of the states gives the terms, summed over rows of fitted and of held-out trials.
	noise, heldNoise *mat.SymDense
	points           []float64  // states at which gradients are compared
	tangent          *mat.Dense // of the plane that the states lie in, d x its dimension: see plane
	program          *expr.Program
}

// held says which trials judge.
func held(trial int) bool { return trial%3 == 0 }

func newSample(p *estimate.Paths, terms []*expr.Expr) *sample {
	d := p.N
	terms = slices.DeleteFunc(slices.Clone(terms), func(e *expr.Expr) bool {
		program := expr.Compile(e)
		return slices.ContainsFunc(p.Trials, func(t estimate.Path) bool {
			at, _ := program.NotFinite(t.Q, d)
			return at >= 0
		})
	})
	k := len(terms)
	s := &sample{terms: terms, k: k, d: d, scale: make([]float64, k), noise: mat.NewSymDense(k, nil), heldNoise: mat.NewSymDense(k, nil)}
	var gradient []*expr.Expr
	for _, t := range terms {
		for i := range d {
			gradient = append(gradient, t.Derivative(i))
		}
	}
	value := expr.Compile(terms...)
	s.program = expr.Compile(gradient...)
	var all []float64
	var spread, mean = make([]float64, k), make([]float64, k)
	count := 0.0
	for _, t := range p.Trials {
		rows := t.Rows(d)
		stride := max(1, rows/mostRows)
		var x []float64
		for r := 0; r < rows; r += stride {
			x = append(x, t.Q[r*d:(r+1)*d]...)
		}
		v := make([]float64, len(x)/d*k)
		value.Rows(x, d, v)
		s.values = append(s.values, *mat.NewDense(len(x)/d, k, v))
		for i, f := range v {
			mean[i%k] += f
			spread[i%k] += f * f
		}
		count += float64(len(x) / d)
		all = append(all, x...)
	}
	for i := range k {
		m := mean[i] / count
		if v := math.Sqrt(math.Max(spread[i]/count-m*m, 0)); v > 1e-9*math.Abs(m) && v > 0 && !math.IsInf(v, 0) {
			s.scale[i] = 1 / v
		}
		for t := range s.values {
			for r := range s.values[t].RawMatrix().Rows {
				s.values[t].Set(r, i, (s.values[t].At(r, i)-m)*s.scale[i])
			}
		}
	}
	// Points for the gradients, and the noise.
	stride := max(1, len(all)/d/200)
	for r := 0; r < len(all)/d; r += stride {
		s.points = append(s.points, all[r*d:(r+1)*d]...)
	}
	s.plane(all, p)
	if p.Smoothed {
		s.addNoise(p)
	}
	return s
}

// plane finds the directions in which the states vary by more than their noise: bodies whose centre rests move in a plane.
func (s *sample) plane(x []float64, p *estimate.Paths) {
	d := s.d
	a := mat.NewDense(len(x)/d, d, slices.Clone(x))
	for c := range d {
		mean := 0.0
		for r := range len(x) / d {
			mean += a.At(r, c) / float64(len(x)/d)
		}
		for r := range len(x) / d {
			a.Set(r, c, (a.At(r, c)-mean)/p.Spread[c])
		}
	}
	var square mat.SymDense
	square.SymOuterK(1/float64(len(x)/d), a.T())
	var e mat.EigenSym
	e.Factorize(&square, true)
	var v mat.Dense
	e.VectorsTo(&v)
	least := 1e-10
	if p.Smoothed {
		for c := range d {
			least = max(least, math.Pow(p.Noise[c]/p.Spread[c], 2))
		}
	}
	var columns [][]float64
	for i, l := range e.Values(nil) {
		if l > least {
			column := mat.Col(nil, i, &v)
			for c := range column {
				column[c] *= p.Spread[c]
			}
			columns = append(columns, column)
		}
	}
	s.tangent = mat.NewDense(d, max(len(columns), 1), nil)
	for i, c := range columns {
		s.tangent.SetCol(i, c)
	}
}

// addNoise sums J Sigma J^T over the rows: what is left of the noise after smoothing is at most the noise.
func (s *sample) addNoise(p *estimate.Paths) {
	g := make([]float64, s.k*s.d)
	for i, t := range p.Trials {
		rows := t.Rows(s.d)
		stride := max(1, rows/40)
		weight := float64(min(rows, mostRows)) / float64((rows+stride-1)/stride)
		into := s.noise
		if held(i) {
			into = s.heldNoise
		}
		for r := 0; r < rows; r += stride {
			s.program.Rows(t.Q[r*s.d:(r+1)*s.d], s.d, g)
			for c := range s.d {
				column := mat.NewVecDense(s.k, nil)
				for a := range s.k {
					column.SetVec(a, g[a*s.d+c]*s.scale[a]*p.Noise[c])
				}
				into.SymRankOne(into, weight, column)
			}
		}
	}
}

// alike are the terms that vary nowhere.
func (s *sample) alike() (out []*expr.Expr) {
	for i, v := range s.scale {
		if v == 0 {
			out = append(out, s.terms[i])
		}
	}
	return out
}

// covariances are the sums of squares within trials and between their means, of the fitted or the held-out trials, and the
// number of rows.
func (s *sample) covariances(ofHeld bool) (within, between *mat.SymDense, rows float64) {
	within, between = mat.NewSymDense(s.k, nil), mat.NewSymDense(s.k, nil)
	var means []*mat.VecDense
	var counts []float64
	total := mat.NewVecDense(s.k, nil)
	for i := range s.values {
		if held(i) != ofHeld {
			continue
		}
		v := mat.DenseCopyOf(&s.values[i])
		n, _ := v.Dims()
		mean := mat.NewVecDense(s.k, nil)
		for c := range s.k {
			m := 0.0
			for r := range n {
				m += v.At(r, c) / float64(n)
			}
			mean.SetVec(c, m)
			for r := range n {
				v.Set(r, c, v.At(r, c)-m)
			}
		}
		var square mat.Dense
		square.Mul(v.T(), v)
		for a := range s.k {
			for b := a; b < s.k; b++ {
				within.SetSym(a, b, within.At(a, b)+square.At(a, b))
			}
		}
		means, counts = append(means, mean), append(counts, float64(n))
		total.AddScaledVec(total, float64(n), mean)
		rows += float64(n)
	}
	total.ScaleVec(1/rows, total)
	for i, m := range means {
		m.SubVec(m, total)
		between.SymRankOne(between, counts[i], m)
	}
	return within, between, rows
}
