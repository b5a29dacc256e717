package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"hnn/internal/kernel/minimax"
)

// greater is VCMP's predicate GT_OQ: false where either side is NaN.
const greater = 0x1e

func (l lanes) tables() (minimax.Exp, minimax.Log1p) {
	if l.size == 4 {
		return minimax.Exp32, minimax.Log1p32
	}
	return minimax.Exp64, minimax.Log1p64
}

func (l lanes) sign() Mem { return l.constantBits("sign", 1<<(8*l.size-1)) }

// fresh is a register with x in it.
func (l lanes) fresh(x Op) reg.VecVirtual {
	v := l.vector()
	l.load(x, v)
	return v
}

// horner is the polynomial with the coefficients c, lowest power first, at x.
func (l lanes) horner(name string, c []float64, x reg.VecVirtual) reg.VecVirtual {
	coefficient := func(i int) Mem { return l.constant(name+string(rune('A'+i)), c[i]) }
	q := l.fresh(coefficient(len(c) - 1))
	for i := len(c) - 2; i >= 0; i-- {
		l.fma213(coefficient(i), x, q)
	}
	return q
}

// expParts reduces y, which it overwrites: exp(y) = scale + scale p. The caller has
// bounded y. A NaN ends in p.
func (l lanes) expParts(y reg.VecVirtual) (scale, p reg.VecVirtual) {
	e, _ := l.tables()
	round := l.constant("round", e.Round)
	scale, n := l.vector(), l.vector()
	l.load(l.constant("log2e", 1.4426950408889634074), scale)
	l.fma213(round, y, scale)
	l.sub(round, scale, n)
	l.fnma231(l.constant("ln2High", e.Ln2High), n, y)
	l.fnma231(l.constant("ln2Low", e.Ln2Low), n, y)
	mantissa := uint64(23)
	if l.size == 8 {
		mantissa = 52
	}
	l.shiftLeft(U8(mantissa), scale, scale)
	l.addInt(l.constant("one", 1), scale, scale)
	q := l.horner("exp", e.Q, y)
	l.mul(y, q, q)
	l.fma213(y, y, q)
	return scale, q
}

// exp1 is the pair exp(y), expm1(y).
func (l lanes) exp1(y reg.VecVirtual) (exp, expm1 reg.VecVirtual) {
	scale, p := l.expParts(y)
	expm1 = l.vector()
	l.sub(l.constant("one", 1), scale, expm1)
	l.fma231(scale, p, expm1)
	l.fma213(scale, scale, p)
	return p, expm1
}

// logistic is e = exp(-|x|), the logistic function of x and its first two
// derivatives, without cancellation:
//
//	s = 1/(1+e) or e/(1+e),  s' = e/(1+e)^2,  s'' = -sign(x) s' (1-e)/(1+e)
func (l lanes) logistic(x reg.VecVirtual) (e, s, s1, s2 reg.VecVirtual) {
	table, _ := l.tables()
	one := l.fresh(l.constant("one", 1))
	y := l.vector()
	l.or(l.sign(), x, y)
	limit := l.fresh(l.constant("expMin", table.Min))
	l.max(y, limit, y)
	scale, p := l.expParts(y)
	e = p
	l.fma213(scale, scale, e)
	inverse := l.vector()
	l.add(one, e, inverse)
	l.div(inverse, one, inverse)
	s, s1, s2 = l.vector(), l.vector(), l.vector()
	l.mul(inverse, e, s)
	l.mul(inverse, s, s1)
	l.blend(l.negative(x), s, inverse, s)
	l.sub(e, one, s2)
	l.mul(inverse, s2, s2)
	l.mul(s1, s2, s2)
	signBit := l.vector()
	l.andNot(l.sign(), x, signBit)
	l.xor(signBit, s2, s2)
	return e, s, s1, s2
}

// negative is a mask of the lanes with the sign bit.
func (l lanes) negative(x reg.VecVirtual) reg.Register {
	if !l.wide {
		return x
	}
	mask := K()
	l.signs(x, mask)
	return mask
}

// above is a mask of the lanes of x that are greater than those of zero.
func (l lanes) above(x, zero reg.VecVirtual) reg.Register {
	var mask reg.Register = K()
	if !l.wide {
		mask = l.vector()
	}
	l.compare(Imm(greater), zero, x, mask)
	return mask
}

// tanh is m/(m+2) with m = expm1(2|x|), and the sign of x, which it overwrites.
func (l lanes) tanh(x reg.VecVirtual) reg.VecVirtual {
	table, _ := l.tables()
	y := l.vector()
	l.andNot(x, l.fresh(l.sign()), y)
	l.add(y, y, y)
	limit := l.fresh(l.constant("saturation", table.Saturation))
	l.min(y, limit, y)
	scale, p := l.expParts(y)
	m := l.vector()
	l.sub(l.constant("one", 1), scale, m)
	l.fma231(scale, p, m)
	s := l.vector()
	l.add(l.constant("two", 2), m, s)
	l.div(s, m, s)
	l.and(l.sign(), x, x)
	l.or(x, s, s)
	return s
}

// activations emits one function for each activation that has a vector form.
func (l lanes) activations() {
	exp, log1p := l.tables()
	one := l.constant("one", 1)
	two := l.constant("two", 2)

	l.activation("tanh", func(x reg.VecVirtual) (reg.VecVirtual, func() (s1, s2 reg.VecVirtual)) {
		s := l.tanh(x)
		return s, func() (reg.VecVirtual, reg.VecVirtual) {
			s1, s2 := l.fresh(one), l.vector()
			l.fnma231(s, s, s1)
			l.mul(l.constant("minusTwo", -2), s, s2)
			l.mul(s1, s2, s2)
			return s1, s2
		}
	})

	all := func(s, s1, s2 reg.VecVirtual) (reg.VecVirtual, func() (_, _ reg.VecVirtual)) {
		return s, func() (_, _ reg.VecVirtual) { return s1, s2 }
	}

	l.activation("sigmoid", func(x reg.VecVirtual) (reg.VecVirtual, func() (s1, s2 reg.VecVirtual)) {
		_, s, s1, s2 := l.logistic(x)
		return all(s, s1, s2)
	})

	// max(x, 0) + log1p(exp(-|x|)); its derivative is the logistic function.
	l.activation("softplus", func(x reg.VecVirtual) (reg.VecVirtual, func() (s1, s2 reg.VecVirtual)) {
		e, s1, s2, _ := l.logistic(x)
		w, t := l.vector(), l.vector()
		l.add(two, e, w)
		l.div(w, e, w)
		l.mul(w, w, t)
		s := l.horner("log", log1p.L, t)
		l.mul(t, s, s)
		l.mul(w, s, s)
		l.add(w, w, w)
		l.add(w, s, s)
		VXORPS(t, t, t)
		l.max(x, t, t)
		l.add(t, s, s)
		return all(s, s1, s2)
	})

	// x g, g + x g', 2 g' + x g'' with g the logistic function.
	l.activation("siLU", func(x reg.VecVirtual) (reg.VecVirtual, func() (s1, s2 reg.VecVirtual)) {
		_, s, s1, s2 := l.logistic(x)
		l.mul(x, s2, s2)
		l.fma231(two, s1, s2)
		l.fma213(s, x, s1)
		l.mul(x, s, s)
		return all(s, s1, s2)
	})

	// x, 1, 0 where x > 0; else expm1(x), exp(x), exp(x): times the scales.
	elu := func(positive, negative string) func(x reg.VecVirtual) (reg.VecVirtual, func() (s1, s2 reg.VecVirtual)) {
		return func(x reg.VecVirtual) (reg.VecVirtual, func() (s1, s2 reg.VecVirtual)) {
			y := l.vector()
			VXORPS(y, y, y)
			l.min(x, y, y)
			limit := l.fresh(l.constant("expMin", exp.Min))
			l.max(y, limit, y)
			s1, s := l.exp1(y)
			slope := one
			if negative != "" {
				scale := l.fresh(l.constants[negative])
				l.mul(scale, s, s)
				l.mul(scale, s1, s1)
				l.mul(l.constants[positive], x, x)
				slope = l.constants[positive]
			}
			s2 := l.vector()
			VXORPS(s2, s2, s2)
			above := l.above(x, s2)
			l.blend(above, s2, s1, s2)
			l.blend(above, x, s, s)
			l.blend(above, slope, s1, s1)
			return all(s, s1, s2)
		}
	}
	l.activation("eLU", elu("", ""))
	l.constants["seluPositive"] = l.constant("seluScale", minimax.SELUScale)
	l.constants["seluNegative"] = l.constant("seluProduct", minimax.SELUScale*minimax.SELUAlpha)
	l.activation("seLU", elu("seluPositive", "seluNegative"))

	// max(x, 0), 1 where x > 0 else 0, 0.
	l.activation("reLU", func(x reg.VecVirtual) (reg.VecVirtual, func() (s1, s2 reg.VecVirtual)) {
		s, s1, s2 := l.vector(), l.vector(), l.vector()
		VXORPS(s2, s2, s2)
		l.blend(l.above(x, s2), l.fresh(one), s2, s1)
		l.max(x, s2, s)
		return all(s, s1, s2)
	})
}

// activation emits the function of one activation. formula takes x = z + bias,
// which it may overwrite, and gives s and a function that emits s' and s”.
func (l lanes) activation(name string, formula func(x reg.VecVirtual) (s reg.VecVirtual, derivatives func() (s1, s2 reg.VecVirtual))) {
	l.function(name, "func(z *T, ld int, bias, d1, d2 *T, rows, n int)",
		"replaces z by s(z + bias); bias and d2 may be nil, d1 only with d2.")
	operands := []matrix{{"z", "ld"}, {"bias", ""}, {"d1", "ld"}, {"d2", "ld"}}
	l.overRows("rows", operands, func(c cursor) {
		x := c.load("z")
		absent := func(name string, skip LabelRef) {
			CMPQ(param(name), Imm(0))
			JEQ(skip)
		}
		plain := label("plain")
		absent("bias", LabelRef(plain))
		b := c.load("bias")
		l.add(b, x, x)
		Label(plain)
		s, derivatives := formula(x)
		c.store(s, "z")
		// s'' is never wanted without s'.
		out := label("out")
		absent("d1", LabelRef(out))
		s1, s2 := derivatives()
		c.store(s1, "d1")
		absent("d2", LabelRef(out))
		c.store(s2, "d2")
		Label(out)
	})
}
