package report

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// entry is one key of a legend with its text.
type entry struct {
	label string
	width vg.Length                           // of the key
	draw  func(c *draw.Canvas, left vg.Point) // at the middle of the key's left side
}

const (
	legendLine  vg.Length = 10.5 // distance between the lines of a legend
	legendSpace vg.Length = 7    // between two entries
	keySpace    vg.Length = 3    // between a key and its text
)

// otherFonts leaves room for text in the font of a viewer of SVG that has neither
// ours nor one of its metrics: DejaVu Sans is a ninth wider.
const otherFonts = 1.12

func (e entry) size() vg.Length {
	return e.width + keySpace + otherFonts*textStyle(legendSize, textColor).Width(e.label)
}

// legendLines breaks the entries into lines of at most the given width.
func legendLines(entries []entry, width vg.Length) [][]entry {
	var lines [][]entry
	var used vg.Length
	for _, e := range entries {
		e.label = fit(textStyle(legendSize, textColor), shown(e.label), width-e.width-keySpace)
		size := e.size()
		if len(lines) == 0 || used+legendSpace+size > width {
			lines = append(lines, []entry{e})
			used = size
			continue
		}
		lines[len(lines)-1] = append(lines[len(lines)-1], e)
		used += legendSpace + size
	}
	return lines
}

// drawLegend draws lines downwards, the first with its baseline at the given point.
func drawLegend(c *draw.Canvas, lines [][]entry, at vg.Point) {
	style := textStyle(legendSize, textColor)
	y := at.Y
	for _, line := range lines {
		x := at.X
		for _, e := range line {
			e.draw(c, vg.Point{X: x, Y: y + 0.36*legendSize})
			c.FillText(style, vg.Point{X: x + e.width + keySpace, Y: y}, e.label)
			x += e.size() + legendSpace
		}
		y -= legendLine
	}
}

// lineEntry is the key of a line.
func lineEntry(label string, style draw.LineStyle) entry {
	const width = 16
	return entry{label, width, func(c *draw.Canvas, left vg.Point) {
		c.StrokeLine2(style, left.X, left.Y, left.X+width, left.Y)
	}}
}

// timeEntry is the key of a path coloured by time: the start's circle and the
// colours from start to end.
func timeEntry(r *Run, time Quantity) entry {
	const width, height = 26, 4
	label := "t = " + number(r.T[0]) + " to " + number(r.T[len(r.T)-1])
	if time.Unit != "" {
		label += " " + time.Unit
	}
	return entry{label, width, func(c *draw.Canvas, left vg.Point) {
		colors := r.Role.ramp()
		step := vg.Length(width-startRadius) / vg.Length(len(colors))
		for i, color := range colors {
			min := vg.Point{X: left.X + startRadius + step*vg.Length(i), Y: left.Y - height/2}
			// Each colour reaches under the next, else the gaps would show.
			max := vg.Point{X: left.X + width, Y: left.Y + height/2}
			c.SetColor(color)
			c.Fill(vg.Rectangle{Min: min, Max: max}.Path())
		}
		drawStart(c, vg.Point{X: left.X + startRadius, Y: left.Y}, r.Role.Color(), draw.CircleGlyph{})
	}}
}

// arrowEntry is the key of a vector field.
func arrowEntry(label string, color color.Color) entry {
	const width = 12
	return entry{label, width, func(c *draw.Canvas, left vg.Point) {
		a, _ := newArrow(vg.Point{X: left.X + width/2, Y: left.Y}, vg.Point{X: width}, width)
		c.StrokeLine2(draw.LineStyle{Color: color, Width: arrowWidth}, a.tail.X, a.tail.Y, a.neck.X, a.neck.Y)
		c.FillPolygon(color, []vg.Point{a.tip, a.left, a.right})
	}}
}

// crossEntry is the key of a cross around the start.
func crossEntry(label string) entry {
	const width = 2 * 1.7 * startRadius
	return entry{label, width, func(c *draw.Canvas, left vg.Point) { drawCross(c, vg.Point{X: left.X + width/2, Y: left.Y}) }}
}

// dotEntry is the key of scattered points.
func dotEntry(label string) entry {
	return entry{label, 2 * dotRadius, func(c *draw.Canvas, left vg.Point) {
		c.DrawGlyph(draw.GlyphStyle{Color: dotColor, Radius: dotRadius, Shape: draw.CircleGlyph{}},
			vg.Point{X: left.X + dotRadius, Y: left.Y})
	}}
}
