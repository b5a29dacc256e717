package report

import (
	"errors"
	"fmt"

	"gonum.org/v1/plot"
)

const coordinateHeight = 90

// A figure shows up to mostCoordinates coordinates, and of more fewCoordinates, which lie evenly among them.
const mostCoordinates, fewCoordinates = 64, 16

// Coordinates draws a task of any number of coordinates: each of them over time, or 16 of more than 64, two panels to
// a row, the truth and all models in each. Below: the energy. It is an error if no run has
// states, or if shapes do not fit each other.
func Coordinates(t Task) (*Figure, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	panels, err := coordinatePanels(&t)
	if err != nil {
		return nil, err
	}
	var rows []row
	for len(panels) > 0 {
		n := min(2, len(panels))
		rows = append(rows, row{panels: panels[:n], height: coordinateHeight})
		panels = panels[n:]
	}
	title := t.Title
	if n := len(t.Coordinates); n > mostCoordinates {
		title = fmt.Sprintf("%s: %d of %d coordinates", title, fewCoordinates, n)
	}
	return layout(title, planeWidth(3), append(rows, energyRow(&t)...)), nil
}

// coordinatePanels returns a panel for each coordinate that is shown over time, the first with the
// legend of all.
func coordinatePanels(t *Task) (panels []*panel, err error) {
	shown, last := len(t.Coordinates), len(t.Coordinates)-1
	if shown > mostCoordinates {
		shown = fewCoordinates
	}
	for k := range shown {
		j := k
		if shown <= last {
			j = k * last / (shown - 1)
		}
		q := t.Coordinates[j]
		var all []series
		var bands []plot.Plotter
		given, extra := emptyInterval(), emptyInterval()
		for i, r := range t.runs() {
			s := newSeries(r, r.column(j))
			if len(s.y) == 0 {
				continue
			}
			all = append(all, s)
			if r.Band != nil {
				b := newRibbon(r, j)
				bands = append(bands, b)
				extra.add(b.lo...)
				extra.add(b.hi...)
			}
			if i == 0 {
				given.add(s.y...)
			} else {
				extra.add(s.y...)
			}
		}
		if len(all) == 0 {
			return nil, errors.New("report: coordinates of runs without states")
		}
		p := timePanel(q.Name, t.Time, q, all, combine(given, extra))
		p.plot.Add(bands...)
		if j == 0 {
			for _, s := range all {
				label := s.run.Name
				if s.run.Band != nil {
					label = s.run.bandLabel()
				}
				p.legend = append(p.legend, lineEntry(label, s.run.lineStyle()))
			}
		}
		panels = append(panels, p)
	}
	return panels, nil
}
