package file

import (
	"bytes"
	"regexp"
)

// cutStamp cuts the time off a line that a serial monitor or a log has set in front of it, in
// brackets, with an arrow behind it, or with a blank in front of cells that other signs separate:
// 10:11:12.345 -> 0.31, [10:11:12.345] 0.31, 10:11:12.345> 0.31, 2023-04-05 10:11:12.345 0.31,0.02,
// [INFO] [1680685687.020123] [node]: theta: 0.31, omega: 0.02.
func cutStamp(line []byte) (stamp, rest []byte, ok bool) {
	if i := bytes.Index(line, []byte(" -> ")); i >= 0 {
		return bytes.TrimSpace(line[:i]), line[i+4:], true
	}
	if len(line) > 0 && line[0] == '[' {
		return cutBrackets(line)
	}
	if i := bytes.IndexByte(line[:min(len(line), 40)], '>'); i >= 0 {
		_, _, ok = parseClock(bytes.TrimSpace(line[:i]))
		return bytes.TrimSpace(line[:i]), bytes.TrimSpace(line[i+1:]), ok
	}
	if at := blankStamp.FindSubmatchIndex(line); at != nil {
		_, _, ok = parseClock(line[:at[3]])
		return line[:at[3]], line[at[4]:], ok && !ofClock.Match(line[at[4]:])
	}
	return nil, nil, false
}

// blankStamp is a time of day, behind a date or not, with a blank in front of two cells or more
// that a comma or a semicolon separates, the first of which is a number and no zone.
var blankStamp = regexp.MustCompile(`^((?:\d{2,4}[-/.]\d{1,2}[-/.]\d{2,4}[ T])?\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?) +([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)? *[,;][^:]*)$`)

// ofClock is what stands behind a time and belongs to it: a zone, or a part of a second.
var ofClock = regexp.MustCompile(`^(?:[-+]\d{4}|\d{3}|\d{6}) *[,;]`)

// epochStamp is a number of seconds from 1970 with a fraction, as ROS writes it.
var epochStamp = regexp.MustCompile(`^\d{9,10}\.\d+$`)

// cutBrackets cuts words in brackets off the front of a line, one of which is the time, and what a
// log sets behind them: a colon.
func cutBrackets(line []byte) (stamp, rest []byte, ok bool) {
	for rest = line; len(rest) > 0 && rest[0] == '['; rest = bytes.TrimLeft(rest, " ") {
		i := bytes.IndexByte(rest[:min(len(rest), 80)], ']')
		if i < 0 {
			return nil, nil, false
		}
		word := bytes.TrimSpace(rest[1:i])
		if rest = rest[i+1:]; ok {
			continue
		}
		if _, _, clock := parseClock(word); clock || epochStamp.Match(word) {
			stamp, ok = word, true
		}
	}
	return stamp, bytes.TrimSpace(bytes.TrimPrefix(rest, []byte(":"))), ok
}
