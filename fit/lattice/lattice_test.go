package lattice

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"hnn/data"
	"hnn/data/draw"
	"hnn/model/lattice"
	"hnn/ode"
	"hnn/system"
)

func graphOf(t testing.TB, s system.Sized, shape string) *lattice.System {
	t.Helper()
	p, err := lattice.ParseShape(shape)
	if err == nil {
		p, err = p.Of(s.Sites())
	}
	if err != nil {
		t.Fatal(err)
	}
	g := &lattice.System{Shape: &p, Sites: s.Sites(), Space: 1, Bonds: p.Bonds()}
	if _, plane := s.(system.SpringLattice); plane {
		g.Space, g.Interleaved = 2, true
	}
	return g
}

func drawn(t testing.TB, s system.System, trajectories, points int, horizon, noise float64) *data.Set {
	t.Helper()
	return drawnWith(t, 1, s, trajectories, points, horizon, noise)
}

func drawnWith(t testing.TB, seed uint64, s system.System, trajectories, points int, horizon, noise float64) *data.Set {
	t.Helper()
	split, err := draw.Generate(s, rand.New(rand.NewPCG(seed, 2)), draw.Options{Trajectories: trajectories, Points: points, Horizon: horizon, Noise: noise, Tolerance: 1e-11})
	if err != nil {
		t.Fatal(err)
	}
	return split.Train
}

// rollouts is the root mean square error of a model's rollouts from other states of a system, as a share of the standard deviation of
// the positions and of the momenta.
func rollouts(t testing.TB, g *lattice.System, s system.System, starts int, horizon float64) float64 {
	t.Helper()
	const points = 51
	times := make([]float64, points)
	for i := range times {
		times[i] = horizon * float64(i) / (points - 1)
	}
	settings := &ode.Settings{Method: ode.DOP853, RTol: 1e-11, ATol: 1e-11}
	rng, d := rand.New(rand.NewPCG(3, 4)), s.Dim()
	field := g.ModelForm().Field().Free()
	x0 := make([]float64, d)
	var off, spread [2]float64
	for range starts {
		s.Sample(rng, x0)
		want, _, err := ode.Solve(func(_ float64, x, dx []float64) { s.Field(x, dx) }, x0, times, nil, settings)
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := ode.Solve(field, x0, times, nil, settings)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range want {
			half := i % d / (d / 2)
			off[half] += (got[i] - v) * (got[i] - v)
			spread[half] += v * v
		}
	}
	return math.Sqrt(max(off[0]/spread[0], off[1]/spread[1]))
}

// A law is found of each known system, from time derivatives, from states alone and with noise, and rollouts follow the true
// ones of a system of the same size and of a larger one.
func TestKnownSystems(t *testing.T) {
	for _, c := range []struct {
		s       system.Sized
		shape   string
		larger  int
		horizon float64 // of rollouts
		// The worst that rollouts may be off by: from derivatives, from states alone and with noise; a field's neighbours differ by
		// a tenth and its momenta are about as large, so that 0.01 is 4 to 7% of them.
		exact, states, noise, noisy float64
	}{
		{system.NewSpringChain(6), "chain", 64, 10, 1e-10, 1e-6, 0.01, 0.02},
		{system.NewFPUTAlpha(16), "fixed-chain", 64, 10, 1e-10, 1e-6, 0.01, 0.02},
		{system.NewFPUTBeta(16), "fixed-chain", 64, 10, 1e-10, 1e-6, 0.01, 0.03},
		{system.NewToda(16), "ring", 64, 10, 1e-10, 1e-6, 0.01, 0.02},
		{system.SpringLattice{Side: 3}, "grid:3x3", 64, 10, 1e-10, 1e-6, 0.01, 0.03},
		{system.NewSineGordon(64), "ring", 128, 10, 1e-10, 1e-6, 0.01, 0.02},
		{system.NewPhi4(64), "ring", 128, 10, 1e-10, 1e-6, 0.01, 0.06},
		{system.NewWave(64), "ring", 128, 10, 1e-10, 1e-6, 0.01, 0.02},
	} {
		for _, kind := range []struct {
			name  string
			noise float64
			limit float64
		}{{"derivatives", 0, c.exact}, {"states", 0, c.states}, {"noisy states", c.noise, c.noisy}} {
			t.Run(c.s.Name()+" "+kind.name, func(t *testing.T) {
				set := drawn(t, c.s, 20, 100, 10, kind.noise)
				if kind.name != "derivatives" {
					set.DX = nil
				}
				share, d := 0.0, set.Dim
				for r := range set.Rows() {
					for _, p := range set.X[r*d+d/2 : (r+1)*d] {
						share += p * p / float64(set.Rows()*d/2)
					}
				}
				share = kind.noise / math.Sqrt(share)
				g, from := graphOf(t, c.s, c.shape), time.Now()
				r, err := Fit(g, set)
				if err != nil {
					t.Fatal(err)
				}
				seconds := time.Since(from).Seconds()
				same := rollouts(t, g, c.s, 5, c.horizon)
				big, err := g.Resize(c.larger)
				if err != nil {
					t.Fatal(err)
				}
				s, err := c.s.OfSize(c.larger)
				if err != nil {
					t.Fatal(err)
				}
				larger := rollouts(t, big, s, 5, c.horizon)
				t.Logf("%.3f s, noise %.2g of the momenta, %+v, off by %.2g, %d sites by %.2g\n%s", seconds, share, *r, same, c.larger, larger, g.Text(4))
				if !(same < kind.limit && larger < 2*kind.limit) {
					t.Errorf("rollouts are off by %.2g, those of %d sites by %.2g, want below %.2g", same, c.larger, larger, kind.limit)
				}
			})
		}
	}
}

// Bonds of two kinds, from a file, have a law each.
func TestEdgesOfTwoKinds(t *testing.T) {
	var text strings.Builder
	const n = 6
	for i := 1; i < n; i++ {
		fmt.Fprintf(&text, "%d,%d,%d\n", i, i+1, 1+i%2)
	}
	bonds, err := lattice.ReadEdges(strings.NewReader(text.String()), n)
	if err != nil {
		t.Fatal(err)
	}
	g := &lattice.System{Sites: n, Space: 1, Bonds: bonds}
	set := &data.Set{Dim: 2 * n, Offsets: []int{0}}
	rng := rand.New(rand.NewPCG(1, 2))
	for k := range 10 {
		for range 20 {
			x, dx := make([]float64, 2*n), make([]float64, 2*n)
			for i := range x {
				x[i] = rng.NormFloat64()
			}
			copy(dx, x[n:])
			for i := range n - 1 { // stiffness 1 and 3
				pull := (1 + 2*float64(i%2)) * (x[i+1] - x[i])
				dx[n+i] += pull
				dx[n+i+1] -= pull
			}
			set.X, set.DX, set.T = append(set.X, x...), append(set.DX, dx...), append(set.T, float64(len(set.T)))
		}
		set.Offsets = append(set.Offsets, 20*(k+1))
	}
	if _, err := Fit(g, set); err != nil {
		t.Fatal(err)
	}
	for k, want := range []float64{3, 1} {
		if got := 2 * g.Bond[k].Powers()[1]; math.Abs(got-want) > 1e-10 {
			t.Errorf("bonds of kind %d have the stiffness %v, want %v", k+1, got, want)
		}
	}
}

// Rows of which there are too few, and columns that stand still, are errors that say so.
func TestFitRefuses(t *testing.T) {
	s := system.NewSpringChain(4)
	short := drawn(t, s, 1, 5, 1, 0)
	short.DX = nil
	if _, err := Fit(graphOf(t, s, "chain"), short); err == nil || !strings.Contains(err.Error(), "too few rows") {
		t.Errorf("five rows: %v", err)
	}
	still := drawn(t, s, 2, 50, 1, 0)
	clear(still.X)
	if _, err := Fit(graphOf(t, s, "chain"), still); err == nil || !strings.Contains(err.Error(), "do not change") {
		t.Errorf("rows of rest: %v", err)
	}
}

var long = flag.Bool("long", false, "five draws, and the recurrence of chains of 64 and 128 masses too")

// The law of 16 masses, learned from states alone, has the recurrence of longer chains of Fermi, Pasta, Ulam and Tsingou: the
// energies of the first four modes over the first return of the first, and the time of that return.
func TestRecurrence(t *testing.T) {
	sizes, laws := []int{32}, []*lattice.System{}
	draws := 1
	if *long {
		sizes, draws = []int{32, 64, 128}, 5 // minutes
	}
	for draw := range draws {
		set := drawnWith(t, uint64(1+draw), system.NewFPUTAlpha(16), 20, 100, 10, 0)
		set.DX = nil
		g := graphOf(t, system.NewFPUTAlpha(16), "fixed-chain")
		if _, err := Fit(g, set); err != nil {
			t.Fatal(err)
		}
		laws = append(laws, g)
	}
	for _, n := range sizes {
		chain := system.NewFPUTAlpha(n)
		x0 := make([]float64, 2*n)
		chain.Mode(1, 1, x0)
		// Longer than one recurrence of any of these at this amplitude.
		horizon := 14000 * math.Pow(float64(n)/32, 2.5)
		const points = 4000
		times := make([]float64, points+1)
		for i := range times {
			times[i] = horizon * float64(i) / points
		}
		settings := &ode.Settings{Method: ode.BlanesMoan4, Step: 0.25, MaxSteps: 2_000_000}
		want, _, err := ode.SolveSplit(ode.Split{Velocity: chain.Velocity, Force: chain.Force}, x0, times, nil, settings)
		if err != nil {
			t.Fatal(err)
		}
		total := chain.Hamiltonian(x0)
		returns := func(states []float64) (first int, least float64) {
			energies := make([]float64, points+1)
			for i := range energies {
				energies[i] = chain.ModeEnergy(1, states[2*n*i:2*n*(i+1)])
			}
			dip := 0
			for i, e := range energies {
				if e < 0.5*total {
					dip = i
					break
				}
			}
			first = dip
			for i := dip; i < len(energies); i++ {
				if energies[i] > energies[first] {
					first = i
				}
			}
			return first, energies[first] / total
		}
		a, high := returns(want)
		var off, late []float64
		for _, g := range laws {
			big, err := g.Resize(n)
			if err != nil {
				t.Fatal(err)
			}
			got, _, err := ode.SolveSplit(big.ModelForm().Field().Split(), x0, times, nil, settings)
			if err != nil {
				t.Fatal(err)
			}
			b, _ := returns(got)
			worst := 0.0
			for i := range a + 1 {
				for k := 1; k <= 4; k++ {
					worst = max(worst, math.Abs(chain.ModeEnergy(k, want[2*n*i:2*n*(i+1)])-chain.ModeEnergy(k, got[2*n*i:2*n*(i+1)]))/total)
				}
			}
			off, late = append(off, worst), append(late, math.Abs(times[b]/times[a]-1))
		}
		slices.Sort(off)
		slices.Sort(late)
		t.Logf("%d masses: the first mode has %.3f of the energy again at %.6g; of %d draws modes 1 to 4 are off by %.2g of the energy (median; worst %.2g), the time by %.2g (worst %.2g)",
			n, high, times[a], draws, off[draws/2], off[draws-1], late[draws/2], late[draws-1])
		if off[draws-1] > 0.01 || late[draws-1] > 0.005 {
			t.Errorf("%d masses: modes are off by %.2g, the time of the recurrence by %.2g", n, off[draws-1], late[draws-1])
		}
	}
}

// The errors that are asked of laws from states alone, and the time of a fit: medians of five draws, of one without -long.
func TestStatedErrors(t *testing.T) {
	for _, c := range []struct {
		s     system.Sized
		shape string
		run   int // sites of the rollouts
		limit float64
	}{
		{system.NewFPUTAlpha(16), "fixed-chain", 16, 1e-4},
		{system.NewSineGordon(64), "ring", 64, 1e-6},
		{system.NewSpringChain(6), "chain", 64, 5e-4},
		{system.NewFPUTAlpha(6), "fixed-chain", 64, 5e-4},
	} {
		draws := 1
		if *long {
			draws = 5
		}
		var off, seconds []float64
		for draw := range draws {
			set := drawnWith(t, uint64(1+draw), c.s, 20, 100, 10, 0)
			set.DX = nil
			g, from := graphOf(t, c.s, c.shape), time.Now()
			if _, err := Fit(g, set); err != nil {
				t.Fatal(err)
			}
			seconds = append(seconds, time.Since(from).Seconds())
			big, err := g.Resize(c.run)
			if err != nil {
				t.Fatal(err)
			}
			s, err := c.s.OfSize(c.run)
			if err != nil {
				t.Fatal(err)
			}
			off = append(off, rollouts(t, big, s, 5, 10))
		}
		slices.Sort(off)
		slices.Sort(seconds)
		t.Logf("%s of %d run on %d: off by %.2g (median of %d; worst %.2g), fitted in %.2f s (worst %.2f)", c.s.Name(), c.s.Sites(), c.run, off[draws/2], draws, off[draws-1], seconds[draws/2], seconds[draws-1])
		if !(off[draws/2] <= c.limit) {
			t.Errorf("%s of %d run on %d: off by %.2g, want at most %.2g", c.s.Name(), c.s.Sites(), c.run, off[draws/2], c.limit)
		}
	}
}

// Laws that were learned on chains of 8 and on lattices of 4 and 9 bodies run 4,096, as those of A. Rahma, C. Datar, A. Cukarska
// and F. Dietrich (arXiv 2506.06558, 2025) do.
func TestThousands(t *testing.T) {
	for _, c := range []struct {
		s     system.Sized
		shape string
	}{{system.NewSpringChain(8), "chain"}, {system.SpringLattice{Side: 2}, "grid:2x2"}, {system.SpringLattice{Side: 3}, "grid:3x3"}} {
		for _, alone := range []bool{false, true} {
			set := drawn(t, c.s, 20, 100, 10, 0)
			if alone {
				set.DX = nil
			}
			g, from := graphOf(t, c.s, c.shape), time.Now()
			if _, err := Fit(g, set); err != nil {
				t.Fatal(err)
			}
			seconds := time.Since(from).Seconds()
			big, err := g.Resize(4096)
			if err != nil {
				t.Fatal(err)
			}
			s, err := c.s.OfSize(4096)
			if err != nil {
				t.Fatal(err)
			}
			off := rollouts(t, big, s, 1, 10)
			t.Logf("%s of %d, states alone: %v: fitted in %.4f s, 4096 off by %.2g", c.s.Name(), c.s.Sites(), alone, seconds, off)
			if !(off < 1e-6) {
				t.Errorf("%s of %d: 4096 are off by %.2g", c.s.Name(), c.s.Sites(), off)
			}
		}
	}
}

// Masses of their own and friction are found, and the motion of a model with them is that of the system, written out too.
func TestMassesAndFriction(t *testing.T) {
	masses, friction := []float64{1, 2, 0.5, 3, 1.5}, 0.1
	n := len(masses)
	field := func(_ float64, x, dx []float64) {
		for i := range n {
			dx[i], dx[n+i] = x[n+i]/masses[i], -friction*x[n+i]
		}
		for i := range n - 1 {
			d := x[i+1] - x[i]
			pull := d + 0.3*d*d*d
			dx[n+i] += pull
			dx[n+i+1] -= pull
		}
	}
	const rows = 80
	times := make([]float64, rows)
	for i := range times {
		times[i] = 0.1 * float64(i)
	}
	settings := &ode.Settings{Method: ode.DOP853, RTol: 1e-11, ATol: 1e-11}
	rng := rand.New(rand.NewPCG(1, 2))
	draw := func() []float64 {
		x0 := make([]float64, 2*n)
		for i := range x0 {
			x0[i] = 0.6 * rng.NormFloat64()
		}
		x, _, err := ode.Solve(field, x0, times, nil, settings)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	for _, noise := range []float64{0, 0.005} {
		set := &data.Set{Dim: 2 * n, Offsets: []int{0}}
		for range 20 {
			for _, v := range draw() {
				set.X = append(set.X, v+noise*rng.NormFloat64())
			}
			set.T = append(set.T, times...)
			set.Offsets = append(set.Offsets, len(set.T))
		}
		shape, _ := lattice.ParseShape("chain")
		shape, _ = shape.Of(n)
		g := &lattice.System{Shape: &shape, Sites: n, Space: 1, Bonds: shape.Bonds()}
		if _, err := Fit(g, set); err != nil {
			t.Fatal(err)
		}
		within := 1e-6 + 2*noise
		if g.Masses == nil || math.Abs(g.Friction/friction-1) > 10*within {
			t.Fatalf("noise %v: masses %v, friction %v, want %v and %v\n%s", noise, g.Masses, g.Friction, masses, friction, g.Text(4))
		}
		for i, m := range g.Masses {
			if math.Abs(m/masses[i]-1) > within {
				t.Errorf("noise %v: mass %d is %v, want %v", noise, i+1, m, masses[i])
			}
		}
		want := draw()
		got, _, err := ode.Solve(g.ModelForm().Field().Free(), want[:2*n], times, nil, settings)
		if err != nil {
			t.Fatal(err)
		}
		off := 0.0
		for i, v := range want {
			off = max(off, math.Abs(got[i]-v))
		}
		t.Logf("noise %v: rollouts are off by at most %.2g, friction %.6g", noise, off, g.Friction)
		if off > 1e-6+4*noise {
			t.Errorf("noise %v: a rollout is off by %v", noise, off)
		}
		if _, err := g.Resize(10); err == nil || !strings.Contains(err.Error(), "masses of their own") {
			t.Errorf("masses of 5 for 10 sites: %v", err)
		}
		if g.KeepsMomentum() {
			t.Error("momentum is kept with friction")
		}
	}
}

// A lattice whose bonds have another law along each axis: both are found, and are those of a larger one.
func TestLawOfEachAxis(t *testing.T) {
	shape, err := lattice.ParseShape("torus:4x4:axes")
	if err != nil || shape.String() != "torus:4x4:axes" {
		t.Fatal(shape, err)
	}
	bond := func(c ...float64) lattice.Function { return lattice.Function{Half: 1, Polynomial: c} }
	truth := &lattice.System{Shape: &shape, Sites: 16, Space: 1, Bonds: shape.Bonds(), Kinetic: bond(0, 0.25), Bond: []lattice.Function{bond(0, 0.25), bond(0, 0.8, 0, 0.05)}}
	rng := rand.New(rand.NewPCG(5, 6))
	states := func(s *lattice.System, rows int) *data.Set {
		set := &data.Set{Dim: s.Dim()}
		field := s.ModelForm().Field().Free()
		for r := range rows {
			x, dx := make([]float64, s.Dim()), make([]float64, s.Dim())
			for i := range x {
				x[i] = 0.5 * rng.NormFloat64()
			}
			field(0, x, dx)
			set.T, set.X, set.DX = append(set.T, float64(r)), append(set.X, x...), append(set.DX, dx...)
		}
		set.Offsets = []int{0, rows}
		return set
	}
	for name, least := range map[string]bool{"torus:4x4:axes": true, "torus:4x4": false} {
		shape, err := lattice.ParseShape(name)
		if err != nil {
			t.Fatal(err)
		}
		s := &lattice.System{Shape: &shape, Sites: 16, Space: 1, Bonds: shape.Bonds()}
		if _, err := Fit(s, states(truth, 200)); err != nil {
			t.Fatal(err)
		}
		large, err := s.Resize(81)
		if err != nil {
			t.Fatal(err)
		}
		known, err := truth.Resize(81)
		if err != nil {
			t.Fatal(err)
		}
		other := states(known, 3)
		field, dx := large.ModelForm().Field().Free(), make([]float64, large.Dim())
		left, all := 0.0, 0.0
		for r := range 3 {
			x, want := other.Row(r)
			field(0, x, dx)
			for i, v := range want {
				left, all = left+(v-dx[i])*(v-dx[i]), all+v*v
			}
		}
		if off := math.Sqrt(left / all); least && off > 1e-10 || !least && off < 0.1 {
			t.Errorf("%s: off by %.2g on 9 x 9 of two laws", name, off)
		}
	}
}
