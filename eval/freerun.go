package eval

import (
	"fmt"
	"math"
	"slices"

	"hnn/data"
	"hnn/model"
)

const (
	// FreeRunTimes is how many times the longest trial a free run lasts.
	FreeRunTimes = 10
	// freeRunPoints bounds the rows of one.
	freeRunPoints = 20_000
)

// FreeRunOptions say what a free run is compared with.
type FreeRunOptions struct {
	Options
	// T and States (len(T) x dimension) are the longest trial of the training data: the run
	// begins where it does.
	T, States []float64
	// Region bounds the training states.
	Region data.Region
}

// FreeRunResult is what becomes of a model that runs free for FreeRunTimes the longest
// trial. What cannot be told is NaN. Nothing in it is about the drift of the learned H: a
// wrong H is conserved as well as a right one.
type FreeRunResult struct {
	Horizon float64 // the length asked for, in time
	// Amplitude is half the range of the first component that is no angle in the last tenth
	// of the run, by that in the first.
	Amplitude float64
	// Frequency is that at which it crosses its mean upwards, and DataFrequency that of the
	// trial itself.
	Frequency, DataFrequency float64
	// Decay is the rate of an exponential through the amplitudes of the tenths.
	Decay float64
	// Outside is the first time at which the run is outside the data's region by more than
	// data.Beyond, counted from its start; End is where it stopped, Horizon unless
	// it failed.
	Outside, End float64
}

// FreeRun rolls a model out by DOP853 at 1e-8. A run that fails ends early and is no error;
// the error wraps what Interrupt returned.
func FreeRun(m *model.Field, o FreeRunOptions) (FreeRunResult, error) {
	n, d := len(o.T), m.Dim
	if n < 2 || len(o.States) != n*d || len(o.Region.Least) != d || len(o.Region.Most) != d {
		return FreeRunResult{}, fmt.Errorf("eval: a trial of %d rows with %d numbers and bounds of %d components, for a model of %d", n, len(o.States), len(o.Region.Least), d)
	}
	span := o.T[n-1] - o.T[0]
	points := min(freeRunPoints, FreeRunTimes*max(n, 100))
	r := FreeRunResult{Horizon: FreeRunTimes * span, Outside: math.NaN()}
	times := make([]float64, points+1)
	for i := range times {
		times[i] = o.T[0] + r.Horizon*float64(i)/float64(points)
	}
	x, err := rolled(m, o.States[:d], times, nil, o.Interrupt)
	if err != nil {
		return FreeRunResult{}, err
	}
	reached := len(times)
	if i := slices.IndexFunc(x, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }); i >= 0 {
		reached = i / d
	}
	if row, _, _ := o.Region.Leaves(x[:reached*d]); row >= 0 {
		r.Outside = times[row] - times[0]
	}
	r.End = times[max(reached-1, 0)] - times[0]
	j := 0
	for j+1 < d && j < len(o.Region.Angles) && o.Region.Angles[j] {
		j++
	}
	column := func(x []float64, rows int) []float64 {
		v := make([]float64, rows)
		for i := range v {
			v[i] = x[i*d+j]
		}
		return v
	}
	run := column(x, reached)
	r.DataFrequency = frequency(o.T, column(o.States, n))
	r.Frequency = frequency(times[:reached], run)
	r.Amplitude, r.Decay = math.NaN(), math.NaN()
	if reached == len(times) {
		r.Amplitude, r.Decay = amplitudes(times, run)
	}
	return r, nil
}

// frequency counts upward crossings of the mean, which are to leave it by a fifth of the
// spread: NaN of fewer than two.
func frequency(t, v []float64) float64 {
	mean, square := 0.0, 0.0
	for _, x := range v {
		mean += x / float64(len(v))
	}
	for _, x := range v {
		square += (x - mean) * (x - mean) / float64(len(v))
	}
	clear := 0.2 * math.Sqrt(square)
	first, last, count := 0.0, 0.0, 0
	below, crossed := false, 0.0
	for i, x := range v {
		if i > 0 && v[i-1] <= mean && x > mean {
			crossed = t[i-1] + (t[i]-t[i-1])*(mean-v[i-1])/(x-v[i-1])
		}
		switch {
		case x < mean-clear:
			below = true
		case below && x > mean+clear:
			below = false
			if count++; count == 1 {
				first = crossed
			}
			last = crossed
		}
	}
	if count < 2 || !(square > 0) {
		return math.NaN()
	}
	return float64(count-1) / (last - first)
}

// amplitudes are half the ranges of the tenths of a run: the last by the first, and the rate
// of the exponential through all.
func amplitudes(t, v []float64) (ratio, decay float64) {
	const tenths = 10
	var a [tenths]float64
	var sx, sy, sxx, sxy float64
	for k := range a {
		part := v[k*len(v)/tenths : (k+1)*len(v)/tenths]
		a[k] = (slices.Max(part) - slices.Min(part)) / 2
		x, y := float64(k)*(t[len(t)-1]-t[0])/tenths, math.Log(a[k])
		sx, sy, sxx, sxy = sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	decay = -(tenths*sxy - sx*sy) / (tenths*sxx - sx*sx)
	return a[tenths-1] / a[0], decay
}
