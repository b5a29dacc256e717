package lagrange

import (
	"flag"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"hnn/data"
	"hnn/data/rods"
)

var long = flag.Bool("long", false, "fit all systems, which takes minutes")

// uniform is a number from -a to a.
func uniform(rng *rand.Rand, a float64) float64 { return a * (2*rng.Float64() - 1) }

// solveDefinite solves a positive definite system of equations in place of its right side.
func solveDefinite(m [][]float64, b []float64) {
	n := len(b)
	for i := range n {
		for k := range i {
			f := m[i][k] / m[k][k]
			for j := range n {
				m[i][j] -= f * m[k][j]
			}
			b[i] -= f * b[k]
		}
	}
	for i := n - 1; i >= 0; i-- {
		for j := i + 1; j < n; j++ {
			b[i] -= m[i][j] * b[j]
		}
		b[i] /= m[i][i]
	}
}

// links are unit masses on n unit rods, angles from the vertical.
func links(n int) truth {
	s := truth{n: n}
	for range n {
		s.angles = append(s.angles, true)
	}
	s.acc = func(q, v, _, a []float64) {
		m := make([][]float64, n)
		for i := range n {
			a[i] = -float64(n-i) * g * math.Sin(q[i])
			for j := range n {
				w := float64(n - max(i, j))
				s, c := math.Sincos(q[i] - q[j])
				m[i] = append(m[i], w*c)
				a[i] -= w * s * v[j] * v[j]
			}
		}
		solveDefinite(m, a)
	}
	s.start = func(rng *rand.Rand) (q, v []float64) {
		for range n {
			q, v = append(q, uniform(rng, 1.2)), append(v, uniform(rng, 0.8))
		}
		return q, v
	}
	return s
}

var threeLinks = links(3)

// spherical is a pendulum in space: the angle from the vertical and that around it.
var spherical = truth{
	n: 2, angles: []bool{true, true},
	acc: func(q, v, _, a []float64) {
		s, c := math.Sincos(q[0])
		a[0] = s*c*v[1]*v[1] - g*s
		a[1] = -2 * c / s * v[0] * v[1]
	},
	start: func(rng *rand.Rand) (q, v []float64) {
		return []float64{1.2 + uniform(rng, 0.4), uniform(rng, 3)}, []float64{uniform(rng, 1), 2 + uniform(rng, 0.8)}
	},
}

// elastic is a pendulum on a spring: its length and angle.
var elastic = truth{
	n: 2, angles: []bool{false, true},
	acc: func(q, v, _, a []float64) {
		s, c := math.Sincos(q[1])
		a[0] = q[0]*v[1]*v[1] + g*c - 40*(q[0]-1)
		a[1] = (-g*s - 2*v[0]*v[1]) / q[0]
	},
	start: func(rng *rand.Rand) (q, v []float64) {
		return []float64{1.2 + uniform(rng, 0.25), uniform(rng, 1)}, []float64{uniform(rng, 0.5), uniform(rng, 1)}
	},
}

// arm has two links in a horizontal plane, torques, viscous and Coulomb friction; the second angle is relative.
var arm = truth{
	n: 2, inputs: 2, angles: []bool{true, true},
	acc: func(q, v, u, a []float64) {
		const a1, a2, a3 = 1.6, 0.5, 0.4 // inertias, and the coupling times cos q2
		s, c := math.Sincos(q[1])
		m00, m01, m11 := a1+2*a3*c, a2+a3*c, a2
		r0 := u[0] + a3*s*(2*v[0]*v[1]+v[1]*v[1]) - 0.3*v[0] - 0.2*math.Tanh(v[0]/0.03)
		r1 := u[1] - a3*s*v[0]*v[0] - 0.1*v[1] - 0.1*math.Tanh(v[1]/0.03)
		det := m00*m11 - m01*m01
		a[0], a[1] = (m11*r0-m01*r1)/det, (m00*r1-m01*r0)/det
	},
	start: func(rng *rand.Rand) (q, v []float64) {
		return []float64{uniform(rng, 1), uniform(rng, 2)}, []float64{uniform(rng, 1), uniform(rng, 1)}
	},
	input: func(rng *rand.Rand) func(t float64) []float64 {
		one, two := cartPole.input(rng), cartPole.input(rng)
		return func(t float64) []float64 { return []float64{one(t)[0], 0.6 * two(t)[0]} }
	},
}

// bead slides on the wire y = x^2/2.
var bead = truth{
	n:   1,
	acc: func(q, v, _, a []float64) { a[0] = -(q[0]*v[0]*v[0] + g*q[0]) / (1 + q[0]*q[0]) },
	start: func(rng *rand.Rand) (q, v []float64) {
		return []float64{uniform(rng, 1.5)}, []float64{uniform(rng, 2)}
	},
}

// positionsOf is a set without its velocities.
func positionsOf(s *data.Set) *data.Set {
	half := &data.Set{Dim: s.Dim / 2, PositionsOnly: true, T: s.T, Offsets: s.Offsets, Inputs: s.Inputs, InputNames: s.InputNames}
	for r := range s.T {
		half.X = append(half.X, s.X[r*s.Dim:r*s.Dim+s.Dim/2]...)
	}
	return half
}

// markersOf are the ends of unit rods that hang from (0.5, 1), with their velocities, and noise of one percent.
func markersOf(s *data.Set, n int) *data.Set {
	rng := rand.New(rand.NewPCG(9, 9))
	out := &data.Set{Dim: 4 * n, T: s.T, Offsets: s.Offsets}
	for r := range s.T {
		q, v := s.X[r*s.Dim:r*s.Dim+n], s.X[r*s.Dim+n:(r+1)*s.Dim]
		x, y, vx, vy := 0.5, 1.0, 0.0, 0.0
		var rates []float64
		for i := range n {
			sin, cos := math.Sincos(q[i])
			x, y, vx, vy = x+sin, y-cos, vx+cos*v[i], vy+sin*v[i]
			out.X = append(out.X, x+0.01*rng.NormFloat64(), y+0.01*rng.NormFloat64())
			rates = append(rates, vx+0.02*rng.NormFloat64(), vy+0.02*rng.NormFloat64())
		}
		out.X = append(out.X, rates...)
	}
	return out
}

// Eight hundred chunks of five exact rows, six hundredths of a second apart, are enough: the geometric mean of the
// relative error |x - y| / (|x| + |y|) of the points over rollouts of three seconds, after Finzi, Wang and Wilson,
// "Simplifying Hamiltonian and Lagrangian neural networks via explicit constraints", 2020, who reach 1.2e-4 for two rods
// 3.4e-4 for three and 1.07e-3 for five with networks (their starts are others).
func TestChunks(t *testing.T) {
	for _, c := range []struct {
		name   string
		system truth
		most   float64
	}{
		{"two links", doublePendulum, 1.2e-4},
		{"three links", threeLinks, 3.4e-4},
		{"five links", links(5), 1.07e-3},
	} {
		if !*long && c.system.n > 2 {
			continue
		}
		n := c.system.n
		runs := c.system.draw(60, 1, 0)
		s := &data.Set{Dim: 2 * n, Offsets: []int{0}}
		for k := 0; k < 60*14 && s.Trials() < 800; k++ {
			from := runs.Offsets[k/14] + k%14*16
			for i := range 5 {
				r := from + 3*i
				s.T = append(s.T, runs.T[r])
				s.X = append(s.X, runs.X[r*2*n:(r+1)*2*n]...)
			}
			s.Offsets = append(s.Offsets, len(s.T))
		}
		from := time.Now()
		l, r, err := Fit(s, Options{Angles: c.system.angles})
		if err != nil {
			t.Fatal(err)
		}
		closed := time.Since(from)
		Polish(l, s, r)
		log, count := 0.0, 0.0
		test := c.system.draw(20, 999, 0)
		chain := &rods.Chain{}
		for i := range n {
			chain.Rods = append(chain.Rods, rods.Rod{From: i - 1, To: i, Length: 1})
		}
		a, b, x := make([]float64, 2*n), make([]float64, 2*n), make([]float64, 151*2*n)
		for k := range test.Trials() {
			_, want, _ := test.Trial(k)
			system(l, nil, false).Roll(want[:2*n], nil, 0.02, 20, x)
			for row := 1; row < 151; row++ {
				chain.Points(want[row*2*n:row*2*n+n], a)
				chain.Points(x[row*2*n:row*2*n+n], b)
				var d, p, q float64
				for i := range a {
					d, p, q = d+(a[i]-b[i])*(a[i]-b[i]), p+a[i]*a[i], q+b[i]*b[i]
				}
				log += math.Log(math.Sqrt(d)/(math.Sqrt(p)+math.Sqrt(q)) + 1e-16)
				count++
			}
		}
		mean := math.Exp(log / count)
		t.Logf("%s: %.1e; closed form in %v, all %v; %d terms of %d, held-out %.1e\n%s", c.name, mean, closed, time.Since(from), r.Terms, r.Candidates, r.Error, l.Text([]string{"a", "b", "c", "d", "e"}, 6))
		if mean > c.most {
			t.Errorf("%s: a geometric mean of %.1e, want at most %.1e", c.name, mean, c.most)
		}
	}
}

// Markers become joint angles of the rods that are found, and the motion of these is right.
func TestMarkers(t *testing.T) {
	s := markersOf(doublePendulum.draw(20, 1, 0), 2)
	chain, err := rods.Find(s, nil)
	if err != nil {
		t.Fatal(err)
	}
	angles, err := chain.Angles(s)
	if err != nil {
		t.Fatal(err)
	}
	l, r, err := Fit(angles, Options{Angles: []bool{true, true}})
	if err != nil {
		t.Fatal(err)
	}
	Polish(l, angles, r)
	short, long := doublePendulum.score(l)
	t.Logf("pivot %.4f, rods %+v; 1 s %.1e, 5 s %.1e\n%s", chain.Pivot, chain.Rods, short, long, l.Text([]string{"a", "b"}, 5))
	if short > 1e-3 || long > 4e-3 {
		t.Errorf("rollouts wrong by %.1e after 1 s and %.1e after 5 s", short, long)
	}
}

// Rollouts of fresh trials from their true first states, after fits to trials with 1% of noise.
func TestSystems(t *testing.T) {
	identity := []float64{1, 0, 0, 1}
	for _, c := range []struct {
		name        string
		system      truth
		trials      int
		only        bool // positions
		gain        []float64
		short, long float64
	}{
		{"bead", bead, 40, false, nil, 1e-3, 2e-3},
		{"spherical", spherical, 40, false, nil, 1e-3, 2e-3},
		{"three links", threeLinks, 40, false, nil, 1e-3, 2e-3},
		{"three links, angles alone", threeLinks, 40, true, nil, 5e-3, 2e-2},
		{"three links, ten trials", threeLinks, 10, false, nil, 1e-3, 4e-3},
		{"spherical, angles alone", spherical, 40, true, nil, 3e-3, 1e-2},
		{"elastic", elastic, 40, false, nil, 1e-3, 2e-3},
		{"elastic, positions alone", elastic, 40, true, nil, 3e-3, 1e-2},
		{"arm", arm, 40, false, identity, 1e-3, 2e-3},
		{"arm, angles alone", arm, 40, true, identity, 5e-3, 1e-2},
	} {
		if !*long && c.name != "bead" {
			continue
		}
		s := c.system.draw(c.trials, 1, 0.01)
		if c.only {
			s = positionsOf(s)
		}
		from := time.Now()
		l, r, err := Fit(s, Options{Angles: c.system.angles, Gain: c.gain})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		closed := time.Since(from)
		before, after := c.system.score(l)
		_, p := Polish(l, s, r)
		short, long := c.system.score(l)
		t.Logf("%s: 1 s %.1e, 5 s %.1e; closed form %.1e and %.1e in %v, all %v; half %d, %d terms of %d, cost %.3g to %.3g, window %d\n%s", c.name, short, long, before, after,
			closed.Round(time.Millisecond), time.Since(from).Round(time.Millisecond), r.Half, r.Terms, r.Candidates, p.Before, p.After, p.Window, l.Text([]string{"a", "b", "c"}, 5))
		if !(short <= c.short) || !(long <= c.long) {
			t.Errorf("%s: rollouts wrong by %.1e after 1 s and %.1e after 5 s", c.name, short, long)
		}
	}
}
