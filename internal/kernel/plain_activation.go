package kernel

import (
	"math"

	"hnn/internal/kernel/minimax"
)

// The plain-Go twins of the activations evaluate the assembly's formulas with the
// same constants, in the same precision. Sin and GELU have no vector form: they run
// here on every processor.

func activatePlain[T Float](act Act, z []T, ld int, bias, d1, d2 []T, rows, n int) {
	var e *expansion[T]
	if size[T]() == 4 {
		e = any(&expansion32).(*expansion[T])
	} else {
		e = any(&expansion64).(*expansion[T])
	}
	for r := range rows {
		for j, x := range z[r*ld : r*ld+n] {
			i := r*ld + j
			if bias != nil {
				x += bias[j]
			}
			s, s1, s2 := e.triple(act, x)
			z[i] = s
			if d1 != nil {
				d1[i] = s1
			}
			if d2 != nil {
				d2[i] = s2
			}
		}
	}
}

// An expansion is package minimax's constants rounded to T.
type expansion[T Float] struct {
	high, low, log2e, smallest, saturation T
	q, l                                   []T
	power                                  func(n int) T // 2^n
}

var (
	expansion32 = newExpansion(minimax.Exp32, minimax.Log1p32, func(n int) float32 {
		return math.Float32frombits(uint32(n+127) << 23)
	})
	expansion64 = newExpansion(minimax.Exp64, minimax.Log1p64, func(n int) float64 {
		return math.Float64frombits(uint64(n+1023) << 52)
	})
)

func newExpansion[T Float](e minimax.Exp, l minimax.Log1p, power func(int) T) expansion[T] {
	x := expansion[T]{
		high: T(e.Ln2High), low: T(e.Ln2Low), log2e: T(math.Log2E),
		smallest: T(e.Min), saturation: T(e.Saturation), power: power,
	}
	for _, c := range e.Q {
		x.q = append(x.q, T(c))
	}
	for _, c := range l.L {
		x.l = append(x.l, T(c))
	}
	return x
}

func horner[T Float](c []T, x T) T {
	s := c[len(c)-1]
	for i := len(c) - 2; i >= 0; i-- {
		s = s*x + c[i]
	}
	return s
}

// exp is exp(y) and expm1(y).
func (e *expansion[T]) exp(y T) (exp, expm1 T) {
	if y != y {
		return y, y
	}
	n := T(math.RoundToEven(float64(y * e.log2e)))
	r := y - n*e.high - n*e.low
	p := r + r*r*horner(e.q, r)
	scale := e.power(int(n))
	return scale + scale*p, (scale - 1) + scale*p
}

func (e *expansion[T]) logistic(x T) (exp, s, s1, s2 T) {
	y := x
	if y > 0 {
		y = -y
	}
	if y < e.smallest {
		y = e.smallest
	}
	exp, _ = e.exp(y)
	inverse := 1 / (1 + exp)
	s1 = exp * inverse * inverse
	s2 = (1 - exp) * inverse * s1
	if x >= 0 {
		return exp, inverse, s1, -s2
	}
	return exp, exp * inverse, s1, s2
}

func (e *expansion[T]) tanh(x T) T {
	y := T(math.Abs(float64(x + x)))
	if y > e.saturation {
		y = e.saturation
	}
	_, m := e.exp(y)
	return T(math.Copysign(float64(m/(m+2)), float64(x)))
}

// elu is expm1(x) and exp(x) for x <= 0 or NaN.
func (e *expansion[T]) elu(x T) (s, s1 T) {
	if x < e.smallest {
		x = e.smallest
	}
	s1, s = e.exp(x)
	return s, s1
}

// triple is s, s' and s” at x.
func (e *expansion[T]) triple(act Act, x T) (s, s1, s2 T) {
	switch act {
	case Tanh:
		s = e.tanh(x)
		s1 = 1 - s*s
		return s, s1, -2 * s * s1
	case Sigmoid:
		_, s, s1, s2 = e.logistic(x)
		return s, s1, s2
	case Softplus:
		u, g, g1, _ := e.logistic(x)
		w := u / (2 + u)
		t := w * w
		return max(x, 0) + (2*w + w*t*horner(e.l, t)), g, g1
	case SiLU:
		_, g, g1, g2 := e.logistic(x)
		return x * g, x*g1 + g, x*g2 + 2*g1
	case ELU:
		if x > 0 {
			return x, 1, 0
		}
		s, s1 = e.elu(x)
		return s, s1, s1
	case SELU:
		if x > 0 {
			return minimax.SELUScale * x, minimax.SELUScale, 0
		}
		const scale = minimax.SELUScale * minimax.SELUAlpha
		s, s1 = e.elu(x)
		return scale * s, scale * s1, scale * s1
	case Sin:
		sin, cos := math.Sincos(float64(x))
		return T(sin), T(cos), T(-sin)
	case GELU:
		z := float64(x)
		distribution := 0.5 * math.Erfc(-z*math.Sqrt2/2)
		density := math.Exp(-z*z/2) / math.Sqrt(2*math.Pi)
		return T(z * distribution), T(distribution + z*density), T((2 - z*z) * density)
	case ReLU:
		if x > 0 {
			s1 = 1
		}
		return max(x, 0), s1, 0
	}
	return x, 1, 0 // Identity
}
