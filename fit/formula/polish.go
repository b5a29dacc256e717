package formula

import (
	"hnn/data"
	"hnn/fit/shoot"
)

// Polish minimises the simulation error of the measured states over the coefficients.
func Polish(f *Formula, s *data.Set, r *Report) {
	r.Polish = shoot.Fit(motion(f), trialsOf(s), shoot.Options{
		Noise: r.Noise, Windows: []int{2 * r.Half, 4 * r.Half, 8 * r.Half}, Step: shoot.StepOf(r.Step, r.Horizon, r.Smoothed),
	})
	if r.Polish.Window == 0 {
		return
	}
	for i := range f.Terms {
		f.Terms[i].Error = r.Polish.Errors[i]
	}
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

// Explained reports whether the formula explains the data: after Polish by the simulation error in units of the noise; where
// there is none, or nothing was polished, by rollouts of held-out trials.
func (r *Report) Explained() bool {
	if r.Smoothed && r.Polish != nil && r.Polish.Window > 0 {
		return r.Polish.After < mostCost
	}
	return r.Error < Explains
}
