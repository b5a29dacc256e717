package invariants

import (
	"errors"
	"flag"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"hnn/data"
	"hnn/data/estimate"
	"hnn/model/expr"
	"hnn/ode"
	"hnn/system"
)

var only = flag.String("system", "", "count the invariants of this system only")

var seed = flag.Uint64("draw", 4, "seed of the draws whose invariants are counted")

// motion is a field with the names of its columns and a draw of first states.
type motion struct {
	names  []string
	angles []bool
	field  func(x, dx []float64)
	start  func(u func(lo, hi float64) float64) []float64
	step   float64
	rows   int
	trials int
	noise  float64
}

func canonical(s system.System) (names []string, angles []bool) {
	for _, c := range s.Coordinates() {
		names, angles = append(names, c.Name), append(angles, c.Angle)
	}
	return names, angles
}

func of(s system.System, step float64, rows int, start func(u func(lo, hi float64) float64) []float64) motion {
	names, angles := canonical(s)
	if start == nil {
		start = func(u func(lo, hi float64) float64) []float64 {
			x := make([]float64, s.Dim())
			s.Sample(rand.New(rand.NewPCG(uint64(u(0, 1e9)), 1)), x)
			return x
		}
	}
	return motion{names: names, angles: angles, field: s.Field, start: start, step: step, rows: rows, trials: 30}
}

func (m motion) paths(t *testing.T) *estimate.Paths {
	t.Helper()
	d := len(m.names)
	rng := rand.New(rand.NewPCG(*seed, 7))
	set := &data.Set{Dim: d, Offsets: []int{0}, Names: m.names}
	for range m.trials {
		x := m.start(func(lo, hi float64) float64 { return lo + (hi-lo)*rng.Float64() })
		times := make([]float64, m.rows)
		for r := range times {
			times[r] = float64(r) * m.step
		}
		states, _, err := ode.Solve(func(_ float64, x, dx []float64) { m.field(x, dx) }, x, times, nil, &ode.Settings{Method: ode.DOP853, RTol: 1e-12, ATol: 1e-12})
		if err != nil {
			t.Fatal(err)
		}
		set.T, set.X = append(set.T, times...), append(set.X, states...)
		set.Offsets = append(set.Offsets, len(set.T))
	}
	for i, s := range set.Spread() {
		for r := i; r < len(set.X); r += d {
			set.X[r] += m.noise * s * rng.NormFloat64()
		}
	}
	p, err := estimate.NewPaths(set, estimate.PathOptions{Angles: m.angles})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// pair are two bodies of mass 1 in nearly circular motion, centres moving where drift says so.
func pair(drift float64) func(u func(lo, hi float64) float64) []float64 {
	return func(u func(lo, hi float64) float64) []float64 {
		r, v, a := u(0.8, 1.2), u(0.85, 1.1), u(0, 2*math.Pi)
		sin, cos := math.Sincos(a)
		speed := v * math.Sqrt(1/r) / math.Sqrt2 // of each
		x, y, px, py := r/2*cos, r/2*sin, -speed*sin, speed*cos
		cx, cy, ux, uy := drift*u(-1, 1), drift*u(-1, 1), drift*u(-1, 1), drift*u(-1, 1)
		return []float64{cx + x, cx - x, cy + y, cy - y, ux + px, ux - px, uy + py, uy - py}
	}
}

func TestCounts(t *testing.T) {
	henon := func(u func(lo, hi float64) float64) []float64 {
		e := u(0.1, 1./6)
		for {
			q1, q2, a := u(-0.6, 0.6), u(-0.5, 0.9), u(0, 2*math.Pi)
			v := (q1*q1+q2*q2)/2 + q1*q1*q2 - q2*q2*q2/3
			if v < e && math.Hypot(q1, q2) < 0.8 {
				p := math.Sqrt(2 * (e - v))
				return []float64{q1, q2, p * math.Cos(a), p * math.Sin(a)}
			}
		}
	}
	plane := motion{
		names: []string{"x", "y", "px", "py"}, step: 0.1, rows: 200, trials: 30,
		field: func(x, dx []float64) { dx[0], dx[1], dx[2], dx[3] = x[2], x[3], -x[0], -x[1] },
		start: func(u func(lo, hi float64) float64) []float64 {
			return []float64{u(-1, 1), u(-1, 1), u(-1, 1), u(-1, 1)}
		},
	}
	volterra := motion{
		names: []string{"q", "p"}, step: 0.1, rows: 250, trials: 30, // logarithms of predator and prey
		field: func(x, dx []float64) { dx[0], dx[1] = math.Exp(x[1])-1, 1-math.Exp(x[0]) },
		start: func(u func(lo, hi float64) float64) []float64 { return []float64{u(-1, 1), u(-1, 1)} },
	}
	damped := of(system.Pendulum{K: 3}, 0.06, 200, nil)
	damped.field = func(x, dx []float64) {
		system.Pendulum{K: 3}.Field(x, dx)
		dx[1] -= 0.15 * x[1]
	}
	noisy := func(m motion, noise float64) motion {
		m.noise = noise
		return m
	}
	// Three bodies: a pair and a third further out, which keep clear of each other. Where their centre moves from the origin,
	// its angular momentum is none; else that is a fifth quantity beside both momenta, H and L.
	hierarchy := func(place, drift float64) motion {
		return of(system.NewNBody(3), 0.03, 600, func(u func(lo, hi float64) float64) []float64 {
			r, v, far, w := u(0.5, 0.7), u(0.9, 1.1), u(3, 4), u(0.9, 1.1)
			a, b := u(0, 2*math.Pi), u(0, 2*math.Pi)
			speed := v * math.Sqrt(1/r) / math.Sqrt2
			out := w * math.Sqrt(3/far) // of the third beside the pair
			x := make([]float64, 12)
			cx, cy, ux, uy := place*u(-1, 1), place*u(-1, 1), drift*u(-1, 1), drift*u(-1, 1)
			for i, c := range []float64{-1. / 3, -1. / 3, 2. / 3} {
				x[i], x[3+i] = cx+c*far*math.Cos(b), cy+c*far*math.Sin(b)
				x[6+i], x[9+i] = ux-c*out*math.Sin(b), uy+c*out*math.Cos(b)
			}
			for i, sign := range []float64{0.5, -0.5} {
				x[i] += sign * r * math.Cos(a)
				x[3+i] += sign * r * math.Sin(a)
				x[6+i] -= 2 * sign * speed * math.Sin(a)
				x[9+i] += 2 * sign * speed * math.Cos(a)
			}
			return x
		})
	}
	double := of(system.DoublePendulum{G: 9.81}, 0.02, 600, func(u func(lo, hi float64) float64) []float64 {
		return []float64{u(2, 3), u(2, 3), u(-3, 3), u(-3, 3)}
	})
	// What theory knows: each function that is found must depend on these alone.
	ellipse := func(x, y, px, py string) []string { // L, H and the direction of the orbit, p x L - r/|r|
		l := "((" + x + ")*(" + py + ") - (" + y + ")*(" + px + "))"
		r := "sqrt((" + x + ")^2 + (" + y + ")^2)"
		return []string{l, "((" + px + ")^2 + (" + py + ")^2)/2 - 1/" + r, "(" + py + ")*" + l + " - (" + x + ")/" + r, "(" + px + ")*" + l + " + (" + y + ")/" + r}
	}
	centre := func(bodies string) []string {
		sum := func(axis string) string {
			return "(" + axis + strings.Join(strings.Split(bodies, ""), " + "+axis) + ")"
		}
		return []string{sum("px"), sum("py"), sum("x") + "*" + sum("py") + " - " + sum("y") + "*" + sum("px")}
	}
	// The difference r of two bodies of mass 1, d2r/dt2 = -2 r/|r|^3, is Kepler's orbit in the time sqrt(2) t.
	two := append(ellipse("x1 - x2", "y1 - y2", "(px1 - px2)/sqrt(2)", "(py1 - py2)/sqrt(2)"), centre("12")...)
	three := append(centre("123"), "x1*py1 - y1*px1 + x2*py2 - y2*px2 + x3*py3 - y3*px3",
		"(px1^2 + px2^2 + px3^2 + py1^2 + py2^2 + py3^2)/2 - 1/sqrt((x1 - x2)^2 + (y1 - y2)^2) - 1/sqrt((x1 - x3)^2 + (y1 - y3)^2) - 1/sqrt((x2 - x3)^2 + (y2 - y3)^2)")
	spring, pendulum, duffing := []string{"q^2 + p^2"}, []string{"p^2 - 3*cos(q)"}, []string{"p^2/2 - q^2/2 + q^4/4"}
	kepler := ellipse("x", "y", "px", "py")
	heiles := []string{"(p1^2 + p2^2 + q1^2 + q2^2)/2 + q1^2*q2 - q2^3/3"}
	for name, c := range map[string]struct {
		motion
		want  int
		known []string // nil where the list is not compared
	}{
		"spring":                  {of(system.Spring{}, 0.1, 150, nil), 1, spring},
		"spring, 1%":              {noisy(of(system.Spring{}, 0.1, 150, nil), 0.01), 1, nil},
		"pendulum":                {of(system.Pendulum{K: 3}, 0.06, 200, nil), 1, pendulum},
		"pendulum, 1%":            {noisy(of(system.Pendulum{K: 3}, 0.06, 200, nil), 0.01), 1, nil},
		"Duffing":                 {of(system.Duffing{Alpha: -1, Beta: 1}, 0.1, 200, nil), 1, duffing},
		"Kepler":                  {of(system.Kepler{Mu: 1}, 0.08, 250, nil), 3, kepler},
		"oscillator, 2-D":         {plane, 3, []string{"x^2 + px^2", "y^2 + py^2", "x*py - y*px", "x*y + px*py"}},
		"Lotka-Volterra":          {volterra, 1, []string{"exp(q) - q + exp(p) - p"}},
		"Henon-Heiles":            {of(system.HenonHeiles{Alpha: 1}, 0.1, 500, henon), 1, heiles},
		"damped pendulum":         {damped, 0, nil},
		"two bodies":              {of(system.NewNBody(2), 0.06, 250, pair(0.3)), 6, two},
		"two, at rest":            {of(system.NewNBody(2), 0.06, 250, pair(0)), 3, nil},
		"three bodies":            {hierarchy(0, 0.3), 4, three},
		"three, centres anywhere": {hierarchy(0.3, 0.3), 5, three},
		"three, at rest":          {hierarchy(0, 0), 2, nil},
		"double pendulum":         {double, 1, nil}, // its H is a quotient: see Coupled
		"Kepler, 1%":              {noisy(of(system.Kepler{Mu: 1}, 0.08, 250, nil), 0.01), 3, nil},
		"Henon-Heiles, 1%":        {noisy(of(system.HenonHeiles{Alpha: 1}, 0.1, 500, henon), 0.01), 1, nil},
		"Duffing, 1%":             {noisy(of(system.Duffing{Alpha: -1, Beta: 1}, 0.1, 200, nil), 0.01), 1, nil},
		"Lotka-Volterra, 1%":      {noisy(volterra, 0.01), 1, nil},
		"two bodies, 1%":          {noisy(of(system.NewNBody(2), 0.06, 250, pair(0.3)), 0.01), 6, nil},
		"three bodies, 1%":        {noisy(hierarchy(0, 0.3), 0.01), 4, nil},
		"double pendulum, 1%":     {noisy(double, 0.01), 1, nil},
		"damped, 1%":              {noisy(damped, 0.01), 0, nil},
	} {
		if *only != "" && name != *only {
			continue
		}
		p := c.paths(t)
		n := len(c.names) / 2
		var marks []bool
		if c.angles != nil {
			marks = c.angles[:n]
		}
		r, err := Find(p, Libraries(n, marks, c.names), Coupled(n, marks)...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, q := range append(r.Conserved, r.Nearly...) {
			if len(q.Terms) < 12 {
				t.Logf("%s: %s, within over between %.1e, of which noise %.1e", name, q.Expr().Write(expr.Text, c.names, 4), q.Share, q.Noise)
			} else {
				t.Logf("%s: %d terms, within over between %.1e, of which noise %.1e", name, len(q.Terms), q.Share, q.Noise)
			}
		}
		if c.known != nil {
			for i := range r.Conserved {
				rest := beside(t, p, c.names, r.Conserved[i].Expr(), c.known)
				if rest > sameGradient {
					t.Errorf("%s: function %d is none of the known ones: %.1e of its gradient is beside theirs", name, i+1, rest)
				}
			}
		}
		// Found under noise is the motion's only if it is constant where there is none.
		if c.noise > 0 {
			clean := c.motion
			clean.noise = 0
			q := clean.paths(t)
			for i := range r.Conserved {
				share := spreadWithin(q, r.Conserved[i].Expr())
				t.Logf("%s: the %d. conserved function, of %d terms, varies by %.1e of its spread where there is no noise, which explains %.1e", name, i+1, len(r.Conserved[i].Terms), share, r.Conserved[i].Noise)
				if share > noiseFactor*r.Conserved[i].Noise {
					t.Errorf("%s: a function that is not conserved: it varies by %.1e of its spread without noise", name, share)
				}
			}
		}
		if len(r.Conserved) != c.want {
			t.Errorf("%s: %d conserved quantities, want %d (nearly %d, %.1f turns)", name, len(r.Conserved), c.want, len(r.Nearly), r.Turns)
		}
	}
}

// beside is the part of a function's gradient, of its length, that the gradients of known ones leave at half of the states.
func beside(t *testing.T, p *estimate.Paths, names []string, q *expr.Expr, known []string) float64 {
	d := p.N
	var x []float64
	for _, trial := range p.Trials {
		for r := 0; r < trial.Rows(d); r += 20 {
			x = append(x, trial.Q[r*d:(r+1)*d]...)
		}
	}
	gradient := func(e *expr.Expr) []float64 {
		var parts []*expr.Expr
		for i := range d {
			parts = append(parts, e.Derivative(i))
		}
		out := make([]float64, len(x))
		expr.Compile(parts...).Rows(x, d, out)
		return out
	}
	var of [][]float64
	for _, text := range known {
		e, err := expr.Parse(text, names)
		if err != nil {
			t.Fatal(err)
		}
		of = append(of, gradient(e))
	}
	g := gradient(q)
	var rest []float64
	for r := 0; r < len(x); r += d {
		a := mat.NewDense(d, len(of), nil)
		for k := range of {
			a.SetCol(k, of[k][r:r+d])
		}
		var svd mat.SVD
		if !svd.Factorize(a, mat.SVDThin) {
			continue
		}
		var u mat.Dense
		svd.UTo(&u)
		v := mat.NewVecDense(d, slices.Clone(g[r:r+d]))
		whole := mat.Norm(v, 2)
		for k, s := range svd.Values(nil) {
			if s > 1e-9*svd.Values(nil)[0] {
				v.AddScaledVec(v, -mat.Dot(v, u.ColView(k)), u.ColView(k))
			}
		}
		if whole > 0 {
			rest = append(rest, mat.Norm(v, 2)/whole)
		}
	}
	slices.Sort(rest)
	return rest[len(rest)/2]
}

// spreadWithin is the root mean square of a function about its mean in each trial, over the spread of these means.
func spreadWithin(p *estimate.Paths, q *expr.Expr) float64 {
	f := expr.Compile(q)
	var within, rows, mean, square float64
	for _, trial := range p.Trials {
		n := trial.Rows(p.N)
		v := make([]float64, n)
		f.Rows(trial.Q, p.N, v)
		m := stat.Mean(v, nil)
		for _, x := range v {
			within += (x - m) * (x - m)
		}
		rows += float64(n)
		mean += m
		square += m * m
	}
	trials := float64(len(p.Trials))
	return math.Sqrt(within / rows / (square/trials - mean*mean/(trials*trials)))
}

func TestTooShort(t *testing.T) {
	m := of(system.Spring{}, 0.02, 30, nil)
	if _, err := Find(m.paths(t), Libraries(1, nil, m.names)); !errors.Is(err, ErrShort) {
		t.Errorf("a fifth of a turn: %v", err)
	}
	m.trials = 3
	m.rows = 400
	if _, err := Find(m.paths(t), Libraries(1, nil, m.names)); err == nil {
		t.Error("three trials were judged")
	}
}
