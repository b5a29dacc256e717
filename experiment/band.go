package experiment

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"hnn/data"
	"hnn/model"
	"hnn/model/formula"
	"hnn/ode"
)

// Band is where a rollout's states lie with a probability, each number by itself: what is not known of the model's
// coefficients, or differs between the members of an ensemble, carried along the rollout from a first state that is known.
type Band struct {
	Level float64
	// Lo and Hi are as long as the states.
	Lo, Hi []float64
	// Outside marks the times at which the rollout is outside the training data, or the band as wide as they are: there
	// nothing is known but that.
	Outside []bool
	// Of says what the band is made of.
	Of string
}

// posteriorSamples is so many that the fifth and the ninety-fifth of a hundred intervals are bounds of 90%.
const posteriorSamples = 99

// errNoBand is of models about which nothing says how far they are off.
var errNoBand = errors.New("nothing says how sure this model is: bands are of formulas fitted to noisy rows (--model hnn-formula) and of ensembles (--ensemble)")

// alternatives are models that may be as right as the run's, and whether they are so many samples of a posterior, else members
// that were fitted apart.
func (r *Run) alternatives(count int) (fields []*model.Field, posterior bool, err error) {
	if f := formula.Of(r.form); f != nil {
		samples := f.Samples(rand.New(rand.NewPCG(1, 27)), count)
		if samples == nil {
			return nil, false, fmt.Errorf("%s: %w", r.Dir, errNoBand)
		}
		for _, s := range samples {
			form := s.ModelForm()
			form.Scales = r.form.Scales
			fields = append(fields, form.Field())
		}
		return fields, true, nil
	}
	if r.model.Members != nil {
		return r.model.Members, false, nil
	}
	return nil, false, fmt.Errorf("%s: %w", r.Dir, errNoBand)
}

// checkBand says before a rollout whether there can be a band.
func (r *Run) checkBand(level float64) error {
	if !(level > 0 && level < 1) {
		return fmt.Errorf("a band of %v: give a share between 0 and 1, as 0.9", level)
	}
	_, _, err := r.alternatives(1)
	return err
}

// AddBand adds to a rollout the band of a level between 0 and 1.
func (r *Run) AddBand(ctx context.Context, s *Simulation, level float64, settings *ode.Settings) error {
	fields, posterior, err := r.alternatives(posteriorSamples)
	if err != nil {
		return err
	}
	d := r.model.Dim
	o := ode.Settings{RTol: 1e-7, ATol: 1e-7}
	if settings != nil {
		o.MaxSteps = settings.MaxSteps
	}
	o.Interrupt = ctx.Err
	var rollouts [][]float64
	for _, f := range fields {
		x, _, err := solve(f, r.input, s.States[:d], s.Times, &o)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			x = nil // it ran away: the band is without bounds from there, so everywhere
		}
		rollouts = append(rollouts, x)
	}
	b := &Band{Level: level, Lo: make([]float64, len(s.States)), Hi: make([]float64, len(s.States)), Outside: make([]bool, len(s.Times))}
	b.Of = fmt.Sprintf("%d samples of the coefficients", len(fields))
	if !posterior {
		b.Of = fmt.Sprintf("the spread of %d members", len(fields))
	}
	v := make([]float64, 0, len(rollouts))
	lost := 0
	for _, x := range rollouts {
		if x == nil {
			lost++
		}
	}
	for i, x := range s.States {
		v = v[:0]
		for _, roll := range rollouts {
			if roll != nil {
				v = append(v, roll[i])
			}
		}
		if posterior {
			b.Lo[i], b.Hi[i] = quantiles(v, lost, level)
		} else {
			b.Lo[i], b.Hi[i] = spreadBand(x, v, lost, level)
		}
	}
	r.bound(s, b)
	s.Band = b
	return nil
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

// spreadBand is about x, by the standard deviation of few members and Student's distribution.
func spreadBand(x float64, v []float64, lost int, level float64) (lo, hi float64) {
	if lost > 0 || len(v) < 2 {
		return math.Inf(-1), math.Inf(1)
	}
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(len(v) - 1)}.Quantile((1 + level) / 2)
	half := t * stat.StdDev(v, nil) * math.Sqrt(1+1/float64(len(v)))
	return x - half, x + half
}

// bound marks where nothing is known, and makes the band there the range of the data: what is left to say of a motion past
// the time for which it can be foretold. The range is that of what the run learned from, where that is known.
func (r *Run) bound(s *Simulation, b *Band) {
	d := r.model.Dim
	box := r.Region()
	for i := range s.Times {
		x := s.States[i*d : (i+1)*d]
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
