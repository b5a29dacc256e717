package report

import (
	"errors"
	"fmt"
)

// Orbits draws a task of bodies in a plane; bodies holds the indices of each one's
// x and y among the coordinates. From left to right: the true paths, and each model's,
// coloured by time, on the true ones. Below: the energy of all of them over time.
//
// All panels have the same axes, x and y to the same scale. A body that flies off is
// cut at the axes.
func Orbits(t Task, bodies [][2]int) (*Figure, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	if len(bodies) == 0 {
		return nil, errors.New("report: orbits without bodies")
	}
	for k, b := range bodies {
		if min(b[0], b[1]) < 0 || max(b[0], b[1]) >= len(t.Coordinates) {
			return nil, fmt.Errorf("report: body %d has coordinates %v, the task %d", k, b, len(t.Coordinates))
		}
	}
	given, extra := area{emptyInterval(), emptyInterval()}, area{emptyInterval(), emptyInterval()}
	for _, b := range bodies {
		given.addRun(&t.Truth, b[0], b[1])
		for i := range t.Models {
			extra.addRun(&t.Models[i], b[0], b[1])
		}
	}
	plane := planeArea(given, extra)
	xLabel := Quantity{"x", t.Coordinates[bodies[0][0]].Unit}.label()
	yLabel := Quantity{"y", t.Coordinates[bodies[0][1]].Unit}.label()

	var panels []*panel
	if len(t.Truth.X) > 0 {
		p := newPanel(t.Truth.Name, textColor, plane, xLabel, yLabel, false)
		p.addRollout(&t, &t.Truth, bodies)
		panels = append(panels, p)
	}
	for i := range t.Models {
		m := &t.Models[i]
		p := newPanel(m.Name, m.Role.Color(), plane, xLabel, yLabel, len(panels) > 0)
		p.addReference(&t, bodies)
		p.addRollout(&t, m, bodies)
		panels = append(panels, p)
	}
	if len(panels) == 0 {
		return nil, errors.New("report: orbits of nothing")
	}
	for _, p := range panels {
		p.plot.Add(frame{})
	}
	return layout(t.Title, planeWidth(len(panels)), append([]row{{panels: panels}}, energyRow(&t)...)), nil
}
