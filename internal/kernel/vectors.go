//go:build (amd64 || arm64) && !purego

package kernel

import "unsafe"

// The functions whose names end in Pairs call the assembly of vectors of 256 bits: AVX2's
// registers, or pairs of NEON's, of the same names and the same bits.

// The generic functions call the assembly of their element's size. These
// conversions keep the compiler's knowledge that no pointer escapes.

func p32[T Float](p *T) *float32 { return (*float32)(unsafe.Pointer(p)) }
func p64[T Float](p *T) *float64 { return (*float64)(unsafe.Pointer(p)) }

// at is the address n elements after p.
func at[T Float](p *T, n int) *T {
	return (*T)(unsafe.Add(unsafe.Pointer(p), n*size[T]()))
}

func activatePairs[T Float](act Act, z []T, ld int, bias, d1, d2 []T, rows, n int) {
	pz, pb, p1, p2 := &z[0], first(bias), first(d1), first(d2)
	if size[T]() == 4 {
		z, b, d1, d2 := p32(pz), p32(pb), p32(p1), p32(p2)
		switch act {
		case Tanh:
			tanhF32(z, ld, b, d1, d2, rows, n)
		case Sigmoid:
			sigmoidF32(z, ld, b, d1, d2, rows, n)
		case Softplus:
			softplusF32(z, ld, b, d1, d2, rows, n)
		case SiLU:
			siLUF32(z, ld, b, d1, d2, rows, n)
		case ELU:
			eLUF32(z, ld, b, d1, d2, rows, n)
		case SELU:
			seLUF32(z, ld, b, d1, d2, rows, n)
		case ReLU:
			reLUF32(z, ld, b, d1, d2, rows, n)
		}
		return
	}
	{
		z, b, d1, d2 := p64(pz), p64(pb), p64(p1), p64(p2)
		switch act {
		case Tanh:
			tanhF64(z, ld, b, d1, d2, rows, n)
		case Sigmoid:
			sigmoidF64(z, ld, b, d1, d2, rows, n)
		case Softplus:
			softplusF64(z, ld, b, d1, d2, rows, n)
		case SiLU:
			siLUF64(z, ld, b, d1, d2, rows, n)
		case ELU:
			eLUF64(z, ld, b, d1, d2, rows, n)
		case SELU:
			seLUF64(z, ld, b, d1, d2, rows, n)
		case ReLU:
			reLUF64(z, ld, b, d1, d2, rows, n)
		}
	}
}

func hiddenGradientTanhPairs[T Float](y, s, d, a *T, lda int, x, bias, w *T, m, n int) {
	if size[T]() == 4 {
		hiddenGradientTanhF32(p32(y), p32(s), p32(d), p32(a), lda, p32(x), p32(bias), p32(w), m, n)
	} else {
		hiddenGradientTanhF64(p64(y), p64(s), p64(d), p64(a), lda, p64(x), p64(bias), p64(w), m, n)
	}
}

func mulPrimePairs[T Float](d, abar []T, ldAbar int, s, d1 []T, ld, rows, n int) {
	switch {
	case size[T]() == 4 && d1 == nil:
		mulPrimeTanhF32(p32(&d[0]), p32(&abar[0]), ldAbar, p32(&s[0]), ld, rows, n)
	case size[T]() == 4:
		mulPrimeF32(p32(&d[0]), p32(&abar[0]), ldAbar, p32(&d1[0]), ld, rows, n)
	case d1 == nil:
		mulPrimeTanhF64(p64(&d[0]), p64(&abar[0]), ldAbar, p64(&s[0]), ld, rows, n)
	default:
		mulPrimeF64(p64(&d[0]), p64(&abar[0]), ldAbar, p64(&d1[0]), ld, rows, n)
	}
}

func addMulPrimePairs[T Float](e, c []T, ldC int, s, d1 []T, ld, rows, n int) {
	switch {
	case size[T]() == 4 && d1 == nil:
		addMulPrimeTanhF32(p32(&e[0]), p32(&c[0]), ldC, p32(&s[0]), ld, rows, n)
	case size[T]() == 4:
		addMulPrimeF32(p32(&e[0]), p32(&c[0]), ldC, p32(&d1[0]), ld, rows, n)
	case d1 == nil:
		addMulPrimeTanhF64(p64(&e[0]), p64(&c[0]), ldC, p64(&s[0]), ld, rows, n)
	default:
		addMulPrimeF64(p64(&e[0]), p64(&c[0]), ldC, p64(&d1[0]), ld, rows, n)
	}
}

func tangentPairs[T Float](t, e, abar []T, ldAbar int, s, d1, d2 []T, ld, rows, n int) {
	switch {
	case size[T]() == 4 && d1 == nil:
		tangentTanhF32(p32(&t[0]), p32(&e[0]), p32(&abar[0]), ldAbar, p32(&s[0]), ld, rows, n)
	case size[T]() == 4:
		tangentF32(p32(&t[0]), p32(&e[0]), p32(&abar[0]), ldAbar, p32(&d1[0]), p32(&d2[0]), ld, rows, n)
	case d1 == nil:
		tangentTanhF64(p64(&t[0]), p64(&e[0]), p64(&abar[0]), ldAbar, p64(&s[0]), ld, rows, n)
	default:
		tangentF64(p64(&t[0]), p64(&e[0]), p64(&abar[0]), ldAbar, p64(&d1[0]), p64(&d2[0]), ld, rows, n)
	}
}

func sumRowsPairs[T Float](dst, a []T, ld, rows, n int) {
	switch {
	case size[T]() == 4:
		addRowsF32(p32(&dst[0]), p32(&a[0]), ld, rows, n)
	default:
		addRowsF64(p64(&dst[0]), p64(&a[0]), ld, rows, n)
	}
}

func addPairs[T Float](dst, a []T) {
	switch {
	case size[T]() == 4:
		addF32(p32(&dst[0]), p32(&a[0]), len(a))
	default:
		addF64(p64(&dst[0]), p64(&a[0]), len(a))
	}
}

// reduceBlock is the number of elements of which the reductions take a multiple.
const reduceBlock = 16

func sumSquaresPairs[T Float](a []T) float64 {
	n := len(a) / reduceBlock * reduceBlock
	if n == 0 {
		return sumSquaresPlain(a)
	}
	if size[T]() == 4 {
		return sumSquaresF32(p32(&a[0]), n) + sumSquaresPlain(a[n:])
	}
	return sumSquaresF64(p64(&a[0]), n) + sumSquaresPlain(a[n:])
}

func allFinitePairs[T Float](a []T) bool {
	n := len(a) / reduceBlock * reduceBlock
	if n == 0 {
		return allFinitePlain(a)
	}
	if size[T]() == 4 {
		return zeroTimesF32(p32(&a[0]), n) == 0 && allFinitePlain(a[n:])
	}
	return zeroTimesF64(p64(&a[0]), n) == 0 && allFinitePlain(a[n:])
}

func adamPairs[T Float](p, g, m, v []T, k *adamScalars[T]) {
	switch {
	case size[T]() == 4:
		adamF32(p32(&p[0]), p32(&g[0]), p32(&m[0]), p32(&v[0]), len(p), (*[9]float32)(unsafe.Pointer(k)))
	default:
		adamF64(p64(&p[0]), p64(&g[0]), p64(&m[0]), p64(&v[0]), len(p), (*[9]float64)(unsafe.Pointer(k)))
	}
}

// peak runs turns of 96 multiply-adds of vectors.
func peakPairs[T Float](turns int) float64 {
	switch {
	case size[T]() == 4:
		peakF32(turns)
	default:
		peakF64(turns)
	}
	return 2 * 96 * float64(turns*32/size[T]())
}
