package report

import (
	"fmt"
	"image/color"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Band is where the states of a run lie with a probability, each number by itself.
type Band struct {
	Level float64
	// Lo and Hi are the bounds, as Run.X.
	Lo, Hi [][]float64
	// Outside marks the times at which nothing is known but the range of the data.
	Outside []bool
}

// known is how many times pass before the first at which nothing is known.
func (b *Band) known() int {
	if i := slices.Index(b.Outside, true); i >= 0 {
		return i
	}
	return len(b.Outside)
}

// bandLabel says in a legend what the band of a run is.
func (r *Run) bandLabel() string {
	text := fmt.Sprintf("%s, %g%% band", r.Name, 100*r.Band.Level)
	if n := r.Band.known(); n < len(r.T) {
		text += fmt.Sprintf(" (from t = %s outside the data)", number(r.T[n]))
	}
	return text
}

const (
	bandOpacity    = 0x50
	unknownOpacity = 0x1c // where the band is only the range of the data
)

// ribbon fills between two lines over time, fainter where nothing is known. It implements plot.Plotter. What leaves the
// axes is cut off there.
type ribbon struct {
	t, lo, hi []float64
	known     int // so many times from the start
	color     color.Color
}

func newRibbon(r *Run, j int) ribbon {
	b := ribbon{known: r.Band.known(), color: r.lineStyle().Color}
	for i, t := range r.T {
		if !drawable(r.Band.Lo[i][j]) || !drawable(r.Band.Hi[i][j]) {
			break
		}
		b.t, b.lo, b.hi = append(b.t, t), append(b.lo, r.Band.Lo[i][j]), append(b.hi, r.Band.Hi[i][j])
	}
	b.known = min(b.known, len(b.t))
	return b
}

func (b ribbon) Plot(c draw.Canvas, plt *plot.Plot) {
	b.fill(&c, plt, 0, b.known, bandOpacity)
	b.fill(&c, plt, max(b.known-1, 0), len(b.t), unknownOpacity)
}

func (b ribbon) fill(c *draw.Canvas, plt *plot.Plot, from, to int, opacity uint8) {
	if to-from < 2 {
		return
	}
	toX, toY := plt.Transforms(c)
	var points []vg.Point
	for i := from; i < to; i++ {
		points = append(points, vg.Point{X: toX(b.t[i]), Y: toY(b.lo[i])})
	}
	for i := to - 1; i >= from; i-- {
		points = append(points, vg.Point{X: toX(b.t[i]), Y: toY(b.hi[i])})
	}
	fill := color.NRGBAModel.Convert(b.color).(color.NRGBA)
	fill.A = opacity
	c.FillPolygon(fill, c.ClipPolygonXY(points))
}
