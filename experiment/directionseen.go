package experiment

import (
	"math"

	"hnn/data/atoms"
	fitparticles "hnn/fit/particles"
	"hnn/model/particles"
)

// leastLeft is the part of the forces below which what laws leave is no matter.
const leastLeft = 1e-3

// mostLooked is at how many frames what laws leave is looked at.
const mostLooked = 40

// seenDirection is a direction on which what a model leaves of its data depends, nil for none. Without forces it is what it leaves of the
// changes of momentum from frame to frame, by the forces in the middle.
func (m *ParticleModel) seenDirection(d *fitparticles.Data, frames []*atoms.Frame, motion bool) *fitparticles.Seen {
	if m.Cutoff == 0 {
		return nil
	}
	l := &fitparticles.Left{Box: d.Box, Kind: d.Kind, Kinds: d.Kinds, Cutoff: m.Cutoff, Flat: m.Dim == 2}
	var s *particles.System
	var rest, all float64
	every := (len(d.X) + mostLooked - 1) / mostLooked
	for f := 0; f < len(d.X); f += every {
		var x, force []float64
		switch {
		case !motion:
			x, force = d.X[f], d.F[f]
		case f+1 < len(d.X):
			for i, a := range d.X[f] {
				x = append(x, (a+d.X[f+1][i])/2)
				force = append(force, d.Mass[i/3]*(d.V[f+1][i]-d.V[f][i])/(d.Times[f+1]-d.Times[f]))
			}
		default:
			continue
		}
		if s == nil {
			var err error
			if s, _, _, err = (&ParticleRun{Model: m, From: frames[:1]}).system(); err != nil {
				return nil
			}
			defer s.Close()
		}
		copy(s.X, x)
		if s.Forces() != nil {
			return nil
		}
		left := make([]float64, len(force))
		for i, v := range force {
			if d.Fixed != nil && d.Fixed[i/3] {
				continue
			}
			left[i] = v - s.F[i]
			rest, all = rest+float64(left[i]*left[i]), all+float64(v*v)
		}
		l.X, l.F = append(l.X, x), append(l.F, left)
	}
	if !(math.Sqrt(rest) > leastLeft*math.Sqrt(all)) {
		return nil
	}
	return fitparticles.FindDirection(l)
}

// saySeenDirection tells of a direction that was not asked for.
func (e *Env) saySeenDirection(m *ParticleModel, d *fitparticles.Data, frames []*atoms.Frame, motion bool) {
	s := m.seenDirection(d, frames, motion)
	switch {
	case s == nil:
	case m.Direction != nil:
		e.log("warning: another axis than %s explains more: train without --direction, which says from which one the forces depend on direction", AxisName(m.Direction.Axis))
	default:
		e.log("the forces depend on direction: energies of pairs by their angle to the axis %s explain %.0f%% of what laws of distance leave of held-out frames; add --direction %s", AxisName(s.Axis), 100*s.Share, AxisName(s.Axis))
	}
}
