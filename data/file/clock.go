package file

import (
	"bytes"
	"strings"
	"time"
)

// clockKind is what a time that is written as text counts from.
type clockKind uint8

const (
	timeOfDay clockKind = iota + 1 // from midnight
	dateTime                       // from the year 1970
	dateOnly
	duration // from a start
)

// parseClock reads a date, a time of day or both, in nanoseconds: 10:11:12.345, 3:05:07 PM,
// 2024-03-05T10:11:12.345Z, 2024/03/05 10:11:12, 05.03.2024 10:11:12,345, 3/5/2024 10:11. A
// date with slashes is month first unless its first number is none; times are only ever
// compared with others of the file. A zone shifts the time.
func parseClock(text []byte) (nanoseconds int64, kind clockKind, ok bool) {
	return parseClockIn(text, false)
}

// parseClockIn is parseClock where dates with slashes may be day first.
func parseClockIn(text []byte, dayFirst bool) (nanoseconds int64, kind clockKind, ok bool) {
	if n, ok := parseDuration(text); ok {
		return n, duration, true
	}
	if len(text) < 5 || len(text) > 40 || text[0] < '0' || text[0] > '9' {
		return 0, 0, false
	}
	if days, rest, found := parseDate(text, dayFirst); found {
		if len(rest) == 0 {
			return days * int64(24*time.Hour), dateOnly, true
		}
		if rest[0] != ' ' && rest[0] != 'T' && rest[0] != 't' && rest[0] != '_' {
			return 0, 0, false
		}
		rest = bytes.TrimLeft(rest[1:], " ")
		rest, shift, ok := cutZone(rest)
		if !ok {
			return 0, 0, false
		}
		n, ok := parseTimeOfDay(rest)
		return days*int64(24*time.Hour) + n - shift, dateTime, ok
	}
	n, ok := parseTimeOfDay(text)
	return n, timeOfDay, ok
}

// parseDate reads a date that text begins with, as days from 1970.
func parseDate(text []byte, dayFirst bool) (days int64, rest []byte, ok bool) {
	a, rest, ok := cutInt(text)
	if !ok || len(rest) == 0 {
		return 0, nil, false
	}
	sign := rest[0]
	if sign != '-' && sign != '/' && sign != '.' && sign != ' ' {
		return 0, nil, false
	}
	if sign == ' ' && (len(rest) < 2 || rest[1] < 'A') {
		return 0, nil, false // 5 Apr 2023
	}
	b, rest, ok := cutMonth(rest[1:])
	if !ok || len(rest) == 0 || rest[0] != sign {
		return 0, nil, false
	}
	c, rest, ok := cutInt(rest[1:])
	if !ok {
		return 0, nil, false
	}
	year, month, day := a, b, c
	switch {
	case a >= 1000:
	case sign == '/' && a <= 12 && !dayFirst:
		year, month, day = c, a, b
	default:
		year, month, day = c, b, a
	}
	if year < 100 {
		year += 2000
	}
	if year < 1900 || year > 2200 || month < 1 || month > 12 || day < 1 || day > 31 {
		return 0, nil, false
	}
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Unix() / 86400, rest, true
}

// isDayFirst reports whether a date with slashes can only be day first: 13/1/2023.
func isDayFirst(text []byte) bool {
	a, rest, ok := cutInt(text)
	if !ok || a <= 12 || a > 31 || len(rest) == 0 || rest[0] != '/' {
		return false
	}
	b, rest, ok := cutInt(rest[1:])
	return ok && b <= 12 && len(rest) > 0 && rest[0] == '/'
}

// months by the first three letters of their names, in English and in German where it has others.
var months = map[string]int{"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12, "mai": 5, "okt": 10, "dez": 12}

// cutMonth reads a month by its number or by its name.
func cutMonth(text []byte) (month int, rest []byte, ok bool) {
	i := 0
	for i < len(text) && i < 10 && text[i]|0x20 >= 'a' && text[i]|0x20 <= 'z' {
		i++
	}
	if i < 3 {
		return cutInt(text)
	}
	month, ok = months[strings.ToLower(string(text[:3]))]
	return month, text[i:], ok
}

// parseTimeOfDay reads hours, minutes and seconds, or hours and minutes.
func parseTimeOfDay(text []byte) (nanoseconds int64, ok bool) {
	hours, rest, ok := cutInt(text)
	if !ok || hours > 99 || len(rest) < 3 || rest[0] != ':' {
		return 0, false
	}
	minutes, rest, ok := cutInt(rest[1:])
	if !ok || minutes > 59 {
		return 0, false
	}
	n := int64(hours)*int64(time.Hour) + int64(minutes)*int64(time.Minute)
	if len(rest) > 1 && (rest[0] == '.' || rest[0] == ',') && digits(rest[1:]) && len(rest) < 10 {
		// Minutes and seconds with a fraction.
		n /= 60
		scale := int64(time.Second)
		for _, c := range rest[1:] {
			scale /= 10
			n += int64(c-'0') * scale
		}
		return n, true
	}
	if len(rest) > 0 && rest[0] == ':' {
		seconds, after, ok := cutInt(rest[1:])
		if !ok || seconds > 60 {
			return 0, false
		}
		n += int64(seconds) * int64(time.Second)
		rest = after
		// Kinovea and some loggers set the parts of a second behind another colon.
		if len(rest) > 1 && (rest[0] == '.' || rest[0] == ',' || rest[0] == ':' && len(rest) <= 4) {
			rest = rest[1:]
			scale := int64(time.Second)
			for len(rest) > 0 && rest[0] >= '0' && rest[0] <= '9' {
				scale /= 10
				n += int64(rest[0]-'0') * scale
				rest = rest[1:]
			}
		}
	}
	switch strings.ToLower(string(bytes.TrimSpace(rest))) {
	case "":
	case "am":
		if hours == 12 {
			n -= int64(12 * time.Hour)
		}
	case "pm":
		if hours < 12 {
			n += int64(12 * time.Hour)
		}
	default:
		return 0, false
	}
	return n, true
}

// cutZone cuts a zone from the end of a time of day and returns its shift from UTC.
func cutZone(text []byte) (rest []byte, shift int64, ok bool) {
	if n := len(text); n > 0 && (text[n-1] == 'Z' || text[n-1] == 'z') {
		return text[:n-1], 0, true
	}
	for _, name := range []string{" UTC", " GMT"} {
		if bytes.HasSuffix(text, []byte(name)) {
			return text[:len(text)-len(name)], 0, true
		}
	}
	i := bytes.LastIndexAny(text, "+-")
	if i < 0 {
		return text, 0, true
	}
	hours, after, ok := cutInt(text[i+1:])
	if !ok {
		return nil, 0, false
	}
	minutes := 0
	switch {
	case len(after) > 0 && after[0] == ':':
		if minutes, after, ok = cutInt(after[1:]); !ok || len(after) > 0 {
			return nil, 0, false
		}
	case len(after) > 0:
		return nil, 0, false
	case hours >= 100:
		hours, minutes = hours/100, hours%100
	}
	shift = int64(hours)*int64(time.Hour) + int64(minutes)*int64(time.Minute)
	if text[i] == '-' {
		shift = -shift
	}
	return bytes.TrimRight(text[:i], " "), shift, hours < 15
}

// cutInt reads the digits that text begins with, at most six of them.
func cutInt(text []byte) (n int, rest []byte, ok bool) {
	i := 0
	for i < len(text) && i < 6 && text[i] >= '0' && text[i] <= '9' {
		n = 10*n + int(text[i]-'0')
		i++
	}
	return n, text[i:], i > 0
}
