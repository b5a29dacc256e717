package experiment

import (
	"hnn/eval"
	"hnn/internal/stream"
	"hnn/model"
	"hnn/system"
)

// Strict holds the strict metrics; see eval.Strict.
type Strict struct {
	EnergyMSE           MedianEstimate `json:"energy_mse"`
	RelativeEnergyDrift Number         `json:"relative_energy_drift"`
	// EnergyDrift is what the energy gains or loses a turn and EnergyWobble its spread within one, as shares of it, in
	// the median of the initial states; null where nothing turns.
	EnergyDrift        Number         `json:"energy_drift_per_turn"`
	EnergyWobble       Number         `json:"energy_wobble"`
	CoordinateMSE      MedianEstimate `json:"coordinate_mse"`
	ReversibilityError Number         `json:"reversibility_error"`
	// MomentumDrift and AngularMomentumDrift are absent of systems other than bodies.
	MomentumDrift        *Number `json:"momentum_drift,omitempty"`
	AngularMomentumDrift *Number `json:"angular_momentum_drift,omitempty"`
	Diverged             int     `json:"diverged"`
	// LeftData counts the rollouts that leave the region of the training data.
	LeftData int `json:"left_data"`
}

// strictMeasures are those of the strict metrics, of runs whose system is known.
var strictMeasures = []measure{
	{name: "energy drift a turn, share", column: "energy drift a turn", place: 1, share: true, of: drift},
	{name: "energy wobble in a turn, share", column: "wobble in a turn", place: 2, share: true, of: wobble},
	{name: "energy MSE, strict (median of states)", column: "strict energy MSE (median)", place: 5, of: strictMeasure(func(s *Strict) Number { return s.EnergyMSE.Median })},
	{fact: "relative energy drift, worst", of: strictMeasure(func(s *Strict) Number { return s.RelativeEnergyDrift })},
	{fact: "reversibility error", of: strictMeasure(func(s *Strict) Number { return s.ReversibilityError })},
}

var (
	drift  = strictMeasure(func(s *Strict) Number { return s.EnergyDrift })
	wobble = strictMeasure(func(s *Strict) Number { return s.EnergyWobble })
)

func strictMeasure(f func(*Strict) Number) func(*Results) Number {
	return func(r *Results) Number {
		if r.Strict == nil {
			return NA
		}
		return f(r.Strict)
	}
}

// strict measures long rollouts of a model whose system is known.
func (e *Env) strict(r *Results, c *Config, m *model.Field, d *dataset, o eval.Options) error {
	k := c.Facts().StrictTimes
	states := d.Train.Clean
	if states == nil {
		states = d.Train.X
	}
	least, most := box(d.Train)
	starts := eval.StrictStates(d.system.Dim())
	s, err := eval.Strict(m, d.system, eval.StrictOptions{
		Options: o,
		X0:      eval.InitialStates(d.system, stream.New(c.Seed, eval.StrictStream), starts),
		Horizon: float64(k) * c.Draw.Horizon,
		Points:  k * c.Draw.Points,
		Spread:  eval.EnergySpread(d.system, states),
		Region:  c.region(least, most, d.columns()),
	})
	if err != nil {
		return err
	}
	if s.Err != nil {
		e.log("%s %s: %d of %d strict rollouts diverged, the first because: %v", c.Task, c.Model, s.Diverged, starts, s.Err)
	}
	r.Strict = &Strict{
		EnergyMSE: summary(s.EnergyMSE), CoordinateMSE: summary(s.CoordinateMSE),
		RelativeEnergyDrift: Number(s.RelativeEnergyDrift), ReversibilityError: Number(s.ReversibilityError),
		Diverged: s.Diverged, LeftData: s.Left, EnergyDrift: Number(s.Drift.Median), EnergyWobble: Number(s.Wobble.Median),
	}
	if _, ok := d.system.(system.Isolated); ok {
		p, l := Number(s.MomentumDrift), Number(s.AngularMomentumDrift)
		r.Strict.MomentumDrift, r.Strict.AngularMomentumDrift = &p, &l
	}
	return nil
}
