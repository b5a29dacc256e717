package formula

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"hnn/data"
	"hnn/data/estimate"
	"hnn/fit/sparse"
	"hnn/model/expr"
)

// Parameter is a number inside terms, as k in cos(k*q).
type Parameter struct {
	Name  string
	Value float64 // before FitInside the value to begin with
	Error float64 // standard error
}

// The Gauss-Newton steps of FitInside: how many, how far one may go as a share of the value, and below what share they end.
const (
	insideSteps = 30
	insideMost  = 0.3
	insideLeast = 1e-10
)

// FitInside is Fit of terms with parameters inside, as k in cos(k*q): variables Dim, Dim+1 and so on of the
// expressions. Gauss-Newton steps run around the linear solve, of all terms first, then of those that were chosen.
// FitInside writes the values that it finds to parameters; in the formula they are numbers. It is an error if the
// steps do not converge.
func FitInside(s *data.Set, list []*expr.Expr, parameters []Parameter, o Options) (*Formula, *Report, error) {
	if err := s.Lengths(); err != nil {
		return nil, nil, err
	}
	d := s.Dim
	values := make([]float64, len(parameters))
	for i, p := range parameters {
		values[i] = p.Value
	}
	bind := func() []*expr.Expr {
		bound := make([]*expr.Expr, len(list))
		for k, e := range list {
			bound[k] = e.Bind(d, values)
		}
		return bound
	}
	paths, err := pathsOf(s, o)
	if err != nil {
		return nil, nil, err
	}
	use := make([]bool, len(list))
	for k := range use {
		use[k] = true
	}
	in := &inside{set: s, paths: paths, list: list, parameters: parameters, values: values, conservative: o.Conservative, known: o.Known}
	for range 4 {
		if err := in.steps(use); err != nil {
			return nil, nil, err
		}
		bound := bind()
		if err := fits(s, bound); err != nil {
			return nil, nil, err
		}
		f, r, err := fit(s, paths, bound, o)
		if err != nil {
			return nil, nil, err
		}
		same, at := true, 0
		for k := range list {
			chosen := at < len(f.Terms) && f.Terms[at].Expr == bound[k]
			if chosen {
				at++
			}
			same, use[k] = same && use[k] == chosen, chosen
		}
		if same {
			for i := range parameters {
				parameters[i].Value = values[i]
			}
			return f, r, nil
		}
	}
	return nil, nil, errors.New("formula: the terms that are chosen go round as the numbers inside them change; give fewer terms, or other values to begin with")
}

// inside is the problem of the parameters.
type inside struct {
	set          *data.Set
	paths        *estimate.Paths
	list         []*expr.Expr
	parameters   []Parameter
	values       []float64
	conservative bool
	known        *expr.Expr
}

// rows are the windows of the terms in use with, after them, for each of the parameters that occur the derivative of their
// sum by it, given the terms' coefficients; nil leaves these out.
func (n *inside) rows(use []bool, c []float64, occur []int) (*problem, *sparse.Rows) {
	d := n.set.Dim
	p := &problem{n: d / 2, inputs: len(n.set.InputNames), friction: !n.conservative, known: n.known}
	for k, e := range n.list {
		if use[k] {
			p.terms = append(p.terms, e.Bind(d, n.values))
		}
	}
	for _, j := range occur {
		sum := expr.Number(0)
		at := 0
		for k, e := range n.list {
			if use[k] {
				sum = expr.Sum(sum, expr.Product(expr.Number(c[at]), e.Derivative(d+j).Bind(d, n.values)))
				at++
			}
		}
		p.terms = append(p.terms, sum)
	}
	var gradient []*expr.Expr
	for _, t := range p.terms {
		for i := range d {
			gradient = append(gradient, t.Derivative(i))
		}
	}
	p.gradient = expr.Compile(gradient...)
	half := n.paths.Half(5)
	return p, p.windows(n.paths, []int{half})[0]
}

// steps changes the values until the terms in use fit best.
func (n *inside) steps(use []bool) error {
	d := n.set.Dim
	var occur []int
	for j := range n.parameters {
		if slices.ContainsFunc(n.list, func(e *expr.Expr) bool { return use[slices.Index(n.list, e)] && e.Uses(d+j) }) {
			occur = append(occur, j)
		}
	}
	if occur == nil {
		return nil
	}
	for range insideSteps {
		p, rows := n.rows(use, nil, nil)
		c, err := sparse.Subset(rows, everything(p), nil)
		if err != nil || rows.Blocks() < 8 {
			return fmt.Errorf("formula: the terms with numbers inside them cannot be told apart at %s; give fewer terms, or other values to begin with", n.text())
		}
		p, rows = n.rows(use, c, occur)
		x, err := sparse.Subset(rows, everything(p), nil)
		if err != nil {
			return fmt.Errorf("formula: the rows do not determine %s", n.text())
		}
		from, most := len(p.terms)-len(occur), 0.0
		for i, j := range occur {
			step, limit := x[from+i], insideMost*math.Max(math.Abs(n.values[j]), 1e-3)
			step = math.Max(-limit, math.Min(limit, step))
			n.values[j] += step
			most = max(most, math.Abs(step/n.values[j]))
		}
		if !(most < math.Inf(1)) {
			break
		}
		if most < insideLeast {
			n.errors(p, rows, occur)
			return nil
		}
	}
	return fmt.Errorf("formula: the numbers inside the terms come to no end, last at %s; begin with other values", n.text())
}

// errors are standard errors of the parameters, by leaving out a tenth of the trials at a time.
func (n *inside) errors(p *problem, rows *sparse.Rows, occur []int) {
	groups := min(10, len(n.paths.Trials))
	from := len(p.terms) - len(occur)
	square := make([]float64, len(occur))
	for g := range groups {
		if x, err := sparse.Subset(rows, everything(p), func(block int) bool { return rows.Trial[block]%groups != g }); err == nil {
			for i := range occur {
				square[i] += x[from+i] * x[from+i]
			}
		}
	}
	for i, j := range occur {
		n.parameters[j].Error = math.Sqrt(square[i] * float64(groups-1) / float64(groups))
	}
}

// text is the parameters with their values.
func (n *inside) text() string {
	var parts []string
	for i, p := range n.parameters {
		parts = append(parts, fmt.Sprintf("%s = %.4g", p.Name, n.values[i]))
	}
	return strings.Join(parts, ", ")
}

func everything(p *problem) []int {
	all := make([]int, p.size())
	for i := range all {
		all[i] = i
	}
	return all
}
