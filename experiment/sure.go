package experiment

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"hnn/data"
	"hnn/model"
	"hnn/model/formula"
	"hnn/ode"
)

// alternatives are models that may be as right as a run's: what is not known of it.
type alternatives struct {
	fields []*model.Field
	kind   alternativeKind
	// misfits are, of refits to rows without noise, the errors of rollouts of held-out trials over the standard error that the
	// refits give there, in order: without noise that error is misfit. Nil of noisy rows.
	misfits []float64
	// of says what they are.
	of string
}

type alternativeKind uint8

const (
	// posterior: samples of the coefficients.
	posterior alternativeKind = iota
	// members: networks that were trained apart.
	members
	// refits: fits without a part of the trials each (see Env.refits).
	refits
)

// posteriorSamples is so many that the fifth and the ninety-fifth of a hundred intervals are bounds of 90%.
const posteriorSamples = 99

// errNoBand is of models about which nothing says how far they are off.
var errNoBand = errors.New("nothing says how sure this model is: bands are of models that one solve fits (closed-form, weak-form), whose data can be read again, and of ensembles (--ensemble)")

// checkLevel refuses what is no level of a band.
func checkLevel(level float64) error {
	if !(level > 0 && level < 1) {
		return fmt.Errorf("a band of %v: give a share between 0 and 1, as 0.9", level)
	}
	return nil
}

// Sure finds the alternatives of a run's model, so that its rollouts can have bands: samples of a formula's coefficients
// where it was fitted to noisy rows, the members of an ensemble, and of other models that one solve fits the fits without a part
// of the trials each, which takes as long as ten of them.
func (e *Env) Sure(ctx context.Context, r *Run) error {
	if r.SureAtOnce() {
		return nil
	}
	if t := r.Config.Trainer; t != ClosedForm && t != WeakForm {
		return fmt.Errorf("%s: %w", r.Dir, errNoBand)
	}
	a, err := e.refits(ctx, r)
	if err != nil {
		return fmt.Errorf("%s: a band comes from fits without a part of the trials each: %w", r.Dir, err)
	}
	r.sure = a
	return nil
}

// SureAtOnce is Env.Sure where nothing has to be fitted, and reports whether it is so.
func (r *Run) SureAtOnce() bool {
	if r.sure != nil {
		return true
	}
	if f := formula.Of(r.form); f != nil && !r.noiseless() {
		if samples := f.Samples(rand.New(rand.NewPCG(1, 27)), posteriorSamples); samples != nil {
			a := &alternatives{kind: posterior, of: fmt.Sprintf("%d samples of the coefficients", posteriorSamples)}
			for _, s := range samples {
				form := s.ModelForm()
				form.Scales = r.form.Scales
				a.fields = append(a.fields, form.Field())
			}
			r.sure = a
			return true
		}
	}
	if m := r.model.Members; m != nil {
		r.sure = &alternatives{kind: members, fields: m, of: fmt.Sprintf("the spread of %d members", len(m))}
		return true
	}
	return false
}

// noiseless reports whether a run's model, one of the weak form, was fitted to rows without noise, whose residuals then
// say nothing of how sure it is: by what was drawn or, of a file, by the noise that the fit found.
func (r *Run) noiseless() bool {
	if !r.Config.fromFile() {
		return r.Config.Draw.Noise == 0
	}
	box, results := r.Region(), r.Results
	if results == nil {
		results, _ = ReadResults(r.Dir)
	}
	if box == nil || results == nil || results.WeakForm == nil || results.WeakForm.Noise == nil {
		return false
	}
	for j, v := range results.WeakForm.Noise {
		if j < len(box.Least) && float64(v) > noNoise*(box.Most[j]-box.Least[j])/4 {
			return false
		}
	}
	return true
}

// rollouts are those of every alternative from starts of their own, or from one that all have; nil of one that runs away.
func (a *alternatives) rollouts(ctx context.Context, input *data.Signal, starts [][]float64, times []float64, steps int) ([][]float64, error) {
	o := ode.Settings{RTol: 1e-7, ATol: 1e-7, MaxSteps: steps, Interrupt: ctx.Err}
	if a.kind == refits {
		o.RTol, o.ATol = 1e-10, 1e-10 // without noise they differ by little
	}
	rollouts := make([][]float64, len(a.fields))
	for i, f := range a.fields {
		x, _, err := solve(f, input, starts[i%len(starts)], times, &o)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err == nil {
			rollouts[i] = x
		}
	}
	return rollouts, nil
}

// preciseRollout is the rollout of one model, as precise as those of refits, with which it is compared; nil if it runs away.
func preciseRollout(ctx context.Context, m *model.Field, input *data.Signal, start, times []float64) ([]float64, error) {
	own := alternatives{fields: []*model.Field{m}, kind: refits}
	x, err := own.rollouts(ctx, input, [][]float64{start}, times, 0)
	if err != nil {
		return nil, err
	}
	return x[0], nil
}

// bounds are those about x by the values of the alternatives that did not run away.
func (a *alternatives) bounds(x float64, v []float64, level float64) (lo, hi float64) {
	lost := len(a.fields) - len(v)
	if a.kind == posterior {
		return quantiles(v, lost, level)
	}
	if lost > 0 || len(v) < 2 {
		return math.Inf(-1), math.Inf(1)
	}
	half := a.standard(v)
	if a.misfits != nil {
		half *= misfitAt(a.misfits, level)
	} else {
		half *= distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(len(v) - 1)}.Quantile((1 + level) / 2)
	}
	return x - half, x + half
}

// standard is the standard error that the values have of few members, of which a mean is predicted, or of fits without a part
// each: the jackknife of groups (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 11).
func (a *alternatives) standard(v []float64) float64 {
	n := float64(len(v))
	if a.kind == refits {
		return stat.StdDev(v, nil) * (n - 1) / math.Sqrt(n)
	}
	return stat.StdDev(v, nil) * math.Sqrt(1+1/n)
}

// misfitAt is the quantile of sorted ratios, the greatest where they are too few for it.
func misfitAt(sorted []float64, level float64) float64 {
	return sorted[min(len(sorted)-1, int(math.Ceil(level*float64(len(sorted)+1)))-1)]
}
