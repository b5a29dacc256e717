package experiment

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"hnn/data"
	"hnn/eval"
	"hnn/model"
)

// Rollout compares rollouts from held-out states of a file with its measurements; see
// eval.HeldOut. Errors are shares of the range of the training data.
type Rollout struct {
	Starts  int            `json:"starts"`
	Horizon Number         `json:"horizon"`
	Error   MedianEstimate `json:"error"`
	// Relative is the error in the columns' standard deviations, of rollouts over another file alone.
	Relative *MedianEstimate `json:"relative_error,omitempty"`
	// Curve is the error in each tenth of the horizon.
	Curve []Number `json:"curve"`
	// ValidTime is the time until the error exceeds a tenth, Lost in how many it does.
	ValidTime MedianEstimate `json:"valid_time"`
	Lost      int            `json:"lost"`
	Diverged  int            `json:"diverged"`
	// LeftData is in how many rollouts the model leaves the region of the training data.
	LeftData int `json:"left_data"`
	// Still and MeanState are the median errors of what does not move, from the same starts: the state there, and the mean
	// of the training rows.
	Still     Number `json:"still"`
	MeanState Number `json:"mean_state"`

	// stillTime is ValidTime's median of what stands still.
	stillTime float64
	errors    []float64 // of every rollout that did not diverge
	of        []int     // the trial of each
}

// heldOut takes the rollouts of a run on a user's file; nil where the held-out trials are
// too short for any.
func (e *Env) heldOut(m *model.Field, d *dataset, o eval.Options) (*Rollout, error) {
	trials := d.heldOutTrials()
	options, err := d.heldOutOptions(o)
	if err != nil {
		return nil, err
	}
	r, err := eval.HeldOut(m, trials, options)
	if err != nil {
		if o.Interrupt() != nil {
			return nil, err
		}
		e.log("no rollouts are compared with the held-out rows: %v", err)
		return nil, nil
	}
	out := newRollout(&r)
	out.rest(m, trials, d.Train.Mean(), options)
	return out, nil
}

// rest sets the errors of what does not move from the starts of the rollouts: what stays there, and what stays at the mean.
func (v *Rollout) rest(m *model.Field, trials []eval.HeldOutTrial, average []float64, o eval.HeldOutOptions) {
	v.Still, v.stillTime = atRest(m.Dim, m.Inputs, trials, o)
	mean := slices.Clone(trials)
	for i := range mean {
		mean[i].States = slices.Repeat(average, len(mean[i].T))
	}
	v.MeanState, _ = atRest(m.Dim, m.Inputs, mean, o)
}

// vain says that rollouts foretell no more than what does not move, "" of others: their error is not a twentieth below that of
// what stands still or stays at the mean, or is beyond half the range and not well below, and they are not much longer within a
// tenth of the range than what stands still. Those of a chaotic motion are lost in the end however right the model is, but not so soon.
// Where the best model was hardly better than what does not move within the training rows already, that is doubted: it has to be
// well below then.
func (v *Rollout) vain(doubted bool) string {
	const longer, barely, half = 2, 0.95, 0.5
	off, still, mean := float64(v.Error.Median), float64(v.Still), float64(v.MeanState)
	below := barely
	if off > half || doubted {
		below = better
	}
	if v.Diverged == v.Starts || math.IsNaN(off) || off < below*min(still, mean) || math.IsNaN(still) || math.IsNaN(mean) || float64(v.ValidTime.Median) > longer*v.stillTime {
		return ""
	}
	return fmt.Sprintf("its rollouts from held-out states are off by %.3g%% of the range (median), what stands still there by %.3g%%, what stays at the mean by %.3g%%: it foretells nothing", 100*off, 100*still, 100*mean)
}

// heldOutOptions are those by which rollouts are compared with what was measured.
func (d *dataset) heldOutOptions(o eval.Options) (eval.HeldOutOptions, error) {
	marks, err := angles(d.angles, d.columns())
	if err != nil {
		return eval.HeldOutOptions{}, err
	}
	ranges := d.ranges(d.measured.Dim)
	for j := range ranges {
		if marks[j] {
			ranges[j] = min(ranges[j], 2*math.Pi) // errors are within half a turn
		}
	}
	return eval.HeldOutOptions{Options: o, Range: ranges, Angles: marks, Region: d.region(marks), Within: d.within}, nil
}

// atRest is the median error of what stays where it starts, and of the times until that is a tenth.
func atRest(dim, inputs int, trials []eval.HeldOutTrial, o eval.HeldOutOptions) (off Number, valid float64) {
	m := &model.Field{Dim: dim, Inputs: inputs, One: func() func(t float64, x, u, dx []float64) {
		return func(_ float64, _, _, dx []float64) { clear(dx) }
	}}
	r, err := eval.HeldOut(m, trials, o)
	if err != nil {
		return NA, math.NaN()
	}
	return Number(r.Error.Median), r.ValidTime.Median
}

func newRollout(r *eval.HeldOutResult) *Rollout {
	out := &Rollout{Starts: r.Starts, Horizon: Number(r.Horizon), Error: summary(r.Error), ValidTime: summary(r.ValidTime), Lost: r.Lost, Diverged: r.Diverged, LeftData: r.Left, errors: r.Errors, of: r.Of}
	for _, v := range r.Curve {
		out.Curve = append(out.Curve, Number(v))
	}
	if !math.IsNaN(r.Relative.Median) {
		relative := summary(r.Relative)
		out.Relative = &relative
	}
	return out
}

// judged is by what a model is compared with others: its rollouts, or its rates where there are no trajectories.
func (e *Env) judged(m *model.Field, d *dataset, o eval.Options) (*Rollout, error) {
	if d.scattered() {
		return d.heldRates(m), nil
	}
	return e.heldOut(m, d, o)
}

// rolled is judged without a word.
func (e *Env) rolled(m *model.Field, d *dataset) (*Rollout, error) {
	return e.judged(m, d, eval.Options{Workers: e.workers(), Interrupt: func() error { return nil }})
}

// heldOutTrials puts the states of the test trials beside what was measured of them.
func (d *dataset) heldOutTrials() []eval.HeldOutTrial {
	var trials []eval.HeldOutTrial
	for k, measured := range d.piecesOf(d.measured, d.Test) {
		t, x, _ := d.Test.Trial(k)
		trials = append(trials, eval.HeldOutTrial{T: t, States: x, Measured: measured, Input: d.Test.InputSignal(k)})
	}
	return trials
}

// piecesOf are the measured states of the first trials of a set that was estimated from these rows, as many as there
// are of these: estimation begins anew at gaps, and leaves trials out, or the last rows of one.
func (d *dataset) piecesOf(measured, estimated *data.Set) [][]float64 {
	raw := measured.SplitAtGaps(d.estimator.Gap)
	var pieces [][]float64
	next := 0
	for k := range estimated.Trials() {
		t, _, _ := estimated.Trial(k)
		for ; next < raw.Trials(); next++ {
			rawT, x, _ := raw.Trial(next)
			if len(rawT) >= len(t) && rawT[0] == t[0] && rawT[len(t)-1] == t[len(t)-1] {
				pieces = append(pieces, x[:len(t)*raw.Dim])
				next++
				break
			}
		}
	}
	return pieces
}

// region is that of the training states, nil where there are none.
func (d *dataset) region(marks []bool) *data.Region {
	if d.foreign {
		return d.learned
	}
	if d.Train == nil || d.Train.Rows() == 0 {
		return nil
	}
	least, most := box(d.Train)
	return &data.Region{Least: least, Most: most, Angles: marks}
}

// ranges are those of the first columns of the training states.
func (d *dataset) ranges(columns int) []float64 {
	ranges := make([]float64, columns)
	for j := range ranges {
		least, most := math.Inf(1), math.Inf(-1)
		for i := j; i < len(d.Train.X); i += d.Train.Dim {
			least, most = min(least, d.Train.X[i]), max(most, d.Train.X[i])
		}
		ranges[j] = most - least
	}
	return ranges
}

// WriteResults prints the results of runs: the table and, for a user's file, how far rollouts follow the held-out
// rows, how the models run free, and which is recommended.
func WriteResults(w io.Writer, runs []*Run) error {
	if err := WriteTable(w, runs); err != nil {
		return err
	}
	writeCoverage(w, runs)
	for _, t := range followed(runs) {
		fmt.Fprintln(w)
		if err := t.write(w); err != nil {
			return err
		}
	}
	if why := notRecommended(runs); why != "" {
		fmt.Fprintf(w, "\nno model is recommended: %s\n", why)
	} else if best := recommended(runs); best != nil {
		fmt.Fprintf(w, "\nrecommended: %s, which followed the training rows best where they were held out\n", modelName([]*Run{best}))
	}
	return nil
}

// followed are the tables of how models of a user's file follow its held-out rows, and how they run free.
func followed(runs []*Run) (tables []captioned) {
	with := func(has func(*Results) bool) (some []*Run) {
		for _, r := range runs {
			if r.Results.Rollout != nil && has(r.Results) {
				some = append(some, r)
			}
		}
		return some
	}
	if own := with(func(*Results) bool { return true }); own != nil {
		tables = append(tables, rolloutTable(own))
	}
	if free := with(func(r *Results) bool { return r.FreeRun != nil }); free != nil {
		tables = append(tables, freeRunTable(free))
	}
	return tables
}

// notRecommended says why the run that followed the training rows best is no result, "" if it is one.
func notRecommended(runs []*Run) string {
	for _, r := range runs {
		if r.Results.Recommended && r.Results.NoResult != "" {
			return fmt.Sprintf("of %s, which followed the training rows best where they were held out, %s", modelName([]*Run{r}), r.Results.NoResult)
		}
	}
	return ""
}

// recommended is the run of several kinds that is recommended, nil for none.
func recommended(runs []*Run) *Run {
	if i := slices.IndexFunc(runs, func(r *Run) bool { return r.Results.Recommended && r.Results.NoResult == "" }); i >= 0 && len(byKind(runs)) > 1 {
		return runs[i]
	}
	return nil
}

// captioned is a table whose first row is its header, with a sentence above it and others below.
type captioned struct {
	title string
	cells [][]string
	below []string
}

func (c *captioned) write(w io.Writer) error {
	fmt.Fprintln(w, c.title)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range c.cells {
		fmt.Fprintln(t, strings.Join(row, "\t")+"\t")
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, line := range c.below {
		fmt.Fprintln(w, line)
	}
	return nil
}

// rolloutTable says, for runs on a user's files, how far and how long their rollouts
// follow the held-out measurements, below a sentence and above others. Of several seeds it gives medians.
func rolloutTable(own []*Run) captioned {
	first := own[0].Results.Rollout
	t := captioned{
		title: fmt.Sprintf("%d rollouts from held-out states over a time of %.4g, against the measurements:", first.Starts, float64(first.Horizon)),
		cells: [][]string{{"model", "error, % of the range: mean", "last tenth", "time until 10% (median)", "lost", "diverged", "leave the data"}},
	}
	for _, kind := range byKind(own) {
		percent := func(f func(*Rollout) Number) string {
			return told(Number(100 * median(values(kind, func(r *Results) Number { return f(r.Rollout) }))))
		}
		r := kind[0].Results.Rollout
		valid := fmt.Sprintf("%.4g", median(values(kind, func(r *Results) Number { return r.Rollout.ValidTime.Median })))
		if 2*r.Lost < r.Starts {
			valid = "over " + valid
		}
		t.cells = append(t.cells, []string{modelName(kind),
			percent(func(r *Rollout) Number { return r.Error.Mean }), percent(func(r *Rollout) Number { return r.Curve[len(r.Curve)-1] }),
			valid, fmt.Sprintf("%d of %d", r.Lost, r.Starts), fmt.Sprint(r.Diverged), fmt.Sprint(r.LeftData)})
	}
	for _, r := range own {
		if relative := relativeErrors(r); relative != "" {
			t.below = append(t.below, relative)
		}
	}
	if still, mean := float64(first.Still), float64(first.MeanState); !math.IsNaN(still) && !math.IsNaN(mean) {
		t.below = append(t.below, fmt.Sprintf("what stands still where it starts is off by %.3g%%, what stays at the mean by %.3g%% (medians)", 100*still, 100*mean))
	}
	if first.Starts < 3 {
		t.below = append(t.below, fmt.Sprintf("%d rollouts tell little: give more trials, or longer ones", first.Starts))
	}
	return t
}
