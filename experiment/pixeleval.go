package experiment

import (
	"context"
	"math"

	"hnn/eval"
	"hnn/model"
)

// PixelResults are the measures that only runs on pictures have.
type PixelResults struct {
	// Reconstruction is the mean squared error of a pixel that the autoencoder has on the
	// test observations.
	Reconstruction Number `json:"reconstruction"`
	// PixelMSE is the mean squared error of a pixel of decoded rollouts over their first 200
	// frames, LongPixelMSE that over all (1,000, or as many as a user's films have).
	PixelMSE     Number `json:"pixel_mse"`
	LongPixelMSE Number `json:"long_pixel_mse"`
	Frames       int    `json:"frames"`
	// LongEnergyMSE is the energy MSE over as many frames as LongPixelMSE; null where the
	// angle is not known.
	LongEnergyMSE Estimate `json:"long_energy_mse"`
	// AmplitudeKept is the swing in the last 100 frames of such a rollout over that in the
	// first, in the median of the rollouts.
	AmplitudeKept Number `json:"amplitude_kept"`
	// AngleResidual is what the linear map from latent states leaves of the angle, root
	// mean square in radians; null where the angle is not known.
	AngleResidual Number `json:"angle_residual"`
}

// evaluatePixels takes every measure of a run on pictures.
func (e *Env) evaluatePixels(ctx context.Context, c *Config, m *model.Field, d *dataset) (*Results, error) {
	o := eval.PixelOptions{Options: eval.Options{Workers: e.workers(), Interrupt: ctx.Err}, EnergyFrames: energyFrames}
	f := d.films
	train, test := f.trainWindows(1), f.heldWindows(1)
	trainLoss := eval.PixelLoss(m, f.set, train, o.Workers)
	testLoss := eval.PixelLoss(m, f.set, test, o.Workers)
	r := &Results{
		Task: c.Task, Model: c.Model, Trainer: c.Trainer, Seed: c.Seed, Steps: c.Fit.Steps, Parameters: m.Parameters,
		TrainLoss: numbers(trainLoss.Estimate), TestLoss: numbers(testLoss.Estimate), RowMedianLoss: Number(testLoss.RowMedian),
		CleanLoss: NA, TrueHLoss: NA,
		Engine: newEngine(c.Precision, o.Workers),
	}
	if m.Loss != nil {
		power := numbers(eval.Power(m, eval.Encode(m, f.set, test, o.Workers)))
		r.Power = &power
	}
	angle := NA
	if f.set.Trials[0].States != nil {
		fitted, err := latentMap(m, f, o.Workers)
		if err != nil {
			return nil, err
		}
		o.Map, angle = fitted, Number(fitted.Residual[0])
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	rolled, err := eval.PixelRollout(m, f.starts(), o)
	if err != nil {
		return nil, err
	}
	if err := rolled.Err(); err != nil {
		e.log("%s %s: a rollout failed, so its measures have no value: %v", c.Task, c.Model, err)
	}
	if o.Map != nil {
		r.EnergyMSE = &EnergyMSE{Mean: Number(rolled.Energy.Mean), SEM: Number(rolled.Energy.SEM), Protocol: "pixels"}
	}
	r.Pixels = &PixelResults{
		Reconstruction: Number(testLoss.Reconstruction),
		PixelMSE:       Number(mean(rolled.PixelMSE[:min(energyFrames, rolled.Points)])),
		LongPixelMSE:   Number(mean(rolled.PixelMSE)), Frames: rolled.Points,
		LongEnergyMSE: numbers(rolled.LongEnergy),
		AmplitudeKept: Number(median(rolled.Kept)), AngleResidual: angle,
	}
	e.log("%s %s: mean squared error of a decoded pixel %.2e over %d frames, %.2e over %d; %.1f%% of the amplitude kept",
		c.Task, c.Model, r.Pixels.PixelMSE, min(energyFrames, rolled.Points), r.Pixels.LongPixelMSE, rolled.Points, 100*r.Pixels.AmplitudeKept)
	return r, nil
}

func mean(v []float64) float64 {
	if len(v) == 0 {
		return math.NaN()
	}
	var s float64
	for _, x := range v {
		s += x
	}
	return s / float64(len(v))
}

// latentMap fits the pendulum's angle and momentum to the states that a model gives the
// training observations.
func latentMap(m *model.Field, f *films, workers int) (*eval.LatentMap, error) {
	windows := f.trainWindows(1)
	var coordinates []float64
	for _, w := range windows {
		qp := eval.PixelCoordinates(f.set, w)
		coordinates = append(coordinates, qp[:]...)
	}
	return eval.FitLatentMap(eval.Encode(m, f.set, windows, workers), m.Dim, coordinates, 2)
}
