package experiment

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"

	"hnn/data/atoms"
	"hnn/internal/atomicfile"
	"hnn/model/particles"
	"hnn/report"
	"hnn/system"
)

// ParticleKind is a species of a known system of particles.
type ParticleKind struct {
	Name                 string
	Mass, Epsilon, Sigma float64
	Charge               float64
}

// KnownParticles is a system of particles with laws that are known: lennard-jones, morse with the stiffness 6 / sigma and the
// rest length 2^(1/6) sigma, yukawa with the strength epsilon and the screening length sigma, aligned-dipoles, which is lennard-jones and Strength epsilon (1 - 3
// cos^2) (sigma/r)^3 from Axis, or stillinger-weber with its angles, of one kind, in a
// periodic box or a trap, gravity (G = 1) in open space, and coulomb, of charges in a trap. Of two kinds sigma is their mean and epsilon their
// geometric mean (Lorentz and Berthelot). Where kinds have charges, q_i q_j / r of all pairs by nearest images is added.
type KnownParticles struct {
	Law       string
	Kinds     []ParticleKind
	Cutoff    float64
	Softening float64    // of gravity
	Trap      [3]float64 // stiffness of a harmonic trap about 0 along each axis, in open space; all 0 for none
	Strength  float64    // of aligned-dipoles
	Axis      [3]float64 // of aligned-dipoles; 0 for z, or x in two dimensions
	Spread    float64    // by how much at most masses and charges of bodies of one kind differ from the kind's, as a part of it
}

// KnownLaws are the names of the laws.
var KnownLaws = []string{"lennard-jones", "morse", "yukawa", stillingerWeber, alignedDipoles, gravity, Coulomb}

// Coulomb is the law whose charges a trap holds.
const Coulomb = "coulomb"

const (
	gravity         = "gravity"
	stillingerWeber = "stillinger-weber"
	alignedDipoles  = "aligned-dipoles"
)

// long is the law of all distances and whether it is of masses, nil for none.
func (k *KnownParticles) long() (law particles.Law, ofMasses bool) {
	if k.Law == gravity {
		return system.Plummer{Strength: -1, Softening: k.Softening}, true
	}
	for _, kind := range k.Kinds {
		if kind.Charge != 0 {
			return system.Plummer{Strength: 1}, false
		}
	}
	return nil, false
}

// mixed are epsilon and sigma of two kinds.
func (k *KnownParticles) mixed(a, b int) (epsilon, sigma float64) {
	return math.Sqrt(k.Kinds[a].Epsilon * k.Kinds[b].Epsilon), (k.Kinds[a].Sigma + k.Kinds[b].Sigma) / 2
}

// law is that of two kinds, of distance.
func (k *KnownParticles) law(a, b int) particles.Law {
	e, s := k.mixed(a, b)
	switch k.Law {
	case stillingerWeber:
		return system.StillingerWeber{Epsilon: e, Sigma: s}
	case "yukawa":
		return system.Yukawa{Strength: e, Screening: s, Cutoff: k.Cutoff}
	case "morse":
		return system.Morse{Depth: e, Stiffness: 6 / s, Rest: math.Pow(2, 1.0/6) * s, Cutoff: k.Cutoff}
	}
	return system.LennardJones{Epsilon: e, Sigma: s, Cutoff: k.Cutoff}
}

// ParticleRun is a run of particles: by Known laws or by a Model, from the last frame of From or from a lattice of N.
type ParticleRun struct {
	Known *KnownParticles
	Model *ParticleModel

	From                 []*atoms.Frame
	N, Dim               int
	Density, Temperature float64
	Mass, Charge         map[string]float64 // of a model's species, when a lattice is filled
	Shares               map[string]float64 // of a model's species there, of any sum; nil for equal ones
	SharesGiven          bool               // whether they are not those of the data

	Dt          float64
	Equilibrate int // steps before the run, the velocities scaled to Temperature every 20
	Steps       int
	Every       int // steps between two frames; the last step has one too
	Method      string
	Seed        uint64
	Workers     int
	Forces      bool   // whether frames have forces
	XYZ         string // file of the frames, "" for none
	Folder      string // of figures and tables, "" for none; with Pictures
	Pictures    bool   // whether pictures of the motion are kept
}

// names are those of the species.
func (o *ParticleRun) names() (names []string) {
	if o.Model != nil {
		return o.Model.Species
	}
	for _, k := range o.Known.Kinds {
		names = append(names, k.Name)
	}
	return names
}

// start is where particles are at the start of a run, and what they are.
type start struct {
	box                particles.Box
	x, v, mass, charge []float64 // v nil where not given
	species            []string
	fixed              []bool // nil for none
}

// filled is a lattice, or of gravity a sphere, filled with the species: of a known law in equal parts, of a model's by Shares.
func (o *ParticleRun) filled(rng *rand.Rand) (s start, err error) {
	names, open := o.names(), false
	if o.Model != nil {
		if o.Model.Open {
			return s, errors.New("the laws were learned in open space, where no lattice is a start: give --from FILE, as hnn particles draw gravity --n 1000 --steps 1 --out FILE writes one")
		}
	} else {
		open = o.Known.Law == gravity
		if o.Known.Law == Coulomb && o.Known.Trap == [3]float64{} {
			return s, errors.New("charges in open space fly apart or fall together: give --trap, the stiffness of the trap that holds them")
		}
	}
	if s.box, s.x, err = particles.Lattice(o.N, o.dimension(), o.Density, rng); err != nil {
		return s, err
	}
	if open {
		s.box, s.x = particles.Box{}, particles.Sphere(o.N, o.dimension(), rng)
	} else if o.Known != nil && o.Known.Trap != [3]float64{} {
		for i := range s.x { // about the trap's middle
			s.x[i] -= s.box.Side[i%3] / 2
		}
		s.box = particles.Box{}
	}
	if o.Model != nil {
		for i, count := range o.composed(true) {
			s.species = append(s.species, slices.Repeat(names[i:i+1], count)...)
		}
	} else {
		for i := range o.N {
			s.species = append(s.species, names[i%len(names)])
		}
	}
	rng.Shuffle(o.N, func(i, j int) { s.species[i], s.species[j] = s.species[j], s.species[i] })
	for _, name := range s.species {
		mass, massed := o.Mass[name]
		charge, charged := o.Charge[name]
		if o.Known != nil {
			k := &o.Known.Kinds[slices.Index(names, name)]
			mass, massed, charge, charged = k.Mass, true, k.Charge, true
			if o.Known.Spread > 0 {
				mass *= 1 + o.Known.Spread*(2*rng.Float64()-1)
				charge *= 1 + o.Known.Spread*(2*rng.Float64()-1)
			}
		}
		if !massed {
			return s, fmt.Errorf("no mass of %s, or not one of all: give --mass %s=1, or --from FILE with the mass of each", name, name)
		}
		if o.Model != nil && o.Model.Long != nil && o.Model.Long.Of == chargesWeigh && !charged {
			return s, fmt.Errorf("no charge of %s, or not one of all: give --charge %s=1, or --from FILE with the charge of each", name, name)
		}
		s.mass, s.charge = append(s.mass, mass), append(s.charge, charge)
	}
	if o.Known != nil && !slices.ContainsFunc(s.charge, func(q float64) bool { return q != 0 }) {
		s.charge = nil
	}
	return s, nil
}

// system is the particles at the start, their species and charges, nil for none.
func (o *ParticleRun) system() (*particles.System, []string, []float64, error) {
	rng := rand.New(rand.NewPCG(o.Seed, 5))
	var at start
	if o.From != nil {
		f := o.From[len(o.From)-1]
		if o.Model != nil {
			var err error
			if f, err = f.In(o.Model.Units); err != nil {
				return nil, nil, nil, err
			}
		}
		at = start{particles.Box{Side: f.Cell, Periodic: f.Periodic}, f.Pos, f.Vel, f.Mass, f.Charge, f.Species, f.Fixed}
	} else {
		var err error
		if at, err = o.filled(rng); err != nil {
			return nil, nil, nil, err
		}
	}
	thermal := at.v == nil
	if thermal {
		at.v = particles.Velocities(at.mass, o.dimension(), o.Temperature, rng)
	}
	kind, tables, cutoff, err := o.laws(at.species, at.fixed)
	if err != nil {
		return nil, nil, nil, err
	}
	s, err := particles.NewSystem(at.box, at.mass, kind, tables, cutoff, at.x, at.v, o.Workers)
	if err != nil {
		return nil, nil, nil, err
	}
	if err = o.reach(s, &at); err == nil {
		err = o.bend(s)
	}
	if err == nil {
		err = o.direct(s)
	}
	if err == nil {
		err = o.confine(s, &at)
	}
	if err == nil && at.fixed != nil {
		s.Hold(at.fixed)
	}
	if err == nil && thermal && s.Confined() {
		s.Warm(o.dimension(), o.Temperature, rng)
	}
	if err == nil && thermal && o.Known != nil && o.Known.Law == gravity && !s.Confined() {
		s.Virial()
	}
	if err != nil {
		s.Close()
		return nil, nil, nil, err
	}
	return s, at.species, at.charge, nil
}

// laws are the kinds of particles and the tables of their pairs.
func (o *ParticleRun) laws(species []string, fixed []bool) (kind []uint8, tables []*particles.Table, cutoff float64, err error) {
	if o.Model != nil {
		kind, tables, err = o.Model.kinds(species, fixed)
		return kind, tables, o.Model.Cutoff, err
	}
	known := o.Known.Kinds
	for i, s := range species {
		k := slices.IndexFunc(known, func(k ParticleKind) bool { return k.Name == s })
		if k < 0 {
			return nil, nil, 0, fmt.Errorf("particle %d is of species %s, which the known system has not: give --kinds", i+1, s)
		}
		kind = append(kind, uint8(k))
	}
	if o.Known.Law == gravity || o.Known.Law == Coulomb {
		return kind, nil, 0, nil
	}
	if o.Known.Law == stillingerWeber {
		if len(known) > 1 {
			return nil, nil, 0, errors.New("stillinger-weber is of one kind: give one in --kinds")
		}
		o.Known.Cutoff = o.Known.angles().Reach()
	}
	for a := range known {
		for b := range known {
			tables = append(tables, particles.NewTable(o.Known.law(a, b), 0.6*(known[a].Sigma+known[b].Sigma)/2, o.Known.Cutoff))
		}
	}
	return kind, tables, o.Known.Cutoff, nil
}

// reach adds the law of all distances, where there is one. A known one is tabulated over five decades.
func (o *ParticleRun) reach(s *particles.System, at *start) error {
	var law particles.Law
	first, last, ofMasses := 1e-3, 1e2, false
	if o.Known != nil {
		law, ofMasses = o.Known.long()
	} else if l := o.Model.Long; l != nil {
		law, first, last, ofMasses = l.law, l.First, l.Last, l.Of == massesWeigh
	}
	weight := at.charge
	if ofMasses {
		weight = at.mass
	}
	switch {
	case law == nil:
		return nil
	case weight == nil:
		return errors.New("the law of all distances is of charges, and the file has none: a column initial_charges, or q in a dump")
	}
	return s.Reach(law, first, last, weight)
}

// dimension is 2 where nothing moves along z.
func (o *ParticleRun) dimension() int {
	if o.Model != nil {
		return o.Model.Dim
	}
	return o.Dim
}

// mostAround is how many particles g(r) looks at around each, so that the time it takes is linear in their number.
const mostAround = 2200

// distribution counts pairs to half the box or to the distance within which mostAround are, nil where the box is not periodic
// along all axes.
func distribution(box *particles.Box, dim, n int) *particles.RDF {
	far := math.Inf(1)
	for k := range dim {
		if !box.Periodic[k] {
			return nil
		}
		far = min(far, box.Side[k]/2)
	}
	around := mostAround * box.Volume() / float64(n) // the volume, or area, that holds so many
	if dim == 3 {
		far = min(far, math.Cbrt(3*around/(4*math.Pi)))
	} else {
		far = min(far, math.Sqrt(around/math.Pi))
	}
	return particles.NewRDF(far, int(min(max(far*50, 20), 2000)), dim)
}

// RunParticles runs particles and measures them.
func (e *Env) RunParticles(ctx context.Context, o ParticleRun) (*ParticleMeasures, error) {
	o.Pictures = o.Pictures || o.Folder != ""
	if o.Model != nil {
		if doubt := o.Model.doubt(); doubt != "" {
			e.log("warning: %s", doubt)
		}
		e.sayGuesses(o.Model)
	}
	stages := &particles.Leapfrog
	switch o.Method {
	case "", "leapfrog":
	case "blanes-moan4":
		stages = &particles.BlanesMoan4
	default:
		return nil, fmt.Errorf("--method %s: particles run by leapfrog or blanes-moan4", o.Method)
	}
	if !(o.Dt > 0) || o.Steps < 1 || o.Every < 1 {
		return nil, errors.New("the step, the number of steps and the steps between two frames must be positive")
	}
	e.settle(&o)
	s, species, charge, err := o.system()
	if err != nil {
		return nil, err
	}
	defer s.Close()
	e.warnOfCharge(&o, &s.Box, charge)
	dim, rng := o.dimension(), rand.New(rand.NewPCG(o.Seed, 6))
	step := func(i int) error {
		if i%64 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := s.Step(o.Dt, stages); err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
		return nil
	}
	kept := watchEnergy(s)
	for i := range o.Equilibrate {
		if err := step(i); err != nil {
			return nil, err
		}
		if err := kept.check(s, i+1); err != nil {
			return nil, fmt.Errorf("before the run: %w", err)
		}
		switch {
		case s.Confined() && i%100 == 99: // the common motion in a trap shares no energy with others: all are drawn anew (H. C. Andersen, J. Chem. Phys. 72, 2384, 1980)
			s.Warm(dim, o.Temperature, rng)
		case !s.Confined() && i%20 == 19:
			if t := s.Temperature(dim); t > 0 {
				s.Heat(math.Sqrt(o.Temperature / t))
			}
		default:
			continue
		}
		kept = watchEnergy(s)
	}
	kept = watchEnergy(s)
	m := &ParticleMeasures{N: s.N, Confined: s.Confined()}
	g := distribution(&s.Box, dim, s.N)
	x0 := slices.Clone(s.X)
	angular := s.AngularMomentum()
	n := float64(s.N)
	m.pictures = &report.Bodies{Side: s.Box.Side, Periodic: s.Box.Periodic, Flat: dim == 2, Held: m.Confined, Kind: s.Kind, Names: o.names()}
	between := max(1, (o.Steps/o.Every+mostPictures-1)/mostPictures)
	frame := &atoms.Frame{Cell: s.Box.Side, Periodic: s.Box.Periodic, Species: species, Mass: s.Mass, Charge: charge, Pos: s.X, Vel: s.V, HasEnergy: true, Fixed: s.Fixed}
	if o.Model != nil {
		frame.Units = o.Model.Units
	}
	if o.Forces {
		frame.Force = s.F
	}
	run := func(w *bufio.Writer) error {
		for i := 0; ; i++ {
			if i%o.Every == 0 || i == o.Steps {
				t := float64(i) * o.Dt
				m.Time = append(m.Time, t)
				m.Kinetic, m.Potential = append(m.Kinetic, s.Kinetic()/n), append(m.Potential, s.Energy/n)
				m.Temperature = append(m.Temperature, s.Temperature(dim))
				if o.Model != nil && o.Model.Trap != nil {
					m.Beyond += o.Model.beyond(s.X)
				}
				m.Displaced = append(m.Displaced, particles.Displacement(s.X, x0))
				if o.Pictures && (i/o.Every%between == 0 || i == o.Steps) {
					m.pictures.Times, m.pictures.Frames = append(m.pictures.Times, t), append(m.pictures.Frames, slices.Clone(s.X))
				}
				if g != nil {
					g.Add(&s.Box, s.X)
				}
				if w != nil {
					frame.Time, frame.Energy = t, s.Energy
					if err := atoms.WriteXYZ(w, frame); err != nil {
						return err
					}
				}
			}
			if i == o.Steps {
				return nil
			}
			if err := step(i); err != nil {
				return err
			}
			if err := kept.check(s, i+1); err != nil {
				return err
			}
			if e.Rolling != nil && i%256 == 0 {
				e.Rolling(float64(i) / float64(o.Steps))
			}
		}
	}
	if o.XYZ == "" {
		err = run(nil)
	} else {
		err = atomicfile.Write(o.XYZ, func(w io.Writer) error {
			b := bufio.NewWriterSize(w, 1<<16)
			if err := run(b); err != nil {
				return err
			}
			return b.Flush()
		})
	}
	if err != nil {
		return nil, err
	}
	m.Beyond /= float64(len(m.Time))
	for _, p := range s.Momentum() {
		m.Momentum = max(m.Momentum, math.Abs(p))
	}
	m.Open = s.Box.Periodic == [3]bool{}
	m.Angular, m.Axis = o.turned(angular, s.AngularMomentum())
	if g != nil {
		m.R, m.G = g.Values()
	}
	m.Builds = s.Builds
	m.slope()
	if o.Folder != "" {
		return m, m.save(o.Folder)
	}
	return m, nil
}
