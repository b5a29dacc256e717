package lagrangian

import (
	"math"
	"math/rand/v2"
	"testing"

	"hnn/model/terms"
)

// The Jacobian of the acceleration agrees with central differences, with constant and with varying friction.
func TestJacobian(t *testing.T) {
	for _, varying := range []bool{false, true} {
		testJacobian(t, varying)
	}
}

func testJacobian(t *testing.T, varying bool) {
	rng := rand.New(rand.NewPCG(5, 5))
	lib := terms.New(3, []bool{true, false, true}, terms.Options{Waves: 2, Degree: 2})
	f := Form{N: 3, Inputs: 2, Steered: varying, Library: lib, Magnetic: true, Viscous: true, Symmetric: true, Varying: varying, Coulomb: true, Drag: true, Width: []float64{1, 1, 1}}
	l := &Lagrangian{Form: f, Coefficients: make([]float64, f.Size())}
	for i := range l.Coefficients {
		l.Coefficients[i] = 0.02 * rng.NormFloat64()
	}
	for b, pair := range f.MassPairs() {
		if pair[0] == pair[1] {
			l.Coefficients[b*lib.Size()+lib.Constant] = 3
		}
	}
	m, u := l.NewMotion(), []float64{0.8, -0.5}
	x := make([]float64, 6)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	a, byQ, byV := make([]float64, 3), make([]float64, 9), make([]float64, 9)
	if !m.Jacobian(x[:3], x[3:], u, a, byQ, byV) {
		t.Fatal("M is not positive definite")
	}
	ahead, behind := make([]float64, 3), make([]float64, 3)
	for c := range 6 {
		const h = 1e-5
		keep := x[c]
		x[c] = keep + h
		m.Acceleration(x[:3], x[3:], u, ahead)
		x[c] = keep - h
		m.Acceleration(x[:3], x[3:], u, behind)
		x[c] = keep
		for i := range 3 {
			want := (ahead[i] - behind[i]) / (2 * h)
			got := byQ[i*3+c%3]
			if c >= 3 {
				got = byV[i*3+c%3]
			}
			// Central differences at 1e-5 are good to 1e-9 of the third derivative.
			if math.Abs(got-want) > 1e-8*(1+math.Abs(want)) {
				t.Errorf("da_%d/dx_%d = %v, differences give %v", i, c, got, want)
			}
		}
	}
}

// The derivatives of the acceleration by all coefficients agree with central differences.
func TestDerivative(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	lib := terms.New(2, []bool{true, false}, terms.Options{Waves: 1, Degree: 2})
	for _, varying := range []bool{false, true} {
		f := Form{N: 2, Inputs: 1, Steered: varying, Library: lib, Magnetic: true, Viscous: true, Symmetric: true, Varying: varying, Coulomb: true, Drag: true, Width: []float64{1, 1}}
		l := &Lagrangian{Form: f, Coefficients: make([]float64, f.Size())}
		for i := range l.Coefficients {
			l.Coefficients[i] = 0.02 * rng.NormFloat64()
		}
		l.Coefficients[lib.Constant], l.Coefficients[2*lib.Size()+lib.Constant] = 3, 2
		q, v, u := []float64{0.4, -0.8}, []float64{1.1, -0.7}, []float64{0.6}
		a, byQ, byV, got := make([]float64, 2), make([]float64, 4), make([]float64, 4), make([]float64, 2)
		m := l.NewMotion()
		m.Jacobian(q, v, u, a, byQ, byV)
		ahead, behind := make([]float64, 2), make([]float64, 2)
		for c, keep := range l.Coefficients {
			const h = 1e-5
			l.Coefficients[c] = keep + h
			l.NewMotion().Acceleration(q, v, u, ahead)
			l.Coefficients[c] = keep - h
			l.NewMotion().Acceleration(q, v, u, behind)
			l.Coefficients[c] = keep
			m.Derivative(c, v, a, u, got)
			for i := range got {
				if want := (ahead[i] - behind[i]) / (2 * h); math.Abs(got[i]-want) > 1e-8*(1+math.Abs(want)) {
					t.Errorf("varying %v: da_%d by coefficient %d is %v, differences give %v", varying, i, c, got[i], want)
				}
			}
		}
	}
}
