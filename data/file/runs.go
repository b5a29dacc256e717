package file

import (
	"math"
	"slices"
	"strings"

	"hnn/internal/printable"
)

// joinRuns makes trials of runs that stand side by side, each with columns of the same
// names: they are told apart by a number in the name, as Run #2 has one, by the suffixes .1
// and .2, or because all names come again in their order.
func (s *sheet) joinRuns() {
	groups := s.runGroups()
	if len(groups) < 2 {
		return
	}
	first := groups[0]
	joined := make([]*column, len(first))
	for k, c := range first {
		j := *c
		j.full, j.values = joinedName(c), nil
		j.run = ""
		joined[k] = &j
	}
	rowsOf, total := make([]int, len(groups)), 0
	for run, group := range groups {
		rowsOf[run] = s.lastRow(group)
		total += rowsOf[run]
	}
	for _, c := range joined {
		c.values = make([]float64, 0, total)
	}
	line, block := make([]int32, 0, total), make([]int32, 0, total)
	for run, group := range groups {
		rows := rowsOf[run]
		for k, c := range group {
			c.inexactRun(joined[k])
			joined[k].values = append(joined[k].values, c.values[:rows]...)
			c.values = nil // their memory is needed
		}
		line = append(line, s.line[:rows]...)
		for range rows {
			block = append(block, int32(run))
		}
	}
	for _, c := range joined {
		c.measure()
	}
	s.note("%d runs stand side by side, with %s each: they are trials", len(groups), plural(len(first), "column"))
	s.columns, s.line, s.block, s.rows = joined, line, block, len(line)
}

// lastRow is the number of rows up to the last in which a group of columns holds anything.
func (s *sheet) lastRow(group []*column) int {
	for i := s.rows - 1; i >= 0; i-- {
		if slices.ContainsFunc(group, func(c *column) bool { return !math.IsNaN(c.values[i]) }) {
			return i + 1
		}
	}
	return 0
}

// inexactRun keeps the start that is taken off the times of a run: every run counts from
// its own.
func (c *column) inexactRun(into *column) {
	into.exact, into.clock = c.exact, c.clock
}

// joinedName is a column's name without its run.
func joinedName(c *column) string {
	name, _ := cutRun(c.full)
	if i := strings.LastIndexByte(name, '.'); i > 0 && c.run != "" && name[i+1:] == c.run && digits([]byte(name[i+1:])) {
		name = name[:i]
	}
	return name
}

// runGroups are the columns of each run, in the order of the first; nil where there is one.
func (s *sheet) runGroups() [][]*column {
	var runs []string
	of := map[string][]*column{}
	for _, c := range s.columns {
		if c.filled == 0 {
			continue
		}
		if c.run == "" && c.quantity == indexColumn {
			continue
		}
		if _, ok := of[c.run]; !ok {
			runs = append(runs, c.run)
		}
		of[c.run] = append(of[c.run], c)
	}
	if len(runs) < 2 || slices.Contains(runs, "") {
		runs, of = s.repeatedNames()
	}
	if len(runs) < 2 {
		return nil
	}
	var groups [][]*column
	names := func(list []*column) (out []string) {
		for _, c := range list {
			out = append(out, joinedName(c))
		}
		return out
	}
	want := names(of[runs[0]])
	timed := slices.ContainsFunc(of[runs[0]], func(c *column) bool { return c.quantity == timeColumn })
	for _, run := range runs {
		if !slices.Equal(names(of[run]), want) || !timed && len(want) < 2 {
			return nil
		}
		groups = append(groups, of[run])
	}
	return groups
}

// repeatedNames finds runs in columns whose names come again, or again with .1, .2 behind.
func (s *sheet) repeatedNames() ([]string, map[string][]*column) {
	var runs []string
	of := map[string][]*column{}
	count := map[string]int{}
	hasTime := false
	for _, c := range s.columns {
		if c.filled == 0 || c.full == "" {
			continue
		}
		base := c.full
		if i := strings.LastIndexByte(base, '.'); i > 0 && i+1 < len(base) && digits([]byte(base[i+1:])) {
			if bare := base[:i]; count[bare] > 0 {
				base = bare
			}
		}
		hasTime = hasTime || c.quantity == timeColumn
		run := string(rune('0' + min(count[base], 1<<16)))
		if count[base] > 0 && base != c.full {
			c.run = c.full[len(base)+1:]
		}
		count[base]++
		if _, ok := of[run]; !ok {
			runs = append(runs, run)
		}
		of[run] = append(of[run], c)
	}
	if !hasTime {
		return nil, nil
	}
	return runs, of
}

// pivot turns a table in long form, a row for each value with the name of its variable,
// into one with a column for each variable. It reports what to do where the variables do
// not come at the same times.
func (s *sheet) pivot() error {
	var variable, value, time *column
	var others []*column
	values := 0
	for j, c := range s.columns {
		switch {
		case s.layout.holds[j] == 'x' && len(c.texts) >= 2 && len(c.texts) <= 64 && longName(c.full, "variable", "name", "channel", "signal", "sensor", "quantity", "measurement", "parameter", "field", "key", "topic", "variable_name", "series", "_field"):
			if variable != nil {
				return nil
			}
			variable = c
		case longName(c.full, "value", "values", "reading", "wert", "valeur", "data", "val", "_value") && s.layout.holds[j] == 'n':
			value = c
			values++
		case c.quantity == timeColumn && s.layout.holds[j] == 'n' && !c.constant():
			time = c
		case s.layout.holds[j] == 'n' && !c.constant():
			others = append(others, c)
		}
	}
	if variable == nil || value == nil || time == nil || values != 1 {
		return nil
	}
	// What has one value for each variable is the number of its table.
	if slices.ContainsFunc(others, func(c *column) bool { return !constantFor(c, variable) }) {
		return nil
	}
	n := len(variable.texts)
	columns := make([]*column, n)
	for k, text := range variable.texts {
		text = printable.Name(text)
		bare, unit := unitOfName(text)
		columns[k] = &column{full: text, name: text, unit: unit, meaning: meaningOf(bare, unit), at: value.at}
	}
	// The k-th rows of all variables are one, if they are of one time and one block.
	rows := make([][]int, n)
	for i := range s.rows {
		if k := int(variable.values[i]); k >= 0 && k < n {
			rows[k] = append(rows[k], i)
		}
	}
	times := *time
	times.values = nil
	var line, block []int32
	for i, first := range rows[0] {
		for k, column := range columns {
			at := first
			if i < len(rows[k]) {
				at = rows[k][i]
			}
			if len(rows[k]) != len(rows[0]) || time.values[at] != time.values[first] || s.block[at] != s.block[first] || math.IsNaN(value.values[at]) {
				return s.errorf(int(s.line[at]), "make it wide first: python3 -c \"import pandas as pd; d = pd.read_csv('FILE'); d.pivot_table(index='"+time.full+"', columns='"+variable.full+"', values='"+value.full+"').interpolate().reset_index().to_csv('wide.csv', index=False)\"",
					"the table is in long form, a row for each value of %s, and not all of them come at each time", excerpt(variable.full))
			}
			column.values = append(column.values, value.values[at])
		}
		times.values = append(times.values, time.values[first])
		line, block = append(line, s.line[first]), append(block, s.block[first])
	}
	times.filled = len(line)
	for _, c := range columns {
		c.measure()
	}
	s.note("the table is in long form, a row for each value of %s: %s are its columns", excerpt(variable.full), excerptList(variable.texts))
	s.columns, s.line, s.block, s.rows = append([]*column{&times}, columns...), line, block, len(line)
	holds := make([]byte, len(s.columns))
	for j := range holds {
		holds[j] = 'n'
	}
	l := *s.layout
	l.holds, l.width = holds, len(holds)
	s.layout = &l
	return nil
}

// constantFor reports whether a column has one value for each of a variable's.
func constantFor(c, variable *column) bool {
	of := map[float64]float64{}
	for i, v := range c.values {
		if first, ok := of[variable.values[i]]; !ok {
			of[variable.values[i]] = v
		} else if v != first {
			return false
		}
	}
	return true
}

func longName(name string, usual ...string) bool {
	return slices.Contains(usual, strings.ToLower(strings.TrimSpace(name)))
}
