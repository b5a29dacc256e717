package experiment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"hnn/data/atoms"
	fitparticles "hnn/fit/particles"
	"hnn/internal/atomicfile"
	"hnn/model/particles"
	"hnn/report"
)

// particlesFile holds the laws of a run that learned those of particles.
const particlesFile = "particles.json"

// startFile is the last frame that such a run learned from, where its report begins.
const startFile = "start.xyz"

// ParticleModel is the laws of pairs of species, as particles.json has them.
type ParticleModel struct {
	Version      int // 1, or 2 where there is a Long, 3 where there are Angles, 4 where there is a Trap, 5 where there is a Direction
	Cutoff       float64
	Dim          int
	Open         bool               `json:",omitempty"` // learned in open space
	Units        atoms.Units        `json:",omitempty"` // of the data
	Species      []string           // in the order of their index
	Mass         map[string]float64 // of the species whose particles all have one
	Charge       map[string]float64 `json:",omitempty"` // as Mass
	Laws         []PairLaw
	Long         *LongLaw      `json:",omitempty"`
	Angles       *AngleLaw     `json:",omitempty"`
	Trap         *TrapLaw      `json:",omitempty"`
	Direction    *DirectionLaw `json:",omitempty"`
	Outside      string        `json:",omitempty"` // what the total force says of outside forces that no Trap was asked to learn
	Trained      string        // how: forces or motion
	Frames, Size int           // of the data
	Residual     float64       // root mean square of what the equations leave
	Left         float64       `json:",omitempty"` // that as a part of the forces, or of the changes of velocities and positions
	Command      string        `json:",omitempty"` // that made it
	R, G         []float64     `json:",omitempty"` // g(r) of the data, where they fill a periodic box
}

// PairLaw is one of a ParticleModel: the spline's ends and coefficients.
type PairLaw struct {
	A, B         string
	Pairs        int
	First, Near  float64 // the closest pair seen, and the 0.1% quantile of distances
	Coefficients []float64
	// ErrorV and ErrorF are standard errors of V and of the force at equal steps from Near to the cut-off.
	ErrorV, ErrorF []float64    `json:",omitempty"`
	Gaps           [][2]float64 `json:",omitempty"` // stretches of distance without pairs
	spline         *particles.Spline
}

// LongLaw is the law of all distances of a ParticleModel, for a unit of the product of what Of says.
type LongLaw struct {
	Of                string  // charges or masses
	First, Near, Last float64 // the closest pair seen, the 0.1% quantile of distances, the farthest
	Coefficients      []float64
	ErrorF            []float64 `json:",omitempty"` // standard errors of the force at equal steps of log r from Near to Last
	law               *particles.LongRange
}

// What a law of all distances can be of.
const (
	chargesWeigh = "charges"
	massesWeigh  = "masses"
)

// At is U, U' and U” at a distance.
func (l *LongLaw) At(r float64) (v, dv, ddv float64) { return l.law.At(r) }

// At is V, V' and V” at a distance.
func (l *PairLaw) At(r float64) (v, dv, ddv float64) { return l.spline.At(r) }

// ParticleTraining is what hnn particles train asks for.
type ParticleTraining struct {
	Files        []string
	Read         atoms.Options
	Cutoff       float64
	Coefficients int
	Long         string // what the law of all distances is of: charges or masses, "" for no such law
	LongSplines  int    // its coefficients, 0 for the default
	// Angles is the distance within which two pairs that share a body have an energy, 0 for none; AngleRadial and AngleDegree are those of
	// its functions, 0 for the defaults.
	Angles                   float64
	AngleRadial, AngleDegree int
	// Axis is that from which the energies of pairs depend on direction too, 0 for none; DirectionDegree and DirectionSplines are those of its
	// laws, 0 for the defaults.
	Axis                              [3]float64
	DirectionDegree, DirectionSplines int
	// Trap is what an external potential is of, TrapOf, "" for none; TrapDegree and TrapWaves are its largest orders, 0 for the defaults.
	Trap                  string
	TrapDegree, TrapWaves int
	NoForces              bool
	Unchecked             bool                  // whether times and masses are taken as they stand, whatever the motion says
	Adam                  *fitparticles.Network // networks by Adam instead of one solve, nil for none
	Loss                  Loss                  // of Adam; "" for forces where there are any, else trajectories
	Root, Out             string
	Command               string // the command line that asks for it
	Force                 bool
}

// TrainParticles learns the laws of a file's particles and leaves a run directory. Laws that do not explain the file come with an error.
func (e *Env) TrainParticles(ctx context.Context, o ParticleTraining) (dir string, m *ParticleModel, err error) {
	frames, err := atoms.ReadFile(o.Files[0], o.Read)
	if err != nil {
		return "", nil, err
	}
	d, species, err := moments(frames)
	if err != nil {
		return "", nil, fmt.Errorf("%s: %w", o.Files[0], err)
	}
	unwrap(d)
	for _, note := range frames[0].Notes {
		e.log("%s: %s", o.Files[0], note)
	}
	if err := otherPlane(d); err != nil {
		return "", nil, fmt.Errorf("%s: %w", o.Files[0], err)
	}
	m = &ParticleModel{Version: 1, Cutoff: o.Cutoff, Dim: flat(d), Species: species, Frames: len(frames), Size: frames[0].N(), Trained: "forces", Command: o.Command}
	if o.Cutoff > 0 {
		if err := d.Box.Check(o.Cutoff); err != nil {
			return "", nil, fmt.Errorf("%s: %w", o.Files[0], err)
		}
	}
	if err := inPlane(o.Axis, m.Dim); err != nil {
		return "", nil, fmt.Errorf("%s: %w", o.Files[0], err)
	}
	m.Open, m.Units = d.Box.Periodic == [3]bool{}, frames[0].Units
	m.Mass, m.Charge = common(frames[0].Species, d.Mass), common(frames[0].Species, frames[0].Charge)
	if change := frames[0].ChargesChange; change != "" {
		if o.Long == chargesWeigh || o.Trap == chargesWeigh {
			return "", nil, fmt.Errorf("%s: charges change (%s), as those of a charge equilibration do, and a law of charges takes those that each body keeps: learn without charges, or give a file whose charges are constant", o.Files[0], change)
		}
		e.log("%s: charges change (%s), and are not used", o.Files[0], change)
		m.Charge = nil
	}
	switch o.Long {
	case "":
		if o.Cutoff == 0 && o.Trap == "" {
			return "", nil, errors.New("give --cutoff, the distance from which no pair acts on each other (at most half the box), or --long charges or masses, or --trap")
		}
	case chargesWeigh:
		if d.Weight = frames[0].Charge; d.Weight == nil {
			return "", nil, fmt.Errorf("%s: --long charges, and the file has no charges: a column initial_charges, or q in a dump", o.Files[0])
		}
	case massesWeigh:
		d.Weight = d.Mass
	default:
		return "", nil, fmt.Errorf("--long %s: charges or masses", o.Long)
	}
	if err := o.weighTrap(d, frames[0].Charge); err != nil {
		return "", nil, fmt.Errorf("%s: %w", o.Files[0], err)
	}
	fit := fitparticles.Forces
	if d.F == nil || o.NoForces {
		m.Trained, fit = "motion", fitparticles.Motion
		if o.Coefficients == 0 {
			o.Coefficients = 80
		}
	}
	if err := checkPace(d, frames[0], m.Trained == "motion"); err != nil && (o.Unchecked || o.NoForces && paceOfMotion(d, frames[0]) == nil) {
		e.log("warning: %v", err)
	} else if err != nil {
		return "", nil, fmt.Errorf("%s: %w", o.Files[0], err)
	}
	options := fitparticles.Options{Cutoff: o.Cutoff, Coefficients: o.Coefficients, Long: o.LongSplines, AngleReach: o.Angles, AngleRadial: o.AngleRadial, AngleDegree: o.AngleDegree,
		Trap: o.Trap != "", TrapDegree: o.TrapDegree, TrapWaves: o.TrapWaves,
		Axis: o.Axis, DirectionDegree: o.DirectionDegree, DirectionCoefficients: o.DirectionSplines}
	var laws *fitparticles.Laws
	if o.Adam == nil {
		laws, err = fit(d, options)
	} else {
		laws, err = e.particlesByAdam(ctx, d, options, o, m)
	}
	if err != nil {
		return "", nil, fmt.Errorf("%s: %w", o.Files[0], err)
	}
	m.Residual = laws.RMS
	if laws.Grown > 2 {
		e.log("warning: the paths between frames do not settle: each new fit leaves more, %.3g times the least by now. The frames are too far apart in time for what happens between them: give closer ones", laws.Grown)
	}
	m.Left = laws.Left
	if l := laws.Long; l != nil {
		m.Version, m.Long = 2, &LongLaw{Of: o.Long, First: l.First, Near: laws.NearLong, Last: l.Last, Coefficients: l.C, ErrorF: laws.LongError, law: l}
	}
	if laws.Angles != nil {
		m.Version, m.Angles = 3, newAngleLaw(laws)
	}
	e.keepTrap(m, &o, laws, d)
	if laws.Direction != nil {
		m.Version, m.Direction = 5, newDirectionLaw(laws, species)
		e.sayDirection(m.Direction)
	}
	for a := range species {
		for b := a; b < len(species) && o.Cutoff > 0; b++ {
			q := a*len(species) + b
			s := laws.Of[q]
			if s == nil {
				e.log("%s and %s never came within the cut-off: no law for them", species[a], species[b])
				continue
			}
			m.Laws = append(m.Laws, PairLaw{A: species[a], B: species[b], Pairs: laws.Pairs[q], First: s.First, Near: laws.Near[q], Coefficients: s.C, spline: s, ErrorV: laws.Errors[q].V, ErrorF: laws.Errors[q].F, Gaps: laws.Gaps[q]})
			e.warnOfAttraction(m, &m.Laws[len(m.Laws)-1])
		}
	}
	e.sayGuesses(m)
	e.saySeenDirection(m, d, frames, d.F == nil || o.NoForces)
	dir, unlock, err := newRunDir(o.Root, o.Out, "particles", o.Force)
	if err != nil {
		return "", nil, err
	}
	defer unlock()
	if g := distribution(&d.Box, m.Dim, m.Size); g != nil {
		for _, x := range d.X {
			g.Add(&d.Box, x)
		}
		m.R, m.G = g.Values()
	}
	begin := *frames[len(frames)-1]
	begin.Units = "" // as the numbers of the laws are
	err = atomicfile.Write(filepath.Join(dir, startFile), func(w io.Writer) error { return atoms.WriteXYZ(w, &begin) })
	if err != nil {
		return "", nil, err
	}
	err = atomicfile.Write(filepath.Join(dir, particlesFile), func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetIndent("", " ")
		return enc.Encode(m)
	})
	if err != nil {
		return "", nil, err
	}
	f, err := m.figure()
	if err == nil {
		_, err = f.Save("law", filepath.Join(dir, figuresFolder))
	}
	if doubt := m.doubt(); err == nil && m.Left > refuseLeft {
		err = fmt.Errorf("%s (the run is left in %s): %s", o.Files[0], dir, doubt)
	} else if doubt != "" {
		e.log("warning: %s", doubt)
	}
	return dir, m, err
}

// particlesByAdam learns the laws as networks, of forces where there are any and trajectories are not asked for.
func (e *Env) particlesByAdam(ctx context.Context, d *fitparticles.Data, options fitparticles.Options, o ParticleTraining, m *ParticleModel) (*fitparticles.Laws, error) {
	w := *o.Adam
	if w.Trajectories = o.Loss == TrajectoryLoss || m.Trained == "motion"; w.Trajectories && o.Loss == DerivativeLoss {
		return nil, errors.New("--loss derivative is of forces, and there are none: give --loss trajectory")
	}
	w.Progress = func(step int, loss float64) {
		if e.Rolling != nil && step%20 == 0 {
			e.Rolling(float64(step) / float64(w.Steps))
		}
	}
	laws, report, err := fitparticles.Adam(ctx, d, options, w)
	if err != nil {
		return nil, err
	}
	m.Trained = "networks of the forces, by Adam"
	if w.Trajectories {
		m.Trained = "networks of the motion, by Adam"
	}
	e.log("networks of width %v after %d steps of Adam leave %.2g of held-out frames; one solve, without --trainer adam, is closer on exact rows", w.Hidden, w.Steps, report.Held)
	return laws, nil
}

// IsParticles says whether a directory holds a run of particles.
func IsParticles(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, particlesFile))
	return err == nil
}

// ReadParticles reads the laws of a run.
func ReadParticles(dir string) (*ParticleModel, error) {
	b, err := os.ReadFile(filepath.Join(dir, particlesFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s holds no laws of particles: give a run of hnn particles train", dir)
	}
	if err != nil {
		return nil, err
	}
	m := new(ParticleModel)
	if err := json.Unmarshal(b, m); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, particlesFile), err)
	}
	if m.Version < 1 || m.Version > 5 || m.Dim != 2 && m.Dim != 3 || len(m.Species) == 0 || len(m.Species) > 100 {
		return nil, fmt.Errorf("%s: version %d of a format whose versions 1 to 5 are known, or damaged", filepath.Join(dir, particlesFile), m.Version)
	}
	if l := m.Long; l != nil {
		l.law = &particles.LongRange{First: l.First, Last: l.Last, C: l.Coefficients}
		if err := l.law.Complete(); err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Join(dir, particlesFile), err)
		}
		if l.Of != chargesWeigh && l.Of != massesWeigh {
			return nil, fmt.Errorf("%s: a law of all distances of %q", filepath.Join(dir, particlesFile), l.Of)
		}
	} else if len(m.Laws) == 0 && m.Trap == nil {
		return nil, fmt.Errorf("%s: no law", filepath.Join(dir, particlesFile))
	}
	if a := m.Angles; a != nil {
		if err := a.complete(len(m.Species), m.Cutoff); err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Join(dir, particlesFile), err)
		}
	}
	if t := m.Trap; t != nil {
		if err := t.complete(len(m.Species)); err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Join(dir, particlesFile), err)
		}
	}
	for i := range m.Laws {
		l := &m.Laws[i]
		l.spline = &particles.Spline{First: l.First, Cutoff: m.Cutoff, C: l.Coefficients}
		if err := l.spline.Complete(); err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Join(dir, particlesFile), err)
		}
		if !slices.Contains(m.Species, l.A) || !slices.Contains(m.Species, l.B) {
			return nil, fmt.Errorf("%s: a law of %s and %s, which are no species of it", filepath.Join(dir, particlesFile), l.A, l.B)
		}
	}
	if d := m.Direction; d != nil {
		if err := d.complete(m); err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Join(dir, particlesFile), err)
		}
	}
	return m, nil
}

// noPull is the law of pairs that do not act on each other.
type noPull struct{}

func (noPull) At(float64) (v, dv, ddv float64) { return 0, 0, 0 }

// kinds are the indices of species, and the tables of all pairs of those that are there and of which one is not fixed.
func (m *ParticleModel) kinds(species []string, fixed []bool) ([]uint8, []*particles.Table, error) {
	kind := make([]uint8, len(species))
	count, moving := make([]int, len(m.Species)), make([]int, len(m.Species))
	for i, s := range species {
		k := slices.Index(m.Species, s)
		if k < 0 {
			return nil, nil, fmt.Errorf("particle %d is of species %s, which was not seen in training: the model knows %s", i+1, s, strings.Join(m.Species, ", "))
		}
		kind[i] = uint8(k)
		count[k]++
		if fixed == nil || !fixed[i] {
			moving[k]++
		}
	}
	if m.Cutoff == 0 {
		return kind, nil, nil
	}
	n := len(m.Species)
	tables := make([]*particles.Table, n*n)
	for i := range m.Laws {
		l := &m.Laws[i]
		a, b := slices.Index(m.Species, l.A), slices.Index(m.Species, l.B)
		tables[a*n+b] = particles.NewTable(l.spline, l.First, m.Cutoff)
		tables[b*n+a] = tables[a*n+b]
	}
	for q, t := range tables {
		a, b := q/n, q%n
		if t != nil {
			continue
		}
		if (moving[a] > 0 && count[b] > 0 || count[a] > 0 && moving[b] > 0) && (a != b || count[a] > 1) {
			return nil, nil, fmt.Errorf("no law for %s and %s: they never came within the cut-off in training", m.Species[a], m.Species[b])
		}
		tables[q] = particles.NewTable(noPull{}, m.Cutoff/2, m.Cutoff) // of pairs that are not there, or held
	}
	return kind, tables, nil
}

// figure draws the laws, each over the distances seen.
func (m *ParticleModel) figure() (*report.Figure, error) {
	var panels []report.Panel
	for i := range m.Laws {
		l := &m.Laws[i]
		var r, v, f []float64
		var lowV, highV, lowF, highF []float64
		for k := range 401 {
			x := l.Near + (m.Cutoff-l.Near)*float64(k)/400
			e, de, _ := l.spline.At(x)
			r, v, f = append(r, x), append(v, e), append(f, -de)
			if len(l.ErrorV) > 1 && len(l.ErrorV) == len(l.ErrorF) {
				s, u := 2*at(l.ErrorV, float64(k)/400), 2*at(l.ErrorF, float64(k)/400)
				lowV, highV, lowF, highF = append(lowV, e-s), append(highV, e+s), append(lowF, -de-u), append(highF, u-de)
			}
		}
		name := l.A + "-" + l.B
		if m.Direction != nil {
			name += ", without direction"
		}
		law := report.Panel{Title: "Energy of a pair " + name, X: report.Quantity{Name: "r"}, Y: report.Quantity{Name: "V"}}
		force := report.Panel{Title: "Force of a pair " + name, X: law.X, Y: report.Quantity{Name: "F"}}
		law.Curves = append(law.Curves, report.Profile{Name: "learned", Role: report.ClosedForm, X: r, Y: v, Lo: lowV, Hi: highV})
		force.Curves = append(force.Curves, report.Profile{Name: "learned", Role: report.ClosedForm, X: r, Y: f, Lo: lowF, Hi: highF})
		panels = append(panels, law, force)
	}
	title := "Laws of pairs, from the 0.1% quantile of distances to the cut-off"
	if l := m.Long; l != nil {
		var r, g, low, high []float64
		for k := range 401 {
			x := l.Near * math.Pow(l.Last/l.Near, float64(k)/400)
			_, dv, _ := l.law.At(x)
			r, g = append(r, math.Log10(x)), append(g, -dv*x*x)
			if len(l.ErrorF) > 1 {
				s := 2 * at(l.ErrorF, float64(k)/400) * x * x
				low, high = append(low, -dv*x*x-s), append(high, s-dv*x*x)
			}
		}
		panels = append(panels, report.Panel{Title: "Force of two units of " + l.Of + " times the squared distance", X: report.Quantity{Name: "log10 r"}, Y: report.Quantity{Name: "F r^2"},
			Curves: []report.Profile{{Name: "learned", Role: report.ClosedForm, X: r, Y: g, Lo: low, Hi: high}}})
	}
	if m.Direction != nil {
		panels = append(panels, m.directionPanels()...)
	}
	if m.Angles != nil {
		panels = append(panels, m.anglePanels()...)
	}
	if m.Trap != nil {
		panels = append(panels, m.trapPanels()...)
		title = "Laws of pairs, from the 0.1% quantile of distances on, and traps through the middle of the data"
	}
	return report.Profiles(title, panels)
}

// at is a value between those of a grid, at a part of its length.
func at(grid []float64, part float64) float64 {
	x := part * float64(len(grid)-1)
	i := min(int(x), len(grid)-2)
	return grid[i] + (x-float64(i))*(grid[i+1]-grid[i])
}
