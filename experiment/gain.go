package experiment

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"hnn/model/lagrangian"
	"hnn/model/network"
)

// knownGain says that the setting is the numbers of G, which a Lagrangian takes, not the name of a form.
func (c *Config) knownGain() bool {
	return c.InputGain != "" && !slices.Contains(network.Gains(), c.InputGain)
}

// gain is the numbers of a known G, positions x inputs, nil where none are given.
func (c *Config) gain(positions, inputs int) ([]float64, error) {
	if !c.knownGain() {
		return nil, nil
	}
	rows, err := parseGain(c.InputGain)
	if err != nil {
		return nil, err
	}
	if len(rows) != positions {
		return nil, fmt.Errorf("input-gain: %d rows for %d positions; give one a position, with semicolons between them, as \"1;0\" for a force on the first of two", len(rows), positions)
	}
	for i, row := range rows {
		if len(row) != inputs {
			return nil, fmt.Errorf("input-gain: row %d has %d numbers for %d inputs", i+1, len(row), inputs)
		}
	}
	all := slices.Concat(rows...)
	if !slices.ContainsFunc(all, func(v float64) bool { return v != 0 }) {
		return nil, errors.New("input-gain: all zero, so nothing acts: leave the input out with --input none")
	}
	return all, nil
}

// parseGain reads rows with semicolons between them, as "1,0;0,1".
func parseGain(text string) ([][]float64, error) {
	var rows [][]float64
	for row := range strings.SplitSeq(text, ";") {
		var numbers []float64
		for n := range strings.SplitSeq(row, ",") {
			v, err := strconv.ParseFloat(strings.TrimSpace(n), 64)
			if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("input-gain: %q is neither a number nor one of %s", strings.TrimSpace(n), strings.Join(network.Gains(), ", "))
			}
			numbers = append(numbers, v)
		}
		rows = append(rows, numbers)
	}
	return rows, nil
}

// validateGain refuses what is not for the run's model.
func (c *Config) validateGain() error {
	switch {
	case c.Model == lagrangian.Kind && c.InputGain != "" && !c.knownGain():
		return fmt.Errorf("input-gain %s: a lagrangian's gain is constant, and fitted unless its numbers are given, as \"1;0\"", c.InputGain)
	case c.Model == lagrangian.Kind && c.knownGain():
		_, err := parseGain(c.InputGain)
		return err
	case c.knownGain():
		return fmt.Errorf("input-gain %s: it is one of %s; numbers are for the model %s", c.InputGain, strings.Join(network.Gains(), ", "), lagrangian.Kind)
	}
	return nil
}
