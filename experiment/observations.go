package experiment

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"hnn/data"
	"hnn/data/check"
	"hnn/data/estimate"
	"hnn/data/file"
	"hnn/experiment/task"
	"hnn/fit/closedform"
	"hnn/fit/law"
	"hnn/model/network"
)

// estimateOptions are those of data.NewEstimator.
func (c *Config) estimateOptions() estimate.Options {
	o := c.Estimate
	if c.source().Own() {
		o.Masses = c.Mass
	}
	if c.Loss == TrajectoryLoss && o.Smooth == estimate.Auto {
		o.Smooth = "no" // it fits the noise with the weights
	}
	return o
}

// validateObservations checks the settings that say what is done with observations.
func (c *Config) validateObservations() error {
	if err := c.estimateOptions().Validate(); err != nil {
		return err
	}
	switch {
	case c.source() == task.PaperFile && (c.Estimate.Derivatives != estimate.Auto && c.Estimate.Derivatives != estimate.Forward || c.Estimate.Smooth != "no"):
		return fmt.Errorf("task %s takes forward differences of the rows as they are, by the paper's protocol; for anything else give the file to hnn train --data without a task", c.Task)
	case c.MoreData != nil && !c.source().Own():
		return fmt.Errorf("task %s takes one file, and is given %d", c.Task, 1+len(c.MoreData))
	case c.Test != "" && !c.source().Own():
		return fmt.Errorf("task %s brings its own test rows: leave out the test file %s", c.Task, c.Test)
	case c.Scaling && !c.source().Own():
		return fmt.Errorf("task %s is fitted in the units that its system is given in: leave out scaling", c.Task)
	}
	return nil
}

// bodyMasses are the masses of bodies, in runs whose model knows of such: nil where masses
// can only be those of a file of positions.
func (c *Config) bodyMasses() []float64 {
	if c.source().Own() && !c.common() {
		return nil
	}
	return c.Mass
}

// common reports whether all coordinates are lengths in one space.
func (c *Config) common() bool {
	return c.structure()&network.Pairwise != 0 || slices.ContainsFunc(c.Symmetry, func(s closedform.Symmetry) bool { return s&closedform.Rotation != 0 })
}

// estimateDrawn smooths the training rows of a known system and finds their derivatives
// anew, where that is asked for. The test rows stay the protocol's.
func (d *dataset) estimateDrawn(c *Config) error {
	o := c.estimateOptions()
	if o.Derivatives == estimate.Auto && o.Smooth == "no" {
		return nil
	}
	train := *d.Train
	if o.Derivatives != estimate.Auto {
		train.DX = nil
		d.estimated = true
	}
	return d.estimate(o, &train, nil)
}

// loadFile reads a user's file: the last trials test, or, of a single one, its last rows;
// never rows drawn from between the training rows, which neighbours in time would give
// away. Nothing of the test rows goes into what is estimated for training.
func (d *dataset) loadFile(c *Config) error {
	set, err := d.observations(c, c.Data)
	if err != nil {
		return err
	}
	parts := []check.Part{{Name: c.Data, Set: set}}
	for i, path := range c.MoreData {
		more, err := d.second(c, path, &d.mappings[0].Columns)
		if err == nil {
			err = sameClock(d.mappings[0], d.mappings[len(d.mappings)-1])
		}
		if err != nil {
			return err
		}
		parts = append(parts, check.Part{Name: path, Set: more})
		if i == 0 {
			set = set.Clone()
		}
		if err := set.Append(more); err != nil {
			return fmt.Errorf("%s: %w; the files of one set must have the same columns", path, err)
		}
	}
	if err := d.together(parts); err != nil {
		return err
	}
	if c.MoreData != nil {
		d.note("%d rows in %d trials of %d files", set.Rows(), set.Trials(), 1+len(c.MoreData))
	}
	return d.learnFrom(c, set)
}

// learnFrom splits observations and finds what a model is fitted to and tested on.
func (d *dataset) learnFrom(c *Config, set *data.Set) error {
	split, err := d.split(c, set)
	if err != nil {
		return err
	}
	d.isVelocity = len(d.mappings) > 0 && d.mappings[0].Velocities || derivesFrom(split.Train)
	if err := d.calibrate(c, &split); err != nil {
		return fmt.Errorf("%s: %w", c.Data, err)
	}
	if err := d.delayColumns(c, &split); err != nil {
		return fmt.Errorf("%s: %w", c.Data, err)
	}
	if err := d.delayInputs(c, &split); err != nil {
		return fmt.Errorf("%s: %w", c.Data, err)
	}
	d.raw = split.Train
	d.estimated = set.DX == nil || c.Estimate.Derivatives != estimate.Auto || set.PositionsOnly
	if err := d.estimate(c.estimateOptions(), split.Train, split.Test); err != nil {
		return fmt.Errorf("%s: %w", c.Data, err)
	}
	if names := set.InputNames; names != nil && c.Dissipation == "" && !set.FirstOrder {
		d.note("an HNN takes %s for all that changes its energy; where friction does too, give --dissipation linear", strings.Join(names, ", "))
	}
	return nil
}

// derivesFrom reports whether the second half of the states is the time derivative of the first by what they do: central
// differences of the positions are nearer to it than a fifth of its spread, in every column.
func derivesFrom(s *data.Set) bool {
	n := s.Dim / 2
	if s.PositionsOnly || s.FirstOrder || s.Dim != 2*n || n == 0 {
		return false
	}
	off, square := make([]float64, n), make([]float64, n)
	for k := range s.Trials() {
		t, x, _ := s.Trial(k)
		for r := 1; r+1 < len(t); r++ {
			for i := range n {
				slope := (x[(r+1)*s.Dim+i] - x[(r-1)*s.Dim+i]) / (t[r+1] - t[r-1])
				v := x[r*s.Dim+n+i]
				off[i] += (slope - v) * (slope - v)
				square[i] += v * v
			}
		}
	}
	for i := range n {
		if !(off[i] < 0.04*square[i]) {
			return false
		}
	}
	return true
}

// observations reads a file as it is, but for angles that were measured within one turn.
// Those that are recognised, or given, in the first file are in d.angles.
func (d *dataset) observations(c *Config, path string) (*data.Set, error) {
	set, mapping, err := file.Read(path, c.readOptions(path, d.progress))
	if err != nil {
		return nil, err
	}
	d.mappings = append(d.mappings, mapping)
	return d.prepare(c, path, set, mapping.Velocities)
}

// prepare checks what was read of a file, and unwraps its angles.
func (d *dataset) prepare(c *Config, path string, set *data.Set, velocities bool) (*data.Set, error) {
	names := columnsOf(set)
	if !set.PositionsOnly && !set.FirstOrder && set.Dim%2 != 0 {
		return nil, fmt.Errorf("%s: %d state columns %q; a state is (q, p) with as many momenta as positions, so there must be an even number of them", path, set.Dim, names)
	}
	if c.Mass != nil && !set.PositionsOnly && !c.common() {
		return nil, fmt.Errorf("%s: the file has momenta %q, and masses are for a file of positions: leave out mass", path, names[set.Dim/2:])
	}
	if set.DX != nil && c.Estimate.Derivatives != estimate.Auto {
		without := *set
		without.DX = nil
		set = &without
	}
	marks, err := angles(d.angles, names)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if set, err = d.check(c, path, set, marks, velocities); err != nil {
		return nil, err
	}
	for j, wrapped := range set.Wrapped(2 * math.Pi) {
		if wrapped && !marks[j] {
			marks[j] = true
			d.angles = append(slices.Clip(d.angles), names[j])
			d.note("%s jumps by 2 pi: taken for an angle", names[j])
		}
	}
	set = set.Unwrapped(marks)
	set.InputsHeld = c.held()
	return set, nil
}

// split divides a file's observations into those that train and those that test.
func (d *dataset) split(c *Config, set *data.Set) (data.Split, error) {
	var s data.Split
	switch n := set.Trials(); {
	case c.Test != "":
		test, err := d.second(c, c.Test, &d.mappings[0].Columns)
		if err != nil {
			return s, err
		}
		if test.Dim != set.Dim || test.PositionsOnly != set.PositionsOnly {
			return s, fmt.Errorf("%s has the state columns %q and %s has %q: the test file must have those of the training file", c.Data, set.Names, c.Test, test.Names)
		}
		s = data.Split{Train: set, Test: test}
		if err := cmp.Or(sameClock(d.mappings[0], d.mappings[len(d.mappings)-1]), d.together([]check.Part{{Name: c.Data, Set: set}, {Name: c.Test, Set: test}})); err != nil {
			return s, err
		}
		d.note("%d rows in %d trials train, %d in %d of %s test", set.Rows(), n, test.Rows(), test.Trials(), c.Test)
	case c.Draw.TestFraction == 0:
		return s, fmt.Errorf("%s: a test fraction of 0 leaves nothing to test on; give more, or a test file", c.Data)
	case n > 1:
		first := n - max(1, int(float64(n)*c.Draw.TestFraction+0.5))
		s = data.Split{Train: set.SliceTrials(0, first), Test: set.SliceTrials(first, n)}
		d.note("the first %d of %d trials train, the last %d test", first, n, n-first)
	default:
		first := set.Rows() - int(float64(set.Rows())*c.Draw.TestFraction)
		s = data.Split{Train: set.Slice(0, first), Test: set.Slice(first, set.Rows())}
		d.note("the first %d of %d rows train, the last %d test", first, set.Rows(), set.Rows()-first)
	}
	if s.Train.Rows() < 2 || s.Test.Rows() < 2 {
		return s, fmt.Errorf("%s: %d rows with a test fraction of %v leave too few to train or to test on: give longer trajectories, or a test file", c.Data, set.Rows(), c.Draw.TestFraction)
	}
	return s, nil
}

// estimate finds the states and derivatives of the training observations, and by the same
// choices those of the test observations, which may be nil.
func (d *dataset) estimate(o estimate.Options, train, test *data.Set) error {
	e, err := estimate.New(train, o)
	if err != nil {
		return err
	}
	if d.Train, err = e.Apply(train); err != nil {
		return err
	}
	d.estimator = e
	d.noteEstimate()
	if test == nil {
		return nil
	}
	if d.Test, err = e.Apply(test); err != nil {
		return fmt.Errorf("the test rows: %w", err)
	}
	d.measured = test
	return nil
}

// noteEstimate says how states and derivatives were found.
func (d *dataset) noteEstimate() {
	e := d.estimator
	each := func(f func(j int) string) string {
		var s []string
		for j, column := range e.Columns {
			s = append(s, column+" "+f(j))
		}
		return strings.Join(s, ", ")
	}
	switch e.Derivatives {
	case estimate.Given:
		d.note("derivatives as the data have them")
	case estimate.LocalPolynomial:
		d.note("derivatives by local polynomials: %s", each(func(j int) string {
			return fmt.Sprintf("over %d rows of degree %d", e.Windows[j].Rows, e.Windows[j].Degree)
		}))
	default:
		d.note("derivatives by %s differences", e.Derivatives)
	}
	if e.Noise != nil {
		verb := "the states are used as they are"
		if e.Smoothed {
			verb = "the states are smoothed"
		}
		d.note("noise at most %s: %s", each(func(j int) string { return fmt.Sprintf("%.2g", e.Noise[j]) }), verb)
	}
	if e.Masses != nil {
		d.note("positions only: velocities are estimated, and the momenta are the velocities of masses %v", e.Masses)
	}
	if e.Gaps > 0 {
		d.note("%d gaps of %.3g or more in time; nothing is estimated across them", e.Gaps, e.Gap)
	}
}

// momentaHaveNoZero says that to the model zero momentum is like any other: not to one that
// takes velocities in proportion to momenta, or damps them.
func (c *Config) momentaHaveNoZero() bool {
	return len(c.Structure) == 0 && len(c.Symmetry) == 0 && c.Dissipation == "" && c.Mass == nil &&
		(c.Model == network.KindHNN || c.Model == network.KindBaseline || c.Model == network.KindSeparable)
}

// alike is by how much masses may differ that are taken for equal.
const alike = 0.02

// masses are what velocities are to be multiplied by to be momenta, in times the first one's: those that make the forces between
// the positions symmetric. Nil is equal masses, where momenta are known, or where nothing tells them.
func (d *dataset) masses(c *Config, marks []bool) []float64 {
	set := d.observed()
	if !d.velocities() || set.PositionsOnly || c.Mass != nil || c.common() || len(set.InputNames) > 0 || set.Dim < 4 {
		return nil
	}
	if set.Rows() > mostMassRows {
		set = set.Slice(0, mostMassRows)
	}
	paths, err := estimate.NewPaths(set, estimate.PathOptions{Angles: marks})
	if err != nil {
		return nil
	}
	masses, err := law.Masses(paths, marks[:set.Dim/2])
	if err != nil || slices.Max(masses) < (1+alike)*slices.Min(masses) {
		return nil
	}
	d.note("the forces between the positions are those of masses in the ratio %s, which make momenta of the velocities for an HNN", ratio(masses))
	return masses
}

// mostMassRows bounds the rows that masses are found from.
const mostMassRows = 6000

func ratio(v []float64) string {
	var s []string
	for _, x := range v {
		s = append(s, fmt.Sprintf("%.4g", x))
	}
	return strings.Join(s, " : ")
}

// scale finds scales and makes what is fitted dimensionless.
func (d *dataset) scale(c *Config) error {
	marks, err := angles(d.angles, d.columns())
	if err != nil {
		return err
	}
	masses := d.masses(c, marks)
	d.scales, err = data.NewScales(d.Train, data.ScaleOptions{
		Angles: marks, Masses: masses,
		// A structure or a symmetry may be about zero.
		Centre:        len(c.Structure) == 0 && len(c.Symmetry) == 0,
		CentreMomenta: c.momentaHaveNoZero(),
		// Distances, rotations and the gradient of a dissipation mix the components.
		Common: c.common() || c.Dissipation != "",
	})
	if ends := heldEnds(d.observed(), d.columns()); err != nil && ends != "" {
		return fmt.Errorf("%s: %w; %s", c.Data, err, ends)
	} else if err != nil {
		return fmt.Errorf("%s: %w", c.Data, err)
	}
	d.dimensionless = data.Split{Train: d.scales.Apply(d.Train), Test: d.scales.Apply(d.Test)}
	return nil
}
