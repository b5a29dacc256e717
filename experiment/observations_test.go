package experiment

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hnn/data/draw"
	"hnn/data/estimate"
	"hnn/experiment/task"
	"hnn/internal/stream"
	"hnn/model/expansion"
	"hnn/model/network"
	"hnn/system"
)

// swings writes a file of trajectories of a pendulum in the given units, with a little
// noise and without derivatives; without velocities where positions is set.
func swings(t *testing.T, length, time float64, positions bool) string {
	t.Helper()
	split, err := draw.Generate(system.Pendulum{K: 3}, stream.New(3, "data"), draw.Options{Trajectories: 10, Points: 45, Horizon: 3, Noise: 0.02, Tolerance: 1e-10})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("t,trial,x")
	if !positions {
		b.WriteString(",v")
	}
	b.WriteString("\n")
	s := split.Train
	for k := range s.Trials() {
		times, x, _ := s.Trial(k)
		for i, at := range times {
			fmt.Fprintf(&b, "%s,%d,%s", number(at*time), k, number(x[2*i]*length))
			if !positions {
				b.WriteString("," + number(x[2*i+1]*length/time))
			}
			b.WriteString("\n")
		}
	}
	return fileOf(t, b.String())
}

func fileOf(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "measured.csv")
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func own(t *testing.T, path string) Config {
	t.Helper()
	c := mustDefault(t, task.OwnData)
	c.Data, c.Hidden, c.Fit.Steps, c.Figures = path, []int{24}, 100, false
	return c
}

// A file in metres, one in millimetres and one in milliseconds give the same model, by
// either trainer: weights to the rounding of a hundred steps, rollouts within 1e-3 of the
// motion.
func TestUnitsDoNotMatter(t *testing.T) {
	for _, trainer := range []Trainer{Adam, ClosedForm} {
		var params, states []float64
		for i, unit := range []struct{ length, time float64 }{{1, 1}, {1000, 1}, {1, 1000}} {
			c := own(t, swings(t, unit.length, unit.time, false))
			if trainer == ClosedForm {
				c = c.WithClosedForm()
			}
			run, err := new(Env).Train(t.Context(), c, t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			loaded, err := new(Env).Open(run.Dir)
			if err != nil {
				t.Fatal(err)
			}
			var p []float64
			if n := network.Of(loaded.form); n != nil {
				p = n.Params()
			} else {
				p = expansion.Of(loaded.form).Coefficients()
			}
			times := []float64{0, unit.time, 3 * unit.time, 6 * unit.time}
			s, err := loaded.Simulate(t.Context(), []float64{1.5 * unit.length, 0}, times, nil)
			if err != nil {
				t.Fatal(err)
			}
			for k := range s.States {
				s.States[k] /= unit.length
				if k%2 == 1 {
					s.States[k] *= unit.time
				}
			}
			if i == 0 {
				params, states = p, s.States
				continue
			}
			for k, v := range s.States {
				if math.Abs(v-states[k]) > 1e-3 {
					t.Errorf("%s, unit %+v: the rollout's number %d is %v, in the first unit %v", trainer, unit, k, v, states[k])
				}
			}
			if trainer != Adam {
				continue // its coefficients need not be determined to rounding
			}
			for k, v := range p {
				if math.Abs(v-params[k]) > 1e-4 {
					t.Errorf("%s, unit %+v: parameter %d is %v, in the first unit %v", trainer, unit, k, v, params[k])
					break
				}
			}
		}
	}
}

// What is found of a file, and how far rollouts follow what was held out, is kept.
func TestOwnFileResults(t *testing.T) {
	positions := own(t, swings(t, 1, 1, true))
	positions.Mass = []float64{0.5} // p = dx/dt / 2 in the system
	apart := own(t, swings(t, 1, 1, false))
	apart.Test = swings(t, 1, 1, false)
	for _, test := range []struct {
		name    string
		c       Config
		columns string
		train   int // trials
	}{
		{"states", own(t, swings(t, 1, 1, false)), "x,v", 8},
		{"positions", positions, "x,p_x", 8},
		{"a test file", apart, "x,v", 10},
	} {
		run, err := new(Env).Train(t.Context(), test.c, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		r, err := ReadResults(run.Dir)
		if err != nil {
			t.Fatal(err)
		}
		o := r.Observations
		if o == nil || o.Derivatives != estimate.LocalPolynomial || !o.Smoothed || o.Scales == nil || math.Abs(o.Noise[0]-0.02) > 0.004 {
			t.Fatalf("%s: observations %+v", test.name, o)
		}
		if got := strings.Join(run.columns, ","); got != test.columns || run.data.Train.Trials() != test.train {
			t.Errorf("%s: columns %s, %d training trials", test.name, got, run.data.Train.Trials())
		}
		if r.Rollout == nil || r.Rollout.Starts < 14 || !(r.Rollout.Error.Mean > 0) || len(r.Rollout.Curve) != 10 {
			t.Errorf("%s: rollouts %+v", test.name, r.Rollout)
		}
		if test.name == "positions" && (len(o.Masses) != 1 || o.Masses[0] != 0.5) {
			t.Errorf("masses %v", o.Masses)
		}
	}
}

// The decision is by the least error of what was tried, and is in the results of the HNN.
func TestDecide(t *testing.T) {
	c := own(t, swings(t, 1, 1, false))
	candidates := []Config{c, c.WithLoss(TrajectoryLoss), c.WithClosedForm()} // after the last nothing would be trained by steps
	env := new(Env)
	chosen, learning, err := env.decide(t.Context(), candidates)
	if err != nil {
		t.Fatal(err)
	}
	if len(learning.Tried) != 3 || learning.Chosen != learning.Tried[chosen.HNN].Way {
		t.Fatalf("%+v", learning)
	}
	for _, try := range learning.Tried {
		if !(try.Error > 0) || 2*try.Error < learning.Tried[chosen.HNN].Error {
			t.Errorf("chosen %s of %+v", learning.Chosen, learning.Tried)
		}
	}
	runs, err := env.RunAll(t.Context(), []Config{candidates[chosen.HNN]}, Batch{Root: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if l := runs[0].Results.Learning; l == nil || l.Chosen != learning.Chosen {
		t.Errorf("results say %+v", l)
	}
}

// Smoothing takes the noise out of the training rows of a known system, and leaves those
// that it is tested on.
func TestSmoothedTask(t *testing.T) {
	c := mustDefault(t, "spring")
	raw, err := loadDataset(&c, nil)
	if err != nil {
		t.Fatal(err)
	}
	c.Estimate.Smooth = "yes"
	smooth, err := loadDataset(&c, nil)
	if err != nil {
		t.Fatal(err)
	}
	distance := func(d *dataset) float64 {
		sum := 0.0
		for i, v := range d.Train.X {
			sum += (v - d.Train.Clean[i]) * (v - d.Train.Clean[i])
		}
		return sum
	}
	// At best the noise variance falls by the 30 rows of a trajectory.
	if ratio := distance(raw) / distance(smooth); ratio < 18 {
		t.Errorf("the noise variance falls %.1f times, want 18", ratio)
	}
	if &raw.Train.DX[0] == &smooth.Train.DX[0] || smooth.Train.DX[5] != raw.Train.DX[5] || smooth.Test.X[7] != raw.Test.X[7] {
		t.Error("smoothing changed more than the training states")
	}
}

func TestOwnFileErrors(t *testing.T) {
	rows := func(columns string, n int, f func(i int) string) string {
		var b strings.Builder
		b.WriteString(columns + "\n")
		for i := range n {
			b.WriteString(f(i) + "\n")
		}
		return fileOf(t, b.String())
	}
	wave := func(i int) (q, p float64) { return math.Sin(0.1 * float64(i)), math.Cos(0.1 * float64(i)) }
	good := func(i int) string { q, p := wave(i); return fmt.Sprintf("%d,%v,%v", i, q, p) }
	for _, test := range []struct {
		name string
		path string
		make func(*Config)
		want string
	}{
		{"a constant column", rows("t,q,p", 60, func(i int) string { q, _ := wave(i); return fmt.Sprintf("%d,%v,4.5", i, q) }), nil, "column p is constant, 4.5"},
		{"a single row", rows("t,q,p", 1, good), nil, "leave too few to train or to test on"},
		{"fewer rows than the window", rows("t,q,p", 30, good), func(c *Config) { c.Estimate.Window = 41 }, "fewer than the window of 41"},
		{"an angle in degrees", rows("t,q,p", 200, func(i int) string { return fmt.Sprintf("%d,%d,%v", i, i*7%360, 7+math.Sin(float64(i))) }), nil, "convert it to radians"},
		{"an angle that is not there", rows("t,q,p", 60, good), func(c *Config) { c.Angle = []string{"phi"} }, `no column "phi"`},
		{"masses of momenta", rows("t,q,p", 60, good), func(c *Config) { c.Mass = []float64{2} }, "leave out mass"},
		{"two masses of one position", rows("t,q", 60, func(i int) string { q, _ := wave(i); return fmt.Sprintf("%d,%v", i, q) }), func(c *Config) { c.Mass = []float64{2, 3} }, "2 masses for 1 positions"},
		{"another test file", rows("t,q,p", 60, good), func(c *Config) {
			c.Test = rows("t,q1,q2,p1,p2", 60, func(i int) string { q, p := wave(i); return fmt.Sprintf("%d,%v,%v,%v,%v", i, q, p, p, -q) })
		}, "the file does not have them"},
		{"mixed units", rows("t,q1,q2,p1,p2", 60, func(i int) string { q, p := wave(i); return fmt.Sprintf("%d,%v,%v,%v,%v", i, q, 1e9*p, p, q) }), nil, "bring the columns to common units"},
		{"nothing to test on", rows("t,q,p", 60, good), func(c *Config) { c.Draw.TestFraction = 0 }, "leaves nothing to test on"},
	} {
		c := own(t, test.path)
		if test.make != nil {
			test.make(&c)
		}
		_, err := new(Env).RunAll(t.Context(), []Config{c}, Batch{Root: t.TempDir()})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want an error with %q", test.name, err, test.want)
		}
	}
}

// An angle that was measured within one turn is recognised and made continuous, and the
// network sees its cosine and sine.
func TestWrappedAngleOfAFile(t *testing.T) {
	var b strings.Builder
	b.WriteString("t,theta,omega\n")
	for i := range 300 {
		at := 0.05 * float64(i)
		fmt.Fprintf(&b, "%v,%v,%v\n", at, math.Remainder(3*at+0.2*math.Sin(3*at), 2*math.Pi), 3+0.6*math.Cos(3*at))
	}
	run, err := new(Env).Train(t.Context(), own(t, fileOf(t, b.String())), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if o := run.Results.Observations; len(o.Angles) != 1 || o.Angles[0] != "theta" || o.Scales.State[0] != 1 {
		t.Errorf("angles %v, scales %v", o.Angles, o.Scales)
	}
	f := run.model.Free()
	a, b2 := make([]float64, 2), make([]float64, 2)
	f(0, []float64{1, 3}, a)
	f(0, []float64{1 + 2*math.Pi, 3}, b2)
	for j := range a {
		if math.Abs(a[j]-b2[j]) > 1e-5 { // float32
			t.Errorf("the field is not periodic: %v and %v", a, b2)
		}
	}
}
