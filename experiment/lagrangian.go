package experiment

import (
	"fmt"
	"slices"
	"strings"

	"hnn/data"
	"hnn/data/estimate"
	"hnn/data/rods"
	"hnn/fit/lagrange"
	"hnn/model"
	"hnn/model/lagrangian"
)

// noRods is the value of the setting rods that leaves points as they are.
const noRods = "none"

// solveLagrangian fits a Lagrangian to positions and velocities or, of points on rods, to their joint angles.
func (d *dataset) solveLagrangian(c *Config, set *data.Set, marks []bool, names []string, r *WeakReport) (*model.Form[float64], error) {
	o, chain, coordinates, err := c.lagrangeOptions(set, marks, names, r)
	if err != nil {
		return nil, err
	}
	if chain != nil {
		if set, err = chain.Angles(set); err != nil {
			return nil, err
		}
	}
	l, report, set, err := fitLagrangian(set, o, chain == nil)
	if err != nil {
		return nil, err
	}
	// Long exact trials have told the weak form all that they know, and refining them takes minutes.
	if report.Smoothed || report.Error > exactEnough && (set.InputNames != nil || set.LongestTrial() <= chunkRows) {
		_, polished := lagrange.Polish(l, set, report)
		r.cost(polished.After, polished.Window)
	}
	r.Terms, r.Candidates, r.HeldOut, r.Horizon = report.Terms, report.Candidates, Number(report.Error), Number(report.Horizon)
	r.Noise = numberList(append(report.PositionNoise, report.VelocityNoise...))
	if report.Dropped {
		r.Notes = append(r.Notes, "the velocities are not the positions' derivatives (filtered, of another scale or late): they were not used")
	}
	if h := report.Harmonic; h != nil && h.Mode {
		r.Notes = append(r.Notes, fmt.Sprintf("a force of the angular frequency %.6g would explain more of the rows, and a free mode has that frequency as far as these rows tell: the two cannot be told apart, and none is taken; longer trials may", h.Omega))
	} else if h != nil {
		r.Notes = append(r.Notes, fmt.Sprintf("a force of time alone, of angular frequency %.7g: t is the time of the rows, so that trials are taken to begin in the phase that their times say", h.Omega))
	}
	if !report.Forced {
		note := "no known force fixes the scale: energy, masses and friction are known up to one factor"
		if set.InputNames != nil && l.Inputs > 2*len(l.Harmonics) {
			note += ", and of masses and gains only M^-1 G; a mass or --input-gain fixes it"
		}
		r.Notes = append(r.Notes, note)
	}
	columns := names
	if l.Points = chain; chain != nil {
		names = coordinates
	}
	r.Notes = append(r.Notes, report.Inseparable(l, names[:l.N], set.InputNames)...)
	r.Notes = append(r.Notes, report.Creeps(l, set, names[:l.N])...)
	r.parameters(l, set, report, names[:l.N], columns)
	if chain == nil {
		r.more = func() {
			if !r.late(l, set, report, columns) {
				r.sensors(l, set, report, marks, columns[:set.Dim])
			}
		}
	}
	r.Law = l.Text(names[:l.N], 5)
	return l.ModelForm(), nil
}

// significant is how many standard errors the gain of a velocity must be from one, or its offset from zero, to be corrected.
const significant = 5

// fitLagrangian is lagrange.FitTimed, for noisy velocities that are not the positions' derivatives with what their columns show
// of these, where that explains them: a gain and an offset each.
func fitLagrangian(set *data.Set, o lagrange.Options, sensed bool) (*lagrangian.Lagrangian, *lagrange.Report, *data.Set, error) {
	l, report, fitted, err := lagrange.FitTimed(set, o)
	if err != nil || !sensed || set.PositionsOnly || !report.Smoothed {
		return l, report, fitted, err
	}
	sensors := estimate.Sensors(set)
	if !slices.ContainsFunc(sensors, func(s estimate.Sensor) bool { return s.Off(significant) }) {
		return l, report, fitted, nil
	}
	shown := new(lagrangian.Sensors)
	for _, s := range sensors {
		shown.Gain, shown.Offset = append(shown.Gain, s.Gain), append(shown.Offset, s.Offset)
	}
	if again, better, corrected, err := lagrange.FitTimed(estimate.Corrected(set, sensors), o); err == nil && !better.Dropped {
		l, report, fitted = again, better, corrected
	}
	l.Sensors = shown // also where they are not precise enough to learn from
	return l, report, fitted, nil
}

// lagrangeOptions are the options of a fit to positions and velocities or, of points on rods, to the joint angles of their
// chain, whose names are coordinates; both are nil of other columns.
func (c *Config) lagrangeOptions(set *data.Set, marks []bool, names []string, r *WeakReport) (o lagrange.Options, chain *rods.Chain, coordinates []string, err error) {
	if chain, coordinates, err = c.chain(set, names, r); err != nil {
		return o, nil, nil, err
	}
	o.Angles = marks
	if chain != nil {
		o.Angles = slices.Repeat([]bool{true}, len(chain.Rods))
	}
	if o.Gain, err = c.gain(len(o.Angles), len(set.InputNames)); err != nil {
		return o, nil, nil, err
	}
	err = c.known(&o, set, names, coordinates)
	return o, chain, coordinates, err
}

// known puts what is known of coefficients into the options of a fit, coordinates being the names of joint angles, nil for
// those of the columns.
func (c *Config) known(o *lagrange.Options, set *data.Set, names, coordinates []string) error {
	if c.Values == "" {
		return nil
	}
	values, err := lagrange.ParseValues(c.Values)
	if err != nil {
		return fmt.Errorf("values: %w", err)
	}
	if coordinates == nil {
		coordinates = names
	}
	o.Values, o.Names, o.Inputs = values, coordinates[:len(o.Angles)], set.InputNames
	if err := o.Known(len(o.Angles)); err != nil {
		return fmt.Errorf("values: %w", err)
	}
	return nil
}

// chunkRows is the length of trials that the simulation error refines though they are exact.
const chunkRows = 20

// chain is the rods between the points that the positions of a set are, and names of their joint angles: given, or found
// where the columns have the names of points; nil where there are none.
func (c *Config) chain(set *data.Set, names []string, r *WeakReport) (*rods.Chain, []string, error) {
	if c.Rods == noRods {
		return nil, nil, nil
	}
	positions := names[:len(names)/2]
	columns, points, err := rods.Pairs(positions)
	if err != nil {
		points = nil
		for i := range len(positions) / 2 {
			points = append(points, fmt.Sprint(i+1))
		}
	}
	var chain *rods.Chain
	if c.Rods != "" {
		pairs, err := rods.ParsePairs(c.Rods)
		if err != nil {
			return nil, nil, err
		}
		if chain, err = rods.Given(set, columns, pairs); err != nil {
			return nil, nil, err
		}
	} else {
		if err != nil {
			return nil, nil, nil
		}
		if chain, err = rods.Find(set, columns); err != nil {
			return nil, nil, nil
		}
		if doubt := chain.Doubt(set); doubt != nil {
			r.Notes = append(r.Notes, fmt.Sprintf("points that may be on rods are taken as free, since %v; --rods says which are", doubt))
			return nil, nil, nil
		}
	}
	var angles, parts []string
	for _, rod := range chain.Rods {
		from, name := "the pivot", points[rod.To]
		if rod.From >= 0 {
			from = "point " + points[rod.From]
		}
		angles = append(angles, "angle_"+strings.ReplaceAll(name, " ", "_"))
		parts = append(parts, fmt.Sprintf("from %s to point %s, %.5g long (spread %.2g)", from, name, rod.Length, rod.Spread))
	}
	r.Notes = append(r.Notes, fmt.Sprintf("rods %s; the pivot is at (%.5g, %.5g); the law is of their angles from the downward vertical, states are the points", strings.Join(parts, ", "), chain.Pivot[0], chain.Pivot[1]))
	return chain, angles, nil
}
