package experiment

import (
	"fmt"

	"hnn/data"
	"hnn/data/estimate"
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
		f, report, err := law.Fit(set, law.Options{Angles: marks})
		if err == nil && report.Smoothed {
			law.Polish(f, set, report)
		}
		d.fittedLaw = &lawOf{f, report, err}
	}
	return d.fittedLaw.field, d.fittedLaw.report, d.fittedLaw.err
}

// solvePoisson fits an energy and a skew J(x) to a field without structure.
func (d *dataset) solvePoisson(set *data.Set, marks []bool, names []string, r *WeakReport) (*model.Form[float64], error) {
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
