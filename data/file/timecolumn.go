package file

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// times finds the time of every row, in seconds: a column of times, that of the measurement
// before that of its receipt; else the number of the row by the step that the user or the
// preamble gives. It returns the column that it used, which may be none of the file.
func (s *sheet) times(named *column, step float64) (*column, error) {
	time := named
	if time == nil && step == 0 {
		var err error
		if time, err = s.timeColumn(); err != nil {
			return nil, err
		}
	}
	if time != nil && time.quantity != indexColumn {
		return time, s.seconds(time)
	}
	from := fmt.Sprintf("the times are %v s from row to row, as given", step)
	if step == 0 {
		var said *setting
		if step, said = s.settings.step(); said == nil {
			if time != nil {
				return time, s.seconds(time)
			}
			err := &columnError{"no column is the time: the file has " + excerptList(s.labels()), "give the time from row to row in seconds, as in --dt 0.01, or name the column, as in --time NAME"}
			switch rates := names(s.candidates(velocityColumn, nil)); {
			case s.header.names == nil:
			case len(s.candidates(positionColumn, nil)) > 0:
				return nil, err // the positions are known
			case len(rates) > 0:
				return nil, &columnError{fmt.Sprintf("no column is the time, and none a position: %s are rates", excerptList(rates)),
					"give the time from row to row in seconds, as in --dt 0.01, and --integrate, which takes the integral of rates for the positions" + firstOrder(rates)}
			}
			return nil, generalError{err}
		}
		from = fmt.Sprintf("there is no column of times: %v s from row to row (%s)", step, said.note())
	}
	t := &column{full: "t", name: "t", meaning: meaning{quantity: timeColumn}, values: make([]float64, s.rows), filled: s.rows}
	number := time
	if number == nil {
		number = s.rowNumbers()
	}
	count := 0
	start := math.NaN()
	for i := range t.values {
		if i == 0 || s.block[i] != s.block[i-1] {
			count, start = 0, math.NaN()
		}
		n := float64(count)
		if number != nil {
			if math.IsNaN(start) {
				start = number.values[i]
			}
			n = number.values[i] - start
		}
		// A quotient rounds better than a product where the rate is a whole number.
		if rate := math.Round(1 / step); rate >= 1 && math.Abs(rate*step-1) < 1e-12 {
			t.values[i] = n / rate
		} else {
			t.values[i] = n * step
		}
		count++
	}
	s.note("%s", from)
	s.columns = append(s.columns, t)
	return t, nil
}

// rowNumbers is a column that counts rows up, so that rows that were dropped show, or nil.
func (s *sheet) rowNumbers() *column {
	for _, c := range s.columns {
		if c.quantity == indexColumn && s.rises(c) && c.filled == s.rows {
			return c
		}
	}
	return nil
}

// rises reports whether a column rises by whole numbers of one step from row to row of a
// block, mostly by one.
func (s *sheet) rises(c *column) bool {
	ones := 0
	for i, v := range c.values {
		if v != math.Trunc(v) {
			return false
		}
		if i > 0 && s.block[i] == s.block[i-1] {
			if v <= c.values[i-1] {
				return false
			}
			if v == c.values[i-1]+1 {
				ones++
			}
		}
	}
	return 2*ones >= s.rows-1-int(s.block[s.rows-1])
}

// timeColumn chooses among the columns that may be the time; nil where there is none.
func (s *sheet) timeColumn() (*column, error) {
	var found []*column
	for _, c := range s.columns {
		if c.quantity == timeColumn && !s.isText(c) && (!c.constant() || s.rows == 1) && (2*c.filled > s.rows || c.filled > 8 && s.mayRise(c)) {
			found = append(found, c)
		}
	}
	if len(found) < 2 {
		if len(found) == 1 {
			return found[0], nil
		}
		return s.firstRising(), nil
	}
	// A date and a time of day are one time.
	date, clock := -1, -1
	for i, c := range found {
		switch c.clock {
		case dateOnly:
			date = i
		case timeOfDay:
			clock = i
		}
	}
	if date >= 0 && clock >= 0 {
		c := found[clock]
		for i := range c.values {
			c.values[i] += found[date].values[i]
		}
		c.clock = dateTime
		found = slices.Delete(found, date, date+1)
	}
	if joined := s.joinSeconds(found); joined != nil {
		return joined, nil
	}
	keep := func(use func(c *column) bool) {
		var some []*column
		for _, c := range found {
			if use(c) {
				some = append(some, c)
			}
		}
		if len(some) > 0 {
			found = some
		}
	}
	keep(func(c *column) bool { return c.stamp && c.clock == 0 })
	keep(func(c *column) bool { return c.clock == 0 && !c.exact })
	keep(func(c *column) bool { u, ok := knownUnit(c.unit); return ok && u.quantity == timeColumn })
	if len(found) > 1 && s.shifted(found) && s.joinChannels(found) {
		return found[0], nil // channels that are sampled one behind the other
	}
	if len(found) > 1 {
		for _, c := range found[1:] {
			if !s.sameTimes(found[0], c) {
				if s.joinChannels(found) {
					return found[0], nil
				}
				var names []string
				for _, c := range found {
					names = append(names, c.label())
				}
				return nil, &columnError{fmt.Sprintf("several columns may be the time: %s", excerptList(names)), fmt.Sprintf("name the one that is, as in --time %s", names[0])}
			}
		}
	}
	return found[0], nil
}

// joinSeconds makes one time of the whole seconds and the nanoseconds that a stamp of ROS is
// written as; nil where there are none.
func (s *sheet) joinSeconds(found []*column) *column {
	var seconds, parts, thousandths *column
	for _, c := range found {
		list := tokens(c.full)
		switch last := list[max(len(list)-1, 0):]; {
		case len(last) == 0:
		case last[0] == "sec" || last[0] == "secs":
			seconds = c
		case last[0] == "nanosec" || last[0] == "nsec" || last[0] == "nsecs" || last[0] == "nanosecs":
			parts = c
		case last[0] == "ms" && c.low >= 0 && c.high < 1000 && c.clock == 0 && s.whole(c):
			thousandths = c
		}
	}
	if thousandths != nil {
		// A time of whole seconds, and the thousandths beside it.
		for _, c := range found {
			if c != thousandths && c.clock != 0 && c.filled == s.rows && thousandths.filled == s.rows && s.whole(c) {
				first := thousandths.values[0]
				for i := range c.values {
					c.values[i] = (c.values[i]*1e3 + thousandths.values[i] - first) / 1e3
				}
				return c
			}
		}
	}
	if seconds == nil || parts == nil || parts.low < 0 || parts.high >= 1e9 || parts.exact {
		return nil
	}
	first := parts.values[0]
	for i := range seconds.values {
		// Whole seconds from the first, as an exact column has them, else as they stand.
		seconds.values[i] = (seconds.values[i]*1e9 + parts.values[i] - first) / 1e9
	}
	seconds.unit, seconds.full = "s", strings.TrimRight(strings.TrimSuffix(strings.TrimSuffix(seconds.full, "s"), "sec"), "._/ ")
	if seconds.full == "" {
		seconds.full = "t"
	}
	seconds.base += first / 1e9
	return seconds
}

// firstRising is the first column that rises, of a table without names; nil where there is
// none.
func (s *sheet) firstRising() *column {
	if len(s.columns) > 2 && s.columns[0].full == "" && s.columns[1].full == "" && s.columns[0].exact && s.columns[0].base < 1e10 {
		if a, b := s.columns[0], s.columns[1]; b.low >= 0 && b.high < 1e9 && b.high > 1e6 && b.filled == s.rows && a.filled == s.rows && s.whole(a) && s.whole(b) {
			a.full, b.full, b.quantity = "sec", "nanosec", timeColumn
			return s.joinSeconds([]*column{a, b})
		}
	}
	for _, c := range s.columns {
		switch {
		case c.full != "":
			return nil
		case c.quantity == indexColumn || s.isText(c):
		case s.rows > 2 && s.mayBeTime(c):
			return c
		default:
			return nil
		}
	}
	return nil
}

// whole reports whether a column holds whole numbers.
func (s *sheet) whole(c *column) bool {
	return !slices.ContainsFunc(c.values, func(v float64) bool { return v != math.Trunc(v) })
}

// shifted reports whether times differ by a constant that is a part of the measurement's time.
func (s *sheet) shifted(times []*column) bool {
	first := times[0]
	for _, c := range times[1:] {
		if !s.sameTimes(first, c) {
			return false
		}
		shift := c.values[0] - first.values[0] + float64(c.whole-first.whole) + float64(c.billions-first.billions)/1e9
		if c.clock != 0 {
			shift = c.values[0] - first.values[0] + float64(c.whole-first.whole)/1e9
		}
		if step := s.medianStep(first); math.Abs(shift) < 1e-3*step || math.Abs(shift) > first.high-first.low {
			return false
		}
	}
	return true
}

// sameTimes reports whether two columns differ by a constant.
func (s *sheet) sameTimes(a, b *column) bool {
	if a.filled < s.rows || b.filled < s.rows {
		return false
	}
	step := math.Abs(a.values[s.rows-1]-a.values[0]) / float64(max(s.rows-1, 1))
	for i := range a.values {
		if math.Abs(a.values[i]-a.values[0]-b.values[i]+b.values[0]) > 1e-3*step {
			return false
		}
	}
	return true
}

// seconds turns a column of times into seconds, from its first where it counts from no
// start of the measurement.
func (s *sheet) seconds(c *column) error {
	s.timecode(c)
	s.digitClock(c)
	factor, why := 1.0, ""
	u, ok := knownUnit(c.unit)
	lower := strings.ToLower(c.full)
	switch {
	case c.clock != 0:
		s.note("%s is %s, taken as seconds from the first", c.label(), map[clockKind]string{timeOfDay: "a time of day", dateTime: "a date and a time", dateOnly: "a date", duration: "a time that has passed"}[c.clock])
	case ok && u.quantity == timeColumn:
		factor, why = u.factor, "its unit is "+u.name
	case strings.Contains(lower, "millis"):
		factor, why = 1e-3, "by its name"
	case strings.Contains(lower, "micros"):
		factor, why = 1e-6, "by its name"
	case c.exact && c.base >= 1e17:
		factor, why = 1e-9, "nanoseconds from 1970 by their size"
	case c.exact && c.base >= 1e14:
		factor, why = 1e-6, "microseconds from 1970 by their size"
	case c.exact && c.base >= 1e11:
		factor, why = 1e-3, "milliseconds from 1970 by their size"
	case s.dayNumbers(c):
		factor, why = secondsOfDay, "days, as a spreadsheet counts them"
		c.fromFirst()
	case julianDays(c):
		factor, why = secondsOfDay, "days of a Julian date"
		c.fromFirst()
		c.julian = true
	default:
		c.asItStands = c.unit == "" && !c.exact
	}
	s.unwrapCounter(c)
	for i := range c.values {
		if factor < 1 {
			c.values[i] /= math.Round(1 / factor) // rounds better than a product
		} else {
			c.values[i] *= factor
		}
	}
	switch {
	case c.exact && factor != 1:
		s.note("%s is taken in seconds from the first (%s)", c.label(), why)
	case c.exact:
		s.note("%s is taken from the first, which is %s", c.label(), fmt.Sprintf("%.6f", c.base))
	case factor != 1:
		s.note("%s is turned into seconds (%s)", c.label(), why)
	}
	s.spreadPairs(c)
	return nil
}

// fromFirst counts a column's values from the first.
func (c *column) fromFirst() {
	if c.exact {
		return
	}
	c.exact, c.base = true, c.values[0]
	for i := range c.values {
		c.values[i] -= c.base
	}
	c.low, c.high = c.low-c.base, c.high-c.base
}

// julianDays reports whether times are Julian dates of the years 1800 to 2200, or such dates less 2400000.5, by their names and size.
func julianDays(c *column) bool {
	named := slices.ContainsFunc(tokens(c.full), func(w string) bool { return strings.HasSuffix(w, "jd") || strings.HasPrefix(w, "jd") || w == "julian" })
	base := c.exactBase()
	low, high := c.low+base, c.high+base
	return named && c.unit == "" && (low > 2378496 && high < 2524594 || low > -21504 && high < 124594 && low != 0)
}

// dayNumbers reports whether times are days since 1900: of a name that says a date, some
// tens of thousands, with steps that are small parts of a day, and not round.
func (s *sheet) dayNumbers(c *column) bool {
	lower := strings.ToLower(c.full)
	return (strings.Contains(lower, "date") || strings.Contains(lower, "datum") || strings.Contains(lower, "time") || strings.Contains(lower, "zeit")) &&
		c.low > 30000 && c.high < 80000 && c.high-c.low < 400 && (c.high-c.low)/float64(s.rows) < 0.05 && c.unit == "" && !isRound(s.medianStep(c))
}

// isRound reports whether a number has three digits at most, as a step in seconds has; one in days
// is a multiple of 1/86400.
func isRound(v float64) bool {
	unit := math.Pow(10, math.Floor(math.Log10(math.Abs(v)))-2)
	return math.Abs(v-unit*math.Round(v/unit)) < 1e-5*math.Abs(v)
}

// unwrapCounter adds what a time lost when it began anew: a day at midnight, and the range
// of a counter of 16 or 32 bits that came near its end.
func (s *sheet) unwrapCounter(c *column) {
	period := 0.0
	switch {
	case c.clock == timeOfDay:
		period = secondsOfDay
	case c.clock != 0 || c.low < 0:
		return
	default:
		for _, bits := range []int{16, 32} {
			p := math.Exp2(float64(bits))
			if top := c.high + c.exactBase(); top < p && top > 0.98*p {
				period = p
				break
			}
		}
	}
	if period == 0 {
		return
	}
	add, wraps := 0.0, 0
	last := math.NaN()
	for i, v := range c.values {
		if i > 0 && s.block[i] != s.block[i-1] {
			add, last = 0, math.NaN()
		}
		if v-last < -period/2 {
			add += period
			wraps++
		}
		if !math.IsNaN(v) {
			last = v
		}
		c.values[i] = v + add
	}
	if wraps > 0 {
		if !c.exact && c.clock == 0 {
			c.exact, c.base = true, c.values[0]
			for i := range c.values {
				c.values[i] -= c.base
			}
		}
		s.note("%s begins anew %s, at midnight or the end of its counter: it is taken to go on", c.label(), plural(wraps, "time"))
	}
}

func (c *column) exactBase() float64 {
	if c.exact {
		return c.base
	}
	return 0
}

// spreadPairs moves stamps that several rows share, as those of buffered serial ports, to
// even steps up to the next stamp. Where few rows share theirs, nothing is changed.
func (s *sheet) spreadPairs(c *column) {
	same := 0
	for i := 1; i < s.rows; i++ {
		if c.values[i] == c.values[i-1] && s.block[i] == s.block[i-1] {
			same++
		}
	}
	if 10*same < s.rows {
		return
	}
	step := 0.0
	for i := 0; i < s.rows; {
		end := i + 1
		for end < s.rows && c.values[end] == c.values[i] && s.block[end] == s.block[i] {
			end++
		}
		if end < s.rows && s.block[end] == s.block[i] {
			step = (c.values[end] - c.values[i]) / float64(end-i)
		}
		from := c.values[i]
		for k := i; k < end; k++ {
			c.values[k] = from + float64(k-i)*step
		}
		i = end
	}
	s.note("%s has the same time in %d of %d rows as in the row before: these rows are spread evenly up to the next time", c.label(), same, s.rows)
}
