package report

import (
	"errors"
	"math"
)

const (
	deviationHeight = 100
	// deviationDecades bounds the axis of the coordinates' error, which begins at zero.
	deviationDecades = 8
)

// Deviation draws how a task's rollouts depart from the truth, as figure 3 of the paper does
// for the measured pendulum: two coordinates over time, where there are two; the mean squared
// error of all coordinates; what the task's HNN conserves, along every run; and the energy. It
// is an error if there is nothing of these to draw, or if shapes do not fit each other.
func Deviation(t Task) (*Figure, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	var rows []row
	if len(t.Coordinates) == 2 {
		panels, err := coordinatePanels(&t)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row{panels: panels, height: deviationHeight})
	}
	var panels []*panel
	if p := errorPanel(&t); p != nil {
		panels = append(panels, p)
	}
	learned := Quantity{"change of learned H", t.Energy.Unit}
	title := "What the HNN conserves"
	if t.Changes {
		title = "The energy that the HNN learned"
	}
	if p := energyPanel(&t, title, learned, func(r *Run) []float64 { return r.Learned }); p != nil {
		panels = append(panels, p)
	}
	if len(panels) > 0 {
		rows = append(rows, row{panels: panels, height: deviationHeight})
	}
	rows = append(rows, energyRow(&t)...)
	if len(rows) == 0 {
		return nil, errors.New("report: the deviation of nothing")
	}
	return layout(t.Title+": rollouts", planeWidth(3), rows), nil
}

// errorPanel shows each model's mean squared error over the coordinates, on a
// logarithmic axis, or is nil where truth and model have no times in common.
func errorPanel(t *Task) *panel {
	var all []series
	var values [][]float64
	for i := range t.Models {
		m := &t.Models[i]
		n := min(len(m.X), len(t.Truth.X))
		var mse []float64
		for k := range n {
			if m.T[k] != t.Truth.T[k] || !drawable(m.X[k]...) || !drawable(t.Truth.X[k]...) {
				break
			}
			sum := 0.0
			for j, v := range m.X[k] {
				d := v - t.Truth.X[k][j]
				sum += d * d
			}
			mse = append(mse, sum/float64(len(m.X[k])))
		}
		if len(mse) > 1 {
			// The error at the start is zero, which has no logarithm.
			s := newSeries(m, mse)
			s.t, s.y = s.t[1:], s.y[1:]
			all, values = append(all, s), append(values, s.y)
		}
	}
	span, ok := logarithmic(deviationDecades, values...)
	if !ok {
		return nil
	}
	for i := range all {
		for k, v := range all[i].y {
			all[i].y[k] = math.Max(v, span.min)
		}
	}
	p := timePanel("Mean squared error of the coordinates", t.Time, Quantity{Name: "MSE"}, all, span)
	p.setLogY()
	for _, s := range all {
		p.legend = append(p.legend, lineEntry(s.run.Name, s.run.lineStyle()))
	}
	return p
}
