package model

import (
	"math"
	"math/rand/v2"
	"testing"

	"hnn/nn"
)

// The two parts are the halves of the field, one state at a time and many.
func TestSplitOf(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	normal := func(n int) []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = rng.NormFloat64()
		}
		return v
	}
	// Weights of the inputs cos, sin, q2 of the positions, p1 and p2.
	weights := func(from, to int) []float64 {
		w := normal(6 * 5)
		for i := range w {
			if i%5 < from || i%5 >= to {
				w[i] = 0
			}
		}
		return w
	}
	angles := []bool{true, false, false, false}
	network := func(from, to int) Term { return NewNetworkTerm(4, angles, nn.Tanh, weights(from, to), normal(6)) }
	quadratic := func(m ...Monomial) Term { return NewQuadraticTerm(4, m) }
	expansion := func(terms ...Term) *Expansion {
		m, err := NewExpansion(4, terms...)
		if err != nil {
			t.Fatal(err)
		}
		m.SetCoefficients(normal(m.Size()))
		return m
	}
	damped := expansion(network(0, 3), quadratic(Monomial{2, 2}))
	damped.SetFriction(0)
	for name, c := range map[string]struct {
		m         Model
		separable bool
	}{
		"two networks":          {expansion(network(0, 3), network(3, 5)), true},
		"network and quadratic": {expansion(network(0, 3), quadratic(Monomial{2, 2}, Monomial{2, 3}, Monomial{3, -1}, Monomial{0, 1})), true},
		"pairs":                 {expansion(NewPairTerm(2, 1, nil, nn.Tanh, normal(6), normal(6)), quadratic(Monomial{2, 2}, Monomial{3, 3})), true},
		"mixed network":         {expansion(network(0, 5), quadratic(Monomial{2, 2})), false},
		"mixed monomial":        {expansion(network(0, 3), quadratic(Monomial{1, 2})), false},
		"friction":              {damped, false},
	} {
		s, ok := SplitOf(c.m)
		if ok != c.separable {
			t.Errorf("%s: separable is %v", name, ok)
		}
		if !ok {
			continue
		}
		const rows = 100
		x, want := normal(4*rows), make([]float64, 4*rows)
		q, p := make([]float64, 2*rows), make([]float64, 2*rows)
		for r := range rows {
			copy(q[2*r:], x[4*r:4*r+2])
			copy(p[2*r:2*r+2], x[4*r+2:])
		}
		c.m.BatchField()(make([]float64, rows), x, want, rows)
		v, f := make([]float64, 2*rows), make([]float64, 2*rows)
		batch := s.BatchSplit()
		batch.Velocity(p, v, rows)
		batch.Force(q, f, rows)
		check := func(what string) {
			for i := range v {
				at := i/2*4 + i%2
				if math.Abs(v[i]-want[at])+math.Abs(f[i]-want[at+2]) > 1e-13*(1+math.Abs(want[at])+math.Abs(want[at+2])) {
					t.Fatalf("%s, %s: component %d is %v and %v, want %v and %v", name, what, i, v[i], f[i], want[at], want[at+2])
				}
			}
		}
		check("many")
		clear(v)
		clear(f)
		single := s.Split()
		for i := 0; i < 2*rows; i += 2 {
			single.Velocity(p[i:i+2], v[i:i+2])
			single.Force(q[i:i+2], f[i:i+2])
		}
		check("single")
	}
}
