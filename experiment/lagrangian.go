package experiment

import (
	"errors"
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
	o, held, err := c.lagrangeOptions(set, marks, names, r)
	if err != nil {
		return nil, err
	}
	if held.linkage != nil {
		return solveLinkage(held.linkage, set, o, names, r)
	}
	chain, coordinates := held.chain, held.angles
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
	r.found(report)
	if h := report.Harmonic; h != nil && h.Mode {
		r.Notes = append(r.Notes, fmt.Sprintf("a force of the angular frequency %.6g would explain more of the rows, and a free mode has that frequency as far as these rows tell: the two cannot be told apart, and none is taken; longer trials may", h.Omega))
	} else if h != nil {
		r.Notes = append(r.Notes, fmt.Sprintf("a force of time alone, of angular frequency %.7g: t is the time of the rows, so that trials are taken to begin in the phase that their times say", h.Omega))
	}
	r.noScale(report, set.InputNames != nil && l.Inputs > 2*len(l.Harmonics))
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
// chain or to their coordinates.
func (c *Config) lagrangeOptions(set *data.Set, marks []bool, names []string, r *WeakReport) (o lagrange.Options, held onRods, err error) {
	if held, err = c.rodsBetween(set, names, r); err != nil {
		return o, held, err
	}
	o.Angles, o.Within = marks, c.Within
	if held.chain != nil {
		o.Angles = slices.Repeat([]bool{true}, len(held.chain.Rods))
	}
	if o.Gain, err = c.gain(len(o.Angles), len(set.InputNames)); err != nil {
		return o, held, err
	}
	if held.linkage != nil && c.Values != "" {
		return o, held, errors.New("values: coefficients of points that rods hold in space or in closed loops are not given; leave them out, or --rods none")
	}
	err = c.known(&o, set, names, held.angles)
	return o, held, err
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

// onRods is the rods between the points that positions are: a tree of a plane, with the names of its joint angles, or others.
type onRods struct {
	chain   *rods.Chain
	angles  []string
	linkage *rods.Linkage
}

// rodsBetween are given, or found where the columns have the names of points; zero where nothing is.
func (c *Config) rodsBetween(set *data.Set, names []string, r *WeakReport) (onRods, error) {
	var none onRods
	if c.Rods == noRods {
		return none, nil
	}
	positions := names[:len(names)/2]
	columns, points, err := rods.Points(positions)
	if err != nil {
		if c.Rods == "" {
			return none, nil
		}
		columns = nil
		for i := range len(positions) / 2 {
			columns, points = append(columns, []int{2 * i, 2*i + 1}), append(points, fmt.Sprint(i+1))
		}
	}
	plane, ok := rods.Plane(columns)
	var chain *rods.Chain
	var linkage *rods.Linkage
	if c.Rods != "" {
		pairs, err := rods.ParsePairs(c.Rods)
		if err != nil {
			return none, err
		}
		if ok && rods.Tree(pairs) {
			chain, err = rods.Given(set, plane, pairs)
		} else {
			linkage, err = rods.GivenLinkage(set, columns, pairs)
		}
		if err != nil {
			return none, err
		}
	} else {
		var doubt error
		if ok {
			if chain, _ = rods.Find(set, plane); chain != nil {
				doubt = chain.Doubt(set)
			}
		}
		if chain == nil {
			if linkage, err = rods.FindLinkage(set, columns); errors.Is(err, rods.ErrUntold) {
				doubt = err
			} else if err != nil {
				return none, nil
			}
		}
		if doubt != nil {
			r.Notes = append(r.Notes, fmt.Sprintf("points that may be on rods are taken as free, since %v; --rods says which are", doubt))
			return none, nil
		}
	}
	if linkage != nil {
		r.Notes = append(r.Notes, linkage.Text(points)+"; the law is of the points, which the rods hold")
		return onRods{linkage: linkage}, nil
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
	return onRods{chain: chain, angles: angles}, nil
}

// onLinkage reports whether a file's points are on rods in space or in closed loops, beyond doubt.
func (e *Env) onLinkage(c *Config) bool {
	d, err := e.load(c)
	if err != nil || d.scattered() || d.raw == nil || d.raw.FirstOrder || !d.velocities() && !d.raw.PositionsOnly {
		return false
	}
	held, err := c.rodsBetween(d.observed(), d.columns(), new(WeakReport))
	return err == nil && held.linkage != nil
}

// solveLinkage fits a Lagrangian to points that rods hold.
func solveLinkage(c *rods.Linkage, set *data.Set, o lagrange.Options, names []string, r *WeakReport) (*model.Form[float64], error) {
	l, report, err := lagrange.FitLinkage(set, c, o)
	if err != nil {
		return nil, err
	}
	if polished := report.Polished; polished != nil {
		r.cost(polished.After, polished.Window)
	}
	r.found(report)
	r.noScale(report, l.Inputs > 0)
	if n := len(c.Columns); report.Masses < n {
		r.Notes = append(r.Notes, fmt.Sprintf("the rods tie the %d points together: of their masses %d can be told, and the law that is shown is one of many that move them alike, as is V", n, report.Masses))
	}
	r.parameters(l, set, report, names[:l.N], names)
	r.Law = l.Text(names[:l.N], 5)
	return l.ModelForm(), nil
}

// withoutFriction is the Lagrangian of a dataset, fitted without friction.
func (c *Config) withoutFriction(d *dataset, marks []bool) (*model.Form[float64], error) {
	set := d.observed()
	held, err := c.rodsBetween(set, d.columns(), new(WeakReport))
	if err != nil {
		return nil, err
	}
	o := lagrange.Options{Angles: marks, Conservative: true}
	if held.linkage != nil {
		l, _, err := lagrange.FitLinkage(set, held.linkage, o)
		if err != nil {
			return nil, err
		}
		return l.ModelForm(), nil
	}
	if held.chain != nil {
		o.Angles = slices.Repeat([]bool{true}, len(held.angles))
		if set, err = held.chain.Angles(set); err != nil {
			return nil, err
		}
	}
	l, report, rows, err := fitLagrangian(set, o, held.chain == nil)
	if err != nil {
		return nil, err
	}
	if report.Smoothed {
		lagrange.Polish(l, rows, report)
	}
	l.Points = held.chain
	return l.ModelForm(), nil
}

// found keeps what a fit says of its rows and its scale.
func (r *WeakReport) found(report *lagrange.Report) {
	r.Terms, r.Candidates, r.HeldOut, r.Horizon = report.Terms, report.Candidates, Number(report.Error), Number(report.Horizon)
	r.Noise = numberList(append(report.PositionNoise, report.VelocityNoise...))
	if report.Dropped {
		r.Notes = append(r.Notes, "the velocities are not the positions' derivatives (filtered, of another scale or late): they were not used")
	}
}

// noScale says that the scale is free, of a fit in which it is.
func (r *WeakReport) noScale(report *lagrange.Report, inputs bool) {
	if report.Forced {
		return
	}
	note := "no known force fixes the scale: energy, masses and friction are known up to one factor"
	if inputs {
		note += ", and of masses and gains only M^-1 G; a mass or --input-gain fixes it"
	}
	r.Notes = append(r.Notes, note)
}
