package experiment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"hnn/data"
	"hnn/fit/design"
)

// SuggestOptions says what could be measured next.
type SuggestOptions struct {
	// Count is how many trials are proposed, the one to measure first being the first.
	Count int
	// Box bounds the first states, as "q=-2:2, p=-1:1" in the names of the columns; those that it does not name have the bounds
	// of the run's data.
	Box string
	// Duration is that of a trial, 0 for the longest of the run's own.
	Duration float64
	// Seed draws the candidates.
	Seed uint64
}

// Suggestion is a trial to measure.
type Suggestion struct {
	State []Number `json:"state"`
	// Inputs are what to apply, one a column, absent where nothing acts.
	Inputs []Sine `json:"inputs,omitempty"`
	// Width is how far the states of the trial are unknown now: the root mean square of their standard errors in standard
	// deviations of the columns. Left is the mean squared width over the box after this trial and those before it, as a share of now.
	Width Number `json:"width"`
	Left  Number `json:"left"`
}

// Sine is an input that changes as Middle + Amplitude sin(Rate t + Phase).
type Sine struct {
	Middle    Number `json:"middle"`
	Amplitude Number `json:"amplitude"`
	Rate      Number `json:"rate"`
	Phase     Number `json:"phase"`
}

// Suggestions are the trials that Suggest proposes.
type Suggestions struct {
	Columns  []string     `json:"columns"`
	Inputs   []string     `json:"inputs,omitempty"`
	Least    []Number     `json:"least"`
	Most     []Number     `json:"most"`
	Duration Number       `json:"duration"`
	Of       string       `json:"of"`
	Trials   []Suggestion `json:"trials"`
}

// suggestCandidates are so many first states in the box, of which some are chosen; suggestTimes are the times of a trial at
// which its states are compared, and suggestModels as many of the models that may be right.
const (
	suggestCandidates = 120
	suggestTimes      = 20
	suggestModels     = 25
)

// Suggest proposes the trials whose measurement leaves least unknown of all trials that begin in a box: where the band is
// widest, and where what would be learned tells of the rest. Trials that run away are not proposed.
func (e *Env) Suggest(ctx context.Context, r *Run, o SuggestOptions) (*Suggestions, error) {
	if r.Config.Pixels() {
		return nil, fmt.Errorf("%s learned from pictures, and first states cannot be set up there", r.Dir)
	}
	if o.Count < 1 || o.Count > suggestCandidates {
		return nil, fmt.Errorf("count: %d trials; give a number from 1 to %d", o.Count, suggestCandidates)
	}
	if err := e.Sure(ctx, r); err != nil {
		return nil, err
	}
	d, err := e.load(&r.Config)
	if err != nil {
		return nil, err
	}
	set := d.observed()
	least, most, err := r.suggestBox(o.Box, d.Train)
	if err != nil {
		return nil, err
	}
	if o.Duration == 0 {
		o.Duration = longestTime(set)
	}
	if !(o.Duration > 0) || math.IsInf(o.Duration, 0) {
		return nil, fmt.Errorf("duration: %v; give how long a trial takes", o.Duration)
	}
	noise := r.suggestNoise(d, set.LongestTrial())
	rng := rand.New(rand.NewPCG(o.Seed, 83))
	var candidates []design.Candidate
	var proposed []Suggestion
	times := make([]float64, suggestTimes)
	for i := range times {
		times[i] = o.Duration * float64(i) / float64(len(times)-1)
	}
	a := r.sure.few(suggestModels)
	for range suggestCandidates {
		s := Suggestion{}
		x0 := make([]float64, r.model.Dim)
		for j := range x0 {
			x0[j] = least[j] + (most[j]-least[j])*rng.Float64()
		}
		s.State = numberList(x0)
		input := s.drawInputs(rng, d.Train, o.Duration)
		rolled, err := a.rollouts(ctx, input, [][]float64{x0}, times, 0)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(rolled, func(x []float64) bool { return x == nil }) {
			continue
		}
		for _, x := range rolled {
			for i := range x {
				x[i] /= noise[i%r.model.Dim]
			}
		}
		candidates, proposed = append(candidates, rolled), append(proposed, s)
	}
	if len(candidates) == 0 {
		return nil, errors.New("the models run away from every first state that was tried in the box: give a smaller one with --box, or a shorter --duration")
	}
	choices, err := design.Choose(candidates, a.scale(), o.Count)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.Dir, err)
	}
	out := &Suggestions{Columns: r.columns, Inputs: r.inputs, Least: numberList(least), Most: numberList(most), Duration: Number(o.Duration), Of: a.of}
	spread := d.Train.Spread()
	mean := 0.0 // of the noise over the spread, by which widths are scaled back
	for j, v := range noise {
		mean += v / math.Max(spread[j], math.SmallestNonzeroFloat64) / float64(len(noise))
	}
	for _, c := range choices {
		s := proposed[c.Index]
		s.Width, s.Left = Number(c.Width*mean), Number(c.Left)
		out.Trials = append(out.Trials, s)
	}
	return out, nil
}

// few are at most so many of the alternatives.
func (a *alternatives) few(count int) *alternatives {
	out := *a
	out.fields = a.fields[:min(count, len(a.fields))]
	return &out
}

// scale is what deviations of the alternatives from their mean are multiplied by, such that the sum of their squares is the
// variance of what is not known.
func (a *alternatives) scale() float64 {
	n := float64(len(a.fields))
	if a.kind == refits {
		return math.Sqrt((n - 1) / n)
	}
	return 1 / math.Sqrt(n-1)
}

// suggestBox is the box that is asked for.
func (r *Run) suggestBox(text string, train *data.Set) (least, most []float64, err error) {
	least, most = box(train)
	if region := r.Region(); region != nil {
		least, most = slices.Clone(region.Least), slices.Clone(region.Most)
	}
	for _, part := range strings.Split(text, ",") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		name, bounds, ok := strings.Cut(part, "=")
		from, to, both := strings.Cut(bounds, ":")
		j := slices.Index(r.columns, strings.TrimSpace(name))
		lo, err1 := strconv.ParseFloat(strings.TrimSpace(from), 64)
		hi, err2 := strconv.ParseFloat(strings.TrimSpace(to), 64)
		switch {
		case j < 0:
			return nil, nil, fmt.Errorf("box: no column %q; the states have %s", strings.TrimSpace(name), strings.Join(r.columns, ", "))
		case !ok || !both || err1 != nil || err2 != nil || !(lo <= hi) || math.IsInf(hi-lo, 0):
			return nil, nil, fmt.Errorf("box: %q is not a column with bounds, as %s=-1:1", strings.TrimSpace(part), r.columns[j])
		}
		least[j], most[j] = lo, hi
	}
	return least, most, nil
}

// suggestNoise is the noise with which a state of a trial would be measured at suggestTimes of its rows, as precise as the
// rows between them make it.
func (r *Run) suggestNoise(d *dataset, rows int) []float64 {
	noise := d.Train.Spread()
	for j, v := range noise {
		noise[j] = math.Max(noNoise*v, math.SmallestNonzeroFloat64)
		switch {
		case d.system != nil && r.Config.Draw.Noise > 0:
			noise[j] = r.Config.Draw.Noise
		case d.estimator != nil && j < len(d.estimator.Noise) && d.estimator.Noise[j] > noise[j]:
			noise[j] = d.estimator.Noise[j]
		}
		noise[j] *= math.Sqrt(suggestTimes / math.Max(suggestTimes, float64(rows)))
	}
	return noise
}

// drawInputs draws a sine within the range of each input of the data, of up to half an oscillation between two rows of suggestTimes.
func (s *Suggestion) drawInputs(rng *rand.Rand, set *data.Set, duration float64) *data.Signal {
	m := len(set.InputNames)
	if m == 0 {
		return nil
	}
	least, most := box(&data.Set{Dim: m, X: set.Inputs})
	for j := range m {
		turns := math.Exp(rng.Float64() * math.Log(suggestTimes/2))
		s.Inputs = append(s.Inputs, Sine{Number((least[j] + most[j]) / 2), Number(rng.Float64() * (most[j] - least[j]) / 2), Number(2 * math.Pi * turns / duration), Number(2 * math.Pi * rng.Float64())})
	}
	const samples = 400
	signal := new(data.Signal)
	for i := range samples + 1 {
		t := duration * float64(i) / samples
		signal.T = append(signal.T, t)
		for _, u := range s.Inputs {
			signal.U = append(signal.U, float64(u.Middle)+float64(u.Amplitude)*math.Sin(float64(u.Rate)*t+float64(u.Phase)))
		}
	}
	return signal
}

// Write prints the suggestions for a person.
func (s *Suggestions) Write(w io.Writer) error {
	fmt.Fprintf(w, "trials of a time of %.4g from a box of", float64(s.Duration))
	for j, name := range s.Columns {
		fmt.Fprintf(w, " %s %.4g to %.4g", name, float64(s.Least[j]), float64(s.Most[j]))
	}
	fmt.Fprintf(w, "; what is unknown by %s\n\n", s.Of)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "%s\tunknown now\tsquared width left\t", strings.Join(s.Columns, "\t"))
	for _, name := range s.Inputs {
		fmt.Fprintf(t, "%s(t)\t", name)
	}
	fmt.Fprintln(t)
	for _, one := range s.Trials {
		for _, v := range one.State {
			fmt.Fprintf(t, "%.4g\t", float64(v))
		}
		fmt.Fprintf(t, "%.2g\t%.2g%%\t", float64(one.Width), 100*float64(one.Left))
		for _, u := range one.Inputs {
			fmt.Fprintf(t, "%.3g + %.3g sin(%.3g t + %.3g)\t", float64(u.Middle), float64(u.Amplitude), float64(u.Rate), float64(u.Phase))
		}
		fmt.Fprintln(t)
	}
	return t.Flush()
}
