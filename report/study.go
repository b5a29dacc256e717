package report

import (
	"errors"
	"fmt"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A Scale is one quantity of many runs: a number of each, or, with Labels, the place of its
// label among them. Log asks for a logarithmic axis; values that are not above 0 are then
// left out. NaN is a run without a value.
type Scale struct {
	Name   string
	Values []float64
	Labels []string
	Log    bool
	Large  bool // of a result: the larger the better
}

const (
	studyHeight              = 150
	studyColumns             = 3
	parallelHeight           = 200
	spotRadius     vg.Length = 1.8
	// spotBudget bounds the lines of a figure of parallel coordinates; the best are among them.
	spotBudget = 1500
)

// along is the axis of a scale: its range, and where a value lies; ok is false of what is not drawn.
func (s *Scale) along() (span interval, at func(v float64) (x float64, ok bool)) {
	at = func(v float64) (float64, bool) {
		if s.Log {
			if !(v > 0) {
				return 0, false
			}
			v = math.Log10(v)
		}
		return v, drawable(v)
	}
	span = emptyInterval()
	for _, v := range s.Values {
		if x, ok := at(v); ok {
			span.add(x)
		}
	}
	if s.Labels != nil {
		span.add(0, float64(len(s.Labels)-1))
	}
	if span.empty() {
		return span, at
	}
	pad := margin * span.width()
	if pad == 0 {
		pad = 0.5
	}
	return interval{span.min - pad, span.max + pad}, at
}

// scaleTicks marks an axis on which values lie as along has them. It implements plot.Ticker.
type scaleTicks struct {
	of   *Scale
	most int
	room vg.Length // of a label
}

func (t scaleTicks) Ticks(low, high float64) []plot.Tick {
	var list []plot.Tick
	switch {
	case t.of.Labels != nil:
		for i, label := range t.of.Labels {
			if n := len(t.of.Labels); n > t.most && i%(1+n/t.most) != 0 {
				continue
			}
			list = append(list, plot.Tick{Value: float64(i), Label: fit(textStyle(tickSize, textColor), shown(label), t.room)})
		}
	case t.of.Log:
		for _, tick := range (decades{most: t.most}).Ticks(math.Pow(10, low), math.Pow(10, high)) {
			tick.Value = math.Log10(tick.Value)
			list = append(list, tick)
		}
	default:
		list = ticks{most: t.most}.Ticks(low, high)
	}
	return list
}

// spots plots runs as discs, each in a colour. It implements plot.Plotter.
type spots struct {
	x, y   []float64
	colors []color.Color
}

func (s spots) Plot(c draw.Canvas, plt *plot.Plot) {
	toX, toY := plt.Transforms(&c)
	for i := range s.x {
		p := vg.Point{X: toX(s.x[i]), Y: toY(s.y[i])}
		if c.Contains(p) {
			c.DrawGlyph(draw.GlyphStyle{Color: s.colors[i], Radius: spotRadius, Shape: draw.CircleGlyph{}}, p)
		}
	}
}

// shades are colours of runs by the rank of a result: the best dark, the worst light, those
// without one grey.
func shades(result *Scale) []color.Color {
	order := ranked(result)
	base := HNN.Color()
	all := slices.Repeat([]color.Color{frameColor}, len(result.Values))
	for rank, i := range order {
		share := float64(rank) / math.Max(1, float64(len(order)-1)) // 0 is the best
		all[i] = mix(mix(base, black, 0.35), mix(base, white, 0.8), share)
	}
	return all
}

// ranked are the runs that have a result, the best first.
func ranked(result *Scale) []int {
	var order []int
	for i, v := range result.Values {
		if !math.IsNaN(v) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		x, y := result.Values[a], result.Values[b]
		if result.Large {
			x, y = y, x
		}
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	return order
}

func checkScales(all ...*Scale) error {
	for _, s := range all {
		if len(s.Values) != len(all[0].Values) {
			return fmt.Errorf("report: %s: %d values, and %s has %d", s.Name, len(s.Values), all[0].Name, len(all[0].Values))
		}
	}
	return nil
}

// scatter is a panel of one scale against another.
func scatter(title string, x, y *Scale, colors []color.Color) (*panel, error) {
	xs, atX := x.along()
	ys, atY := y.along()
	if xs.empty() || ys.empty() {
		return nil, fmt.Errorf("report: %s against %s: no values to draw", y.Name, x.Name)
	}
	p := newPanel(title, textColor, area{xs, ys}, x.Name, y.Name, false)
	p.markX, p.markY = x, y
	var s spots
	for i := len(x.Values) - 1; i >= 0; i-- {
		u, okX := atX(x.Values[i])
		v, okY := atY(y.Values[i])
		if okX && okY {
			s.x, s.y, s.colors = append(s.x, u), append(s.y, v), append(s.colors, colors[i])
		}
	}
	p.plot.Add(s)
	return p, nil
}

// Settings draws a result of runs against each of their settings, the better the darker.
func Settings(title string, result Scale, settings []Scale) (*Figure, error) {
	if len(settings) == 0 {
		return nil, errors.New("report: nothing varies")
	}
	colors := shades(&result)
	var rows []row
	for i := range settings {
		if err := checkScales(&result, &settings[i]); err != nil {
			return nil, err
		}
		p, err := scatter(settings[i].Name, &settings[i], &result, colors)
		if err != nil {
			return nil, err
		}
		p.plot.Add(frame{})
		if i%studyColumns == 0 {
			rows = append(rows, row{height: studyHeight})
		}
		r := &rows[len(rows)-1]
		r.panels = append(r.panels, p)
	}
	return layout(title, planeWidth(studyColumns), rows), nil
}

// Pareto draws a result against the time of runs, with the front: the runs than which none is
// both better and faster.
func Pareto(title string, time, result Scale) (*Figure, error) {
	if err := checkScales(&result, &time); err != nil {
		return nil, err
	}
	p, err := scatter("accuracy and time", &time, &result, slices.Repeat([]color.Color{mix(HNN.Color(), white, 0.5)}, len(time.Values)))
	if err != nil {
		return nil, err
	}
	_, atX := time.along()
	_, atY := result.along()
	var l line
	for _, i := range paretoFront(time.Values, result.Values, result.Large) {
		x, okX := atX(time.Values[i])
		y, okY := atY(result.Values[i])
		if !okX || !okY {
			continue
		}
		if n := len(l.t); n > 0 { // the front is a staircase
			l.t, l.y = append(l.t, x), append(l.y, l.y[n-1])
		}
		l.t, l.y = append(l.t, x), append(l.y, y)
	}
	l.style = draw.LineStyle{Color: Baseline.Color(), Width: rolloutWidth}
	p.plot.Add(l, frame{})
	p.legend = append(p.legend, lineEntry("front: none is both better and faster", l.style))
	return layout(title, planeWidth(2), []row{{panels: []*panel{p}, height: parallelHeight}}), nil
}

// paretoFront are the runs than which none is both faster and better, the fastest first.
func paretoFront(time, result []float64, large bool) []int {
	order := ranked(&Scale{Values: time})
	var front []int
	best := math.NaN()
	for k := 0; k < len(order); {
		// Of runs of one time the best counts.
		pick := -1
		t := time[order[k]]
		for ; k < len(order) && time[order[k]] == t; k++ {
			i := order[k]
			if v := result[i]; !math.IsNaN(v) && (pick < 0 || large == (v > result[pick]) && v != result[pick]) {
				pick = i
			}
		}
		if pick < 0 {
			continue
		}
		if v := result[pick]; math.IsNaN(best) || v != best && large == (v > best) {
			best = v
			front = append(front, pick)
		}
	}
	return front
}

// bundle plots each run as a line over upright axes, 1 apart, from 0 to 1. It implements
// plot.Plotter.
type bundle struct {
	rows   [][]float64 // of each run its height on each axis, NaN for none
	colors []color.Color
	best   int // drawn last and broad, -1 for none
}

func (b bundle) Plot(c draw.Canvas, plt *plot.Plot) {
	toX, toY := plt.Transforms(&c)
	stroke := func(i int, width vg.Length, of color.Color) {
		var points []vg.Point
		flush := func() {
			if len(points) > 1 {
				c.StrokeLines(draw.LineStyle{Color: of, Width: width}, points)
			}
			points = nil
		}
		for j, y := range b.rows[i] {
			if math.IsNaN(y) {
				flush()
				continue
			}
			points = append(points, vg.Point{X: toX(float64(j)), Y: toY(y)})
		}
		flush()
	}
	for i := range b.rows {
		stroke(i, 0.6, b.colors[i])
	}
	if b.best >= 0 {
		stroke(b.best, 2, Baseline.Color())
	}
	if len(b.rows) > 0 {
		for j := range b.rows[0] {
			c.StrokeLines(draw.LineStyle{Color: textColor, Width: 0.8}, []vg.Point{{X: toX(float64(j)), Y: toY(0)}, {X: toX(float64(j)), Y: toY(1)}})
		}
	}
}

// axisMarks writes the ends, or the labels, of each axis of a bundle beside it. It implements plot.Plotter.
type axisMarks struct{ marks [][]plot.Tick }

func (u axisMarks) Plot(c draw.Canvas, plt *plot.Plot) {
	toX, toY := plt.Transforms(&c)
	style := textStyle(tickSize, textColor)
	for j, marks := range u.marks {
		for _, m := range marks {
			at := vg.Point{X: toX(float64(j)) + 3, Y: toY(m.Value) - tickSize/2}
			width := style.Width(m.Label)
			c.SetColor(color.NRGBA{0xff, 0xff, 0xff, 0xd0})
			c.Fill(vg.Rectangle{Min: at.Add(vg.Point{X: -1, Y: 0}), Max: at.Add(vg.Point{X: width + 1, Y: tickSize})}.Path())
			c.FillText(style, at, m.Label)
		}
	}
}

// Parallel draws each run as a line through its settings to its result, which is the last
// axis; the better the darker, and the best broad.
func Parallel(title string, result Scale, settings []Scale) (*Figure, error) {
	axes := append(slices.Clone(settings), result)
	order := ranked(&result)
	if len(order) == 0 {
		return nil, errors.New("report: no run has a result")
	}
	order = order[:min(len(order), spotBudget)]
	slices.Reverse(order) // the best on top
	shade := shades(&result)
	b := bundle{rows: make([][]float64, len(order)), best: len(order) - 1}
	for _, i := range order {
		b.colors = append(b.colors, shade[i])
	}
	var u axisMarks
	names := Scale{}
	for j := range axes {
		s := &axes[j]
		if err := checkScales(&result, s); err != nil {
			return nil, err
		}
		span, at := s.along()
		for k, i := range order {
			y := math.NaN()
			if v, ok := at(s.Values[i]); ok {
				y = (v - span.min) / span.width()
			}
			b.rows[k] = append(b.rows[k], y)
		}
		var marks []plot.Tick
		for _, m := range (scaleTicks{s, 6, 60}).Ticks(span.min, span.max) {
			m.Value = (m.Value - span.min) / span.width()
			marks = append(marks, m)
		}
		u.marks = append(u.marks, marks)
		names.Labels = append(names.Labels, s.Name)
	}
	p := newPanel("each line a run: the darker the better, the best broad", textColor, area{interval{-0.4, float64(len(axes)) - 0.6}, interval{-0.02, 1.02}}, "", "", true)
	p.markX, p.markY = &names, &Scale{Labels: []string{}}
	p.plot.Add(b, u)
	return layout(title, planeWidth(max(studyColumns, (len(axes)+1)/2)), []row{{panels: []*panel{p}, height: parallelHeight}}), nil
}
