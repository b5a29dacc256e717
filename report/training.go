package report

import (
	"errors"
	"fmt"

	"gonum.org/v1/plot/vg"
)

const (
	trainingHeight   = 130
	trainingDecades  = 12
	testWidth        = 1.8
	trainingLossThin = 0.8
)

// A Curve is how one model was trained: its losses at logged steps.
type Curve struct {
	Role Role
	Name string
	// Steps increase. Train and Test are as long; a NaN is a step at which that loss was
	// not taken.
	Steps       []float64
	Train, Test []float64
}

// Training draws the losses of models over the steps of their training, on a logarithmic axis:
// the training loss thin, the test loss broad. It is an error if no loss can be drawn.
func Training(title string, curves []Curve) (*Figure, error) {
	var values [][]float64
	steps := emptyInterval()
	for _, c := range curves {
		if len(c.Train) != len(c.Steps) || len(c.Test) != len(c.Steps) {
			return nil, fmt.Errorf("report: %s: %d steps for %d training and %d test losses", c.Name, len(c.Steps), len(c.Train), len(c.Test))
		}
		steps.add(c.Steps...)
		values = append(values, c.Train, c.Test)
	}
	span, ok := logarithmic(trainingDecades, values...)
	if !ok || !(steps.width() > 0) {
		return nil, errors.New("report: training curves without losses")
	}
	p := newPanel("Loss during training", textColor, area{steps, span}, "step", "loss", false)
	p.setLogY()
	for _, c := range curves {
		for _, part := range []struct {
			name  string
			loss  []float64
			width vg.Length
		}{{"training", c.Train, trainingLossThin}, {"test", c.Test, testWidth}} {
			var l line
			for i, v := range part.loss {
				if v > 0 && drawable(v) {
					l.t, l.y = append(l.t, c.Steps[i]), append(l.y, v)
				}
			}
			if len(l.t) == 0 {
				continue
			}
			l.style = c.Role.lineStyle()
			l.style.Width = part.width
			if part.name == "training" {
				l.style.Color = mix(c.Role.Color(), white, 0.45)
			}
			p.plot.Add(l)
			p.legend = append(p.legend, lineEntry(c.Name+", "+part.name, l.style))
		}
	}
	p.plot.Add(frame{})
	return layout(title+": training", planeWidth(3), []row{{panels: []*panel{p}, height: trainingHeight}}), nil
}
