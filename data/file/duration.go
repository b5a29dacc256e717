package file

import (
	"bytes"
	"strings"
	"time"
)

// parseDuration reads a time that has passed, in nanoseconds: with its days, as pandas and Python
// write it, "0 days 00:00:00.020000", "-1 days +23:59:59.98" and "1 day, 0:00:02.5", or by ISO
// 8601, "P0DT0H0M0.02S" and "PT1M2.5S".
func parseDuration(text []byte) (nanoseconds int64, ok bool) {
	if len(text) < 4 || len(text) > 40 {
		return 0, false
	}
	sign := int64(1)
	if text[0] == '-' {
		sign, text = -1, text[1:]
	}
	if text[0] == 'P' {
		n, ok := parseISODuration(text[1:])
		return sign * n, ok
	}
	days, rest, ok := cutInt(text)
	if !ok || !bytes.HasPrefix(rest, []byte(" day")) {
		return 0, false
	}
	rest = bytes.TrimPrefix(rest[len(" day"):], []byte("s"))
	n := sign * int64(days) * int64(24*time.Hour)
	if rest = bytes.TrimLeft(rest, ", "); len(rest) == 0 {
		return n, true
	}
	clock, ok := parseTimeOfDay(bytes.TrimPrefix(rest, []byte("+")))
	return n + clock, ok
}

// parseISODuration reads what stands behind the P of a duration of ISO 8601, of days and less.
func parseISODuration(text []byte) (nanoseconds int64, ok bool) {
	units, inTime := "D", false
	for len(text) > 0 {
		if text[0] == 'T' && !inTime {
			units, inTime, text = "HMS", true, text[1:]
			continue
		}
		whole, rest, found := cutInt(text)
		if !found || len(rest) == 0 {
			return 0, false
		}
		fraction := int64(0) // in billionths
		if rest[0] == '.' || rest[0] == ',' {
			scale := int64(1e9)
			for rest = rest[1:]; len(rest) > 0 && rest[0] >= '0' && rest[0] <= '9'; rest = rest[1:] {
				scale /= 10
				fraction += int64(rest[0]-'0') * scale
			}
			if len(rest) == 0 || rest[0] != 'S' {
				return 0, false // only seconds have a fraction
			}
		}
		i := strings.IndexByte(units, rest[0])
		if i < 0 {
			return 0, false
		}
		unit := map[byte]time.Duration{'D': 24 * time.Hour, 'H': time.Hour, 'M': time.Minute, 'S': time.Second}[rest[0]]
		nanoseconds += int64(whole)*int64(unit) + fraction
		units, text, ok = units[i+1:], rest[1:], true
	}
	return nanoseconds, ok
}
