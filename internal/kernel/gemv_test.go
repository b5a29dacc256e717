package kernel

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func TestGemv(t *testing.T) {
	both(t, testGemv[float32], testGemv[float64])
}

func testGemv[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	for range 500 {
		p := problem{m: 1 + rng.IntN(40), n: 1 + rng.IntN(70), lda: rng.IntN(9), acc: rng.IntN(2) == 0, seed: rng.Uint64()}
		for _, trans := range []bool{false, true} {
			if err := checkGemv[T](p, trans); err != nil {
				t.Fatalf("%v, transposed %v: %v", p, trans, err)
			}
		}
	}
}

// checkGemv compares with gonum's matrix product with one column.
func checkGemv[T Float](p problem, trans bool) error {
	rng := rand.New(rand.NewPCG(p.seed, 0))
	m, n := p.m, p.n
	lda := n + p.lda
	rows, columns := m, n // of the product
	if trans {
		rows, columns = n, m
	}
	a := newGuarded[T](rng, m, n, lda)
	x, y := newGuarded[T](rng, 1, columns, 0), newGuarded[T](rng, 1, rows, 0)
	want, got, plain := y.clone(), y.clone(), y.clone()
	reference(trans, want.s, 1, a.s, lda, x.s, 1, rows, 1, columns, p.acc)
	if trans {
		GemvT(got.s, a.s, lda, x.s, m, n, p.acc)
		if !p.acc {
			clear(plain.s)
		}
		gemvTPlain(plain.s, a.s, lda, x.s, m, n)
	} else {
		Gemv(got.s, a.s, lda, x.s, m, n, p.acc)
		gemvPlain(plain.s, a.s, lda, x.s, m, n, p.acc)
	}
	tolerance := func(int, int) float64 { return sumTolerance[T](columns) }
	if err := differ(got.s, want.s, 1, rows, 1, tolerance); err != nil {
		return fmt.Errorf("against gonum: %w", err)
	}
	if err := differ(plain.s, want.s, 1, rows, 1, tolerance); err != nil {
		return fmt.Errorf("twin against gonum: %w", err)
	}
	return got.intact(1, rows, 0)
}

func TestGemvEmpty(t *testing.T) {
	eachSet(t, testGemvEmpty)
}

func testGemvEmpty(t *testing.T) {
	y := []float64{1, 2, 3}
	Gemv(y, nil, 0, nil, 2, 0, true)
	GemvT(y, nil, 0, nil, 0, 2, true)
	if y[0] != 1 || y[1] != 2 {
		t.Errorf("a sum over nothing added to y gives %v", y)
	}
	Gemv(y, nil, 0, nil, 1, 0, false)
	GemvT(y[1:], nil, 0, nil, 0, 1, false)
	if y[0] != 0 || y[1] != 0 || y[2] != 3 {
		t.Errorf("a sum over nothing gives %v", y)
	}
}

func TestAddRounded(t *testing.T) {
	both(t, testAddRounded[float32], testAddRounded[float64])
}

func testAddRounded[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(17, 18))
	for range 500 {
		if err := checkAddRounded[T](1+rng.IntN(40), 1+rng.IntN(70), rng.IntN(9), rng.Uint64()); err != nil {
			t.Fatal(err)
		}
	}
}

// checkAddRounded compares to the bit with a loop, of which the twin is another form.
func checkAddRounded[T Float](m, n, gap int, seed uint64) error {
	rng := rand.New(rand.NewPCG(seed, 0))
	lda := n + gap
	a, x, y := newGuarded[T](rng, m, n, lda), newGuarded[T](rng, 1, m, 0), newGuarded[T](rng, 1, n, 0)
	for i := range x.s {
		x.s[i] = T(math.Ldexp(float64(x.s[i]), rng.IntN(200)-150))
	}
	want, got, twin := y.clone(), y.clone(), y.clone()
	for i, f := range x.s[:m] {
		for j, v := range a.s[i*lda:][:n] {
			want.s[j] += T(f * v)
		}
	}
	AddRounded(got.s, a.s, lda, x.s, m, n)
	gemvTPlain(twin.s, a.s, lda, x.s, m, n)
	for j, w := range want.s[:n] {
		if got.s[j] != w || twin.s[j] != w {
			return fmt.Errorf("%d x %d: element %d is %v, its twin %v, want %v", m, n, j, got.s[j], twin.s[j], w)
		}
	}
	return got.intact(1, n, 0)
}

func FuzzAddRounded(f *testing.F) {
	f.Add(uint8(3), uint8(20), uint8(1), uint64(1))
	f.Add(uint8(17), uint8(7), uint8(0), uint64(2))
	f.Fuzz(func(t *testing.T, m, n, gap uint8, seed uint64) {
		for _, s := range sets() {
			with(s, func() {
				if err := errors.Join(checkAddRounded[float32](1+int(m), 1+int(n), int(gap), seed), checkAddRounded[float64](1+int(m), 1+int(n), int(gap), seed)); err != nil {
					t.Fatalf("%v: %v", s, err)
				}
			})
		}
	})
}
