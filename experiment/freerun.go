package experiment

import (
	"fmt"
	"math"

	"hnn/eval"
	"hnn/model"
)

// FreeRun is what becomes of a model of a user's file that runs free, from the start of the
// longest training trial, for many times as long; see eval.FreeRun. Numbers that cannot be
// told are null.
type FreeRun struct {
	Horizon Number `json:"horizon"`
	// Amplitude is that of the last tenth by that of the first, Decay the rate at which it
	// falls.
	Amplitude Number `json:"amplitude"`
	Decay     Number `json:"decay"`
	// Frequency is the model's, DataFrequency that of the trial.
	Frequency     Number `json:"frequency"`
	DataFrequency Number `json:"data_frequency"`
	// Outside is when the run leaves the region of the training data, null if it does not;
	// End is when it failed, Horizon if it did not.
	Outside Number `json:"outside"`
	End     Number `json:"end"`
}

// freeRun is nil where inputs act, or no training trial has two rows.
func (e *Env) freeRun(m *model.Field, d *dataset, o eval.Options) (*FreeRun, error) {
	if d.Train.InputNames != nil || d.Train.LongestTrial() < 2 {
		return nil, nil
	}
	marks, err := angles(d.angles, d.columns())
	if err != nil {
		return nil, err
	}
	longest := 0
	for k := range d.Train.Trials() {
		if d.Train.Offsets[k+1]-d.Train.Offsets[k] > d.Train.Offsets[longest+1]-d.Train.Offsets[longest] {
			longest = k
		}
	}
	f := eval.FreeRunOptions{Options: o, Region: *d.region(marks)}
	f.T, f.States, _ = d.Train.Trial(longest)
	r, err := eval.FreeRun(m, f)
	if err != nil {
		return nil, err
	}
	return &FreeRun{
		Horizon: Number(r.Horizon), Amplitude: Number(r.Amplitude), Decay: Number(r.Decay), Frequency: Number(r.Frequency),
		DataFrequency: Number(r.DataFrequency), Outside: Number(r.Outside), End: Number(r.End),
	}, nil
}

// freeRunTable is that of several runs; of several seeds it gives the medians.
func freeRunTable(free []*Run) captioned {
	first := free[0].Results.FreeRun
	t := captioned{
		title: fmt.Sprintf("running free over a time of %.4g, %d times the longest trial:", float64(first.Horizon), eval.FreeRunTimes),
		cells: [][]string{{"model", "amplitude, last tenth by first", fmt.Sprintf("frequency (data: %s)", told(first.DataFrequency)), fmt.Sprintf("period (%s)", told(1/first.DataFrequency)), "decay rate", "friction", "leaves the data at"}},
	}
	for _, kind := range byKind(free) {
		number := func(f func(*FreeRun) Number) Number {
			return Number(median(values(kind, func(r *Results) Number { return f(r.FreeRun) })))
		}
		leaves := "never"
		for _, r := range kind {
			f := r.Results.FreeRun
			switch {
			case f.End < f.Horizon:
				leaves = fmt.Sprintf("fails at %.4g", float64(f.End))
			case !math.IsNaN(float64(f.Outside)) && leaves == "never":
				leaves = fmt.Sprintf("%.4g", float64(f.Outside))
			}
		}
		frequency := number(func(f *FreeRun) Number { return f.Frequency })
		friction := Number(median(values(kind, func(r *Results) Number {
			if r.ClosedForm == nil || r.ClosedForm.Friction == 0 {
				return NA
			}
			return Number(r.ClosedForm.Friction)
		})))
		t.cells = append(t.cells, []string{modelName(kind), told(number(func(f *FreeRun) Number { return f.Amplitude })),
			told(frequency), told(1 / frequency), told(number(func(f *FreeRun) Number { return f.Decay })), told(friction), leaves})
	}
	return t
}

// told writes a number, or that there is none.
func told(n Number) string {
	if math.IsNaN(float64(n)) || math.IsInf(float64(n), 0) {
		return "-"
	}
	return fmt.Sprintf("%.3g", float64(n))
}
