package experiment

import (
	"fmt"
	"slices"

	"hnn/fit"
	"hnn/fit/closedform"
	"hnn/model/network"
)

// Tuned is the configuration with Adam as it trains best outside the paper's protocol:
// three times the authors' learning rate, which falls to zero along a cosine.
func (c Config) Tuned() Config {
	c.Fit.LearningRate, c.Fit.Schedule.Kind = 3e-3, fit.Cosine
	return c
}

// WithAdam is the same task trained by gradient steps instead of the closed form, with
// the tuned settings. What the closed form alone was told is left out.
func (c Config) WithAdam() (Config, error) {
	a, err := Default(c.Task)
	if err != nil {
		return a, err
	}
	a = a.Tuned()
	for _, s := range settings {
		if !s.Is("adam") && !s.Is("closed-form") && s.Key != "trainer" && s.Key != "precision" {
			s.Copy(&a, &c)
		}
	}
	return a, nil
}

// closedFormDim is the most components of a state for which the closed form is the
// default: three bodies in a plane. Random features cover a space of more too thinly.
const closedFormDim = 12

// adamOnly is why runs of these models, with the settings of these keys given, are Adam's
// where the user has not named a trainer: a clause, empty if the closed form may take them.
// Dissipation is the setting's value.
func adamOnly(models, keys []string, dissipation network.Dissipation) string {
	known := slices.Contains(keys, "known")
	for _, m := range models {
		if known && !network.LearnsH(m) {
			continue // beside an HNN that is told what is known
		}
		if m != network.KindHNN {
			return "the model " + m + " has no closed form"
		}
	}
	if dissipation != "" && dissipation != network.DissipationLinear {
		return "dissipation " + string(dissipation) + " has no closed form"
	}
	alone := otherKeys(ClosedForm)
	if known && len(models) > 1 {
		alone = nil // they are the others'
	}
	for _, key := range keys {
		if slices.Contains(alone, key) {
			return key + " is a setting of it alone"
		}
	}
	return ""
}

// beyondClosedForm is why the closed form is no good default for a run's data, empty if it
// is one.
func (e *Env) beyondClosedForm(c *Config) (string, error) {
	d, err := e.load(c)
	if err != nil {
		return "", err
	}
	if c.Facts().ClosedForm.NeedsKnown && !c.Known && c.Structure == nil {
		return "the closed form needs --known or a --structure to do well on " + c.Task, nil
	}
	return beyondClosedForm(c, d.Train.Dim), nil
}

func beyondClosedForm(c *Config, dim int) string {
	if dim > closedFormDim && !c.Known && c.structure()&closedform.Pairwise == 0 {
		return fmt.Sprintf("states of %d components are beyond the closed form (%d) unless the structure is pairwise", dim, closedFormDim)
	}
	return ""
}

// manyBodies says that a known system is of so many bodies that only what knows that they act in pairs learns a motion that
// conserves energy: a network that is told nothing drifts by many times the energy a turn.
func (c *Config) manyBodies() bool {
	t := c.Facts()
	return t.System != nil && t.System.Dim() > closedFormDim && t.ClosedForm.Structure&closedform.Pairwise != 0
}
