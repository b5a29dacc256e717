package lagrange

import (
	"math"
	"slices"

	"hnn/data"
	"hnn/data/estimate"
	"hnn/fit/shoot"
	"hnn/model/lagrangian"
)

// Lateness is how much later than its row each column of a state was measured: By, in the unit of time, within standard errors.
// One of a position is relative to the first position, that of a velocity to its position.
type Lateness struct {
	By, Errors []float64
	// Before and After are the squared residual of a number, in units of the noise, without and with what is late.
	Before, After float64
}

const (
	// lateErrors is how many standard errors a delay must have, lateGain how much it must leave of the squared residual.
	lateErrors, lateGain = 5, 0.97
	// mostRows is, in rows, the standard error of a delay before anything is known of it, and toldRows what it must have
	// after: where a position is not coupled to others nothing is found.
	mostRows, toldRows = 4, 1
	// lateRounds is how often the columns are moved and the rest is measured again.
	lateRounds = 6
)

// Late measures how late columns are by the simulation error, as parameters beside a law that was polished (see Polish), whose
// coefficients it leaves. Columns that are not late, by so much as the likelihood tells, are zero. It is nil where there is none.
//
// All columns late alike are a clock, and a delay of the inputs: neither is told here.
func Late(l *lagrangian.Lagrangian, s *data.Set, r *Report) *Lateness {
	if r.Polished == nil || r.Polished.Window == 0 || r.Coarse || len(l.Harmonics) > 0 {
		return nil
	}
	n, d := l.N, s.Dim
	noise := r.noise(s, n)
	found := &Lateness{By: make([]float64, d), Errors: make([]float64, d)}
	fitted := make([]bool, d)
	for i := 1; i < d; i++ {
		fitted[i] = noise[i] > 0
	}
	step := s.MedianStep()
	alone := *l
	alone.Coefficients = slices.Clone(l.Coefficients)
	_, report := lateness(&alone, s, r, make([]bool, d), step)
	if report == nil {
		return nil
	}
	found.Before = report.After
	for range 2 { // all, then those that are late
		if !slices.Contains(fitted, true) {
			return nil
		}
		trial := *l
		trial.Coefficients = slices.Clone(l.Coefficients)
		for i, on := range fitted {
			if !on {
				found.By[i] = 0
			}
		}
		for range lateRounds {
			delays, report := lateness(&trial, s.Late(found.By), r, fitted, step)
			if report == nil {
				return nil
			}
			found.After = report.After
			moved := false
			for i, at := range delays {
				if at < 0 || at >= len(report.Errors) {
					continue
				}
				found.By[i], found.Errors[i] = found.By[i]+report.late[i], report.Errors[at]
				moved = moved || math.Abs(report.late[i]) > 0.1*report.Errors[at]
			}
			if !moved {
				break
			}
		}
		for i := range fitted {
			fitted[i] = fitted[i] && math.Abs(found.By[i]) > lateErrors*found.Errors[i] && found.Errors[i] < toldRows*step
		}
	}
	if !slices.Contains(fitted, true) || !(found.After < lateGain*found.Before) {
		return nil
	}
	return found
}

type lateReport struct {
	*shoot.Report
	late []float64
}

// lateness fits the delays of some columns, which it returns by column, with the coefficients; nil where that fails.
func lateness(l *lagrangian.Lagrangian, s *data.Set, r *Report, fitted []bool, step float64) ([]int, *lateReport) {
	n := l.N
	free := slices.Clone(r.Free)
	sys := system(l, free, !r.Forced)
	priors := make([]shoot.Prior, len(free))
	sensors := slices.Repeat([]shoot.Sensor{shoot.Faithful}, 2*n)
	for i := range sensors {
		if i < len(fitted) && fitted[i] {
			sensors[i].Late = len(sys.Parameters)
			sys.Parameters = append(sys.Parameters, 0)
			priors = append(priors, shoot.Prior{Error: mostRows * step})
		}
	}
	sys.Sensors = slices.Repeat([][]shoot.Sensor{sensors}, s.Trials())
	report := shoot.Fit(sys, measured(l, s, r), shoot.Options{Noise: r.noise(s, n), Windows: []int{r.Polished.Window}, Step: rollStep(r), Priors: priors})
	if report.Window == 0 || report.Errors == nil {
		return nil, nil
	}
	out := &lateReport{Report: report, late: make([]float64, s.Dim)}
	places := make([]int, s.Dim)
	for i := range places {
		if places[i] = sensors[i].Late; places[i] >= 0 {
			out.late[i] = sys.Parameters[places[i]]
		}
	}
	return places, out
}

// LateVelocities is how late each velocity is against its position, from the smoothed positions alone; nil where none is, or where
// one shows no velocity at all. Filtered says of each that it is rather a filter's than late.
func LateVelocities(s *data.Set) (found *Lateness, filtered []bool) {
	if s.PositionsOnly {
		return nil, nil
	}
	lags := estimate.Lags(s)
	n := len(lags)
	late := slices.ContainsFunc(lags, func(l estimate.Lag) bool { return l.Late(lateErrors) })
	if !late {
		return nil, nil
	}
	found = &Lateness{By: make([]float64, 2*n), Errors: make([]float64, 2*n), Before: 1, After: 1}
	for i, l := range lags {
		if l.Late(lateErrors) {
			found.By[n+i], found.Errors[n+i] = l.Delay, l.Error
			found.After = min(found.After, l.Gained)
		}
		filtered = append(filtered, l.Filtered && l.Late(lateErrors))
	}
	return found, filtered
}
