package experiment

import (
	"fmt"

	"hnn/data"
	"hnn/data/estimate"
	fitformula "hnn/fit/formula"
	"hnn/fit/law"
	fitpoisson "hnn/fit/poisson"
	"hnn/model"
	"hnn/model/terms"
)

// lawOf is a field without structure that was fitted to the training rows.
type lawOf struct {
	field  *terms.Field
	report *law.Report
	err    error
}

// law is the field without structure, fitted once.
func (d *dataset) law(set *data.Set, marks []bool) (*terms.Field, *law.Report, error) {
	if d.fittedLaw == nil {
		fit := law.Fit
		if d.scattered() {
			fit = law.FitRates
		}
		f, report, err := fit(set, law.Options{Angles: marks, Within: d.within})
		if err == nil && report.Smoothed {
			law.Polish(f, set, report)
		}
		d.fittedLaw = &lawOf{f, report, err}
	}
	return d.fittedLaw.field, d.fittedLaw.report, d.fittedLaw.err
}

// solvePoisson fits an energy and a skew J(x) to a field without structure.
func (d *dataset) solvePoisson(c *Config, set *data.Set, marks []bool, names []string, r *WeakReport) (*model.Form[float64], error) {
	if c.Bracket != "" {
		return solveGiven(c.Bracket, set, marks, names, r)
	}
	free, report, err := d.law(set, marks)
	if err != nil {
		return nil, err
	}
	paths, err := estimate.NewPaths(set, estimate.PathOptions{Angles: marks})
	if err != nil {
		return nil, err
	}
	motion := free.NewMotion(nil)
	s, found, err := fitpoisson.Fit(paths, func(x, dx []float64) { motion.Rate(x, nil, dx, nil, nil) }, marks)
	if err != nil {
		return nil, err
	}
	if found.Residual > bracketed {
		return nil, fmt.Errorf("J(x) grad H leaves %.2g of the field: no energy in this library is conserved", found.Residual)
	}
	r.Terms, r.Candidates, r.HeldOut, r.Horizon, r.Noise = len(s.C)+len(s.B), report.Candidates, NA, Number(report.Horizon), numberList(report.Noise)
	residual := Number(found.Residual)
	r.Residual = &residual
	r.Notes = append(r.Notes, fmt.Sprintf("%d independent functions or products of them are conserved; Jacobi's identity is off by %.1e of its terms", found.Conserved, found.Jacobi))
	r.Law = s.Text(names, 5)
	return s.ModelForm(), nil
}

// solveGiven fits the energy alone, of a J(x) that the user gave.
func solveGiven(bracket string, set *data.Set, marks []bool, names []string, r *WeakReport) (*model.Form[float64], error) {
	elements, err := fitpoisson.ParseBracket(bracket, names, set)
	if err != nil {
		return nil, err
	}
	s, report, err := fitpoisson.FitGiven(set, elements, marks)
	if err != nil {
		return nil, err
	}
	r.Terms, r.Candidates, r.HeldOut, r.Horizon, r.Noise = len(s.C), report.Candidates, Number(report.Error), Number(report.Horizon), numberList(report.Noise)
	if report.Error > fitformula.Explains {
		r.Notes = append(r.Notes, fmt.Sprintf("NO ENERGY of the library explains the rows with this J(x): rollouts of held-out trials are off by %.2g of the columns' spread", report.Error))
	}
	if s.Jacobi > jacobiHolds {
		r.Notes = append(r.Notes, fmt.Sprintf("Jacobi's identity does not hold for this J(x) (%.2g of its terms), so that it is no Poisson bracket; H is conserved all the same", s.Jacobi))
	}
	r.Law = s.Text(names, 5)
	return s.ModelForm(), nil
}
