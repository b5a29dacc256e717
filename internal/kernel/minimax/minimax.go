// Package minimax holds the constants of the exponential and the logarithm behind
// the activations of package kernel. They stand here once for the generator of the
// assembly and for its plain-Go twin, which evaluate the same formulas.
//
// The polynomials are Chebyshev interpolations at 60 digits (mpmath.chebyfit),
// lowest power first. The errors given are relative, before rounding.
package minimax

// An Exp evaluates exp and expm1 by
//
//	n = round(y / ln 2),  r = y - n Ln2High - n Ln2Low,  |r| <= ln(2)/2
//	expm1(r) = r + r^2 Q(r)
//	exp(y) = 2^n + 2^n expm1(r),  expm1(y) = (2^n - 1) + 2^n expm1(r)
//
// Ln2High has so many trailing zeros that n Ln2High is exact. Adding Round to y/ln 2
// leaves n in the low bits of the sum.
type Exp struct {
	Ln2High, Ln2Low float64
	Round           float64
	Min             float64 // smallest y: 2^n is still a normal number
	Saturation      float64 // tanh(x) rounds to 1 from 2x = Saturation on
	Q               []float64
}

// A Log1p evaluates log(1+u), 0 <= u <= 1, by
//
//	w = u / (2+u),  log(1+u) = 2 atanh(w) = 2 w + w^3 L(w^2)
type Log1p struct{ L []float64 }

// Exp32 is for float32; the error of expm1(r) is 2.3e-8.
var Exp32 = Exp{
	Ln2High: 0.693359375, Ln2Low: -2.12194440054690583e-4,
	Round: 3 << 22, Min: -87.3, Saturation: 20,
	Q: []float64{
		0.5, 0.16666576989698775683, 0.041666554617204574203,
		0.0083631790527225773704, 0.0013926183587713494542,
	},
}

// Exp64 is for float64; the error of expm1(r) is 5e-19.
var Exp64 = Exp{
	Ln2High: 6.93147180369123816490e-01, Ln2Low: 1.90821492927058770002e-10,
	Round: 3 << 51, Min: -708, Saturation: 40,
	Q: []float64{
		0.5, 0.16666666666666670991, 0.041666666666666669755,
		0.0083333333333261351258, 0.0013888888888883748305, 0.00019841269874820625271,
		0.000024801587325547741216, 2.755725540020642443e-6, 2.7557273643110295328e-7,
		2.5105217004720745164e-8, 2.0914686968086877233e-9,
	},
}

// Log1p32 is for float32; its error is 1.6e-8.
var Log1p32 = Log1p{L: []float64{
	0.66666640336699239788, 0.40007560644911205765,
	0.28236619805310481437, 0.26851498022837151807,
}}

// Log1p64 is for float64; its error is 5e-18.
var Log1p64 = Log1p{L: []float64{
	0.66666666666666658561, 0.40000000000014582673, 0.28571428567108757162,
	0.22222222717427862989, 0.18181789436132858169, 0.15385570064958623103,
	0.1331414420965493615, 0.12001072809590712535, 0.088007384861446738822,
	0.16164045611943532221,
}}

// The constants of SELU (Klambauer et al. 2017), in PyTorch's digits.
const (
	SELUAlpha = 1.6732632423543772848170429916717
	SELUScale = 1.0507009873554804934193349852946
)
