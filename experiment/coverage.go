package experiment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"hnn/eval"
	"hnn/internal/posdef"
)

// Coverage says what share of the numbers of held-out trials lie in the bands of rollouts, each number by itself.
type Coverage struct {
	Level   Number `json:"level"`
	Covered Number `json:"covered"`
	// Numbers are so many, of Trials; where a band is only the range of the data they are not counted, but in Unknown.
	Numbers int `json:"numbers"`
	Trials  int `json:"trials"`
	Unknown int `json:"unknown"`
	// HalfWidth is the mean half width of a band, and Error the root mean square error of the rollouts, in standard deviations
	// of their columns.
	HalfWidth Number `json:"half_width"`
	Error     Number `json:"error"`
	// Of says what the bands are made of, Misfit that it is misfit, since the rows have no noise, and Start where rollouts begin.
	Of     string `json:"of"`
	Misfit bool   `json:"misfit"`
	Start  string `json:"start"`
}

// coveredTrials and coveredRows bound the trials, and the rows of each, that are looked at; warmRows are those that a first
// state is fitted to, at most a third of a trial.
const (
	coveredTrials = 10
	coveredRows   = 100
	warmRows      = 30
)

// measureBands adds to a run's results how its bands hold, where its configuration asks for bands. A network that was trained
// alone, as a baseline beside another model, has none.
func (e *Env) measureBands(ctx context.Context, r *Run) error {
	if r.Config.Bands == 0 || r.data.foreign {
		return nil
	}
	c, err := e.cover(ctx, r, r.Config.Bands)
	if errors.Is(err, errNoBand) && r.Config.Trainer == Adam {
		e.log("%s: no bands of a network that was trained alone; give --ensemble", r.Dir)
		return nil
	}
	if err != nil {
		return err
	}
	r.Results.Coverage = c
	return nil
}

// cover measures the bands of a run at its held-out trials. Where these were measured with noise, first states are fitted to
// their first rows, by every alternative for itself, and the errors of these states and of the measured numbers are in the band.
func (e *Env) cover(ctx context.Context, r *Run, level float64) (*Coverage, error) {
	if err := e.Sure(ctx, r); err != nil {
		return nil, err
	}
	d := r.data
	out := &Coverage{Level: Number(level), Of: r.sure.of, Misfit: r.sure.misfits != nil, Start: "the true first states"}
	trials := d.coverTrials()
	columns, noise := d.Test.Dim, make([]float64, d.Test.Dim)
	spread := d.Test.Spread()
	if d.measured != nil {
		out.Start = "the measured first states"
		if columns = d.measured.Dim; d.noisy(&r.Config) {
			out.Start, noise = "first states fitted to the first rows of each trial", d.noiseOf(d.measuredSpread())
		}
	}
	n, width, square := r.model.Dim, 0.0, 0.0
	for k := 0; k < len(trials) && out.Trials < coveredTrials; k++ {
		t := &trials[k]
		if len(t.T) < 4 {
			continue
		}
		if r.model.Inputs == 0 {
			t.Input = nil
		}
		b, times, from, err := e.coverTrial(ctx, r, t, columns, noise, level)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			continue // a trial that the model cannot follow at all has no band
		}
		out.Trials++
		for i := range times {
			if i == 0 || from[i] < 0 {
				continue
			}
			for j := range columns {
				if b.Outside[i] {
					out.Unknown++
					continue
				}
				lo, hi := b.Lo[i*n+j], b.Hi[i*n+j]
				out.Numbers++
				width += (hi - lo) / 2 / spread[j]
				v := t.Measured[from[i]*columns+j]
				off := (v - b.at[i*n+j]) / spread[j]
				square += off * off
				if lo <= v && v <= hi {
					out.Covered++
				}
			}
		}
	}
	if out.Trials == 0 {
		return nil, errors.New("no held-out trial has enough rows to measure a band on")
	}
	if out.Numbers == 0 {
		out.Covered, out.HalfWidth, out.Error = NA, NA, NA
		return out, nil
	}
	out.Covered /= Number(out.Numbers)
	out.HalfWidth, out.Error = Number(width/float64(out.Numbers)), Number(math.Sqrt(square/float64(out.Numbers)))
	return out, nil
}

// coverTrials are the held-out trials with what is compared with the bands as what was measured: without noise where that is known.
func (d *dataset) coverTrials() []eval.HeldOutTrial {
	if d.measured != nil {
		return d.heldOutTrials()
	}
	var trials []eval.HeldOutTrial
	for k := range d.Test.Trials() {
		t, x, _ := d.Test.Trial(k)
		if d.Test.Clean != nil {
			x = d.Test.Clean[d.Test.Offsets[k]*d.Test.Dim : d.Test.Offsets[k+1]*d.Test.Dim]
		}
		trials = append(trials, eval.HeldOutTrial{T: t, States: x, Measured: x, Input: d.Test.InputSignal(k)})
	}
	return trials
}

// coverTrial is the band of a trial at some of its rows; from are the rows, -1 of one that is not to be counted.
func (e *Env) coverTrial(ctx context.Context, r *Run, t *eval.HeldOutTrial, columns int, noise []float64, level float64) (b *Band, times []float64, from []int, err error) {
	n, warm := r.model.Dim, 0
	starts := [][]float64{t.States[:n]}
	begin := starts[0]
	var root []float64
	if noise[0] > 0 {
		if warm = min(warmRows, len(t.T)/3); warm < 6 {
			return nil, nil, nil, errors.New("too short for a fitted first state")
		}
		first, err := fitFirst(r.model, t, columns, warm, noise)
		if err != nil || first.Covariance == nil {
			return nil, nil, nil, errors.New("no first state explains its rows")
		}
		begin, root = first.State, posdef.Root(first.Covariance)
		scale := math.Sqrt(first.Residual) // the noise as the residuals have it
		own := make([]float64, len(noise))
		for j := range own {
			own[j] = noise[j] * scale
		}
		noise, starts = own, nil
		for _, f := range r.sure.fields {
			x := begin
			if s, err := fitFirst(f, t, columns, warm, noise); err == nil {
				x = s.State
			}
			starts = append(starts, x)
		}
	}
	stride := max(1, len(t.T)/coveredRows)
	for i := 0; i < len(t.T); i += stride {
		at := i
		if i < warm {
			at = -1
		}
		times, from = append(times, t.T[i]), append(from, at)
	}
	central, err := preciseRollout(ctx, r.model, t.Input, begin, times)
	if err != nil || central == nil {
		return nil, nil, nil, errors.New("the rollout runs away")
	}
	if b, err = r.band(ctx, central, times, t.Input, starts, level, 0); err != nil {
		return nil, nil, nil, err
	}
	if root == nil {
		return b, times, from, nil
	}
	// What the first state and the measured numbers err by, beside.
	square := make([]float64, len(central))
	x0 := make([]float64, n)
	for a := range n {
		for i := range n {
			x0[i] = begin[i] + root[i*n+a]
		}
		moved, err := preciseRollout(ctx, r.model, t.Input, x0, times)
		if err != nil {
			return nil, nil, nil, err
		}
		for i, v := range moved { // of none, if it runs away
			square[i] += (v - central[i]) * (v - central[i])
		}
	}
	z := distuv.UnitNormal.Quantile((1 + level) / 2)
	for i, x := range central {
		beside := z * z * square[i]
		if j := i % n; j < columns {
			beside += z * z * noise[j] * noise[j]
		}
		if !b.Outside[i/n] {
			b.Lo[i] = x - math.Sqrt((x-b.Lo[i])*(x-b.Lo[i])+beside)
			b.Hi[i] = x + math.Sqrt((x-b.Hi[i])*(x-b.Hi[i])+beside)
		}
	}
	return b, times, from, nil
}

// writeCoverage prints how the bands of runs hold on held-out trials.
func writeCoverage(w io.Writer, runs []*Run) {
	for _, r := range runs {
		c := r.Results.Coverage
		if c == nil {
			continue
		}
		what := "bands"
		if c.Misfit {
			what = "bands of misfit"
		}
		fmt.Fprintf(w, "%s of %.3g%% hold %.3g%% of %d numbers in %d held-out trials, from %s; half as wide as %.2g of a column's standard deviation, where the error is %.2g (%s)\n",
			what, 100*float64(c.Level), 100*float64(c.Covered), c.Numbers, c.Trials, c.Start, float64(c.HalfWidth), float64(c.Error), c.Of)
		if c.Unknown > 0 {
			fmt.Fprintf(w, "%d more are outside the data, or their band is as wide as they are: nothing is known there\n", c.Unknown)
		}
	}
}
