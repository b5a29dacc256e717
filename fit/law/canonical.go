package law

import (
	"fmt"
	"math"

	"hnn/data/estimate"
	"hnn/fit/sparse"
	"hnn/model/expr"
)

// Comparison says how well three forms explain the rates of states (q, p), each a linear fit of the same functions by the
// weak form: the canonical form of a Hamiltonian, the same with a constant friction of each momentum, and a field without
// structure. Errors are of windows that were held out, root mean squares relative to those of the rates.
type Comparison struct {
	Conservative, Friction, Free float64
	// Rates are the friction's, one a momentum, and RateErrors their standard errors between the divisions.
	Rates, RateErrors []float64
	// ConservativeAbove and FrictionAbove are the means over the held-out parts of the logarithm of that form's error over
	// that of the free field, with their standard errors.
	ConservativeAbove, ConservativeError, FrictionAbove, FrictionError float64
	// Inputs is the share of the rates that inputs make by the free field, 0 without inputs.
	Inputs float64
}

// The parts of the rows that are held out in turn, the most windows, and the ridge relative to the columns' norms.
const (
	comparedParts   = 8
	comparedWindows = 1200
	comparedRidge   = 1e-10
)

// Compare fits the three forms to paths of states (q, p) with a Hamiltonian that is a sum of the terms, which are functions of
// the state. The free field has their derivatives, each by itself in each component, and the momenta. No set of terms is
// looked for and nothing is simulated: it takes a fraction of a second.
func Compare(p *estimate.Paths, list []*expr.Expr, inputs int) (*Comparison, error) {
	if p.N%2 != 0 || len(list) == 0 {
		return nil, fmt.Errorf("law: states of length %d and %d terms; a state is positions and as many momenta", p.N, len(list))
	}
	for i := range p.Trials {
		if t := &p.Trials[i]; len(t.U) != t.Rows(p.N)*inputs {
			return nil, fmt.Errorf("law: %d numbers of %d inputs at %d rows", len(t.U), inputs, t.Rows(p.N))
		}
	}
	c := newCompared(p, list, inputs)
	if len(c.place) == 0 {
		return nil, fmt.Errorf("law: no term that is finite and nowhere steep at the rows")
	}
	if c.windows < 2*comparedParts {
		return nil, fmt.Errorf("law: %d windows of %d samples are too few to compare forms", c.windows, 2*c.half+1)
	}
	return c.compare()
}

// compared are the integrals over the windows of the functions, which all forms share.
type compared struct {
	d, inputs, functions int // functions of the free field, with the inputs
	half, windows        int
	of                   []int       // the part of each window
	free                 []float64   // windows x functions
	rates                [][]float64 // of each component, windows, in units of their root mean squares
	size                 []float64   // of each component's rates
	place                [][]int     // of a derivative of a term by a component among the functions, -1 where it is zero
	factor               [][]float64 // what that function is to be multiplied by
	momentum             []int       // of a momentum among the functions
	times                []float64   // what that function is to be multiplied by
}

func newCompared(p *estimate.Paths, list []*expr.Expr, inputs int) *compared {
	d := p.N
	c := &compared{d: d, inputs: inputs, half: p.Halves()[0]}
	functions := c.derivatives(p, tame(p, list))
	program := expr.Compile(functions...)
	k := len(functions)
	c.functions = k + inputs
	total := 0
	for i := range p.Trials {
		total += p.Trials[i].Rows(d)
	}
	psi, rate, scale := estimate.TestFunction(c.half, 6, p.Step)
	stride := max(1, c.half/4, total/comparedWindows)
	c.rates = make([][]float64, d)
	for i := range p.Trials {
		t := &p.Trials[i]
		rows := t.Rows(d)
		values := make([]float64, rows*k)
		program.Rows(t.Q, d, values)
		for from := 0; from+len(psi) <= rows; from += stride {
			row := make([]float64, c.functions)
			change := make([]float64, d)
			for j, w := range psi {
				at := from + j
				for f, v := range values[at*k : (at+1)*k] {
					row[f] += w * scale * v
				}
				for u := range inputs {
					row[k+u] += w * scale * t.U[at*inputs+u]
				}
				for e := range d {
					change[e] -= rate[j] * scale * t.Q[at*d+e]
				}
			}
			c.free = append(c.free, row...)
			for e, v := range change {
				c.rates[e] = append(c.rates[e], v)
			}
			c.of = append(c.of, i)
			c.windows++
		}
	}
	for e := range d {
		sum := 0.0
		for _, v := range c.rates[e] {
			sum += v * v
		}
		c.size = append(c.size, math.Sqrt(sum/math.Max(float64(c.windows), 1))+1e-300)
	}
	for w, i := range c.of {
		if len(p.Trials) >= comparedParts {
			c.of[w] = i % comparedParts
		} else {
			c.of[w] = w * comparedParts / c.windows
		}
	}
	return c
}

// steep is how many times its root mean square a derivative of a term may be at a row: a function that is so near to a
// singularity there decides nothing.
const steep = 10

// tame are the terms whose derivatives are finite at all rows and nowhere steep.
func tame(p *estimate.Paths, list []*expr.Expr) (rest []*expr.Expr) {
	var x []float64
	for i := range p.Trials {
		x = append(x, p.Trials[i].Q...)
	}
	values := make([]float64, len(x)/p.N)
	for _, t := range list {
		ok := true
		for i := range p.N {
			expr.Compile(t.Derivative(i)).Rows(x, p.N, values)
			square, most := 0.0, 0.0
			for _, v := range values {
				square += v * v / float64(len(values))
				most = math.Max(most, math.Abs(v))
			}
			ok = ok && most <= steep*math.Sqrt(square) && !math.IsInf(square, 0) && !math.IsNaN(square)
		}
		if ok {
			rest = append(rest, t)
		}
	}
	return rest
}

// derivatives are the functions that the derivatives of terms are multiples of, and the momenta: those that differ at rows.
func (c *compared) derivatives(p *estimate.Paths, list []*expr.Expr) (functions []*expr.Expr) {
	const looked = 60
	var x []float64
	for i := range p.Trials {
		rows := p.Trials[i].Rows(c.d)
		for r := 0; r < rows; r += max(1, rows*len(p.Trials)/looked) {
			x = append(x, p.Trials[i].Q[r*c.d:(r+1)*c.d]...)
		}
	}
	var seen [][]float64
	add := func(e *expr.Expr) (place int, factor float64) {
		v := make([]float64, len(x)/c.d)
		expr.Compile(e).Rows(x, c.d, v)
		norm, sign := 0.0, 0.0
		for _, a := range v {
			norm += a * a
			if sign == 0 && a != 0 {
				sign = math.Copysign(1, a)
			}
		}
		if !(norm > 0) || math.IsInf(norm, 0) {
			return -1, 0
		}
		norm = sign * math.Sqrt(norm)
		for i := range v {
			v[i] /= norm
		}
		for k, s := range seen {
			off := 0.0
			for i, a := range s {
				off += (a - v[i]) * (a - v[i])
			}
			if off < 1e-18 {
				return k, norm
			}
		}
		seen, functions = append(seen, v), append(functions, expr.Product(expr.Number(1/norm), e))
		return len(functions) - 1, norm
	}
	for _, t := range list {
		at, factor := make([]int, c.d), make([]float64, c.d)
		for e := range c.d {
			at[e], factor[e] = add(t.Derivative(e))
		}
		c.place, c.factor = append(c.place, at), append(c.factor, factor)
	}
	for j := c.d / 2; j < c.d; j++ {
		at, factor := add(expr.Variable(j))
		c.momentum, c.times = append(c.momentum, at), append(c.times, factor)
	}
	return functions
}

// hamiltonian are the equations of the canonical form, in units of the rates' sizes: the coefficients are those of the terms,
// of the frictions where there are such, and of the inputs on each momentum.
func (c *compared) hamiltonian(friction bool) *sparse.Rows {
	n, terms := c.d/2, len(c.place)
	size := terms + n*c.inputs
	if friction {
		size += n
	}
	r := &sparse.Rows{Size: size, Block: c.d, A: make([]float64, c.windows*c.d*size), Y: make([]float64, 0, c.windows*c.d), Trial: c.of}
	for w := range c.windows {
		f := c.free[w*c.functions : (w+1)*c.functions]
		for e := range c.d {
			row := r.A[(w*c.d+e)*size : (w*c.d+e+1)*size]
			by, sign := e+n, 1/c.size[e]
			if e >= n {
				by, sign = e-n, -sign
			}
			for k := range terms {
				if at := c.place[k][by]; at >= 0 {
					row[k] = sign * c.factor[k][by] * f[at]
				}
			}
			at := terms
			if friction {
				if m := c.momentum[max(e-n, 0)]; e >= n && m >= 0 {
					row[at+e-n] = sign * c.times[e-n] * f[m]
				}
				at += n
			}
			for u := range c.inputs {
				if e >= n {
					row[at+(e-n)*c.inputs+u] = -sign * f[c.functions-c.inputs+u]
				}
			}
			r.Y = append(r.Y, c.rates[e][w]/c.size[e])
		}
	}
	return r
}

// unstructured are the equations of one component of the free field.
func (c *compared) unstructured(e int) *sparse.Rows {
	r := &sparse.Rows{Size: c.functions, Block: 1, A: c.free, Trial: c.of}
	for _, v := range c.rates[e] {
		r.Y = append(r.Y, v/c.size[e])
	}
	return r
}

// held fits without each part in turn and adds to squares (of each part) the squared residuals of that part. It returns what
// was fitted.
func (c *compared) held(r *sparse.Rows, squares []float64) (found [][]float64, err error) {
	penalty := make([]float64, r.Size)
	for i := range penalty {
		penalty[i] = 1
	}
	problem := &sparse.Problem{Rows: r, Penalty: penalty}
	for part := range comparedParts {
		theta, err := problem.DenseOf(r.Gram(func(block int) bool { return c.of[block] != part }), comparedRidge)
		if err != nil {
			return nil, err
		}
		found = append(found, theta)
		for i, y := range r.Y {
			if c.of[i/r.Block] != part {
				continue
			}
			for k, v := range r.Row(i) {
				y -= v * theta[k]
			}
			squares[part] += y * y
		}
	}
	return found, nil
}

func (c *compared) compare() (*Comparison, error) {
	n, out := c.d/2, &Comparison{}
	free, with, lossy := make([]float64, comparedParts), make([]float64, comparedParts), make([]float64, comparedParts)
	var acting, all float64
	for e := range c.d {
		r := c.unstructured(e)
		found, err := c.held(r, free)
		if err != nil {
			return nil, err
		}
		for i, y := range r.Y {
			part := 0.0
			for u := c.functions - c.inputs; u < c.functions; u++ {
				part += r.Row(i)[u] * found[0][u]
			}
			acting += part * part
			all += y * y
		}
	}
	out.Inputs = math.Sqrt(acting / all)
	if _, err := c.held(c.hamiltonian(false), with); err != nil {
		return nil, err
	}
	found, err := c.held(c.hamiltonian(true), lossy)
	if err != nil {
		return nil, err
	}
	for j := range n {
		mean, square := 0.0, 0.0
		for _, theta := range found {
			v := theta[len(c.place)+j]
			mean += v / comparedParts
			square += v * v / comparedParts
		}
		out.Rates = append(out.Rates, mean)
		out.RateErrors = append(out.RateErrors, jackknife(mean, square))
	}
	error := func(squares []float64) float64 {
		sum := 0.0
		for _, v := range squares {
			sum += v
		}
		return math.Sqrt(sum / all)
	}
	out.Free, out.Conservative, out.Friction = error(free), error(with), error(lossy)
	out.ConservativeAbove, out.ConservativeError = logarithms(with, free)
	out.FrictionAbove, out.FrictionError = logarithms(lossy, free)
	return out, nil
}

// jackknife is the standard error of a number that was fitted without each part in turn, by the mean and the mean square of the fits.
func jackknife(mean, square float64) float64 {
	return math.Sqrt(math.Max(square-mean*mean, 0) * (comparedParts - 1))
}

// logarithms are the mean of half the logarithms of the ratios of two lists of squares, and its standard error.
func logarithms(a, b []float64) (mean, standard float64) {
	const least = 1e-300
	n, square := float64(len(a)), 0.0
	for i := range a {
		v := math.Log((a[i]+least)/(b[i]+least)) / 2
		mean += v / n
		square += v * v / n
	}
	return mean, math.Sqrt(math.Max(square-mean*mean, 0) / (n - 1))
}
