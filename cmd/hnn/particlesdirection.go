package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"hnn/experiment"
	"hnn/model/particles"
)

// axisOf is an axis from a flag's text, x, y, z or three numbers; of length 0 where there is no text.
func axisOf(flag, text string) (axis [3]float64, err error) {
	if text == "" {
		return axis, nil
	}
	if k := strings.Index("xyz", text); k >= 0 && len(text) == 1 {
		axis[k] = 1
		return axis, nil
	}
	parts := strings.Split(text, ",")
	if len(parts) != 3 {
		return axis, fmt.Errorf("--%s %s: an axis is x, y or z, or its three components, as 0,0.6,0.8", flag, text)
	}
	for k, s := range parts {
		if axis[k], err = strconv.ParseFloat(strings.TrimSpace(s), 64); err != nil {
			return axis, fmt.Errorf("--%s %s: an axis is x, y or z, or its three components, as 0,0.6,0.8", flag, text)
		}
	}
	if axis, err = particles.UnitAxis(axis); err != nil {
		return axis, fmt.Errorf("--%s %s: %w", flag, text, err)
	}
	return axis, nil
}

// directionFlags are those of --direction.
func directionFlags(o *experiment.ParticleTraining, text string) (err error) {
	if o.Axis, err = axisOf("direction", text); err != nil {
		return err
	}
	switch d := o.DirectionDegree; {
	case text == "" && (d != 0 || o.DirectionSplines != 0):
		return errors.New("--direction-degree and --direction-coefficients are of --direction: give its axis too")
	case text != "" && o.Cutoff == 0:
		return errors.New("--direction is of pairs nearer than a cut-off: give --cutoff too")
	case d < 0 || d > particles.MostDegree:
		return fmt.Errorf("--direction-degree %d: from 2 to %d", d, particles.MostDegree)
	case d%2 == 1:
		return fmt.Errorf("--direction-degree %d: give %d or %d; bodies of one species have even degrees alone, since their exchange changes no energy, and unlike ones every degree up to it", d, max(d-1, 2), d+1)
	}
	return nil
}

// writeDirection prints the lowest energies of a pair along an axis and across it.
func writeDirection(w io.Writer, m *experiment.ParticleModel, l *experiment.PairLaw) {
	if m.Direction == nil {
		return
	}
	names, cosines := m.Direction.Ways(l)
	fmt.Fprintf(w, "  that is without direction; axis %s, degree %d:", experiment.AxisName(m.Direction.Axis), m.Direction.Degree)
	for i, cos := range cosines {
		if i > 0 {
			fmt.Fprint(w, ",")
		}
		if v, at := m.LowestAlong(l, cos); v < 0 {
			fmt.Fprintf(w, " %s lowest %.6g at %.4g", names[i], v, at)
		} else {
			fmt.Fprintf(w, " %s never below 0", names[i])
		}
	}
	fmt.Fprintln(w)
}
