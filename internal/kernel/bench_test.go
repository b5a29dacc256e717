package kernel

import (
	"fmt"
	"math"
	"testing"
	"time"
)

// The products of a training step of 2-200-200-1, and those of the pixel model's outer
// layers, for one block of rows, with the share of the peak of this core, measured in the
// same run.

func BenchmarkMulPacked(b *testing.B) {
	for _, s := range [][3]int{{96, 200, 200}, {200, 200, 1568}, {100, 1568, 200}, {96, 200, 2}, {96, 2, 200}, {96, 8, 200}, {96, 200, 8}, {1, 200, 200}} {
		b.Run(fmt.Sprintf("float32/%dx%dx%d", s[0], s[1], s[2]), func(b *testing.B) { benchmarkMulPacked[float32](b, s[0], s[1], s[2]) })
		b.Run(fmt.Sprintf("float64/%dx%dx%d", s[0], s[1], s[2]), func(b *testing.B) { benchmarkMulPacked[float64](b, s[0], s[1], s[2]) })
	}
}

func benchmarkMulPacked[T Float](b *testing.B, m, n, k int) {
	lda, ldc := Stride[T](k), Stride[T](n)
	a, c, w := ones[T](m*lda), ones[T](m*ldc), ones[T](k*n)
	packed := make([]T, PackedLen[T](k, n))
	Pack(packed, w, n, k, n)
	best := fastest(b, func() { MulPacked(c, ldc, a, lda, packed, m, n, k, false) })
	reportFlops[T](b, best, 2*float64(m)*float64(n)*float64(k))
}

func BenchmarkMulTA(b *testing.B) {
	for _, s := range [][3]int{{200, 200, 188}, {200, 200, 96}, {200, 1568, 200}, {1568, 200, 100}, {200, 2, 96}, {200, 8, 96}, {200, 12, 96}, {1, 200, 96}} {
		b.Run(fmt.Sprintf("float32/%dx%dx%d", s[0], s[1], s[2]), func(b *testing.B) { benchmarkMulTA[float32](b, s[0], s[1], s[2]) })
		b.Run(fmt.Sprintf("float64/%dx%dx%d", s[0], s[1], s[2]), func(b *testing.B) { benchmarkMulTA[float64](b, s[0], s[1], s[2]) })
	}
}

func benchmarkMulTA[T Float](b *testing.B, m, n, k int) {
	lda, ldb, ldc := Stride[T](m), Stride[T](n), n
	a, x, c := ones[T](k*lda), ones[T](k*ldb), make([]T, m*ldc)
	best := fastest(b, func() { MulTA(c, ldc, a, lda, x, ldb, m, n, k, true) })
	reportFlops[T](b, best, 2*float64(m)*float64(n)*float64(k))
}

func ones[T Float](n int) []T {
	x := make([]T, n)
	for i := range x {
		x[i] = 1
	}
	return x
}

// fastest is the seconds that f takes when no other process has the core: the least
// of many measurements, each of one call or of as many as last 20 microseconds.
func fastest(b *testing.B, f func()) float64 {
	best, calls := math.Inf(1), 1
	for b.Loop() {
		start := time.Now()
		for range calls {
			f()
		}
		elapsed := time.Since(start)
		best = min(best, elapsed.Seconds()/float64(calls))
		if elapsed < 20*time.Microsecond {
			calls *= 2
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(best*1e6, "us")
	return best
}

func reportFlops[T Float](b *testing.B, seconds, flops float64) {
	b.ReportMetric(flops/seconds/1e9, "GFLOP/s")
	b.ReportMetric(100*flops/seconds/PeakFlops[T](20*time.Millisecond), "%peak")
}

// Gemv reads its matrix once, from the second-level cache.
func BenchmarkGemv(b *testing.B) {
	b.Run("float32", func(b *testing.B) { benchmarkGemv(b, Gemv[float32]) })
	b.Run("float64", func(b *testing.B) { benchmarkGemv(b, Gemv[float64]) })
	b.Run("float32/transposed", func(b *testing.B) { benchmarkGemv(b, GemvT[float32]) })
	b.Run("float64/transposed", func(b *testing.B) { benchmarkGemv(b, GemvT[float64]) })
}

func benchmarkGemv[T Float](b *testing.B, f func(y, a []T, lda int, x []T, m, n int, acc bool)) {
	const n = 200
	a, x, y := ones[T](n*n), ones[T](n), ones[T](n)
	best := fastest(b, func() { f(y, a, n, x, n, n, false) })
	b.ReportMetric(float64(n*n*size[T]())/best/1e9, "GB/s")
}

// The field of a 2-200-200-1 network at one point, weights as nn stores them.
func BenchmarkField(b *testing.B) {
	b.Run("float32", benchmarkField[float32])
	b.Run("float64", benchmarkField[float64])
}

func benchmarkField[T Float](b *testing.B) {
	const n = 200
	w1, w2, w3 := ones[T](n*2), ones[T](n*n), ones[T](n)
	x, z1, z2, d, e, g := ones[T](2), ones[T](n), ones[T](n), ones[T](n), ones[T](n), ones[T](2)
	fastest(b, func() {
		Gemv(z1, w1, 2, x, n, 2, false)
		Activate(Tanh, z1, n, w3, nil, nil, 1, n)
		HiddenGradient(Tanh, e, z2, d, nil, w2, n, z1, w3, w3, n, n)
		MulPrime(Tanh, d, e, 0, z1, nil, n, 1, n)
		GemvT(g, w1, 2, d, n, 2, false)
	})
}

func BenchmarkPack(b *testing.B) {
	b.Run("float32", func(b *testing.B) { benchmarkPack(b, Pack[float32]) })
	b.Run("float64", func(b *testing.B) { benchmarkPack(b, Pack[float64]) })
	b.Run("float32/transposed", func(b *testing.B) { benchmarkPack(b, PackT[float32]) })
	b.Run("float64/transposed", func(b *testing.B) { benchmarkPack(b, PackT[float64]) })
}

func benchmarkPack[T Float](b *testing.B, pack func(dst, w []T, ldb, k, n int)) {
	const n = 200
	w, dst := ones[T](n*n), make([]T, PackedLen[T](n, n))
	fastest(b, func() { pack(dst, w, n, n, n) })
}

// The element-wise steps on a block of 96 rows of 200.
func BenchmarkElementwise(b *testing.B) {
	b.Run("float32", benchmarkElementwise[float32])
	b.Run("float64", benchmarkElementwise[float64])
}

func benchmarkElementwise[T Float](b *testing.B) {
	const rows, n = 96, 200
	ld := Stride[T](n)
	x := [4][]T{ones[T](rows * ld), ones[T](rows * ld), ones[T](rows * ld), ones[T](rows * ld)}
	g := ones[T](n)
	p := ones[T](41000)
	q := [3][]T{ones[T](len(p)), ones[T](len(p)), ones[T](len(p))}
	step := AdamStep{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8, Rate: 1e-3, Correction: 1}
	// Weights that nothing but L2 has moved for long.
	decay, zero := step, make([]T, len(p))
	decay.L2 = 1e-5
	faded := [3][]T{make([]T, len(p)), make([]T, len(p)), make([]T, len(p))}
	for i := range p {
		for j := range faded {
			faded[j][i] = T(math.Ldexp(1, map[int]int{4: -130, 8: -1030}[size[T]()]))
		}
	}
	for _, c := range []struct {
		name  string
		count int
		f     func()
	}{
		{"tanh", rows * n, func() { Activate(Tanh, x[0], ld, g, nil, nil, rows, n) }},
		{"MulPrime", rows * n, func() { MulPrime(Tanh, x[0], x[1], ld, x[2], nil, ld, rows, n) }},
		{"Tangent", rows * n, func() { Tangent(Tanh, x[0], x[3], x[1], ld, x[2], nil, nil, ld, rows, n) }},
		{"AddMulPrime", rows * n, func() { AddMulPrime(Tanh, x[0], x[1], ld, x[2], nil, ld, rows, n) }},
		{"SumRows", rows * n, func() { SumRows(g, x[0], ld, rows, n) }},
		{"Adam", len(p), func() { Adam(p, q[0], q[1], q[2], &step) }},
		{"Adam of L2 alone", len(p), func() { Adam(faded[0], zero, faded[1], faded[2], &decay) }},
		{"SumSquares", len(p), func() { SumSquares(p) }},
		{"AllFinite", len(p), func() { AllFinite(p) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportMetric(fastest(b, c.f)*1e9/float64(c.count), "ns/element")
		})
	}
}
