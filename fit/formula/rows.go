package formula

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"hnn/data"
	"hnn/data/estimate"
	"hnn/fit/sparse"
	"hnn/model/expr"
)

// mostChecked is how many rows are looked at for terms that cannot be told apart.
const mostChecked = 2000

// library compiles the terms of a list that the rows can tell apart; what it leaves out, see Options.Prune, is returned.
func (p *problem) library(s *data.Set, paths *estimate.Paths, list []*expr.Expr, o Options) (pruned []*expr.Expr, err error) {
	d := s.Dim
	write := func(e *expr.Expr) string { return e.Write(expr.Text, o.Names, 0) }
	at := func(t *expr.Expr, row int) string {
		var values []string
		for i := range d {
			if t.Uses(i) {
				values = append(values, fmt.Sprintf("%s = %.4g", write(expr.Variable(i)), s.X[row*d+i]))
			}
		}
		return strings.Join(values, ", ")
	}
	gradient := func(list []*expr.Expr) []*expr.Expr {
		var g []*expr.Expr
		for _, t := range list {
			for i := range d {
				g = append(g, t.Derivative(i))
			}
		}
		return g
	}
	keep := func(bad map[int]bool) {
		var rest []*expr.Expr
		for k, t := range list {
			if bad[k] {
				pruned = append(pruned, t)
			} else {
				rest = append(rest, t)
			}
		}
		list = rest
	}
	bad := map[int]bool{}
	for k, t := range list {
		e, row := expr.Compile(append([]*expr.Expr{t}, gradient([]*expr.Expr{t})...)...).NotFinite(s.X, d)
		switch {
		case e < 0:
		case o.Prune:
			bad[k] = true
		case e == 0:
			return nil, fmt.Errorf("formula: the term %s is %v at row %d of the training data, %s: leave it out, or write one that is finite at all rows", write(t), t.Eval(s.X[row*d:(row+1)*d]), row+1, at(t, row))
		default:
			return nil, fmt.Errorf("formula: the derivative of the term %s is %v at row %d of the training data, %s: leave it out, or write one whose derivatives are finite at all rows", write(t), t.Derivative(e-1).Eval(s.X[row*d:(row+1)*d]), row+1, at(t, row))
		}
	}
	keep(bad)
	// Columns of the gradients over some of the rows, of norm 1.
	var x []float64
	stride := max(1, s.Rows()/mostChecked)
	for _, t := range paths.Trials {
		for r := 0; r < t.Rows(d); r += stride {
			x = append(x, t.Q[r*d:(r+1)*d]...)
		}
	}
	least := apart
	if paths.Smoothed {
		for i, v := range paths.Noise {
			least = max(least, apartNoise*v/paths.Spread[i])
		}
	}
	program := expr.Compile(gradient(list)...)
	values := make([]float64, len(x)/d*len(list)*d)
	program.Rows(x, d, values)
	a := mat.NewDense(len(x), len(list), nil)
	for r := range len(x) / d {
		for k := range list {
			for i := range d {
				a.Set(r*d+i, k, values[(r*len(list)+k)*d+i])
			}
		}
	}
	bad = map[int]bool{}
	for k := range list {
		norm := mat.Norm(a.ColView(k), 2)
		if norm == 0 {
			if !o.Prune {
				return nil, fmt.Errorf("formula: the term %s does not change over the training data; leave it out", write(list[k]))
			}
			bad[k] = true
			continue
		}
		column := a.ColView(k).(*mat.VecDense)
		column.ScaleVec(1/norm, column)
	}
	if o.Prune {
		dependent(a, least, bad)
		keep(bad)
		if len(list) == 0 {
			return nil, sparse.ErrUndetermined
		}
	} else if err := told(a, list, write); err != nil {
		return nil, err
	}
	p.terms, p.gradient = list, expr.Compile(gradient(list)...)
	return pruned, nil
}

// apart is the part of a column that others do not explain below which two terms are the same on the rows.
const apart = 1e-6

// apartNoise is the same of smoothed rows, in the relative noise of the columns: what is less may be the noise's.
const apartNoise = 0.7

// dependent marks the columns that are, but for least, sums of columns before them (Gram-Schmidt, twice).
func dependent(a *mat.Dense, least float64, bad map[int]bool) {
	rows, n := a.Dims()
	var basis []*mat.VecDense
	for k := range n {
		if bad[k] {
			continue
		}
		v := mat.NewVecDense(rows, nil)
		v.CopyVec(a.ColView(k))
		for range 2 {
			for _, b := range basis {
				v.AddScaledVec(v, -mat.Dot(v, b), b)
			}
		}
		norm := mat.Norm(v, 2)
		if norm < least || len(basis) == rows {
			bad[k] = true
			continue
		}
		v.ScaleVec(1/norm, v)
		basis = append(basis, v)
	}
}

// told is an error that names the terms whose columns cannot be told apart.
func told(a *mat.Dense, list []*expr.Expr, write func(*expr.Expr) string) error {
	rows, n := a.Dims()
	if rows < n {
		return fmt.Errorf("formula: %d numbers for %d terms; give more rows, or fewer terms", rows, n)
	}
	var qr mat.QR
	qr.Factorize(a)
	var r mat.Dense
	qr.RTo(&r)
	var svd mat.SVD
	if !svd.Factorize(r.Slice(0, n, 0, n), mat.SVDThin) {
		return sparse.ErrUndetermined
	}
	values := svd.Values(nil)
	if values[n-1] >= 1e-10*values[0] {
		return nil
	}
	var v mat.Dense
	svd.VTo(&v)
	var same []string
	for k := range list {
		if math.Abs(v.At(k, n-1)) > 0.05 {
			same = append(same, write(list[k]))
		}
	}
	return fmt.Errorf("formula: on the training data these terms cannot be told apart: %s; leave one of them out", strings.Join(same, ", "))
}

// mostBlocks bounds the windows of one width: beyond it they overlap less.
const mostBlocks = 6000

// windows are the rows of test functions (1 - s^2)^6 of each half-width, in steps.
func (p *problem) windows(paths *estimate.Paths, halves []int) []*sparse.Rows {
	n, d, k, size := p.n, 2*p.n, len(p.terms), p.size()
	const power = 6
	total := 0
	for i := range paths.Trials {
		total += paths.Trials[i].Rows(d)
	}
	out := make([]*sparse.Rows, len(halves))
	strides := make([]int, len(halves))
	for w, half := range halves {
		strides[w] = max(1, half/4, min(half/2, total/mostBlocks))
		blocks := 0
		for i := range paths.Trials {
			blocks += max(0, paths.Trials[i].Rows(d)-2*half-1+strides[w]) / strides[w]
		}
		out[w] = &sparse.Rows{Size: size, Block: d, A: make([]float64, 0, blocks*d*size), Y: make([]float64, 0, blocks*d)}
	}
	var values, g, rates []float64
	given := p.given()
	for i := range paths.Trials {
		t := &paths.Trials[i]
		count := t.Rows(d)
		g = slices.Grow(g[:0], count*k*d)[:count*k*d]
		p.gradient.Rows(t.Q, d, g)
		values = slices.Grow(values[:0], count*d*size)[:count*d*size]
		clear(values)
		rates = slices.Grow(rates[:0], count*d)[:count*d]
		for r := 0; r < count && p.known != nil; r++ {
			given(t.Q[r*d:(r+1)*d], rates[r*d:(r+1)*d])
		}
		for r := range count {
			x, block := t.Q[r*d:(r+1)*d], values[r*d*size:(r+1)*d*size]
			for c := range k {
				by := g[(r*k+c)*d : (r*k+c+1)*d]
				for j := range n {
					block[j*size+c] = by[n+j]
					block[(n+j)*size+c] = -by[j]
				}
			}
			at := k
			if p.friction {
				for j := range n {
					block[(n+j)*size+at+j] = -x[n+j]
				}
				at += n
			}
			for j := range n {
				for u := range p.inputs {
					block[(n+j)*size+at+j*p.inputs+u] = t.U[r*p.inputs+u]
				}
			}
		}
		for w, half := range halves {
			width := 2*half + 1
			psi, rate, scale := estimate.TestFunction(half, power, paths.Step)
			rows := out[w]
			for from := 0; from+width <= count; from += strides[w] {
				at := len(rows.A)
				rows.A = rows.A[:at+d*size]
				block := rows.A[at:]
				for j, f := range psi {
					for e, v := range values[(from+j)*d*size : (from+j+1)*d*size] {
						block[e] += f * v
					}
				}
				for c := range d {
					y, weight := 0.0, scale/paths.Spread[c]
					for e := range size {
						block[c*size+e] *= weight
					}
					for j, v := range rate {
						y -= v * weight * t.Q[(from+j)*d+c]
					}
					if p.known != nil {
						for j, f := range psi {
							y -= f * weight * rates[(from+j)*d+c]
						}
					}
					rows.Y = append(rows.Y, y)
				}
				rows.Trial = append(rows.Trial, i)
			}
		}
	}
	return out
}

// given returns a function that writes the field of the part of H that is known, zero where none is, at a state to a rate.
func (p *problem) given() func(x, rate []float64) {
	if p.known == nil {
		return func(_, rate []float64) { clear(rate) }
	}
	m := motion(&Formula{N: p.n, Known: p.known})
	return func(x, rate []float64) { m.Rate(x, nil, rate, nil, nil) }
}
