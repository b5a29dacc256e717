package experiment

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"hnn/data"
	"hnn/fit/lagrange"
	"hnn/model/lagrangian"
)

// byColumn are the numbers of a setting by the name of a column, as in an example.
func byColumn(setting, text, example string) (map[string]float64, error) {
	out := map[string]float64{}
	for part := range strings.SplitSeq(text, ",") {
		name, number, ok := strings.Cut(part, "=")
		v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if name = strings.TrimSpace(name); !ok || name == "" || err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%s %q: give columns with numbers in the file's units, as \"%s\", or %s to find them", setting, strings.TrimSpace(part), example, AutoDelay)
		}
		if _, twice := out[name]; twice {
			return nil, fmt.Errorf("%s: two numbers of the column %s", setting, name)
		}
		out[name] = v
	}
	return out, nil
}

// delayColumns moves the state columns of both parts by the delays that are given or that the training rows tell.
func (d *dataset) delayColumns(c *Config, split *data.Split) error {
	if c.ColumnDelay == "" {
		return nil
	}
	train := split.Train
	if train.DX != nil {
		return errors.New("column-delay moves the columns of states, and the file has their derivatives too: --derivatives local-polynomial leaves these out")
	}
	by := make([]float64, train.Dim)
	names := columnsOf(train)
	if c.ColumnDelay == AutoDelay {
		if !train.PositionsOnly && !d.isVelocity {
			return errors.New("column-delay auto needs positions and velocities, and these are positions and momenta: give the delays as numbers, or name velocities with --v")
		}
		marks, err := angles(d.angles, names)
		if err != nil {
			return err
		}
		by = d.findColumnDelays(train, marks)
	} else {
		given, err := byColumn("column-delay", c.ColumnDelay, "omega=0.02, y=-0.004")
		if err != nil {
			return err
		}
		for name, v := range given {
			j := slices.Index(names, name)
			if j < 0 {
				return fmt.Errorf("column-delay: no state column is called %s; there are %s", name, strings.Join(names, ", "))
			}
			by[j] = v
		}
	}
	return d.moveColumns(split, by)
}

// moveColumns moves the columns of both parts of a split.
func (d *dataset) moveColumns(split *data.Split, by []float64) error {
	if !slices.ContainsFunc(by, func(v float64) bool { return v != 0 }) {
		return nil
	}
	longest := longestTime(split.Train)
	for j, v := range by {
		if math.Abs(v) >= longest {
			return fmt.Errorf("column-delay of %s by %v: no trial lasts so long (the longest %.4g)", columnsOf(split.Train)[j], v, longest)
		}
	}
	split.Train = split.Train.Late(by)
	if split.Test != nil {
		split.Test = split.Test.Late(by)
	}
	if split.Train.Rows() == 0 || split.Test != nil && split.Test.Rows() == 0 {
		return errors.New("column-delay: no row is left whose state is known")
	}
	d.late = by
	return nil
}

// inOrder is a set of the columns that a run learned from, and perhaps more, with these calibrated and moved as they were.
func (s *seen) inOrder(set *data.Set) (*data.Set, error) {
	set, err := s.calibrated(set)
	if err != nil {
		return nil, err
	}
	if s.ColumnDelay == nil {
		return set, nil
	}
	by, err := fitting(s.ColumnDelay, set.Dim, 0)
	if err != nil {
		return nil, err
	}
	out := set.Late(by)
	if out.Rows() == 0 {
		return nil, errors.New("no row is left whose state is known at one time: the run's column-delay is longer than the trials")
	}
	return out, nil
}

// fitting are numbers of the columns that a run learned from, for as many or more: those that were not measured have none.
func fitting(numbers []float64, columns int, none float64) ([]float64, error) {
	if len(numbers) > columns {
		return nil, fmt.Errorf("the run moved or calibrated %d columns of the states, and here are %d", len(numbers), columns)
	}
	return append(slices.Clone(numbers), slices.Repeat([]float64{none}, columns-len(numbers))...), nil
}

// findColumnDelays are the delays of a set's columns: of each velocity against its position by the smoothed positions, then of all by
// the simulation error of a Lagrangian, where there is one.
func (d *dataset) findColumnDelays(train *data.Set, marks []bool) []float64 {
	names := columnsOf(train)
	by, errs := make([]float64, train.Dim), make([]float64, train.Dim)
	n := train.Dim
	if !train.PositionsOnly {
		n /= 2
		if found, filtered := lagrange.LateVelocities(train); slices.Contains(filtered, true) {
			d.note("column-delay auto: %s; no column is moved", filteredBy(names, filtered, found))
			return by
		} else if found != nil {
			by, errs = found.By, found.Errors
		}
	}
	for range 2 { // the law that columns in disorder chose may lack terms
		moved := train.Late(by)
		l, r, err := lagrange.Fit(moved, lagrange.Options{Angles: marks[:n]})
		if err != nil {
			break
		}
		lagrange.Polish(l, moved, r)
		found := lagrange.Late(l, moved, r)
		if found == nil {
			break
		}
		for i, v := range found.By {
			if by[i] += v; v != 0 {
				errs[i] = found.Errors[i]
			}
		}
	}
	said := lateColumns(names, by, errs)
	if said == nil {
		d.note("column-delay auto: no column is late against the others, so far as the rows tell")
		return by
	}
	d.note("column-delay auto: %s; the columns are moved so much, rows at the ends of trials are left out, and states are those of one time", strings.Join(said, ", "))
	return by
}

// lateColumns are words on how late columns are.
func lateColumns(names []string, by, errs []float64) []string {
	var said []string
	for i, v := range by {
		if v != 0 {
			said = append(said, fmt.Sprintf("%s is %.4g +- %.1g later than its rows say", names[i], v, errs[i]))
		}
	}
	return said
}

// late notes which columns are late by themselves, so that the law errs: where velocities were dropped, or what is left of the rows
// is no noise. It reports whether it found any.
func (r *WeakReport) late(l *lagrangian.Lagrangian, set *data.Set, report *lagrange.Report, names []string) bool {
	if !report.Dropped && !slices.ContainsFunc(r.Residuals, func(o Residual) bool { return o.coloured() }) {
		return false
	}
	found, filtered := lagrange.LateVelocities(set)
	switch {
	case slices.Contains(filtered, true):
		r.Notes = append(r.Notes, filteredBy(names, filtered, found))
		return true
	case !report.Dropped:
		found = lagrange.Late(l, set, report)
	}
	if found != nil {
		r.Notes = append(r.Notes, strings.Join(lateColumns(names, found.By, found.Errors), ", ")+"; --column-delay auto measures that anew and moves the columns")
	}
	return found != nil
}

// filteredBy are words on the velocities that are behind filters.
func filteredBy(names []string, filtered []bool, found *lagrange.Lateness) string {
	n := len(filtered)
	var said []string
	for i, f := range filtered {
		if v := n + i; f {
			said = append(said, fmt.Sprintf("%s shows d%s/dt behind a filter of the first order with the time constant %.4g +- %.1g", names[v], names[i], found.By[v], found.Errors[v]))
		}
	}
	return fmt.Sprintf("%s, which a delay does not mend: give the raw columns, or the positions alone by --v none", strings.Join(said, ", "))
}
