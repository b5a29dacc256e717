package report

import (
	"errors"
	"fmt"

	"gonum.org/v1/plot/vg/draw"
)

// Latent draws planes of states that models found for themselves, side by side, each with
// axes of its own: a task has the coordinates of its plane, the encoded observations as
// data, the encoded truth, and rollouts. Contours of the first model's H lie beneath,
// where it has one.
func Latent(title string, tasks []Task, data []Samples) (*Figure, error) {
	if len(tasks) == 0 || len(tasks) != len(data) {
		return nil, errors.New("report: latent planes of nothing, or without their data")
	}
	axes := [][2]int{{0, 1}}
	var panels []*panel
	for i := range tasks {
		t := &tasks[i]
		if err := t.check(); err != nil {
			return nil, err
		}
		if len(t.Coordinates) != 2 || len(t.Models) == 0 {
			return nil, fmt.Errorf("report: a latent plane of %d coordinates and %d rollouts, want 2 and at least one", len(t.Coordinates), len(t.Models))
		}
		if err := t.checkStates("data", data[i].X); err != nil {
			return nil, err
		}
		given, extra := area{emptyInterval(), emptyInterval()}, area{emptyInterval(), emptyInterval()}
		for _, x := range data[i].X {
			given.add(x[0], x[1])
		}
		given.addRun(&t.Truth, 0, 1)
		for k := range t.Models {
			extra.addRun(&t.Models[k], 0, 1)
		}
		plane := planeArea(given, extra)
		m := &t.Models[0]
		p := newPanel(m.Name, m.Role.Color(), plane, t.Coordinates[0].label(), t.Coordinates[1].label(), false)
		p.addSamples(data[i])
		if m.H != nil && len(data[i].X) > 0 {
			g := newHeights(m, plane, data[i])
			if levels, step := equalLevels(g.values); levels != nil {
				style := draw.LineStyle{Color: frameColor, Width: 0.7}
				p.plot.Add(contours{g, levels, style})
				p.legend = append(p.legend, lineEntry("H in steps of "+number(step), style))
			}
		}
		p.addReference(t, axes)
		for k := range t.Models {
			p.addRollout(t, &t.Models[k], axes)
			if k > 0 && len(t.Models[k].column(0)) > 0 {
				p.legend[0].label = t.Models[k].Name
			}
		}
		p.plot.Add(frame{})
		panels = append(panels, p)
	}
	width := max(planeWidth(len(panels)), planeWidth(2))
	return layout(title, width, []row{{panels: panels}}), nil
}
