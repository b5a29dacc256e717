package expansion_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"hnn/model/expansion"
	"hnn/model/internal/modeltest"
	"hnn/nn"
)

// The two parts are the halves of the field, one state at a time and many.
func TestSplit(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	normal := func(n int) []float64 { return modeltest.Normal(rng, n) }
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
	network := func(from, to int) expansion.Term {
		return expansion.NewNetwork(4, angles, nn.Tanh, weights(from, to), normal(6))
	}
	quadratic := func(m ...expansion.Monomial) expansion.Term { return expansion.NewQuadratic(4, m) }
	sum := func(terms ...expansion.Term) *expansion.Model {
		m, err := expansion.New(4, terms...)
		if err != nil {
			t.Fatal(err)
		}
		m.SetCoefficients(normal(m.Size()))
		return m
	}
	damped := sum(network(0, 3), quadratic(expansion.Monomial{I: 2, J: 2}))
	damped.SetFriction(0)
	for name, c := range map[string]struct {
		m         *expansion.Model
		separable bool
	}{
		"two networks":          {sum(network(0, 3), network(3, 5)), true},
		"network and quadratic": {sum(network(0, 3), quadratic(expansion.Monomial{I: 2, J: 2}, expansion.Monomial{I: 2, J: 3}, expansion.Monomial{I: 3, J: -1}, expansion.Monomial{I: 0, J: 1})), true},
		"pairs":                 {sum(expansion.NewPair(2, 1, nil, nn.Tanh, normal(6), normal(6)), quadratic(expansion.Monomial{I: 2, J: 2}, expansion.Monomial{I: 3, J: 3})), true},
		"mixed network":         {sum(network(0, 5), quadratic(expansion.Monomial{I: 2, J: 2})), false},
		"mixed monomial":        {sum(network(0, 3), quadratic(expansion.Monomial{I: 1, J: 2})), false},
		"friction":              {damped, false},
	} {
		m := c.m.Field()
		if (m.Split != nil) != c.separable {
			t.Errorf("%s: separable is %v", name, m.Split != nil)
		}
		if m.Split == nil {
			continue
		}
		const rows = 100
		x, want := normal(4*rows), make([]float64, 4*rows)
		q, p := make([]float64, 2*rows), make([]float64, 2*rows)
		for r := range rows {
			copy(q[2*r:], x[4*r:4*r+2])
			copy(p[2*r:2*r+2], x[4*r+2:])
		}
		m.Many()(nil, x, nil, want, rows)
		v, f := make([]float64, 2*rows), make([]float64, 2*rows)
		batch := m.SplitMany()
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
		single := m.Split()
		for i := 0; i < 2*rows; i += 2 {
			single.Velocity(p[i:i+2], v[i:i+2])
			single.Force(q[i:i+2], f[i:i+2])
		}
		check("single")
	}
}
