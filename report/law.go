package report

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"hnn/internal/printable"
)

const (
	lawHeight  vg.Length = 120
	lawLine    vg.Length = 13
	mostLines            = 5  // of the equations, each of which may be broken
	lawDecades           = 14 // of the front's axis
)

// A Front is how the error of formulas falls with the number of their terms.
type Front struct {
	Error string // what the axis calls it
	Terms []int  // increasing
	// Errors are as many as Terms.
	Errors []float64
	// Chosen is the number of terms of the formula that was taken, 0 for none.
	Chosen int
}

// Law draws a formula: its equations as text, the first coordinate of the task's motion and of the formula's over time, where
// task is not nil, and its front: the error against the number of terms, those that no smaller formula betters joined by a
// line. It is an error if nothing of the front can be drawn, or if shapes do not fit each other.
func Law(title string, equations []string, task *Task, front Front) (*Figure, error) {
	var panels []*panel
	if task != nil {
		if err := task.check(); err != nil {
			return nil, err
		}
		all, err := coordinatePanels(task)
		if err != nil {
			return nil, err
		}
		panels = all[:1]
	}
	p, err := front.panel()
	if err != nil {
		return nil, err
	}
	width := planeWidth(3)
	f := layout(title, width, []row{{panels: append(panels, p), height: lawHeight}})
	f.lines = broken(equations, f.width-2*edge)
	f.height += lawLine * vg.Length(len(f.lines))
	return f, nil
}

func (f Front) panel() (*panel, error) {
	if len(f.Terms) != len(f.Errors) {
		return nil, fmt.Errorf("report: a front of %d numbers of terms and %d errors", len(f.Terms), len(f.Errors))
	}
	span, ok := logarithmic(lawDecades, f.Errors)
	if !ok {
		return nil, errors.New("report: a front without errors")
	}
	counts := emptyInterval()
	if f.Chosen > 0 {
		counts.add(float64(f.Chosen))
	}
	var best, all steps
	least := math.Inf(1)
	for i, v := range f.Errors {
		if !(v > 0 && drawable(v)) {
			continue
		}
		n, v := float64(f.Terms[i]), math.Max(v, span.min)
		counts.add(n)
		all.x, all.y = append(all.x, n), append(all.y, v)
		if v < least {
			least = v
			best.x, best.y = append(best.x, n), append(best.y, v)
		}
	}
	p := newPanel("Error by the number of terms", textColor, area{interval{counts.min - 0.5, counts.max + 0.5}, span}, "terms", f.Error, false)
	p.setLogY()
	p.wholeX = true
	style := Structured.lineStyle()
	best.style, best.line, all.style = style, true, style
	p.plot.Add(all, best)
	p.legend = []entry{lineEntry("best of so many terms", style)}
	if f.Chosen > 0 {
		taken := draw.LineStyle{Color: frameColor, Width: 0.8, Dashes: []vg.Length{3, 2}}
		p.plot.Add(upright{float64(f.Chosen), taken})
		p.legend = append(p.legend, lineEntry(fmt.Sprintf("taken: %d", f.Chosen), taken))
	}
	p.plot.Add(frame{})
	return p, nil
}

// steps plots points as glyphs, joined where line says so. It implements plot.Plotter.
type steps struct {
	x, y  []float64
	style draw.LineStyle
	line  bool
}

func (s steps) Plot(c draw.Canvas, plt *plot.Plot) {
	toX, toY := plt.Transforms(&c)
	points := make([]vg.Point, len(s.x))
	for i := range points {
		points[i] = vg.Point{X: toX(s.x[i]), Y: toY(s.y[i])}
	}
	if s.line {
		strokeLines(&c, s.style, points)
	}
	for _, p := range points {
		if s.line {
			c.DrawGlyph(draw.GlyphStyle{Color: s.style.Color, Radius: startRadius, Shape: draw.CircleGlyph{}}, p)
		} else {
			drawStart(&c, p, s.style.Color, draw.CircleGlyph{})
		}
	}
}

// upright plots a line from the bottom to the top. It implements plot.Plotter.
type upright struct {
	x     float64
	style draw.LineStyle
}

func (u upright) Plot(c draw.Canvas, plt *plot.Plot) {
	toX, _ := plt.Transforms(&c)
	c.StrokeLine2(u.style, toX(u.x), c.Min.Y, toX(u.x), c.Max.Y)
}

// broken are the equations in lines of at most the given width, broken before a sign between two terms.
func broken(equations []string, width vg.Length) []string {
	style := textStyle(panelSize, textColor)
	var lines []string
	for _, e := range equations {
		line, parts := "", strings.SplitAfter(printable.Name(trueMinus(e)), " ")
		for i, part := range parts {
			sign := part == "+ " || part == "\u2212 "
			if sign && i > 0 && i+1 < len(parts) && otherFonts*style.Width(line+part+parts[i+1]) > width {
				lines, line = append(lines, line), "    "
			}
			line += part
		}
		lines = append(lines, line)
	}
	if len(lines) > mostLines {
		lines = append(lines[:mostLines-1], "…")
	}
	for i, l := range lines {
		lines[i] = fit(style, l, width)
	}
	return lines
}
