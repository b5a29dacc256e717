package particles_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"hnn/model/particles"
	"hnn/system"
)

// randomTrap has polynomials along x, waves along y and z, or along y alone, and products of both.
func randomTrap(t *testing.T, box *particles.Box, dim int) *particles.Trap {
	t.Helper()
	axes := [3]particles.Axis{{Middle: 3, Half: 4}, {Period: box.Side[1]}, {Period: box.Side[2]}}
	if dim == 2 {
		axes[2] = particles.Axis{}
	}
	trap, err := particles.NewTrap(2, axes, 3, 5)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(8, 1))
	for i := range trap.C {
		trap.C[i] = rng.NormFloat64() / 4
	}
	return trap
}

// confined is a liquid between two periodic axes and one open one, or in a plane, in a random field that masses weigh or none do.
func confined(t *testing.T, dim int, masses bool, workers int) *particles.System {
	t.Helper()
	a := liquid(t, 256, dim, workers)
	a.Box.Periodic[0] = false
	s, err := particles.NewSystem(a.Box, a.Mass, a.Kind, a.Tables, a.Cutoff, a.X, a.V, workers)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	var weight []float64
	if masses {
		weight = s.Mass
	}
	if err := s.Confine(randomTrap(t, &s.Box, dim), weight); err != nil {
		t.Fatal(err)
	}
	return s
}

// Forces are the differences of the energy, halving the step divides the energy's error by 4, and any number of cores gives the same bits.
func TestConfinedSystem(t *testing.T) {
	for _, dim := range []int{2, 3} {
		for _, masses := range []bool{false, true} {
			s := confined(t, dim, masses, 2)
			bare, err := particles.NewSystem(s.Box, s.Mass, s.Kind, s.Tables, s.Cutoff, s.X, s.V, 1)
			if err != nil {
				t.Fatal(err)
			}
			defer bare.Close()
			outside := 0.0
			for i, v := range s.F {
				outside = max(outside, math.Abs(v-bare.F[i]))
			}
			if outside < 0.1 {
				t.Fatalf("the field's largest force is %v", outside)
			}
			// The error of differences is h^2 U'''/6, beside 1e-12 of the energy over h.
			if worst, largest := byDifferences(t, s, dim, 7); !(worst <= 1e-6*largest) {
				t.Fatalf("%d-D: forces are off the differences of the energy by %v of %v", dim, worst, largest)
			}
			off := func(dt float64) float64 { return drift(t, confined(t, dim, masses, 2), &particles.Leapfrog, dt, 0.1) }
			if ratio := off(0.002) / off(0.001); ratio < 3.5 || ratio > 4.5 {
				t.Errorf("%d-D: halving the step divides the energy's error by %.2f, want about 4", dim, ratio)
			}
			a, b := confined(t, dim, masses, 1), confined(t, dim, masses, 3)
			sameMotion(t, a, b, &particles.Leapfrog, 0.002, 50)
			if n := testing.AllocsPerRun(50, func() {
				if err := a.Step(1e-6, &particles.Leapfrog); err != nil { // so short that no list is made
					t.Fatal(err)
				}
			}); n > 0 {
				t.Errorf("%d-D: a step allocates %v times", dim, n)
			}
		}
	}
}

// Waves have the box's period to the last digits, polynomials go on beyond their range, and the lowest place is found with its curvature.
func TestTrap(t *testing.T) {
	box := particles.Cube(7)
	trap := randomTrap(t, &box, 3)
	room := make([]float64, trap.Room())
	u, du := trap.At(1, [3]float64{1, 2, 3}, room)
	v, dv := trap.At(1, [3]float64{1, 2 + 7, 3 - 14}, room)
	for k := range du {
		if math.Abs(u-v) > 1e-13 || math.Abs(du[k]-dv[k]) > 1e-12 {
			t.Errorf("U of a place and of its image: %v %v and %v %v", u, du, v, dv)
		}
	}
	if trap.Beyond([3]float64{6.9, 99, 99}) || !trap.Beyond([3]float64{7.1, 0, 0}) {
		t.Error("the range is x from -1 to 7, and all of y and z")
	}
	well, err := particles.NewTrap(1, [3]particles.Axis{{Middle: 1, Half: 2}, {Middle: 0, Half: 3}, {}}, 2, 0)
	if err != nil {
		t.Fatal(err)
	}
	for i, term := range well.Terms { // 3 (x-2)^2/2 + 5 y^2/2 + x y by polynomials of u = (x-1)/2 and w = y/3
		switch term {
		case [3]int{1, 0, 0}:
			well.C[i] = -6
		case [3]int{2, 0, 0}:
			well.C[i] = 3
		case [3]int{0, 1, 0}:
			well.C[i] = 3
		case [3]int{0, 2, 0}:
			well.C[i] = 22.5 / 2
		case [3]int{1, 1, 0}:
			well.C[i] = 6
		}
	}
	for _, p := range [][3]float64{{0, 0, 0}, {2.5, -1, 4}, {9, 11, 0}} { // the last is beyond the range
		_, du := well.At(0, p, make([]float64, well.Room()))
		for k, want := range [3]float64{3*(p[0]-2) + p[1], 5*p[1] + p[0], 0} {
			if math.Abs(du[k]-want) > 1e-12 {
				t.Errorf("at %v derivative %d is %v, want %v", p, k, du[k], want)
			}
		}
	}
	// 3 (x-2) + y = 0 and 5 y + x = 0.
	x, c, ok := well.Lowest(0, well.Centre())
	if !ok || math.Abs(x[0]-30.0/14) > 1e-8 || math.Abs(x[1]+6.0/14) > 1e-8 || math.Abs(c[0]-3) > 1e-8 || math.Abs(c[1]-5) > 1e-8 {
		t.Errorf("lowest at %v with curvature %v, %v", x, c, ok)
	}
	for i := range well.C {
		well.C[i] = -well.C[i]
	}
	if _, _, ok := well.Lowest(0, well.Centre()); ok {
		t.Error("a hill has no lowest place")
	}
}

func TestTrapRefuses(t *testing.T) {
	for _, c := range []struct {
		kinds, degree, waves int
		axis                 particles.Axis
	}{{0, 2, 0, particles.Axis{}}, {1, 11, 0, particles.Axis{}}, {1, -1, 0, particles.Axis{}}, {1, 2, 65, particles.Axis{}},
		{1, 2, 0, particles.Axis{Half: -1}}, {1, 2, 0, particles.Axis{Middle: math.NaN()}}, {1, 2, 0, particles.Axis{Period: math.Inf(1)}}, {90, 10, 40, particles.Axis{Period: 1}}} {
		if _, err := particles.NewTrap(c.kinds, [3]particles.Axis{c.axis, c.axis, c.axis}, c.degree, c.waves); err == nil {
			t.Errorf("%+v was taken", c)
		}
	}
	s := confined(t, 3, false, 1)
	if err := s.Confine(system.HarmonicTrap{}, make([]float64, 3)); err == nil || !strings.Contains(err.Error(), "3 charges or masses") {
		t.Errorf("three weights: %v", err)
	}
}

// Yukawa's law has the derivatives of its values and is 0 with two of them at the cut-off.
func TestYukawa(t *testing.T) {
	l := system.Yukawa{Strength: 3, Screening: 0.7, Cutoff: 2.5}
	const h = 1e-6
	for r := 0.3; r < 2.49; r += 0.0137 {
		_, dv, ddv := l.At(r)
		up, dup, _ := l.At(r + h)
		down, ddown, _ := l.At(r - h)
		if math.Abs((up-down)/(2*h)-dv) > 1e-6*(1+math.Abs(ddv)) || math.Abs((dup-ddown)/(2*h)-ddv) > 1e-5*(1+math.Abs(ddv)) {
			t.Errorf("at %v: %v, %v", r, dv, ddv)
		}
	}
	v, dv, ddv := l.At(2.5 * (1 - 1e-12))
	if math.Abs(v)+math.Abs(dv)+math.Abs(ddv) > 1e-9 {
		t.Errorf("at the cut-off: %v, %v, %v", v, dv, ddv)
	}
}
