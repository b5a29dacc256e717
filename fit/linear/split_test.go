package linear

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// mechanical is the field of given matrices: M and K are for two or three coordinates.
func mechanical(m, k, damp, constant []float64) *Field {
	n := len(constant)
	f := &Field{Dim: 2 * n, A: make([]float64, 4*n*n), C: make([]float64, 2*n)}
	for i := range n {
		f.A[i*2*n+n+i] = 1
		for j := range n {
			f.A[(n+i)*2*n+j] = -k[i*n+j] / m[i]
			f.A[(n+i)*2*n+n+j] = -damp[i*n+j] / m[i]
		}
		f.C[n+i] = constant[i] / m[i]
	}
	return f
}

// Masses, springs, friction and gyroscopic forces come back, the masses up to a factor.
func TestSplit(t *testing.T) {
	chain := []float64{5, -3, 0, -3, 4.5, -1.5, 0, -1.5, 2.5}
	zero3, zero2 := make([]float64, 9), make([]float64, 4)
	for name, c := range map[string]struct {
		m, k, damp, constant []float64
		scales               int
		friction             bool
	}{
		"three masses":         {m: []float64{1, 2, .5}, k: chain, damp: zero3, constant: []float64{0, 0, 0}, scales: 1},
		"with friction":        {m: []float64{1, 2, .5}, k: chain, damp: []float64{.1, 0, 0, 0, .3, 0, 0, 0, .05}, constant: []float64{0, 1, 0}, scales: 1, friction: true},
		"magnetic field":       {m: []float64{1, 1}, k: []float64{.5, 0, 0, .9}, damp: []float64{0, -1, 1, 0}, constant: []float64{0, 0}, scales: 1},
		"rotating frame":       {m: []float64{1, 1}, k: []float64{1, 0, 0, 1}, damp: []float64{0, -.6, .6, 0}, constant: []float64{0, 0}, scales: 1},
		"two that do not meet": {m: []float64{1, 1}, k: []float64{1, 0, 0, 3}, damp: zero2, constant: []float64{0, 0}, scales: 2},
	} {
		f := mechanical(c.m, c.k, c.damp, c.constant)
		s, err := Split(f, 0)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		n := s.N
		unit := s.M[0] / c.m[0]
		for i := range n {
			for j := range n {
				want := 0.0
				if i == j {
					want = c.m[i] * unit
				}
				if math.Abs(s.M[i*n+j]-want) > 1e-9 || math.Abs(s.K[i*n+j]-unit*c.k[i*n+j]) > 1e-9 ||
					math.Abs(s.R[i*n+j]+s.G[i*n+j]-unit*c.damp[i*n+j]) > 1e-9 {
					t.Errorf("%s: element %d, %d: M %v K %v R %v G %v", name, i, j, s.M[i*n+j], s.K[i*n+j], s.R[i*n+j], s.G[i*n+j])
				}
			}
		}
		if s.Scales != c.scales {
			t.Errorf("%s: %d free scales, want %d", name, s.Scales, c.scales)
		}
		friction := false
		for _, v := range s.R {
			friction = friction || v != 0
		}
		if friction != c.friction {
			t.Errorf("%s: friction %v", name, s.R)
		}
		// The energy's derivative along the field is -v.R v.
		rng := rand.New(rand.NewPCG(1, 2))
		x, dx := make([]float64, 2*n), make([]float64, 2*n)
		for i := range x {
			x[i] = rng.NormFloat64()
		}
		f.At(x, nil, dx)
		// The Lagrangian and the sum of terms move alike.
		l, sum := s.Lagrangian().NewMotion(), f.Terms().NewMotion(nil)
		a, again := make([]float64, n), make([]float64, 2*n)
		l.Acceleration(x[:n], x[n:], nil, a)
		sum.Rate(x, nil, again, nil, nil)
		for i := range n {
			if math.Abs(a[i]-dx[n+i]) > 1e-9 || math.Abs(again[n+i]-dx[n+i]) > 1e-12 {
				t.Errorf("%s: acceleration %d is %v by the Lagrangian and %v by terms, want %v", name, i, a[i], again[n+i], dx[n+i])
			}
		}
		const h = 1e-5
		ahead, behind := make([]float64, 2*n), make([]float64, 2*n)
		for i := range x {
			ahead[i], behind[i] = x[i]+h*dx[i], x[i]-h*dx[i]
		}
		rate := (s.Energy(ahead) - s.Energy(behind)) / (2 * h) // exact but for rounding: the energy is quadratic
		loss := 0.0
		for i := range n {
			for j := range n {
				loss -= x[n+i] * s.R[i*n+j] * x[n+j]
			}
		}
		if math.Abs(rate-loss) > 1e-8 {
			t.Errorf("%s: the energy changes at %v, friction takes %v", name, rate, loss)
		}
	}
}

// A circulatory force (follower load) has no potential, whatever the masses.
func TestSplitRefuses(t *testing.T) {
	f := mechanical([]float64{1, 1}, []float64{1, .5, -.5, 1}, make([]float64, 4), []float64{0, 0})
	if s, err := Split(f, 0); !errors.Is(err, ErrNotMechanical) {
		t.Errorf("%+v, %v; want ErrNotMechanical", s, err)
	}
}
