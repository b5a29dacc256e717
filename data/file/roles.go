package file

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"hnn/data"
	"hnn/internal/shell"
)

// candidates are the columns of a quantity that are not left out.
func (s *sheet) candidates(q quantity, time *column) (found []*column) {
	for _, c := range s.columns {
		if c.quantity == q && c != time && !c.left && !s.isText(c) {
			found = append(found, c)
		}
	}
	return found
}

// names of columns, as they are called in a set.
func names(columns []*column) []string {
	if len(columns) == 0 {
		return nil
	}
	out := make([]string, 0, len(columns))
	for _, c := range columns {
		out = append(out, c.label())
	}
	return out
}

// recognise finds positions, velocities and inputs by what the names mean.
func (s *sheet) recognise(time *column) (q, v, u []*column, err error) {
	circuits(s.columns)
	q, v, u = s.candidates(positionColumn, time), s.candidates(velocityColumn, time), s.candidates(forceColumn, time)
	unknowns := s.candidates(unknownColumn, time)
	if len(u) == 0 {
		perhaps := perhapsInput(names(s.columns))
		acts := func(c *column) bool { return perhaps(c.name) }
		for _, c := range slices.Concat(unknowns, s.candidates(accelerationColumn, time)) {
			if acts(c) {
				u = append(u, c)
			}
		}
		unknowns = slices.DeleteFunc(unknowns, acts)
	}
	for _, group := range [][]*column{q, v, u} {
		if err := variants(group); err != nil {
			return nil, nil, nil, err
		}
	}
	a := slices.DeleteFunc(s.candidates(accelerationColumn, time), func(c *column) bool { return slices.Contains(u, c) })
	switch {
	case len(q) == 0 && len(v) > 0 && !slices.ContainsFunc(v, func(c *column) bool { return c.canonical }):
		return nil, nil, nil, &columnError{fmt.Sprintf("%s are rates (%s), and no column is a position", excerptList(names(v)), unitsOf(v)),
			"--integrate takes their integral for the positions, with their bias fitted in each trial; or name a position, as in --q angle" + firstOrder(names(v))}
	case len(q) == 0 && len(a) > 0:
		advice := "measure positions or rates beside them"
		problem := fmt.Sprintf("%s are accelerations, and no column is a position or a rate", excerptList(names(a)))
		if slices.ContainsFunc(a, func(c *column) bool { return c.specific }) || !slices.ContainsFunc(a, func(c *column) bool { u, _ := knownUnit(c.unit); return u.angular }) {
			problem += "; an accelerometer gives the specific force, gravity included, and not the second derivative of a position"
		}
		return nil, nil, nil, &columnError{problem, advice}
	case len(q) == 0:
		return nil, nil, nil, s.ask(unknowns, time)
	case len(v) == 0 && time != nil && s.isAngleAlpha(a, q, time):
		both := strings.Join(append(names(q), a[0].label()), ",")
		return nil, nil, nil, &columnError{fmt.Sprintf("%s can be read in two ways, as an angle beside %s and as an angular acceleration, which the second derivative of none of them shows", a[0].label(), strings.Join(names(q), ", ")),
			fmt.Sprintf("name the positions, as in --q %s or --q %s", shell.Quote(both), shell.Quote(strings.Join(names(q), ",")))}
	case len(a) > 0:
		s.note("left out: the accelerations %s, which are no part of a state; --dp names those that are derivatives", strings.Join(names(a), ", "))
	}
	// Velocities belong to positions by what remains of their names, else by their order.
	of := map[string][]*column{}
	for _, c := range v {
		of[c.stem] = append(of[c.stem], c)
	}
	var paired []*column
	for _, p := range q {
		var c *column
		if same := of[p.stem]; len(same) > 0 {
			c, of[p.stem] = same[0], same[1:]
		}
		paired = append(paired, c)
	}
	switch missing := slices.Contains(paired, nil); {
	case !missing:
		v = paired
	case len(v) == len(q) && len(q) == 1 && otherAxis(q[0].stem, v[0].stem):
		s.note("left out: %s, of another axis than %s", v[0].label(), q[0].label())
		v = nil
	case len(v) == len(q):
		if len(q) > 1 {
			s.note("the velocities %s are taken for those of %s in their order", strings.Join(names(v), ", "), strings.Join(names(q), ", "))
		}
	case len(v) > 0:
		s.note("left out: %s, which are not the velocities of all positions", strings.Join(names(v), ", "))
		v = nil
	}
	return q, v, u, nil
}

// isAngleAlpha reports whether a column called alpha, of no unit, is no second derivative of a
// position beside it: it may be an angle too.
func (s *sheet) isAngleAlpha(a, q []*column, time *column) bool {
	if len(a) != 1 || a[0].unit != "" || strings.Join(tokens(a[0].name), " ") != "alpha" {
		return false
	}
	for _, c := range q {
		rate := &column{values: make([]float64, s.rows)}
		for i := range rate.values {
			if rate.values[i] = math.NaN(); i > 0 && i+1 < s.rows && s.block[i-1] == s.block[i+1] {
				rate.values[i] = (c.values[i+1] - c.values[i-1]) / (time.values[i+1] - time.values[i-1])
			}
		}
		if factor, agreement := s.slope(rate, a[0], time); agreement > 0.5 && factor > 0.5 && factor < 2 {
			return false
		}
	}
	return true
}

// otherAxis reports whether two names are of one axis each, and not of the same.
func otherAxis(a, b string) bool {
	axis := func(stem string) (found string) {
		for _, word := range strings.Fields(stem) {
			if len(word) == 1 && strings.Contains("xyz", word) {
				found = word
			}
		}
		return found
	}
	return axis(a) != "" && axis(b) != "" && axis(a) != axis(b)
}

// variantWords tell columns of one quantity apart that cannot all be states: measured and
// filtered, or wanted, ones.
var variantWords = map[string]bool{"meas": true, "measured": true, "filt": true, "filtered": true, "raw": true, "smooth": true, "smoothed": true, "est": true, "estimated": true, "val": true, "test": true, "train": true,
	"des": true, "desired": true, "ref": true, "reference": true, "target": true, "cmd": true, "command": true, "commanded": true, "con": true, "set": true, "setpoint": true, "act": true, "actual": true, "soll": true, "ist": true, "true": true, "sim": true}

// variants refuses columns that are the same but for a word such as measured and filtered.
func variants(columns []*column) error {
	of := map[string][]string{} // by the name without such words, all of that name
	kinds := map[string][]string{}
	for _, c := range columns {
		var kind, rest []string
		for _, t := range tokens(c.label()) {
			if variantWords[t] {
				kind = append(kind, t)
			} else {
				rest = append(rest, t)
			}
		}
		key := strings.Join(rest, " ")
		of[key] = append(of[key], c.label())
		k := strings.Join(kind, " ")
		kinds[k] = append(kinds[k], c.label())
	}
	for _, same := range of {
		if len(same) > 1 && len(kinds) > 1 {
			var sets, flags []string
			for _, k := range slices.Sorted(mapsKeys(kinds)) {
				sets = append(sets, excerptList(kinds[k]))
				flags = append(flags, shell.Quote(strings.Join(kinds[k], ",")))
			}
			return &columnError{fmt.Sprintf("the file can be read in two ways, by %s", strings.Join(sets, " or by ")), fmt.Sprintf("name the columns that are meant, as in --q or --p or --input %s", flags[0])}
		}
	}
	return nil
}

// unitsOf says in which units columns are.
func unitsOf(columns []*column) string {
	var units []string
	for _, c := range columns {
		if _, ok := knownUnit(c.unit); ok && !slices.Contains(units, c.unit) {
			units = append(units, c.unit)
		}
	}
	if units == nil {
		return "by their names"
	}
	return strings.Join(units, ", ")
}

// ask is the error about columns of which no name says what they are. Where one is the
// scaled derivative of another, it says so, and which flags take them so.
func (s *sheet) ask(unknowns []*column, time *column) error {
	found := fmt.Sprintf("no column is recognised as a position: the file has %s", excerptList(s.labels()))
	steps := fmt.Sprintf("%s in steps of %.4g s", plural(s.rows, "row"), s.medianStep(time))
	some := unknowns[:min(len(unknowns), 16)] // each is compared with each
	for _, v := range some {
		for _, q := range some {
			if q == v {
				continue
			}
			if factor, agreement := s.slope(q, v, time); agreement > 0.99 {
				flag := "--p" // of a mass, or in other units
				if math.Abs(factor-1) < 0.05 {
					flag = "--v"
				}
				return &columnError{fmt.Sprintf("%s; %s is %.3g times the derivative of %s (%s)", found, v.label(), factor, q.label(), steps),
					fmt.Sprintf("if that is what they are, say so: --q %s %s %s", shell.Quote(q.label()), flag, shell.Quote(v.label())) + besides(names(unknowns))}
			}
		}
	}
	if len(unknowns) == 0 {
		return generalError{&columnError{found, "name the positions and the momenta, as in --q angle --p rate"}}
	}
	return generalError{&columnError{fmt.Sprintf("%s (%s)", found, steps), fmt.Sprintf("name the positions and the momenta, as in --q %s", shell.Quote(unknowns[0].label())) + firstOrder(names(unknowns))}}
}

// besides is the advice of firstOrder for columns of which two may be a pair.
func besides(columns []string) string {
	if len(columns) < 3 {
		return ""
	}
	return firstOrder(columns)
}

// medianStep is the median time from row to row.
func (s *sheet) medianStep(time *column) float64 {
	if time == nil {
		return 0
	}
	steps := make([]float64, 0, s.rows)
	for i := 1; i < s.rows; i++ {
		if s.block[i] == s.block[i-1] {
			if d := time.values[i] - time.values[i-1]; !math.IsNaN(d) {
				steps = append(steps, d)
			}
		}
	}
	if len(steps) == 0 {
		return 0
	}
	slices.Sort(steps)
	return steps[len(steps)/2]
}

// slope compares a column with the derivative of another, by central differences: the
// factor between them by least squares, and the correlation.
func (s *sheet) slope(q, v, time *column) (factor, correlation float64) {
	var dv, dd, vv float64
	n := 0
	for i := 1; i+1 < s.rows; i++ {
		if s.block[i+1] != s.block[i-1] {
			continue
		}
		d := (q.values[i+1] - q.values[i-1]) / (time.values[i+1] - time.values[i-1])
		x := v.values[i]
		if math.IsNaN(d) || math.IsInf(d, 0) || math.IsNaN(x) {
			continue
		}
		dv += d * x
		dd += d * d
		vv += x * x
		n++
	}
	if n < 8 || dd == 0 || vv == 0 {
		return 0, 0
	}
	return dv / dd, dv / math.Sqrt(dd*vv)
}

// build makes the set of the columns that are used.
func (s *sheet) build(time *column, c *Columns, o *ReadOptions) (*data.Set, *Mapping, error) {
	given := *c
	if time != nil {
		given.Time = time.label()
	}
	own := c.Q != nil && !c.Integrate
	if err := s.scale(time); err != nil {
		return nil, nil, err
	}
	list := s.labels()
	if err := s.twice(time); err != nil {
		return nil, nil, err
	}
	if unnamed := s.unnamed(time, c); unnamed && !own {
		if err := s.assume(&given, time); err != nil {
			return nil, nil, err
		}
	} else if !own {
		q, v, u, err := s.recognise(time)
		byNames, err2 := given.resolve(s.offered(time, c))
		switch {
		case err != nil && (err2 != nil || len(q) > 0 || s.byFile):
			return nil, nil, err
		case err == nil && (err2 != nil || len(byNames.dq) == 0 && (len(byNames.p) < len(v) || len(byNames.q) < len(q))):
			given.Q = names(q)
			if c.P == nil {
				given.P = append([]string{}, names(v)...) // not nil: there are no others
			}
			if c.DP == nil {
				if given.DP = []string{}; c.DQ == nil && len(given.P) > 0 {
					given.DQ = []string{} // of some states alone
				}
			}
			if given.Input = c.Input; c.Input == nil {
				given.Input = append([]string{}, names(u)...)
			}
		}
	}
	offered := s.offered(time, &given)
	r, err := given.resolve(offered)
	if err != nil {
		return nil, nil, err
	}
	r.velocities = r.velocities || len(r.p) > 0 && !slices.ContainsFunc(r.p, func(i int) bool {
		return s.columns[i].quantity != velocityColumn || s.columns[i].canonical
	})
	if r.velocities && !own && len(r.q) == len(r.p) {
		for k, i := range r.q {
			s.degreesByRate(s.columns[i], s.columns[r.p[k]], time)
		}
		s.daysByRate(s.columns[r.q[0]], s.columns[r.p[0]], time)
	}
	m := newMapping(s.file, s.format(), list, r)
	m.Ignored = slices.DeleteFunc(m.Ignored, func(name string) bool { return name == "" })
	m.Bad, m.BadRows = s.bad, s.badRows
	for i, c := range s.columns {
		if u, ok := knownUnit(c.unit); ok && c != time {
			if _, said := unitOfName(list[i]); said != "" {
				continue
			}
			if m.Units == nil {
				m.Units = map[string]string{}
			}
			m.Units[list[i]] = u.name
		}
	}
	return s.fill(time, r, m, o)
}

// twice refuses two columns of one name that may be used.
func (s *sheet) twice(time *column) error {
	seen := map[string]bool{}
	for _, c := range s.columns {
		if c.left || s.isText(c) || c.full == "" || c.quantity == indexColumn || c.quantity == timeColumn && c != time {
			continue
		}
		if seen[c.label()] {
			return &columnError{fmt.Sprintf("the header names the column %s twice", excerpt(c.label())), "give every column a name of its own"}
		}
		seen[c.label()] = true
	}
	return nil
}

// offered are the labels of the columns that the recognition by names may use: those that
// are left out have none, so that their places stay.
func (s *sheet) offered(time *column, c *Columns) []string {
	named := slices.Concat(c.Q, c.P, c.DQ, c.DP, c.Input, []string{c.Trial, c.Time})
	out := make([]string, len(s.columns))
	seen := map[string]bool{}
	for i, column := range s.columns {
		label := column.label()
		if !column.left && column.quantity != indexColumn && !(s.isText(column) && column.quantity != trialColumn) && (column.quantity != timeColumn || column == time) || slices.Contains(named, label) {
			if !seen[label] {
				out[i] = label
				seen[label] = true
			}
		}
	}
	return out
}

// unnamed reports whether the columns have no names, and none is given.
func (s *sheet) unnamed(time *column, c *Columns) bool {
	for _, column := range s.columns {
		if column != time && column.full != "" && column.quantity != indexColumn && !column.left {
			return false
		}
	}
	return true
}

// assume takes columns without names for positions and as many momenta, or for one position
// where a column is the derivative of another.
func (s *sheet) assume(c *Columns, time *column) error {
	var free []*column
	for _, column := range s.columns {
		if column != time && !column.left && !s.isText(column) && column.quantity != indexColumn {
			free = append(free, column)
		}
	}
	switch n := len(free); {
	case n == 0:
		return generalError{&columnError{"there is one column: a time and positions are needed", "check the separator, which may be a comma, a semicolon, a tab or blanks"}}
	case n%2 == 0:
		c.Q, c.P = names(free[:n/2]), names(free[n/2:])
		s.note("the columns have no names: column %s is taken for the time, %s for positions, %s for momenta", time.label(), strings.Join(c.Q, ", "), strings.Join(c.P, ", "))
	default:
		c.Q = names(free)
		s.note("the columns have no names: column %s is taken for the time, %s for positions without momenta", time.label(), strings.Join(c.Q, ", "))
	}
	c.Input = []string{NoInput}
	return nil
}

// format says how the table is written and where.
func (s *sheet) format() string {
	f := s.layout.String()
	if s.header.names == nil {
		f += ", no header"
	}
	if n := s.header.first; n > 0 {
		f += fmt.Sprintf(", from line %d on", n+1)
	}
	return f
}

// fill makes the set of the rows.
func (s *sheet) fill(time *column, r *roles, m *Mapping, o *ReadOptions) (*data.Set, *Mapping, error) {
	timeless := r.time < 0
	if timeless {
		r.time = len(m.Names)
		m.Names = append(slices.Clip(m.Names), "row")
		m.Time = "row"
		s.note("there is no time: every row is a trial of its own, which its derivatives allow")
	}
	b := newBuilder(m, r, o)
	b.foundTrial = b.foundTrial && r.trial >= 0
	b.noUnit = !timeless && time.asItStands
	used := make([]*column, 0, len(b.values))
	at := make([]int, 0, len(b.values))
	for i, dest := range b.dest {
		if dest >= 0 && i < len(s.columns) {
			used, at = append(used, s.columns[i]), append(at, i)
		}
	}
	s.resample(time, used)
	m.Notes = append(s.notes, m.Notes...)
	if !timeless {
		b.set.T = time.values[:0:s.rows] // which are read before they are written over
	}
	if s.rows > b.allowed() {
		return nil, nil, tooManyNumbers(s.file)
	}
	b.reserve(s.rows)
	var key []byte
	empty := 0 // rows of the other columns alone
	for i := range s.rows {
		line := int(s.line[i])
		var bad *ParseError
		if slices.IndexFunc(used, func(c *column) bool { return c != time && !math.IsNaN(c.values[i]) }) < 0 {
			empty++
			continue
		}
		for k, c := range used {
			v := c.values[i]
			if math.IsNaN(v) || math.IsInf(v, 0) {
				bad = b.errorf(line, at[k], "fill it in"+orSkip, "the field is empty or no number")
				break
			}
			b.values[b.dest[at[k]]] = v
		}
		switch {
		case timeless:
			b.values[0] = 0
			key = strconv.AppendInt(key[:0], int64(i), 10)
		case r.trial >= 0:
			key = s.trialKey(s.columns[r.trial], i)
		default:
			key = strconv.AppendInt(key[:0], int64(s.block[i]), 10)
		}
		if bad == nil {
			if bad = b.add(line, key); bad == nil && len(m.First) < mostFirst && s.first[line] != nil {
				m.First = append(m.First, FirstRow{line, string(s.first[line])})
			}
		}
		if bad != nil {
			if err := b.bad(bad); err != nil {
				return nil, nil, err
			}
		}
	}
	set, err := b.finish()
	if err != nil {
		return nil, nil, err
	}
	if empty > 0 {
		m.note("%s %s nothing in the columns that are used: left out", plural(empty, "row"), map[bool]string{true: "has", false: "have"}[empty == 1])
	}
	return set, m, nil
}

// trialKey is what tells the trial of a row apart.
func (s *sheet) trialKey(c *column, i int) []byte {
	if k := c.values[i]; s.isText(c) && k >= 0 && int(k) < len(c.texts) {
		return []byte(c.texts[int(k)])
	}
	return fmt.Appendf(nil, "%v", c.values[i])
}
