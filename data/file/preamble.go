package file

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// A setting is what a line in front of the table, or a cell beside it, says of all rows.
type setting struct {
	key  string // in lower case, letters and digits alone
	text string // the value, as it stands
	line int
	from string // what the line says, for a note
}

// settings are found by their keys; the first that says something counts.
type settings []setting

// find returns the first setting of these keys whose value use takes.
func (s settings) find(use func(text string) bool, keys ...string) *setting {
	for _, key := range keys {
		for i := range s {
			if s[i].key == key && use(s[i].text) {
				return &s[i]
			}
		}
	}
	return nil
}

// note says where a setting comes from.
func (s *setting) note() string { return fmt.Sprintf("line %d: %s", s.line, excerpt(s.from)) }

// plainKey is a key without all that is no letter or digit.
func plainKey(key string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, key)
}

// readPreamble collects what the lines in front of a table say: a key and a value behind a
// colon, an equals sign or the separator, several such in a line, or a line of keys above
// one of values.
func readPreamble(lines [][]byte, first int, l *layout) settings {
	var all settings
	add := func(line int, key, value, from string) {
		value = strings.TrimSpace(value)
		if bare, unit := unitOfName(strings.TrimSpace(key)); unit != "" {
			if _, ok := knownUnit(unit); ok { // SampleTime[ms], 20
				if n := len(value); n > 0 && value[n-1] >= '0' && value[n-1] <= '9' || n > 0 && value[n-1] == '.' {
					value += " " + unit
				}
				key = bare
			}
		}
		key = plainKey(key)
		if key != "" && value != "" && len(key) < 64 && len(all) < 1000 {
			all = append(all, setting{key, value, line + 1, strings.TrimSpace(from)})
		}
	}
	separators := []byte{'\t', ';', ','}
	if l.separator != 0 {
		separators = []byte{l.separator}
		if l.separator != '\t' {
			separators = append(separators, '\t')
		}
	}
	var above [][]byte
	for i, line := range lines[:first] {
		line = trimRemark(line)
		if len(line) == 0 {
			above = nil
			continue
		}
		text := string(line)
		if key := strings.TrimRight(text, ": \t"); key != text && strings.HasSuffix(strings.TrimRight(text, " \t"), ":") && i+1 < first && len(key) < 60 && !strings.ContainsAny(key, "=,;\t:") {
			add(i, key, string(trimRemark(lines[i+1])), key+" "+string(trimRemark(lines[i+1]))) // the value is on the next line
		}
		if m := perSample.FindStringSubmatch(text); m != nil {
			add(i, "sample interval", m[1], text)
		}
		if key, value, ok := strings.Cut(text, "="); ok && !strings.ContainsAny(key, ",;\t") {
			add(i, key, value, text)
		} else if key, value, ok := strings.Cut(text, ":"); ok && len(key) < 60 && !strings.ContainsAny(key, ",;\t") {
			add(i, key, strings.Trim(value, "\t,; \""), text)
		}
		for _, separator := range separators {
			cells, err := splitFields(nil, line, separator)
			if err != nil || len(cells) < 2 {
				continue
			}
			for j := 0; j+1 < len(cells); j++ {
				add(i, strings.TrimRight(string(cells[j]), ":= "), string(cells[j+1]), fmt.Sprintf("%s %s", cells[j], cells[j+1]))
			}
			if len(above) > 2 && len(above) >= len(cells) {
				for j, c := range cells {
					add(i, string(above[j]), string(c), fmt.Sprintf("%s %s", above[j], c))
				}
			}
			above = cells
			break
		}
		// Vicon sets the rate alone, below the kind of the table.
		if i > 0 && viconSection[strings.ToLower(strings.Trim(string(lines[i-1]), ", \t"))] {
			add(i, "frame rate", strings.Trim(text, ", \t"), text)
		}
		lower := strings.ToLower(text)
		if strings.Contains(lower, "angles are in degrees") {
			add(i, "inDegrees", "yes", text)
		}
	}
	return all
}

// perSample is a step without a key, as in 0.5 msec/sample.
var perSample = regexp.MustCompile(`(?i)^([0-9.,]+ ?[a-zµμ]*sec|[0-9.,]+ ?[mµμun]?s)(?:onds)?/sample\b`)

// trimRemark drops the signs of a remark in front of a line.
func trimRemark(line []byte) []byte {
	if bytes.HasPrefix(line, []byte("//")) {
		line = line[2:]
	}
	return bytes.TrimSpace(bytes.TrimLeft(line, "#%!@*; "))
}

var viconSection = map[string]bool{"trajectories": true, "devices": true, "joints": true, "segments": true, "model outputs": true, "points": true, "markers": true}

var (
	rateKeys = []string{"datarate", "samplingrate", "samplerate", "samplefrequency", "samplingfrequency", "captureframerate", "exportframerate", "framerate", "framespersecond", "fps", "frequency", "updaterate", "outputrate", "acquisitionrate", "recordingrate", "standardmessrate", "scanrate", "abtastrate", "abtastfrequenz", "messrate", "messfrequenz", "taktfrequenz", "fs", "rate", "hz",
		"cameraframerate", "camerarate", "samplespersecond", "fréquence", "frequenz", "loggingrate", "frequencyofsampling"}
	stepKeys = []string{"deltax", "increment", "xincrement", "xinc", "xincr", "sampleinterval", "samplinginterval", "samplingtime", "sampletime", "samplingperiod", "sampleperiod", "timestep", "timeincrement", "timeinterval", "interval", "dt", "ts", "deltat", "hresolution", "abtastintervall", "abtastzeit", "messintervall", "horizontalinterval", "timedelta", "frametime", "δt", "intervalo", "logginginterval", "timeperiod", "scantime", "taktzeit", "abtastperiode"}
)

// step is the time from row to row that the preamble gives, in seconds, by a step or a
// rate; 0 where it gives none.
func (s settings) step() (float64, *setting) {
	var step float64
	of := func(factor func(v float64, unit string) float64) func(string) bool {
		return func(text string) bool {
			v, unit, ok := leadingNumber(text)
			if !ok || v <= 0 {
				return false
			}
			step = factor(v, unit)
			return step > 0
		}
	}
	found := s.find(of(func(v float64, unit string) float64 {
		switch strings.ToLower(unit) {
		case "":
			return v
		case "hz": // a rate, whatever it is called
			return 1 / v
		case "khz":
			return 1e-3 / v
		}
		if u, ok := knownUnit(unit); ok && u.quantity == timeColumn {
			return v * u.factor
		}
		return 0
	}), stepKeys...)
	if found != nil {
		return step, found
	}
	found = s.find(of(func(v float64, unit string) float64 {
		switch strings.ToLower(unit) {
		case "khz", "ks/s":
			return 1e-3 / v
		case "ms", "s", "sec", "seconds":
			u, _ := knownUnit(unit)
			return v * u.factor // a period called a rate
		}
		return 1 / v
	}), rateKeys...)
	return step, found
}

// leadingNumber is the number that a value begins with and the word behind it.
func leadingNumber(text string) (float64, string, bool) {
	v, n := scanNumber([]byte(text), ',')
	if n == 0 {
		return 0, "", false
	}
	if n < len(text) && strings.IndexByte("\t;,", text[n]) >= 0 {
		return v, "", true // another value follows
	}
	rest := strings.TrimSpace(text[n:])
	if i := strings.IndexAny(rest, " \t,;"); i >= 0 {
		rest = rest[:i]
	}
	return v, rest, true
}
