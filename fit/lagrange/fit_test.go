package lagrange

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"hnn/data"
	"hnn/data/estimate"
	"hnn/fit/sparse"
	"hnn/model/lagrangian"
)

// truth is a system written down by hand.
type truth struct {
	n      int
	inputs int
	angles []bool
	acc    func(q, v, u, a []float64)
	start  func(rng *rand.Rand) (q, v []float64)
	input  func(rng *rand.Rand) func(t float64) []float64
}

const g = 9.81

var doublePendulum = truth{
	n: 2, angles: []bool{true, true},
	// (2, c; c, 1) a = forces, by the textbook.
	acc: func(q, v, _, a []float64) {
		s, c := math.Sincos(q[0] - q[1])
		r0 := -s*v[1]*v[1] - 2*g*math.Sin(q[0])
		r1 := s*v[0]*v[0] - g*math.Sin(q[1])
		det := 2 - c*c
		a[0], a[1] = (r0-c*r1)/det, (2*r1-c*r0)/det
	},
	start: func(rng *rand.Rand) (q, v []float64) {
		u := func(a float64) float64 { return a * (2*rng.Float64() - 1) }
		return []float64{u(2), u(2)}, []float64{u(1), u(1)}
	},
}

var cartPole = truth{
	n: 2, inputs: 1, angles: []bool{false, true},
	acc: func(q, v, u, a []float64) {
		const m, l = 0.3, 0.5
		s, c := math.Sincos(q[1])
		r0 := u[0] - 0.3*v[0] + m*l*s*v[1]*v[1]
		r1 := -m*g*l*s - 0.02*v[1]
		m00, m01, m11 := 1+m, m*l*c, m*l*l
		det := m00*m11 - m01*m01
		a[0], a[1] = (m11*r0-m01*r1)/det, (m00*r1-m01*r0)/det
	},
	start: func(rng *rand.Rand) (q, v []float64) {
		u := func(a float64) float64 { return a * (2*rng.Float64() - 1) }
		return []float64{u(.5), u(2)}, []float64{u(1), u(1)}
	},
	input: func(rng *rand.Rand) func(t float64) []float64 {
		var amp, freq, phase [6]float64
		for i := range amp {
			amp[i], freq[i], phase[i] = 2*rng.NormFloat64(), 2*math.Pi*(0.1+1.4*rng.Float64()), 2*math.Pi*rng.Float64()
		}
		return func(t float64) []float64 {
			s := 0.0
			for i := range amp {
				s += amp[i] * math.Sin(freq[i]*t+phase[i])
			}
			return []float64{s}
		}
	},
}

// charge is in a uniform magnetic field and an anharmonic trap.
var charge = truth{
	n: 2,
	acc: func(q, v, _, a []float64) {
		a[0] = 1.5*v[1] - q[0] - 0.5*q[0]*q[1]
		a[1] = -1.5*v[0] - 1.2*q[1] - 0.25*q[0]*q[0]
	},
	start: func(rng *rand.Rand) (q, v []float64) {
		return []float64{rng.Float64() - .5, rng.Float64() - .5}, []float64{rng.Float64() - .5, rng.Float64() - .5}
	},
}

// draw makes trials of 5 s at 50 Hz by steps of 1 ms, noise relative to the spread of the columns.
func (s truth) draw(trials int, seed uint64, noise float64) *data.Set {
	rng := rand.New(rand.NewPCG(seed, 5))
	set := &data.Set{Dim: 2 * s.n, Offsets: []int{0}}
	for j := range s.inputs {
		set.InputNames = append(set.InputNames, fmt.Sprintf("u%d", j+1))
	}
	for range trials {
		q, v := s.start(rng)
		x := append(q, v...)
		var u func(t float64) []float64
		if s.input != nil {
			u = s.input(rng)
		}
		for r := range 251 {
			t := 0.02 * float64(r)
			set.T = append(set.T, t)
			set.X = append(set.X, x...)
			var now, next []float64
			if u != nil {
				now, next = u(t), u(t+0.02)
				set.Inputs = append(set.Inputs, now...)
			}
			for i := range 20 {
				step(func(part float64, x, dx []float64) {
					var in []float64
					for j := range now { // a line between samples
						in = append(in, now[j]+(float64(i)+part)/20*(next[j]-now[j]))
					}
					copy(dx, x[s.n:])
					s.acc(x[:s.n], x[s.n:], in, dx[s.n:])
				}, 0.001, x)
			}
		}
		set.Offsets = append(set.Offsets, len(set.T))
	}
	if noise > 0 {
		for i := range 2 * s.n {
			var m, q float64
			for r := i; r < len(set.X); r += 2 * s.n {
				m += set.X[r] / float64(len(set.T))
			}
			for r := i; r < len(set.X); r += 2 * s.n {
				q += (set.X[r] - m) * (set.X[r] - m) / float64(len(set.T))
			}
			sd := math.Sqrt(q)
			if i < len(s.angles) && s.angles[i] {
				sd = math.Min(sd, math.Pi/math.Sqrt(3))
			}
			for r := i; r < len(set.X); r += 2 * s.n {
				set.X[r] += noise * sd * rng.NormFloat64()
			}
		}
	}
	return set
}

// score rolls the model from true first states of fresh trials: the median normalised error over 1 s and 5 s.
func (s truth) score(l *lagrangian.Lagrangian) (short, long float64) {
	test := s.draw(20, 999, 0)
	p, err := estimate.NewPaths(test, estimate.PathOptions{Velocities: true, Angles: s.angles})
	if err != nil {
		panic(err)
	}
	all := func(rows int) float64 {
		var starts [][]float64
		var us [][]float64
		for _, t := range p.Trials {
			var x []float64
			for r := range rows {
				x = append(append(x, t.Q[r*s.n:(r+1)*s.n]...), t.V[r*s.n:(r+1)*s.n]...)
			}
			starts, us = append(starts, x), append(us, t.U)
		}
		spread := append(append([]float64(nil), p.Spread...), p.Speeds...)
		return sparse.Median(system(l, nil, false).RollError(starts, us, spread, p.Step, 8))
	}
	return all(51), all(251)
}

func TestFit(t *testing.T) {
	for _, c := range []struct {
		name    string
		system  truth
		noise   float64
		only    bool // positions
		gain    []float64
		short   float64
		long    float64
		formula int // terms
	}{
		{"double pendulum", doublePendulum, 0, false, nil, 1e-6, 2e-6, 5},
		{"double pendulum, 1%", doublePendulum, 0.01, false, nil, 5e-4, 2e-3, 5},
		{"double pendulum, 1%, angles alone", doublePendulum, 0.01, true, nil, 3e-3, 1e-2, 5},
		{"cart-pole", cartPole, 0, false, []float64{1, 0}, 1e-5, 1e-5, 0},
		{"cart-pole, 1%", cartPole, 0.01, false, []float64{1, 0}, 1e-3, 2e-3, 0},
		{"charge", charge, 0, false, nil, 1e-6, 1e-6, 0},
	} {
		if !*long && (c.name == "double pendulum, 1%" || c.name == "cart-pole") {
			continue
		}
		s := c.system.draw(40, 1, c.noise)
		if c.only {
			s = positionsOf(s)
		}
		from := time.Now()
		l, r, err := Fit(s, Options{Angles: c.system.angles, Gain: c.gain})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		polished := ""
		if c.noise > 0 || c.system.inputs > 0 {
			before, _ := c.system.score(l)
			at := time.Now()
			terms, pr := Polish(l, s, r)
			polished = fmt.Sprintf("; polished from %.1e in %v, cost %.3g to %.3g, window %d, errors %.1e of %d", before, time.Since(at).Round(time.Millisecond), pr.Before, pr.After, pr.Window, pr.Errors, len(terms))
		}
		short, long := c.system.score(l)
		t.Logf("%s: 1 s %.1e, 5 s %.1e; half %d, %d terms of %d, held-out %.1e, %v%s\n%s", c.name, short, long, r.Half, r.Terms, r.Candidates, r.Error, time.Since(from).Round(time.Millisecond), polished, l.Text([]string{"a", "b"}, 5))
		if short > c.short || long > c.long {
			t.Errorf("%s: rollouts wrong by %.1e after 1 s and %.1e after 5 s", c.name, short, long)
		}
		if c.formula > 0 && r.Terms != c.formula {
			t.Errorf("%s: %d terms, want %d", c.name, r.Terms, c.formula)
		}
	}
}

// step is a classical Runge-Kutta step.
func step(field func(part float64, x, dx []float64), h float64, x []float64) {
	k := make([]float64, len(x))
	y, sum := append([]float64(nil), x...), append([]float64(nil), x...)
	for i, c := range [4]float64{1, 2, 2, 1} {
		part := [4]float64{0, .5, .5, 1}[i]
		if i > 0 {
			for j := range y {
				y[j] = x[j] + h*part*k[j]
			}
		}
		field(part, y, k)
		for j := range sum {
			sum[j] += h / 6 * c * k[j]
		}
	}
	copy(x, sum)
}
