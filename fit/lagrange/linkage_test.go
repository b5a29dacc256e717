package lagrange

import (
	"math"
	"math/rand/v2"
	"testing"

	"hnn/data"
	"hnn/data/rods"
	"hnn/fit/sparse"
	"hnn/model/lagrangian"
	"hnn/model/terms"
)

// twoInSpace are masses of 1 and 0.7 on rods of 1 and 0.8 in space, from a pivot at (0.2, -0.1, 2), by the angles of each rod
// from the downward vertical and around it: M(q) = B^T m B with B the derivatives of the points by the angles.
func twoInSpace() (truth, func(q, v, x []float64)) {
	length, mass := []float64{1, 0.8}, []float64{1, 0.7}
	// unit writes a rod's direction, its derivatives by both angles, and its acceleration where the angles have none.
	unit := func(q, v []float64) (e, byA, byB, turn [3]float64) {
		sa, ca := math.Sincos(q[0])
		sb, cb := math.Sincos(q[1])
		e, byA, byB = [3]float64{sa * cb, sa * sb, -ca}, [3]float64{ca * cb, ca * sb, sa}, [3]float64{-sa * sb, sa * cb, 0}
		a, b := v[0], v[1]
		turn = [3]float64{-sa*cb*(a*a+b*b) - 2*ca*sb*a*b, -sa*sb*(a*a+b*b) + 2*ca*cb*a*b, ca * a * a}
		return e, byA, byB, turn
	}
	points := func(q, v, x []float64) {
		at, rate := [3]float64{0.2, -0.1, 2}, [3]float64{}
		for i := range 2 {
			e, byA, byB, _ := unit(q[2*i:], v[2*i:])
			for c := range 3 {
				at[c] += length[i] * e[c]
				rate[c] += length[i] * (byA[c]*v[2*i] + byB[c]*v[2*i+1])
				x[3*i+c], x[6+3*i+c] = at[c], rate[c]
			}
		}
	}
	s := truth{n: 4}
	s.acc = func(q, v, _, a []float64) {
		var b [6][4]float64
		var turn [6]float64
		for i := range 2 {
			_, byA, byB, t := unit(q[2*i:], v[2*i:])
			for p := i; p < 2; p++ {
				for c := range 3 {
					b[3*p+c][2*i], b[3*p+c][2*i+1] = length[i]*byA[c], length[i]*byB[c]
					turn[3*p+c] += length[i] * t[c]
				}
			}
		}
		m := make([][]float64, 4)
		for i := range 4 {
			m[i] = make([]float64, 4)
			a[i] = 0
			for k := range 6 {
				w := mass[k/3]
				force := -w * turn[k]
				if k%3 == 2 {
					force -= w * g
				}
				a[i] += b[k][i] * force
				for j := range 4 {
					m[i][j] += w * b[k][i] * b[k][j]
				}
			}
		}
		solveDefinite(m, a)
	}
	s.start = func(rng *rand.Rand) (q, v []float64) {
		for range 2 {
			q = append(q, 0.4+0.7*rng.Float64(), 2*math.Pi*rng.Float64())
			v = append(v, uniform(rng, 1), 1.5+uniform(rng, 0.5))
		}
		return q, v
	}
	return s, points
}

// compound is a triangle of masses 1 and 0.6 that hangs from a pivot at (0.3, 2): one angle, whose period is a pendulum's.
func compound() (truth, func(q, v, x []float64)) {
	p, mass := [2][2]float64{{-0.5, -0.9}, {0.6, -0.7}}, [2]float64{1, 0.6}
	s := truth{n: 1}
	s.acc = func(q, _, _, a []float64) {
		sin, cos := math.Sincos(q[0])
		inertia := 0.0
		a[0] = 0
		for i, w := range mass {
			a[0] -= w * g * (cos*p[i][0] - sin*p[i][1])
			inertia += w * (p[i][0]*p[i][0] + p[i][1]*p[i][1])
		}
		a[0] /= inertia
	}
	s.start = func(rng *rand.Rand) (q, v []float64) {
		return []float64{uniform(rng, 1.5)}, []float64{uniform(rng, 1)}
	}
	return s, func(q, v, x []float64) {
		sin, cos := math.Sincos(q[0])
		for i := range p {
			dx, dy := cos*p[i][0]-sin*p[i][1], sin*p[i][0]+cos*p[i][1]
			x[2*i], x[2*i+1] = 0.3+dx, 2+dy
			x[4+2*i], x[4+2*i+1] = -v[0]*dy, v[0]*dx
		}
	}
}

// seen are trials of 5 s at 50 Hz as points and their velocities.
func seen(s truth, points func(q, v, x []float64), size, trials int, seed uint64) *data.Set {
	angles := s.draw(trials, seed, 0)
	out := &data.Set{Dim: 2 * size, T: angles.T, Offsets: angles.Offsets}
	for r := range angles.Rows() {
		x, z := make([]float64, 2*size), angles.X[r*2*s.n:(r+1)*2*s.n]
		points(z[:s.n], z[s.n:], x)
		out.X = append(out.X, x...)
	}
	return out
}

// noisy is a set with noise relative to each column's spread, of positions alone where that is asked for.
func noisy(s *data.Set, noise float64, positions bool) *data.Set {
	rng := rand.New(rand.NewPCG(9, 9))
	out := *s
	out.X = nil
	spread, d := s.Spread(), s.Dim
	if positions {
		out.Dim, out.PositionsOnly = d/2, true
	}
	for i, v := range s.X {
		if v += noise * spread[i%d] * rng.NormFloat64(); i%d < out.Dim {
			out.X = append(out.X, v)
		}
	}
	return &out
}

// Points on rods in space and in a closed loop: rollouts of 5 s of other starts follow the angles' equations, of exact rows, of
// rows with noise, and of positions with noise.
func TestLinkage(t *testing.T) {
	for name, of := range map[string]struct {
		system  func() (truth, func(q, v, x []float64))
		columns [][]int
		masses  int
		want    [3]float64 // about three times what was reached
	}{
		"spherical": {twoInSpace, [][]int{{0, 1, 2}, {3, 4, 5}}, 2, [3]float64{2e-6, 2e-3, 4e-3}},
		"triangle":  {compound, [][]int{{0, 1}, {2, 3}}, 1, [3]float64{1e-8, 2e-3, 2e-3}},
	} {
		s, points := of.system()
		size := len(of.columns) * len(of.columns[0])
		exact, fresh := seen(s, points, size, 10, 1), seen(s, points, size, 4, 2)
		for k, want := range of.want {
			rows := noisy(exact, []float64{0, 0.01, 0.01}[k], k == 2)
			c, err := rods.FindLinkage(rows, of.columns)
			if err != nil {
				t.Fatal(err)
			}
			l, report, err := FitLinkage(rows, c, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if report.Masses != of.masses {
				t.Errorf("%s, %d: %d masses can be told apart, want %d", name, k, report.Masses, of.masses)
			}
			system, spread := linkedSystem(l, nil, false, 0), fresh.Spread()
			project := c.NewProjection()
			var paths [][]float64
			for i := range fresh.Trials() {
				_, x, _ := fresh.Trial(i)
				path := append([]float64(nil), x...)
				project.State(path[:fresh.Dim]) // the lengths are those that were found
				paths = append(paths, path)
			}
			e := sparse.Median(system.RollError(paths, nil, spread, 0.02, 10))
			t.Logf("%s, %s: %.2g of the columns' spread", name, []string{"exact", "noise of 1%", "positions, noise of 1%"}[k], e)
			if !(e < want) {
				t.Errorf("%s, %d: %v, want %v", name, k, e, want)
			}
		}
	}
}

// Of a four-bar linkage with a spring between a point and the other's pivot, friction of its points and a motor, masses, weights,
// and friction are found. Inputs are lines between samples, which the windows' sums take as smooth: that leaves 2e-4.
func TestLinkageForces(t *testing.T) {
	l := &lagrangian.Lagrangian{
		Form: lagrangian.Form{N: 4, Inputs: 1, Viscous: true, Library: terms.New(4, nil, terms.Options{Degree: 2})},
		Linkage: &rods.Linkage{Dim: 2, Columns: [][]int{{0, 1}, {2, 3}}, Pivots: [][]float64{{0, 0}, {1.2, 0.1}},
			Rods: []rods.Rod{{From: -1, To: 0, Length: 0.9}, {From: -2, To: 1, Length: 0.8}, {From: 0, To: 1, Length: 1}}},
	}
	names := []string{"x1", "y1", "x2", "y2"}
	l.Coefficients = make([]float64, l.Size())
	// V = g (y1 + 1.4 y2) + 3 ((x1 - 1.2)^2 + (y1 - 0.1)^2)/2 but for a constant.
	want := map[string]float64{"M[x1,x1]": 1, "M[y1,y1]": 1, "M[x2,x2]": 1.4, "M[y2,y2]": 1.4, "V*y1": g - 0.3, "V*y2": 1.4 * g, "V*x1": -3.6,
		"R[x1]": 0.2, "R[y1]": 0.2, "R[x2]": 0.1, "R[y2]": 0.1, "G[x2,u]": 1}
	for i, name := range l.Names(names, []string{"u"}) {
		l.Coefficients[i] = want[name] // x1^2 + y1^2 is constant on its rod
	}
	system, projection := linkedSystem(l, nil, false, 0), l.Linkage.NewProjection()
	set := &data.Set{Dim: 8, Offsets: []int{0}, InputNames: []string{"u"}}
	rng := rand.New(rand.NewPCG(6, 6))
	for range 12 {
		x := []float64{uniform(rng, 0.4), -0.9, 1.2 + uniform(rng, 0.2), -0.7, uniform(rng, 1), uniform(rng, 1), uniform(rng, 1), uniform(rng, 1)}
		if !projection.State(x) {
			t.Fatal("no start")
		}
		u, states := make([]float64, 251), make([]float64, 251*8)
		frequency, phase := 1+2*rng.Float64(), uniform(rng, 3)
		for r := range u {
			u[r] = 3 * (math.Sin(0.02*frequency*float64(r)+phase) + math.Sin(0.05*float64(r)))
			set.T = append(set.T, 0.02*float64(r))
		}
		system.Roll(x, u, 0.02, 20, states)
		set.X, set.Inputs, set.Offsets = append(set.X, states...), append(set.Inputs, u...), append(set.Offsets, len(set.T))
	}
	c, err := rods.FindLinkage(set, [][]int{{0, 1}, {2, 3}})
	if err != nil {
		t.Fatal(err)
	}
	found, report, err := FitLinkage(set, c, Options{Gain: []float64{0, 0, 1, 0}})
	if err != nil {
		t.Fatal(err)
	}
	if !report.Forced {
		t.Error("a known gain fixes no scale")
	}
	for i, name := range found.Names(names, []string{"u"}) {
		if w, ok := want[name]; ok && name[0] != 'G' && name[0] != 'V' && math.Abs(found.Coefficients[i]-w) > 1e-3 {
			t.Errorf("%s is %v, want %v", name, found.Coefficients[i], w)
		}
	}
	// V is known but for what the rods make constant: its change between two states on them is what can be told.
	energy, truth := found.ModelForm().Field().Energy(), l.ModelForm().Field().Energy()
	first, other := set.X[:8], set.X[8*1000:8*1001]
	if got, w := energy(other)-energy(first), truth(other)-truth(first); !(math.Abs(got-w) < 1e-3*math.Abs(w)) {
		t.Errorf("energy changes by %v, want %v", got, w)
	}
}
