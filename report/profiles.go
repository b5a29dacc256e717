package report

import (
	"errors"
	"fmt"
	"math"
)

// Profile is a line of a Panel, in the colour of its role; without a name it has no entry in the legend.
type Profile struct {
	Name string
	Role Role
	X, Y []float64
	// Lo and Hi are the bounds of a band about the line, nil for none.
	Lo, Hi []float64
}

// Panel is curves over one quantity. Its axes hold all points whose Y lies within Low and High, all points where these
// are equal.
type Panel struct {
	Title     string
	X, Y      Quantity
	Curves    []Profile
	Low, High float64
}

// Profiles draws panels of curves, two in a row. It is an error if a panel has no point to draw.
func Profiles(title string, panels []Panel) (*Figure, error) {
	if len(panels) == 0 {
		return nil, errors.New("report: no panels")
	}
	var rows []row
	for i, p := range panels {
		var a area
		a.x, a.y = emptyInterval(), emptyInterval()
		for _, c := range p.Curves {
			if len(c.X) != len(c.Y) {
				return nil, fmt.Errorf("report: a curve of %d x and %d y", len(c.X), len(c.Y))
			}
			for k, x := range c.X {
				if drawable(x, c.Y[k]) && (p.Low == p.High || c.Y[k] >= p.Low && c.Y[k] <= p.High) {
					a.add(x, c.Y[k])
				}
			}
		}
		if a.x.empty() {
			return nil, fmt.Errorf("report: nothing to draw of %s", p.Title)
		}
		if a.x.width() == 0 {
			a.x = around(a.x.center(), 0.5)
		}
		a.y = padded(a.y, 1e-300)
		if c := a.y.center(); a.y.width() < 1e-4*math.Abs(c) { // its numbers would all look alike
			a.y = around(c, 1e-4*math.Abs(c))
		}
		if a.y.width() == 0 {
			a.y = around(a.y.center(), 0.5)
		}
		drawn := newPanel(p.Title, textColor, a, p.X.label(), p.Y.label(), false)
		for _, c := range p.Curves {
			if len(c.Lo) == len(c.X) && len(c.Hi) == len(c.X) {
				drawn.plot.Add(ribbon{t: c.X, lo: c.Lo, hi: c.Hi, known: len(c.X), color: c.Role.lineStyle().Color})
			}
			drawn.plot.Add(line{t: c.X, y: c.Y, style: c.Role.lineStyle()})
			if c.Name != "" {
				drawn.legend = append(drawn.legend, lineEntry(c.Name, c.Role.lineStyle()))
			}
		}
		drawn.plot.Add(frame{})
		if i%2 == 0 {
			rows = append(rows, row{height: deviationHeight})
		}
		rows[i/2].panels = append(rows[i/2].panels, drawn)
	}
	return layout(title, planeWidth(3), rows), nil
}
