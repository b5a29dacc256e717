package experiment

import (
	"context"
	"fmt"
	"math"
	"slices"

	"hnn/data"
	"hnn/model"
	"hnn/ode"
)

// Band is where a rollout's states lie with a probability, each number by itself: what is not known of the model, as its
// alternatives have it, carried along the rollout from a first state that is known.
type Band struct {
	Level float64
	// Lo and Hi are as long as the states.
	Lo, Hi []float64
	// Outside marks the times at which the rollout is outside the training data, or the band as wide as they are: there
	// nothing is known but that.
	Outside []bool
	// Of says what the band is made of.
	Of string

	at []float64 // the states that it is about
}

// AddBand adds to a rollout the band of a level between 0 and 1. The run must know its alternatives: see Env.Sure.
func (r *Run) AddBand(ctx context.Context, s *Simulation, level float64, settings *ode.Settings) error {
	if r.sure == nil {
		return fmt.Errorf("%s: %w", r.Dir, errNoBand)
	}
	steps := 0
	if settings != nil {
		steps = settings.MaxSteps
	}
	b, err := r.band(ctx, s.States, s.Times, r.input, [][]float64{s.States[:r.model.Dim]}, level, steps)
	s.Band = b
	return err
}

// band is that about the states at times of a rollout under an input, with the starts of the alternatives' rollouts.
func (r *Run) band(ctx context.Context, states, times []float64, input *data.Signal, starts [][]float64, level float64, steps int) (*Band, error) {
	a := r.sure
	rollouts, err := a.rollouts(ctx, input, starts, times, steps)
	if err != nil {
		return nil, err
	}
	return r.Bounds(states, rollouts, level), nil
}

// Alternatives are the models that may be as right as the run's, and what they are; none before Env.Sure.
func (r *Run) Alternatives() ([]*model.Field, string) {
	if r.sure == nil {
		return nil, ""
	}
	return r.sure.fields, r.sure.of
}

// Bounds is the band about the states of a rollout by those of the alternatives' rollouts, nil of one that runs away.
func (r *Run) Bounds(states []float64, rollouts [][]float64, level float64) *Band {
	a := r.sure
	b := &Band{Level: level, Lo: make([]float64, len(states)), Hi: make([]float64, len(states)), Outside: make([]bool, len(states)/r.model.Dim), Of: a.of, at: states}
	v := make([]float64, 0, len(rollouts))
	for i, x := range states {
		v = v[:0]
		for _, roll := range rollouts {
			if roll != nil {
				v = append(v, roll[i])
			}
		}
		b.Lo[i], b.Hi[i] = a.bounds(x, v, level)
	}
	r.bound(states, b)
	return b
}

// quantiles are the bounds between which a further number of the same kind lies with the probability: the interval from the
// k-th to the l-th of n numbers has (l - k)/(n + 1) (Hahn and Meeker, "Statistical Intervals", 1991, section 5.2). Lost
// numbers lie beyond both ends.
func quantiles(v []float64, lost int, level float64) (lo, hi float64) {
	slices.Sort(v)
	at := func(share float64) float64 {
		place := share*float64(len(v)+lost+1) - 1 - float64(lost)/2
		switch k := int(math.Floor(place)); {
		case place < 0:
			return math.Inf(-1)
		case k+1 > len(v)-1 && place > float64(len(v)-1):
			return math.Inf(1)
		case k+1 > len(v)-1:
			return v[len(v)-1]
		default:
			return v[k] + (place-float64(k))*(v[k+1]-v[k])
		}
	}
	return at((1 - level) / 2), at((1 + level) / 2)
}

// bound marks where nothing is known, and makes the band there the range of the data: what is left to say of a motion past
// the time for which it can be foretold. The range is that of what the run learned from, where that is known.
func (r *Run) bound(states []float64, b *Band) {
	d := r.model.Dim
	box := r.Region()
	for i := range b.Outside {
		x := states[i*d : (i+1)*d]
		if box != nil {
			_, ranges := box.Outside(x)
			b.Outside[i] = !(ranges <= data.Beyond)
		}
		for j := range d {
			at := i*d + j
			width := math.Inf(1)
			if box != nil && !box.Angles[j] { // an angle has no range
				width = box.Most[j] - box.Least[j]
			}
			if wide := b.Hi[at] - b.Lo[at]; math.IsInf(wide, 0) || wide > width {
				b.Outside[i] = true
				if !math.IsInf(width, 0) {
					b.Lo[at], b.Hi[at] = math.Min(box.Least[j], x[j]), math.Max(box.Most[j], x[j])
				}
			}
		}
	}
}

// Summary says in a line what the band is and how wide.
func (b *Band) Summary(s *Simulation) string {
	d := len(s.Columns)
	text := fmt.Sprintf("band of %.3g%%, by %s, from a first state that is known exactly; half its width at the end: ", 100*b.Level, b.Of)
	last := len(s.Times) - 1
	for j, name := range s.Columns {
		if j > 0 {
			text += ", "
		}
		text += fmt.Sprintf("%s %.3g", name, (b.Hi[last*d+j]-b.Lo[last*d+j])/2)
	}
	if i := slices.Index(b.Outside, true); i >= 0 {
		text += fmt.Sprintf("; from t = %.6g the rollout is outside the data, or the band as wide as they are: nothing is known there", s.Times[i])
	}
	return text
}

// outside is 1 at the times that are marked, else 0.
func (b *Band) outside() []float64 {
	out := make([]float64, len(b.Outside))
	for i, is := range b.Outside {
		if is {
			out[i] = 1
		}
	}
	return out
}
