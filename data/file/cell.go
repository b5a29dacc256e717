package file

import (
	"bytes"
	"math"
	"strconv"
	"strings"
)

// cellKind is what a cell of a table of text holds.
type cellKind uint8

const (
	emptyCell   cellKind = iota
	missingCell          // a word for nothing, as NaN, or a spreadsheet's error
	numberCell           // a number, with a unit behind it or not
	timeCell             // a date, a time of day, or both
	textCell
)

// missingWords stand where a number is not known, in lower case.
var missingWords = map[string]bool{"nan": true, "na": true, "n/a": true, "null": true, "none": true, "nil": true, "-": true, "--": true, "---": true,
	"?": true, "inf": true, "-inf": true, "+inf": true, "infinity": true, "1.#qnan": true, "-1.#ind": true, "missing": true, "nat": true,
	"∞": true, "-∞": true, "+∞": true, "over": true, "ol": true, "over ld": true, "overload": true, "overflow": true, "underflow": true, "1.#inf": true, "-1.#inf": true, "1.#ind": true, "-1.#qnan": true, "-nan": true, "-nan(ind)": true, "n.a.": true, "***": true, "****": true, "#####": true, "invalid": true, "no data": true, "nodata": true, "novalue": true,
	"#div/0!": true, "#n/a": true, "#num!": true, "#ref!": true, "#value!": true, "#name?": true, "#null!": true, "#nv": true, "#wert!": true, "#bezug!": true}

// isMissing reports whether a cell is a word for no number.
func isMissing(text []byte) bool {
	return len(text) <= 9 && missingWords[string(bytes.ToLower(text))]
}

// classify says what a cell holds, and its number and the number's unit where it is one. A
// comma may be the decimal sign.
func classify(text []byte) (kind cellKind, value float64, unit string) {
	if len(text) == 0 {
		return emptyCell, math.NaN(), ""
	}
	v, n := scanNumber(text, ',')
	if n > 0 && n == len(text) {
		return numberCell, v, ""
	}
	if isMissing(text) {
		return missingCell, math.NaN(), ""
	}
	if v, ok := fortranNumber(text); ok {
		return numberCell, v, ""
	}
	if n > 0 && len(text)-n <= 12 {
		// Without a blank between them, only times, degrees and rates: 1A is a name.
		tail := bytes.TrimSpace(text[n:])
		unit, ok := knownUnit(string(tail))
		if ok && (len(tail) < len(text)-n || unit.quantity == timeColumn || unit.name == "deg" || bytes.IndexByte(tail, '/') > 0) {
			return numberCell, v, unit.name
		}
	}
	if _, _, ok := parseClock(text); ok {
		return timeCell, math.NaN(), ""
	}
	return textCell, math.NaN(), ""
}

// fortranNumber reads the numbers that Fortran writes: with D for the exponent, or, where
// it has three digits, with its sign alone, as in 1.0249541903-110.
func fortranNumber(text []byte) (float64, bool) {
	if len(text) < 4 || len(text) > 40 {
		return 0, false
	}
	c := text[0]
	if c != '-' && c != '+' && c != '.' && (c < '0' || c > '9') {
		return 0, false
	}
	s := string(text)
	if i := strings.IndexAny(s, "dDqQ"); i > 0 {
		s = s[:i] + "e" + s[i+1:]
	} else if i := len(s) - 4; i > 1 && (s[i] == '-' || s[i] == '+') && strings.IndexByte(s[:i], '.') >= 0 {
		s = s[:i] + "e" + s[i:]
	} else {
		return 0, false
	}
	v, n := scanNumber([]byte(s), '.')
	return v, n > 0 && n == len(s)
}

// exactNumber reads a number in fixed point as whole units and billionths of them, so that
// two times of 19 digits can be subtracted before they are rounded.
func exactNumber(text []byte) (whole, billionths int64, ok bool) {
	negative := false
	if len(text) > 0 && (text[0] == '-' || text[0] == '+') {
		negative = text[0] == '-'
		text = text[1:]
	}
	point := bytes.IndexAny(text, ".,")
	fraction := []byte(nil)
	if point >= 0 {
		text, fraction = text[:point], text[point+1:]
	}
	if len(text) == 0 || len(text) > 19 || len(fraction) > 18 || !digits(text) || !digits(fraction) {
		return 0, 0, false
	}
	whole, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		return 0, 0, false
	}
	for i := range 9 {
		billionths *= 10
		if i < len(fraction) {
			billionths += int64(fraction[i] - '0')
		}
	}
	if negative {
		whole, billionths = -whole, -billionths
	}
	return whole, billionths, true
}

// digits reports whether text is nothing but digits.
func digits(text []byte) bool {
	for _, c := range text {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
