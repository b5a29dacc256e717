package kernel

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// A product and the step after it give the bits of the two one after the other, with
// every set of kernels: those of plain Go are nothing else.
func TestSteps(t *testing.T) {
	both(t, testSteps[float32], testSteps[float64])
}

func testSteps[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(19, 20))
	for range 400 {
		if err := checkSteps[T](rng.IntN(40), rng.IntN(120), rng.IntN(20), rng.IntN(9), rng.Uint64()); err != nil {
			t.Fatal(err)
		}
	}
}

func checkSteps[T Float](m, n, k, gap int, seed uint64) error {
	rng := rand.New(rand.NewPCG(seed, 0))
	ld, act, acc := n+gap, []Act{Tanh, Tanh, SiLU}[rng.IntN(3)], rng.IntN(2) == 0
	a, b := newGuarded[T](rng, m, k, k), newGuarded[T](rng, k, n, n)
	packed := make([]T, PackedLen[T](k, n))
	Pack(packed, b.s, n, k, n)
	fresh := func() guarded[T] { return newGuarded[T](rng, m, n, ld) }
	s, p, q, c, e := fresh(), fresh(), fresh(), fresh(), fresh()
	d1, d2 := p.s, q.s
	if act == Tanh {
		d1, d2 = nil, nil
	}
	ldBar, barRows := ld, m
	switch rng.IntN(3) {
	case 0:
		ldBar, barRows = 0, min(m, 1)
	case 1:
		ldBar = n
	}
	bar := newGuarded[T](rng, barRows, n, ldBar)
	compare := func(name string, one, two func(c, e []T)) error {
		gotC, gotE, wantC, wantE := c.clone(), e.clone(), c.clone(), e.clone()
		one(gotC.s, gotE.s)
		two(wantC.s, wantE.s)
		// The guards, which are NaN, and what lies between the rows are compared too.
		same := func(a, b T) bool { return a == b || a != a && b != b }
		if !slices.EqualFunc(gotC.all, wantC.all, same) || !slices.EqualFunc(gotE.all, wantE.all, same) {
			return fmt.Errorf("%s %d x %d x %d, distance %d, activation %d, acc %v: not what the two steps give", name, m, n, k, ld, act, acc)
		}
		return nil
	}
	mul := func(c []T, acc bool) { MulPacked(c, ld, a.s, k, packed, m, n, k, acc) }
	if err := compare("MulPackedPrime", func(c, d []T) {
		MulPackedPrime(act, d, c, ld, a.s, k, packed, s.s, d1, m, n, k, acc)
	}, func(c, d []T) {
		mul(c, acc)
		MulPrime(act, d, c, ld, s.s, d1, ld, m, n)
	}); err != nil {
		return err
	}
	if err := compare("MulPackedAddPrime", func(c, e []T) {
		MulPackedAddPrime(act, e, c, ld, a.s, k, packed, s.s, d1, m, n, k, acc)
	}, func(c, e []T) {
		mul(c, acc)
		AddMulPrime(act, e, c, ld, s.s, d1, ld, m, n)
	}); err != nil {
		return err
	}
	return compare("MulPackedTangent", func(t, e []T) {
		MulPackedTangent(act, t, e, ld, a.s, k, packed, bar.s, ldBar, s.s, d1, d2, m, n, k)
	}, func(t, e []T) {
		mul(t, false)
		Tangent(act, t, e, bar.s, ldBar, s.s, d1, d2, ld, m, n)
	})
}

func FuzzSteps(f *testing.F) {
	f.Add(uint8(9), uint8(40), uint8(3), uint8(1), uint64(1))
	f.Add(uint8(94), uint8(200), uint8(8), uint8(8), uint64(2))
	f.Fuzz(func(t *testing.T, m, n, k, gap uint8, seed uint64) {
		for _, s := range sets() {
			with(s, func() {
				if err := checkSteps[float32](int(m), int(n), int(k), int(gap), seed); err != nil {
					t.Fatalf("%v, float32: %v", s, err)
				}
				if err := checkSteps[float64](int(m), int(n), int(k), int(gap), seed); err != nil {
					t.Fatalf("%v, float64: %v", s, err)
				}
			})
		}
	})
}
