package particles

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"hnn/model/particles"
	"hnn/system"
)

// aligned is a Lennard-Jones liquid of dipoles along an axis, of strength 1 and of 1.5 and 0.7 where there is a second species, whose unlike
// pairs also have a charge's V_1 = charge / r^2. Steps are of 0.002.
type aligned struct {
	kinds  int
	axis   [3]float64
	charge float64
	degree int // also a V_4 of strength 0.3 / r^5 where it is 4
}

const alignedCutoff = 2.5

var alignedStrength = [3]float64{1, 0.7, 1.5} // of pairs of species 0-0, 0-1, 1-1

// part is V_l of two species.
func (a aligned) part(x, y, l int) particles.Law {
	switch {
	case l == 2:
		return system.Dipole{Strength: alignedStrength[x+y], Cutoff: alignedCutoff}
	case l == 4 && a.degree == 4:
		return power{0.3, 5}
	case l == 1 && x != y && a.charge != 0:
		return power{a.charge, 2}
	}
	return nil
}

// power is strength (1/r - 1/r_c)^3 / r^n: 0 with two derivatives at the cut-off.
type power struct{ strength, n float64 }

func (p power) At(r float64) (v, dv, ddv float64) {
	if r >= alignedCutoff {
		return 0, 0, 0
	}
	u, du, ddu := 1/r-1/alignedCutoff, -1/(r*r), 2/(r*r*r)
	a, da, dda := u*u*u, 3*u*u*du, 6*u*du*du+3*u*u*ddu
	b := p.strength * math.Pow(r, -p.n)
	db, ddb := -p.n*b/r, p.n*(p.n+1)*b/(r*r)
	return a * b, da*b + a*db, dda*b + 2*da*db + a*ddb
}

func (a aligned) draw(t *testing.T, seed uint64, n, dim, frames, every int) *Data {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	density := 0.8
	if dim == 2 {
		density = 0.7
	}
	box, x, err := particles.Lattice(n, dim, density, rng)
	if err != nil {
		t.Fatal(err)
	}
	d := &Data{Box: box, Mass: make([]float64, n), Kind: make([]uint8, n), Kinds: a.kinds}
	for i := range d.Mass {
		d.Mass[i], d.Kind[i] = 1, uint8(i%a.kinds)
	}
	n4 := 4
	law := &particles.Direction{Degree: n4, Kinds: a.kinds, Tables: make([]*particles.Table, a.kinds*a.kinds*n4)}
	if law.Axis, err = particles.UnitAxis(a.axis); err != nil {
		t.Fatal(err)
	}
	var tables []*particles.Table
	for x := range a.kinds {
		for y := range a.kinds {
			tables = append(tables, particles.NewTable(system.LennardJones{Epsilon: 1, Sigma: 1, Cutoff: alignedCutoff}, 0.6, alignedCutoff))
			for l := 1; l <= n4 && x <= y; l++ {
				if part := a.part(x, y, l); part != nil {
					law.Tables[(x*a.kinds+y)*n4+l-1] = particles.NewTable(part, 0.6, alignedCutoff)
				}
			}
		}
	}
	s, err := particles.NewSystem(box, d.Mass, d.Kind, tables, alignedCutoff, x, particles.Velocities(d.Mass, dim, 1, rng), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Direct(law); err != nil {
		t.Fatal(err)
	}
	const melt = 600
	for i := range melt + frames*every {
		if i >= melt && (i-melt)%every == 0 {
			d.Times = append(d.Times, float64(i)*0.002)
			d.X = append(d.X, append([]float64(nil), s.X...))
			d.V = append(d.V, append([]float64(nil), s.V...))
			d.F = append(d.F, append([]float64(nil), s.F...))
		}
		if err := s.Step(0.002, &particles.Leapfrog); err != nil {
			t.Fatal(err)
		}
		if i < melt && i%20 == 0 {
			particles.Scale(s.V, math.Sqrt(1/particles.Temperature(d.Mass, s.V, dim)))
		}
	}
	return d
}

// errorsOf are the largest errors of V and of its slopes by r and by the angle over r, from the 0.1% quantile of distances to the cut-off,
// over all angles; the depth of Lennard-Jones' law is 0.88.
func (a aligned) errorsOf(l *Laws) (v, f float64) {
	d := l.Direction
	p, dp := make([]float64, 9), make([]float64, 9)
	for x := range a.kinds {
		for y := x; y < a.kinds; y++ {
			q := x*a.kinds + y
			for r := l.Near[q]; r < alignedCutoff; r += 0.01 {
				for angle := 0.0; angle <= math.Pi; angle += math.Pi / 12 {
					var ev, er, et float64
					c, s := math.Cos(angle), math.Sin(angle)
					particles.Legendre(c, p, dp)
					add := func(law particles.Law, sign float64, l int) {
						w, dw, _ := law.At(r)
						ev += sign * w * p[l]
						er += sign * dw * p[l]
						et -= sign * w * dp[l] * s / r
					}
					add(l.Of[q], 1, 0)
					add(system.LennardJones{Epsilon: 1, Sigma: 1, Cutoff: alignedCutoff}, -1, 0)
					for m := 1; m <= 4; m++ {
						if part := a.part(x, y, m); part != nil {
							add(part, -1, m)
						}
						if m <= d.Degree && d.Of[q*d.Degree+m-1] != nil {
							add(d.Of[q*d.Degree+m-1], 1, m)
						}
					}
					v, f = max(v, math.Abs(ev)), max(f, math.Abs(er), math.Abs(et))
				}
			}
		}
	}
	return v, f
}

// Aligned dipoles are found by forces, in space and in a plane, with an axis that is none of the coordinates', of two species with odd
// degrees for the unlike, and to the fourth degree where there is one.
func TestDirectionIsFound(t *testing.T) {
	for name, c := range map[string]struct {
		aligned
		n, dim, frames, coefficients, degree int
		most                                 float64 // of a spline so fine: 1e-7 with 160 coefficients, (160/100)^5 times that with 100
	}{
		"z":           {aligned{kinds: 1, axis: [3]float64{0, 0, 1}}, 256, 3, 20, 160, 2, 3e-7},
		"degree 4":    {aligned{kinds: 1, axis: [3]float64{1, -2, 2}, degree: 4}, 125, 3, 30, 160, 4, 3e-7},
		"plane":       {aligned{kinds: 1, axis: [3]float64{1, 0, 0}}, 100, 2, 80, 160, 2, 3e-7},
		"two species": {aligned{kinds: 2, axis: [3]float64{0, 0, 1}, charge: 0.5}, 125, 3, 30, 100, 2, 3e-6},
	} {
		t.Run(name, func(t *testing.T) {
			d := c.draw(t, 1, c.n, c.dim, c.frames, 50)
			start := time.Now()
			l, err := Forces(d, Options{Cutoff: alignedCutoff, Axis: c.axis, Coefficients: c.coefficients})
			if err != nil {
				t.Fatal(err)
			}
			took := time.Since(start)
			v, f := c.errorsOf(l)
			t.Logf("V within %.1e, forces within %.1e; degree %d, gain %.2g, rms %.1e, near %.3f, closest %.3f; %v", v, f, l.Direction.Degree, l.Direction.Gain, l.RMS, l.Near[0], l.Of[0].First, took)
			if l.Direction.Degree != c.degree {
				t.Errorf("degree %d, want %d", l.Direction.Degree, c.degree)
			}
			if !(v < c.most && f < c.most) {
				t.Errorf("V errs by %.1e and forces by %.1e, want %.0e", v, f, c.most)
			}
		})
	}
}

// From positions and velocities of every tenth step alone.
func TestDirectionOfMotion(t *testing.T) {
	a := aligned{kinds: 1, axis: [3]float64{0, 0, 1}}
	d := a.draw(t, 1, 125, 3, 15, 10)
	d.F = nil
	start := time.Now()
	l, err := Motion(d, Options{Cutoff: alignedCutoff, Coefficients: 60, Axis: a.axis})
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	v, f := a.errorsOf(l)
	t.Logf("V within %.1e, forces within %.1e; degree %d, gain %.2g, rms %.1e; %v", v, f, l.Direction.Degree, l.Direction.Gain, l.RMS, took)
	if !(v < 1e-2 && f < 1e-2) {
		t.Errorf("V errs by %.1e and forces by %.1e", v, f)
	}
}

// Under noise the true energies along the axis and across it lie within two standard errors at nineteen places of twenty, up to chance: places
// near each other err together.
func TestDirectionErrors(t *testing.T) {
	a := aligned{kinds: 1, axis: [3]float64{0, 0, 1}}
	inside, all := 0, 0
	for seed := uint64(1); seed <= 4; seed++ {
		d := a.draw(t, seed, 125, 3, 10, 50)
		rng := rand.New(rand.NewPCG(seed, 7))
		for _, f := range d.F {
			for i := range f {
				f[i] += 0.3 * rng.NormFloat64()
			}
		}
		l, err := Forces(d, Options{Cutoff: alignedCutoff, Axis: a.axis, Coefficients: 40, DirectionCoefficients: 20, DirectionDegree: 2})
		if err != nil {
			t.Fatal(err)
		}
		for way, cos := range Cosines[:2] {
			for i := range Grid {
				r := l.Near[0] + (alignedCutoff-l.Near[0])*float64(i)/Grid
				v, _, _ := l.Of[0].At(r)
				u, _, _ := l.Direction.Of[1].At(r)
				w, _, _ := (system.LennardJones{Epsilon: 1, Sigma: 1, Cutoff: alignedCutoff}).At(r)
				z, _, _ := a.part(0, 0, 2).At(r)
				p2 := (3*cos*cos - 1) / 2
				if math.Abs(v+u*p2-w-z*p2) < 2*l.Direction.Errors[0][way][i] {
					inside++
				}
				all++
			}
		}
	}
	share := float64(inside) / float64(all)
	t.Logf("%.3f of %d places within two standard errors", share, all)
	if share < 0.88 || share > 0.995 {
		t.Errorf("%.3f of places within two standard errors, want about 0.95", share)
	}
}

func TestDirectionFitRefuses(t *testing.T) {
	d := aligned{kinds: 1, axis: [3]float64{0, 0, 1}}.draw(t, 1, 125, 3, 4, 20)
	for want, o := range map[string]Options{
		"finite components":   {Axis: [3]float64{math.NaN(), 0, 0}},
		"from 2 to":           {Axis: [3]float64{0, 0, 1}, DirectionDegree: 12},
		"have even ones":      {Axis: [3]float64{0, 0, 1}, DirectionDegree: 3},
		"coefficients 6 to":   {Axis: [3]float64{0, 0, 1}, DirectionCoefficients: 3},
		"exchange changes no": {Axis: [3]float64{0, 0, 1}, DirectionDegree: -2},
	} {
		o.Cutoff = alignedCutoff - 0.1
		if _, err := Forces(d, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", o, err, want)
		}
	}
}
