// Package elementary holds functions of package math, and draws from the normal distribution,
// whose last digit is the same on every processor: that of amd64. There they are package math's
// own. Elsewhere they do the same operations: on amd64 math has assembly for Exp, Log and
// Hypot, and on others the compiler fuses products with the additions that follow, which explicit
// conversions forbid here. Drawn data, and what is trained on them, depend on these digits.
// It is used by system, ode, data and fit.
package elementary

import (
	"math"
	"math/rand/v2"
)

// exp is math/exp_amd64.s on a processor with FMA (N. Shibata, ISC 2010): x less its multiple of
// log 2, over 16, by Taylor's series, and e^16y - 1 from e^y - 1 by four times y (y + 2).
func exp(x float64) float64 {
	const log2E, ln2High, ln2Low = 1.4426950408889634073599246810018920, 0.69314718055966295651160180568695068359375, 0.28235290563031577122588448175013436025525412068e-12
	switch {
	case math.IsNaN(x) || math.IsInf(x, 1):
		return x
	case x > 7.09782712893384e+02:
		return math.Inf(1)
	case x < -1000:
		return 0
	}
	n := math.RoundToEven(x * log2E)
	y := 0.0625 * math.FMA(-ln2Low, n, math.FMA(-ln2High, n, x))
	p := 2.4801587301587301587e-5
	for _, c := range [...]float64{1.9841269841269841270e-4, 1.3888888888888888889e-3, 8.3333333333333333333e-3, 4.1666666666666666667e-2, 1.6666666666666666667e-1, 0.5, 1} {
		p = math.FMA(p, y, c)
	}
	y *= p
	for range 3 {
		y *= y + 2
	}
	y = math.FMA(y, y+2, 1)
	e := int(n) + 0x3FF
	switch {
	case e >= 0x7FF:
		return math.Inf(1)
	case e > 0:
		return y * math.Float64frombits(uint64(e)<<52)
	case e < -52:
		return 0
	}
	return y * math.Float64frombits(uint64(e+0x3FE)<<52) * math.Float64frombits(1<<52)
}

// log is math/log_amd64.s, which is FreeBSD's __ieee754_log.
func log(x float64) float64 {
	const (
		ln2High, ln2Low = 6.93147180369123816490e-01, 1.90821492927058770002e-10
		l1, l2, l3, l4  = 6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01, 2.222219843214978396e-01
		l5, l6, l7      = 1.818357216161805012e-01, 1.531383769920937332e-01, 1.479819860511658591e-01
	)
	switch {
	case math.IsNaN(x) || math.IsInf(x, 1):
		return x
	case x < 0:
		return math.NaN()
	case x == 0:
		return math.Inf(-1)
	}
	b := math.Float64bits(x)
	k := float64(int(b>>52) - 0x3FE)
	f := math.Float64frombits(b&(1<<52-1) | 0x3FE0000000000000)
	if !(f > 7.07106781186547524401e-01) {
		f *= 2
		k--
	}
	f--
	s := f / (2 + f)
	s2 := s * s
	s4 := s2 * s2
	t1 := s2 * (l1 + float64(s4*(l3+float64(s4*(l5+float64(s4*l7))))))
	t2 := s4 * (l2 + float64(s4*(l4+float64(s4*l6))))
	half := 0.5 * f * f
	r := float64(t2) + float64(t1)
	return float64(k*ln2High) - ((float64(half) - (float64(s*(float64(half)+r)) + float64(k*ln2Low))) - f)
}

// hypot is math/hypot_amd64.s.
func hypot(p, q float64) float64 {
	p, q = math.Abs(p), math.Abs(q)
	switch {
	case math.IsInf(p, 1) || math.IsInf(q, 1):
		return math.Inf(1)
	case math.IsNaN(p) || math.IsNaN(q):
		return math.NaN()
	case p < q:
		p, q = q, p
	}
	if p == 0 {
		return 0
	}
	q /= p
	return p * math.Sqrt(1+float64(q*q))
}

// sincos is math.Sincos below 2^29 (S. L. Moshier's Cephes).
func sincos(x float64) (sin, cos float64) {
	const quarterA, quarterB, quarterC = 7.85398125648498535156e-1, 3.77489470793079817668e-8, 2.69515142907905952645e-15
	if x == 0 {
		return x, 1
	}
	z := math.Abs(x)
	if !(z < 1<<29) {
		return math.Sincos(x)
	}
	j := uint64(z * (4 / math.Pi))
	j += j & 1
	y := float64(j)
	z = ((z - float64(y*quarterA)) - float64(y*quarterB)) - float64(y*quarterC)
	zz := z * z
	p := 1.58962301576546568060e-10
	for _, c := range [...]float64{-2.50507477628578072866e-8, 2.75573136213857245213e-6, -1.98412698295895385996e-4, 8.33333333332211858878e-3, -1.66666666666666307295e-1} {
		p = float64(p*zz) + c
	}
	sin = z + float64(float64(z*zz)*p)
	p = -1.13585365213876817300e-11
	for _, c := range [...]float64{2.08757008419747316778e-9, -2.75573141792967388112e-7, 2.48015872888517045348e-5, -1.38888888888730564116e-3, 4.16666666666665929218e-2} {
		p = float64(p*zz) + c
	}
	cos = 1 - float64(0.5*zz) + float64(float64(zz*zz)*p)
	j &= 7
	half := j > 3
	if half {
		j -= 4
	}
	if j == 2 {
		sin, cos = cos, sin
	}
	if half != (j > 1) {
		cos = -cos
	}
	if half != (x < 0) {
		sin = -sin
	}
	return sin, cos
}

func sin(x float64) float64 { s, _ := sincos(x); return s }
func cos(x float64) float64 { _, c := sincos(x); return c }

// pow is math.Pow of a positive number.
func pow(x, y float64) float64 {
	whole, rest := math.Modf(math.Abs(y))
	if !(x > 0) || math.IsInf(x, 1) || math.Abs(y) == 0.5 || rest == 0 || !(whole < 1<<62) {
		return math.Pow(x, y) // which has no sums then
	}
	if rest > 0.5 {
		rest--
		whole++
	}
	a, e := exp(rest*log(x)), 0
	f, fe := math.Frexp(x)
	for i := int64(whole); i != 0; i >>= 1 {
		if fe < -1<<12 || 1<<12 < fe {
			e += fe
			break
		}
		if i&1 == 1 {
			a *= f
			e += fe
		}
		f *= f
		fe <<= 1
		if f < 0.5 {
			f += f
			fe--
		}
	}
	if y < 0 {
		a, e = 1/a, -e
	}
	return math.Ldexp(a, e)
}

// ziggurat is that of math/rand/v2 (G. Marsaglia, W. W. Tsang, Journal of Statistical Software 5,
// 2000): strips of one area below exp(-x^2/2), the lowest with the tail from zigguratEnd on.
type ziggurat struct {
	inside        [128]uint32 // of 2^31, what is surely below the curve
	width, height [128]float32
}

const zigguratEnd = 3.442619855899

var strips = newZiggurat()

func newZiggurat() *ziggurat {
	const area, unit = 9.91256303526217e-3, 1 << 31
	density := func(x float64) float64 { return exp(-0.5 * x * x) }
	z, x, above := new(ziggurat), zigguratEnd, zigguratEnd
	base := area / density(x)
	z.inside[0], z.width[0], z.height[0] = uint32(x/base*unit), float32(base/unit), 1
	z.width[127], z.height[127] = float32(x/unit), float32(density(x))
	for i := 126; i >= 1; i-- {
		x = math.Sqrt(-2 * log(area/x+density(x)))
		z.inside[i+1] = uint32(x / above * unit)
		above = x
		z.width[i], z.height[i] = float32(x/unit), float32(density(x))
	}
	return z
}

// normal is rng.NormFloat64().
func normal(rng *rand.Rand) float64 {
	for {
		u := rng.Uint64()
		j, i := int32(u), u>>32&0x7F
		x := float64(j) * float64(strips.width[i])
		if uint32(max(j, -j)) < strips.inside[i] {
			return x
		}
		if i == 0 {
			for {
				x = -log(rng.Float64()) * (1.0 / zigguratEnd)
				y := -log(rng.Float64())
				if y+y >= float64(x*x) {
					break
				}
			}
			if j > 0 {
				return zigguratEnd + x
			}
			return -zigguratEnd - x
		}
		if strips.height[i]+float32(float32(rng.Float64())*(strips.height[i-1]-strips.height[i])) < float32(exp(-.5*x*x)) {
			return x
		}
	}
}
