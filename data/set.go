// Package data holds trajectories, and what a trainer and a model need of them: sets of
// trials and their parts, inputs as signals, scales, angles, gaps, differences and the
// noise in them.
//
// It knows neither formats of files (data/file), nor how states and derivatives are
// estimated (data/estimate), nor the systems that data are drawn from (data/draw).
package data

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Set is a set of trajectories, called trials as in the files of measurements.
//
// It is stored column-wise, one slice an attribute for all trials together, so
// that ten million rows take about the size of their numbers. Rows of a trial
// are in order of time.
type Set struct {
	// Dim is the length of a state.
	Dim int
	// Offsets bounds the trials: trial i is rows Offsets[i] to Offsets[i+1].
	// It has one element more than there are trials, the first being 0.
	Offsets []int
	// T holds the time of each of the N rows, increasing within a trial.
	T []float64
	// X holds the states as observed, N x Dim, row-major.
	X []float64
	// DX holds the time derivatives, N x Dim, or is nil where they are unknown.
	DX []float64
	// Clean holds the states without their noise, N x Dim, or is nil where they
	// are unknown.
	Clean []float64
	// Names holds the names of the Dim state columns, or is nil.
	Names []string
	// Inputs holds what acts on the system from outside in each row, as forces and
	// voltages do, N x len(InputNames), row-major. Both are nil where nothing does.
	Inputs     []float64
	InputNames []string
	// InputsHeld says that inputs stay what they were until the next row, as Signal.Held
	// does; else they change linearly.
	InputsHeld bool
	// PositionsOnly says that a state holds positions and no momenta: Dim is then
	// the number of degrees of freedom, and momenta have to be found before a model
	// is fitted. Otherwise a state is the positions, then as many momenta.
	PositionsOnly bool
	// FirstOrder says that a state is columns of any kind and number, no pairs of positions and momenta.
	FirstOrder bool
}

// Rows returns the number of rows of all trials together.
func (s *Set) Rows() int { return len(s.T) }

// Trials returns the number of trials.
func (s *Set) Trials() int { return max(len(s.Offsets)-1, 0) }

// Trial returns views of the times (n), states and derivatives (n x Dim) of trial
// i; dx is nil where the set has no derivatives. It panics if there is no trial i.
func (s *Set) Trial(i int) (t, x, dx []float64) {
	lo, hi := s.Offsets[i], s.Offsets[i+1]
	return s.T[lo:hi:hi], view(s.X, lo, hi, s.Dim), view(s.DX, lo, hi, s.Dim)
}

// Row returns views of the state and the derivative of row i, the derivative
// being nil where the set has none. It panics if there is no row i.
func (s *Set) Row(i int) (x, dx []float64) {
	return view(s.X, i, i+1, s.Dim), view(s.DX, i, i+1, s.Dim)
}

// InputRows returns a view of the inputs of rows lo to hi, nil where the set has none.
func (s *Set) InputRows(lo, hi int) []float64 { return view(s.Inputs, lo, hi, len(s.InputNames)) }

// InputSignal returns the inputs of trial i as a signal over its times, nil where the set
// has none. They are views.
func (s *Set) InputSignal(i int) *Signal {
	if s.InputNames == nil {
		return nil
	}
	lo, hi := s.Offsets[i], s.Offsets[i+1]
	return &Signal{T: s.T[lo:hi:hi], U: s.InputRows(lo, hi), Held: s.InputsHeld}
}

// Slice returns a view of rows lo to hi. A trial that the bounds cut is cut in
// the view too. It panics if the bounds are not within the rows.
func (s *Set) Slice(lo, hi int) *Set {
	if lo < 0 || hi < lo || hi > s.Rows() {
		panic("data: slice of rows out of range")
	}
	offsets := []int{0}
	for _, o := range s.Offsets {
		if o > lo && o < hi {
			offsets = append(offsets, o-lo)
		}
	}
	if hi > lo {
		offsets = append(offsets, hi-lo)
	}
	return s.view(lo, hi, offsets)
}

// SliceTrials returns a view of trials lo to hi. It panics if the bounds are not
// within the trials.
func (s *Set) SliceTrials(lo, hi int) *Set {
	if lo < 0 || hi < lo || hi > s.Trials() {
		panic("data: slice of trials out of range")
	}
	if lo == hi {
		return s.view(0, 0, []int{0})
	}
	offsets := make([]int, hi-lo+1)
	for i := range offsets {
		offsets[i] = s.Offsets[lo+i] - s.Offsets[lo]
	}
	return s.view(s.Offsets[lo], s.Offsets[hi], offsets)
}

func (s *Set) view(lo, hi int, offsets []int) *Set {
	return &Set{
		Dim:     s.Dim,
		Offsets: offsets,
		T:       s.T[lo:hi:hi],
		X:       view(s.X, lo, hi, s.Dim),
		DX:      view(s.DX, lo, hi, s.Dim),
		Clean:   view(s.Clean, lo, hi, s.Dim),
		Names:   s.Names,

		Inputs: s.InputRows(lo, hi), InputNames: s.InputNames, InputsHeld: s.InputsHeld,

		PositionsOnly: s.PositionsOnly, FirstOrder: s.FirstOrder,
	}
}

// empty returns a set of the same columns without rows.
func (s *Set) empty() *Set {
	return &Set{Dim: s.Dim, Names: s.Names, Offsets: []int{0}, InputNames: s.InputNames, InputsHeld: s.InputsHeld, PositionsOnly: s.PositionsOnly, FirstOrder: s.FirstOrder}
}

// view returns rows lo to hi of a row-major matrix, capped so that an append to
// the view cannot write into its neighbour; nil stays nil.
func view(m []float64, lo, hi, dim int) []float64 {
	if m == nil {
		return nil
	}
	return m[lo*dim : hi*dim : hi*dim]
}

// Append adds copies of the trials of other after those of s. An empty s takes
// over the shape of other. It is an error if the two differ in dimension or in
// whether they have momenta, derivatives, clean states or inputs.
func (s *Set) Append(other *Set) error {
	if s.Rows() == 0 {
		s.Dim, s.Names, s.PositionsOnly, s.FirstOrder = other.Dim, other.Names, other.PositionsOnly, other.FirstOrder
		s.InputNames, s.InputsHeld = other.InputNames, other.InputsHeld
		s.Offsets = []int{0}
	} else {
		switch {
		case s.Dim != other.Dim:
			return fmt.Errorf("data: cannot append states of dimension %d to states of dimension %d", other.Dim, s.Dim)
		case s.FirstOrder != other.FirstOrder:
			return errors.New("data: cannot append a set of positions and momenta to one of other columns, or the reverse")
		case s.PositionsOnly != other.PositionsOnly:
			return errors.New("data: cannot append a set with momenta to one without, or the reverse")
		case (s.DX == nil) != (other.DX == nil):
			return errors.New("data: cannot append a set with derivatives to one without, or the reverse")
		case (s.Clean == nil) != (other.Clean == nil):
			return errors.New("data: cannot append a set with clean states to one without, or the reverse")
		case s.InputsHeld != other.InputsHeld:
			return errors.New("data: cannot append a set whose inputs are held to one whose inputs change linearly, or the reverse")
		case !slices.Equal(s.InputNames, other.InputNames):
			return fmt.Errorf("data: cannot append a set with the inputs %q to one with %q", other.InputNames, s.InputNames)
		}
	}
	rows := s.Rows()
	for _, o := range other.Offsets[min(1, len(other.Offsets)):] {
		s.Offsets = append(s.Offsets, rows+o)
	}
	s.T = append(s.T, other.T...)
	s.X = append(s.X, other.X...)
	s.DX = append(s.DX, other.DX...)
	s.Clean = append(s.Clean, other.Clean...)
	s.Inputs = append(s.Inputs, other.Inputs...)
	return nil
}

// Lengths returns an error if the lengths of s do not fit each other. It looks at no number.
func (s *Set) Lengths() error {
	n := s.Rows()
	if s.Dim < 1 {
		return fmt.Errorf("data: dimension is %d, want 1 or more", s.Dim)
	}
	if s.Names != nil && len(s.Names) != s.Dim {
		return fmt.Errorf("data: %d column names for %d columns", len(s.Names), s.Dim)
	}
	if len(s.Offsets) == 0 || s.Offsets[0] != 0 || s.Offsets[len(s.Offsets)-1] != n {
		return fmt.Errorf("data: the trials' offsets do not run from 0 to the %d rows", n)
	}
	for i := 1; i < len(s.Offsets); i++ {
		if s.Offsets[i] <= s.Offsets[i-1] {
			return fmt.Errorf("data: trial %d is empty", i-1)
		}
	}
	for _, a := range s.attributes() {
		if (a.data != nil || !a.optional) && len(a.data) != n*a.columns {
			return fmt.Errorf("data: %d numbers of %s for %d rows of %d", len(a.data), a.name, n, a.columns)
		}
	}
	return nil
}

// attribute is what a set has of every row.
type attribute struct {
	name     string
	data     []float64
	optional bool
	columns  int
	column   func(j int) string
}

func (s *Set) attributes() []attribute {
	input := func(j int) string { return s.InputNames[j] }
	return []attribute{
		{"states", s.X, false, s.Dim, s.ColumnName}, {"derivatives", s.DX, true, s.Dim, s.ColumnName},
		{"clean states", s.Clean, true, s.Dim, s.ColumnName}, {"inputs", s.Inputs, s.InputNames == nil, len(s.InputNames), input},
	}
}

// Validate returns an error if the lengths of s do not fit each other, a number
// is not finite, or the times within a trial do not increase. Sets read or
// generated by this package are valid.
func (s *Set) Validate() error {
	if err := s.Lengths(); err != nil {
		return err
	}
	for _, m := range s.attributes() {
		for i, v := range m.data {
			if !finite(v) {
				return fmt.Errorf("data: the %s hold %v in row %d, column %s: remove the row or repair it", m.name, v, i/m.columns, m.column(i%m.columns))
			}
		}
	}
	for trial := range s.Trials() {
		for i := s.Offsets[trial]; i < s.Offsets[trial+1]; i++ {
			if !finite(s.T[i]) {
				return fmt.Errorf("data: the time of row %d is %v: remove the row or repair it", i, s.T[i])
			}
			if i > s.Offsets[trial] && s.T[i] <= s.T[i-1] {
				return fmt.Errorf("data: time goes from %v to %v at row %d of trial %d: sort the rows by time and drop repeated ones", s.T[i-1], s.T[i], i, trial)
			}
		}
	}
	return nil
}

// ColumnName returns the name of state column j, or its number from 1 where columns have no
// names.
func (s *Set) ColumnName(j int) string {
	if s.Names == nil {
		return fmt.Sprint(j + 1)
	}
	return s.Names[j]
}

func finite(v float64) bool { return !math.IsInf(v, 0) && !math.IsNaN(v) }

// Split is what a model is fitted on and what it is tested on.
type Split struct {
	Train, Test *Set
}
