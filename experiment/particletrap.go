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

// TrapLaw is the external potential of a ParticleModel, as particles.json has it.
type TrapLaw struct {
	Of            string // speciesWeigh: one for each species; else one of all, for a unit of their charges or masses
	Axes          [3]particles.Axis
	Degree, Waves int
	Coefficients  []float64
	Gain          float64     // by how many times it lowers what the laws leave of the equations
	Errors        [][]float64 `json:",omitempty"` // standard errors along the axes, as fit/particles has them
	law           *particles.Trap
}

// speciesWeigh is what a trap can be of beside charges and masses.
const speciesWeigh = "species"

// TrapOf are what a trap can be of.
var TrapOf = []string{speciesWeigh, chargesWeigh, massesWeigh}

// weighTrap gives the data what a trap acts on.
func (o *ParticleTraining) weighTrap(d *fitparticles.Data, charge []float64) error {
	switch o.Trap {
	case "", speciesWeigh:
	case massesWeigh:
		d.TrapWeight = d.Mass
	case chargesWeigh:
		if d.TrapWeight = charge; charge == nil {
			return errors.New("--trap charges, and the file has no charges: a column initial_charges, or q in a dump")
		}
	default:
		return fmt.Errorf("--trap %s: %s", o.Trap, strings.Join(TrapOf, ", "))
	}
	return nil
}

// keepTrap gives the model the trap that was learned, and says what is to be said of it. Where none was asked for it says whether the data want one.
func (e *Env) keepTrap(m *ParticleModel, o *ParticleTraining, l *fitparticles.Laws, d *fitparticles.Data) {
	if o.Trap == "" && d.Fixed != nil {
		return // what holds bodies takes momentum
	}
	if o.Trap == "" {
		if m.Outside = outsideWords(fitparticles.FindOutside(d, strings.Contains(m.Trained, "motion"))); m.Outside != "" {
			e.log("warning: %s", m.Outside)
		}
		return
	}
	t := l.Trap
	if l.TrapLoose < fitparticles.TrapAlone {
		e.log("warning: a part of the trap and the laws of pairs are hardly told apart by these data: what acts is their sum. The motion of the centre of mass tells them apart: give frames in which it moves")
	}
	if len(t.Terms) == 0 {
		e.log("no outside force is found: the frames are explained as well without a trap, and none is kept")
		return
	}
	m.Version, m.Trap = 4, &TrapLaw{Of: o.Trap, Axes: t.Axes, Degree: t.Degree, Waves: t.Waves, Coefficients: t.C, Gain: l.TrapGain, Errors: l.TrapErrors, law: t}
	if t.Degree <= 2 {
		return
	}
	room := make([]float64, t.Room())
	for q, name := range m.trapNames() {
		for k, a := range t.Axes {
			if a.Period > 0 || a.Half == 0 {
				continue
			}
			for end, sign := range [2]float64{-1, 1} {
				p := t.Along(k, float64(end))
				if _, du := t.At(uint8(q), p, room); sign*du[k] < 0 {
					e.log("warning: the trap of %s falls outwards at the end of the data, %c = %.4g: beyond, its polynomial goes on, and bodies that come there may run away; --trap-degree 2 does not, or give frames that reach farther", name, "xyz"[k], p[k])
				}
			}
		}
	}
}

// outsideWords say that an outside force acts, or may, on bodies whose laws are of pairs alone.
func outsideWords(o fitparticles.Outside) string {
	const mayBeNoise = 0.05
	what := "the forces add up to"
	if o.Motion {
		what = "between frames forces have added up to"
	}
	what = fmt.Sprintf("total momentum changes: %s %.2g times as much as forces at random do, and those of pairs add up to nothing", what, o.Share)
	switch {
	case o.Follows:
		return what + ". An outside force acts (a trap, a field, a wall): add --trap species to learn it"
	case o.Share > mayBeNoise:
		return what + ". An outside force acts (a wall, a thermostat), or the numbers are that noisy: --trap species finds out whether it is a trap or a field"
	}
	return ""
}

// complete makes what belongs to a trap that was read.
func (t *TrapLaw) complete(species int) (err error) {
	functions := species
	if t.Of != speciesWeigh {
		functions = 1
	}
	if !slices.Contains(TrapOf, t.Of) {
		return fmt.Errorf("a trap of %q", t.Of)
	}
	if t.law, err = particles.NewTrap(functions, t.Axes, t.Degree, t.Waves); err != nil {
		return err
	}
	if len(t.Coefficients) != len(t.law.C) || len(t.law.C) == 0 {
		return fmt.Errorf("a trap of %d coefficients, and it has %d", len(t.law.C), len(t.Coefficients))
	}
	t.law.C = t.Coefficients
	t.law.Level()
	return nil
}

// trapNames are what each of the trap's functions is of.
func (m *ParticleModel) trapNames() []string {
	switch m.Trap.Of {
	case chargesWeigh:
		return []string{"a unit of charge"}
	case massesWeigh:
		return []string{"a unit of mass"}
	}
	return m.Species
}

// confine adds the external potential, where there is one. Waves of a box go on in a box that holds a whole number of it.
func (o *ParticleRun) confine(s *particles.System, at *start) error {
	if o.Known != nil {
		if o.Known.Trap == [3]float64{} {
			return nil
		}
		return s.Confine(system.HarmonicTrap{Stiffness: o.Known.Trap}, nil)
	}
	t := o.Model.Trap
	if t == nil {
		return nil
	}
	for k, a := range t.Axes {
		if !s.Box.Periodic[k] {
			continue
		}
		if a.Period == 0 {
			return fmt.Errorf("the trap was learned where space is open along %c, and this box is periodic there: give --from FILE with an open axis", "xyz"[k])
		}
		whole := math.Round(s.Box.Side[k] / a.Period)
		if off := s.Box.Side[k] - whole*a.Period; whole < 1 || math.Abs(off) > 1e-6*a.Period {
			return fmt.Errorf("the trap repeats along %c every %.8g, and the box's side of %.8g holds no whole number of that: give --from FILE, or --n and --density of such a box", "xyz"[k], a.Period, s.Box.Side[k])
		}
	}
	var weight []float64
	switch t.Of {
	case massesWeigh:
		weight = at.mass
	case chargesWeigh:
		if weight = at.charge; weight == nil {
			return errors.New("the trap is of charges, and the file has none: a column initial_charges, or q in a dump")
		}
	}
	return s.Confine(t.law, weight)
}

// beyond is the part of the places that are beyond what the trap was learned from.
func (m *ParticleModel) beyond(x []float64) float64 {
	n := 0
	for i := 0; i < len(x); i += 3 {
		if m.Trap.law.Beyond([3]float64(x[i : i+3])) {
			n++
		}
	}
	return 3 * float64(n) / float64(len(x))
}

// TrapWords say of each function of the trap where it is lowest and how stiff, or what its force is in the middle of the data.
func (m *ParticleModel) TrapWords() (words []string) {
	if m.Trap == nil {
		return nil
	}
	t := m.Trap.law
	along := func(v [3]float64, size func(a particles.Axis) float64) string {
		var s []string
		for k := range m.Dim {
			if math.Abs(v[k]) < 1e-9*size(t.Axes[k]) { // rounding's
				v[k] = 0
			}
			s = append(s, fmt.Sprintf("%.6g", v[k]))
		}
		return "(" + strings.Join(s, ", ") + ")"
	}
	length := func(a particles.Axis) float64 { return max(a.Half, a.Period) }
	force := func(particles.Axis) float64 { return 0 }
	how := fmt.Sprintf("of degree %d", t.Degree)
	if slices.ContainsFunc(t.Axes[:], func(a particles.Axis) bool { return a.Period > 0 }) {
		how += fmt.Sprintf(", waves to the order %d", max(t.Waves, t.Degree))
	}
	for q, name := range m.trapNames() {
		if x, c, ok := t.Lowest(uint8(q), t.Centre()); ok {
			words = append(words, fmt.Sprintf("trap of %s, %s: lowest at %s, stiffness %s there", name, how, along(x, length), along(c, force)))
			continue
		}
		_, du := t.At(uint8(q), t.Centre(), make([]float64, t.Room()))
		for k := range du {
			du[k] = -du[k]
		}
		words = append(words, fmt.Sprintf("trap of %s, %s: force %s at %s, lowest at no place between the ends of the data", name, how, along(du, force), along(t.Centre(), length)))
	}
	return words
}

// fastest is the largest angular frequency that a body has in the trap and among neighbours at the closest places seen, from curvatures.
func (m *ParticleModel) fastest(mass []float64) float64 {
	stiff := 0.0
	for i := range m.Laws {
		_, _, c := m.Laws[i].At(m.Laws[i].Near)
		stiff = max(stiff, 12*math.Abs(c)) // neighbours at most
	}
	t := m.Trap.law
	room := make([]float64, t.Room())
	for q := range t.Kinds {
		for k, a := range t.Axes {
			low, high := a.Range()
			for g := range 100 {
				h := (high - low) / 100
				_, a := t.At(uint8(q), t.Along(k, float64(g)/100), room)
				_, b := t.At(uint8(q), t.Along(k, float64(g+1)/100), room)
				if h > 0 {
					stiff = max(stiff, math.Abs(b[k]-a[k])/h)
				}
			}
		}
	}
	if m.Trap.Of == massesWeigh {
		return math.Sqrt(stiff)
	}
	return math.Sqrt(stiff / slices.Min(mass))
}

// trapPanels draw U along each axis through the middle, where it is 0.
func (m *ParticleModel) trapPanels() (panels []report.Panel) {
	t := m.Trap.law
	room := make([]float64, t.Room())
	for q, name := range m.trapNames() {
		for k, a := range t.Axes {
			lo, hi := a.Range()
			if lo == hi {
				continue
			}
			var x, v, low, high []float64
			for g := range 401 {
				p := t.Along(k, float64(g)/400)
				u, _ := t.At(uint8(q), p, room)
				x, v = append(x, p[k]), append(v, u)
				if errs := m.Trap.Errors; 3*q+k < len(errs) && len(errs[3*q+k]) > 1 {
					s := 2 * at(errs[3*q+k], float64(g)/400)
					low, high = append(low, u-s), append(high, u+s)
				}
			}
			axis := string("xyz"[k])
			panels = append(panels, report.Panel{Title: fmt.Sprintf("Trap of %s along %s", name, axis), X: report.Quantity{Name: axis}, Y: report.Quantity{Name: "U"},
				Curves: []report.Profile{{Name: "learned", Role: report.ClosedForm, X: x, Y: v, Lo: low, Hi: high}}})
		}
	}
	return panels
}
