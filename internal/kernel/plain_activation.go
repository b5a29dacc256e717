package kernel

import (
	"math"

	"hnn/internal/kernel/minimax"
)

// The plain-Go twins of the activations evaluate the assembly's formulas with the
// same constants, in the same precision. Sin and GELU have no vector form: they run
// here on every processor.

func activatePlain[T Float](act Act, z []T, ld int, bias, d1, d2 []T, rows, n int) {
	e := expansionOf[T]()
	part := func(d []T, at int) []T {
		if d == nil {
			return nil
		}
		return d[at : at+n]
	}
	for r := range rows {
		row := z[r*ld : r*ld+n]
		if bias != nil {
			addPlain(row, bias[:n])
		}
		e.activate(act, row, part(d1, r*ld), part(d2, r*ld))
	}
}

// activate replaces z by s(z), and leaves s' and s” in d1 and d2 where they are not nil.
func (e *expansion[T]) activate(act Act, z, d1, d2 []T) {
	if act == Tanh && d1 == nil && d2 == nil {
		for j, x := range z {
			z[j] = e.tanh(x)
		}
		return
	}
	d1, d2 = d1[:min(len(d1), len(z))], d2[:min(len(d2), len(z))]
	for j, x := range z {
		s, s1, s2 := e.triple(act, x)
		z[j] = s
		if j < len(d1) {
			d1[j] = s1
		}
		if j < len(d2) {
			d2[j] = s2
		}
	}
}

// An expansion is package minimax's constants rounded to T.
type expansion[T Float] struct {
	high, low, log2e, round, smallest, saturation T
	q                                             [11]T // lowest power first, the rest zero
	l                                             []T
}

var (
	expansion32 = newExpansion[float32](minimax.Exp32, minimax.Log1p32)
	expansion64 = newExpansion[float64](minimax.Exp64, minimax.Log1p64)
)

func expansionOf[T Float]() *expansion[T] {
	if size[T]() == 4 {
		return any(&expansion32).(*expansion[T])
	}
	return any(&expansion64).(*expansion[T])
}

func newExpansion[T Float](e minimax.Exp, l minimax.Log1p) expansion[T] {
	x := expansion[T]{
		high: T(e.Ln2High), low: T(e.Ln2Low), log2e: T(math.Log2E), round: T(e.Round),
		smallest: T(e.Min), saturation: T(e.Saturation),
	}
	for i, c := range e.Q {
		x.q[i] = T(c)
	}
	for _, c := range l.L {
		x.l = append(x.l, T(c))
	}
	return x
}

func horner[T Float](c []T, x T) T {
	s := c[len(c)-1]
	for i := len(c) - 2; i >= 0; i-- {
		s = T(s*x) + c[i]
	}
	return s
}

// exp is exp(y) and expm1(y).
func (e *expansion[T]) exp(y T) (exp, expm1 T) {
	// The sum's low bits are those of the nearest integer, which the difference is.
	sum := T(y*e.log2e) + e.round
	n := sum - e.round
	r := y - T(n*e.high) - T(n*e.low)
	q := &e.q
	s := T(q[4]*r) + q[3]
	if size[T]() == 8 {
		s = T(q[10]*r) + q[9]
		s = T(s*r) + q[8]
		s = T(s*r) + q[7]
		s = T(s*r) + q[6]
		s = T(s*r) + q[5]
		s = T(s*r) + q[4]
		s = T(s*r) + q[3]
	}
	s = T(s*r) + q[2]
	s = T(s*r) + q[1]
	s = T(s*r) + q[0]
	p := r + T(T(r*r)*s)
	var scale T // 2^n
	if size[T]() == 4 {
		scale = T(math.Float32frombits(math.Float32bits(float32(sum))<<23 + 127<<23))
	} else {
		scale = T(math.Float64frombits(math.Float64bits(float64(sum))<<52 + 1023<<52))
	}
	p = T(scale * p)
	return scale + p, (scale - 1) + p
}

func (e *expansion[T]) logistic(x T) (exp, s, s1, s2 T) {
	y := -magnitude(x)
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
	y := magnitude(x + x)
	if y > e.saturation {
		y = e.saturation
	}
	_, m := e.exp(y)
	return withSign(m/(m+2), x)
}

// magnitude is |x|, without a branch.
func magnitude[T Float](x T) T {
	if size[T]() == 4 {
		return T(math.Float32frombits(math.Float32bits(float32(x)) &^ (1 << 31)))
	}
	return T(math.Abs(float64(x)))
}

// withSign is x, which is positive or NaN, with the sign of y.
func withSign[T Float](x, y T) T {
	if size[T]() == 4 {
		return T(math.Float32frombits(math.Float32bits(float32(x)) | math.Float32bits(float32(y))&(1<<31)))
	}
	return T(math.Copysign(float64(x), float64(y)))
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
		s1 = 1 - T(s*s)
		return s, s1, -2 * s * s1
	case Sigmoid:
		_, s, s1, s2 = e.logistic(x)
		return s, s1, s2
	case Softplus:
		u, g, g1, _ := e.logistic(x)
		w := u / (2 + u)
		t := w * w
		return max(x, 0) + (T(2*w) + T(w*t*horner(e.l, t))), g, g1
	case SiLU:
		_, g, g1, g2 := e.logistic(x)
		return x * g, T(x*g1) + g, T(x*g2) + T(2*g1)
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
		distribution := float64(0.5 * math.Erfc(-z*math.Sqrt2/2))
		density := math.Exp(-z*z/2) / math.Sqrt(2*math.Pi)
		return T(z * distribution), T(distribution + float64(z*density)), T((2 - float64(z*z)) * density)
	case ReLU:
		if x > 0 {
			s1 = 1
		}
		return max(x, 0), s1, 0
	}
	return x, 1, 0 // Identity
}
