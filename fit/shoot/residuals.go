package shoot

import "math"

// residuals simulates the windows as they are: see Report.Residuals.
func (p *shooting) residuals() [][]float64 {
	d := p.s.Dim
	out := make([][]float64, len(p.trials))
	for k, t := range p.trials {
		out[k] = make([]float64, len(t.X))
		for i := range out[k] {
			out[k][i] = math.NaN()
		}
	}
	run := newSensitivity(p.s, 0)
	in, x, rate := make([]float64, p.s.Inputs), make([]float64, d), make([]float64, d)
	for _, w := range p.parts {
		t := &p.trials[w.trial]
		copy(x, w.state)
		for r := w.from; r < w.to; r++ {
			if r > w.from {
				t.advance(run, r-1, p.step, in, x)
			}
			if p.s.Sensors != nil {
				t.inputs(r, in)
				run.field(x, in, rate, nil, nil)
			}
			for i, weight := range p.weight {
				if weight > 0 {
					shown := x[i]
					if p.s.Sensors != nil {
						shown, _, _ = p.s.shown(p.s.Sensors[w.trial][i], x[i], rate[i])
					}
					out[w.trial][r*d+i] = weight * (t.X[r*d+i] - shown)
				}
			}
		}
	}
	return out
}

// Whiteness says what is left in the residuals of a component that is not noise: the correlation of neighbours, and the
// largest with the inputs, over lags of 0 to 20 rows. Of white noise both are within 2/sqrt(Numbers), the largest of so
// many lags and inputs within Bound.
type Whiteness struct {
	Numbers    int
	Neighbours float64
	WithInputs float64 // NaN where there are none
	Input, Lag int     // where that is
	Bound      float64
}

// mostLag is how many rows later than an input its trace is looked for.
const mostLag = 20

// White tests the residuals of a report, one result for each of the dim components. A component that was not measured
// has no numbers.
func White(r *Report, trials []Trial, dim int) []Whiteness {
	for k, e := range r.Residuals {
		if k >= len(trials) || len(e) != len(trials[k].T)*dim {
			panic("shoot: residuals of other trials, or of another dimension")
		}
	}
	out := make([]Whiteness, dim)
	for i := range out {
		w := &out[i]
		var square, product float64
		for _, e := range r.Residuals {
			for k := i; k < len(e); k += dim {
				if math.IsNaN(e[k]) {
					continue
				}
				w.Numbers++
				square += e[k] * e[k]
				if k >= dim && !math.IsNaN(e[k-dim]) {
					product += e[k] * e[k-dim]
				}
			}
		}
		w.WithInputs, w.Input, w.Lag = math.NaN(), -1, -1
		if square == 0 || w.Numbers < 3 {
			continue
		}
		w.Neighbours = product / square
		inputs := 0
		for k, t := range trials {
			if k < len(r.Residuals) && t.U != nil && len(t.U.T) == len(t.T) {
				inputs = len(t.U.U) / len(t.U.T)
			}
		}
		// Of so many correlations of white noise one in twenty sets has a larger one than this.
		w.Bound = math.Sqrt2 * math.Erfinv(1-0.05/float64(max(1, inputs*(mostLag+1)))) / math.Sqrt(float64(w.Numbers))
		for j := range inputs {
			var mean, count, power float64
			for _, t := range trials {
				for n := j; t.U != nil && n < len(t.U.U); n += inputs {
					mean += t.U.U[n]
					count++
				}
			}
			mean /= count
			for _, t := range trials {
				for n := j; t.U != nil && n < len(t.U.U); n += inputs {
					power += (t.U.U[n] - mean) * (t.U.U[n] - mean)
				}
			}
			if power == 0 {
				continue
			}
			for lag := range mostLag + 1 {
				sum := 0.0
				for k, t := range trials {
					for row := lag; row < len(t.T) && t.U != nil; row++ {
						if e := r.Residuals[k][row*dim+i]; !math.IsNaN(e) {
							sum += e * (t.U.U[(row-lag)*inputs+j] - mean)
						}
					}
				}
				if c := sum / math.Sqrt(square*power); math.IsNaN(w.WithInputs) || math.Abs(c) > math.Abs(w.WithInputs) {
					w.WithInputs, w.Input, w.Lag = c, j, lag
				}
			}
		}
	}
	return out
}
