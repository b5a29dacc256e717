package report

import (
	"errors"
	"fmt"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

const (
	// landscapeSide is the number of points along each side of the grid on which H is
	// evaluated: contours between them are interpolated linearly.
	landscapeSide   = 61
	landscapeLevels = 9
)

// Landscape draws the Hamiltonians of a task of two coordinates as contours at equal levels:
// the true one, then each model's on the true one's. A Hamiltonian is known up to a constant;
// all are shifted to have the mean zero over the data. It is an error if the task has not two
// coordinates, no run has an H, or there are no data.
func Landscape(t Task, data Samples) (*Figure, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	if len(t.Coordinates) != 2 {
		return nil, fmt.Errorf("report: the landscape of %d coordinates, want 2", len(t.Coordinates))
	}
	if err := t.checkStates("data", data.X); err != nil {
		return nil, err
	}
	if len(data.X) == 0 {
		return nil, errors.New("report: a landscape without data, where no constant can be chosen")
	}
	given := area{emptyInterval(), emptyInterval()}
	for _, x := range data.X {
		given.add(x[0], x[1])
	}
	given.addRun(&t.Truth, 0, 1)
	plane := planeArea(given, area{emptyInterval(), emptyInterval()})

	var grids []*heights
	for _, r := range t.runs() {
		if r.H != nil {
			grids = append(grids, newHeights(r, plane, data))
		}
	}
	if len(grids) == 0 {
		return nil, errors.New("report: the landscape of models without a Hamiltonian")
	}
	levels, step := equalLevels(grids[0].values)
	if levels == nil {
		return nil, errors.New("report: the first Hamiltonian is constant or not finite, so it has no contours")
	}
	xLabel, yLabel := t.Coordinates[0].label(), t.Coordinates[1].label()
	var panels []*panel
	for i, g := range grids {
		p := newPanel(g.run.Name, g.run.Role.Color(), plane, xLabel, yLabel, i > 0)
		if i > 0 && grids[0].run.Role == Truth {
			p.plot.Add(contours{grids[0], levels, Truth.lineStyle()})
			p.legend = append(p.legend, lineEntry(t.Truth.Name, Truth.lineStyle()))
		}
		style := draw.LineStyle{Color: g.run.Role.Color(), Width: 1}
		p.plot.Add(contours{g, levels, style})
		p.legend = append(p.legend, lineEntry("H in steps of "+number(step), style))
		p.plot.Add(frame{})
		panels = append(panels, p)
	}
	// Two panels at least as wide as those of the other figures, for the legends.
	width := max(planeWidth(len(panels)), planeWidth(2))
	return layout(t.Title+": Hamiltonians", width, []row{{panels: panels}}), nil
}

// heights is a Hamiltonian on a grid, with the mean zero over the data.
type heights struct {
	run    *Run
	plane  area
	values []float64 // column by column
}

func newHeights(r *Run, plane area, data Samples) *heights {
	mean := 0.0
	for _, x := range data.X {
		mean += r.H(x) / float64(len(data.X))
	}
	g := &heights{run: r, plane: plane}
	x := make([]float64, 2)
	for i := range landscapeSide {
		for j := range landscapeSide {
			x[0], x[1] = plane.x.at(float64(i)/(landscapeSide-1)), plane.y.at(float64(j)/(landscapeSide-1))
			g.values = append(g.values, r.H(x)-mean)
		}
	}
	return g
}

// equalLevels returns levels at a round distance over the range of the values, and that
// distance, or nil where there is no range.
func equalLevels(values []float64) (levels []float64, step float64) {
	lo, hi := slices.Min(values), slices.Max(values)
	if !drawable(lo, hi) || !(hi > lo) {
		return nil, 0
	}
	for _, tick := range (ticks{most: landscapeLevels}).Ticks(lo, hi) {
		levels = append(levels, tick.Value)
	}
	if len(levels) < 2 {
		return nil, 0
	}
	return levels, levels[1] - levels[0]
}

// contours plots the lines of equal height in one style. It implements plot.Plotter.
type contours struct {
	grid   *heights
	levels []float64
	style  draw.LineStyle
}

func (c contours) Plot(canvas draw.Canvas, plt *plot.Plot) {
	if !drawable(c.grid.values...) {
		return // nothing is known of heights between such points
	}
	toX, toY := plt.Transforms(&canvas)
	var lines [][]vg.Point
	for _, level := range c.levels {
		for _, l := range contour(c.grid.values, landscapeSide, landscapeSide, level) {
			points := make([]vg.Point, len(l))
			for i, p := range l {
				points[i].X = toX(c.grid.plane.x.at(p[0] / (landscapeSide - 1)))
				points[i].Y = toY(c.grid.plane.y.at(p[1] / (landscapeSide - 1)))
			}
			lines = append(lines, thin(points, tolerance))
		}
	}
	strokeLines(&canvas, c.style, lines...)
}
