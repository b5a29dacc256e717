package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

var activations = []struct {
	act  Act
	name string
	// ulps bounds the errors of s, s' and s'' against exact, in units of the
	// last place of their scale (see scale), in float64 and float32.
	ulps [3]float64
	// exact is s, s' and s'' by the standard library's functions.
	exact func(z float64) [3]float64
}{
	{Tanh, "tanh", [3]float64{3, 4, 8}, func(z float64) [3]float64 {
		s := math.Tanh(z)
		c := math.Cosh(z)
		s1 := 1 / (c * c)
		return [3]float64{s, s1, -2 * s * s1}
	}},
	{Sigmoid, "sigmoid", [3]float64{4, 5, 8}, func(z float64) [3]float64 {
		g, g1, g2 := logistic(z)
		return [3]float64{g, g1, g2}
	}},
	{Softplus, "softplus", [3]float64{4, 4, 5}, func(z float64) [3]float64 {
		g, g1, _ := logistic(z)
		return [3]float64{math.Max(z, 0) + math.Log1p(math.Exp(-math.Abs(z))), g, g1}
	}},
	{SiLU, "silu", [3]float64{4, 6, 10}, func(z float64) [3]float64 {
		g, g1, g2 := logistic(z)
		return [3]float64{z * g, g + z*g1, 2*g1 + z*g2}
	}},
	{ELU, "elu", [3]float64{3, 3, 3}, func(z float64) [3]float64 {
		if z > 0 {
			return [3]float64{z, 1, 0}
		}
		return [3]float64{math.Expm1(z), math.Exp(z), math.Exp(z)}
	}},
	{SELU, "selu", [3]float64{4, 4, 4}, func(z float64) [3]float64 {
		// torch.nn.SELU's documented constants.
		const alpha, scale = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946
		if z > 0 {
			return [3]float64{scale * z, scale, 0}
		}
		e := scale * alpha * math.Exp(z)
		return [3]float64{scale * alpha * math.Expm1(z), e, e}
	}},
	{Sin, "sin", [3]float64{1, 1, 1}, func(z float64) [3]float64 {
		return [3]float64{math.Sin(z), math.Cos(z), -math.Sin(z)}
	}},
	{GELU, "gelu", [3]float64{3, 3, 3}, func(z float64) [3]float64 {
		p := 0.5 * (1 + math.Erf(z/math.Sqrt2))
		if z < 0 {
			p = 0.5 * math.Erfc(-z/math.Sqrt2)
		}
		d := math.Exp(-z*z/2) / math.Sqrt(2*math.Pi)
		return [3]float64{z * p, p + z*d, (2 - z*z) * d}
	}},
	{ReLU, "relu", [3]float64{0, 0, 0}, func(z float64) [3]float64 {
		if z > 0 {
			return [3]float64{z, 1, 0}
		}
		return [3]float64{}
	}},
	{Identity, "identity", [3]float64{0, 0, 0}, func(z float64) [3]float64 { return [3]float64{z, 1, 0} }},
}

func logistic(z float64) (g, g1, g2 float64) {
	e := math.Exp(-math.Abs(z))
	g = 1 / (1 + e)
	g1 = e / (1 + e) / (1 + e)
	g2 = -g1 * math.Tanh(z/2)
	if z < 0 {
		g = e / (1 + e)
	}
	return g, g1, g2
}

// points are arguments in all parts of the range: dense near 0, past the saturation
// of tanh, and at the cut of the exponential.
func points[T Float]() []T {
	rng := rand.New(rand.NewPCG(5, 6))
	z := []T{0, T(math.Copysign(0, -1)), 1e-30, -1e-30, 100, -100, 1000, -1000, 9.01, -9.01, 19, -19}
	for range 20000 {
		x := rng.NormFloat64()
		z = append(z, T(x), T(5*x), T(x*math.Exp(-20*rng.Float64())))
	}
	for x := -25.0; x < 25; x += 0.003 {
		z = append(z, T(x))
	}
	return z
}

// triples is s, s' and s” at a copy of z as one row, by the kernel in use or its twin.
func triples[T Float](act Act, z []T, plain bool) [3][]T {
	n := len(z)
	r := [3][]T{append([]T(nil), z...), make([]T, n), make([]T, n)}
	if plain {
		activatePlain(act, r[0], n, nil, r[1], r[2], 1, n)
	} else {
		Activate(act, r[0], n, nil, r[1], r[2], 1, n)
	}
	return r
}

func TestActivationsExact(t *testing.T) {
	both(t, testActivationsExact[float32], testActivationsExact[float64])
}

// The errors are relative to the value for s. (Tanh's derivatives follow from s, and
// silu's, softplus' and gelu's cancel near their zeros, so they are relative to 1, to
// z where s grows with it.) Exponentials are cut off
// near the smallest normal number; the scale ends well before.
func testActivationsExact[T Float](t *testing.T) {
	eps, cut := epsilon[T](), 1e-25
	if size[T]() == 8 {
		cut = 1e-285
	}
	z := points[T]()
	for _, a := range activations {
		for _, plain := range []bool{false, true} {
			got := triples(a.act, z, plain)
			var worst [3]float64
			var where [3]T
			for i, x := range z {
				want := a.exact(float64(x))
				for q := range want {
					scale := math.Max(math.Abs(want[q]), cut)
					if q > 0 || a.act == GELU {
						scale = math.Max(1, math.Abs(want[q]))
					}
					e := math.Abs(float64(got[q][i])-want[q]) / (scale * eps)
					if !(e <= worst[q]) {
						worst[q], where[q] = e, x
					}
				}
			}
			t.Logf("%s plain=%v: errors of s, s', s'' in units of the last place: %.2f at z = %v", a.name, plain, worst, where)
			for q := range worst {
				if !(worst[q] <= a.ulps[q]) {
					t.Errorf("%s plain=%v: derivative %d is off by %.1f units of the last place at z = %v, allowed %.1f",
						a.name, plain, q, worst[q], where[q], a.ulps[q])
				}
			}
		}
	}
}

// Central differences of s and of s', in float64. h^2 times a third derivative
// below 3, and rounding of order 1e-16/h.
func TestActivationDerivatives(t *testing.T) {
	eachSet(t, testActivationDerivatives)
}

func testActivationDerivatives(t *testing.T) {
	const h = 1e-5
	for _, a := range activations {
		var z, up, down []float64
		for x := -4.005; x < 4; x += 0.01 { // never within h of a kink at 0
			z, up, down = append(z, x), append(up, x+h), append(down, x-h)
		}
		at, above, below := triples(a.act, z, false), triples(a.act, up, false), triples(a.act, down, false)
		for q := range 2 {
			for i, x := range z {
				want := (above[q][i] - below[q][i]) / (2 * h)
				if got := at[q+1][i]; math.Abs(got-want) > 2e-10 {
					t.Fatalf("%s at %v: derivative %d is %v, by central differences %v", a.name, x, q+1, got, want)
				}
			}
		}
	}
}

func TestActivationsSpecial(t *testing.T) {
	both(t, testActivationsSpecial[float32], testActivationsSpecial[float64])
}

func testActivationsSpecial[T Float](t *testing.T) {
	inf := math.Inf(1)
	for _, plain := range []bool{false, true} {
		s := triples(Tanh, []T{T(inf), T(-inf), 50, -50, 0, T(math.Copysign(0, -1)), T(math.NaN()), 1e-20, -1e-20}, plain)[0]
		for i, want := range []float64{1, -1, 1, -1, 0, 0, math.NaN(), float64(T(1e-20)), -float64(T(1e-20))} {
			if g := float64(s[i]); g != want && !(math.IsNaN(g) && math.IsNaN(want)) {
				t.Errorf("plain=%v: tanh case %d is %v, want %v", plain, i, g, want)
			}
		}
		if !math.Signbit(float64(s[5])) {
			t.Errorf("plain=%v: tanh(-0) lost its sign", plain)
		}
		for _, a := range activations {
			if s := triples(a.act, []T{T(math.NaN())}, plain)[0][0]; s == s {
				t.Errorf("plain=%v: %s(NaN) = %v", plain, a.name, s)
			}
		}
		// At the kink: relu' = 0, elu and selu as from below.
		for act, want := range map[Act][3]float64{ReLU: {0, 0, 0}, ELU: {0, 1, 1}} {
			got := triples(act, []T{0}, plain)
			for q := range want {
				if float64(got[q][0]) != want[q] {
					t.Errorf("plain=%v: activation %d at 0: derivative %d is %v, want %v", plain, act, q, got[q][0], want[q])
				}
			}
		}
		// Odd, never beyond 1.
		z := points[T]()
		minus := make([]T, len(z))
		for i := range z {
			minus[i] = -z[i]
		}
		p, m := triples(Tanh, z, plain)[0], triples(Tanh, minus, plain)[0]
		for i := range z {
			if p[i] != -m[i] || p[i] > 1 || p[i] < -1 {
				t.Fatalf("plain=%v: tanh(%v) = %v, tanh of its negative %v", plain, z[i], p[i], m[i])
			}
		}
	}
}

func TestActivateLayout(t *testing.T) {
	both(t, testActivateLayout[float32], testActivateLayout[float64])
}

// Any rows, lengths and alignments: the same as element by element, with bias, and
// nothing else written.
func testActivateLayout[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for _, a := range activations {
		for range 60 {
			rows, n := rng.IntN(5), rng.IntN(40)
			ld := n + rng.IntN(5)
			z, bias := newGuarded[T](rng, rows, n, ld), newGuarded[T](rng, 1, n, n)
			d1, d2 := z.clone(), z.clone()
			in := z.clone()
			b := bias.s
			if rng.IntN(2) == 0 {
				b = nil
			}
			e1, e2 := d1.s, d2.s
			switch rng.IntN(3) {
			case 0:
				e1, e2 = nil, nil
			case 1:
				e2 = nil
			}
			Activate(a.act, z.s, ld, b, e1, e2, rows, n)
			for _, g := range []guarded[T]{z, d1, d2} {
				if err := g.intact(rows, n, ld); err != nil {
					t.Fatalf("%s: %v", a.name, err)
				}
			}
			for r := range rows {
				for j := range n {
					x := in.s[r*ld+j]
					if b != nil {
						x += b[j]
					}
					want := triples(a.act, []T{x}, false)
					got := []T{z.s[r*ld+j]}
					if e1 != nil {
						got = append(got, d1.s[r*ld+j])
					}
					if e2 != nil {
						got = append(got, d2.s[r*ld+j])
					}
					for q := range got {
						if got[q] != want[q][0] {
							t.Fatalf("%s, %d x %d, element (%d, %d): derivative %d is %v, alone %v", a.name, rows, n, r, j, q, got[q], want[q][0])
						}
					}
				}
			}
		}
	}
}

func BenchmarkActivate(b *testing.B) {
	for _, a := range activations {
		b.Run(fmt.Sprintf("%s/float32", a.name), func(b *testing.B) { benchmarkActivate[float32](b, a.act) })
		b.Run(fmt.Sprintf("%s/float64", a.name), func(b *testing.B) { benchmarkActivate[float64](b, a.act) })
	}
}

func benchmarkActivate[T Float](b *testing.B, act Act) {
	const rows, n = 10, 200
	z, d1, d2 := make([]T, rows*n), make([]T, rows*n), make([]T, rows*n)
	rng := rand.New(rand.NewPCG(1, 1))
	start := make([]T, rows*n)
	for i := range start {
		start[i] = T(rng.NormFloat64())
	}
	if act.FromValue() {
		d1, d2 = nil, nil
	}
	best := fastest(b, func() {
		copy(z, start)
		Activate(act, z, n, nil, d1, d2, rows, n)
	})
	b.ReportMetric(best*1e9/(rows*n), "ns/element")
}
