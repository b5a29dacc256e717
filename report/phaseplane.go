package report

import (
	"errors"
	"fmt"
)

// sampleArrows bounds the measured derivatives drawn as arrows.
const sampleArrows = 160

// PhasePlane draws a task of two coordinates. From left to right: the data with
// the true field (or, where that is unknown, the measured derivatives) and the true
// motion; each model's field with its rollout, coloured by time, on the true motion.
// Below: the energy of all of them over time.
//
// All panels have the same axes, and both axes the same scale unless the
// coordinates' ranges differ more than fourfold. All fields have one scale of
// arrows. A model's rollout that flies off is cut at the axes.
func PhasePlane(t Task, data Samples) (*Figure, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	if len(t.Coordinates) != 2 {
		return nil, fmt.Errorf("report: a phase plane of %d coordinates, want 2", len(t.Coordinates))
	}
	if err := t.checkStates("data", data.X); err != nil {
		return nil, err
	}
	if err := t.checkStates("data's derivatives", data.DX); err != nil {
		return nil, err
	}
	if len(data.DX) != 0 && len(data.DX) != len(data.X) {
		return nil, fmt.Errorf("report: %d derivatives for %d samples", len(data.DX), len(data.X))
	}
	if len(data.X) == 0 && len(t.Truth.X) == 0 && len(t.Models) == 0 {
		return nil, errors.New("report: a phase plane of nothing")
	}

	given, extra := area{emptyInterval(), emptyInterval()}, area{emptyInterval(), emptyInterval()}
	for _, x := range data.X {
		given.add(x[0], x[1])
	}
	given.addRun(&t.Truth, 0, 1)
	for i := range t.Models {
		extra.addRun(&t.Models[i], 0, 1)
	}
	plane := planeArea(given, extra)
	xLabel, yLabel := t.Coordinates[0].label(), t.Coordinates[1].label()
	axes := [][2]int{{0, 1}}
	panels := []*panel{newPanel("Data", textColor, plane, xLabel, yLabel, false)}
	arrows, key := trueQuiver(&t, data, plane)
	quivers := []*quiver{arrows}
	for i := range t.Models {
		m := &t.Models[i]
		p := newPanel(m.Name, m.Role.Color(), plane, xLabel, yLabel, true)
		panels = append(panels, p)
		quivers = append(quivers, fieldQuiver(m.Field, plane))
	}
	shareScale(plane, quivers)

	for i, p := range panels {
		if i == 0 {
			p.addSamples(data)
			p.plot.Add(quivers[i])
			p.legend = append(p.legend, key...)
			p.addRollout(&t, &t.Truth, axes)
		} else {
			p.plot.Add(quivers[i])
			p.addReference(&t, axes)
			p.addRollout(&t, &t.Models[i-1], axes)
			if t.Models[i-1].Field != nil {
				p.legend = append(p.legend, arrowEntry("field", arrowColor))
			}
		}
		p.plot.Add(frame{})
	}
	return layout(t.Title, planeWidth(len(panels)), append([]row{{panels: panels}}, energyRow(&t)...)), nil
}

// trueQuiver returns the arrows of the data's panel, and their key: the true field,
// or the samples' derivatives where there is none.
func trueQuiver(t *Task, data Samples, plane area) (*quiver, []entry) {
	if t.Truth.Field != nil {
		return fieldQuiver(t.Truth.Field, plane), []entry{arrowEntry("true field", arrowColor)}
	}
	q := new(quiver)
	if len(data.DX) == 0 {
		return q, nil
	}
	dx := thinned(data.DX, sampleArrows)
	for i, x := range thinned(data.X, sampleArrows) {
		q.at = append(q.at, [2]float64(x))
		q.vector = append(q.vector, [2]float64(dx[i]))
	}
	return q, []entry{arrowEntry("rates", arrowColor)}
}
