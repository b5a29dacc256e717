package lagrange

import (
	"hnn/data"
	"hnn/model/lagrangian"
)

// coupled is the law whose viscous friction is a symmetric matrix with all its elements, beside one whose matrix is diagonal:
// joints of a chain rub by the difference of their links' speeds, dampers between masses likewise. Rollouts of the weak form's
// coefficients tell the two apart badly where the motion is chaotic; the simulation error does.
type coupled struct {
	fit      func() (*lagrangian.Lagrangian, *Report) // nil where that fails
	evidence func(l *lagrangian.Lagrangian, r *Report) *evidence
}

const (
	// coupledGain is by how much friction between coordinates has to lower the error, or the squared residual of the simulation.
	coupledGain = 1.1
	// unexplained is the squared residual in units of the noise above which a law lacks something.
	unexplained = 1.5
)

// polishCoupled minimises the simulation error with friction between coordinates too, where the law without it leaves more than
// the noise, and takes what explains the rows better over windows as long.
func polishCoupled(l *lagrangian.Lagrangian, s *data.Set, r *Report) {
	c := r.coupled
	if c == nil || r.Polished.Window == 0 || r.Polished.After < unexplained {
		return
	}
	other, report := c.fit()
	if other == nil {
		return
	}
	other.Harmonics, report.Harmonic = l.Harmonics, r.Harmonic
	free, polished := polish(other, s, report, nil, nil)
	if polished.Window < r.Polished.Window || coupledGain*polished.After > r.Polished.After || !dissipates(other) {
		return
	}
	l.Form, l.Coefficients = other.Form, other.Coefficients
	*r = *report
	r.Free, r.Polished, r.evidence = free, polished, c.evidence(other, report)
}
