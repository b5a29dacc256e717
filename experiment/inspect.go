package experiment

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"

	"hnn/fit/closedform"
	"hnn/model"
	"hnn/model/expansion"
	modelfile "hnn/model/file"
	"hnn/model/network"
	"hnn/model/safetensors"
)

// Inspection is what a model's file says of it, without its data and without measuring
// anything.
type Inspection struct {
	// Dir is the run's directory, empty of a model file alone.
	Dir  string `json:"dir,omitempty"`
	File string `json:"file"`
	Task string `json:"task,omitempty"`
	// Seed is nil where the file does not say it.
	Seed       *uint64  `json:"seed,omitempty"`
	Kind       string   `json:"kind"`
	Columns    []string `json:"columns"` // of a state
	Inputs     []string `json:"inputs,omitempty"`
	Parameters int      `json:"parameters"`
	// KnownPart is the part of H that was given, in the names of the columns.
	KnownPart string `json:"known_part,omitempty"`
	// Members is the number of networks of an ensemble, 0 of a single model.
	Members int `json:"members,omitempty"`
	// Digest is the SHA-256 of the model file's content, empty of one of an earlier version.
	Digest string `json:"sha256,omitempty"`
	// Hidden and Activation are those of a network.
	Hidden     []int  `json:"hidden,omitempty"`
	Activation string `json:"activation,omitempty"`
	// Pixels is what a model of pictures sees, and its autoencoder.
	Pixels *model.Pixels `json:"pixels,omitempty"`
	// Terms are those of a Hamiltonian that is linear in its coefficients.
	Terms      []InspectedTerm          `json:"terms,omitempty"`
	ClosedForm *closedform.Report       `json:"closed_form,omitempty"`
	Polish     *closedform.PolishReport `json:"polish,omitempty"`
	// Warnings are what whoever uses the model should know of it and its data.
	Warnings []string `json:"warnings,omitempty"`
	// Learning is what was tried before this model was made, of a run on a file.
	Learning *Learning `json:"learning,omitempty"`
}

// InspectedTerm is a term and the number of its features.
type InspectedTerm struct {
	Kind     string `json:"kind"`
	Features int    `json:"features"`
}

// Inspect reads the model of a run directory, or a model file.
func Inspect(path string) (*Inspection, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	dir := ""
	if info.IsDir() {
		if _, err := openRun(path); err != nil {
			return nil, err
		}
		dir, path = path, filepath.Join(path, modelFile)
	}
	m, meta, err := modelfile.Load(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, unfinished(filepath.Dir(path))
	}
	if err != nil {
		return nil, err
	}
	i := &Inspection{
		File: path, Task: meta[metaTask], Kind: m.Kind, Parameters: m.Parameters,
		Columns: splitNames(meta[metaColumns]), Digest: meta[safetensors.Digest], KnownPart: meta[metaKnown],
	}
	if seed, err := strconv.ParseUint(meta[metaSeed], 10, 64); err == nil {
		i.Seed = &seed
	}
	if len(i.Columns) != m.Dim {
		i.Columns = stateNames(m.Dim)
	}
	if m.Inputs > 0 {
		i.Inputs = splitNames(meta[metaInputs])
	}
	one := m
	if m.Members != nil {
		i.Members, one = len(m.Members), m.Members[0]
	}
	if n := network.Of(one); n != nil {
		a := n.Architecture()
		i.Hidden, i.Activation, i.Pixels = a.Hidden, a.Activation, a.Pixels
	}
	if e := expansion.Of(one); e != nil {
		for _, t := range e.Terms() {
			i.Terms = append(i.Terms, InspectedTerm{t.Kind(), t.Size()})
		}
	}
	for key, to := range map[string]any{closedform.MetaReport: &i.ClosedForm, closedform.MetaPolish: &i.Polish} {
		if text, ok := meta[key]; ok {
			if err := json.Unmarshal([]byte(text), to); err != nil {
				return nil, fmt.Errorf("%s: its metadata %s: %w", path, key, err)
			}
		}
	}
	if dir == "" {
		return i, nil
	}
	if _, err := checkDigests(dir, meta); err != nil {
		return nil, err
	}
	i.Dir = dir
	r, err := i.warn(dir)
	if err != nil {
		return nil, err
	}
	if r == nil {
		return i, nil
	}
	// The model file has no times.
	if i.ClosedForm != nil && r.ClosedForm != nil {
		i.ClosedForm.Seconds, i.ClosedForm.SolveSeconds = r.ClosedForm.Seconds, r.ClosedForm.SolveSeconds
	}
	i.Learning = r.Learning
	if i.Polish != nil && r.Polish != nil {
		i.Polish.Seconds = r.Polish.Seconds
	}
	return i, nil
}

// warn adds what is known of the data that the run in dir learned from, and why it is no result. It returns the run's
// results, nil where there are none.
func (i *Inspection) warn(dir string) (*Results, error) {
	c, err := ReadConfigFile(filepath.Join(dir, configFile))
	if err != nil {
		return nil, err
	}
	l, err := readLearned(dir)
	if err != nil {
		return nil, err
	}
	r, err := ReadResults(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	run := &Run{Config: c, Results: r}
	if l != nil {
		run.seen, run.findings = l.Seen, l.Findings
	}
	if run.seen != nil {
		i.Warnings = new(Env).Warnings(run)
	}
	return r, nil
}

// Write prints the inspection for a person, a line a fact.
func (i *Inspection) Write(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(name, format string, args ...any) { fmt.Fprintf(t, "%s\t%s\n", name, fmt.Sprintf(format, args...)) }
	line("file", "%s", i.File)
	if i.Digest != "" {
		line("sha256", "%s", i.Digest)
	} else {
		line("sha256", "none, as of an earlier version: damage to the file would not be seen")
	}
	if i.Task != "" && i.Seed != nil {
		line("task", "%s, seed %d", i.Task, *i.Seed)
	}
	line("model", "%s of states (%s)", i.Kind, strings.Join(i.Columns, ", "))
	if i.Inputs != nil {
		line("inputs", "%s", strings.Join(i.Inputs, ", "))
	}
	if i.Members > 0 {
		line("ensemble", "the mean of %d networks", i.Members)
	}
	if p := i.Pixels; p != nil {
		line("sees", "pictures of %d x %d pixels, %d frames at a time", p.Width, p.Height, p.Stack)
		line("autoencoder", "hidden layers %s, %s, to %d latent numbers, and back", strings.Trim(fmt.Sprint(p.Hidden), "[]"), p.Activation, len(i.Columns))
	}
	line("parameters", "%d", i.Parameters)
	if i.Hidden != nil {
		line("hidden layers", "%s, %s", strings.Trim(fmt.Sprint(i.Hidden), "[]"), i.Activation)
	}
	if i.KnownPart != "" {
		line("known part", "%s", i.KnownPart)
	}
	var terms []string
	for _, v := range i.Terms {
		terms = append(terms, fmt.Sprintf("%s (%d)", v.Kind, v.Features))
	}
	if terms != nil {
		line("terms of H", "%s", strings.Join(terms, " + "))
	}
	if i.ClosedForm != nil {
		writeReport(line, i)
	}
	if p := i.Polish; p != nil {
		verdict := "refused"
		if p.Applied {
			verdict = "applied"
		}
		line("polish", "%s: error on held-out rows %.3g before, %.3g with the last layer solved for again (ridge %.0e)", verdict, p.Before, p.After, p.Lambda)
	}
	for _, w := range i.Warnings {
		line("findings", "%s", w)
	}
	if l := i.Learning; l != nil {
		for k, v := range l.Tried {
			name, value := "", "failed"
			if k == 0 {
				name = "tried"
			}
			if !math.IsNaN(float64(v.Error)) {
				value = share(float64(v.Error)) + " of the range"
			}
			line(name, "%s: %s", v.Way, value)
		}
		if l.Verdict != "" {
			line("the motion", "%s", l.Verdict)
		}
	}
	return t.Flush()
}

// writeReport prints what the closed form did.
func writeReport(line func(name, format string, args ...any), i *Inspection) {
	r := i.ClosedForm
	given := func(flags string) string {
		if flags == "" {
			return "none given"
		}
		return flags
	}
	line("structure", "%s", given(r.Structure))
	line("symmetry", "%s", given(r.Symmetry))
	line("features", "%d, with %d unknown coefficients", r.Features, r.Unknowns)
	line("fitted to", "%d rows of %s", r.Rows, map[string]string{
		closedform.Exact.String():       "exact states and derivatives",
		closedform.NoisyStates.String(): fmt.Sprintf("noisy states (standard deviation %.3g) and exact derivatives", r.Noise),
		closedform.StatesOnly.String():  "states alone, through the integral of the field",
	}[r.Observations])
	line("scale", "%g (steepness of the features)", r.Scale)
	line("solver", "%s, ridge %.1e, condition %.1e", r.Solver, r.Lambda, r.Condition)
	if r.Residual > 0 {
		line("residual", "%.3g on held-out rows (root mean square, while the scale was chosen)", r.Residual)
	}
	if r.Friction != 0 {
		line("friction", "%.4g (momenta decay at this rate)", r.Friction)
	}
	momenta := i.Columns[len(i.Columns)/2:]
	for k := 0; k+len(i.Inputs) <= len(r.Gain) && len(i.Inputs) > 0; k += len(i.Inputs) {
		var force []string
		for j, name := range i.Inputs {
			force = append(force, fmt.Sprintf("%.4g %s", r.Gain[k+j], name))
		}
		where := ""
		if r.GainFeatures > 0 {
			where = fmt.Sprintf(" at the mean position (G has %d features)", r.GainFeatures)
		}
		line("inputs", "add %s to the rate of %s%s", strings.Join(force, " + "), momenta[k/len(i.Inputs)%len(momenta)], where)
	}
	if r.RolloutTries > 0 {
		line("rollouts", "checked with %d ridges; %d run away", r.RolloutTries, r.Runaways)
	}
	if r.Seconds > 0 {
		line("time", "%.3g s, the last solve %.3g s", r.Seconds, r.SolveSeconds)
	}
}
