package report

import (
	"fmt"
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// panel is one set of axes with a title and a legend above it, where they cover
// nothing.
type panel struct {
	title  string
	color  color.Color // of the title
	legend []entry
	plot   *plot.Plot
	bareY  bool // no numbers on the y axis
	logY   bool // the y axis is logarithmic
	wholeX bool // the x axis counts
	// markX and markY are what lies along the axes of runs of a study, nil of other panels.
	markX, markY *Scale
}

// newPanel returns a panel with empty axes. bareY says that a panel to the left has
// the same y axis, so that its label and numbers would only repeat.
func newPanel(title string, color color.Color, a area, xLabel, yLabel string, bareY bool) *panel {
	p := plot.New()
	p.BackgroundColor = nil
	p.X.Min, p.X.Max = a.x.min, a.x.max
	p.Y.Min, p.Y.Max = a.y.min, a.y.max
	p.X.Label.Text = shown(xLabel)
	if !bareY {
		p.Y.Label.Text = shown(yLabel)
	}
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Padding = 0
		axis.Width = 0 // the frame is drawn instead
		axis.Label.Padding = 2
		axis.Label.TextStyle.Font = textStyle(labelSize, textColor).Font
		axis.Label.TextStyle.Color = textColor
		axis.Tick.Label.Font = textStyle(tickSize, textColor).Font
		axis.Tick.Label.Color = textColor
		axis.Tick.Length = 3.5
		axis.Tick.LineStyle = draw.LineStyle{Color: frameColor, Width: 0.6}
	}
	return &panel{title: shown(title), color: color, plot: p, bareY: bareY}
}

// setTicks marks the axes with at most that many numbers.
func (p *panel) setTicks(mostX, mostY int) {
	if p.wholeX {
		mostX = min(mostX, int(p.plot.X.Max-p.plot.X.Min))
	}
	p.plot.X.Tick.Marker = ticks{most: max(mostX, 2)}
	p.plot.Y.Tick.Marker = ticks{most: max(mostY, 2), bare: p.bareY}
	if p.logY {
		p.plot.Y.Tick.Marker = decades{most: max(mostY, 2)}
	}
	if p.markX != nil {
		p.plot.X.Tick.Marker, p.plot.Y.Tick.Marker = scaleTicks{p.markX, max(mostX, 2), xTicks * vg.Length(max(mostX, 2)) / vg.Length(max(len(p.markX.Labels), 1))}, scaleTicks{p.markY, max(mostY, 2), 60}
	}
}

// setLogY makes the y axis, of which the range must be positive, logarithmic.
func (p *panel) setLogY() {
	p.logY = true
	p.plot.Y.Scale = plot.LogScale{}
}

// row is a line of panels of equal size.
type row struct {
	panels []*panel
	height vg.Length // of the axes; 0 makes them square
	gap    vg.Length // between two panels, found by layout
}

// placed is a panel with the place of its axes' area on the figure.
type placed struct {
	*panel
	area   vg.Rectangle
	legend [][]entry // in lines
	lines  int       // of the longest legend in the row
}

const (
	edge       vg.Length = 8  // white space around everything
	panelGap   vg.Length = 16 // between two panels of a row
	rowGap     vg.Length = 12
	headerLine vg.Length = 13 // height of a panel's title
	headerGap  vg.Length = 5  // between a panel's header and its axes
	titleLine  vg.Length = 22

	// Least distances between two numbers on an axis.
	xTicks, yTicks, squareTicks vg.Length = 50, 22, 30
)

// layout places rows below each other, all as wide as width without the labels at
// the left, and letters the panels.
func layout(title string, width vg.Length, rows []row) *Figure {
	var left, right vg.Length
	for i := range rows {
		r := &rows[i]
		side := width/vg.Length(len(r.panels)) - panelGap
		for j, p := range r.panels {
			if r.height == 0 { // the same marks on both axes
				p.setTicks(int(side/squareTicks), int(side/squareTicks))
			} else {
				p.setTicks(int(side/xTicks), int(r.height/yTicks))
			}
			l, _ := labelSpace(p.plot)
			if j == 0 {
				left = max(left, l)
			} else {
				r.gap = max(r.gap, panelGap+l)
			}
			right = max(right, tickOverhang(p.plot))
		}
	}
	f := &Figure{title: shown(title), width: edge + left + width + max(edge, right)}
	y := -edge - titleLine // down from the top, until the height is known
	for i, r := range rows {
		if i > 0 {
			y -= rowGap
		}
		n := vg.Length(len(r.panels))
		side := (width - r.gap*(n-1)) / n
		height := r.height
		if height == 0 {
			height = side
		}
		legends := make([][][]entry, len(r.panels))
		lines := 0
		for i, p := range r.panels {
			legends[i] = legendLines(p.legend, side)
			lines = max(lines, len(legends[i]))
		}
		y -= headerLine + legendLine*vg.Length(lines) + headerGap
		x := edge + left
		var below vg.Length
		for i, p := range r.panels {
			p.title = panelName(len(f.panels)) + " " + p.title
			_, b := labelSpace(p.plot)
			below = max(below, b)
			area := vg.Rectangle{Min: vg.Point{X: x, Y: y - height}, Max: vg.Point{X: x + side, Y: y}}
			f.panels = append(f.panels, placed{p, area, legends[i], lines})
			x += side + r.gap
		}
		y -= height + below
	}
	f.height = edge - y
	for i := range f.panels {
		f.panels[i].area = f.panels[i].area.Add(vg.Point{Y: f.height})
	}
	return f
}

// panelName returns (a), (b) and so on, by which a text refers to the panels, and
// numbers when the letters are used up.
func panelName(i int) string {
	if i < 26 {
		return fmt.Sprintf("(%c)", 'a'+i)
	}
	return fmt.Sprintf("(%d)", i+1)
}

// labelSpace returns the room that labels and ticks take left of and below the
// axes' area.
func labelSpace(p *plot.Plot) (left, below vg.Length) {
	sheet := vg.Rectangle{Max: vg.Point{X: 400, Y: 400}}
	c := p.DataCanvas(draw.Canvas{Rectangle: sheet})
	return c.Min.X, c.Min.Y
}

// tickOverhang returns how far the last number of the x axis may stand out to the
// right of it.
func tickOverhang(p *plot.Plot) vg.Length {
	var widest vg.Length
	for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		widest = max(widest, p.X.Tick.Label.Width(t.Label)/2)
	}
	return widest
}

func (f *Figure) draw(c draw.Canvas) {
	// A viewer in dark mode would otherwise show dark text on a dark ground.
	c.SetColor(color.White)
	c.Fill(c.Rectangle.Path())
	title := fit(boldStyle(titleSize, textColor), f.title, f.width-2*edge)
	c.FillText(boldStyle(titleSize, textColor), vg.Point{X: edge, Y: f.height - edge - titleSize}, title)
	for i, l := range f.lines {
		c.FillText(textStyle(panelSize, textColor), vg.Point{X: edge, Y: f.height - edge - titleSize - lawLine*vg.Length(i+1)}, l)
	}
	for _, p := range f.panels {
		p.draw(c)
	}
}

func (p placed) draw(c draw.Canvas) {
	y := p.area.Max.Y + headerGap + legendLine*vg.Length(p.lines)
	style := boldStyle(panelSize, p.color)
	c.FillText(style, vg.Point{X: p.area.Min.X, Y: y}, fit(style, p.title, p.area.Size().X))
	drawLegend(&c, p.legend, vg.Point{X: p.area.Min.X, Y: y - legendLine})
	c.Rectangle = canvasFor(p.plot, p.area)
	p.plot.Draw(c)
}

// canvasFor returns the rectangle on which gonum must draw the plot for its axes to
// lie around the given area. Gonum goes the other way, and pads by what the labels
// need, so a fixed point is sought; the padding hardly depends on the size.
func canvasFor(p *plot.Plot, want vg.Rectangle) vg.Rectangle {
	r := want
	for range 4 {
		have := p.DataCanvas(draw.Canvas{Rectangle: r}).Rectangle
		r.Min = r.Min.Add(want.Min.Sub(have.Min))
		r.Max = r.Max.Add(want.Max.Sub(have.Max))
	}
	return r
}
