package report

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

const (
	startRadius vg.Length = 2.6
	dotRadius   vg.Length = 1

	// dotBudget bounds the samples drawn.
	dotBudget = 600
)

// dots plots points. It implements plot.Plotter.
type dots struct{ x, y []float64 }

func (d dots) Plot(c draw.Canvas, plt *plot.Plot) {
	toX, toY := plt.Transforms(&c)
	var path vg.Path
	for i := range d.x {
		p := vg.Point{X: toX(d.x[i]), Y: toY(d.y[i])}
		if !c.Contains(p) { // nor are NaNs contained
			continue
		}
		path.Move(vg.Point{X: p.X + dotRadius, Y: p.Y})
		path.Arc(p, dotRadius, 0, 2*math.Pi)
		path.Close()
	}
	if len(path) > 0 {
		c.SetColor(dotColor)
		c.Fill(path)
	}
}

// marker plots one point as a glyph: hollow, for the start of a path, or filled,
// for its end. It implements plot.Plotter.
type marker struct {
	x, y   float64
	shape  draw.GlyphDrawer
	color  color.Color
	hollow bool
}

func (m marker) Plot(c draw.Canvas, plt *plot.Plot) {
	toX, toY := plt.Transforms(&c)
	p := vg.Point{X: toX(m.x), Y: toY(m.y)}
	if !c.Contains(p) {
		return
	}
	if m.hollow {
		drawStart(&c, p, m.color, m.shape)
		return
	}
	c.DrawGlyph(draw.GlyphStyle{Color: m.color, Radius: startRadius, Shape: m.shape}, p)
}

// drawStart draws a white glyph with a coloured rim.
func drawStart(c *draw.Canvas, p vg.Point, rim color.Color, shape draw.GlyphDrawer) {
	c.DrawGlyph(draw.GlyphStyle{Color: rim, Radius: startRadius, Shape: shape}, p)
	c.DrawGlyph(draw.GlyphStyle{Color: color.White, Radius: startRadius - 1, Shape: shape}, p)
}

// cross is put around the start of a motion that begins outside the data. It implements plot.Plotter.
type cross struct{ x, y float64 }

func (m cross) Plot(c draw.Canvas, plt *plot.Plot) {
	toX, toY := plt.Transforms(&c)
	if p := (vg.Point{X: toX(m.x), Y: toY(m.y)}); c.Contains(p) {
		drawCross(&c, p)
	}
}

func drawCross(c *draw.Canvas, p vg.Point) {
	c.DrawGlyph(draw.GlyphStyle{Color: textColor, Radius: 1.7 * startRadius, Shape: draw.CrossGlyph{}}, p)
}

// frame strokes the edge of the axes' area. It implements plot.Plotter.
type frame struct{}

func (frame) Plot(c draw.Canvas, _ *plot.Plot) {
	c.SetLineStyle(draw.LineStyle{Color: frameColor, Width: 0.6})
	c.Stroke(c.Rectangle.Path())
}
