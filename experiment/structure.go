package experiment

import (
	"fmt"
	"slices"
	"strings"

	"hnn/experiment/setting"
	"hnn/model"
	"hnn/model/formula"
	"hnn/model/lagrangian"
	"hnn/model/lattice"
	"hnn/model/network"
	"hnn/model/poisson"
	"hnn/system"
)

// structure is the whole of what is known of the form of H.
func (c *Config) structure() (all network.Structure) {
	for _, s := range c.Structure {
		all |= s
	}
	return all
}

// sharedOut lists the settings that one model ignores when several are trained together. A
// baseline ignores those of a Hamiltonian. So does a plain HNN beside one of another kind,
// since it is there for comparison. All but a formula, a Poisson system
// or a lattice ignore those of such.
func sharedOut(kind string, among []string) []string {
	var own []string
	for label, of := range map[string]string{"formula": formula.Kind, "poisson": poisson.Kind, "lattice": lattice.Kind} {
		if kind != of && slices.Contains(among, of) {
			own = append(own, keys(func(s *setting.Setting) bool { return s.Is(label) })...)
		}
	}
	return append(own, sharedHamiltonian(kind, among)...)
}

// sharedHamiltonian is sharedOut of the settings of a Hamiltonian.
func sharedHamiltonian(kind string, among []string) []string {
	special := func(k string) bool { return network.LearnsH(k) && k != network.KindHNN && !IsWeak(k) }
	switch {
	case kind == lagrangian.Kind && !slices.ContainsFunc(among, func(k string) bool { return !IsWeak(k) }):
		return keys(func(s *setting.Setting) bool { return s.Is("hamiltonian") && s.Key != "input-gain" })
	case IsWeak(kind), !network.LearnsH(kind) && slices.ContainsFunc(among, network.LearnsH),
		kind == network.KindHNN && slices.ContainsFunc(among, special):
		return keys(func(s *setting.Setting) bool { return s.Is("hamiltonian") })
	}
	return nil
}

// Complete brings the model's name and what else the configuration says of its form in
// accord: see network.Architecture.Complete. The closed form has one model, hnn, and the
// form of its H in structure and dissipation.
func (c *Config) Complete() error {
	if !slices.Contains(Kinds(), c.Model) {
		return &system.UnknownError{Kind: "model", Name: c.Model, Known: Kinds()}
	}
	if IsWeak(c.Model) {
		return nil
	}
	if c.Model == network.KindHelmholtz && c.Dissipation != "" && c.Dissipation != network.DissipationHelmholtz {
		return fmt.Errorf("the model %s has the dissipation %s, and %s is given: leave one of the two out", c.Model, network.DissipationHelmholtz, c.Dissipation)
	}
	a := network.Architecture{Kind: c.Model, Structure: c.structure(), Dissipation: string(c.Dissipation)}
	if c.Skew != "" && network.LearnsH(c.Model) {
		a.Skew = []float64{} // its size is known with the data
	}
	if c.Trainer == ClosedForm {
		if a.Kind == network.KindDissipative && a.Dissipation == "" {
			a.Dissipation = network.DissipationLinear // the one that it fits
		}
		if !network.LearnsH(a.Kind) || a.Kind == network.KindHNN {
			return nil
		}
	}
	a = a.Complete()
	if c.Trainer == ClosedForm {
		a.Kind = network.KindHNN
	}
	c.Model, c.Dissipation, c.Structure = a.Kind, network.Dissipation(a.Dissipation), a.Structure.Parts()
	return nil
}

// architecture is that of the network for data with these columns, one a component.
func (c *Config) architecture(columns []string) (network.Architecture, error) {
	a := network.Architecture{
		Kind: c.Model, Dim: len(columns), Hidden: c.Hidden, Activation: c.Activation.String(), Structure: c.structure(),
		Dissipation: string(c.Dissipation), Masses: c.bodyMasses(),
	}
	var err error
	if c.Angle != nil {
		if a.Angles, err = angles(c.Angle, columns); err != nil {
			return a, err
		}
	}
	if c.Skew != "" {
		a.Skew, err = model.ParseSkew(c.Skew, len(columns))
	}
	return a, err
}

// validateArchitecture refuses a network that cannot be. The columns of a file are not
// known yet, so that what depends on them is checked with the data.
func (c *Config) validateArchitecture(columns []string) error {
	if c.fromFile() {
		plain := *c
		plain.Angle = nil
		if c.Skew != "" {
			// It stands for states of the length that it has itself.
			columns = stateNames(max(2, (strings.Count(c.Skew, ";")+2)/2*2))
		}
		c = &plain
		if c.structure()&network.Pairwise != 0 {
			columns = stateNames(4 * max(2, len(c.Mass)))
			c.Mass = nil
		}
	}
	a, err := c.architecture(columns)
	if err != nil {
		return err
	}
	return a.Validate()
}
