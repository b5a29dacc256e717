package experiment

import (
	"errors"

	fitpoisson "hnn/fit/poisson"
	"hnn/model/formula"
	"hnn/model/lagrangian"
	"hnn/model/lattice"
	"hnn/model/poisson"
	"hnn/model/terms"
)

// needsVelocities says that velocities are not in the file.
const needsVelocities = "the states are positions and momenta by their names, and a Lagrangian is fitted to positions and velocities; name the velocities v, omega or as the positions' rates"

// checkWeak refuses what the weak form cannot make of a dataset, or of a setting beside it, before anything is fitted or
// made.
func (c *Config) checkWeak(d *dataset) error {
	set, names := d.observed(), d.columns()
	marks, err := angles(d.angles, names)
	if err != nil {
		return err
	}
	marks = marks[:len(marks)/2]
	whole := map[string]string{
		terms.KindLinear: "a linear field is fitted to whole states, and the file has positions alone",
		terms.KindSparse: "a field of terms is fitted to whole states, and the file has positions alone; a lagrangian takes them",
		formula.Kind:     "a formula of H is fitted to positions and momenta, and the file has positions alone; a lagrangian takes them",
	}
	if why := whole[c.Model]; why != "" && set.PositionsOnly {
		return errors.New(why)
	}
	switch c.Model {
	case poisson.Kind:
		if set.PositionsOnly || len(set.InputNames) > 0 {
			return errors.New("a Poisson system is fitted to whole states that nothing acts on, and the file has positions alone or inputs")
		}
		if c.Bracket != "" {
			_, err = fitpoisson.ParseBracket(c.Bracket, names, set)
		}
	case lattice.Kind:
		_, err = c.graph(d.states(), names)
	case formula.Kind:
		_, _, _, err = c.library(set.Dim/2, marks, formulaNames(names), d.lawUnits(c))
	case lagrangian.Kind:
		if !d.velocities() {
			return errors.New(needsVelocities)
		}
		if c.Rods != "" || c.knownGain() || c.Values != "" {
			_, _, err = c.lagrangeOptions(set, marks, names, new(WeakReport))
		}
	}
	return err
}
