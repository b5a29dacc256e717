// Package inspect looks at a user's file of trajectories before anything is learned from
// it: what was understood, how the times and the numbers lie, how noisy they are, and what
// about them a Hamiltonian model would not suit. It fits no model and changes no data; the
// verb hnn data inspect, its user, adds what training would do.
package inspect

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"hnn/data"
	"hnn/data/check"
	"hnn/data/file"
)

// A Report says what is in a file. Numbers are in the file's own units.
type Report struct {
	Mapping *file.Mapping `json:"mapping"`
	Rows    int           `json:"rows"`
	Trials  int           `json:"trials"`
	// TrialRows are the rows of the shortest, the median and the longest trial.
	TrialRows [3]int `json:"trial_rows"`
	// Derivatives says whether the file has them.
	Derivatives bool     `json:"derivatives"`
	Time        Time     `json:"time"`
	Columns     []Column `json:"columns"`
	// Bad are the messages about the first of the rows that cannot be read.
	Bad []string `json:"bad,omitempty"`
	// Velocity compares the momenta with the motion of the positions, nil where there are
	// no momenta or too few rows. Energy says whether the motion dies down, nil where that
	// cannot be told, as where inputs act on it.
	Velocity []check.Velocity `json:"velocity,omitempty"`
	Energy   *check.Energy    `json:"energy,omitempty"`
	// Warnings are sentences about what would go wrong, and what helps; Findings are those
	// that the numbers show, with the rows that they are about.
	Warnings []string        `json:"warnings,omitempty"`
	Findings []check.Finding `json:"findings,omitempty"`
	// Train are sentences about what training would do with the file, in the words of the
	// package that does it.
	Train []string `json:"train,omitempty"`
	// Checked is what the findings are of, for what goes on with it.
	Checked *check.Report `json:"-"`
	first   []string      // the first rows, as understood
}

// Time describes the times of all rows, and the steps between neighbours in a trial.
type Time struct {
	First float64 `json:"first"`
	Last  float64 `json:"last"`
	// Steps are 0 where no trial has two rows.
	LeastStep  float64 `json:"least_step"`
	MedianStep float64 `json:"median_step"`
	MostStep   float64 `json:"most_step"`
	// Even says that all steps are the median to a thousandth.
	Even bool `json:"even"`
	// Gaps counts the steps of at least Gap, across which nothing is estimated.
	Gaps int     `json:"gaps"`
	Gap  float64 `json:"gap,omitempty"`
}

// Column describes a state column.
type Column struct {
	Name string `json:"name"`
	// Role is position, momentum or input.
	Role string  `json:"role"`
	Min  float64 `json:"min"`
	Max  float64 `json:"max"`
	Mean float64 `json:"mean"`
	// Noise is the standard deviation of the observation noise that data.Set.Noise finds,
	// an upper bound where there is none; nil where the trials are too short to tell.
	Noise *float64 `json:"noise"`
	// Angle says why the column looks like an angle, or nothing.
	Angle string `json:"angle,omitempty"`
}

// New inspects a set that was read without its bad rows, which it reports. The options are
// those that the user asked for: with SkipBadRows among them the rows are no reason for a
// warning.
func New(s *data.Set, m *file.Mapping, asked file.ReadOptions) *Report {
	r := &Report{Mapping: m, Rows: s.Rows(), Trials: s.Trials(), Derivatives: s.DX != nil, Time: times(s)}
	var rows []int
	for i := range s.Trials() {
		rows = append(rows, s.Offsets[i+1]-s.Offsets[i])
	}
	slices.Sort(rows)
	r.TrialRows = [3]int{rows[0], rows[len(rows)/2], rows[len(rows)-1]}
	r.Columns = append(columns(s), inputs(s)...)
	for _, err := range m.Bad {
		r.Bad = append(r.Bad, err.Error())
	}
	if m.BadRows > 0 && !asked.SkipBadRows {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%d rows cannot be read, so that training stops at the first; --skip-bad-rows leaves them out", m.BadRows))
	}
	found := check.Observations(s, check.Options{Velocities: m.Velocities})
	r.Checked = found
	r.Findings, r.Velocity, r.Energy = found.Findings, found.Velocity, found.Energy
	for j, why := range found.Angles {
		r.Columns[j].Angle = why
	}
	r.Warnings = append(r.Warnings, found.Warnings(check.Warning)...)
	for i := range min(len(m.First), s.Rows()) {
		r.first = append(r.first, understood(s, m, i))
	}
	return r
}

// Add adds what was found otherwise, as between files.
func (r *Report) Add(found []check.Finding) {
	r.Findings = append(r.Findings, found...)
	r.Warnings = append(r.Warnings, (&check.Report{Findings: found}).Warnings(check.Warning)...)
}

// understood is a row as it was understood.
func understood(s *data.Set, m *file.Mapping, i int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", m.Time, short(s.T[i]))
	for j, name := range s.Names {
		fmt.Fprintf(&b, ", %s %s", name, short(s.X[i*s.Dim+j]))
	}
	for j, name := range s.InputNames {
		fmt.Fprintf(&b, ", %s %s", name, short(s.Inputs[i*len(s.InputNames)+j]))
	}
	return b.String()
}

func times(s *data.Set) Time {
	t := Time{First: slices.Min(s.T), Last: slices.Max(s.T)}
	steps := s.Steps()
	if len(steps) == 0 {
		return t
	}
	slices.Sort(steps)
	t.LeastStep, t.MedianStep, t.MostStep = steps[0], steps[len(steps)/2], steps[len(steps)-1]
	t.Even = t.MostStep-t.LeastStep <= 1e-3*t.MedianStep
	if t.Gap, t.Gaps = s.Gap(); t.Gaps == 0 {
		t.Gap = 0
	}
	return t
}

// anyState is the role of a column of equations of first order, which is neither a position nor a momentum.
const anyState = "state"

func columns(s *data.Set) []Column {
	noise := s.Unwrapped(s.Wrapped(2 * math.Pi)).Noise()
	all := make([]Column, s.Dim)
	for j := range all {
		c := Column{Name: s.Names[j], Role: "position", Min: math.Inf(1), Max: math.Inf(-1)}
		switch {
		case s.FirstOrder:
			c.Role = anyState
		case j >= degrees(s):
			c.Role = "momentum"
		}
		for i := j; i < len(s.X); i += s.Dim {
			c.Min, c.Max = min(c.Min, s.X[i]), max(c.Max, s.X[i])
			c.Mean += (s.X[i] - c.Mean) / float64(i/s.Dim+1) // cannot overflow
		}
		if noise != nil {
			c.Noise = &noise[j]
		}
		all[j] = c
	}
	return all
}

// inputs describes what acts on the system.
func inputs(s *data.Set) []Column {
	m := len(s.InputNames)
	all := make([]Column, m)
	for j, name := range s.InputNames {
		c := Column{Name: name, Role: "input", Min: math.Inf(1), Max: math.Inf(-1)}
		for i := j; i < len(s.Inputs); i += m {
			c.Min, c.Max = min(c.Min, s.Inputs[i]), max(c.Max, s.Inputs[i])
			c.Mean += (s.Inputs[i] - c.Mean) / float64(i/m+1)
		}
		all[j] = c
	}
	return all
}

// degrees is the number of positions.
func degrees(s *data.Set) int {
	if s.PositionsOnly || s.FirstOrder {
		return s.Dim
	}
	return s.Dim / 2
}

// constant reports whether a column never changes.
func (c *Column) constant() bool { return c.Min == c.Max }
