// Package experiment runs the paper's tasks and a user's own data: a configuration
// in, a run directory out. It puts data, model, fit, eval and report together and
// holds no mathematics of its own. The program's verbs are thin layers over it.
package experiment

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"hnn/data/draw"
	"hnn/data/estimate"
	"hnn/data/file"
	"hnn/experiment/task"
	"hnn/fit"
	"hnn/fit/closedform"
	"hnn/model/formula"
	"hnn/model/lagrangian"
	"hnn/model/lattice"
	"hnn/model/network"
	"hnn/model/poisson"
	"hnn/nn"
)

// Precision is that of training.
type Precision string

// The precisions.
const (
	Float32 Precision = "float32"
	Float64 Precision = "float64"
)

// Values lists the names of the precisions.
func (Precision) Values() []string { return []string{string(Float32), string(Float64)} }

// Config is what is needed, with the data file where there is one, to repeat a run to
// the bit. The keys of config.yaml are the names of the program's flags. A field's tags
// declare its setting (see package setting); the sections are those of the packages that
// use them.
type Config struct {
	Task string `key:"task,special" of:"dataset" group:"data" help:"the paper's task, the known system, or data or frames for a user's own"`
	// Data is the file of a run on measured data, empty for drawn data.
	Data string `key:"data,omitempty,special,common" of:"dataset" group:"data" help:"file of measured trajectories, - for standard input; several, a pattern or a folder are trials of one set"`
	// MoreData are further files of trials of the same columns.
	MoreData []string `key:"more-data,omitempty,special" of:"columns dataset" group:"data" help:"further files of trials of the same columns"`
	// Columns and SkipBadRows are the settings of file.Read for the file.
	Columns     file.Columns `of:"columns dataset" group:"data"`
	SkipBadRows bool         `key:"skip-bad-rows,omitempty" of:"columns dataset" group:"data" help:"leave out and count the rows of a file that are not numbers, whose time does not rise, or that are no motion, however many"`
	// KeepBadRows takes rows that are no motion as they are: see check.Report.Bad.
	KeepBadRows bool `key:"keep-bad-rows,omitempty" of:"columns dataset" group:"data" help:"take rows that are no motion (stuck, repeated, far from all others) as they are"`
	// SplitAtJumps begins a trial where the state jumps: see check.Report.Jumps.
	SplitAtJumps bool `key:"split-at-jumps,omitempty" of:"columns dataset" group:"data" help:"begin a trial where the state jumps, as between two experiments on one clock"`

	Model     string    `key:"model,special,common" group:"network" help:"models to train"`
	Trainer   Trainer   `key:"trainer,special,common" group:"network" help:"how to fit an HNN: gradient steps (adam) or one least-squares solve (closed-form); lagrangian, linear, baseline-sparse and hnn-formula have one of their own (weak-form)"`
	Seed      uint64    `key:"seed,common" group:"data" help:"seed of the data, the initial weights and the batches"`
	Precision Precision `key:"precision" group:"network" help:"precision of training; the closed form's is float64"`

	Hidden     []int         `key:"hidden,common" of:"adam" group:"network" help:"widths of the hidden layers"`
	Activation nn.Activation `key:"activation" group:"network" help:"function between the layers, and of the closed form's features"`

	Loss     Loss         `key:"loss,common" of:"adam" group:"training by Adam" help:"what adam lowers: the error of the field (derivative), or the distance from observed states, which needs no derivatives (trajectory)"`
	Shooting fit.Shooting `of:"adam trajectory" group:"training by trajectories"`

	Fit             fit.Options `of:"adam" group:"training by Adam"`
	CheckpointEvery int         `key:"checkpoint-every" of:"adam" group:"training by Adam" help:"steps between two checkpoints, 0 for one at the end"`
	// Ensemble, unless 0, is the number of networks that are trained side by side, from
	// initial weights of their own; their mean is the model.
	Ensemble int `key:"ensemble,omitempty" of:"adam" group:"training by Adam" help:"networks to train side by side, whose mean is the model and whose spread is reported; 0 for one"`
	// Polish solves for the last layer again after the training: see closedform.Polish.
	Polish bool `key:"polish,omitempty" of:"adam states" group:"training by Adam" help:"solve for the last layer again after the training, where that lowers the error on held-out rows"`

	// What the user knows of the system. Mass also turns the velocities of a file of
	// positions into momenta.
	Known       bool                  `key:"known,omitempty,common" of:"closed-form hamiltonian" group:"system" help:"tell the closed form the known system's structure, symmetry, angles and masses"`
	Structure   []network.Structure   `key:"structure,omitempty,common" of:"hamiltonian dataset" group:"system" help:"form of H"`
	Symmetry    []closedform.Symmetry `key:"symmetry,omitempty" of:"closed-form hamiltonian dataset" group:"system" help:"closed form: what leaves H as it is"`
	Dissipation network.Dissipation   `key:"dissipation,omitempty,common" of:"hamiltonian dataset" group:"system" help:"how energy leaves; the closed form fits linear"`
	Angle       []string              `key:"angle,omitempty,common" of:"dataset" group:"system" help:"state columns that are angles: the model sees their cosine and sine"`
	Within      float64               `key:"rollout-time,omitempty" of:"states dataset" group:"system" help:"time of the rollouts from held-out states by which models are compared, at most; half the trials unless given"`
	Mass        []float64             `key:"mass,omitempty" of:"states hamiltonian" group:"system" help:"masses: of positions whose velocities become momenta, or of the bodies of structure pairwise (closed form: and symmetry rotation)"`
	InputGain   string                `key:"input-gain,omitempty" of:"states hamiltonian" group:"system" help:"G of the force G(q) u of inputs: constant, learned (unless given), or, where it is known, a lagrangian's numbers: a row a position, as \"1;0\""`
	InputHold   Hold                  `key:"input-hold,omitempty" of:"states dataset" group:"system" help:"inputs between their samples: linear (foh, unless given) or constant (zoh)"`
	// InputDelay is a time, or AutoDelay: see dataset.delayInputs.
	InputDelay string `key:"input-delay,omitempty" of:"states dataset" group:"system" help:"how much later than their columns say the inputs act, in the file's unit of time, or auto to find it"`
	// ColumnDelay is times by column, or AutoDelay: see dataset.delayColumns.
	ColumnDelay string `key:"column-delay,omitempty" of:"states dataset" group:"system" help:"how much later than their rows say state columns were measured, in the file's unit of time, as \"omega=0.02, y=-0.004\", or auto to find it"`
	// ColumnGain and ColumnOffset are numbers by column, or AutoDelay, and OffsetOfTrials: see dataset.calibrate.
	ColumnGain   string `key:"column-gain,omitempty" of:"states dataset" group:"system" help:"by which number state columns are too large, as \"theta=1.03\", or auto to find it: states are the columns divided by it"`
	ColumnOffset string `key:"column-offset,omitempty" of:"states dataset" group:"system" help:"how much more than the state columns show, as \"theta=0.035, omega=-0.1\", or auto to find it, or trials to find each trial's own"`
	// Skew is the matrix of coordinates that are not canonical: see model.ParseSkew.
	Skew string `key:"skew,omitempty" of:"adam hamiltonian" group:"system" help:"skew matrix J of dx/dt = J grad H where the columns are not positions and momenta: its rows, as 0,1;-1,0, or levi-civita"`

	Closed closedform.Options `of:"closed-form" group:"closed form"`
	// Weighted weighs the rows of either trainer: see fit.Weigh and closedform.Options.
	Terms string `key:"terms,omitempty" of:"formula states" group:"system" help:"terms of a formula instead of the default library, as \"q^2, q^4, cos(q), p^2\" in the names of the columns"`

	Start string `key:"start,omitempty" of:"formula states" group:"system" help:"numbers inside terms that are fitted, with values to begin with: \"k=2\" for the term cos(k*q)"`

	// KnownPart is a part of H that is given: the closed form or a formula learns the rest.
	KnownPart string `key:"known-part,omitempty" of:"states" group:"system" help:"part of H that is known, as \"p^2/2 + 3*(1-cos(q))\" in the names of the columns: the closed form, or a formula, learns the rest"`

	// Bracket is J(x) of a Poisson system: see fitpoisson.ParseBracket. It is found unless given.
	Bracket string `key:"bracket,omitempty" of:"poisson states" group:"system" help:"J(x) of dx/dt = J(x) grad H, by its rows in the names of the columns, as \"0, x*y; -x*y, 0\": the model hnn-poisson then finds H alone"`

	// Lattice and Edges are the graph of a model hnn-lattice: see lattice.ParseShape and lattice.ReadEdges.
	Lattice string `key:"lattice,omitempty,common" of:"lattice states" group:"system" help:"sites on a lattice, with one law for all sites and one for all bonds between neighbours: chain, fixed-chain (its ends on walls), ring, grid:8x8, fixed-grid:8x8 or torus:8x8; of the model hnn-lattice"`
	Edges   string `key:"edges,omitempty" of:"lattice states" group:"system" help:"file of the bonds between sites, a line each, as 1,2 or 1,2,KIND (0 is a wall), instead of --lattice"`
	// LatticeAdam and LatticeSteps are those of fitlattice.Adam.
	LatticeAdam  string `key:"lattice-adam,omitempty" of:"lattice states" group:"system" help:"learn the laws of --lattice or --edges as networks, by Adam on time derivatives (derivative) or through steps of leapfrog from states alone (trajectory), not by one solve"`
	LatticeSteps int    `key:"lattice-steps,omitempty" of:"lattice states" group:"system" help:"steps of --lattice-adam, 0 for 3000"`

	// Rods are the rods between points: see rods.ParsePairs. They are found where the names of the columns are those of points.
	Rods string `key:"rods,omitempty" of:"lagrangian states" group:"system" help:"rods between points, for a lagrangian: 0-1,1-2 from the pivot 0 to the first point and on to the second, 0-1,1-2,2-0 for a closed loop; found unless given, none for no rods"`
	// Values are what is known of coefficients: see lagrange.ParseValues.
	Values string `key:"values,omitempty" of:"lagrangian states" group:"system" help:"what is known of a lagrangian's coefficients, by the names that a run prints: M[x,x]=0.5, within an error as G[x,u]=1+-0.1, or bounds, as R>=0, V*x^2<=5"`

	Weighted bool `key:"weighted,omitempty" after:"features" of:"states" group:"system" help:"weigh rows with large derivatives less, as near-collisions have"`

	// Scaling makes the states and times of a user's file dimensionless.
	Estimate estimate.Options `of:"states dataset" group:"data"`
	Scaling  bool             `key:"scaling,inverse" of:"states dataset" group:"data" help:"fit a file in its own units, not in dimensionless ones"`

	// Test is a file of its own to test on, empty for a part of Data.
	Test string `key:"test,omitempty" of:"states dataset" group:"data" help:"file of trajectories to test on, instead of a part of --data"`
	// Draw is of a known system's data; of a user's file only TestFraction counts.
	Draw draw.Options `of:"dataset" group:"data"`

	PixelConfig `of:"pictures dataset" group:"pictures"`

	// Bands is the level of bands whose coverage of held-out trials is measured, 0 for none.
	Bands float64 `key:"bands,omitempty" group:"output" help:"level of bands, as 0.9: their coverage of held-out trials is measured; takes as long as ten fits"`

	Strict  bool `key:"strict,inverse" group:"output" help:"leave out the strict metrics, which may take longer than the training"`
	Figures bool `key:"figures,inverse" group:"output" help:"draw no figures"`
}

// Facts returns the row of the run's task, an empty one if there is no such task.
func (c *Config) Facts() task.Task {
	t, _ := task.Lookup(c.Task)
	return t
}

// source is where the run's data come from.
func (c *Config) source() task.Source { return c.Facts().Source }

// Default is the protocol of a task: the authors' for the paper's tasks, a documented choice
// for any other. An unknown name is a *system.UnknownError.
func Default(name string) (Config, error) {
	t, err := task.Lookup(name)
	if err != nil {
		return Config{}, err
	}
	c := Config{
		Task: t.Name, Model: network.KindHNN, Trainer: Adam, Precision: Float32,
		Hidden: []int{200, 200}, Loss: DerivativeLoss, Fit: fit.Defaults(), CheckpointEvery: 1000,
		Estimate: estimate.Options{Derivatives: estimate.Auto, Smooth: "no"}, Draw: t.Draw,
		Strict: !t.Source.Films(), Figures: true,
	}
	c.Fit.Steps, c.Fit.Batch, c.Fit.L2, c.Fit.TestEvery = t.Training.Steps, t.Training.Batch, t.Training.L2, t.Training.TestEvery
	switch {
	case t.Source.Films():
		c.PixelConfig = defaultPixels(t.Source)
	case t.Source.Own():
		c.Estimate.Smooth, c.Scaling = estimate.Auto, true
	}
	return c, nil
}

// fromFile reports whether the run's data come from a file.
func (c *Config) fromFile() bool { return c.source().File() }

// Validate returns an error that names the first setting that cannot work.
func (c *Config) Validate() error {
	if _, err := Default(c.Task); err != nil {
		return err
	}
	if c.Pixels() {
		if err := c.validateRun(); err != nil {
			return err
		}
		return c.validatePixels()
	}
	switch {
	case c.fromFile() && c.Data == "":
		return fmt.Errorf("task %s needs a file: give --data FILE", c.Task)
	case !c.fromFile() && c.Data != "":
		return fmt.Errorf("task %s draws its own data and cannot take the file %s; leave one of the two out", c.Task, c.Data)
	case !c.fromFile() && c.given("columns") != nil:
		return fmt.Errorf("task %s draws its own data: leave out the names of a file's columns (time, trial, x, q, p, dq, dp, input, dt, integrate), more-data, skip-bad-rows, keep-bad-rows and split-at-jumps", c.Task)
	}
	if err := c.validateRun(); err != nil {
		return err
	}
	if err := c.refuse("pictures", c.given("pictures")...); err != nil {
		return err
	}
	if err := c.validateObservations(); err != nil {
		return err
	}
	if err := c.validateInputs(); err != nil {
		return err
	}
	columns := stateNames(2)
	if c.source() == task.PaperFile && c.Draw.TestFraction != 0 {
		return fmt.Errorf("task %s splits its file by the paper's protocol: leave out test-fraction, or give the file to hnn train --data without a task", c.Task)
	}
	if c.fromFile() {
		if c.given("draw") != nil {
			return fmt.Errorf("task %s draws nothing: leave out how trajectories are drawn (trajectories, points, horizon, noise, test-first, whole-trials, tolerance)", c.Task)
		}
	} else {
		if err := c.Draw.Validate(); err != nil {
			return err
		}
		columns = systemColumns(c.Facts().System)
	}
	if names := c.given("formula"); names != nil && c.Model != formula.Kind {
		return fmt.Errorf("%s: of the model %s, and this run's is %s", strings.Join(names, ", "), formula.Kind, c.Model)
	}
	if names := c.given("poisson"); names != nil && c.Model != poisson.Kind {
		return fmt.Errorf("%s: of the model %s, and this run's is %s", strings.Join(names, ", "), poisson.Kind, c.Model)
	}
	if names := c.given("lattice"); names != nil && c.Model != lattice.Kind {
		return fmt.Errorf("%s: of the model %s, and this run's is %s: leave out model and trainer; for networks by Adam give --lattice-adam derivative or trajectory beside --lattice", strings.Join(names, ", "), lattice.Kind, c.Model)
	}
	if names := c.given("lagrangian"); names != nil && c.Model != lagrangian.Kind {
		return fmt.Errorf("%s: of the model %s, and this run's is %s", strings.Join(names, ", "), lagrangian.Kind, c.Model)
	}
	if err := c.validateKnownPart(); err != nil {
		return err
	}
	switch {
	case c.Trainer == ClosedForm:
		return c.validateClosedForm()
	case c.Trainer == WeakForm:
		return c.validateWeakForm()
	case c.Model == lattice.Kind:
		return fmt.Errorf("the model %s is fitted by the trainer %s, or as networks with --lattice-adam derivative or trajectory: leave out trainer", c.Model, WeakForm)
	case IsWeak(c.Model):
		return fmt.Errorf("the model %s is fitted by the trainer %s", c.Model, WeakForm)
	}
	if err := c.refuse("closed-form", c.given("closed-form")...); err != nil {
		return err
	}
	if err := c.validateArchitecture(columns); err != nil {
		return err
	}
	if err := c.validateLoss(); err != nil {
		return err
	}
	if c.Polish && c.Model != network.KindHNN {
		return fmt.Errorf("polish solves for the last layer of the model %s, and this run's is %s; leave it out", network.KindHNN, c.Model)
	}
	return c.validateFit()
}

// validateRun checks what every run has.
func (c *Config) validateRun() error {
	for _, s := range settings {
		if err := s.Valid(c); err != nil {
			return err
		}
	}
	switch {
	case c.Ensemble < 0 || c.Ensemble == 1 || c.Ensemble > maxEnsemble:
		return fmt.Errorf("an ensemble of %d; give a number from 2 to %d, or 0 for one model", c.Ensemble, maxEnsemble)
	case c.Ensemble > 0 && (c.Polish || c.Pixels()):
		return errors.New("an ensemble of pixel models or of polished ones is not there; leave out ensemble, or polish")
	case c.Bands != 0 && c.Pixels():
		return errors.New("bands: there are none of models of pictures; leave it out")
	case c.Bands != 0 && checkLevel(c.Bands) != nil:
		return checkLevel(c.Bands)
	case c.Bands != 0 && c.Trainer == Adam && c.Ensemble == 0 && c.Model == network.KindHNN:
		return errors.New("bands: nothing says how sure a single network is; give --ensemble, or a trainer that solves (closed-form, weak-form)")
	case c.Trainer == "" || c.Precision == "":
		return errors.New("a run has a trainer and a precision: give both")
	case c.CheckpointEvery < 0:
		return fmt.Errorf("a checkpoint every %d steps; give a positive number, or 0 for one at the end only", c.CheckpointEvery)
	case c.Draw.TestFraction < 0 || c.Draw.TestFraction >= 1 || math.IsNaN(c.Draw.TestFraction):
		return fmt.Errorf("a test fraction of %v; it is at least 0 and less than 1", c.Draw.TestFraction)
	}
	return nil
}

// validateFit checks the options of the optimiser.
func (c *Config) validateFit() error {
	if err := c.validateSchedule(); err != nil {
		return err
	}
	// How many rows there are is not known yet: the batch is checked with the data.
	return c.Fit.Validate(max(c.Fit.Batch, 1), 1)
}

// validateSchedule refuses settings that would be ignored.
func (c *Config) validateSchedule() error {
	s := c.Fit.Schedule
	switch {
	case s.Kind != fit.Step && (s.Every != 0 || s.Factor != 0):
		return fmt.Errorf("schedule-every and schedule-factor belong to schedule step, and the schedule is %q", s.Kind)
	case s.Kind != fit.Cosine && s.Floor != 0:
		return fmt.Errorf("schedule-floor belongs to schedule cosine, and the schedule is %q", s.Kind)
	case c.Fit.Batch == 0 && c.Fit.Sampling == fit.Epoch:
		return errors.New("sampling epoch goes through batches: give a batch")
	}
	return nil
}
