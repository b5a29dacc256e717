package file

import (
	"fmt"
	"strings"
)

// Mapping says what Read understood of a file.
type Mapping struct {
	File string `json:"file"`
	// Format says how the file is written, as in "CSV, separated by semicolons".
	Format string `json:"format"`
	// Names are all columns or arrays of the file, in its order.
	Names []string `json:"names"`
	// Columns are those that are used. P is empty where there are only positions.
	Columns
	// Ignored are the names of all others.
	Ignored []string `json:"ignored,omitempty"`
	// Velocities says that by their names the momenta are velocities, as they are for
	// unit masses.
	Velocities bool `json:"velocities"`
	// Notes are sentences about what the file does not say and was assumed.
	Notes []string `json:"notes,omitempty"`
	// Units are those of columns whose names do not say them.
	Units map[string]string `json:"units,omitempty"`
	// Seconds says that times were turned into seconds, whatever the name of their column says.
	Seconds bool `json:"seconds,omitempty"`
	// BadRows counts the rows that were left out (ReadOptions.SkipBadRows), Bad holds
	// the errors of the first of them.
	BadRows int           `json:"bad_rows"`
	Bad     []*ParseError `json:"-"`
	// First are the lines of the first rows that were read, of a file of text.
	First []FirstRow `json:"-"`
}

// A FirstRow is a row as it stands in a file of text.
type FirstRow struct {
	Line int
	Text string
}

// mostFirst is how many of them a Mapping keeps.
const mostFirst = 3

// keepBad is how many errors a Mapping keeps.
const keepBad = 5

// newMapping names the columns of the roles.
func newMapping(file, format string, names []string, r *roles) *Mapping {
	m := &Mapping{File: file, Format: format, Names: names, Velocities: r.velocities, Notes: r.notes}
	used := make([]bool, len(names))
	pick := func(columns []int) []string {
		if len(columns) == 0 {
			return nil
		}
		picked := make([]string, 0, len(columns))
		for _, i := range columns {
			picked = append(picked, names[i])
			used[i] = true
		}
		return picked
	}
	if r.time >= 0 {
		m.Time, used[r.time] = names[r.time], true
	}
	if r.trial >= 0 {
		m.Trial, used[r.trial] = names[r.trial], true
	}
	m.Q, m.P, m.DQ, m.DP, m.Input = pick(r.q), pick(r.p), pick(r.dq), pick(r.dp), pick(r.input)
	if r.first {
		m.X, m.Q = m.Q, nil
	}
	for i, name := range names {
		if !used[i] && name != "" {
			m.Ignored = append(m.Ignored, name)
		}
	}
	return m
}

func (m *Mapping) note(format string, args ...any) {
	m.Notes = append(m.Notes, fmt.Sprintf(format, args...))
}

// String says in one line what the columns hold.
func (m *Mapping) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s; time %s", m.Format, m.Time)
	if m.Trial != "" {
		fmt.Fprintf(&b, ", trials %s", m.Trial)
	}
	for _, part := range []struct {
		what  string
		names []string
	}{{"columns", m.X}, {"positions", m.Q}, {"momenta", m.P}, {"derivatives", append(m.DQ[:len(m.DQ):len(m.DQ)], m.DP...)}, {"inputs", m.Input}, {"ignored", m.Ignored}} {
		if len(part.names) > 0 {
			fmt.Fprintf(&b, ", %s %s", part.what, strings.Join(part.names, " "))
		}
	}
	if len(m.P) == 0 && m.X == nil {
		b.WriteString(", no momenta")
	}
	return b.String()
}
