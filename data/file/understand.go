package file

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"hnn/data"
)

// readTable reads a table of text however its rows are laid out: it finds where the rows
// are, what the lines around them say, and what the columns hold. Nothing is nil where the
// text has no table.
func readTable(file string, text []byte, o *ReadOptions) (*data.Set, *Mapping, error) {
	text, latin := toUTF8(headerBreaks(text))
	s, err := readSheet(file, text, o.SkipBadRows)
	if s == nil || err != nil {
		return nil, nil, err
	}
	if latin {
		s.note("the text is no UTF-8: it is taken for Windows-1252")
	}
	set, m, err := s.understand(o)
	if err != nil {
		return nil, nil, s.inFile(err)
	}
	return set, m, nil
}

// inFile says where in the file an error is.
func (s *sheet) inFile(err error) error {
	located := fileError(s.file, s.headerLine(), err)
	if errors.As(err, new(generalError)) && s.header.first == 0 && !s.layout.labels && !s.layout.arrow {
		return generalError{located}
	}
	return located
}

// headerLine is the line of the last row of the header, 0 where there is none.
func (s *sheet) headerLine() int {
	if len(s.header.lines) == 0 {
		return 0
	}
	return s.header.first + 1
}

// label is what a column is called in a set.
func (c *column) label() string {
	switch {
	case c.full == "":
		return strconv.Itoa(c.at)
	case c.labelled != c.full:
		c.labelled, c.called = c.full, c.full
		if name, _ := cutRun(c.full); name != "" {
			c.called = name
		}
	}
	return c.called
}

func (s *sheet) labels() []string {
	names := make([]string, 0, len(s.columns))
	for _, c := range s.columns {
		names = append(names, c.label())
	}
	return names
}

// isText reports whether a column holds words.
func (s *sheet) isText(c *column) bool { return len(c.texts) > 0 }

// understand finds what the columns hold, and makes the set.
func (s *sheet) understand(o *ReadOptions) (*data.Set, *Mapping, error) {
	if s.rows == 0 {
		if n := s.badRows; n > 0 {
			return nil, nil, fmt.Errorf("all %d rows are bad, the first because: %w", n, s.bad[0])
		}
		return nil, nil, &ParseError{File: s.file, Problem: "the file has no rows of numbers", Advice: "check that it was written or downloaded to its end"}
	}
	s.settingsBeside()
	if err := s.pivot(); err != nil {
		return nil, nil, err
	}
	if err := s.goesOn(); err != nil && o.Columns.Q == nil && o.Columns.Time == "" {
		return nil, nil, err
	}
	s.joinRuns()
	s.findIndices()
	c, err := s.ownNames(o.Columns)
	if err != nil {
		return nil, nil, err
	}
	var named *column
	if c.Time != "" {
		named = s.column(c.Time)
	}
	time, err := s.times(named, o.Columns.Step)
	if err != nil {
		// Rows that have the derivatives of all states need no times.
		if s.timeless(c) {
			return s.build(nil, &c, o)
		}
		return nil, nil, err
	}
	if time.quantity != timeColumn {
		time.quantity = timeColumn
	}
	for _, c := range s.columns {
		if c != time && c.exact {
			c.inexact()
		}
	}
	s.joinPages(time)
	s.likeTime(time)
	s.quaternions(&c)
	s.leaveOut(time, &c)
	s.distances(time, &c)
	s.pairDerivatives(time)
	if o.Columns.Integrate {
		if err := s.integrate(time); err != nil {
			return nil, nil, err
		}
	}
	return s.build(time, &c, o)
}

// settingsBeside takes columns that hold something in their first rows alone for settings,
// as oscilloscopes write them beside the data.
func (s *sheet) settingsBeside() {
	var kept []*column
	for j, c := range s.columns {
		for _, b := range s.header.beside {
			if b.key == strconv.Itoa(j) && c.filled == 0 {
				s.settings = append(s.settings, setting{plainKey(c.full), b.text, b.line, c.full + " " + b.text})
			}
		}
		last := -1
		for i, v := range c.values {
			if !math.IsNaN(v) {
				last = i
			}
		}
		if s.rows >= 8 && c.filled > 0 && last < s.rows/4 && last < mostBeside && c.filled <= s.rows/4 {
			if s.isText(c) && j+1 < len(s.columns) {
				for i := range last + 1 {
					if k := c.values[i]; !math.IsNaN(k) && int(k) < len(c.texts) {
						cells := s.layout.split(nil, s.first[int(s.line[i])])
						if j+1 < len(cells) {
							s.settings = append(s.settings, setting{plainKey(c.texts[int(k)]), string(cells[j+1]), int(s.line[i]), c.texts[int(k)] + " " + string(cells[j+1])})
						}
					}
				}
			} else if c.filled == 1 {
				text := strconv.FormatFloat(c.low, 'g', -1, 64)
				s.settings = append(s.settings, setting{plainKey(c.full), text, int(s.line[last]), c.full + " " + text})
			}
			s.note("%s holds something in the first rows alone: settings, no column of data", c.label())
			continue
		}
		kept = append(kept, c)
	}
	if len(kept) > 0 {
		s.columns = kept
	}
}

// findIndices finds columns that number the rows.
func (s *sheet) findIndices() {
	for k, c := range s.columns {
		if c.filled < s.rows || s.isText(c) {
			continue
		}
		if c.quantity == indexColumn {
			continue
		}
		unit := slices.ContainsFunc([]string{"sequence", "sample", "samples", "points"}, func(u string) bool { return strings.EqualFold(c.unit, u) })
		if !s.rises(c) || c.exact {
			continue
		}
		unnamed := c.full == "" && k == 0 && (c.values[0] == 0 || c.values[0] == 1)
		if unit || unnamed && (s.header.names != nil && !s.header.numbers || s.risesBehind()) {
			c.quantity = indexColumn
		}
	}
}

// risesBehind reports whether the first column of numbers behind that in front may be a time, with
// columns behind it.
func (s *sheet) risesBehind() bool {
	for j := 1; j+1 < len(s.columns); j++ {
		if !s.isText(s.columns[j]) {
			return s.mayBeTime(s.columns[j])
		}
	}
	return false
}

// mayBeTime reports whether a column rises from row to row of a block.
func (s *sheet) mayBeTime(c *column) bool {
	if c.filled < s.rows || s.isText(c) {
		return false
	}
	falls := 0
	for i := 1; i < s.rows; i++ {
		if s.block[i] == s.block[i-1] && c.values[i] <= c.values[i-1] {
			falls++
		}
	}
	return falls*20 < s.rows || falls == 0
}

// column finds a column by what it is called.
func (s *sheet) column(label string) *column {
	for _, c := range s.columns {
		if c.label() == label {
			return c
		}
	}
	return nil
}

// ownNames turns the names that the user gives, which may be the file's, the sheet's, or
// numbers, into the sheet's.
func (s *sheet) ownNames(c Columns) (Columns, error) {
	find := func(name string) (string, error) {
		for _, match := range []func(c *column) bool{
			func(c *column) bool { return c.label() == name || c.full == name },
			func(c *column) bool { return plainName(c.label()) == plainName(name) },
			func(c *column) bool { bare, _ := unitOfName(c.name); return strings.EqualFold(bare, name) },
			func(c *column) bool { return strconv.Itoa(c.at) == name },
		} {
			for _, c := range s.columns {
				if match(c) {
					return c.label(), nil
				}
			}
		}
		return "", &columnError{fmt.Sprintf("there is no column %s: the file has %s", excerpt(name), excerptList(s.labels())), "name columns that it has"}
	}
	var err error
	one := func(name string) string {
		if name == "" || err != nil {
			return name
		}
		var own string
		if own, err = find(name); err != nil {
			return name
		}
		return own
	}
	list := func(names []string) []string {
		if names == nil {
			return nil
		}
		out := make([]string, len(names))
		for i, n := range names {
			out[i] = one(n)
		}
		return out
	}
	out := c
	out.Time, out.Trial = one(c.Time), one(c.Trial)
	if !c.Integrate { // the positions are not there yet
		out.Q = list(c.Q)
	}
	out.P, out.DQ, out.DP = list(c.P), list(c.DQ), list(c.DP)
	if len(c.Input) != 1 || c.Input[0] != NoInput {
		out.Input = list(c.Input)
	}
	return out, err
}

// leaveOut sets aside, for what is recognised by its name, the columns that cannot be part
// of a motion: row numbers, words, constants, and those whose spread is their noise.
func (s *sheet) leaveOut(time *column, c *Columns) {
	circuits(s.columns) // a pressure alone says how good a row is
	named := slices.Concat(c.Q, c.P, c.DQ, c.DP, c.Input, []string{c.Trial})
	drop := map[string][]string{}
	widest := map[quantity]float64{} // 0 where all columns of a kind are constant
	for _, c := range s.columns {
		if !s.isText(c) && c.filled > 1 {
			widest[c.quantity] = max(widest[c.quantity], c.high-c.low)
		}
	}
	// Of a state that does not move at all, nothing is left out.
	moving := widest[positionColumn] > 0 || widest[velocityColumn] > 0 && len(s.candidates(positionColumn, time)) == 0
	for _, c := range s.columns {
		if c == time || c.left || slices.Contains(named, c.label()) || c.quantity == trialColumn {
			continue
		}
		why := ""
		switch {
		case s.isText(c):
			why = "words"
		case 2*c.filled < s.rows && c.filled < 8:
			why = "nearly empty"
		case c.quantity == indexColumn:
			why = "row numbers"
		case c.quantity == timeColumn:
			why = "other times"
		case c.quantity == magnitudeColumn || c.quantity == qualityColumn:
			why = c.quantity.String() + ", no coordinate"
		case c.constant() && s.rows > 1 && (moving || c.quantity != positionColumn && c.quantity != velocityColumn):
			why = "the same in every row"
		case (c.quantity == positionColumn || c.quantity == velocityColumn) && c.high-c.low < 0.1*widest[c.quantity] && s.noiseShare(c) > 0.5:
			why = fmt.Sprintf("their spread is their noise (%s)", s.stays(c))
		default:
			continue
		}
		c.quantity = qualityColumn
		c.left = true
		kind := why
		if i := strings.IndexByte(why, '('); i > 0 {
			kind = why[:i]
		}
		drop[kind] = append(drop[kind], c.label())
	}
	for _, kind := range slices.Sorted(mapsKeys(drop)) {
		names := drop[kind]
		s.note("left out: %s (%s)", strings.Join(names, ", "), strings.TrimSpace(kind))
	}
	s.pivots(drop["their spread is their noise "])
}

// pairDerivatives knows columns by each other: one that is called the derivative of another,
// as OpenSim's knee_u is of knee, is its velocity, and the other a position. In a motion of
// OpenSim, which says whether angles are in degrees, all columns are coordinates.
func (s *sheet) pairDerivatives(time *column) {
	of := derivatives(s.labels())
	motion := s.settings.find(func(string) bool { return true }, "indegrees") != nil
	for j, c := range s.columns {
		if c == time || c.left || s.isText(c) {
			continue
		}
		i, ok := of[j]
		if !ok || s.columns[i] == time || s.columns[i].left {
			if motion && c.quantity == unknownColumn {
				c.quantity = positionColumn
			}
			continue
		}
		other := s.columns[i]
		if _, rate := of[i]; other.quantity == accelerationColumn && c.quantity == accelerationColumn && !rate {
			other.quantity = positionColumn // alpha beside alpha_dot is an angle
		}
		if other.quantity == unknownColumn || other.quantity == positionColumn {
			other.quantity, c.quantity, c.stem = positionColumn, velocityColumn, other.stem
		}
	}
}

// stays says where a column of noise stays.
func (s *sheet) stays(c *column) string { return strconv.FormatFloat((c.low+c.high)/2, 'g', 4, 64) }

// pivots says which markers stay: those whose coordinates are all noise.
func (s *sheet) pivots(noise []string) {
	of := map[string][]string{}
	all := map[string]int{}
	for _, c := range s.columns {
		if i := strings.LastIndexAny(c.label(), " ._"); i > 0 && len(c.label()) == i+2 {
			marker := c.label()[:i]
			all[marker]++
			if slices.Contains(noise, c.label()) {
				of[marker] = append(of[marker], s.stays(c))
			}
		}
	}
	for _, marker := range slices.Sorted(mapsKeys(of)) {
		if at := of[marker]; len(at) == all[marker] && len(at) > 1 {
			s.note("the marker %s stays at (%s) in the file's unit: a pivot", marker, strings.Join(at, ", "))
		}
	}
}

func mapsKeys[V any](m map[string]V) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// noiseShare is the part of a column's spread that is noise: the standard deviation of its
// second differences, over the square root of six, which white noise has, by its own.
func (s *sheet) noiseShare(c *column) float64 {
	var sum, squares, differences float64
	n, m := 0, 0
	for i, v := range c.values {
		if math.IsNaN(v) {
			continue
		}
		sum += v
		squares += v * v
		n++
		if i > 1 && s.block[i] == s.block[i-2] {
			if d := v - 2*c.values[i-1] + c.values[i-2]; !math.IsNaN(d) {
				differences += d * d
				m++
			}
		}
	}
	if n < 8 || m < 8 {
		return 0
	}
	variance := squares/float64(n) - sum/float64(n)*sum/float64(n)
	if variance <= 0 {
		return 1
	}
	return math.Sqrt(differences / float64(m) / 6 / variance)
}

// timeless reports whether the rows need no times: every state has its derivative.
func (s *sheet) timeless(c Columns) bool {
	r, err := c.resolve(s.labels())
	return err == nil && len(r.dq) > 0 && len(r.dq) == len(r.q) && len(r.dp) == len(r.p)
}
