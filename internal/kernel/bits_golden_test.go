package kernel

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"
)

// The plain-Go kernels round every product by itself, so that they give the same bits on
// every processor. This hash was written on amd64; arm64 and WebAssembly fuse products and
// additions, or could, where that is not said. Sin and GELU are those of package math,
// which differs by processor.
func TestPlainBits(t *testing.T) {
	with(generic, func() {
		if got, want := bitsOf[float32](), uint64(0xebe1b22fb05ec582); got != want {
			t.Errorf("float32: the hash of all results is %#x, was %#x", got, want)
		}
		if got, want := bitsOf[float64](), uint64(0x56db8da8bd39fd8d); got != want {
			t.Errorf("float64: the hash of all results is %#x, was %#x", got, want)
		}
	})
}

// The kernels of vectors give the same bits with AVX2, AVX-512 and NEON, whatever the
// processor. This hash was written with AVX2.
func TestVectorBits(t *testing.T) {
	for _, s := range sets() {
		if s == generic {
			continue
		}
		with(s, func() {
			if got, want := bitsOf[float32](), uint64(0xc3607f5a13c741a9); got != want {
				t.Errorf("%v, float32: the hash of all results is %#x, was %#x", s, got, want)
			}
			if got, want := bitsOf[float64](), uint64(0xa37bcbe4a6817568); got != want {
				t.Errorf("%v, float64: the hash of all results is %#x, was %#x", s, got, want)
			}
		})
	}
}

// bitsOf is a hash of what the kernels in use make of random numbers.
func bitsOf[T Float]() uint64 {
	hash := fnv.New64a()
	keep := func(results ...[]T) {
		for _, r := range results {
			for _, x := range r {
				binary.Write(hash, binary.LittleEndian, math.Float64bits(float64(x)))
			}
		}
	}
	rng := rand.New(rand.NewPCG(5, 6))
	fresh := func(n int) []T {
		x := make([]T, n)
		for i := range x {
			x[i] = T(rng.Float64()) - 0.5
		}
		return x
	}
	for _, s := range [][3]int{{7, 21, 13}, {1, 16, 40}, {20, 2, 33}, {30, 9, 5}, {12, 56, 9}, {5, 24, 21}, {3, 80, 7}, {2, 70, 6}, {1, 130, 10}} {
		m, n, k := s[0], s[1], s[2]
		a, at, b, c, d := fresh(m*k), fresh(k*m), fresh(k*n), fresh(m*n), fresh(m*n)
		packed := make([]T, PackedLen[T](k, n))
		Pack(packed, b, n, k, n)
		MulPacked(c, n, a, k, packed, m, n, k, true)
		MulTA(d, n, at, m, b, n, m, n, k, true)
		y, yt := fresh(m), fresh(k)
		Gemv(y, a, k, fresh(k), m, k, true)
		GemvT(yt, a, k, y, m, k, true)
		keep(c, d, y, yt)
	}
	const n = 501
	for act := Tanh; act <= Identity; act++ {
		if act == Sin || act == GELU {
			continue
		}
		z, d1, d2 := fresh(n), make([]T, n), make([]T, n)
		for i := range z {
			z[i] *= 40
		}
		Activate(act, z, n, fresh(n), d1, d2, 1, n)
		if act.FromValue() {
			d1, d2 = nil, nil
		}
		bar, d, e := fresh(n), fresh(n), fresh(n)
		MulPrime(act, d, bar, n, z, d1, n, 1, n)
		AddMulPrime(act, e, bar, n, z, d1, n, 1, n)
		t, u := fresh(n), fresh(n)
		Tangent(act, t, u, bar, n, z, d1, d2, n, 1, n)
		keep(z, d1, d2, d, e, t, u)
	}
	p, g, m, v := fresh(n), fresh(n), fresh(n), fresh(n)
	for i := range v {
		v[i] *= v[i]
	}
	Adam(p, g, m, v, &AdamStep{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, Rate: 1e-3, Correction: 1.5, L2: 1e-2, Decay: 1e-3})
	keep(p, m, v, []T{T(SumSquares(p))})
	return hash.Sum64()
}
