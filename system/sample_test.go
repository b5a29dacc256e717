package system

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat"

	"hnn/internal/stream"
)

const draws = 20000

// wantMean fails if the mean of a sample is more than 5 standard errors from
// what the distribution has. The streams are fixed, so it is no matter of chance.
func wantMean(t *testing.T, what string, sample []float64, want float64) {
	t.Helper()
	mean, sd := stat.MeanStdDev(sample, nil)
	if se := sd / math.Sqrt(float64(len(sample))); math.Abs(mean-want) > 5*se {
		t.Errorf("%s: mean %v +- %v, want %v", what, mean, se, want)
	}
}

// wantUniform checks the ends, the mean and the variance of a sample of U(lo,hi).
// The largest of n draws is within 10 (hi-lo)/n of hi, but for a chance of e^-10.
func wantUniform(t *testing.T, what string, sample []float64, lo, hi float64) {
	t.Helper()
	least, most := math.Inf(1), math.Inf(-1)
	squares := make([]float64, len(sample))
	for i, v := range sample {
		least, most = math.Min(least, v), math.Max(most, v)
		squares[i] = math.Pow(v-(lo+hi)/2, 2)
	}
	const rounding = 1e-12
	near := 10 * (hi - lo) / float64(len(sample))
	if least < lo-rounding || least > lo+near || most > hi+rounding || most < hi-near {
		t.Errorf("%s: from %v to %v, want %v to %v", what, least, most, lo, hi)
	}
	wantMean(t, what, sample, (lo+hi)/2)
	wantMean(t, what+", variance", squares, (hi-lo)*(hi-lo)/12)
}

// Radii are uniform. Directions are those of points in a square: E cos 4 theta is 3
// - pi for them, and zero for directions uniform in the angle.
func TestSpringAndPendulumSamplers(t *testing.T) {
	for _, test := range []struct {
		s      System
		lo, hi float64
	}{{Spring{}, 0.1, 1}, {Pendulum{K: 3}, 1.3, 2.3}} {
		rng := stream.New(0, test.s.Name())
		radius, fold4, q, p := make([]float64, draws), make([]float64, draws), make([]float64, draws), make([]float64, draws)
		x := make([]float64, 2)
		for i := range draws {
			test.s.Sample(rng, x)
			radius[i] = math.Hypot(x[0], x[1])
			fold4[i] = math.Cos(4 * math.Atan2(x[1], x[0]))
			q[i], p[i] = x[0], x[1]
		}
		wantUniform(t, test.s.Name()+" radius", radius, test.lo, test.hi)
		wantMean(t, test.s.Name()+" direction", fold4, 3-math.Pi)
		wantMean(t, test.s.Name()+" q", q, 0)
		wantMean(t, test.s.Name()+" p", p, 0)
	}
}

// With the speed of the circular orbit times 1 + 0.05 n, n normal, a two-body
// orbit has the eccentricity |(1 + 0.05 n)^2 - 1|, about 0.1 |n|.
func TestTwoBodySampler(t *testing.T) {
	s := NewNBody(2)
	rng := stream.New(0, "two-body")
	var px, py, factor, eccentricity []float64
	x := make([]float64, 8)
	for range draws {
		s.Sample(rng, x)
		qx, qy, vx, vy := s.split(x)
		px, py = append(px, qx[0]), append(py, qy[0])
		for _, c := range [][]float64{qx, qy, vx, vy} {
			if c[1] != -c[0] {
				t.Fatalf("the second body is not mirrored: %v", x)
			}
		}
		r := math.Hypot(qx[0], qy[0])
		if dot := qx[0]*vx[0] + qy[0]*vy[0]; math.Abs(dot) > 1e-15 || s.AngularMomentum(x) <= 0 {
			t.Fatalf("the velocity is not across the radius, counter-clockwise: %v", x)
		}
		factor = append(factor, math.Hypot(vx[0], vy[0])*2*math.Sqrt(r))
		// Of the relative orbit: e^2 = 1 + 2 E L^2 with its energy per reduced mass
		// over mu^2, mu = 2.
		h, l := 2*s.Hamiltonian(x), 2*s.AngularMomentum(x)
		eccentricity = append(eccentricity, math.Sqrt(math.Max(0, 1+2*h*l*l/4)))
	}
	wantUniform(t, "x1", px, 0.5, 1.5)
	wantUniform(t, "y1", py, 0.5, 1.5)
	wantMean(t, "speed", factor, 1)
	if sd := stat.StdDev(factor, nil); math.Abs(sd-0.05) > 5*0.05/math.Sqrt(2*draws) {
		t.Errorf("the speed spreads by %v, want 0.05", sd)
	}
	// E |2 a n + a^2 n^2| for a = 0.05 is 2 a sqrt(2/pi) but for terms of order a^3
	// (the squares of positive and negative n cancel).
	if mean := stat.Mean(eccentricity, nil); math.Abs(mean-0.1*math.Sqrt(2/math.Pi)) > 2e-3 {
		t.Errorf("mean eccentricity %v, want about 0.08", mean)
	}
}

func TestThreeBodySampler(t *testing.T) {
	s := NewNBody(3)
	rng := stream.New(0, "three-body")
	factors := make([][]float64, 6)
	var radius, momentum []float64
	x := make([]float64, 12)
	for range draws {
		s.Sample(rng, x)
		qx, qy, vx, vy := s.split(x)
		r := math.Hypot(qx[0], qy[0])
		radius = append(radius, r)
		speed := s.circularSpeed(r) / r
		for i := range 3 {
			// A third of a turn from body to body, at the same radius.
			j := (i + 1) % 3
			dot, cross := qx[i]*qx[j]+qy[i]*qy[j], qx[i]*qy[j]-qy[i]*qx[j]
			if math.Abs(dot+r*r/2) > 1e-14 || math.Abs(cross-r*r*math.Sqrt(3)/2) > 1e-14 {
				t.Fatalf("the bodies are not 120 degrees apart: %v", x)
			}
			factors[2*i] = append(factors[2*i], vx[i]/(-qy[i]*speed))
			factors[2*i+1] = append(factors[2*i+1], vy[i]/(qx[i]*speed))
		}
		px, py := s.Momentum(x)
		momentum = append(momentum, px*px+py*py)
	}
	wantUniform(t, "radius", radius, 0.9, 1.2)
	for i, f := range factors {
		wantUniform(t, s.Coordinates()[6+i%2*3+i/2].Name+" factor", f, 0.8, 1.2)
		for _, g := range factors[:i] {
			if c := stat.Correlation(f, g, nil); math.Abs(c) > 5/math.Sqrt(draws) {
				t.Errorf("noise of two components correlates: %v", c)
			}
		}
	}
	// The protocol leaves the centre of mass moving. The square of the momentum is
	// the variance 0.04/3 of the noise times 3 v^2 with v^2 = 0.57735/r.
	wantMean(t, "momentum squared", momentum, 0.04/3*3*0.57735*math.Log(1.2/0.9)/0.3)
}

// Unequal masses: the sampler draws velocities, the state holds momenta.
func TestNBodySamplerScalesMomenta(t *testing.T) {
	s := &NBody{Mass: []float64{1, 10, 4}, G: 1}
	equal := &NBody{Mass: []float64{5, 5, 5}, G: 1} // of the same mean
	x, y := make([]float64, 12), make([]float64, 12)
	s.Sample(stream.New(0, "n"), x)
	equal.Sample(stream.New(0, "n"), y)
	for i, m := range s.Mass {
		for _, j := range []int{i, 3 + i} {
			if x[j] != y[j] || math.Abs(x[6+j]/m-y[6+j]/5) > 1e-15 {
				t.Errorf("body %d: state %v, want that of the equal masses %v", i, x, y)
			}
		}
	}
}

// The energy's range, and that an orbit of the highest energy stays in the well.
func TestHenonHeilesSampler(t *testing.T) {
	s := HenonHeiles{Alpha: 0.5}
	rng := stream.New(0, "hh")
	var energy []float64
	x := make([]float64, 4)
	for range draws {
		s.Sample(rng, x)
		energy = append(energy, s.Hamiltonian(x)*s.Alpha*s.Alpha)
	}
	wantUniform(t, "energy", energy, 1.0/24, 1.0/8)
	for range 10 {
		s.Sample(rng, x)
		for _, q := range solve(t, s, x, 0, 20, 40, 60) {
			if math.Abs(q) > 2/s.Alpha {
				t.Errorf("the orbit escapes: %v", q)
			}
		}
	}
}

func TestOtherSamplers(t *testing.T) {
	for _, test := range []struct {
		s    System
		half float64
	}{{DoublePendulum{G: 9.81}, 1}, {Duffing{Alpha: -1, Beta: 1}, 1.5}} {
		rng := stream.New(0, test.s.Name())
		columns := make([][]float64, test.s.Dim())
		x := make([]float64, test.s.Dim())
		for range draws {
			test.s.Sample(rng, x)
			for j, v := range x {
				columns[j] = append(columns[j], v)
			}
		}
		for j, c := range columns {
			wantUniform(t, test.s.Name()+" "+test.s.Coordinates()[j].Name, c, -test.half, test.half)
		}
	}
	// Kepler: the eccentricity from the energy and the angular momentum.
	s, rng, x := Kepler{Mu: 1}, stream.New(0, "kepler"), make([]float64, 4)
	var axis, eccentricity []float64
	for range draws {
		s.Sample(rng, x)
		h, l := s.Hamiltonian(x), x[0]*x[3]-x[1]*x[2]
		if l <= 0 {
			t.Fatal("the orbit runs clockwise")
		}
		axis = append(axis, -1/(2*h))
		eccentricity = append(eccentricity, math.Sqrt(math.Max(0, 1+2*h*l*l)))
	}
	wantUniform(t, "semi-major axis", axis, 0.8, 1.2)
	wantUniform(t, "eccentricity", eccentricity, 0, 0.5)
}

func TestEnergies(t *testing.T) {
	got := Energies(Spring{}, []float64{1, 2, 3, 4}, make([]float64, 2))
	if got[0] != 5 || got[1] != 25 {
		t.Errorf("energies %v, want 5 and 25", got)
	}
}
