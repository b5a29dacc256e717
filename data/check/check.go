// Package check says what in a set of observations contradicts what it is taken for:
// derivatives that do not follow the states, rows that are no motion, angles that jump or
// are in degrees, inputs that the state determines, and what a Hamiltonian would not suit.
// It is the one list of such findings, which every command that reads data prints. It
// changes no data and fits no model.
package check

import (
	"fmt"
	"math"
	"slices"

	"hnn/data"
)

// Severity says what a finding means for what is learned from the data.
type Severity int

const (
	// Note is worth knowing and changes nothing.
	Note Severity = iota
	// Warning may spoil what is learned.
	Warning
	// Refusal would: the data are not taken so.
	Refusal
)

var severities = [...]string{"note", "warning", "refusal"}

func (s Severity) String() string { return severities[s] }

// MarshalText and UnmarshalText write and read the severity's name.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText is the reverse of MarshalText.
func (s *Severity) UnmarshalText(text []byte) error {
	i := slices.Index(severities[:], string(text))
	if i < 0 {
		return fmt.Errorf("check: no severity %q", text)
	}
	*s = Severity(i)
	return nil
}

// A Finding is one thing that was found, and what to do about it.
type Finding struct {
	Severity Severity `json:"severity"`
	// Column is the column that it is about, "" where it is about several or all.
	Column string `json:"column,omitempty"`
	// Rows are the first rows that it is about, from 0; nil where it is about all.
	Rows []int `json:"rows,omitempty"`
	// What says what is wrong and where, with numbers; Advice says what to do.
	What   string `json:"what"`
	Advice string `json:"advice"`
	// Hamiltonian says that it matters to models of positions and momenta with a Hamiltonian alone: a Lagrangian takes
	// velocities as they are and has friction of its own.
	Hamiltonian bool `json:"hamiltonian,omitempty"`
	// Losses says that it is of friction, which a formula finds by itself.
	Losses bool `json:"losses,omitempty"`
	// Bad says that it is about rows that are no motion: see Report.Bad.
	Bad bool `json:"-"`
}

// String is the finding as a sentence.
func (f Finding) String() string {
	if f.Advice == "" {
		return f.What
	}
	return f.What + ": " + f.Advice
}

// Options say what is known of the observations besides their numbers.
type Options struct {
	// Velocities says that the momenta are called velocities.
	Velocities bool
	// Angles marks the state columns that are taken for angles in radians, nil for none.
	Angles []bool
	// Dissipation says that the model to be learned has friction.
	Dissipation bool
	// SplitAtJumps says that jumps of the state end a trial.
	SplitAtJumps bool
	// Canonical says that the user has said what the momenta are: velocities of several
	// degrees of freedom are then not warned of.
	Canonical bool
	// KeepBadRows says that rows that are no motion are to be taken as they are.
	KeepBadRows bool
}

// A Report is what was found in a set.
type Report struct {
	// Findings begin with the gravest.
	Findings []Finding
	// Velocity compares the momenta with the motion of the positions, nil where there are
	// no momenta or too few rows. Energy says whether the motion dies down, nil where that
	// cannot be told, as where inputs act on it.
	Velocity []Velocity
	Energy   *Energy
	// Decays says that the motion dies down, with friction in the model or without.
	Decays bool
	// Angles say of every state column why it looks like an angle, or nothing.
	Angles []string
	// Far and Jumps are the rows that hold values far from all others, and those that begin
	// anew after a jump of the state, in order.
	Far, Jumps []int
	// Bad are the rows that are no motion, in order: those of Far where there are any, else outliers, what a sensor
	// that was stuck or clipped gave, what was stored again, and all but the last of a system that is held first.
	// Without them a set may show others.
	Bad []int

	unsettled []badFinding
}

// Observations checks a valid set.
func Observations(s *data.Set, o Options) *Report {
	r := &Report{}
	// Values that are no measurements would hide all else.
	r.far(s)
	clean := s
	if r.Far != nil {
		clean = s.Without(r.Far)
	}
	if clean.Rows() == 0 {
		r.settle(s.Rows(), o)
		return r
	}
	wrapped := r.angles(clean, o)
	marks := clean.Wrapped(2 * math.Pi)
	for j := range o.Angles {
		marks[j] = marks[j] || o.Angles[j]
	}
	continuous := clean.Unwrapped(marks)
	if r.Far == nil {
		// Rows keep their numbers. Of frames that are stored several times over, each is a jump.
		if !frames(continuous).report(r, continuous) {
			r.jumps(continuous, wrapped, o)
			r.repeated(continuous)
			r.stalls(continuous, o)
		}
		r.sensors(continuous)
		r.continued(continuous)
	}
	r.settle(s.Rows(), o)
	if r.Jumps != nil {
		continuous = continuous.SplitAt(r.Jumps)
	}
	r.constant(continuous)
	r.copies(s)
	r.derivatives(continuous)
	if !s.PositionsOnly && !s.FirstOrder {
		r.Velocity = velocities(continuous)
	}
	r.alike(continuous)
	r.inputs(continuous)
	if !s.FirstOrder {
		r.momenta(continuous, o)
		r.friction(continuous, o)
	}
	slices.SortStableFunc(r.Findings, func(a, b Finding) int { return int(b.Severity - a.Severity) })
	return r
}

// Refused returns the first refusal as an error, nil where there is none.
func (r *Report) Refused() error {
	if len(r.Findings) > 0 && r.Findings[0].Severity == Refusal {
		return fmt.Errorf("%s", r.Findings[0])
	}
	return nil
}

// Warnings returns the sentences of the findings of at least a severity.
func (r *Report) Warnings(least Severity) []string {
	var out []string
	for _, f := range r.Findings {
		if f.Severity >= least {
			out = append(out, f.String())
		}
	}
	return out
}

func (r *Report) add(f Finding) { r.Findings = append(r.Findings, f) }

// where names a row by its number from 1 and its time, and the trial where there are several.
func where(s *data.Set, row int) string {
	if s.Trials() > 1 {
		trial, _ := slices.BinarySearch(s.Offsets, row+1)
		return fmt.Sprintf("row %d (trial %d, t = %.6g)", row+1, trial, s.T[row])
	}
	return fmt.Sprintf("row %d (t = %.6g)", row+1, s.T[row])
}

// wheres names the first rows of a list.
func wheres(s *data.Set, rows []int) string {
	const most = 3
	text := ""
	for i, row := range rows {
		if i == most {
			return fmt.Sprintf("%s and %d more", text, len(rows)-most)
		}
		if i > 0 {
			text += ", "
		}
		text += where(s, row)
	}
	return text
}

// degrees is the number of positions, of all columns where there are no pairs.
func degrees(s *data.Set) int {
	if s.PositionsOnly || s.FirstOrder {
		return s.Dim
	}
	return s.Dim / 2
}

// quantile returns the value below which a share of sorted numbers lie.
func quantile(sorted []float64, share float64) float64 {
	return sorted[int(share*float64(len(sorted)-1)+0.5)]
}

// median sorts v and returns its middle, 0 of none.
func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	slices.Sort(v)
	return v[len(v)/2]
}
