package experiment

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"hnn/data"
	"hnn/data/estimate"
	"hnn/fit/lagrange"
	"hnn/model/lagrangian"
)

// OffsetOfTrials is the value of the setting column-offset by which every trial has offsets of its own.
const OffsetOfTrials = "trials"

// validateSensors checks the settings that say what columns show.
func (c *Config) validateSensors() error {
	if c.ColumnGain != "" && c.ColumnGain != AutoDelay {
		given, err := byColumn("column-gain", c.ColumnGain, "theta=1.03")
		if err != nil {
			return err
		}
		for name, v := range given {
			if v == 0 {
				return fmt.Errorf("column-gain of %s is 0: a column that shows nothing is none", name)
			}
		}
	}
	if c.ColumnOffset != "" && c.ColumnOffset != AutoDelay && c.ColumnOffset != OffsetOfTrials {
		_, err := byColumn("column-offset", c.ColumnOffset, "theta=0.035, omega=-0.1")
		return err
	}
	return nil
}

// calibrate takes what the state columns of both parts show beside the states out of them: gains and offsets that are given, or
// that the training rows tell.
func (d *dataset) calibrate(c *Config, split *data.Split) error {
	if c.ColumnGain == "" && c.ColumnOffset == "" {
		return nil
	}
	train := split.Train
	if train.DX != nil {
		return errors.New("column-gain and column-offset change the columns of states, and the file has their derivatives too: --derivatives local-polynomial leaves these out")
	}
	gain, offset := slices.Repeat([]float64{1}, train.Dim), make([]float64, train.Dim)
	names := columnsOf(train)
	for _, of := range []struct {
		name, text string
		into       []float64
	}{{"column-gain", c.ColumnGain, gain}, {"column-offset", c.ColumnOffset, offset}} {
		if of.text == "" || of.text == AutoDelay || of.text == OffsetOfTrials {
			continue
		}
		given, err := byColumn(of.name, of.text, "")
		if err != nil {
			return err
		}
		for name, v := range given {
			j := slices.Index(names, name)
			if j < 0 {
				return fmt.Errorf("%s: no state column is called %s; there are %s", of.name, name, strings.Join(names, ", "))
			}
			of.into[j] = v
		}
	}
	d.gain, d.offset = gain, offset
	move := func(gain, offset []float64) {
		split.Train = split.Train.Calibrated(gain, offset)
		if split.Test != nil {
			split.Test = split.Test.Calibrated(gain, offset)
		}
	}
	move(gain, offset)
	o := lagrange.SenseOptions{Gains: c.ColumnGain == AutoDelay, Offsets: c.ColumnOffset == AutoDelay, OfTrials: c.ColumnOffset == OffsetOfTrials}
	if o == (lagrange.SenseOptions{}) {
		return nil
	}
	if !train.PositionsOnly && !d.isVelocity {
		return errors.New("column-gain and column-offset auto need positions and velocities, and these are positions and momenta: give numbers, or name velocities with --v")
	}
	marks, err := angles(d.angles, names)
	if err != nil {
		return err
	}
	return d.measureSensors(split, marks, o, move)
}

// calibrated is a set of the columns that a run learned from without what they show beside the states.
func (s *seen) calibrated(set *data.Set) (*data.Set, error) {
	if s.ColumnGain == nil {
		return set, nil
	}
	gain, err := fitting(s.ColumnGain, set.Dim, 1)
	if err != nil {
		return nil, err
	}
	offset, err := fitting(s.ColumnOffset, set.Dim, 0)
	if err != nil {
		return nil, err
	}
	return set.Calibrated(gain, offset), nil
}

// senseRounds is how often columns are calibrated and a law is chosen anew: one that columns in error chose has other terms.
const senseRounds = 3

// measureSensors measures gains and offsets by the simulation error of a Lagrangian and takes them out of the columns by move.
func (d *dataset) measureSensors(split *data.Split, marks []bool, o lagrange.SenseOptions, move func(gain, offset []float64)) error {
	names := columnsOf(split.Train)
	n := split.Train.Dim
	whole := newSensed(names)
	if !split.Train.PositionsOnly {
		n /= 2
		// Velocities that are not the positions' derivatives at all could not be learned from.
		for i, s := range estimate.Sensors(split.Train) {
			if o.Gains && math.Abs(s.Gain-1) > significant*s.GainError {
				whole.gain[n+i], whole.gainErrors[n+i] = s.Gain, s.GainError
			}
			if o.Offsets && math.Abs(s.Offset) > significant*s.OffsetError {
				whole.offset[n+i], whole.offsetErrors[n+i] = s.Offset, s.OffsetError
			}
		}
		move(whole.gain, whole.offset)
	}
	before, after := 0, 0
	for range senseRounds {
		l, r, err := lagrange.Fit(split.Train, lagrange.Options{Angles: marks[:n]})
		if err != nil {
			return fmt.Errorf("no Lagrangian of these columns shows their gains and offsets: %w", err)
		}
		lagrange.Polish(l, split.Train, r)
		found := lagrange.Sense(l, split.Train, r, marks[:n], o)
		if found == nil {
			break
		}
		if before == 0 {
			before = found.Before
		}
		after = found.Terms
		whole.add(found)
		if found.Offsets == nil {
			move(found.Gain, found.Offset)
			continue
		}
		split.Train = split.Train.Calibrated(found.Gain, found.Offsets)
		if split.Test == nil {
			continue
		}
		split.Test = split.Test.Calibrated(found.Gain, nil)
		if offsets := lagrange.OffsetsOfTrials(l, split.Test, r); offsets != nil {
			split.Test = split.Test.Calibrated(nil, offsets)
		}
	}
	said := whole.words()
	if said == "" {
		d.note("the columns have no gains and no offsets, so far as the rows tell: one that the law takes up by as many terms is not told")
		return nil
	}
	for i, g := range whole.gain { // what was given was taken out first
		d.offset[i], d.gain[i] = d.offset[i]+d.gain[i]*whole.offset[i], d.gain[i]*g
	}
	d.ofTrials = whole.offsets != nil
	if after < before {
		said += fmt.Sprintf("; beside that %d terms explain the rows, without it %d", after, before)
	}
	if d.ofTrials {
		said += "; each trial's own are taken out of its rows, those of held-out trials as the law and all of their rows tell"
	} else {
		said += "; states are the columns without that"
	}
	d.note("%s", said)
	return nil
}

// sensed are gains and offsets by column.
type sensed struct {
	names                                  []string
	gain, gainErrors, offset, offsetErrors []float64
	offsets                                []float64 // of each trial, nil where all have one
}

// newSensed is what columns show that show the states.
func newSensed(names []string) *sensed {
	d := len(names)
	return &sensed{names: names, gain: slices.Repeat([]float64{1}, d), offset: make([]float64, d), gainErrors: make([]float64, d), offsetErrors: make([]float64, d)}
}

// tellErrors is how many standard errors a gain or an offset, which may be composed of several, has from that on it is told.
const tellErrors = 3

// add composes what columns show with what was found of them as they then were.
func (s *sensed) add(found *lagrange.Sensing) {
	for i, g := range found.Gain {
		if g != 1 {
			s.gainErrors[i] = s.gain[i] * found.GainErrors[i]
		}
		if found.Offset[i] != 0 {
			s.offsetErrors[i] = s.gain[i] * found.OffsetErrors[i]
		}
		s.offset[i] += s.gain[i] * found.Offset[i]
		for k := i; k < len(found.Offsets); k += len(found.Gain) {
			if s.offsets == nil {
				s.offsets = make([]float64, len(found.Offsets))
			}
			s.offsets[k] += s.gain[i] * found.Offsets[k]
		}
		s.gain[i] *= g
	}
}

// words say what the columns show, "" of nothing.
func (s *sensed) words() string {
	var said []string
	for i, name := range s.names {
		var parts []string
		if math.Abs(s.gain[i]-1) > tellErrors*s.gainErrors[i] {
			parts = append(parts, fmt.Sprintf("%.5g +- %.1g times what it measures", s.gain[i], s.gainErrors[i]))
		}
		if s.offsets == nil && math.Abs(s.offset[i]) > tellErrors*s.offsetErrors[i] {
			parts = append(parts, fmt.Sprintf("%.4g +- %.1g too much", s.offset[i], s.offsetErrors[i]))
		}
		var least, most, square, count float64
		for k := i; k < len(s.offsets); k += len(s.names) {
			v := s.offsets[k] - s.offset[i] // from the mean
			least, most, square, count = min(least, v), max(most, v), square+v*v, count+1
		}
		if math.Sqrt(square/max(count, 1)) > tellErrors*s.offsetErrors[i] {
			parts = append(parts, fmt.Sprintf("from %.3g to %.3g too much (within %.1g, one number a trial)", s.offset[i]+least, s.offset[i]+most, s.offsetErrors[i]))
		}
		if parts != nil {
			said = append(said, name+" shows "+strings.Join(parts, " and "))
		}
	}
	return strings.Join(said, ", ")
}

// mostSensing bounds, in rows times terms, the laws beside which gains and offsets are measured without being asked for: seconds.
const mostSensing = 100000

// sensors notes, for the run alone, the gains and offsets of columns that the simulation error asks for, where terms of angles may
// stand for them or what is left of the rows is no noise. It reports whether it found any.
func (r *WeakReport) sensors(l *lagrangian.Lagrangian, set *data.Set, report *lagrange.Report, marks []bool, names []string) bool {
	if report.Dropped || !slices.Contains(marks, true) {
		return false
	}
	level := func() bool {
		said := report.Level(l, marks, names)
		if said != "" {
			r.Notes = append(r.Notes, said)
		}
		return said != ""
	}
	if set.Rows()*len(report.Free) > mostSensing {
		return level()
	}
	o := lagrange.SenseOptions{Gains: true, Offsets: true}
	flags := "--column-gain auto --column-offset auto measure that anew and take it"
	if slices.ContainsFunc(r.Residuals, func(o Residual) bool { return o.coloured() }) {
		o, flags = lagrange.SenseOptions{OfTrials: true}, "--column-offset trials measures that anew and takes it"
	}
	found := lagrange.Sense(l, set, report, marks, o)
	if found == nil {
		return level()
	}
	whole := newSensed(names)
	if l.Sensors != nil {
		copy(whole.gain[l.N:], l.Sensors.Gain)
		copy(whole.offset[l.N:], l.Sensors.Offset)
	}
	whole.add(found)
	said := whole.words()
	if said == "" {
		return level()
	}
	if found.Terms < found.Before {
		said += fmt.Sprintf("; beside that %d terms explain the rows, without it %d", found.Terms, found.Before)
	}
	r.Notes = append(r.Notes, said+": "+flags+" out of the columns")
	return true
}
