// Package estimate finds derivatives, momenta and states without their noise from
// observations: by polynomials fitted to the rows around each, or by differences.
package estimate

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"hnn/data"
	"hnn/system"
)

// Method is a way to derivatives.
type Method string

// The methods of estimating derivatives; an option may be Auto, too, and is never Given.
const (
	// Given are those of the file.
	Given Method = "given"
	// LocalPolynomial fits a polynomial to the rows around each.
	LocalPolynomial Method = "local-polynomial"
	// Central and Forward are CentralDifferences and ForwardDifferences of a data.Set.
	Central Method = "central"
	Forward Method = "forward"
)

// Values lists the names of the methods.
func (Method) Values() []string {
	return []string{Auto, string(LocalPolynomial), string(Central), string(Forward)}
}

// Auto leaves a choice to the data.
const Auto = "auto"

// Smoothing says whether states are smoothed.
type Smoothing string

// Values lists the names that it can have.
func (Smoothing) Values() []string { return []string{Auto, "yes", "no"} }

// Options says how states and derivatives are found. The zero value leaves all
// to the data.
type Options struct {
	// Derivatives is the method: "" and Auto are those of the
	// file where it has them, else LocalPolynomial; of pairs of states, Central.
	Derivatives Method `key:"derivatives" help:"derivatives of observations: those of the file, else local-polynomial (auto), or by a method"`
	// Window is the number of rows of a local polynomial, 0 for one chosen by
	// cross-validation.
	Window int `key:"derivative-window,omitempty" help:"rows of a local polynomial, 0 for as many as cross-validation finds best"`
	// Smooth says whether the states are smoothed too. "" and Auto smooth where Set.Noise
	// finds more than a thousandth of a column's spread (of a position's, where there are
	// inputs): noise in the states that a field is fitted to shrinks it.
	Smooth Smoothing `key:"smooth" help:"smooth states before the fit: where noise is found (auto), always or never"`
	// Masses turn the velocities of a PositionsOnly set into momenta, one for each
	// position or one for all; nil is unit masses.
	Masses []float64
}

// Validate reports an option that makes no sense.
func (o Options) Validate() error {
	switch {
	case o.Derivatives != "" && !slices.Contains(o.Derivatives.Values(), string(o.Derivatives)):
		return &system.UnknownError{Kind: "way to derivatives", Name: string(o.Derivatives), Known: o.Derivatives.Values()}
	case o.Smooth != "" && !slices.Contains(o.Smooth.Values(), string(o.Smooth)):
		return &system.UnknownError{Kind: "smoothing", Name: string(o.Smooth), Known: o.Smooth.Values()}
	case o.Window != 0 && o.Window < 3:
		return fmt.Errorf("data: a window of %d rows; a local polynomial needs at least 3, and 0 leaves the choice to cross-validation", o.Window)
	}
	for _, m := range o.Masses {
		if !(m > 0) || math.IsInf(m, 1) {
			return fmt.Errorf("data: a mass of %v; a mass is a positive number", m)
		}
	}
	return nil
}

// Estimator finds states and derivatives from observations. Its choices are made on one
// set, that of training, and applied to any; they are plain numbers for results and files.
type Estimator struct {
	// Derivatives is the method, or Given.
	Derivatives Method `json:"derivatives"`
	// Smoothed says whether the states are estimates too.
	Smoothed bool `json:"smoothed"`
	// Columns, Noise and Windows are of the observed state columns; Noise as Set.Noise has
	// it. Windows are nil where no polynomial was fitted.
	Columns []string  `json:"columns"`
	Noise   []float64 `json:"noise"`
	Windows []Window  `json:"windows,omitempty"`
	// Gap is the step in time across which nothing is estimated, Gaps how many there were.
	Gap  float64 `json:"gap"`
	Gaps int     `json:"gaps"`
	// Masses are those of the positions whose velocities became momenta, nil where the
	// file has momenta.
	Masses []float64 `json:"masses,omitempty"`
}

// noticeable is the noise, as a share of the spread, from which on states are smoothed.
const noticeable = 1e-3

// The degrees of polynomials that are tried: for the motion, and for what remains of it
// when the integral of given derivatives is taken away.
var (
	motionDegrees   = []int{2, 3, 4, 5, 6}
	residualDegrees = []int{0, 1, 2}
)

// New makes the choices that the options leave open from the observations of s. The error is
// about the options, or says why nothing can be estimated.
func New(s *data.Set, o Options) (*Estimator, error) {
	if err := s.Lengths(); err != nil {
		return nil, err
	}
	if err := o.Validate(); err != nil {
		return nil, err
	}
	e := &Estimator{Derivatives: o.Derivatives, Smoothed: o.Smooth == "yes"}
	if err := e.setMasses(s, o.Masses); err != nil {
		return nil, err
	}
	e.Gap, e.Gaps = s.Gap()
	s = e.prepare(s)
	for j := range s.Dim {
		e.Columns = append(e.Columns, s.ColumnName(j))
	}
	if e.Derivatives == "" || e.Derivatives == Auto {
		e.Derivatives = LocalPolynomial
		switch {
		case s.DX != nil:
			e.Derivatives = Given
		case s.LongestTrial() == 2 && !s.PositionsOnly:
			e.Derivatives = Central // pairs of states: the one difference at both
		}
	}
	e.Noise = s.Noise()
	// Differences by name are taken of the rows as they are.
	if (o.Smooth == "" || o.Smooth == Auto) && e.Derivatives != Central && e.Derivatives != Forward {
		for j, spread := range s.Spread() {
			if s.InputNames != nil && !s.PositionsOnly && 2*j >= s.Dim {
				break // where inputs jump, so do the rates of momenta, whatever their noise
			}
			e.Smoothed = e.Smoothed || e.Noise != nil && e.Noise[j] > noticeable*spread
		}
	}
	if e.Derivatives == LocalPolynomial || e.Smoothed {
		if longest, least := s.LongestTrial(), max(o.Window, 3); longest < least {
			return nil, fmt.Errorf("data: the longest stretch without a gap has %d rows, fewer than the window of %d: give longer trajectories, or momenta or derivatives with them", longest, least)
		}
		x, degrees := s.X, motionDegrees
		if e.Derivatives == Given {
			x, degrees = residual(s), residualDegrees
		}
		e.Windows = chooseWindows(s, x, degrees, o.Window)
	}
	return e, nil
}

// setMasses notes the masses that velocities become momenta with.
func (e *Estimator) setMasses(s *data.Set, masses []float64) error {
	switch {
	case !s.PositionsOnly:
	case len(masses) == 0:
		e.Masses = slices.Repeat([]float64{1}, s.Dim)
	case len(masses) == 1:
		e.Masses = slices.Repeat(masses, s.Dim)
	case len(masses) == s.Dim:
		e.Masses = slices.Clone(masses)
	default:
		return fmt.Errorf("data: %d masses for %d positions (%q); give one for each, or one for all", len(masses), s.Dim, s.Names)
	}
	return nil
}

// prepare splits a set at its gaps, and takes given velocities of positions for momenta.
func (e *Estimator) prepare(s *data.Set) *data.Set {
	s = s.SplitAtGaps(e.Gap)
	if s.PositionsOnly && s.DX != nil {
		return e.withMomenta(s)
	}
	return s
}

// Apply returns a set of the estimated states (q, p) and derivatives of s, whose trials end at
// gaps. It leaves out rows without an estimate, such as single rows between gaps; it is an
// error if none is left. It does not change s, and the result may share memory with it.
func (e *Estimator) Apply(s *data.Set) (*data.Set, error) {
	if err := s.Lengths(); err != nil {
		return nil, err
	}
	s = e.prepare(s)
	switch {
	case len(e.Columns) != s.Dim:
		return nil, fmt.Errorf("data: the observations have the columns %q, and the estimates were chosen for %q: give the same columns", s.Names, e.Columns)
	case e.Derivatives == Given && s.DX == nil:
		return nil, errors.New("data: the observations have no derivatives, and the estimates were chosen for some that had: add them, or leave them out everywhere")
	}
	if e.Windows != nil {
		s = e.fit(s)
	}
	if e.Derivatives == Central || e.Derivatives == Forward {
		var err error
		if s.PositionsOnly {
			if s, err = e.differ(s); err != nil {
				return nil, err
			}
			s = e.withMomenta(s)
		}
		if s, err = e.differ(s); err != nil {
			return nil, err
		}
	}
	if s.Rows() == 0 {
		return nil, errors.New("data: no trial has rows enough between its gaps for an estimate: give longer trajectories")
	}
	return s, s.Validate()
}

// differ takes differences by name.
func (e *Estimator) differ(s *data.Set) (*data.Set, error) {
	if e.Derivatives == Forward {
		return s.ForwardDifferences()
	}
	return s.CentralDifferences()
}
