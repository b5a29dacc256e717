package formula

import (
	"hnn/data"
	"hnn/fit/shoot"
)

// finer is how many times shorter the last steps are where there is no noise: else what the steps leave out is all that
// the coefficients are off by.
const finer = 4

// Polish minimises the simulation error of the measured states over the coefficients, in place, and writes what it
// reached to r.Polish.
func Polish(f *Formula, s *data.Set, r *Report) {
	o := shoot.Options{
		Noise: r.Noise, Windows: []int{2 * r.Half, 4 * r.Half, 8 * r.Half}, Step: r.RungeKutta(), Settle: true,
	}
	if r.Smoothed {
		// The whole trial has the fewest first states to find beside the coefficients: the estimate of maximum likelihood.
		o.Windows = append(o.Windows, 16*r.Half, s.LongestTrial())
	}
	r.Polish = shoot.Fit(motion(f), shoot.TrialsOf(s), o)
	if r.Polish.Window > 0 && !r.Smoothed {
		o.Windows, o.Step, o.Settle = []int{r.Polish.Window}, o.Step/finer, false
		r.Polish = shoot.Fit(motion(f), shoot.TrialsOf(s), o)
	}
	if r.Polish.Window == 0 || len(r.Polish.Errors) == 0 { // the rows do not determine the coefficients
		return
	}
	for i := range f.Terms {
		f.Terms[i].Error = r.Polish.Errors[i]
	}
	f.Covariance = r.Polish.Covariance
	at := len(f.Terms)
	for i := range f.Friction {
		f.FrictionError[i] = r.Polish.Errors[at]
		at++
	}
	for i := range f.Gain {
		f.GainError[i] = r.Polish.Errors[at]
		at++
	}
}

// mostCost is how far above the noise's the squared simulation error of a law that explains the data may be: the noise is
// known to some tenths.
const mostCost = 2

// Explained reports whether the formula explains the data: as far as their noise goes, or rollouts of held-out trials to a
// tenth of the columns' spreads.
func (r *Report) Explained() bool { return r.Complete() || r.Error < Explains }

// Complete reports whether, after Polish, the simulation leaves what the noise explains and no more. Where there is no noise,
// or nothing was polished, nothing is said against it.
func (r *Report) Complete() bool {
	switch {
	case !r.Smoothed:
		return r.Error < Explains
	case r.Polish == nil || r.Polish.Window == 0:
		return false
	}
	return r.Polish.After < mostCost
}
