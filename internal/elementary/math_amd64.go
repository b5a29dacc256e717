package elementary

import (
	"math"
	"math/rand/v2"
)

// Exp returns e^x.
func Exp(x float64) float64 { return math.Exp(x) }

// Log returns the natural logarithm of x.
func Log(x float64) float64 { return math.Log(x) }

// Hypot returns the square root of p^2 + q^2.
func Hypot(p, q float64) float64 { return math.Hypot(p, q) }

// Sin returns the sine of x.
func Sin(x float64) float64 { return math.Sin(x) }

// Cos returns the cosine of x.
func Cos(x float64) float64 { return math.Cos(x) }

// Sincos returns the sine and the cosine of x.
func Sincos(x float64) (sin, cos float64) { return math.Sincos(x) }

// Pow returns x^y.
func Pow(x, y float64) float64 { return math.Pow(x, y) }

// Normal draws from the standard normal distribution.
func Normal(rng *rand.Rand) float64 { return rng.NormFloat64() }
