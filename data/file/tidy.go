package file

import (
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// dropCounts leaves out a first row that says of each channel how many samples it has.
func (s *sheet) dropCounts() {
	if s.rows < 16 || s.header.names == nil {
		return
	}
	count := math.NaN()
	for _, c := range s.columns {
		switch v := c.values[0]; {
		case math.IsNaN(v):
		case s.isText(c) || v != math.Trunc(v) || math.Abs(v-float64(s.rows-1)) > 8+0.01*float64(s.rows):
			return
		case !math.IsNaN(count) && math.Abs(v-count) > 8:
			return
		default:
			count = v
		}
	}
	if math.IsNaN(count) || s.block[0] != s.block[1] {
		return
	}
	s.note("the first row, line %d, counts the samples of each channel: left out", s.line[0])
	s.rows, s.line, s.block = s.rows-1, s.line[1:], s.block[1:]
	for _, c := range s.columns {
		c.values = c.values[1:]
		c.measure()
	}
}

// measure finds how many values a column has, and their bounds.
func (c *column) measure() {
	c.filled, c.low, c.high = 0, math.Inf(1), math.Inf(-1)
	for _, v := range c.values {
		if !math.IsNaN(v) {
			c.filled++
			c.low, c.high = min(c.low, v), max(c.high, v)
		}
	}
}

// joinPages makes one trial of blocks which the header that comes again parts as it does pages:
// where the time goes on from each to the next by a step.
func (s *sheet) joinPages(time *column) {
	if time == nil || s.rows == 0 || s.block[s.rows-1] == 0 {
		return
	}
	step := s.medianStep(time)
	if step <= 0 {
		return
	}
	for i := 1; i < s.rows; i++ {
		if d := time.values[i] - time.values[i-1]; s.block[i] != s.block[i-1] && !(d > 0.5*step && d < 1.5*step) {
			return
		}
	}
	s.note("the header comes again %s, and the time goes on: the parts are one trial", plural(int(s.block[s.rows-1]), "time"))
	clear(s.block)
}

// attitudeName ends like the name of a part of a quaternion.
var attitudeName = regexp.MustCompile(`[wxyzWXYZ0-4][^\pL0-9]*$`)

// quaternionPart is how the part of a quaternion is called.
var quaternionPart = regexp.MustCompile(`^(?:q?[wxyz]|q[0-4])$`)

// quaternions leaves out four columns that are an attitude, by their names and
// because their squares add up to 1: they are no coordinates.
func (s *sheet) quaternions(c *Columns) {
	named := slices.Concat(c.Q, c.P, c.DQ, c.DP, c.Input)
	of := map[string][]*column{} // by what stands in front of the part in the name
	parts := map[string][]string{}
	for _, c := range s.columns {
		if c.left || s.isText(c) || c.filled < s.rows || !attitudeName.MatchString(c.name) {
			continue
		}
		list := tokens(c.name)
		if len(list) == 0 || slices.Contains(named, c.label()) {
			continue
		}
		last := list[len(list)-1]
		front := strings.Join(list[:len(list)-1], " ")
		if digits([]byte(last)) && len(list) > 1 && slices.ContainsFunc(list, func(t string) bool { return strings.HasPrefix("quaternion", t) || t == "orientation" }) {
			last = "q" + last
		}
		if !quaternionPart.MatchString(last) {
			continue
		}
		front += strings.TrimRight(last, "wxyz01234")
		of[front], parts[front] = append(of[front], c), append(parts[front], last)
	}
	for _, front := range slices.Sorted(mapsKeys(of)) {
		four := of[front]
		slices.Sort(parts[front])
		if !slices.Contains([]string{"w x y z", "qw qx qy qz", "q0 q1 q2 q3", "q1 q2 q3 q4"}, strings.Join(parts[front], " ")) {
			continue
		}
		unit := true
		for i := range s.rows {
			sum := 0.0
			for _, c := range four {
				sum += c.values[i] * c.values[i]
			}
			unit = unit && math.Abs(sum-1) < 2e-3
		}
		if unit {
			s.note("left out: %s, a quaternion, whose parts are no coordinates: angles have to be exported in its place", strings.Join(names(four), ", "))
			for _, c := range four {
				c.quantity, c.left = qualityColumn, true
			}
		}
	}
}

// likeTime leaves out columns without names that repeat the time, as before each channel.
func (s *sheet) likeTime(time *column) {
	for _, c := range s.columns {
		if c == time || c.full != "" || c.left || s.isText(c) || time.quantity != timeColumn || c.filled < s.rows || s.rows < 3 {
			continue
		}
		if s.sameTimes(time, c) && c.high > c.low {
			s.note("left out: column %d, which is the time again", c.at)
			c.quantity, c.left = qualityColumn, true
		}
	}
}

// fileWords are those of a file's name that say what the axes are in it which it calls x, y, z.
var fileWords = map[string]quantity{"gyroscope": velocityColumn, "gyro": velocityColumn, "angularvelocity": velocityColumn,
	"accelerometer": accelerationColumn, "acceleration": accelerationColumn, "totalacceleration": accelerationColumn, "gravity": accelerationColumn, "linearaccelerometer": accelerationColumn,
	"magnetometer": qualityColumn}

// fileSays is what a file's name says of columns that are called x, y, z, as of an app that writes
// a file for each sensor; unknownColumn where it says nothing.
func fileSays(file string) quantity {
	base := filepath.Base(filepath.ToSlash(file))
	list := tokens(strings.TrimSuffix(base, filepath.Ext(base)))
	for i, t := range list {
		for _, word := range []string{t, strings.Join(list[i:min(i+2, len(list))], "")} {
			if q := fileWords[word]; q != unknownColumn {
				return q
			}
		}
	}
	return unknownColumn
}

// axisName is a column that has an axis for its name, and no unit.
var axisName = regexp.MustCompile(`^(?i)[xyz]$`)

// meanByFile gives columns that are called x, y, z the meaning that the file's name has.
func (s *sheet) meanByFile() {
	q := fileSays(s.file)
	var list []string
	for _, c := range s.columns {
		if q != unknownColumn && axisName.MatchString(c.full) {
			c.quantity, c.specific = q, q == accelerationColumn
			list = append(list, c.label())
		}
	}
	if list != nil {
		s.byFile = true
		s.note("%s: %s by the file's name", strings.Join(list, ", "), map[quantity]string{velocityColumn: "rates", accelerationColumn: "accelerations", qualityColumn: "a magnetic field"}[q])
	}
}

// channelName is what a table calls a channel that is named in front of it.
var (
	channelName  = regexp.MustCompile(`^(?i)(ch|channel|kanal)[ _]?[0-9]+$`)
	channelCount = regexp.MustCompile(`^([0-9]+) channels?$`)
)

// channelsInPreamble names the columns CH1, CH2, ... by lines in front of the table that give
// their number, and then a name and a unit in turns.
func (h *header) channelsInPreamble(lines [][]byte) {
	var at []int
	for j, name := range h.names {
		if channelName.MatchString(name) {
			at = append(at, j)
		}
	}
	for i, line := range lines {
		m := channelCount.FindSubmatch(line)
		if m == nil || string(m[1]) != strconv.Itoa(len(at)) || i+2*len(at) >= len(lines) {
			continue
		}
		for k, j := range at {
			h.names[j], h.units[j] = string(lines[i+1+2*k]), string(lines[i+2+2*k])
		}
		return
	}
}
