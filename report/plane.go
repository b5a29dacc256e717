package report

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

const (
	panelSide    vg.Length = 176 // of a square panel
	rolloutWidth vg.Length = 1.4
)

// planeWidth returns the width of a row of square panels.
func planeWidth(panels int) vg.Length {
	n := vg.Length(panels)
	return panelSide*n + panelGap*(n-1)
}

// addSamples adds the data as dots.
func (p *panel) addSamples(data Samples) {
	if len(data.X) == 0 {
		return
	}
	var d dots
	for _, x := range thinned(data.X, dotBudget) {
		d.x = append(d.x, x[0])
		d.y = append(d.y, x[1])
	}
	p.plot.Add(d)
	p.legend = append(p.legend, dotEntry("data"))
}

// addReference adds the true paths, one for each pair of coordinates, beneath what
// is added later.
func (p *panel) addReference(t *Task, pairs [][2]int) {
	if len(t.Truth.X) == 0 {
		return
	}
	style := Truth.lineStyle()
	for _, ij := range pairs {
		p.plot.Add(newPath(&t.Truth, ij, style, nil))
	}
	p.legend = append(p.legend, lineEntry(t.Truth.Name, style))
}

// pathShapes tell the paths of one panel apart.
var pathShapes = []draw.GlyphDrawer{
	draw.CircleGlyph{}, draw.BoxGlyph{}, draw.PyramidGlyph{}, draw.TriangleGlyph{},
}

// addRollout adds a run's paths, one for each pair of coordinates, coloured by time,
// with a shape that is hollow at the start and filled at the end.
func (p *panel) addRollout(t *Task, r *Run, pairs [][2]int) {
	if len(r.column(0)) == 0 {
		return
	}
	ramp := r.Role.ramp()
	for k, ij := range pairs {
		path := newPath(r, ij, draw.LineStyle{Width: rolloutWidth}, ramp)
		last := len(path.t) - 1
		shape := pathShapes[k%len(pathShapes)]
		p.plot.Add(path,
			marker{x: path.x[0], y: path.y[0], shape: shape, color: r.Role.Color(), hollow: true},
			marker{x: path.x[last], y: path.y[last], shape: shape, color: ramp[len(ramp)-1]})
	}
	p.legend = append([]entry{timeEntry(r, t.Time)}, p.legend...)
	if t.Outside {
		p.plot.Add(cross{x: r.X[0][pairs[0][0]], y: r.X[0][pairs[0][1]]})
		p.legend = append(p.legend, crossEntry("start outside the data"))
	}
}

// newPath returns the path of two coordinates of a run that has a state.
func newPath(r *Run, pair [2]int, style draw.LineStyle, ramp []color.Color) path {
	x, y := r.column(pair[0]), r.column(pair[1])
	return path{t: r.T[:len(x)], x: x, y: y, end: r.T[len(r.T)-1], style: style, ramp: ramp}
}

// thinned returns at most budget of the rows, evenly spaced.
func thinned[T any](rows []T, budget int) []T {
	if len(rows) <= budget {
		return rows
	}
	few := make([]T, budget)
	for i := range few {
		few[i] = rows[i*len(rows)/budget]
	}
	return few
}
