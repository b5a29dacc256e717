package experiment

import (
	"cmp"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hnn/data"
	"hnn/internal/stream"
	"hnn/model"
	"hnn/model/network"
	"hnn/ode"
)

var (
	chosen  = flag.String("systems", "", "of the twenty systems, those whose names hold this")
	draws   = flag.Int("draws", 1, "draws of each of the twenty systems")
	scatter = flag.Float64("scatter", 0, "noise of the twenty systems' training rows, as a share of each column's spread")
)

// choiceSystem is a system whose file is drawn, trained on without options, and judged.
type choiceSystem struct {
	name, columns string // of the states, by commas
	x             bool   // the columns are given by --x
	angles        []string
	input         string // the column of the input, "" for none
	field         func(x, u, dx []float64)
	start         func(u func(lo, hi float64) float64) []float64
	horizon, step float64
	test          float64 // of the test trials, 0 for the same
	trials        int     // that train, 0 for choiceTrials
	noise         float64 // of its rows, in place of -scatter
	thinned       float64 // the share of the rows that is left out at random, so that times are uneven
	verdict       Class   // expected
	error         float64 // what the recommended model may be off by, of exact rows
}

func double(x []float64, dx []float64) {
	// Unit masses and rods, momenta.
	s, c := math.Sincos(x[0] - x[1])
	d := 1 + s*s
	v1, v2 := (x[2]-c*x[3])/d, (2*x[3]-c*x[2])/d
	dx[0], dx[1] = v1, v2
	h1, h2 := v1*v2*s, v1*v2*s
	dx[2], dx[3] = -h1-2*9.81*math.Sin(x[0]), h2-9.81*math.Sin(x[1])
}

func uniforms(a ...float64) func(u func(lo, hi float64) float64) []float64 {
	return func(u func(lo, hi float64) float64) []float64 {
		x := make([]float64, len(a))
		for i, v := range a {
			x[i] = u(-v, v)
		}
		return x
	}
}

// choiceSystems are the twenty, and one of few uneven rows with noise, with the verdict that each is to get and the error of
// rollouts that is wanted.
var choiceSystems = []choiceSystem{
	{name: "spring", columns: "q,p", horizon: 10, step: 0.1, verdict: Conservative, error: 1e-6,
		field: func(x, _, dx []float64) { dx[0], dx[1] = x[1], -x[0] }, start: uniforms(1, 1)},
	{name: "pendulum", columns: "q,p", angles: []string{"q"}, horizon: 10, step: 0.1, verdict: Conservative, error: 1e-4,
		field: func(x, _, dx []float64) { dx[0], dx[1] = x[1], -3*math.Sin(x[0]) }, start: uniforms(2, 1.5)},
	{name: "Duffing", columns: "q,p", horizon: 10, step: 0.1, verdict: Conservative, error: 1e-4,
		field: func(x, _, dx []float64) { dx[0], dx[1] = x[1], -x[0]-x[0]*x[0]*x[0] }, start: uniforms(1.5, 1.5)},
	{name: "double well", columns: "q,p", horizon: 10, step: 0.1, verdict: Conservative, error: 1e-4,
		field: func(x, _, dx []float64) { dx[0], dx[1] = x[1], x[0]-x[0]*x[0]*x[0] }, start: uniforms(1.5, 1)},
	{name: "double well, uneven", columns: "q,p", horizon: 10, step: 0.05, trials: 5, noise: 0.05, thinned: 0.5, verdict: Conservative, error: 0.4,
		field: func(x, _, dx []float64) { dx[0], dx[1] = x[1], x[0]-x[0]*x[0]*x[0] }, start: uniforms(1.5, 1)},
	{name: "Henon-Heiles", columns: "q1,q2,p1,p2", horizon: 20, step: 0.1, test: 100, verdict: Conservative, error: 3e-3,
		field: func(x, _, dx []float64) {
			dx[0], dx[1], dx[2], dx[3] = x[2], x[3], -x[0]-2*x[0]*x[1], -x[1]-x[0]*x[0]+x[1]*x[1]
		}, start: uniforms(.3, .3, .25, .25)},
	{name: "Kepler", columns: "q1,q2,p1,p2", horizon: 15, step: 0.1, verdict: Conservative, error: 1e-3,
		field: func(x, _, dx []float64) {
			r := math.Hypot(x[0], x[1])
			dx[0], dx[1], dx[2], dx[3] = x[2], x[3], -x[0]/(r*r*r), -x[1]/(r*r*r)
		}, start: func(u func(lo, hi float64) float64) []float64 {
			r, a := u(.8, 1.2), u(0, 2*math.Pi)
			v := u(.85, 1.1) / math.Sqrt(r)
			s, c := math.Sincos(a)
			return []float64{r * c, r * s, -v * s, v * c}
		}},
	{name: "double pendulum, momenta", columns: "q1,q2,p1,p2", angles: []string{"q1", "q2"}, horizon: 5, step: 0.05, verdict: Conservative, error: 1.3e-2,
		field: func(x, _, dx []float64) { double(x, dx) }, start: uniforms(1, 1, 1, 1)},
	{name: "double pendulum, velocities", columns: "theta1,theta2,omega1,omega2", angles: []string{"theta1", "theta2"}, horizon: 5, step: 0.05, verdict: Conservative, error: 1e-4,
		field: func(x, _, dx []float64) {
			s, c := math.Sincos(x[0] - x[1])
			a, b := -s*x[3]*x[3]-2*9.81*math.Sin(x[0]), s*x[2]*x[2]-9.81*math.Sin(x[1])
			d := 1 + s*s
			dx[0], dx[1], dx[2], dx[3] = x[2], x[3], (a-c*b)/d, (2*b-c*a)/d
		}, start: uniforms(1, 1, .8, .8)},
	{name: "elastic pendulum, stiff", columns: "x,y,px,py", horizon: 10, step: 0.05, verdict: Conservative, error: 1.8e-3,
		field: func(x, _, dx []float64) {
			r := math.Hypot(x[0], x[1])
			f := -100 * (r - 1) / r
			dx[0], dx[1], dx[2], dx[3] = x[2], x[3], f*x[0], f*x[1]-9.81
		}, start: func(u func(lo, hi float64) float64) []float64 {
			r, a := u(1, 1.2), u(-1.2, 1.2)
			return []float64{r * math.Sin(a), -r * math.Cos(a), u(-.5, .5), u(-.5, .5)}
		}},
	{name: "Lotka-Volterra, logarithms", columns: "q,p", horizon: 15, step: 0.1, verdict: Conservative, error: 1.7e-4,
		field: func(x, _, dx []float64) { dx[0], dx[1] = 1-math.Exp(x[1]), math.Exp(x[0])-1 }, start: uniforms(1, 1)},
	{name: "Lotka-Volterra", columns: "prey,predator", x: true, horizon: 15, step: 0.1, verdict: Poisson, error: 5e-3,
		field: func(x, _, dx []float64) { dx[0], dx[1] = x[0]*(1-x[1]), x[1]*(x[0]-1) },
		start: func(u func(lo, hi float64) float64) []float64 { return []float64{u(.4, 1.8), u(.4, 1.8)} }},
	{name: "rigid body", columns: "l1,l2,l3", x: true, horizon: 20, step: 0.1, verdict: Poisson, error: 1e-5,
		field: func(x, _, dx []float64) {
			// Moments of inertia 1, 2 and 3.
			dx[0], dx[1], dx[2] = (1./3-1./2)*x[1]*x[2], (1-1./3)*x[2]*x[0], (1./2-1)*x[0]*x[1]
		}, start: uniforms(1, 1, 1)},
	{name: "Lorenz", columns: "x,y,z", x: true, horizon: 4, step: 0.01, test: 1.1, verdict: Other, error: 7e-3,
		field: func(x, _, dx []float64) {
			dx[0], dx[1], dx[2] = 10*(x[1]-x[0]), x[0]*(28-x[2])-x[1], x[0]*x[1]-8./3*x[2]
		}, start: func(u func(lo, hi float64) float64) []float64 { return []float64{u(-10, 10), u(-10, 10), u(15, 35)} }},
	{name: "van der Pol", columns: "x,v", horizon: 10, step: 0.05, verdict: Gain, error: 2e-3,
		field: func(x, _, dx []float64) { dx[0], dx[1] = x[1], (1-x[0]*x[0])*x[1]-x[0] }, start: uniforms(2.5, 2.5)},
	{name: "FitzHugh-Nagumo", columns: "v,w", x: true, horizon: 60, step: 0.2, verdict: Gain, error: 2e-3,
		field: func(x, _, dx []float64) {
			dx[0], dx[1] = x[0]-x[0]*x[0]*x[0]/3-x[1]+0.5, 0.08*(x[0]+0.7-0.8*x[1])
		}, start: uniforms(2, 1)},
	{name: "driven, damped Duffing", columns: "q,p", input: "u", horizon: 15, step: 0.1, verdict: Driven, error: 4e-4,
		field: func(x, u, dx []float64) { dx[0], dx[1] = x[1], x[0]-x[0]*x[0]*x[0]-0.2*x[1]+u[0] }, start: uniforms(1.5, 1)},
	{name: "damped pendulum", columns: "theta,omega", angles: []string{"theta"}, horizon: 10, step: 0.05, verdict: Losses, error: 1e-4,
		field: func(x, _, dx []float64) { dx[0], dx[1] = x[1], -9.81*math.Sin(x[0])-0.15*x[1] }, start: uniforms(2, 2)},
	{name: "three masses", columns: "x1,x2,x3,v1,v2,v3", horizon: 15, step: 0.125, verdict: Conservative, error: 1e-6,
		field: func(x, _, dx []float64) {
			a, b := x[1]-x[0], x[2]-x[1]
			copy(dx, x[3:])
			dx[3], dx[4], dx[5] = -2*x[0]+3*a, (-3*a+1.5*b)/2, (-1.5*b-x[2])/.5
		}, start: uniforms(1, 1, 1, 1, 1, 1)},
	{name: "charge in a magnetic field", columns: "x,y,vx,vy", horizon: 20, step: 0.15, verdict: Conservative, error: 1e-6,
		field: func(x, _, dx []float64) { dx[0], dx[1], dx[2], dx[3] = x[2], x[3], x[3]-.5*x[0], -x[2]-.9*x[1] }, start: uniforms(1, 1, 1, 1)},
	{name: "Foucault's pendulum", columns: "x,y,vx,vy", horizon: 20, step: 0.15, verdict: Conservative, error: 1e-6,
		field: func(x, _, dx []float64) { dx[0], dx[1], dx[2], dx[3] = x[2], x[3], .6*x[3]-x[0], -.6*x[2]-x[1] }, start: uniforms(1, 1, 1, 1)},
}

// choiceTrials are those of a file: 40 that train, the last 10 test.
const choiceTrials, choiceTests = 40, 10

// drawn is a set of trials of a system: DOP853 at 1e-11.
type drawn struct {
	t []float64
	x [][]float64
	u []*data.Signal
}

func (s *choiceSystem) draw(t *testing.T, rng *rand.Rand, trials int, horizon float64) *drawn {
	t.Helper()
	uniform := func(lo, hi float64) float64 { return lo + (hi-lo)*rng.Float64() }
	out := &drawn{}
	for i := range int(math.Round(horizon/s.step)) + 1 {
		out.t = append(out.t, float64(i)*s.step)
	}
	settings := &ode.Settings{Method: ode.DOP853, RTol: 1e-11, ATol: 1e-11, MaxSteps: 1_000_000}
	for range trials {
		x0 := s.start(uniform)
		var signal *data.Signal
		var knots []float64
		u := make([]float64, 1)
		if s.input != "" {
			// A sum of three cosines, sampled.
			a, w, f := []float64{uniform(0, .5), uniform(0, .5), uniform(0, .5)}, []float64{uniform(.3, 2), uniform(.3, 2), uniform(.3, 2)}, []float64{uniform(0, 6), uniform(0, 6), uniform(0, 6)}
			signal = &data.Signal{T: out.t}
			for _, at := range out.t {
				v := 0.0
				for i := range a {
					v += a[i] * math.Cos(w[i]*at+f[i])
				}
				signal.U = append(signal.U, v)
			}
			knots = out.t
		}
		field := func(segment int) ode.Field {
			return func(at float64, x, dx []float64) {
				if signal != nil {
					signal.Within(segment, at, u)
				}
				s.field(x, u, dx)
			}
		}
		x := make([]float64, len(out.t)*len(x0))
		if _, _, err := ode.SolveSegments(field, knots, x0, out.t, x, settings); err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		out.x, out.u = append(out.x, x), append(out.u, signal)
	}
	return out
}

// spreads are the standard deviations of the columns.
func (d *drawn) spreads(dim int) []float64 {
	out := make([]float64, dim)
	for j := range out {
		var mean, square, n float64
		for _, x := range d.x {
			for i := j; i < len(x); i += dim {
				mean += x[i]
				square += x[i] * x[i]
				n++
			}
		}
		out[j] = math.Sqrt(square/n - mean*mean/(n*n))
	}
	return out
}

// file writes the trials, with noise.
func (s *choiceSystem) file(t *testing.T, d *drawn, dim int, noise []float64, rng *rand.Rand) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("trial,t," + s.columns)
	if s.input != "" {
		b.WriteString("," + s.input)
	}
	b.WriteString("\n")
	for k, x := range d.x {
		for i, at := range d.t {
			if s.thinned > 0 && rng.Float64() < s.thinned {
				continue
			}
			fmt.Fprintf(&b, "%d,%.10g", k, at)
			for j, v := range x[i*dim : (i+1)*dim] {
				fmt.Fprintf(&b, ",%.12g", v+noise[j]*rng.NormFloat64())
			}
			if s.input != "" {
				fmt.Fprintf(&b, ",%.12g", d.u[k].U[i])
			}
			b.WriteString("\n")
		}
	}
	path := filepath.Join(t.TempDir(), "rows.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// off is the median over trials of the root mean square error of rollouts relative to the spreads, DOP853 at 1e-9 in the
// model's units; a rollout that ends early is off by 10 spreads from then on.
func (s *choiceSystem) off(m *model.Field, d *drawn, dim int, spread []float64) float64 {
	inner, scales := m.Dimensionless()
	var all []float64
	for k, truth := range d.x {
		z, times, signal := slices.Clone(truth[:dim]), slices.Clone(d.t), d.u[k]
		if scales != nil {
			signal = scales.Signal(signal)
			scales.States(z, z)
			for i := range times {
				times[i] /= scales.Time
			}
		}
		x := slices.Repeat([]float64{math.NaN()}, len(truth))
		field, knots := inner.Under(signal)
		_, _, _ = ode.SolveSegments(field, knots, z, times, x, &ode.Settings{Method: ode.DOP853, RTol: 1e-9, ATol: 1e-9, MaxSteps: 200_000})
		if scales != nil {
			scales.Restore(x, x)
		}
		sum := 0.0
		for i, v := range x {
			e := math.Abs(v-truth[i]) / spread[i%dim]
			if !(e < 10) {
				e = 10
			}
			sum += e * e / float64(len(x))
		}
		all = append(all, math.Sqrt(sum))
	}
	slices.Sort(all)
	return (all[len(all)/2] + all[(len(all)-1)/2]) / 2
}

// choose draws a system, lets the program choose a model of its file without options, and returns what was chosen and
// how far its rollouts are off.
func (s *choiceSystem) choose(t *testing.T, seed uint64, noise float64) (*Learning, *Run, float64) {
	t.Helper()
	rng := stream.New(seed, "choices "+s.name)
	if s.noise > 0 {
		noise = s.noise
	}
	train := s.draw(t, rng, cmp.Or(s.trials, choiceTrials), s.horizon)
	test := s.draw(t, rng, choiceTests, max(s.horizon*map[bool]float64{true: 1}[s.test == 0], s.test))
	dim := len(train.x[0]) / len(train.t)
	spread := train.spreads(dim)
	scatter := make([]float64, dim)
	for j := range scatter {
		scatter[j] = noise * spread[j]
	}
	c := mustDefault(t, "data").Tuned()
	c.Data, c.Figures = s.file(t, train, dim, scatter, rng), false
	asked := Asked{Models: []string{network.KindHNN}, Trainers: []string{string(ClosedForm)}, Settings: c}
	if s.angles != nil {
		asked.Given, asked.Settings.Angle = append(asked.Given, "angle"), s.angles
	}
	if s.x {
		asked.Given, asked.Settings.Columns.X = append(asked.Given, "x"), strings.Split(s.columns, ",")
	}
	env := &Env{Log: t.Logf}
	if !testing.Verbose() {
		env.Log = nil
	}
	if _, err := env.HowToLearn(t.Context(), c, asked); err != nil {
		t.Errorf("%s: %v", s.name, err)
		return nil, nil, math.NaN()
	}
	run, err := env.Train(t.Context(), *env.recommended, t.TempDir())
	if err != nil {
		t.Errorf("%s: %v", s.name, err)
		return env.learning, nil, math.NaN()
	}
	return env.learning, run, s.off(run.model, test, dim, spread)
}

// The twenty systems: the program's verdict is the expected one, and the model that it recommends follows fresh trials.
func TestChoices(t *testing.T) {
	if !*long {
		t.Skip("-long chooses models of twenty systems; docs/choices.md has its table")
	}
	for _, s := range choiceSystems {
		if !strings.Contains(s.name, *chosen) {
			continue
		}
		var errors []float64
		var models []string
		right := 0
		seconds := userSeconds()
		for seed := range *draws {
			l, run, off := s.choose(t, uint64(seed), *scatter)
			errors = append(errors, off)
			if run == nil {
				continue
			}
			models = append(models, run.Config.Model)
			if l.Class == s.verdict {
				right++
			} else {
				t.Logf("%s, draw %d: %s: %s, want %s", s.name, seed, l.Class, l.Verdict, s.verdict)
			}
		}
		slices.Sort(errors)
		slices.Sort(models)
		t.Logf("ROW | %s | %s | %s | %d of %d | %.1e (%.1e) | %.1e | %.0f |", s.name, strings.Join(slices.Compact(models), ", "), s.verdict, right, *draws,
			errors[len(errors)/2], errors[len(errors)-1], s.error, (userSeconds()-seconds)/float64(*draws))
		if right < *draws || *scatter == 0 && !(errors[len(errors)/2] <= s.error) {
			t.Errorf("%s: %d of %d verdicts are right; rollouts are off by %.2g, wanted %.2g", s.name, right, *draws, errors[len(errors)/2], s.error)
		}
	}
}
