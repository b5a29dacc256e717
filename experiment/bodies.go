package experiment

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"text/tabwriter"

	"hnn/eval"
	"hnn/internal/stream"
	"hnn/model/network"
	"hnn/system"
)

// setMasses gives an opened run's pairwise model other bodies, as many as the masses: it
// has one law for every pair, and so serves any number.
func (r *Run) setMasses(masses []float64) error {
	form, err := network.WithMasses(r.form, masses)
	if err != nil {
		return fmt.Errorf("%s: %w", r.Dir, err)
	}
	r.form, r.model, r.columns = form, form.Field(), stateNames(form.Dim)
	if bodies, ok := r.knownSystem().(*system.NBody); ok && form.Dim == 4*len(masses) {
		s := &system.NBody{Mass: masses, G: bodies.G, Softening: bodies.Softening}
		r.known, r.columns = s, systemColumns(s)
	}
	return nil
}

// sampleState draws an initial state as the data of the run's known system are drawn.
func (r *Run) sampleState(seed uint64) ([]float64, error) {
	s := r.knownSystem()
	if s == nil {
		return nil, errors.New("the run's system is not a known one from which an initial state could be drawn: give --x0")
	}
	return eval.InitialStates(s, stream.New(seed, eval.StrictStream), 1), nil
}

// knownSystem is the system whose energy a run's rollouts are measured by, or nil.
func (r *Run) knownSystem() system.System {
	if r.known == nil {
		r.known = r.System()
	}
	return r.known
}

// Dim returns the length of the model's states.
func (r *Run) Dim() int { return r.model.Dim }

// Drift says how far a rollout of bodies strays from what they conserve: the true energy,
// relative to its value at the start, and momentum and angular momentum as of
// eval.MomentumDrift. It is empty for other systems.
func (r *Run) Drift(s *Simulation) string {
	bodies, ok := r.knownSystem().(system.Isolated)
	if !ok {
		return ""
	}
	worst := 0.0
	for _, h := range s.TrueEnergy {
		worst = max(worst, math.Abs(h-s.TrueEnergy[0]))
	}
	p, l := eval.MomentumDrift(bodies, s.States)
	return fmt.Sprintf("drift: true energy %.1e (relative), momentum %.1e, angular momentum %.1e", worst/math.Abs(s.TrueEnergy[0]), p, l)
}

// writeDrifts prints, of bodies, what rollouts do to the quantities that they conserve.
func writeDrifts(w io.Writer, runs []*Run) error {
	measured := slices.DeleteFunc(slices.Clone(runs), func(r *Run) bool {
		return r.Results.Strict == nil || r.Results.Strict.MomentumDrift == nil
	})
	if len(measured) == 0 {
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\ntask\tmodel\tworst drift of energy (relative)\tmomentum\tangular momentum\tdiverged\t")
	for _, task := range byKey(measured, func(r *Run) string { return r.Config.Task }) {
		for _, kind := range byKind(task) {
			strict := func(f func(*Strict) Number) string {
				return spread(kind, func(r *Results) Number { return f(r.Strict) })
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%.3g of %d\t\n", kind[0].Config.Task, modelName(kind),
				strict(func(s *Strict) Number { return s.RelativeEnergyDrift }),
				strict(func(s *Strict) Number { return *s.MomentumDrift }),
				strict(func(s *Strict) Number { return *s.AngularMomentumDrift }),
				median(values(kind, func(r *Results) Number { return Number(r.Strict.Diverged) })), eval.StrictStates(kind[0].Config.Facts().System.Dim()))
		}
	}
	return t.Flush()
}
