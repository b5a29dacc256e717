package experiment

import (
	"errors"
	"fmt"
	"slices"

	fitparticles "hnn/fit/particles"
	"hnn/model/particles"
	"hnn/report"
	"hnn/system"
)

// AngleLaw is the energy of two pairs that share a body, as particles.json has it.
type AngleLaw struct {
	Pairs          int // that share a body, seen
	First, Reach   float64
	Typical        float64 // the median of the distances
	Radial, Degree int
	Coefficients   []float64
	Errors         [][]float64 `json:",omitempty"` // standard errors where both distances are Typical, as fit/particles has them
	law            *particles.Angles
}

func newAngleLaw(l *fitparticles.Laws) *AngleLaw {
	a := l.Angles
	return &AngleLaw{Pairs: l.Bends, First: a.First, Reach: a.Cutoff, Typical: l.Typical, Radial: a.Radial, Degree: a.Degree, Coefficients: a.C, Errors: l.AngleErrors, law: a}
}

// complete makes what belongs to a law that was read.
func (a *AngleLaw) complete(kinds int, cutoff float64) error {
	a.law = &particles.Angles{First: a.First, Cutoff: a.Reach, Kinds: kinds, Radial: a.Radial, Degree: a.Degree, C: a.Coefficients}
	if err := a.law.Complete(); err != nil {
		return err
	}
	if a.Reach > cutoff || !(a.Typical > 0) {
		return errors.New("angles reach farther than the pairs")
	}
	return nil
}

// angles are those of stillinger-weber.
func (k *KnownParticles) angles() system.StillingerWeberAngle {
	return system.StillingerWeberAngle{Epsilon: k.Kinds[0].Epsilon, Sigma: k.Kinds[0].Sigma}
}

// bend adds the energy of angles, where there is one.
func (o *ParticleRun) bend(s *particles.System) error {
	switch {
	case o.Model != nil && o.Model.Angles != nil:
		return s.Bend(o.Model.Angles.law)
	case o.Known != nil && o.Known.Law == stillingerWeber:
		return s.Bend(o.Known.angles())
	}
	return nil
}

// anglePanels draw the law of angles over the cosine, where both distances are the median.
func (m *ParticleModel) anglePanels() (panels []report.Panel) {
	a, n := m.Angles, len(m.Species)
	for q := range n * n * n {
		c, i, j := q/(n*n), q/n%n, q%n
		if i > j || slices.Max(a.Coefficients[a.law.Index(c, i, j, 0, 0, 0):][:a.Radial*a.Radial]) == 0 {
			continue
		}
		var x, v, low, high []float64
		for k := range 401 {
			cos := -1 + float64(k)/200
			e := a.law.Bent(uint8(c), uint8(i), uint8(j), a.Typical, a.Typical, cos)
			x, v = append(x, cos), append(v, e)
			if q < len(a.Errors) && len(a.Errors[q]) > 1 {
				s := 2 * at(a.Errors[q], float64(k)/400)
				low, high = append(low, e-s), append(high, e+s)
			}
		}
		panels = append(panels, report.Panel{
			Title: fmt.Sprintf("Angle at %s between %s and %s, both %.3g away", m.Species[c], m.Species[i], m.Species[j], a.Typical),
			X:     report.Quantity{Name: "cosine"}, Y: report.Quantity{Name: "Phi"},
			Curves: []report.Profile{{Name: "learned", Role: report.ClosedForm, X: x, Y: v, Lo: low, Hi: high}},
		})
	}
	return panels
}
