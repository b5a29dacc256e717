package ode

import "hnn/internal/elementary"

// gain holds the constants of a step control: the next step is the last one times
//
//	safety err^(-alpha) errOld^beta
//
// within [least, most], where err is the scaled error of the last step and errOld that
// of the accepted one before it.
type gain struct {
	safety      float64
	alpha, beta float64
	least, most float64
}

// scipyGain is the control of scipy's RK45 and DOP853 (scipy/integrate/_ivp/rk.py):
// the elementary one of HNW, equation II.4.13.
func scipyGain(errorPower float64) gain {
	return gain{safety: 0.9, alpha: 1 / errorPower, least: 0.2, most: 10}
}

// leastLogOld is the logarithm of the least errOld that the control reckons with, which
// also stands for the error of the step before the first (FACOLD in dopri5.f).
var leastLogOld = elementary.Log(1e-4)

// grow is the factor after an accepted step, from the logarithms of err and errOld: one
// is the other in the next step. After a rejection the step does not grow at once (HNW,
// section II.4).
func (g *gain) grow(logErr, logOld float64, afterRejection bool) float64 {
	factor := g.safety * elementary.Exp(float64(g.beta*logOld)-float64(g.alpha*logErr))
	factor = min(max(factor, g.least), g.most)
	if afterRejection {
		factor = min(factor, 1)
	}
	return factor
}

// shrink is the factor after a rejected step of error err. The proportional term stays
// out, since it knows nothing of an error that is too large.
func (g *gain) shrink(err float64) float64 {
	factor := g.safety * elementary.Pow(err, -g.alpha)
	// Written so that an error that is NaN or infinite gives the strongest reduction.
	if factor > g.least {
		return factor
	}
	return g.least
}
