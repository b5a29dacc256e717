package lagrange

import (
	"hnn/data"
	"hnn/model/lagrangian"
)

// coupled is the law whose viscous friction is a symmetric matrix with all its elements, beside one whose matrix is diagonal:
// joints of a chain rub by the difference of their links' speeds, dampers between masses likewise. Rollouts of the weak form's
// coefficients tell the two apart badly where the motion is chaotic; the simulation error does.
type coupled struct {
	l        *lagrangian.Lagrangian
	r        *Report
	evidence func() *evidence
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
	c.l.Harmonics, c.r.Harmonic = l.Harmonics, r.Harmonic
	free, polished := polish(c.l, s, c.r, nil, nil)
	if polished.Window < r.Polished.Window || coupledGain*polished.After > r.Polished.After || !dissipates(c.l) {
		return
	}
	l.Form, l.Coefficients = c.l.Form, c.l.Coefficients
	*r = *c.r
	r.Free, r.Polished, r.evidence = free, polished, c.evidence()
}
