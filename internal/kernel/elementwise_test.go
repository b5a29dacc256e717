package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// The element-wise kernels against formulas in float64. The tolerance is a few
// roundings of numbers below 2.
func TestElementwise(t *testing.T) {
	both(t, testElementwise[float32], testElementwise[float64])
}

func testElementwise[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for range 400 {
		rows, n := rng.IntN(6), rng.IntN(70)
		ld, ldBar := n+rng.IntN(9), n+rng.IntN(9)
		barRows := rows
		if rng.IntN(2) == 0 {
			ldBar, barRows = 0, min(rows, 1)
		}
		bar := newGuarded[T](rng, barRows, n, ldBar)
		s, x, e := newGuarded[T](rng, rows, n, ld), newGuarded[T](rng, rows, n, ld), newGuarded[T](rng, rows, n, ld)
		d1, d2 := newGuarded[T](rng, rows, n, ld), newGuarded[T](rng, rows, n, ld)
		p1, p2 := d1.s, d2.s
		act := SiLU
		if rng.IntN(2) == 0 {
			act, p1, p2 = Tanh, nil, nil
		}
		prime := func(r, j int) (p, q float64) {
			if p1 == nil {
				v := float64(s.s[r*ld+j])
				return 1 - v*v, -2 * v * (1 - v*v)
			}
			return float64(d1.s[r*ld+j]), float64(d2.s[r*ld+j])
		}
		check := func(name string, got guarded[T], want func(r, j int, p, q, abar float64) float64) {
			t.Helper()
			if err := got.intact(rows, n, ld); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for r := range rows {
				for j := range n {
					p, q := prime(r, j)
					w, g := want(r, j, p, q, float64(bar.s[r*ldBar+j])), float64(got.s[r*ld+j])
					if !(math.Abs(g-w) <= 4*epsilon[T]()) {
						t.Fatalf("%s %d x %d, from value %v, one row %v: element (%d, %d) is %v, want %v", name, rows, n, p1 == nil, ldBar == 0, r, j, g, w)
					}
				}
			}
		}
		for _, plain := range []bool{false, true} {
			mul, addMul, step := MulPrime[T], AddMulPrime[T], Tangent[T]
			if plain {
				mul = func(_ Act, d, b []T, ldb int, s, d1 []T, ld, rows, n int) {
					mulPrimePlain(d, b, ldb, s, d1, ld, rows, n)
				}
				addMul = func(_ Act, e, b []T, ldb int, s, d1 []T, ld, rows, n int) {
					addMulPrimePlain(e, b, ldb, s, d1, ld, rows, n)
				}
				step = func(_ Act, t, e, b []T, ldb int, s, d1, d2 []T, ld, rows, n int) {
					tangentPlain(t, e, b, ldb, s, d1, d2, ld, rows, n)
				}
				if rows == 0 || n == 0 {
					continue
				}
			}
			d := e.clone()
			mul(act, d.s, bar.s, ldBar, s.s, p1, ld, rows, n)
			check("MulPrime", d, func(_, _ int, p, _, abar float64) float64 { return p * abar })

			d = e.clone()
			addMul(act, d.s, bar.s, ldBar, s.s, p1, ld, rows, n)
			check("AddMulPrime", d, func(r, j int, p, _, abar float64) float64 { return float64(e.s[r*ld+j]) + p*abar })

			u, f := x.clone(), e.clone()
			step(act, u.s, f.s, bar.s, ldBar, s.s, p1, p2, ld, rows, n)
			check("Tangent t", u, func(r, j int, p, _, _ float64) float64 { return float64(x.s[r*ld+j]) * p })
			check("Tangent e", f, func(r, j int, _, q, abar float64) float64 { return float64(x.s[r*ld+j]) * abar * q })
		}
	}
}

func TestSums(t *testing.T) {
	both(t, testSums[float32], testSums[float64])
}

func testSums[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	for range 300 {
		rows, n := rng.IntN(30), rng.IntN(70)
		ld := n + rng.IntN(9)
		a, dst := newGuarded[T](rng, rows, n, ld), newGuarded[T](rng, 1, n, n)
		got, want := dst.clone(), dst.clone()
		SumRows(got.s, a.s, ld, rows, n)
		sumRowsPlain(want.s, a.s, ld, rows, n)
		if !slices.Equal(got.s, want.s) { // the same additions in the same order
			t.Fatalf("SumRows %d x %d: %v, want %v", rows, n, got.s, want.s)
		}
		if err := got.intact(1, n, 0); err != nil {
			t.Fatalf("SumRows: %v", err)
		}

		other := newGuarded[T](rng, 1, n, n)
		got = dst.clone()
		Add(got.s, other.s)
		for i := range n {
			if want := dst.s[i] + other.s[i]; got.s[i] != want {
				t.Fatalf("Add of %d: element %d is %v, want %v", n, i, got.s[i], want)
			}
		}
		if err := got.intact(1, n, 0); err != nil {
			t.Fatalf("Add: %v", err)
		}

		if got, want := SumSquares(dst.s), sumSquaresPlain(dst.s); math.Abs(got-want) > 1e-13*want {
			t.Fatalf("SumSquares of %d: %v, want %v", n, got, want)
		}
		if !AllFinite(dst.s) || !allFinitePlain(dst.s) {
			t.Fatalf("AllFinite of %d finite numbers is false", n)
		}
		for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			if n == 0 {
				continue
			}
			i := rng.IntN(n)
			dst.s[i] = T(bad)
			if AllFinite(dst.s) || allFinitePlain(dst.s) {
				t.Fatalf("AllFinite with %v at %d of %d is true", bad, i, n)
			}
			dst.s[i] = 0
		}
		for i := range dst.s {
			dst.s[i] = T(math.MaxFloat32) // finite, and so is a sum of zeros
		}
		if !AllFinite(dst.s) {
			t.Fatalf("AllFinite of %d large numbers is false", n)
		}
	}
}

func TestAdam(t *testing.T) {
	both(t, testAdam[float32], testAdam[float64])
}

// Ten steps against Adam's definition in float64 (torch.optim.Adam's documentation):
// bias-corrected moments, the weight decay in the gradient or decoupled.
func testAdam[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	const beta1, beta2, epsilon8, lr = 0.9, 0.999, 1e-8, 1e-3
	for n := range 40 {
		for _, plain := range []bool{false, true} {
			p := newGuarded[T](rng, 1, n, n)
			m, v := make([]T, n), make([]T, n)
			l2, decay := 1e-2*rng.Float64(), 1e-2*rng.Float64()
			x, mx, vx := make([]float64, n), make([]float64, n), make([]float64, n)
			for i := range x {
				x[i] = float64(p.s[i])
			}
			for step := 1; step <= 10; step++ {
				g := newGuarded[T](rng, 1, n, n).s
				s := &AdamStep{
					Beta1: beta1, Beta2: beta2, Epsilon: epsilon8,
					Rate:       lr / (1 - math.Pow(beta1, float64(step))),
					Correction: 1 / math.Sqrt(1-math.Pow(beta2, float64(step))),
					L2:         l2, Decay: lr * decay,
				}
				if plain {
					adamPlain(p.s, g, m, v, &adamScalars[T]{
						T(s.Beta1), T(1 - s.Beta1), T(s.Beta2), T(1 - s.Beta2),
						T(s.Epsilon), T(s.Rate), T(s.Correction), T(s.L2), T(1 - s.Decay),
					})
				} else {
					Adam(p.s, g, m, v, s)
				}
				for i := range x {
					d := float64(g[i]) + l2*x[i]
					x[i] -= lr * decay * x[i]
					mx[i] = beta1*mx[i] + (1-beta1)*d
					vx[i] = beta2*vx[i] + (1-beta2)*d*d
					mHat := mx[i] / (1 - math.Pow(beta1, float64(step)))
					vHat := vx[i] / (1 - math.Pow(beta2, float64(step)))
					x[i] -= lr * mHat / (math.Sqrt(vHat) + epsilon8)
				}
			}
			// A step is below 4 lr, and a parameter below 1 rounds at each.
			for i := range x {
				if e := math.Abs(float64(p.s[i]) - x[i]); e > 10*epsilon[T]() {
					t.Fatalf("plain=%v: parameter %d of %d is %v after ten steps, want %v", plain, i, n, p.s[i], x[i])
				}
			}
			if err := p.intact(1, n, 0); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// A weight that L2 alone moves falls until it is zero, and neither it nor its moments stay
// denormal on the way, which would cost some fifty times the time; and denormals are what
// they are for everybody else.
func TestAdamFlushesDenormals(t *testing.T) {
	both(t, func(t *testing.T) { testAdamFlushes[float32](t, 0x1p-126) }, func(t *testing.T) { testAdamFlushes[float64](t, 0x1p-1022) })
}

func testAdamFlushes[T Float](t *testing.T, normal float64) {
	needVectors(t) // plain Go keeps denormals
	const n = 37   // vectors and a tail
	p, g, m, v := make([]T, n), make([]T, n), make([]T, n), make([]T, n)
	for i := range p {
		p[i] = T(normal) * T(i+1) * 20
		m[i], v[i] = p[i], T(normal)/3
	}
	for step := 1; step <= 40; step++ {
		Adam(p, g, m, v, &AdamStep{Beta1: 0.1, Beta2: 0.5, Epsilon: 1e-8, Rate: 1e-9, Correction: 1, L2: 1e-5})
		for i := range p {
			for _, x := range []T{p[i], m[i], v[i]} {
				if x != 0 && math.Abs(float64(x)) < normal {
					t.Fatalf("step %d, %d: %v %v %v", step, i, p[i], m[i], v[i])
				}
			}
		}
	}
	if tiny := math.Float64frombits(7); tiny/2 == 0 {
		t.Error("denormals are zero after Adam")
	}
}
