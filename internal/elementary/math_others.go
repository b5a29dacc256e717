//go:build !amd64

package elementary

import "math/rand/v2"

// Exp returns e^x.
func Exp(x float64) float64 { return exp(x) }

// Log returns the natural logarithm of x.
func Log(x float64) float64 { return log(x) }

// Hypot returns the square root of p^2 + q^2.
func Hypot(p, q float64) float64 { return hypot(p, q) }

// Sin returns the sine of x.
func Sin(x float64) float64 { return sin(x) }

// Cos returns the cosine of x.
func Cos(x float64) float64 { return cos(x) }

// Sincos returns the sine and the cosine of x.
func Sincos(x float64) (sin, cos float64) { return sincos(x) }

// Pow returns x^y.
func Pow(x, y float64) float64 { return pow(x, y) }

// Normal draws from the standard normal distribution.
func Normal(rng *rand.Rand) float64 { return normal(rng) }
