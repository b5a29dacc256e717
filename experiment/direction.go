package experiment

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	fitparticles "hnn/fit/particles"
	"hnn/model/particles"
	"hnn/report"
	"hnn/system"
)

// DirectionLaw is what of the pairs' energies depends on direction, the sum over l of V_l(r) P_l(cos) of model/particles, as
// particles.json has it.
type DirectionLaw struct {
	Axis   [3]float64 // of length 1
	Degree int
	Gain   float64 `json:",omitempty"` // as fit/particles has it
	Pairs  []DirectionPair
	law    *particles.Direction
}

// DirectionPair is of one pair of species, those of a PairLaw.
type DirectionPair struct {
	A, B         string
	First        float64
	Coefficients [][]float64 // of V_1 to V_Degree, none of those that are not there
	// Errors are standard errors of the whole energy along the axis, across it and against it, at equal steps from the law's Near to the
	// cut-off.
	Errors [][]float64 `json:",omitempty"`
	parts  []*particles.Spline
}

func newDirectionLaw(l *fitparticles.Laws, species []string) *DirectionLaw {
	d := l.Direction
	out := &DirectionLaw{Axis: d.Axis, Degree: d.Degree, Gain: d.Gain, law: d.Law(l.Kinds)}
	for q, s := range l.Of {
		a, b := q/l.Kinds, q%l.Kinds
		if s == nil || a > b {
			continue
		}
		p := DirectionPair{A: species[a], B: species[b], First: s.First, Errors: d.Errors[q], parts: d.Of[q*d.Degree : (q+1)*d.Degree]}
		if a == b {
			p.Errors = p.Errors[:2] // against the axis it is what it is along it
		}
		for _, s := range p.parts {
			var c []float64
			if s != nil {
				c = s.C
			}
			p.Coefficients = append(p.Coefficients, c)
		}
		out.Pairs = append(out.Pairs, p)
	}
	return out
}

// complete makes what belongs to laws that were read.
func (d *DirectionLaw) complete(m *ParticleModel) error {
	axis, err := particles.UnitAxis(d.Axis)
	if err != nil {
		return err
	}
	n := len(m.Species)
	if d.Degree < 1 || d.Degree > particles.MostDegree {
		return fmt.Errorf("laws of direction to the degree %d: from 1 to %d", d.Degree, particles.MostDegree)
	}
	d.law = &particles.Direction{Axis: axis, Degree: d.Degree, Kinds: n, Tables: make([]*particles.Table, n*n*d.Degree)}
	for i := range m.Laws {
		if d.of(&m.Laws[i]) == nil {
			return fmt.Errorf("no law of direction of %s and %s", m.Laws[i].A, m.Laws[i].B)
		}
	}
	for i := range d.Pairs {
		p := &d.Pairs[i]
		a, b := slices.Index(m.Species, p.A), slices.Index(m.Species, p.B)
		if a < 0 || b < a || len(p.Coefficients) != d.Degree {
			return fmt.Errorf("laws of direction of %s and %s, with %d parts for the degree %d: two species in their order, and a part each", p.A, p.B, len(p.Coefficients), d.Degree)
		}
		p.parts = make([]*particles.Spline, d.Degree)
		for l, c := range p.Coefficients {
			if len(c) == 0 {
				continue
			}
			if a == b && l%2 == 0 { // the part of degree l+1
				return fmt.Errorf("a law of direction of the odd degree %d of two %s", l+1, p.A)
			}
			s := &particles.Spline{First: p.First, Cutoff: m.Cutoff, C: c}
			if err := s.Complete(); err != nil {
				return err
			}
			p.parts[l], d.law.Tables[(a*n+b)*d.Degree+l] = s, particles.NewTable(particles.Straight{Spline: s}, s.First, s.Cutoff)
		}
	}
	return nil
}

// At is what direction adds to V and V' of a pair at a distance, at a cosine to the axis.
func (p *DirectionPair) At(r, cos float64) (v, dv float64) {
	legendre, slope := make([]float64, len(p.parts)+1), make([]float64, len(p.parts)+1)
	particles.Legendre(cos, legendre, slope)
	for l, s := range p.parts {
		if s != nil {
			w, dw, _ := particles.Straight{Spline: s}.At(r)
			v, dv = v+float64(w*legendre[l+1]), dv+float64(dw*legendre[l+1])
		}
	}
	return v, dv
}

// of is the part of a law of pairs, which every one has.
func (d *DirectionLaw) of(l *PairLaw) *DirectionPair {
	for i := range d.Pairs {
		if p := &d.Pairs[i]; p.A == l.A && p.B == l.B {
			return p
		}
	}
	return nil
}

// Ways are the directions that a pair's energy is said and drawn at: unlike species can have another one against the axis.
func (d *DirectionLaw) Ways(l *PairLaw) (names []string, cosines []float64) {
	names, cosines = []string{"along the axis", "across it"}, []float64{1, 0}
	if l.A != l.B {
		names, cosines = append(names, fmt.Sprintf("against it (from %s to %s)", l.A, l.B)), append(cosines, -1)
		names[0] += fmt.Sprintf(" (from %s to %s)", l.B, l.A)
	}
	return names, cosines
}

// LowestAlong is the lowest energy of a pair at a cosine to the axis, from the 0.1% quantile of distances to the cut-off, and where it is.
func (m *ParticleModel) LowestAlong(l *PairLaw, cos float64) (v, at float64) {
	p := m.Direction.of(l)
	at = m.Cutoff
	for k := range 1000 {
		r := l.Near + (m.Cutoff-l.Near)*float64(k)/1000
		e, _, _ := l.At(r)
		if u, _ := p.At(r, cos); e+u < v {
			v, at = e+u, r
		}
	}
	return v, at
}

// AxisName is an axis as --direction takes it.
func AxisName(axis [3]float64) string {
	var parts []string
	for k, v := range axis {
		if v == 1 {
			return string("xyz"[k])
		}
		parts = append(parts, fmt.Sprintf("%.6g", v))
	}
	return strings.Join(parts, ",")
}

// directionPanels draw the whole energy of each pair along the axis and across it.
func (m *ParticleModel) directionPanels() (panels []report.Panel) {
	for i := range m.Laws {
		l := &m.Laws[i]
		p := m.Direction.of(l)
		panel := report.Panel{Title: fmt.Sprintf("Energy of a pair %s-%s by direction, axis %s", l.A, l.B, AxisName(m.Direction.Axis)), X: report.Quantity{Name: "r"}, Y: report.Quantity{Name: "V"}}
		names, cosines := m.Direction.Ways(l)
		for w, cos := range cosines {
			c := report.Profile{Name: names[w], Role: []report.Role{report.ClosedForm, report.HNN, report.SecondOrder}[w]}
			for k := range 401 {
				x := l.Near + (m.Cutoff-l.Near)*float64(k)/400
				e, _, _ := l.At(x)
				u, _ := p.At(x, cos)
				c.X, c.Y = append(c.X, x), append(c.Y, e+u)
				if w < len(p.Errors) && len(p.Errors[w]) > 1 {
					s := 2 * at(p.Errors[w], float64(k)/400)
					c.Lo, c.Hi = append(c.Lo, e+u-s), append(c.Hi, e+u+s)
				}
			}
			panel.Curves = append(panel.Curves, c)
		}
		panels = append(panels, panel)
	}
	return panels
}

// attracts is the directions in which a pair attracts at the closest distance seen.
func (m *ParticleModel) attracts(l *PairLaw) (names []string) {
	p := m.Direction.of(l)
	_, dv, _ := l.At(l.First)
	all, cosines := m.Direction.Ways(l)
	for w, cos := range cosines {
		if _, du := p.At(l.First, cos); dv+du > 0 {
			names = append(names, all[w])
		}
	}
	return names
}

// inPlane says what is wrong with an axis for bodies in the plane of x and y, in their direction alone.
func inPlane(axis [3]float64, dim int) error {
	if dim != 2 || axis[2] == 0 {
		return nil
	}
	if axis[0] == 0 && axis[1] == 0 {
		return errors.New("the particles stay in the plane of x and y, and the axis stands upright on it: all pairs have the same angle to it, so that no law depends on it; give an axis in the plane, as x or 1,1,0, or none")
	}
	part, err := particles.UnitAxis([3]float64{axis[0], axis[1], 0})
	if err != nil {
		return err
	}
	return fmt.Errorf("the particles stay in the plane of x and y, and the axis %s leaves it: give the part of it in the plane, %s", AxisName(axis), AxisName(part))
}

// axis is that of aligned-dipoles: z, and x in the plane of x and y, where none is given.
func (k *KnownParticles) axis(dim int) ([3]float64, error) {
	if k.Axis == [3]float64{} {
		if dim == 2 {
			return [3]float64{1, 0, 0}, nil
		}
		return [3]float64{0, 0, 1}, nil
	}
	if err := inPlane(k.Axis, dim); err != nil {
		return k.Axis, err
	}
	return particles.UnitAxis(k.Axis)
}

// direction is that of aligned-dipoles. Of two kinds the strength is that of their mean epsilon and sigma, as the rest of their law is.
func (k *KnownParticles) direction(dim int) (*particles.Direction, error) {
	axis, err := k.axis(dim)
	if err != nil {
		return nil, err
	}
	n := len(k.Kinds)
	d := &particles.Direction{Axis: axis, Degree: 2, Kinds: n, Tables: make([]*particles.Table, n*n*2)}
	for a := range n {
		for b := a; b < n; b++ {
			e, s := k.mixed(a, b)
			law := system.Dipole{Strength: k.Strength * e * s * s * s, Cutoff: k.Cutoff}
			d.Tables[(a*n+b)*2+1] = particles.NewTable(law, 0.6*s, k.Cutoff)
		}
	}
	return d, nil
}

// direct adds what depends on direction, where anything does.
func (o *ParticleRun) direct(s *particles.System) error {
	switch {
	case o.Model != nil && o.Model.Direction != nil:
		return s.Direct(o.Model.Direction.law)
	case o.Known != nil && o.Known.Law == alignedDipoles:
		d, err := o.Known.direction(o.dimension())
		if err != nil {
			return err
		}
		return s.Direct(d)
	}
	return nil
}

// turned is the change of what is kept of the angular momentum in open space: its largest component, or with laws of direction that along
// their axis, which is returned; in a plane with an axis nothing of it is, and the change is not a number.
func (o *ParticleRun) turned(before, after [3]float64) (change float64, axis *[3]float64) {
	switch {
	case o.Model != nil && o.Model.Direction != nil:
		axis = &o.Model.Direction.law.Axis
	case o.Known != nil && o.Known.Law == alignedDipoles:
		if n, err := o.Known.axis(o.dimension()); err == nil {
			axis = &n
		}
	}
	if axis != nil && o.dimension() == 2 {
		return math.NaN(), axis
	}
	along := 0.0
	for k := range before {
		if d := after[k] - before[k]; axis != nil {
			along += float64(d * axis[k])
		} else {
			change = max(change, math.Abs(d))
		}
	}
	return max(change, math.Abs(along)), axis
}

// summary says what the laws keep.
func (d *DirectionLaw) summary(m *ParticleModel) string {
	text := fmt.Sprintf("The energies of pairs depend on direction from the axis %s, by Legendre's polynomials of the cosine to the degree %d; the table has the part without direction. ", AxisName(d.Axis), d.Degree)
	if d.Gain > 0 {
		text += fmt.Sprintf("Without direction %.3g times as much is left of held-out frames. ", d.Gain)
	}
	text += "Momentum is kept"
	if m.Open && m.Dim == 3 {
		text += ", and of the angular momentum the component along the axis alone"
	}
	return text + "."
}

// warnOfAttraction says where a law attracts at the closest pair seen.
func (e *Env) warnOfAttraction(m *ParticleModel, l *PairLaw) {
	var where []string
	if m.Direction == nil {
		if !l.spline.Repulsive() {
			where = []string{""}
		}
	} else {
		where = m.attracts(l)
		for i := range where {
			where[i] = " " + where[i]
		}
	}
	if len(where) > 0 {
		e.log("warning: the law of %s and %s attracts%s at the closest pair seen, %.4g: nearer it is a guess", l.A, l.B, strings.Join(where, " and"), l.First)
	}
}

// sayDirection says whether held-out frames are explained by direction.
func (e *Env) sayDirection(d *DirectionLaw) {
	switch {
	case d.Gain == 0:
	case d.Gain < 1.05:
		e.log("warning: direction from the axis %s explains nothing of held-out frames: leave out --direction", AxisName(d.Axis))
	default:
		e.log("direction from the axis %s, to the degree %d: without it %.3g times as much is left of held-out frames", AxisName(d.Axis), d.Degree, d.Gain)
	}
}

// AxisName is that of a run of aligned-dipoles.
func (o *ParticleRun) AxisName() string {
	axis, err := o.Known.axis(o.dimension())
	if err != nil {
		return ""
	}
	return AxisName(axis)
}
