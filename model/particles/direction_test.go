package particles_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"hnn/model/particles"
	"hnn/system"
)

// randomDirection is a law of two kinds with coefficients at chance, with odd degrees for the unlike.
func randomDirection(t *testing.T, axis [3]float64, degree int) *particles.Direction {
	t.Helper()
	n, err := particles.UnitAxis(axis)
	if err != nil {
		t.Fatal(err)
	}
	d := &particles.Direction{Axis: n, Degree: degree, Kinds: 2, Tables: make([]*particles.Table, 4*degree)}
	rng := rand.New(rand.NewPCG(9, 1))
	for a := range 2 {
		for b := a; b < 2; b++ {
			for l := 1; l <= degree; l++ {
				if a == b && l%2 == 1 {
					continue
				}
				s, err := particles.NewSpline(0.95, 2.5, 12)
				if err != nil {
					t.Fatal(err)
				}
				for i := range s.C {
					s.C[i] = 0.3 * rng.NormFloat64()
				}
				d.Tables[(2*a+b)*degree+l-1] = particles.NewTable(particles.Straight{Spline: s}, s.First, 2.5)
			}
		}
	}
	return d
}

// energyOf is the sum over all pairs by nearest images, straight from the formula.
func energyOf(s *particles.System, d *particles.Direction) (e float64) {
	p, dp := make([]float64, d.Degree+1), make([]float64, d.Degree+1)
	for i := range s.N {
		for j := range s.N {
			if i == j || s.Kind[i] > s.Kind[j] || s.Kind[i] == s.Kind[j] && j > i {
				continue
			}
			u := s.Box.Difference(s.X, i, j)
			r2 := u[0]*u[0] + u[1]*u[1] + u[2]*u[2]
			if r2 >= s.Cutoff*s.Cutoff {
				continue
			}
			particles.Legendre((u[0]*d.Axis[0]+u[1]*d.Axis[1]+u[2]*d.Axis[2])/math.Sqrt(r2), p, dp)
			for l := 1; l <= d.Degree; l++ {
				if table := d.Tables[(int(s.Kind[i])*2+int(s.Kind[j]))*d.Degree+l-1]; table != nil {
					v, _ := table.At(r2)
					e += v * p[l]
				}
			}
		}
	}
	return e
}

// Forces are the differences of the energy, which is that of the formula; momentum stays to the bit, and the energy by the order of
// leapfrog. An axis that is none of the coordinates', and degrees 1 to 4 of the unlike.
func TestDirectionForces(t *testing.T) {
	for _, dim := range []int{2, 3} {
		axis := [3]float64{1, -2, 0}
		if dim == 3 {
			axis[2] = 0.5
		}
		law := randomDirection(t, axis, 4)
		bare, s := liquid(t, 256, dim, 2), liquid(t, 256, dim, 2)
		if err := s.Direct(law); err != nil {
			t.Fatal(err)
		}
		if got, want := s.Energy-bare.Energy, energyOf(s, law); math.Abs(got-want) > 1e-11*math.Abs(s.Energy) { // another order of the sum
			t.Errorf("%d-D: energy of direction %v, of all pairs %v", dim, got, want)
		}
		for range 30 {
			if err := s.Step(0.002, &particles.Leapfrog); err != nil {
				t.Fatal(err)
			}
		}
		worst, largest := byDifferences(t, s, dim, 31)
		t.Logf("%d-D: forces within %.1e of the largest, by differences", dim, worst/largest)
		if !(worst <= 1e-7*largest) { // differences of a sum of 1e3 rounded to 1e-16, over 2e-5
			t.Errorf("%d-D: forces err by %v of %v", dim, worst, largest)
		}
		var total [3]float64
		for i, v := range s.F {
			total[i%3] += v
		}
		for k, v := range total {
			if math.Abs(v) > 1e-12*largest*256 {
				t.Errorf("%d-D: component %d of the total force is %v", dim, k, v)
			}
		}
		off := func(dt float64) float64 {
			s := liquid(t, 256, dim, 2)
			if err := s.Direct(law); err != nil {
				t.Fatal(err)
			}
			worst := drift(t, s, &particles.Leapfrog, dt, 0.08)
			for k, p := range s.Momentum() {
				if math.Abs(p) > 1e-11 {
					t.Errorf("%d-D: momentum %d is %v", dim, k, p)
				}
			}
			return worst
		}
		if ratio := off(0.001) / off(0.0005); ratio < 3 || ratio > 5.5 {
			t.Errorf("%d-D: halving the step divides the energy's error by %.2f, want about 4", dim, ratio)
		}
	}
}

// The forces of a pair are opposite to the bit, also where the two are of unlike species with odd degrees.
func TestDirectionOpposite(t *testing.T) {
	law := randomDirection(t, [3]float64{0.3, 0.7, -1}, 5)
	table := particles.NewTable(argon, 0.6, 2.5)
	rng := rand.New(rand.NewPCG(2, 1))
	for trial := range 100 {
		x := make([]float64, 6)
		for i := range x {
			x[i] = 1.5 * rng.NormFloat64()
		}
		s, err := particles.NewSystem(particles.Box{}, []float64{1, 1}, []uint8{uint8(trial & 1), uint8(trial >> 1 & 1)}, []*particles.Table{table, table, table, table}, 2.5, x, make([]float64, 6), 1)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Direct(law); err != nil {
			t.Fatal(err)
		}
		for k := range 3 {
			if s.F[k] != -s.F[3+k] {
				t.Errorf("forces %v and %v", s.F[:3], s.F[3:])
			}
		}
		s.Close()
	}
}

// In open space the angular momentum along the axis is kept, and the others are not.
func TestDirectionAngularMomentum(t *testing.T) {
	law := randomDirection(t, [3]float64{1, 2, 2}, 4)
	a := particles.NewTable(argon, 0.6, 2.5)
	var x, v, mass []float64
	var kind []uint8
	rng := rand.New(rand.NewPCG(5, 1))
	for i := range 8 {
		for k := range 3 {
			x, v = append(x, 1.1*float64(i>>k&1)+0.03*rng.NormFloat64()), append(v, 0.3*rng.NormFloat64())
		}
		mass, kind = append(mass, 1+float64(i%2)), append(kind, uint8(i%2))
	}
	s, err := particles.NewSystem(particles.Box{}, mass, kind, []*particles.Table{a, a, a, a}, 2.5, x, v, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Direct(law); err != nil {
		t.Fatal(err)
	}
	before := s.AngularMomentum()
	for range 1000 {
		if err := s.Step(0.002, &particles.Leapfrog); err != nil {
			t.Fatal(err)
		}
	}
	along, largest := 0.0, 0.0
	for k, l := range s.AngularMomentum() {
		along += (l - before[k]) * law.Axis[k]
		largest = max(largest, math.Abs(l-before[k]))
	}
	t.Logf("along the axis it changes by %.1e, the largest component by %.1e", along, largest)
	if math.Abs(along) > 1e-11 { // 1,000 steps of eight bodies with momenta and places of size one
		t.Errorf("the angular momentum along the axis changes by %v", along)
	}
	if largest < 0.1 {
		t.Errorf("no component changes by more than %v: the law does not turn the bodies", largest)
	}
}

// A quarter of a turn of law and bodies turns the forces: the axis has no favourite direction in space.
func TestDirectionTurns(t *testing.T) {
	turn := func(v []float64) []float64 { // x to y to z to x
		out := make([]float64, len(v))
		for i := range v {
			out[i/3*3+(i%3+1)%3] = v[i]
		}
		return out
	}
	s := liquid(t, 256, 3, 1)
	if err := s.Direct(randomDirection(t, [3]float64{0.2, 0.5, -1}, 4)); err != nil {
		t.Fatal(err)
	}
	o, err := particles.NewSystem(s.Box, s.Mass, s.Kind, s.Tables, s.Cutoff, turn(s.X), turn(s.V), 1)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	if err := o.Direct(randomDirection(t, [3]float64{-1, 0.2, 0.5}, 4)); err != nil {
		t.Fatal(err)
	}
	for i, v := range turn(s.F) {
		if math.Abs(v-o.F[i]) > 1e-9 {
			t.Fatalf("force %d is %v, turned %v", i, v, o.F[i])
		}
	}
}

func TestDirectionSameBitsForAnyCores(t *testing.T) {
	law := randomDirection(t, [3]float64{0, 0, 1}, 4)
	a, b := liquid(t, 500, 3, 1), liquid(t, 500, 3, 3)
	for _, s := range []*particles.System{a, b} {
		if err := s.Direct(law); err != nil {
			t.Fatal(err)
		}
	}
	sameMotion(t, a, b, &particles.Leapfrog, 0.002, 50)
	builds := a.Builds
	if allocations := testing.AllocsPerRun(10, func() {
		if err := a.Step(1e-6, &particles.Leapfrog); err != nil {
			t.Fatal(err)
		}
	}); allocations > 0 || a.Builds != builds {
		t.Errorf("%v allocations a step with %d new lists", allocations, a.Builds-builds)
	}
}

func TestDirectionRefuses(t *testing.T) {
	s := liquid(t, 256, 3, 1)
	good := randomDirection(t, [3]float64{0, 0, 1}, 4)
	for want, change := range map[string]func(d *particles.Direction){
		"not of length 1":    func(d *particles.Direction) { d.Axis = [3]float64{0, 0, 2} },
		"a degree from 1":    func(d *particles.Direction) { d.Degree = 0 },
		"of the 2 species":   func(d *particles.Direction) { d.Kinds = 1 },
		"even degrees alone": func(d *particles.Direction) { d.Tables[0] = d.Tables[1] },
		"comes first":        func(d *particles.Direction) { d.Tables[2*4+1] = d.Tables[1] },
	} {
		d := *good
		d.Tables = append([]*particles.Table(nil), good.Tables...)
		change(&d)
		if err := s.Direct(&d); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want an error with %q", err, want)
		}
	}
	for _, axis := range [][3]float64{{}, {math.NaN(), 0, 1}, {math.Inf(1), 0, 0}} {
		if _, err := particles.UnitAxis(axis); err == nil {
			t.Errorf("the axis %v was taken", axis)
		}
	}
	if n, err := particles.UnitAxis([3]float64{3e300, 0, 4e300}); err != nil || math.Abs(n[0]-0.6) > 1e-15 || math.Abs(n[2]-0.8) > 1e-15 {
		t.Errorf("3e300, 0, 4e300 becomes %v, %v", n, err)
	}
}

// The law of two dipoles has the derivatives of its values, and is 0 with two of them at the cut-off.
func TestDipole(t *testing.T) {
	law := system.Dipole{Strength: 1.5, Cutoff: 2.5}
	const h = 1e-6
	for r := 0.8; r < 2.6; r += 0.0137 {
		v, dv, ddv := law.At(r)
		up, dup, _ := law.At(r + h)
		down, ddown, _ := law.At(r - h)
		if math.Abs((up-down)/(2*h)-dv) > 1e-8*(1+math.Abs(ddv)) || math.Abs((dup-ddown)/(2*h)-ddv) > 1e-7*(1+math.Abs(ddv)) {
			t.Errorf("at %v: %v, %v, %v", r, v, dv, ddv)
		}
	}
	if v, dv, ddv := law.At(2.5 - 1e-9); math.Abs(v)+math.Abs(dv)+math.Abs(ddv) > 1e-7 {
		t.Errorf("V, V', V'' are %v %v %v at the cut-off", v, dv, ddv)
	}
	far := system.Dipole{Strength: 1.5, Cutoff: 1e4}
	if v, _, _ := far.At(1.2); math.Abs(v+3/(1.2*1.2*1.2)) > 1e-10 {
		t.Errorf("without a cut-off V_2 is %v, want -2 Strength / r^3", v)
	}
}
