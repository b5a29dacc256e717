package experiment

import (
	"fmt"
	"slices"
	"strings"

	"hnn/data"
	"hnn/data/check"
	"hnn/data/file"
)

// seen is what a run learned from: the columns of its file, as they were recognised, and the
// least and most of every component of the training states.
type seen struct {
	// Columns are nil of data that were drawn.
	Columns *file.Columns `json:"columns,omitempty"`
	Least   []float64     `json:"least"`
	Most    []float64     `json:"most"`
	// Inputs are the least and the most of each input.
	Inputs [][2]float64 `json:"inputs,omitempty"`
	// InputDelay is how much later than its columns say the inputs act.
	InputDelay float64 `json:"input_delay,omitempty"`
	// ColumnDelay is how much later than its rows each state column was measured, nil for none.
	ColumnDelay []float64 `json:"column_delay,omitempty"`
	// ColumnGain and ColumnOffset are what each state column showed of the state, nil for nothing else; with OffsetOfTrials
	// ColumnOffset is the mean of the trials' own.
	ColumnGain     []float64 `json:"column_gain,omitempty"`
	ColumnOffset   []float64 `json:"column_offset,omitempty"`
	OffsetOfTrials bool      `json:"offset_of_trials,omitempty"`
}

// seen is nil of pictures, and of data that are not the run's own.
func (d *dataset) seen() *seen {
	if d.films != nil || d.foreign || d.Train == nil || d.Train.Rows() == 0 {
		return nil
	}
	s := &seen{InputDelay: d.delay, ColumnDelay: d.late, ColumnGain: d.gain, ColumnOffset: d.offset, OffsetOfTrials: d.ofTrials}
	if len(d.mappings) > 0 {
		s.Columns = &d.mappings[0].Columns
	}
	s.Least, s.Most = box(d.Train)
	if m := len(d.Train.InputNames); m > 0 {
		least, most := box(&data.Set{Dim: m, X: d.Train.Inputs})
		for k := range least {
			s.Inputs = append(s.Inputs, [2]float64{least[k], most[k]})
		}
	}
	return s
}

// InputScale says which of the inputs that a run's rollouts are given are of another size
// than those that it learned from, "" if none is, or if that is not known.
func (r *Run) InputScale() string {
	if r.input == nil || r.seen == nil || len(r.input.U) == 0 {
		return ""
	}
	m := len(r.inputs)
	least, most := box(&data.Set{Dim: m, X: r.input.U})
	for k, was := range r.seen.Inputs {
		width := was[1] - was[0]
		if past := max(was[0]-least[k], most[k]-was[1]); past > data.Beyond*width {
			return fmt.Sprintf("warning: the input %s goes from %.4g to %.4g, and in the training data from %.4g to %.4g: is it in another unit? Outside them the model guesses", r.inputs[k], least[k], most[k], was[0], was[1])
		}
	}
	return ""
}

// box is the least and the most of every state column.
func box(s *data.Set) (least, most []float64) {
	least, most = slices.Clone(s.X[:s.Dim]), slices.Clone(s.X[:s.Dim])
	for i, v := range s.X {
		j := i % s.Dim
		least[j], most[j] = min(least[j], v), max(most[j], v)
	}
	return least, most
}

// second reads a file that is to hold what another one did: its columns are those of the
// same names, in whatever order, but for those that the configuration names.
func (d *dataset) second(c *Config, path string, first *file.Columns) (*data.Set, error) {
	set, mapping, err := file.Read(path, c.readOptions(path, d.progress))
	if err == nil && differ(first, &mapping.Columns, &c.Columns) == "" {
		d.mappings = append(d.mappings, mapping)
		return d.prepare(c, path, set, mapping.Velocities)
	}
	named := *c
	named.Columns = byName(first, &c.Columns)
	set, other, byNames := file.Read(path, named.readOptions(path, d.progress))
	switch {
	case byNames != nil && err != nil:
		return nil, err
	case byNames != nil:
		return nil, fmt.Errorf("%s: the model learned from the columns %s, and the file does not have them: %w", path, list(first), byNames)
	}
	if role := differ(first, &other.Columns, &c.Columns); role != "" {
		return nil, fmt.Errorf("%s: its columns are %s, and the model learned from %s: the names of the %s differ, as those of other units do; convert them, or name the columns with --q, --p and --input", path, list(&other.Columns), list(first), role)
	}
	d.mappings = append(d.mappings, other)
	return d.prepare(c, path, set, other.Velocities)
}

// differ names the first role that two files' columns differ in, "" if none does. Roles that
// the user names are as the user has them.
func differ(first, second, given *file.Columns) string {
	for _, role := range []struct {
		name         string
		a, b, given  []string
		mayBeMissing bool
	}{
		{name: "columns", a: first.X, b: second.X, given: given.X},
		{name: "positions", a: first.Q, b: second.Q, given: given.Q},
		{name: "momenta", a: first.P, b: second.P, given: slices.Concat(given.P, given.V)},
		{name: "derivatives of positions", a: first.DQ, b: second.DQ, given: given.DQ, mayBeMissing: true},
		{name: "derivatives of momenta", a: first.DP, b: second.DP, given: given.DP, mayBeMissing: true},
		{name: "inputs", a: first.Input, b: second.Input, given: given.Input},
	} {
		if role.given != nil || role.mayBeMissing && (len(role.a) == 0 || len(role.b) == 0) || slices.Equal(role.a, role.b) {
			continue
		}
		return role.name
	}
	return ""
}

// together keeps what in several files contradicts that they are of one system, and refuses them where units differ.
func (d *dataset) together(parts []check.Part) error {
	found := check.Together(parts)
	d.findings = append(d.findings, found...)
	return (&check.Report{Findings: found}).Refused()
}

// sameClock refuses two files whose times are in different units by the names of their columns.
func sameClock(a, b *file.Mapping) error {
	was, known := a.TimeUnit()
	is, also := b.TimeUnit()
	if known && also && was != is {
		return fmt.Errorf("the times of %s, %s, and those of %s, %s, are in different units: convert one of them", a.File, a.Time, b.File, b.Time)
	}
	return nil
}

// byName is how a file is read by the names of another's columns.
func byName(first, given *file.Columns) file.Columns {
	c := *given
	if first.X != nil {
		c.X = first.X
	}
	for _, role := range []struct {
		into *[]string
		from []string
	}{{&c.Q, first.Q}, {&c.P, first.P}, {&c.DQ, first.DQ}, {&c.DP, first.DP}} {
		if *role.into == nil && first.X == nil && !(role.into == &c.P && c.V != nil) {
			*role.into = append([]string{}, role.from...)
		}
	}
	if c.Input == nil {
		c.Input = first.Input
		if len(c.Input) == 0 {
			c.Input = []string{file.NoInput}
		}
	}
	return c
}

// list names the columns of a state and its inputs.
func list(c *file.Columns) string {
	return strings.Join(slices.Concat(c.X, c.Q, c.P, c.Input), ", ")
}

// compareScale warns of columns whose numbers are of another size than those that the model
// learned from.
func (d *dataset) compareScale(s *data.Set, learned *seen) {
	if s == nil || s.Rows() < 2 {
		return
	}
	least, most := box(s)
	for j := range min(len(least), len(learned.Least)) {
		d.compareRange(s.ColumnName(j), s.ColumnName(j), [2]float64{least[j], most[j]}, [2]float64{learned.Least[j], learned.Most[j]})
	}
	if m := len(s.InputNames); m > 0 {
		least, most := box(&data.Set{Dim: m, X: s.Inputs})
		for k := range min(m, len(learned.Inputs)) {
			if least[k] == most[k] {
				continue // which check.Observations says
			}
			d.compareRange(s.InputNames[k], "the input "+s.InputNames[k], [2]float64{least[k], most[k]}, learned.Inputs[k])
		}
	}
}

// compareRange warns of a column that goes from is[0] to is[1], and in the training data from was[0] to was[1].
func (d *dataset) compareRange(column, name string, is, was [2]float64) {
	size, zero, far := check.Ranges(was, is)
	if !(was[1] > was[0]) || !size && !zero {
		return
	}
	f := check.Finding{Severity: check.Warning, Column: column, Advice: "is it in another unit?",
		What: fmt.Sprintf("%s goes from %.4g to %.4g, and in the training data from %.4g to %.4g", name, is[0], is[1], was[0], was[1])}
	if size && !far {
		f.What += fmt.Sprintf(", a range %.3g times as wide", (is[1]-is[0])/(was[1]-was[0]))
	} else if zero {
		f.Advice = "is it in another unit, or measured from another zero? There the model guesses"
	}
	d.findings = append(d.findings, f)
}
