package file

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/bits"
	"strconv"
)

// powersOfTen are those that a float64 holds exactly.
var powersOfTen = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// scanNumber reads the decimal number that text begins with and returns its value
// and its length, or a length of 0 where there is none or it is out of range. point
// is taken for the decimal sign beside '.'. The value is the nearest float64, as
// strconv.ParseFloat has it.
//
// A number m 10^e with m < 2^53 and |e| <= 22 is one correctly rounded product or
// quotient of two exact float64 (Clinger 1990, "How to read floating point numbers
// accurately"). One of up to 19 digits and -27 <= e < 0, as measurements and float64
// of 17 digits are, is rounded from a division of integers; any other goes to strconv.
func scanNumber(text []byte, point byte) (float64, int) {
	i, n := 0, len(text)
	negative := false
	if i < n && (text[i] == '-' || text[i] == '+') {
		negative = text[i] == '-'
		i++
	}
	var m uint64 // of the digits, wrong when there are more than 19 behind zeros
	first := i
	for i < n {
		c := text[i] - '0'
		if c > 9 {
			break
		}
		m = 10*m + uint64(c)
		i++
	}
	digits := i - first
	exponent := 0
	comma := false
	if i < n && (text[i] == '.' || text[i] == point) {
		comma = text[i] == ','
		i++
		first = i
		for i+8 <= n {
			v, ok := eightDigits(binary.LittleEndian.Uint64(text[i:]))
			if !ok {
				break
			}
			m = 1e8*m + v
			i += 8
		}
		for i < n {
			c := text[i] - '0'
			if c > 9 {
				break
			}
			m = 10*m + uint64(c)
			i++
		}
		exponent = first - i
		digits -= exponent
	}
	if digits == 0 {
		return 0, 0
	}
	if i < n && text[i]|0x20 == 'e' {
		j, sign, e := i+1, 1, 0
		if j < n && (text[j] == '-' || text[j] == '+') {
			if text[j] == '-' {
				sign = -1
			}
			j++
		}
		first = j
		for j < n && text[j]-'0' <= 9 {
			e = min(10*e+int(text[j]-'0'), 1<<16) // far out of range, and no overflow
			j++
		}
		if j == first {
			return 0, 0
		}
		exponent += sign * e
		i = j
	}
	if digits > 19 {
		digits -= leadingZeros(text)
	}
	var v float64
	switch {
	case digits > 19 || exponent < -27 || exponent > 22 || exponent >= 0 && m>>53 != 0:
		number := text[:i]
		if comma {
			number = bytes.Replace(number, []byte{','}, []byte{'.'}, 1)
		}
		v, err := strconv.ParseFloat(string(number), 64)
		if err != nil {
			return 0, 0
		}
		return v, i
	case m>>53 == 0 && exponent >= -22 && exponent < 0:
		v = float64(m) / powersOfTen[-exponent]
	case m>>53 == 0 && exponent >= 0:
		v = float64(m) * powersOfTen[exponent]
	default:
		v = quotient(m, -exponent)
	}
	if negative {
		v = -v
	}
	return v, i
}

// eightDigits is the number of eight digits, the first of them in the lowest byte, or not ok
// where not all are digits. Neighbours are put together, to numbers of two, four and eight
// digits (Lemire 2021, "Number parsing at a gigabyte per second", section 3.2).
func eightDigits(c uint64) (v uint64, ok bool) {
	const high = 0xf0f0f0f0f0f0f0f0
	if c&high|(c+0x0606060606060606)&high>>4 != 0x3333333333333333 {
		return 0, false
	}
	c -= 0x3030303030303030
	c = 10*c + c>>8
	return (c&0xff_000000ff*(100+1e6<<32) + c>>16&0xff_000000ff*(1+1e4<<32)) >> 32, true
}

// leadingZeros counts the zeros in front of a number's first other digit.
func leadingZeros(text []byte) int {
	n := 0
	for _, c := range text {
		if c-'1' <= 8 {
			break
		}
		if c == '0' {
			n++
		}
	}
	return n
}

// powersOfFive are those that a uint64 holds.
var powersOfFive = func() (p [28]uint64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = 5 * p[i-1]
	}
	return p
}()

// quotient returns the float64 nearest to m / 10^k, for k up to 27.
func quotient(m uint64, k int) float64 {
	if m == 0 {
		return 0
	}
	// Both are shifted to have their highest bit set; half of m is then less than the
	// divisor, and the quotient q, m 2^63 over it, has 63 or 64 bits.
	five := powersOfFive[k]
	up, down := bits.LeadingZeros64(m), bits.LeadingZeros64(five)
	m, five = m<<up, five<<down
	q, rest := bits.Div64(m>>1, m<<63, five)
	if rest != 0 {
		q |= 1 // below the bits that the conversion keeps: it rounds as if by all of them
	}
	return float64(q) * math.Float64frombits(uint64(1023-63+down-up-k)<<52)
}

// isNumber reports whether all of text is a decimal number, NaN or an infinity.
func isNumber(text []byte, point byte) bool {
	if _, n := scanNumber(text, point); n > 0 && n == len(text) {
		return true
	}
	word := bytes.TrimLeft(text, "+-")
	if len(word) == 0 || word[0]|0x20 != 'n' && word[0]|0x20 != 'i' {
		return false // and no error is made of it; 0x1p-2 is a number in Go alone
	}
	v, err := strconv.ParseFloat(string(text), 64)
	return err == nil && !finite(v)
}

func finite(v float64) bool { return !math.IsInf(v, 0) && !math.IsNaN(v) }
