package experiment

import (
	"context"
	"errors"
	"fmt"
	"io"

	"hnn/data/frames"
	"hnn/eval"
	"hnn/ode"
	"hnn/report"
)

// simulateWithEnergy is Simulate with energy added halfway, at the middle one of the
// times: there the state moves along the gradient of the learned H until H has grown by
// delta, and the rollout goes on from it. At that time the simulation has the state after
// the push.
func (r *Run) simulateWithEnergy(ctx context.Context, x0, times []float64, s *ode.Settings, delta float64) (*Simulation, error) {
	m := r.model
	switch {
	case m.Energy == nil:
		return nil, fmt.Errorf("%s: a %s has no energy that could be added to", r.Dir, m.Kind)
	case s != nil && s.Reversible:
		return nil, errors.New("a rollout that energy is added to cannot be undone to the bit: leave reversible out")
	case len(times) < 3:
		return nil, errors.New("energy is added halfway: give at least three times")
	}
	half, d := len(times)/2, m.Dim
	sim, err := r.Simulate(ctx, x0, times[:half+1], s)
	if err != nil {
		return nil, err
	}
	pushed, err := eval.AddEnergy(m, sim.States[half*d:], delta)
	if err != nil {
		return nil, err
	}
	rest, err := r.Simulate(ctx, pushed, times[half:], s)
	if err != nil {
		return nil, err
	}
	energy := m.Energy()
	jump := energy(pushed) - energy(x0)
	for i := range rest.Energy {
		rest.Energy[i] += jump
	}
	sim.Times = times
	sim.States = append(sim.States[:half*d:half*d], rest.States...)
	sim.Energy = append(sim.Energy[:half:half], rest.Energy...)
	for _, series := range []struct {
		into *[]float64
		from []float64
		n    int // numbers a time
	}{
		{&sim.Power, rest.Power, 1}, {&sim.Supply, rest.Supply, 1}, {&sim.Inputs, rest.Inputs, len(sim.InputNames)},
		{&sim.Mean, rest.Mean, d}, {&sim.SD, rest.SD, d},
	} {
		if *series.into != nil {
			*series.into = append((*series.into)[:half*series.n:half*series.n], series.from...)
		}
	}
	if sim.TrueEnergy != nil {
		sim.TrueEnergy = append(sim.TrueEnergy[:half:half], rest.TrueEnergy...)
	}
	sim.Stats.Steps += rest.Stats.Steps
	sim.Stats.Rejected += rest.Stats.Rejected
	sim.Stats.Evaluations += rest.Stats.Evaluations
	return sim, nil
}

// filmStart is the latent state of the first observation of a held-out film of a run on
// pictures, counted from 1.
func (e *Env) filmStart(r *Run, film int) ([]float64, error) {
	if r.model.Encode == nil {
		return nil, fmt.Errorf("%s has not learned from films: give an initial state with --x0", r.Dir)
	}
	d, err := e.load(&r.Config)
	if err != nil {
		return nil, err
	}
	starts := d.films.starts()
	if film < 1 || film > len(starts.Trials) {
		return nil, fmt.Errorf("no film %d: %d are held out, counted from 1", film, len(starts.Trials))
	}
	return eval.Encode(r.model, starts, []frames.Window{{Trial: int32(film - 1), Frame: int32(d.films.stack - 1)}}, 1), nil
}

// WriteFilm writes the pictures that a simulation of a run on pictures stands for, as an
// animated GIF with one of them for each time.
func (r *Run) WriteFilm(w io.Writer, s *Simulation) error {
	if r.model.Decode == nil {
		return fmt.Errorf("%s has not learned from pictures: write .csv or .npz", r.Dir)
	}
	captions := make([]string, len(s.Times))
	for i, t := range s.Times {
		captions[i] = fmt.Sprintf("frame %.4g", t)
	}
	role, name := r.look()
	g := r.model.Pixels
	return report.WriteFilms(w, []report.Film{{Role: role, Name: name, Frames: decoded(r.model, s.States)}}, r.Config.screen(g.Width, g.Height, captions))
}
