package experiment

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"hnn/data/atoms"
	"hnn/model/particles"
)

// ParticleScene runs the particles of a run's laws piece by piece, for those who watch. Any number of pieces may be made at once.
type ParticleScene struct {
	Name  string // that of the run's directory
	Kinds []string
	// Sized says that any number of particles in a box of any density can be asked for; else its particles are those of the data.
	Sized                bool
	Trap                 bool    // whether an outside force holds them
	N                    int     // of the data, as the others are
	Density, Temperature float64 // 0 in open space
	Dt                   float64 // a step that suits the data's speeds
	R, G                 []float64
	model                *ParticleModel
	from                 []*atoms.Frame
}

// MostShown is the largest number of particles of a scene.
const MostShown = 2000

// framesShown is how many frames a piece has, one every stepsShown steps.
const (
	framesShown = 20
	stepsShown  = 8
	meltShown   = 400 // steps before the first frame of a box that is filled
)

// OpenParticleScene reads a run of particles.
func OpenParticleScene(dir string) (*ParticleScene, error) {
	m, err := ReadParticles(dir)
	if err != nil {
		return nil, err
	}
	frames, err := atoms.ReadFile(filepath.Join(dir, startFile), atoms.Options{})
	if err != nil {
		return nil, err
	}
	f := frames[len(frames)-1]
	p := &ParticleScene{Name: filepath.Base(filepath.Clean(dir)), Kinds: m.Species, N: f.N(), R: m.R, G: m.G, model: m, from: frames}
	if p.N > MostShown {
		return nil, fmt.Errorf("%s was learned from %d particles, and at most %d are shown in a browser: run it by hnn particles simulate", dir, p.N, MostShown)
	}
	if p.Dt, err = m.stepFor(f); err != nil {
		return nil, err
	}
	p.Trap = m.Trap != nil
	p.Temperature = m.temperature(f)
	box := particles.Box{Side: f.Cell, Periodic: f.Periodic}
	if m.Open || m.Trap != nil || distribution(&box, m.Dim, p.N) == nil {
		return p, nil
	}
	p.Density = float64(p.N) / box.Volume()
	p.Sized = true
	s, _, _, err := p.run(&SceneStart{N: p.N, Density: p.Density, Temperature: p.Temperature}).system()
	if err != nil { // masses or charges of each body's own, say
		p.Sized = false
		return p, nil
	}
	s.Close()
	return p, nil
}

// SceneStart says where a piece begins: with X and V where they are given, which another piece with the same N, Density and Seed ended with, else
// anew. The velocities are scaled to Temperature unless it is 0.
type SceneStart struct {
	N           int       `json:"n"`
	Density     float64   `json:"density"`
	Temperature float64   `json:"temperature"`
	Seed        uint64    `json:"seed"`
	X           []float64 `json:"x"`
	V           []float64 `json:"v"`
}

// ScenePiece is some frames of a motion.
type ScenePiece struct {
	Side     [3]float64  `json:"side"`
	Periodic [3]bool     `json:"periodic"`
	Flat     bool        `json:"flat"`
	Kind     []int       `json:"kind"`
	Dt       float64     `json:"dt"`     // between two frames
	Frames   [][]float32 `json:"frames"` // N x 3, unwrapped; the first is the state that the piece begins with
	// Potential and Kinetic are energies, a particle, of every frame, and Temperature follows from the latter.
	Potential   []float64 `json:"potential"`
	Kinetic     []float64 `json:"kinetic"`
	Temperature []float64 `json:"temperature"`
	R           []float64 `json:"r,omitempty"` // g(r) over the frames
	G           []float64 `json:"g,omitempty"`
	X           []float64 `json:"x"` // the state at the end
	V           []float64 `json:"v"`
	X0          []float64 `json:"x0,omitempty"` // that at the start, where it was not given
	V0          []float64 `json:"v0,omitempty"`
}

func (p *ParticleScene) run(at *SceneStart) *ParticleRun {
	o := &ParticleRun{Model: p.model, N: at.N, Density: at.Density, Temperature: at.Temperature, Seed: at.Seed, Mass: p.model.Mass, Charge: p.model.Charge, Workers: 1,
		Shares: sharesOf(p.from[len(p.from)-1])}
	if !p.Sized {
		o.From = p.from
	}
	return o
}

// Piece goes on from a start.
func (p *ParticleScene) Piece(ctx context.Context, at *SceneStart) (*ScenePiece, error) {
	if !p.Sized {
		at.N, at.Density = p.N, p.Density
	}
	switch {
	case at.N < 2 || at.N > MostShown:
		return nil, fmt.Errorf("%d particles: from 2 to %d are shown", at.N, MostShown)
	case p.Sized && !(at.Density > 0 && at.Density <= 5*p.Density):
		return nil, fmt.Errorf("a density of %v: at most five times that of the data, %.4g", at.Density, p.Density)
	case !(at.Temperature >= 0 && at.Temperature <= 20*math.Max(p.Temperature, 1e-300)):
		return nil, fmt.Errorf("a temperature of %v: at most twenty times that of the data, %.4g", at.Temperature, p.Temperature)
	case len(at.X) != len(at.V) || at.X != nil && len(at.X) != 3*at.N:
		return nil, fmt.Errorf("%d positions and %d velocities for %d particles: three each", len(at.X), len(at.V), at.N)
	}
	s, _, _, err := p.run(at).system()
	if err != nil {
		return nil, err
	}
	defer s.Close()
	if at.X != nil {
		for i := range at.X {
			if math.IsNaN(at.X[i]+at.V[i]) || math.IsInf(at.X[i]+at.V[i], 0) {
				return nil, errors.New("positions and velocities must be finite")
			}
		}
		copy(s.X, at.X)
		copy(s.V, at.V)
		if err := s.Forces(); err != nil {
			return nil, err
		}
	}
	dim, n := p.model.Dim, float64(s.N)
	bring := func() {
		if t := s.Temperature(dim); at.Temperature > 0 && t > 0 {
			s.Heat(math.Sqrt(at.Temperature / t))
		}
	}
	switch {
	case at.X != nil:
		bring()
	case p.Sized: // a lattice, which is to melt first where it does
		for i := range meltShown {
			if err := s.Step(p.Dt, &particles.Leapfrog); err != nil {
				return nil, err
			}
			if i%20 == 19 {
				bring()
			}
		}
	}
	every := stepsShown
	if p.Density == 0 { // there the closest pair of all, which says what a step is, is far closer than the others
		every = 40
	}
	if p.model.Long != nil || p.model.Angles != nil { // a step of these costs more
		every = max(1, min(every, 2_000_000/(s.N*s.N)))
	}
	out := &ScenePiece{Side: s.Box.Side, Periodic: s.Box.Periodic, Flat: dim == 2, Dt: float64(every) * p.Dt}
	for _, k := range s.Kind {
		out.Kind = append(out.Kind, int(k))
	}
	if at.X == nil {
		out.X0, out.V0 = slices.Clone(s.X), slices.Clone(s.V)
	}
	g := distribution(&s.Box, dim, s.N)
	for f := 0; ; f++ {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		frame := make([]float32, len(s.X))
		for i, x := range s.X {
			frame[i] = float32(x)
		}
		out.Frames = append(out.Frames, frame)
		out.Potential, out.Kinetic = append(out.Potential, s.Energy/n), append(out.Kinetic, s.Kinetic()/n)
		out.Temperature = append(out.Temperature, s.Temperature(dim))
		if g != nil {
			g.Add(&s.Box, s.X)
		}
		if f == framesShown {
			break
		}
		for range every {
			if err := s.Step(p.Dt, &particles.Leapfrog); err != nil {
				return nil, err
			}
		}
	}
	if g != nil {
		out.R, out.G = g.Values()
	}
	out.X, out.V = s.X, s.V
	return out, nil
}
