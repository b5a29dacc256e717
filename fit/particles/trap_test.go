package particles

import (
	"math"
	"math/rand/v2"
	"testing"

	"hnn/model/particles"
	"hnn/system"
)

// well is a field of any formula: of one kind, or of weights.
type well func(kind uint8, x [3]float64) (u float64, du [3]float64)

func (well) Room() int { return 0 }

func (w well) At(kind uint8, x [3]float64, _ []float64) (float64, [3]float64) { return w(kind, x) }

// cutoff is of the grains' pairs.
const cutoff = 2.5

// dust is grains of two kinds that repel each other as Yukawa's law has it, in a field, at a temperature of 0.5.
func dust(t *testing.T, seed uint64, n, frames, every int, field particles.Field, weight bool, box particles.Box) *Data {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	d := &Data{Box: box, Kinds: 2}
	start, x, err := particles.Lattice(n, 3, 0.3, rng)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		d.Mass, d.Kind = append(d.Mass, 1+rng.Float64()), append(d.Kind, uint8(i%2))
	}
	for i := range x {
		x[i] -= start.Side[0] / 2
	}
	law := particles.NewTable(system.Yukawa{Strength: 3, Screening: 0.8, Cutoff: cutoff}, 0.3, cutoff)
	v := particles.Thermal(d.Mass, 3, 0.5, rng)
	s, err := particles.NewSystem(d.Box, d.Mass, d.Kind, []*particles.Table{law, law, law, law}, cutoff, x, v, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if weight {
		d.TrapWeight = d.Mass
	}
	if field != nil {
		if err := s.Confine(field, d.TrapWeight); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 600 + frames*every {
		if i < 600 && i%20 == 0 {
			copy(s.V, particles.Thermal(d.Mass, 3, 0.5, rng))
		}
		if i >= 600 && (i-600)%every == 0 {
			d.Times = append(d.Times, float64(i)*0.005)
			d.X = append(d.X, append([]float64(nil), s.X...))
			d.V = append(d.V, append([]float64(nil), s.V...))
			d.F = append(d.F, append([]float64(nil), s.F...))
		}
		if err := s.Step(0.005, &particles.Leapfrog); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// fieldError is |F - F'| / |F'| of a trap's forces on the particles of all moments.
func fieldError(l *Laws, d *Data, field particles.Field) float64 {
	var left, all float64
	room := make([]float64, l.Trap.Room())
	for _, x := range d.X {
		for i, k := range d.Kind {
			if d.TrapWeight != nil {
				k = 0
			}
			p := [3]float64(x[3*i : 3*i+3])
			_, a := l.Trap.At(k, p, room)
			_, b := field.At(k, p, nil)
			for e := range a {
				left, all = left+(a[e]-b[e])*(a[e]-b[e]), all+b[e]*b[e]
			}
		}
	}
	return math.Sqrt(left / all)
}

// A harmonic trap that is another one for each kind is found as one of degree 2, a quartic one as one of degree 4, and gravity with a soft floor as weights of one
// function, from forces, and from positions and velocities alone.
func TestTrapsAreFound(t *testing.T) {
	two := well(func(kind uint8, x [3]float64) (u float64, du [3]float64) {
		for k, c := range [3]float64{1, 1.5 + float64(kind), 2} {
			e := x[k] - 0.3*float64(k)
			u += c * e * e / 2
			du[k] = c * e
		}
		return u, du
	})
	quartic := well(func(_ uint8, x [3]float64) (u float64, du [3]float64) {
		for k := range du {
			u += 0.1*math.Pow(x[k], 4) + 0.1*x[k]
			du[k] = 0.4*math.Pow(x[k], 3) + 0.1
		}
		return u + 0.2*x[0]*x[1], [3]float64{du[0] + 0.2*x[1], du[1] + 0.2*x[0], du[2]}
	})
	falling := well(func(_ uint8, x [3]float64) (u float64, du [3]float64) {
		r2 := x[0]*x[0] + x[1]*x[1] + x[2]*x[2]
		return r2/2 + 0.7*x[2], [3]float64{x[0], x[1], x[2] + 0.7}
	})
	for name, c := range map[string]struct {
		field  well
		weight bool
		degree int
	}{
		"of each kind": {two, false, 2},
		"quartic":      {quartic, false, 4},
		"of masses":    {falling, true, 2},
	} {
		all := dust(t, 1, 64, 30, 20, c.field, c.weight, particles.Box{})
		for _, motion := range []bool{false, true} {
			d, fit, want := *all, Forces, 1e-9 // the pairs' splines leave some 1e-9 of the forces
			if motion {
				fit, want = Motion, 1e-4 // pairs nearer than most are seldom met, and their paths less well known
			}
			l, err := fit(&d, Options{Cutoff: cutoff, Coefficients: 40, Iterations: 3, Trap: true})
			if err != nil {
				t.Fatal(err)
			}
			e := fieldError(l, &d, c.field)
			t.Logf("%s, motion %v: force error %.2e, degree %d, gain %.3g, not imitated %.2g, rms %.2e", name, motion, e, l.Trap.Degree, l.TrapGain, l.TrapLoose, l.RMS)
			if !(e < want) || l.Trap.Degree != c.degree {
				t.Errorf("%s, motion %v: force error %v, degree %d", name, motion, e, l.Trap.Degree)
			}
			if o := FindOutside(&d, motion); !o.Follows || o.Share < 0.1 {
				t.Errorf("%s, motion %v: the total force says %+v", name, motion, o)
			}
		}
	}
}

// Waves of a box: of one axis alone to the order 8, of two axes together to the order 2.
func TestLatticesOfLightAreFound(t *testing.T) {
	box, _, err := particles.Lattice(128, 3, 0.3, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	w := 2 * math.Pi / box.Side[0]
	light := well(func(_ uint8, x [3]float64) (float64, [3]float64) {
		return 0.5*math.Cos(8*w*x[0]) + 0.7*math.Sin(w*x[1])*math.Cos(w*x[2]), [3]float64{
			-4 * w * math.Sin(8*w*x[0]), 0.7 * w * math.Cos(w*x[1]) * math.Cos(w*x[2]), -0.7 * w * math.Sin(w*x[1]) * math.Sin(w*x[2])}
	})
	d := dust(t, 2, 128, 20, 20, light, false, box)
	l, err := Forces(d, Options{Cutoff: cutoff, Coefficients: 40, Trap: true, TrapDegree: 2, TrapWaves: 10})
	if err != nil {
		t.Fatal(err)
	}
	e := fieldError(l, d, light)
	t.Logf("force error %.2e, order %d, rms %.2e", e, l.Trap.Waves, l.RMS)
	if !(e < 1e-8) || l.Trap.Waves != 8 || l.Trap.Degree != 2 {
		t.Errorf("force error %v, degree %d, waves %d", e, l.Trap.Degree, l.Trap.Waves)
	}
	if o := FindOutside(d, false); !o.Follows {
		t.Errorf("the total force says %+v", o)
	}
}

// Where pairs alone act there is no trap to be found and no outside force, exactly or in the noise of forces; and a trap in noise
// keeps its degree.
func TestNoTrapWhereThereIsNone(t *testing.T) {
	noisy := func(d *Data, part float64) {
		rng := rand.New(rand.NewPCG(5, 5))
		sum, n := 0.0, 0
		for _, f := range d.F {
			for _, v := range f {
				sum, n = sum+v*v, n+1
			}
		}
		for _, f := range d.F {
			for i := range f {
				f[i] += part * math.Sqrt(sum/float64(n)) * rng.NormFloat64()
			}
		}
	}
	for seed := range uint64(5) {
		free := dust(t, seed, 64, 20, 5, nil, false, particles.Box{})
		for _, motion := range []bool{false, true} {
			if o := FindOutside(free, motion); o.Follows || o.Share > 1e-10 {
				t.Errorf("seed %d, motion %v: the total force of pairs says %+v", seed, motion, o)
			}
		}
		noisy(free, 0.02)
		l, err := Forces(free, Options{Cutoff: cutoff, Coefficients: 40, Trap: true})
		if err != nil {
			t.Fatal(err)
		}
		if o := FindOutside(free, false); o.Follows || o.Share < 0.01 || len(l.Trap.Terms) != 0 {
			t.Errorf("seed %d: noise says %+v, and a trap of degree %d", seed, o, l.Trap.Degree)
		}
	}
	held := dust(t, 7, 64, 20, 20, system.HarmonicTrap{Stiffness: [3]float64{1, 1, 1}}, false, particles.Box{})
	noisy(held, 0.05)
	l, err := Forces(held, Options{Cutoff: cutoff, Coefficients: 40, Trap: true})
	if err != nil {
		t.Fatal(err)
	}
	o, e := FindOutside(held, false), fieldError(l, held, system.HarmonicTrap{Stiffness: [3]float64{1, 1, 1}})
	t.Logf("5%% noise: force error of the trap %.2e, degree %d, share %.2g", e, l.Trap.Degree, o.Share)
	if !o.Follows || l.Trap.Degree != 2 || e > 0.01 {
		t.Errorf("in noise: %+v, degree %d, force error %v", o, l.Trap.Degree, e)
	}
	worst, far := 0.0, 0.0 // standard errors of U along the axes
	for q, all := range l.TrapErrors {
		room := make([]float64, l.Trap.Room())
		u0, _ := l.Trap.At(uint8(q/3), l.Trap.Centre(), room)
		w0, _ := system.HarmonicTrap{Stiffness: [3]float64{1, 1, 1}}.At(0, l.Trap.Centre(), nil)
		for g, s := range all {
			p := l.Trap.Along(q%3, float64(g)/Grid)
			u, _ := l.Trap.At(uint8(q/3), p, room)
			w, _ := system.HarmonicTrap{Stiffness: [3]float64{1, 1, 1}}.At(0, p, nil)
			if g != Grid/2 { // the centre
				worst = max(worst, math.Abs(u-u0-w+w0)/s)
			}
			far = max(far, s)
		}
	}
	t.Logf("U is at most %.2f standard errors off; the largest of them is %.2g", worst, far)
	if !(worst < 4 && far < 0.1) { // six axes
		t.Errorf("U is %.2f standard errors off, the largest %v", worst, far)
	}
}

// Charges whose common motion is none: a harmonic trap and an attraction of all pairs that grows with their distance are one and the same then,
// and that is told (the theorem of Kohn, Phys. Rev. 123, 1242, 1961).
func TestTrapOrPairs(t *testing.T) {
	for _, still := range []bool{false, true} {
		rng := rand.New(rand.NewPCG(3, 1))
		const n = 40
		d := &Data{Mass: make([]float64, n), Kind: make([]uint8, n), Kinds: 1, Weight: make([]float64, n)}
		for i := range n {
			d.Mass[i], d.Weight[i] = 1, 1
		}
		x := particles.Sphere(n, 3, rng)
		v := particles.Thermal(d.Mass, 3, 0.3, rng)
		if still {
			particles.Rest(d.Mass, x)
			particles.Rest(d.Mass, v)
		}
		s, err := particles.NewSystem(d.Box, d.Mass, d.Kind, nil, 0, x, v, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		trap := system.HarmonicTrap{Stiffness: [3]float64{1, 1, 1}}
		if err := s.Reach(system.Plummer{Strength: 1}, 1e-3, 1e2, d.Weight); err != nil {
			t.Fatal(err)
		}
		if err := s.Confine(trap, nil); err != nil {
			t.Fatal(err)
		}
		for i := range 1000 {
			if i%40 == 0 {
				d.Times = append(d.Times, float64(i)*0.005)
				d.X = append(d.X, append([]float64(nil), s.X...))
				d.F = append(d.F, append([]float64(nil), s.F...))
			}
			if err := s.Step(0.005, &particles.Leapfrog); err != nil {
				t.Fatal(err)
			}
		}
		l, err := Forces(d, Options{Long: 60, Trap: true})
		if err != nil {
			t.Fatal(err)
		}
		e := fieldError(l, d, trap)
		t.Logf("still %v: force error of the trap %.2e, degree %d, not imitated %.2g", still, e, l.Trap.Degree, l.TrapLoose)
		if still != (l.TrapLoose < TrapAlone) || !still && e > 1e-6 {
			t.Errorf("still %v: force error %v, not imitated %v", still, e, l.TrapLoose)
		}
	}
}
