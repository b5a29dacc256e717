package file

import (
	"math"
	"strings"

	"github.com/sbinet/npyio/npy"
)

// Types of NumPy that npyio does not know are read as whole numbers of their size, and turned into what they stand for.

// typeOf finds how numbers of a type are read, without its byte order.
func typeOf(code string) (numberType, bool) {
	if kind, ok := numberTypes[code]; ok {
		return kind, true
	}
	for _, prefix := range []string{"M8[", "m8["} {
		unit, ok := strings.CutPrefix(code, prefix)
		if seconds, known := numpyUnits[strings.TrimSuffix(unit, "]")]; ok && known {
			return numberType{8, func(r *npy.Reader, n int) ([]float64, error) { return readTimes(r, n, seconds) }}, true
		}
	}
	return numberType{}, false
}

// numpyUnits are those of datetime64 and timedelta64 that have one length, in seconds.
var numpyUnits = map[string]float64{"W": 7 * 86400, "D": 86400, "h": 3600, "m": 60, "s": 1, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}

// as makes a reader take the elements for those of another type of the same size.
func as(r *npy.Reader, code string) {
	order := ""
	if t := r.Header.Descr.Type; t != "" && strings.ContainsRune("<>|=", rune(t[0])) {
		order = t[:1]
	}
	r.Header.Descr.Type = order + code
}

// readTimes gives times in seconds from the first of them, so that those of a clock keep their digits; NaT is NaN.
func readTimes(r *npy.Reader, n int, seconds float64) ([]float64, error) {
	as(r, "i8")
	counts := make([]int64, n)
	if err := r.Read(&counts); err != nil {
		return nil, err
	}
	first, found := int64(0), false
	out := make([]float64, n)
	for i, c := range counts {
		if c == math.MinInt64 {
			out[i] = math.NaN()
			continue
		}
		if !found {
			first, found = c, true
		}
		// A unit below a second is divided by, which rounds once.
		if d := float64(c - first); seconds < 1 {
			out[i] = d / math.Round(1/seconds)
		} else {
			out[i] = d * seconds
		}
	}
	return out, nil
}

// readHalves reads numbers of 16 bits (IEEE 754 binary16).
func readHalves(r *npy.Reader, n int) ([]float64, error) {
	as(r, "u2")
	bits := make([]uint16, n)
	if err := r.Read(&bits); err != nil {
		return nil, err
	}
	out := make([]float64, n)
	for i, b := range bits {
		out[i] = half(b)
	}
	return out, nil
}

func half(b uint16) float64 {
	exponent, fraction := int(b>>10&31), float64(b&1023)
	var v float64
	switch exponent {
	case 0:
		v = math.Ldexp(fraction, -24)
	case 31:
		v = math.Inf(1)
		if fraction != 0 {
			v = math.NaN()
		}
	default:
		v = math.Ldexp(1024+fraction, exponent-25)
	}
	if b>>15 == 1 {
		v = -v
	}
	return v
}
