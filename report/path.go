package report

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

const (
	// pathSteps is the number of pieces of equal time in which a path is drawn, and
	// of colours in which a rollout shows its time.
	pathSteps = 48

	// stepPoints bounds the points of one piece. It binds where a piece turns around
	// several times; then what follows is left out rather than drawn so coarsely
	// that it would be wrong. So each colour still shows where the path ran.
	stepPoints = 40

	// coarsest is the tolerance to which a piece is thinned before it is cut.
	coarsest = 4 * tolerance
)

// path plots a path through the plane, in the colours of the ramp from its start to
// its end or, without a ramp, in its style's. It implements plot.Plotter. What leaves
// the axes is cut off there.
type path struct {
	t, x, y []float64 // drawable, equally long
	end     float64   // the time of the last step; t may end before it
	style   draw.LineStyle
	ramp    []color.Color // pathSteps of them, or none
}

func (p path) Plot(c draw.Canvas, plt *plot.Plot) {
	toX, toY := plt.Transforms(&c)
	points := make([]vg.Point, len(p.x))
	for i := range points {
		points[i] = vg.Point{X: toX(p.x[i]), Y: toY(p.y[i])}
	}
	style := p.style
	var lines [][]vg.Point // of the style's colour
	for first := 0; first < len(points)-1; {
		step := p.step(first)
		last := first + 1
		for last < len(points)-1 && p.step(last) == step {
			last++
		}
		piece := thinPiece(points[first : last+1])
		first = last
		if p.ramp != nil {
			style.Color = p.ramp[step]
			strokeLines(&c, style, piece)
			continue
		}
		if n := len(lines); n > 0 && lines[n-1][len(lines[n-1])-1] == piece[0] {
			lines[n-1] = append(lines[n-1], piece[1:]...) // joins well
		} else {
			lines = append(lines, piece)
		}
	}
	strokeLines(&c, style, lines...)
}

// step returns which step of the path's time point i lies in.
func (p path) step(i int) int {
	s := (p.t[i] - p.t[0]) / (p.end - p.t[0])
	return min(max(int(s*pathSteps), 0), pathSteps-1)
}

func thinPiece(points []vg.Point) []vg.Point {
	for tol := tolerance; tol <= coarsest; tol *= 2 {
		if points = thin(points, tol); len(points) <= stepPoints {
			return points
		}
	}
	return points[:stepPoints:stepPoints]
}

// line plots a quantity over time. It implements plot.Plotter. What leaves the axes is
// cut off there.
type line struct {
	t, y  []float64 // drawable, equally long; t increases
	style draw.LineStyle
}

// columnWidth is the width in which a line has at most four points.
const columnWidth vg.Length = 1

func (l line) Plot(c draw.Canvas, plt *plot.Plot) {
	toX, toY := plt.Transforms(&c)
	points := make([]vg.Point, len(l.t))
	for i := range points {
		points[i] = vg.Point{X: toX(l.t[i]), Y: toY(l.y[i])}
	}
	strokeLines(&c, l.style, thin(thinColumns(points, columnWidth), tolerance))
}

// strokeLines draws lines as one path, cut at the canvas's edge.
func strokeLines(c *draw.Canvas, style draw.LineStyle, lines ...[]vg.Point) {
	var path vg.Path
	for _, part := range c.ClipLinesXY(lines...) {
		path.Move(part[0])
		for _, p := range part[1:] {
			path.Line(p)
		}
	}
	if len(path) > 0 {
		c.SetLineStyle(style)
		c.Stroke(path)
	}
}
