package file

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"hnn/data"
)

// builder collects the rows of a file into a Set. Every reader ends here, so that
// all refuse the same rows with the same words.
type builder struct {
	mapping *Mapping
	set     *data.Set
	roles   *roles
	// values are the numbers of the next row: the time, the states, the derivatives, the
	// inputs.
	// Column i of the file goes to values[dest[i]]; -1 is none.
	values []float64
	dest   []int
	// inRows says that the file has rows and no lines.
	inRows bool
	skip   bool // bad rows, and count them
	// foundTrial says that the trial column was recognised, not named.
	foundTrial bool
	// read returns the part of the file that the rows so far took, 0 where that is unknown.
	read func() float64
	// repeats counts rows that are the row before again, wraps those where a counter began anew,
	// since when wrapped has been added to the times of the trial.
	repeats, wraps int
	wrapped        float64
	repeat         *ParseError // of the first of them
	noUnit         bool        // nothing in the file says what the times are counted in

	trial []byte         // of the rows now
	seen  map[string]int // the line on which each trial began
}

// newBuilder starts the set of a file.
func newBuilder(m *Mapping, r *roles, o *ReadOptions) *builder {
	b := &builder{mapping: m, roles: r, skip: o.SkipBadRows,
		foundTrial: r.trial >= 0 && o.Columns.Trial == "", seen: make(map[string]int), read: func() float64 { return 0 }}
	states := append(slices.Clone(r.q), r.p...)
	b.set = &data.Set{Dim: len(states), Offsets: []int{0}, PositionsOnly: len(r.p) == 0 && !r.first, FirstOrder: r.first}
	if len(states) > 0 {
		b.set.Names = make([]string, 0, len(states))
	}
	for _, i := range states {
		b.set.Names = append(b.set.Names, m.Names[i])
	}
	b.dest = slices.Repeat([]int{-1}, len(m.Names))
	b.dest[r.time] = 0
	for k, i := range states {
		b.dest[i] = 1 + k
	}
	for k, i := range append(slices.Clone(r.dq), r.dp...) {
		if b.dest[i] < 0 { // or it is a velocity, which is a state already
			b.dest[i] = 1 + b.set.Dim + k
		}
	}
	width := 1 + b.set.Dim
	if len(r.dq) > 0 {
		width += b.set.Dim
		b.set.DX = []float64{}
	}
	for k, i := range r.input {
		b.set.InputNames = append(b.set.InputNames, m.Names[i])
		b.dest[i] = width + k
	}
	b.values = make([]float64, width+len(r.input))
	return b
}

// errorf returns an error about a field; column counts from 0, and -1 means the
// whole line.
func (b *builder) errorf(line, column int, advice, format string, args ...any) *ParseError {
	e := &ParseError{File: b.mapping.File, Line: line, Column: column + 1, Problem: fmt.Sprintf(format, args...), Advice: advice}
	if b.inRows {
		e.Line, e.Row = 0, line
	}
	if column >= 0 && column < len(b.mapping.Names) {
		e.Name = b.mapping.Names[column]
	}
	return e
}

// orSkip ends the advice about a bad row.
const orSkip = ", or leave such rows out with --skip-bad-rows"

// number parses the field of a column (from 0) and refuses what is not finite.
func (b *builder) number(line, column int, field []byte, point byte) (float64, *ParseError) {
	if v, n := scanNumber(field, point); n > 0 && n == len(field) {
		return v, nil
	}
	v, err := strconv.ParseFloat(string(field), 64)
	switch {
	case err == nil && !finite(v):
		return 0, b.notFinite(line, column, v)
	case len(field) == 0:
		return 0, b.errorf(line, column, "fill it in"+orSkip, "the field is empty")
	case errors.Is(err, strconv.ErrRange):
		return 0, b.errorf(line, column, "correct it"+orSkip, "%s is too large for a number", excerpt(string(field)))
	default:
		return 0, b.errorf(line, column, "correct it"+orSkip, "%s is not a number", excerpt(string(field)))
	}
}

func (b *builder) notFinite(line, column int, v float64) *ParseError {
	return b.errorf(line, column, "put a number there"+orSkip, "the value is %v", v)
}

// add appends the row in values. The trial's key tells trials apart: one that has
// been left may not come back, because the time steps between its rows would be lost.
func (b *builder) add(line int, trial []byte) *ParseError {
	s := b.set
	n := len(s.T)
	begin := s.Offsets[len(s.Offsets)-1]
	t := b.values[0] + b.wrapped
	switch {
	case n == 0 || !bytes.Equal(trial, b.trial) && !sameNumber(trial, b.trial):
		if err := b.startTrial(line, trial); err != nil {
			return err
		}
		t, b.wrapped = b.values[0], 0
	case t > s.T[n-1]:
	case b.wraps16or32(t, begin):
		t = b.values[0] + b.wrapped
	case b.roles.trial < 0 && n >= begin+3 && t <= s.T[begin]:
		// The time starts over, where nothing else tells trials apart.
		if len(s.Offsets) == 1 {
			where := "line"
			if b.inRows {
				where = "row"
			}
			b.mapping.note("there is no trial column: a new trial begins wherever the time starts over, first on %s %d", where, line)
		}
		s.Offsets = append(s.Offsets, n)
	default:
		err := b.errorf(line, b.roles.time,
			"sort the rows by time and drop repeated ones; where a new trajectory begins, give it a trial number of its own"+orSkip,
			"the time goes from %v to %v within a trial", s.T[n-1], t)
		if t < s.T[n-1] || b.skip || !b.repeated() {
			return err
		}
		if b.repeats++; b.repeat == nil {
			b.repeat = err
		}
		return nil
	}
	if n == cap(s.T) {
		if err := b.grow(); err != nil {
			return err
		}
	}
	s.T = append(s.T, t)
	s.X = append(s.X, b.values[1:1+s.Dim]...)
	if s.DX != nil {
		s.DX = append(s.DX, b.values[1+s.Dim:1+2*s.Dim]...)
		if b.roles.velocities && slices.Equal(b.roles.dq, b.roles.p) {
			copy(s.DX[n*s.Dim:], b.values[1+len(b.roles.q):1+s.Dim])
		}
	}
	s.Inputs = append(s.Inputs, b.values[len(b.values)-len(s.InputNames):]...)
	return nil
}

// repeated reports whether the row in values is the last one again.
func (b *builder) repeated() bool {
	s, n := b.set, len(b.set.T)
	m := len(s.InputNames)
	return slices.Equal(s.X[(n-1)*s.Dim:], b.values[1:1+s.Dim]) &&
		(s.DX == nil || !b.roles.velocities && slices.Equal(s.DX[(n-1)*s.Dim:], b.values[1+s.Dim:1+2*s.Dim])) &&
		slices.Equal(s.Inputs[(n-1)*m:], b.values[len(b.values)-m:])
}

// wraps16or32 reports whether a time is below the last because a counter of 16 or 32 bits began
// anew: both are whole numbers next to its ends, and the step over them is about the last one.
// What it lost is added to the times from there on.
func (b *builder) wraps16or32(t float64, begin int) bool {
	s, n := b.set, len(b.set.T)
	if n-begin < 2 || t > s.T[n-1] || t != math.Trunc(t) || s.T[n-1] != math.Trunc(s.T[n-1]) {
		return false
	}
	step := s.T[n-1] - s.T[n-2]
	for _, bits := range []int{16, 32} {
		period := math.Exp2(float64(bits))
		if over := t + period - s.T[n-1]; b.values[0] >= 0 && b.values[0] < period && s.T[n-1]-b.wrapped < period && over > 0 && math.Abs(over-step) <= 0.5*step+1 {
			b.wraps++
			b.wrapped += period
			return true
		}
	}
	return false
}

// startTrial ends the current trial before the row that comes next.
func (b *builder) startTrial(line int, key []byte) *ParseError {
	if first, ok := b.seen[string(key)]; ok {
		return b.errorf(line, b.roles.trial, "sort the file by trial, then by time"+orSkip,
			"trial %s, which began on line %d, goes on after another trial", excerpt(string(key)), first)
	}
	b.seen[string(key)] = line
	b.trial = append(b.trial[:0], key...)
	b.endTrial()
	return nil
}

func (b *builder) endTrial() {
	if n := b.set.Rows(); n > b.set.Offsets[len(b.set.Offsets)-1] {
		b.set.Offsets = append(b.set.Offsets, n)
	}
}

// sameNumber reports whether two different texts are the same trial number.
func sameNumber(a, b []byte) bool {
	x, n := scanNumber(a, '.')
	y, m := scanNumber(b, '.')
	return n > 0 && n == len(a) && m > 0 && m == len(b) && x == y
}

// grow makes room for more rows: as many as the rest of the file should hold by
// what has been read, since a slice that doubles would take three times its numbers
// while it is copied. Room that is not used is never touched, so it takes no memory.
func (b *builder) grow() *ParseError {
	const most = 1 << 10
	first := min(1<<14, max(16, 1<<17/(1+b.set.Dim))) // few rows of many columns
	n := b.set.Rows()
	rows := max(first, n+n/4)
	if part := b.read(); part > 0 && n > 0 {
		rows = max(rows, int(min(1.05*float64(n)/part, float64(most*n))))
	}
	// Room for as many as are allowed, at the most; it is refused when all of it is used.
	allowed := b.allowed()
	if n >= allowed {
		return tooManyNumbers(b.mapping.File)
	}
	b.reserve(min(rows, allowed))
	return nil
}

// allowed is the number of rows that the memory for a file's numbers has room for.
func (b *builder) allowed() int { return int(newAllowance().most / 8 / int64(len(b.values))) }

// reserve makes room for a number of rows.
func (b *builder) reserve(rows int) {
	if cap(b.set.T) < rows {
		b.set.T = withRoom(b.set.T, rows)
	}
	b.set.X = withRoom(b.set.X, rows*b.set.Dim)
	if b.set.DX != nil {
		b.set.DX = withRoom(b.set.DX, rows*b.set.Dim)
	}
	if m := len(b.set.InputNames); m > 0 {
		b.set.Inputs = withRoom(b.set.Inputs, rows*m)
	}
}

// withRoom is a copy in a slice of the given capacity. Unlike slices.Grow, it leaves
// the room untouched.
func withRoom(s []float64, capacity int) []float64 {
	out := make([]float64, len(s), capacity)
	copy(out, s)
	return out
}

// bad takes the error of a row: it is counted where bad rows are left out.
func (b *builder) bad(err *ParseError) error {
	if !b.skip || err.fatal {
		return err
	}
	b.mapping.BadRows++
	if len(b.mapping.Bad) < keepBad {
		b.mapping.Bad = append(b.mapping.Bad, err)
	}
	return nil
}

// finish returns the set, or an error if it has no rows.
func (b *builder) finish() (*data.Set, error) {
	b.endTrial()
	if b.set.Rows() == 0 {
		if n := b.mapping.BadRows; n > 0 {
			return nil, fmt.Errorf("all %d rows are bad, the first because: %w", n, b.mapping.Bad[0])
		}
		return nil, &ParseError{File: b.mapping.File, Problem: "the file has a header but no data",
			Advice: "check that it was written or downloaded to its end"}
	}
	b.joinNumbered()
	if b.wraps > 0 {
		b.mapping.note("%s begins anew %s, at the end of its counter: it is taken to go on", b.mapping.Time, plural(b.wraps, "time"))
	}
	switch {
	case 10*b.repeats > b.set.Rows():
		return nil, b.repeat // the time stands still
	case b.repeats > 0:
		b.mapping.note("%s %s the row before again: left out", plural(b.repeats, "row"), map[bool]string{true: "is", false: "are"}[b.repeats == 1])
	}
	if !b.timeUnit() && !b.epoch() {
		b.wholeTimes()
	}
	return b.set, nil
}

// timeUnit turns times into seconds that are whole numbers of milliseconds, microseconds or
// nanoseconds, where the velocities of the file tell: each is that part of the derivative of its
// position. It reports whether it did.
func (b *builder) timeUnit() bool {
	s := b.set
	canonical := func(i int) bool {
		m := momentumName.FindStringSubmatch(plainName(b.mapping.Names[i]))
		return m != nil && (m[1] == "p" || strings.HasPrefix(m[1], "mom"))
	}
	if s.PositionsOnly || s.DX != nil || slices.ContainsFunc(b.roles.p, canonical) || s.Rows() < 16 || s.T[1]-s.T[0] < 2 {
		return false
	}
	half := s.Dim / 2
	unit := 0.0
	for k := range half {
		var vd, dd, vv float64
		for j := range s.Trials() {
			for i := s.Offsets[j] + 1; i+1 < s.Offsets[j+1]; i++ {
				if s.T[i] != math.Trunc(s.T[i]) {
					return false
				}
				d := (s.X[(i+1)*s.Dim+k] - s.X[(i-1)*s.Dim+k]) / (s.T[i+1] - s.T[i-1])
				v := s.X[i*s.Dim+half+k]
				vd, dd, vv = vd+v*d, dd+d*d, vv+v*v
			}
		}
		if dd == 0 || vv == 0 || vd/math.Sqrt(dd*vv) < 0.9 {
			continue
		}
		u := math.Pow(10, math.Round(math.Log10(dd/vd)))
		if math.Abs(dd/vd/u-1) > 0.1 || u != 1e-3 && u != 1e-6 && u != 1e-9 || unit != 0 && unit != u {
			return false
		}
		unit = u
	}
	if unit == 0 {
		return false
	}
	first, from := 0.0, ""
	if s.T[0]*unit > 1e9 { // in 2001
		first, from = s.T[0], " from the first"
	}
	for i := range s.T {
		s.T[i] = (s.T[i] - first) / math.Round(1/unit) // rounds better than a product
	}
	b.mapping.Seconds = true
	b.mapping.note("%s is in %s, as the velocities show, and is turned into seconds%s", b.mapping.Time, map[float64]string{1e-3: "milliseconds", 1e-6: "microseconds", 1e-9: "nanoseconds"}[unit], from)
	return true
}

// epoch turns times of no other unit that count milliseconds, microseconds or nanoseconds from 1970
// by their size into seconds from the first: all of them are in the years 2001 to 2286 so, and
// more than thirty thousand years off if they were seconds. It reports whether it did.
func (b *builder) epoch() bool {
	s := b.set
	if s.Rows() < 2 || s.T[0] < 1e12 {
		return false // the times of most files are not walked over
	}
	_, unit := unitOfName(b.mapping.Time)
	named, known := knownUnit(unit)
	if unit != "" && (!known || named.quantity != timeColumn) {
		return false
	}
	low, high := slices.Min(s.T), slices.Max(s.T)
	for _, u := range []struct {
		low, inSecond float64
		name          string
	}{{1e12, 1e3, "milliseconds"}, {1e15, 1e6, "microseconds"}, {1e18, 1e9, "nanoseconds"}} {
		// A simulation may take as many seconds; it does not begin so late.
		if low < u.low || high >= 10*u.low || high-low > 0.05*low || unit != "" && named.factor*u.inSecond != 1 {
			continue
		}
		first := s.T[0]
		for i := range s.T {
			s.T[i] = (s.T[i] - first) / u.inSecond
		}
		b.mapping.Seconds = true
		b.mapping.note("%s is taken in seconds from the first (%s from 1970 by their size)", b.mapping.Time, u.name)
		return true
	}
	return false
}

// wholeTimes notes that times of no unit are whole numbers and rise by more than one from row to
// row, as milliseconds do.
func (b *builder) wholeTimes() {
	s := b.set
	if !b.noUnit || s.Rows() < 3 {
		return
	}
	step, equal := s.T[1]-s.T[0], true
	for i := 1; i < len(s.T); i++ {
		d := s.T[i] - s.T[i-1]
		if s.T[i] != math.Trunc(s.T[i]) || d < 2 && d > 0 {
			return
		}
		equal = equal && (d == step || d <= 0)
	}
	if step < 2 || s.T[0] != math.Trunc(s.T[0]) {
		return
	}
	advice := "divide them by 1000 first"
	if equal {
		advice = "give --dt " + strconv.FormatFloat(step/1000, 'g', -1, 64)
	}
	b.mapping.note("%s rises by whole numbers, as %v, and nothing says what they count: they are taken for seconds; if they are milliseconds, %s", b.mapping.Time, step, advice)
}

// joinNumbered makes one trial of rows of which each has a trial number of its own,
// as a column of row numbers called id gives them.
func (b *builder) joinNumbered() {
	s := b.set
	if !b.foundTrial || s.Rows() < 3 || s.Trials() < s.Rows() || !slices.IsSorted(s.T) {
		return
	}
	for i := 1; i < len(s.T); i++ {
		if s.T[i] == s.T[i-1] {
			return
		}
	}
	s.Offsets = []int{0, s.Rows()}
	b.mapping.note("the column %s has another value in every row: it is not taken for a trial, and all rows are one", excerpt(b.mapping.Trial))
	b.mapping.Ignored = append(b.mapping.Ignored, b.mapping.Trial)
	b.mapping.Trial = ""
}
