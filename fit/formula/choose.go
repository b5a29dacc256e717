package formula

import (
	"math"
	"slices"

	"hnn/data"
	"hnn/fit/shoot"
	"hnn/fit/sparse"
	"hnn/model/expr"
)

// mostBad is how many sets in a row may be far worse before smaller ones are not tried.
const mostBad = 4

// believed is how many times the squared error of the best set that of a smaller one may be where neither is the noise.
const believed = 2

// hopeless is how many times the squared error of the best set that of another may be after a first step of its fit.
const hopeless = 30

// weak says below how many standard errors a term is taken away to see whether it is missed.
const weak = 4

// choose compares the sets of a path by the simulation error of the noisy data, which no smoothing biases: that of the
// least Bayesian information criterion (Schwarz, 1978) is taken, beginning at what the weak form chose.
func (p *problem) choose(s *data.Set, r *Report, c *sparse.Choice) *sparse.Choice {
	numbers := float64(s.Rows() * s.Dim)
	tried := map[string]float64{}
	best, least, cost := c.Terms, math.Inf(1), math.Inf(1)
	type outcome struct {
		set  []int
		cost float64
	}
	var outcomes []outcome
	var errors []float64
	var nearest *shoot.Report // of the best set: where its windows begin is nearest to where the rows do
	trials := shoot.TrialsOf(s)
	try := func(set []int) float64 {
		set = slices.Clone(set)
		slices.Sort(set)
		key := string(encode(set))
		if v, ok := tried[key]; ok {
			return v
		}
		tried[key] = math.Inf(1)
		theta, err := p.solve(p.rows, set)
		if err != nil {
			return math.Inf(1)
		}
		f := p.formula(theta)
		q := shoot.Fit(motion(f), trials, shoot.Options{Noise: r.Noise, Windows: []int{2 * r.Half}, Step: r.RungeKutta(), Settle: nearest == nil, After: nearest, Hopeless: hopeless * cost})
		if q.Window == 0 || !(q.After > 0) {
			return math.Inf(1)
		}
		v := numbers*math.Log(q.After) + float64(len(set))*math.Log(numbers)
		tried[key] = v
		outcomes = append(outcomes, outcome{set, q.After})
		if v < least {
			best, least, cost, errors, nearest = set, v, q.After, relativeErrors(f, q.Errors, set, len(p.terms)), q
		}
		return v
	}
	at := slices.IndexFunc(c.Path, func(s sparse.Step) bool { return s.Terms == len(c.Terms) })
	try(c.Terms)
	// A smaller set may be right where one between is not: one function stands for a sum of four that are nearly it.
	for i, bad := at-1, 0; i >= 0 && bad < mostBad; i-- {
		if try(c.Path[i].Set) < least+50 {
			bad = 0
		} else {
			bad++
		}
	}
	for i := at + 1; i < len(c.Path) && c.Path[i].Terms <= len(c.Terms)+2; i++ {
		try(c.Path[i].Set)
	}
	for {
		before := len(best)
		set, ratio := slices.Clone(best), slices.Clone(errors)
		for i, v := range ratio {
			if v < weak && len(set) > 1 {
				try(slices.Delete(slices.Clone(set), i, i+1))
			}
		}
		if len(best) >= before {
			break
		}
	}
	// Where even the best leaves more than the noise, errors that are no noise decide between terms: few are believed.
	if bestCost := cost; cost > mostCost {
		for _, o := range outcomes {
			if o.cost < believed*cost && len(o.set) < len(best) && p.forces(o.set) == p.forces(best) {
				best = o.set
			}
		}
		// One term after the other is taken away, that which is missed least, forces last.
		for smaller := best; len(smaller) > 1+p.forces(smaller); {
			var next []int
			limit := math.Inf(1)
			for i, t := range smaller {
				if t >= len(p.terms) {
					continue
				}
				set := slices.Delete(slices.Clone(smaller), i, i+1)
				try(set)
				for _, o := range outcomes {
					if slices.Equal(o.set, set) && o.cost < limit {
						next, limit = set, o.cost
					}
				}
			}
			if next == nil || !(limit < believed*bestCost) {
				break
			}
			smaller, best = next, next
		}
	}
	r.information = tried[string(encode(best))]
	out := *c
	theta, err := p.solve(p.rows, best)
	if err != nil {
		return c
	}
	out.Terms, out.Theta = best, theta
	return &out
}

// polynomial says that an expression has no quotients, negative powers or functions but sine and cosine.
func polynomial(e *expr.Expr) bool {
	switch {
	case e.Op == expr.Div, e.Op == expr.Call && e.Func != "sin" && e.Func != "cos":
		return false
	case e.Op == expr.Pow && !(e.Args[1].Op == expr.Const && e.Args[1].Value >= 0):
		return false
	}
	return !slices.ContainsFunc(e.Args, func(a *expr.Expr) bool { return !polynomial(a) })
}

// forces counts the members of a set that are friction or gain.
func (p *problem) forces(set []int) int {
	n := 0
	for _, t := range set {
		if t >= len(p.terms) {
			n++
		}
	}
	return n
}

func encode(set []int) []byte {
	var b []byte
	for _, t := range set {
		b = append(b, byte(t), byte(t>>8))
	}
	return b
}

// relativeErrors are the coefficients of a set in units of their standard errors; those of friction and gain, which come
// all or none, are never weak.
func relativeErrors(f *Formula, errors []float64, set []int, terms int) []float64 {
	out := make([]float64, len(set))
	for i, t := range set {
		out[i] = math.Inf(1)
		if t < terms && i < len(errors) {
			out[i] = math.Abs(f.Terms[i].Coefficient) / errors[i]
		}
	}
	return out
}

// negligible is the share of the largest term's part in the rows below which a term stands for what is left of the
// integrals' rounding.
const negligible = 1e-7

// significant is a choice without its negligible terms.
func (p *problem) significant(rows *sparse.Rows, c *sparse.Choice) *sparse.Choice {
	part, largest := make([]float64, len(c.Terms)), 0.0
	for i, t := range c.Terms {
		for r := t; r < len(rows.A); r += rows.Size {
			part[i] += rows.A[r] * rows.A[r]
		}
		part[i] = math.Abs(c.Theta[t]) * math.Sqrt(part[i])
		largest = max(largest, part[i])
	}
	out := *c
	out.Terms = nil
	for i, t := range c.Terms {
		if part[i] > negligible*largest {
			out.Terms = append(out.Terms, t)
		}
	}
	theta, err := p.solve(rows, out.Terms)
	if len(out.Terms) == len(c.Terms) || err != nil {
		return c
	}
	out.Theta = theta
	return &out
}
