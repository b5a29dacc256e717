package estimate

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// dense is the same likelihood and path by the covariance matrix of all samples, the first state having
// a variance that is large but finite.
func dense(m *Motion, t Track, diffuse float64) (log float64, q []float64) {
	n := m.Order
	rows := len(t.T)
	var factorial [8]float64
	factorial[0] = 1
	for i := 1; i < 8; i++ {
		factorial[i] = factorial[i-1] * float64(i)
	}
	// Covariance of component a at time s with b at time t > s of the integrated process from time 0.
	process := func(a, b int, s, t float64) float64 {
		// integral over r < s of (s-r)^(n-1-a)/(n-1-a)! (t-r)^(n-1-b)/(n-1-b)!, by Gauss' rule, exact here
		sum := 0.0
		nodes := []float64{0.046910077030668004, 0.23076534494715845, 0.5, 0.7692346550528415, 0.953089922969332}
		weights := []float64{0.11846344252809454, 0.23931433524968324, 0.28444444444444444, 0.23931433524968324, 0.11846344252809454}
		low := math.Min(s, t)
		for i, x := range nodes {
			r := low * x
			sum += low * weights[i] * math.Pow(s-r, float64(n-1-a)) / factorial[n-1-a] * math.Pow(t-r, float64(n-1-b)) / factorial[n-1-b]
		}
		return sum
	}
	type sample struct {
		k, o int
		y    float64
	}
	var ys []sample
	for k := range rows {
		if !math.IsNaN(t.Q[k]) {
			ys = append(ys, sample{k, 0, (t.Q[k] - t.Q[0]) / m.scale})
		}
		if t.V != nil {
			ys = append(ys, sample{k, 1, t.V[k] * m.step / m.scale})
		}
	}
	at := func(k int) float64 { return (t.T[k] - t.T[0]) / m.step }
	cov := func(a, b int, s, u float64) float64 {
		c := m.intensity * process(a, b, s, u)
		for j := range n { // the first state's
			if j >= a && j >= b {
				c += diffuse * math.Pow(s, float64(j-a)) / factorial[j-a] * math.Pow(u, float64(j-b)) / factorial[j-b]
			}
		}
		return c
	}
	c := mat.NewSymDense(len(ys), nil)
	y := mat.NewVecDense(len(ys), nil)
	for i, a := range ys {
		y.SetVec(i, a.y)
		for j, b := range ys {
			v := cov(a.o, b.o, at(a.k), at(b.k))
			if i == j {
				v += []float64{m.rq, m.rv}[a.o]
			}
			c.SetSym(i, j, v)
		}
	}
	var chol mat.Cholesky
	if !chol.Factorize(c) {
		panic("not positive definite")
	}
	var w mat.VecDense
	if err := chol.SolveVecTo(&w, y); err != nil {
		if _, ill := err.(mat.Condition); !ill {
			panic(err)
		}
	}
	log = -chol.LogDet()/2 - mat.Dot(y, &w)/2
	for k := range rows {
		v := 0.0
		for i, a := range ys {
			v += cov(0, a.o, at(k), at(a.k)) * w.AtVec(i)
		}
		q = append(q, t.Q[0]+v*m.scale)
	}
	return log, q
}

func wobble(rng *rand.Rand, n int, noise, rateNoise float64) (t Track, q, v []float64) {
	phase := 6 * rng.Float64()
	now := 0.0
	for range n {
		q = append(q, math.Sin(now+phase)+0.3*math.Cos(2.3*now))
		v = append(v, math.Cos(now+phase)-0.69*math.Sin(2.3*now))
		t.T = append(t.T, now)
		t.Q = append(t.Q, q[len(q)-1]+noise*rng.NormFloat64())
		if rateNoise > 0 {
			t.V = append(t.V, v[len(v)-1]+rateNoise*rng.NormFloat64())
		}
		now += 0.05 * (0.5 + rng.Float64())
	}
	return t, q, v
}

// The likelihood agrees with a dense computation: differences between parameters, since the first state's
// variance is infinite in one and large in the other.
func TestMotionLikelihood(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 2))
	for _, order := range []int{3, 4} {
		for _, rate := range []float64{0, 0.05} {
			track, _, _ := wobble(rng, 14, 0.05, rate)
			track.Q[5] = math.NaN()
			a := &Motion{Order: order, rq: 2e-3, rv: 1e-3 * rate / 0.05, intensity: 1e-4, scale: 0.7, step: 0.05}
			b := &Motion{Order: order, rq: 4e-3, rv: 3e-3 * rate / 0.05, intensity: 3e-3, scale: 0.7, step: 0.05}
			la := a.filter(track, nil, nil)
			lb := b.filter(track, nil, nil)
			da, qa := dense(a, track, 1e4)
			db, _ := dense(b, track, 1e4)
			// The finite variance of 1e4 tells by 1e-4 of a unit or less, and its rounding by 1e-5.
			if math.Abs(la-lb-(da-db)) > 2e-3 {
				t.Errorf("order %d, velocities %v: log-likelihoods differ by %v, densely by %v", order, rate > 0, la-lb, da-db)
			}
			s := a.Smooth(track)
			for k, q := range qa {
				if math.Abs(q-s.Q[k]) > 1e-5 {
					t.Errorf("order %d, velocities %v: row %d is at %v, densely at %v", order, rate > 0, k, s.Q[k], q)
				}
			}
		}
	}
}

// Noise is estimated, and the path and its standard errors are true.
func TestMotionSmooth(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 2))
	for _, rate := range []float64{0, 0.2} {
		var tracks []Track
		var paths, rates [][]float64
		for range 4 {
			track, q, v := wobble(rng, 150, 0.05, rate)
			tracks, paths, rates = append(tracks, track), append(paths, q), append(rates, v)
		}
		m, err := FitMotion(tracks, 0)
		if err != nil {
			t.Fatal(err)
		}
		// Of 600 samples a standard deviation is known to 3%; three times that.
		if r := m.PositionNoise / 0.05; r < 0.91 || r > 1.09 {
			t.Errorf("noise of positions %v, want 0.05", m.PositionNoise)
		}
		if rate > 0 && math.Abs(m.VelocityNoise/rate-1) > 0.09 {
			t.Errorf("noise of velocities %v, want %v", m.VelocityNoise, rate)
		}
		var off, vOff, z, zv float64
		count := 0.0
		for i, track := range tracks {
			s := m.Smooth(track)
			for k := range track.T {
				dq, dv := s.Q[k]-paths[i][k], s.V[k]-rates[i][k]
				off, vOff, count = off+dq*dq, vOff+dv*dv, count+1
				z += dq * dq / (s.QDev[k] * s.QDev[k])
				zv += dv * dv / (s.VDev[k] * s.VDev[k])
			}
		}
		t.Logf("order %d: position wrong by %.4f of noise 0.05, velocity by %.3f; in standard errors %.2f, %.2f; correlation %.3f",
			m.Order, math.Sqrt(off/count), math.Sqrt(vOff/count), math.Sqrt(z/count), math.Sqrt(zv/count), m.Correlation)
		if math.Sqrt(off/count) > 0.025 {
			t.Errorf("smoothed positions are wrong by %v, the noise is 0.05", math.Sqrt(off/count))
		}
		if r := math.Sqrt(z / count); r < 0.5 || r > 1.3 {
			t.Errorf("positions are off by %v standard errors", r)
		}
		// Two sines are no Wiener process, so that the innovations are not quite white.
		if math.Abs(m.Correlation) > 0.25 {
			t.Errorf("innovations are correlated: %v", m.Correlation)
		}
	}
}

// Exact samples stay what they are, and the derivative is good to the motion's order.
func TestMotionExact(t *testing.T) {
	track, _, v := wobble(rand.New(rand.NewPCG(3, 3)), 200, 0, 0)
	m, err := FitMotion([]Track{track}, 0)
	if err != nil {
		t.Fatal(err)
	}
	s := m.Smooth(track)
	most := 0.0
	for k := 5; k < 195; k++ {
		if d := math.Abs(s.Q[k] - track.Q[k]); d > 1e-6 {
			t.Errorf("row %d moved by %v", k, d)
		}
		most = math.Max(most, math.Abs(s.V[k]-v[k]))
	}
	t.Logf("order %d, noise %.1e, velocity wrong by %.1e", m.Order, m.PositionNoise, most)
	// A spline of the seventh degree has a derivative wrong by about (w h)^6, here 2.3 times 0.07: 2e-5.
	if most > 1e-5 {
		t.Errorf("the velocity is wrong by %v", most)
	}
}

func TestQuantisation(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	var coarse, fine []float64
	for range 300 {
		x := rng.NormFloat64()
		coarse, fine = append(coarse, math.Round(x*50)/50), append(fine, x)
	}
	if q := quantisation(coarse); math.Abs(q-0.02) > 1e-9 {
		t.Errorf("steps of %v, want 0.02", q)
	}
	if q := quantisation(fine); q != 0 {
		t.Errorf("steps of %v where there are none", q)
	}
}

func BenchmarkMotion(b *testing.B) {
	track, _, _ := wobble(rand.New(rand.NewPCG(3, 3)), 1000, 0.05, 0.2)
	m := &Motion{Order: 4, rq: 2e-3, rv: 1e-3, intensity: 1e-4, scale: 0.7, step: 0.05}
	b.ReportAllocs()
	for b.Loop() {
		m.filter(track, nil, nil)
	}
}

// The likelihood of equal steps, whose filter becomes steady, is that which the filter finds row by row.
func TestSteadyFilter(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	for _, velocities := range []bool{false, true} {
		tr := Track{}
		for i := range 400 {
			s := 0.05 * float64(i)
			tr.T = append(tr.T, s)
			tr.Q = append(tr.Q, math.Sin(s)+0.01*rng.NormFloat64())
			if velocities {
				tr.V = append(tr.V, math.Cos(s)+0.01*rng.NormFloat64())
			}
		}
		tr.Q[200] = math.NaN()
		for _, order := range motionOrders {
			m := &Motion{Order: order, intensity: 1e-6, scale: 0.7, step: 0.05, rq: 2e-4, rv: 1e-6}
			got := m.filter(tr, nil, nil)
			want := m.filter(tr, nil, func(int, float64) {})
			// The gains have converged to 1e-9.
			if math.Abs(got-want) > 1e-7*math.Abs(want) || got == want {
				t.Errorf("order %d, velocities %v: %v, row by row %v", order, velocities, got, want)
			}
		}
	}
}
