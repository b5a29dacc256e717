package lagrange

import (
	"fmt"
	"math"
	"strings"

	"hnn/data"
	"hnn/data/estimate"
	"hnn/fit/sparse"
)

// Options of Fit. The zero value, with Angles set, is what an experimenter knows.
type Options struct {
	// Angles marks the positions that are angles, nil for none.
	Angles []bool
	// Gain is how inputs act on the positions, N x inputs, where it is known; else it is fitted.
	Gain []float64
	// Library says which functions of the positions there are; the zero value tries several.
	Library LibraryOptions
	// Conservative leaves friction out, Canonical a magnetic term.
	Conservative, Canonical bool
}

// Report says what a fit found.
type Report struct {
	// Noise are the standard deviations of the noise of positions and velocities, in their units.
	PositionNoise, VelocityNoise []float64
	Smoothed                     bool
	// Half is the half-width of the windows in steps of Step.
	Half int
	Step float64
	// Path is the held-out error against the number of terms, Terms what was taken of Candidates.
	Path              []sparse.Step
	Terms, Candidates int
	// Error is the root mean square error of rollouts of held-out trials over Horizon, relative to
	// the spreads of the columns: the median over trials. NaN where there was one trial only.
	Error, Horizon float64
	// Forced says that inputs of known gain fix the scale of L; else it is free, and M, V and friction are known up
	// to a common factor.
	Forced bool
}

// Fit finds the Lagrangian of a set of positions and velocities, Dim = 2 N with velocities in the second
// half, or of positions only. It is an error if the rows do not determine one.
func Fit(s *data.Set, o Options) (*Lagrangian, *Report, error) {
	p, err := estimate.NewPaths(s, estimate.PathOptions{Velocities: !s.PositionsOnly, Rates: true, Angles: o.Angles})
	if err != nil {
		return nil, nil, err
	}
	ladder := []LibraryOptions{o.Library}
	if o.Library == (LibraryOptions{}) {
		ladder = libraries(p.N, o.Angles)
	}
	p.Cut(8)
	var best *Lagrangian
	var report *Report
	consider := func(library LibraryOptions, half int) {
		form := &Form{
			N: p.N, Inputs: len(s.InputNames), Library: NewLibrary(p.N, o.Angles, library), Gain: o.Gain,
			Viscous: !o.Conservative, Coulomb: !o.Conservative && p.Smoothed, Magnetic: !o.Canonical && p.N > 1,
		}
		for _, v := range p.Speeds {
			form.Width = append(form.Width, 0.02*v)
		}
		l, path, err := form.fitWindows(p, half)
		if err != nil {
			return
		}
		r := &Report{PositionNoise: p.Noise, VelocityNoise: p.RateNoise, Smoothed: p.Smoothed, Half: half, Step: p.Step, Path: path, Candidates: form.Size(), Forced: form.forced()}
		for _, c := range l.Coefficients {
			if c != 0 {
				r.Terms++
			}
		}
		r.Error, r.Horizon = l.rolloutError(p)
		if best == nil || r.Error < report.Error {
			best, report = l, r
		}
	}
	for _, half := range halves(p) {
		consider(ladder[0], half)
	}
	for _, library := range ladder[1:] {
		half := halves(p)[0]
		if report != nil {
			half = report.Half
		}
		consider(library, half)
	}
	if best == nil {
		return nil, nil, sparse.ErrUndetermined
	}
	return best, report, nil
}

func (f *Form) forced() bool { return f.Inputs > 0 && f.Gain != nil }

// halves are the half-widths that are tried, in steps: parts of a typical turn.
func halves(p *estimate.Paths) []int {
	var out []int
	parts := []float64{8, 5, 2.5}
	for _, part := range parts {
		h := max(int(math.Round(p.Turn/part/p.Step)), 6)
		if len(out) == 0 || h > out[len(out)-1] {
			out = append(out, h)
		}
	}
	return out
}

// fitWindows fits with windows of one width.
func (f *Form) fitWindows(p *estimate.Paths, half int) (*Lagrangian, []sparse.Step, error) {
	w, centre := f.weakRows(p.Trials, p.Step, Windows{Half: half, Power: 6})
	if w.Blocks() < 8 {
		return nil, nil, fmt.Errorf("lagrange: trials of fewer than %d samples", 2*half+1)
	}
	speeds := relative(p.Speeds)
	scaleRows(w, speeds)
	problem := &sparse.Problem{Rows: w, Penalty: f.penalty(), Accept: func(theta []float64) bool { return f.definite(w, centre, theta, speeds) }}
	if !f.forced() {
		problem.Constraint = f.kinetic(p.Trials, p.Speeds)
	}
	k := f.Library.Size()
	for b, pair := range f.massPairs() {
		if pair[0] == pair[1] {
			problem.Groups = append(problem.Groups, [2]int{b * k, (b + 1) * k})
		}
	}
	if p.Smoothed {
		dense, err := problem.Dense(1e-8)
		if err != nil {
			return nil, nil, err
		}
		whiten(w, centre, &Lagrangian{Form: *f, Coefficients: dense}, speeds)
	}
	c, err := problem.Choose()
	if err != nil {
		return nil, nil, err
	}
	return &Lagrangian{Form: *f, Coefficients: c.Theta}, c.Path, nil
}

// relative divides by the geometric mean.
func relative(v []float64) []float64 {
	log := 0.0
	for _, x := range v {
		log += math.Log(x) / float64(len(v))
	}
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = x / math.Exp(log)
	}
	return out
}

// rolloutError rolls the trials that were held out over two typical turns from their first states.
func (l *Lagrangian) rolloutError(p *estimate.Paths) (relative, horizon float64) {
	rows := max(int(2*p.Turn/p.Step), 10)
	fine := 80.0 // steps a turn: the integrator is right to 1e-4, or to 1e-7 where there is no noise
	if !p.Smoothed {
		fine = 400
	}
	sub := max(1, int(math.Ceil(p.Step*fine/p.Turn)))
	return l.rollouts(p, rows, sub), float64(rows) * p.Step
}

// rollouts is the median error of the held-out trials over so many rows.
func (l *Lagrangian) rollouts(p *estimate.Paths, rows, sub int) float64 {
	n, spread := l.N, p.Spread
	var errors []float64
	for k, t := range p.Trials {
		if k%4 != 0 {
			continue
		}
		count := min(t.Rows(n), rows)
		q, v := make([]float64, count*n), make([]float64, count*n)
		l.Roll(t.Q[:n], t.V[:n], t.U, p.Step, sub, q, v)
		sum := 0.0
		for i := range q {
			e := (q[i] - t.Q[i]) / spread[i%n]
			d := (v[i] - t.V[i]) / p.Speeds[i%n]
			if math.IsNaN(e) || math.IsNaN(d) || e*e+d*d > 100 {
				e, d = 10, 0
			}
			sum += (e*e + d*d) / float64(2*len(q))
		}
		errors = append(errors, math.Sqrt(sum))
	}
	return median(errors)
}

// Roll integrates from q0, v0 by the classical Runge-Kutta method with sub steps between samples step apart and
// writes positions and velocities of len(q)/N samples. Inputs (samples x Inputs, nil for none) are lines between samples.
func (l *Lagrangian) Roll(q0, v0, u []float64, step float64, sub int, q, v []float64) {
	n, m := l.N, l.Inputs
	motion := l.NewMotion()
	copy(q, q0)
	copy(v, v0)
	x := make([]float64, 2*n)
	copy(x, q0)
	copy(x[n:], v0)
	k := make([]float64, 8*n)
	y := make([]float64, 2*n)
	in := make([]float64, m)
	h := step / float64(sub)
	for r := 1; r < len(q)/n; r++ {
		field := func(at float64, y, dx []float64) {
			for j := range in {
				in[j] = u[(r-1)*m+j] + at*(u[r*m+j]-u[(r-1)*m+j])
			}
			copy(dx, y[n:])
			motion.Acceleration(y[:n], y[n:], in, dx[n:])
		}
		for s := range sub {
			at := float64(s) / float64(sub)
			rk4(field, at, h, 1/float64(sub), x, y, k)
		}
		copy(q[r*n:], x[:n])
		copy(v[r*n:(r+1)*n], x[n:])
	}
}

// rk4 takes one step; at and part are the place and the length of the step between two samples.
func rk4(field func(at float64, x, dx []float64), at, h, part float64, x, y, k []float64) {
	d := len(x)
	k1, k2, k3, k4 := k[:d], k[d:2*d], k[2*d:3*d], k[3*d:4*d]
	field(at, x, k1)
	for i := range x {
		y[i] = x[i] + h/2*k1[i]
	}
	field(at+part/2, y, k2)
	for i := range x {
		y[i] = x[i] + h/2*k2[i]
	}
	field(at+part/2, y, k3)
	for i := range x {
		y[i] = x[i] + h*k3[i]
	}
	field(at+part, y, k4)
	for i := range x {
		x[i] += h / 6 * (k1[i] + 2*k2[i] + 2*k3[i] + k4[i])
	}
}

// Formula writes T, V, A and the friction with the names of the positions, coefficients to so many digits.
func (l *Lagrangian) Formula(names []string, digits int) string {
	k, at := l.Library.Size(), l.layout()
	var b strings.Builder
	sum := func(name string, write func(add func(c float64, text string))) {
		first := true
		write(func(c float64, text string) {
			if c == 0 {
				return
			}
			if first {
				fmt.Fprintf(&b, "%s = ", name)
			}
			switch {
			case c < 0:
				b.WriteString(map[bool]string{true: "-", false: " - "}[first])
			case !first:
				b.WriteString(" + ")
			}
			first = false
			fmt.Fprintf(&b, "%.*g", digits, math.Abs(c))
			if text != "1" && text != "" {
				b.WriteString(" " + text)
			}
		})
		if !first {
			b.WriteString("\n")
		}
	}
	times := func(text, factor string) string {
		if text == "1" {
			return factor
		}
		return text + "*" + factor
	}
	rate := func(i int) string { return "d" + names[i] + "/dt" }
	sum("T", func(add func(float64, string)) {
		for p, pair := range l.massPairs() {
			for c := range k {
				w, factor := l.Coefficients[p*k+c], rate(pair[0])+"*"+rate(pair[1])
				if pair[0] == pair[1] {
					w, factor = w/2, "("+rate(pair[0])+")^2"
				}
				add(w, times(l.Library.Features[c].Text(names), factor))
			}
		}
	})
	sum("V", func(add func(float64, string)) {
		for c := range k - 1 {
			add(l.Coefficients[at.potential+c], l.Library.Features[l.feature(c)].Text(names))
		}
	})
	if l.Magnetic {
		for j := 1; j < l.N; j++ {
			sum("A_"+names[j], func(add func(float64, string)) {
				for c := range k - 1 {
					add(l.Coefficients[at.magnetic+(j-1)*(k-1)+c], l.Library.Features[l.feature(c)].Text(names))
				}
			})
		}
	}
	for i := range l.N {
		sum("friction on "+names[i], func(add func(float64, string)) {
			for p, pair := range l.frictionPairs() {
				if pair[0] == i || pair[1] == i {
					add(l.Coefficients[at.viscous+p], rate(pair[0]+pair[1]-i))
				}
			}
			if l.Coulomb {
				add(l.Coefficients[at.coulomb+i], "sign("+rate(i)+")")
			}
		})
	}
	for i := range l.N {
		sum("force on "+names[i], func(add func(float64, string)) {
			gain := l.gain(at)
			for j := range l.Inputs {
				add(gain[i*l.Inputs+j], fmt.Sprintf("u%d", j+1))
			}
		})
	}
	return b.String()
}
