//go:build amd64 && !purego

package kernel

import "unsafe"

func activateAVX512[T Float](act Act, z []T, ld int, bias, d1, d2 []T, rows, n int) {
	pz, pb, p1, p2 := &z[0], first(bias), first(d1), first(d2)
	if size[T]() == 4 {
		z, b, d1, d2 := p32(pz), p32(pb), p32(p1), p32(p2)
		switch act {
		case Tanh:
			tanhF32x16(z, ld, b, d1, d2, rows, n)
		case Sigmoid:
			sigmoidF32x16(z, ld, b, d1, d2, rows, n)
		case Softplus:
			softplusF32x16(z, ld, b, d1, d2, rows, n)
		case SiLU:
			siLUF32x16(z, ld, b, d1, d2, rows, n)
		case ELU:
			eLUF32x16(z, ld, b, d1, d2, rows, n)
		case SELU:
			seLUF32x16(z, ld, b, d1, d2, rows, n)
		case ReLU:
			reLUF32x16(z, ld, b, d1, d2, rows, n)
		}
		return
	}
	{
		z, b, d1, d2 := p64(pz), p64(pb), p64(p1), p64(p2)
		switch act {
		case Tanh:
			tanhF64x8(z, ld, b, d1, d2, rows, n)
		case Sigmoid:
			sigmoidF64x8(z, ld, b, d1, d2, rows, n)
		case Softplus:
			softplusF64x8(z, ld, b, d1, d2, rows, n)
		case SiLU:
			siLUF64x8(z, ld, b, d1, d2, rows, n)
		case ELU:
			eLUF64x8(z, ld, b, d1, d2, rows, n)
		case SELU:
			seLUF64x8(z, ld, b, d1, d2, rows, n)
		case ReLU:
			reLUF64x8(z, ld, b, d1, d2, rows, n)
		}
	}
}

func mulPrimeAVX512[T Float](d, abar []T, ldAbar int, s, d1 []T, ld, rows, n int) {
	switch {
	case size[T]() == 4 && d1 == nil:
		mulPrimeTanhF32x16(p32(&d[0]), p32(&abar[0]), ldAbar, p32(&s[0]), ld, rows, n)
	case size[T]() == 4:
		mulPrimeF32x16(p32(&d[0]), p32(&abar[0]), ldAbar, p32(&d1[0]), ld, rows, n)
	case d1 == nil:
		mulPrimeTanhF64x8(p64(&d[0]), p64(&abar[0]), ldAbar, p64(&s[0]), ld, rows, n)
	default:
		mulPrimeF64x8(p64(&d[0]), p64(&abar[0]), ldAbar, p64(&d1[0]), ld, rows, n)
	}
}

func addMulPrimeAVX512[T Float](e, c []T, ldC int, s, d1 []T, ld, rows, n int) {
	switch {
	case size[T]() == 4 && d1 == nil:
		addMulPrimeTanhF32x16(p32(&e[0]), p32(&c[0]), ldC, p32(&s[0]), ld, rows, n)
	case size[T]() == 4:
		addMulPrimeF32x16(p32(&e[0]), p32(&c[0]), ldC, p32(&d1[0]), ld, rows, n)
	case d1 == nil:
		addMulPrimeTanhF64x8(p64(&e[0]), p64(&c[0]), ldC, p64(&s[0]), ld, rows, n)
	default:
		addMulPrimeF64x8(p64(&e[0]), p64(&c[0]), ldC, p64(&d1[0]), ld, rows, n)
	}
}

func tangentAVX512[T Float](t, e, abar []T, ldAbar int, s, d1, d2 []T, ld, rows, n int) {
	switch {
	case size[T]() == 4 && d1 == nil:
		tangentTanhF32x16(p32(&t[0]), p32(&e[0]), p32(&abar[0]), ldAbar, p32(&s[0]), ld, rows, n)
	case size[T]() == 4:
		tangentF32x16(p32(&t[0]), p32(&e[0]), p32(&abar[0]), ldAbar, p32(&d1[0]), p32(&d2[0]), ld, rows, n)
	case d1 == nil:
		tangentTanhF64x8(p64(&t[0]), p64(&e[0]), p64(&abar[0]), ldAbar, p64(&s[0]), ld, rows, n)
	default:
		tangentF64x8(p64(&t[0]), p64(&e[0]), p64(&abar[0]), ldAbar, p64(&d1[0]), p64(&d2[0]), ld, rows, n)
	}
}

func gemvAVX512[T Float](y, a []T, lda int, x []T, m, n int, acc bool) {
	switch {
	case size[T]() == 4:
		dotF32x16(p32(&y[0]), 1, p32(&a[0]), lda, p32(&x[0]), 0, m, n, acc)
	default:
		dotF64x8(p64(&y[0]), 1, p64(&a[0]), lda, p64(&x[0]), 0, m, n, acc)
	}
}

func gemvTAVX512[T Float](y, a []T, lda int, x []T, m, n int) {
	switch {
	case size[T]() == 4:
		addScaledRowsF32x16(p32(&y[0]), p32(&a[0]), lda, p32(&x[0]), m, n)
	default:
		addScaledRowsF64x8(p64(&y[0]), p64(&a[0]), lda, p64(&x[0]), m, n)
	}
}

func addRoundedAVX512[T Float](y, a []T, lda int, x []T, m, n int) {
	switch {
	case size[T]() == 4:
		addRoundedRowsF32x16(p32(&y[0]), p32(&a[0]), lda, p32(&x[0]), m, n)
	default:
		addRoundedRowsF64x8(p64(&y[0]), p64(&a[0]), lda, p64(&x[0]), m, n)
	}
}

func hiddenGradientTanhAVX512[T Float](y, s, d, a *T, lda int, x, bias, w *T, m, n int) {
	if size[T]() == 4 {
		hiddenGradientTanhF32x16(p32(y), p32(s), p32(d), p32(a), lda, p32(x), p32(bias), p32(w), m, n)
	} else {
		hiddenGradientTanhF64x8(p64(y), p64(s), p64(d), p64(a), lda, p64(x), p64(bias), p64(w), m, n)
	}
}

func addAVX512[T Float](dst, a []T) {
	switch {
	case size[T]() == 4:
		addF32x16(p32(&dst[0]), p32(&a[0]), len(a))
	default:
		addF64x8(p64(&dst[0]), p64(&a[0]), len(a))
	}
}

func adamAVX512[T Float](p, g, m, v []T, k *adamScalars[T]) {
	switch {
	case size[T]() == 4:
		adamF32x16(p32(&p[0]), p32(&g[0]), p32(&m[0]), p32(&v[0]), len(p), (*[9]float32)(unsafe.Pointer(k)))
	default:
		adamF64x8(p64(&p[0]), p64(&g[0]), p64(&m[0]), p64(&v[0]), len(p), (*[9]float64)(unsafe.Pointer(k)))
	}
}

// peakAVX512 runs turns of 96 multiply-adds of vectors.
func peakAVX512[T Float](turns int) float64 {
	switch {
	case size[T]() == 4:
		peakF32x16(turns)
	default:
		peakF64x8(turns)
	}
	return 2 * 96 * float64(turns*64/size[T]())
}
