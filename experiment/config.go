// Package experiment runs the paper's tasks and a user's own data: a configuration
// in, a run directory out. It puts data, model, fit, eval and report together and
// holds no mathematics of its own. The program's verbs are thin layers over it.
package experiment

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"hnn/data/draw"
	"hnn/data/estimate"
	"hnn/data/file"
	"hnn/experiment/task"
	"hnn/fit"
	"hnn/model"
	"hnn/system"
)

// Config is what is needed, with the data file where there is one, to repeat a run to
// the bit. The keys of config.yaml are the names of the program's flags.
type Config struct {
	Task string `yaml:"task"`
	// Data is the file of a run on measured data, empty for drawn data.
	Data string `yaml:"data,omitempty"`
	// Columns and SkipBadRows are the settings of file.Read for the file.
	Columns     file.Columns `yaml:",inline"`
	SkipBadRows bool         `yaml:"skip-bad-rows,omitempty"`

	Model     string `yaml:"model"`
	Trainer   string `yaml:"trainer"`
	Seed      uint64 `yaml:"seed"`
	Precision string `yaml:"precision"`

	Hidden     []int  `yaml:"hidden,flow"`
	Activation string `yaml:"activation"`

	// Loss is one of Losses; what follows it belongs to the loss trajectory: see
	// fit.Shooting.
	Loss         string  `yaml:"loss"`
	Integrator   string  `yaml:"integrator"`
	Substeps     int     `yaml:"substeps"`
	Window       int     `yaml:"window"`
	WindowStride int     `yaml:"window-stride"`
	WindowFrom   int     `yaml:"window-from"`
	FitStates    bool    `yaml:"fit-states"`
	Continuity   float64 `yaml:"continuity"`
	LinearPrior  float64 `yaml:"linear-prior"`

	Steps           int     `yaml:"steps"`
	Batch           int     `yaml:"batch"`
	Sampling        string  `yaml:"sampling"`
	LearningRate    float64 `yaml:"learning-rate"`
	Schedule        string  `yaml:"schedule"`
	ScheduleEvery   int     `yaml:"schedule-every,omitempty"`
	ScheduleFactor  float64 `yaml:"schedule-factor,omitempty"`
	ScheduleFloor   float64 `yaml:"schedule-floor,omitempty"`
	L2              float64 `yaml:"l2"`
	WeightDecay     float64 `yaml:"weight-decay"`
	ClipNorm        float64 `yaml:"clip-norm"`
	TestEvery       int     `yaml:"test-every"`
	Patience        int     `yaml:"patience"`
	CheckpointEvery int     `yaml:"checkpoint-every"`
	// Ensemble, unless 0, is the number of networks that are trained side by side, from
	// initial weights of their own; their mean is the model.
	Ensemble int `yaml:"ensemble,omitempty"`
	// LBFGSSteps is the number of steps of L-BFGS after those of Adam.
	LBFGSSteps int `yaml:"lbfgs-steps,omitempty"`
	// Polish solves for the last layer again after the training: see closedform.Polish.
	Polish bool `yaml:"polish,omitempty"`

	// What the user knows of the system, and the other settings of the closed form: see
	// closedform.Options. The trainer adam uses Structure, Dissipation, Angle, Mass and
	// Weighted. Mass also turns the velocities of a file of positions into momenta.
	Known       bool      `yaml:"known,omitempty"`
	Structure   []string  `yaml:"structure,flow,omitempty"`
	Symmetry    []string  `yaml:"symmetry,flow,omitempty"`
	Dissipation string    `yaml:"dissipation,omitempty"`
	Angle       []string  `yaml:"angle,flow,omitempty"`
	Mass        []float64 `yaml:"mass,flow,omitempty"`
	// InputGain is how inputs act on the momenta, one of model.Gains, and InputHold what they
	// do between their samples, one of InputHolds; "" is learned, and foh.
	InputGain string `yaml:"input-gain,omitempty"`
	InputHold string `yaml:"input-hold,omitempty"`
	// Skew is the matrix of coordinates that are not canonical: see model.ParseSkew.
	Skew     string  `yaml:"skew,omitempty"`
	Features int     `yaml:"features,omitempty"`
	Weighted bool    `yaml:"weighted,omitempty"`
	Solver   string  `yaml:"solver,omitempty"`
	Ridge    float64 `yaml:"ridge,omitempty"`
	Scale    float64 `yaml:"scale,omitempty"`

	// How states and derivatives are found from observations: see estimate.Options.
	// Scaling makes the states and times of a user's file dimensionless.
	Derivatives      string `yaml:"derivatives"`
	DerivativeWindow int    `yaml:"derivative-window,omitempty"`
	Smooth           string `yaml:"smooth"`
	Scaling          bool   `yaml:"scaling"`

	// Test is a file of its own to test on, empty for a part of Data.
	Test string `yaml:"test,omitempty"`
	// The draw of a known system's data; of a user's file only TestFraction counts.
	Trajectories int     `yaml:"trajectories,omitempty"`
	Points       int     `yaml:"points,omitempty"`
	Horizon      float64 `yaml:"horizon,omitempty"`
	Noise        float64 `yaml:"noise,omitempty"`
	TestFraction float64 `yaml:"test-fraction"`
	TestFirst    bool    `yaml:"test-first,omitempty"`
	WholeTrials  bool    `yaml:"whole-trials,omitempty"`
	Tolerance    float64 `yaml:"tolerance,omitempty"`

	PixelConfig `yaml:",inline"`

	Strict  bool `yaml:"strict"`
	Figures bool `yaml:"figures"`
}

// Facts is what is known of the run's task; nothing of an unknown one.
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
		Task: t.Name, Model: model.KindHNN, Trainer: Adam, Precision: "float32",
		Hidden: []int{200, 200}, Activation: "tanh",
		Loss: DerivativeLoss, Steps: t.Training.Steps, Batch: t.Training.Batch, Sampling: fit.Fresh.String(),
		LearningRate: 1e-3, Schedule: "constant", L2: t.Training.L2,
		TestEvery: t.Training.TestEvery, CheckpointEvery: 1000,
		Derivatives: estimate.Auto, Smooth: "no",
		Strict: !t.Source.Films(), Figures: true,
	}
	c.setDraw(t.Draw)
	switch {
	case t.Source.Films():
		c.PixelConfig = defaultPixels(t.Source)
	case t.Source.Own():
		c.Smooth, c.Scaling = estimate.Auto, true
	}
	return c, nil
}

func (c *Config) setDraw(o draw.Options) {
	c.Trajectories, c.Points, c.Horizon, c.Noise = o.Trajectories, o.Points, o.Horizon, o.Noise
	c.TestFraction, c.TestFirst, c.WholeTrials, c.Tolerance = o.TestFraction, o.TestFirst, o.WholeTrials, o.Tolerance
}

func (c *Config) draw() draw.Options {
	return draw.Options{
		Trajectories: c.Trajectories, Points: c.Points, Horizon: c.Horizon, Noise: c.Noise,
		TestFraction: c.TestFraction, TestFirst: c.TestFirst, WholeTrials: c.WholeTrials, Tolerance: c.Tolerance,
	}
}

// fromFile reports whether the run's data come from a file.
func (c *Config) fromFile() bool { return c.source().File() }

func (c *Config) schedule() fit.Schedule {
	return fit.Schedule{Kind: c.Schedule, Every: c.ScheduleEvery, Factor: c.ScheduleFactor, Floor: c.ScheduleFloor}
}

func (c *Config) fitOptions(workers int) (fit.Options, error) {
	sampling, err := fit.ParseSampling(c.Sampling)
	return fit.Options{
		Steps: c.Steps, LBFGS: c.LBFGSSteps, Batch: c.Batch, Sampling: sampling,
		LearningRate: c.LearningRate, Schedule: c.schedule(),
		L2: c.L2, WeightDecay: c.WeightDecay, ClipNorm: c.ClipNorm,
		TestEvery: c.TestEvery, Patience: c.Patience, Workers: workers,
	}, err
}

// Validate reports the first setting that cannot work, before any is used.
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
	case !c.fromFile() && c.readsColumns():
		return fmt.Errorf("task %s draws its own data: leave out the names of a file's columns (time, trial, q, p, dq, dp, input) and skip-bad-rows", c.Task)
	}
	if err := c.validateRun(); err != nil {
		return err
	}
	if names := c.given(pixelKeys); names != nil {
		return fmt.Errorf("%s: of runs on pictures, and the task is %s", strings.Join(names, ", "), c.Task)
	}
	if err := c.validateObservations(); err != nil {
		return err
	}
	if err := c.validateInputs(); err != nil {
		return err
	}
	columns := stateNames(2)
	if c.source() == task.PaperFile && c.TestFraction != 0 {
		return fmt.Errorf("task %s splits its file by the paper's protocol: leave out test-fraction, or give the file to hnn train --data without a task", c.Task)
	}
	if c.fromFile() {
		if c.draw() != (draw.Options{TestFraction: c.TestFraction}) {
			return fmt.Errorf("task %s draws nothing: leave out how trajectories are drawn (trajectories, points, horizon, noise, test-first, whole-trials, tolerance)", c.Task)
		}
	} else {
		if err := c.draw().Validate(); err != nil {
			return err
		}
		columns = systemColumns(c.Facts().System)
	}
	if c.Trainer == ClosedForm {
		return c.validateClosedForm()
	}
	if names := c.given(closedFormKeys); names != nil {
		return fmt.Errorf("%s: of the trainer %s, and this run's is %s", strings.Join(names, ", "), ClosedForm, c.Trainer)
	}
	if err := c.validateArchitecture(columns); err != nil {
		return err
	}
	if err := c.validateLoss(); err != nil {
		return err
	}
	if c.Polish && c.Model != model.KindHNN {
		return fmt.Errorf("polish solves for the last layer of the model %s, and this run's is %s; leave it out", model.KindHNN, c.Model)
	}
	return c.validateFit()
}

// validateRun checks what every run has.
func (c *Config) validateRun() error {
	switch {
	case c.Ensemble < 0 || c.Ensemble == 1 || c.Ensemble > maxEnsemble:
		return fmt.Errorf("an ensemble of %d; give a number from 2 to %d, or 0 for one model", c.Ensemble, maxEnsemble)
	case c.Ensemble > 0 && (c.Polish || c.Pixels()):
		return errors.New("an ensemble of pixel models or of polished ones is not there; leave out ensemble, or polish")
	case !slices.Contains(Trainers(), c.Trainer):
		return &system.UnknownError{Kind: "trainer", Name: c.Trainer, Known: Trainers()}
	case c.Precision != "float32" && c.Precision != "float64":
		return fmt.Errorf("no precision %q; it is float32 or float64", c.Precision)
	case c.CheckpointEvery < 0:
		return fmt.Errorf("a checkpoint every %d steps; give a positive number, or 0 for one at the end only", c.CheckpointEvery)
	case c.TestFraction < 0 || c.TestFraction >= 1 || math.IsNaN(c.TestFraction):
		return fmt.Errorf("a test fraction of %v; it is at least 0 and less than 1", c.TestFraction)
	}
	return nil
}

// validateFit checks the options of the optimiser.
func (c *Config) validateFit() error {
	if err := c.validateSchedule(); err != nil {
		return err
	}
	o, err := c.fitOptions(0)
	if err != nil {
		return err
	}
	// How many rows there are is not known yet: the batch is checked with the data.
	return o.Validate(max(c.Batch, 1), 1)
}

// validateSchedule refuses settings that would be ignored.
func (c *Config) validateSchedule() error {
	switch {
	case c.Schedule != "step" && (c.ScheduleEvery != 0 || c.ScheduleFactor != 0):
		return fmt.Errorf("schedule-every and schedule-factor belong to schedule step, and the schedule is %q", c.Schedule)
	case c.Schedule != "cosine" && c.ScheduleFloor != 0:
		return fmt.Errorf("schedule-floor belongs to schedule cosine, and the schedule is %q", c.Schedule)
	case c.Batch == 0 && c.Sampling == fit.Epoch.String():
		return errors.New("sampling epoch goes through batches: give a batch")
	}
	return nil
}

// ReadConfig reads a config.yaml. Keys that it leaves out have the task's default;
// an unknown key is an error with its line. The task must be there.
func ReadConfig(r io.Reader, name string) (Config, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxConfig+1))
	if err != nil {
		return Config{}, err
	}
	if len(text) > maxConfig {
		return Config{}, fmt.Errorf("%s: more than %d bytes; this is no configuration", name, maxConfig)
	}
	var head struct {
		Task    string `yaml:"task"`
		Trainer string `yaml:"trainer"`
		Recipe  string `yaml:"recipe"`
		Loss    string `yaml:"loss"`
	}
	if err := yaml.Unmarshal(text, &head); err != nil {
		return Config{}, fmt.Errorf("%s: %w", name, err)
	}
	if head.Task == "" {
		return Config{}, fmt.Errorf("%s: no task; a configuration begins with a line such as \"task: spring\"", name)
	}
	c, err := Default(head.Task)
	if err != nil {
		return Config{}, fmt.Errorf("%s: %w", name, err)
	}
	if head.Trainer == ClosedForm {
		c = c.WithClosedForm()
	}
	if c, err = c.WithRecipe(head.Recipe); err != nil {
		return Config{}, fmt.Errorf("%s: %w", name, err)
	}
	if head.Loss == TrajectoryLoss {
		c = c.WithLoss(head.Loss)
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&c); err != nil {
		return Config{}, fmt.Errorf("%s: %w; the keys are the flags of hnn train", name, err)
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return Config{}, fmt.Errorf("%s: more than one document; a configuration is one", name)
	}
	if err := errors.Join(c.Complete(), c.Validate()); err != nil {
		return Config{}, fmt.Errorf("%s: %w", name, err)
	}
	return c, nil
}

// maxConfig is a bound on the size of a configuration, a thousand times the usual.
const maxConfig = 1 << 20

// ReadConfigFile is ReadConfig of a file.
func ReadConfigFile(path string) (Config, error) {
	f, err := os.Open(path)
	if err != nil {
		return Config{}, err
	}
	defer f.Close()
	return ReadConfig(f, path)
}

// Write writes the configuration as ReadConfig takes it.
func (c *Config) Write(w io.Writer) error {
	var node yaml.Node
	if err := node.Encode(c); err != nil {
		return err
	}
	if c.Trainer == ClosedForm {
		dropKeys(&node, adamKeys)
	}
	if c.Loss != TrajectoryLoss {
		dropKeys(&node, trajectoryKeys)
	}
	if err := c.keepZeros(&node); err != nil {
		return err
	}
	e := yaml.NewEncoder(w)
	e.SetIndent(2)
	if err := e.Encode(&node); err != nil {
		return err
	}
	return e.Close()
}

// keepZeros adds the keys that are left out because they are zero, but whose default
// is not: read again, they would have the default.
func (c *Config) keepZeros(node *yaml.Node) error {
	d, err := Default(c.Task)
	if err != nil {
		return err
	}
	var defaults yaml.Node
	if err := defaults.Encode(d); err != nil {
		return err
	}
	for i := 0; i+1 < len(defaults.Content); i += 2 {
		key, value := defaults.Content[i], *defaults.Content[i+1]
		has := func(n *yaml.Node) bool { return n.Value == key.Value }
		if slices.Contains(adamKeys, key.Value) || slices.ContainsFunc(node.Content, has) {
			continue
		}
		value.Value = map[string]string{"!!bool": "false"}[value.Tag]
		if value.Value == "" {
			value.Value, value.Tag = "0", "!!int"
		}
		node.Content = append(node.Content, key, &value)
	}
	return nil
}
