package ode_test

import (
	"flag"
	"fmt"
	"image/color"
	"io"
	"math"
	"os"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"

	"hnn/ode"
	"hnn/system"
)

var figures = flag.Bool("figures", false, "draw ../docs/work-precision.svg anew")

// work is what a method took and what error it left, for a step or a tolerance.
type work struct{ evaluations, err float64 }

// diagram is a problem with the methods that are compared on it. The error is that of the
// state at the end.
type diagram struct {
	title   string
	field   ode.Field
	split   ode.Split // no functions where it is not separable
	x0      []float64
	end     float64
	methods []ode.Method
	curves  [][]work
}

func (d *diagram) solve(s ode.Settings) (end []float64, evaluations int, err error) {
	var out []float64
	var stats ode.Stats
	times := []float64{0, d.end}
	s.MaxSteps = 10_000_000
	if s.Method.NeedsSplit() {
		out, stats, err = ode.SolveSplit(d.split, d.x0, times, nil, &s)
	} else {
		out, stats, err = ode.Solve(d.field, d.x0, times, nil, &s)
	}
	if err != nil {
		return nil, 0, err
	}
	return out[len(d.x0):], stats.Evaluations, nil
}

// measure runs every method over steps, or tolerances, until the budget of evaluations or
// the rounding of the reference is reached.
func (d *diagram) measure(t *testing.T, budget int) {
	exact, _, err := d.solve(ode.Settings{Method: ode.DOP853, RTol: 3e-14, ATol: 1e-15})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range d.methods {
		var curve []work
		for k := range 40 {
			s := ode.Settings{Method: m, Compensated: true, Omega: 4}
			if m.Adaptive() {
				s.RTol = math.Pow(10, -2-float64(k)/2)
				s.ATol = s.RTol
				if s.RTol < 1e-13 {
					break
				}
			} else {
				s.Step = d.end / math.Round(100*math.Exp2(float64(k)/2))
			}
			x, evaluations, err := d.solve(s)
			if err != nil {
				continue // too long a step for this method
			}
			if evaluations > budget {
				break
			}
			worst := 0.0
			for i := range x {
				worst = max(worst, math.Abs(x[i]-exact[i]))
			}
			if worst > 0.3 {
				curve = curve[:0] // what came before was chance
				continue
			}
			curve = append(curve, work{float64(evaluations), worst})
			if worst < 1e-11 {
				break
			}
		}
		d.curves = append(d.curves, curve)
		t.Logf("%s: %v: %.3g", d.title, m, curve)
	}
}

// at is the error that a method leaves for so many evaluations, between the measurements.
func (d *diagram) at(m ode.Method, evaluations float64) float64 {
	for i, method := range d.methods {
		if method != m {
			continue
		}
		c := d.curves[i]
		for k := 1; k < len(c); k++ {
			if c[k].evaluations >= evaluations {
				part := math.Log(evaluations/c[k-1].evaluations) / math.Log(c[k].evaluations/c[k-1].evaluations)
				return c[k-1].err * math.Pow(c[k].err/c[k-1].err, part)
			}
		}
		return c[len(c)-1].err
	}
	return math.NaN()
}

// What a given error costs with each method: the diagram of docs/integrators.md, and what
// that page says of it.
func TestWorkPrecision(t *testing.T) {
	pendulum := system.Pendulum{K: 3}
	separable := &diagram{
		title: "Separable: the pendulum, t = 0 to 100",
		field: func(_ float64, x, dx []float64) { pendulum.Field(x, dx) },
		split: ode.Split{Velocity: pendulum.Velocity, Force: pendulum.Force},
		x0:    []float64{1.5, 0.3}, end: 100,
		methods: []ode.Method{ode.SymplecticEuler, ode.Leapfrog, ode.Yoshida4, ode.BlanesMoan4, ode.Yoshida6, ode.BlanesMoan6, ode.Yoshida8,
			ode.RK4, ode.DormandPrince, ode.DOP853},
	}
	any := &diagram{
		title: "Not separable: H = (q² + 1)(p² + 1)/2, t = 0 to 100",
		field: func(_ float64, x, dx []float64) {
			dx[0], dx[1] = (x[0]*x[0]+1)*x[1], -(x[1]*x[1]+1)*x[0]
		},
		x0: []float64{-1.5, 0.5}, end: 100,
		methods: []ode.Method{ode.Midpoint, ode.Gauss4, ode.Gauss6, ode.Tao2, ode.Tao4, ode.RK4, ode.DormandPrince, ode.DOP853},
	}
	budget := 40_000
	if *figures {
		budget = 400_000
	}
	separable.measure(t, budget)
	any.measure(t, budget)
	for _, c := range []struct {
		d             *diagram
		worse, better ode.Method
		factor        float64
	}{
		{separable, ode.SymplecticEuler, ode.Leapfrog, 5},
		{separable, ode.Leapfrog, ode.BlanesMoan4, 1000},
		{separable, ode.Yoshida4, ode.BlanesMoan4, 10},
		{separable, ode.Yoshida6, ode.BlanesMoan6, 100},
		{separable, ode.RK4, ode.BlanesMoan4, 5},
		{separable, ode.RK4, ode.BlanesMoan6, 1000},
		{any, ode.Midpoint, ode.Gauss4, 100},
		{any, ode.Gauss4, ode.Gauss6, 10},
		{any, ode.Tao2, ode.Tao4, 5},
		{any, ode.Tao4, ode.Gauss6, 10},
	} {
		const evaluations = 30_000
		if worse, better := c.d.at(c.worse, evaluations), c.d.at(c.better, evaluations); !(worse > c.factor*better) {
			t.Errorf("%s: at %d evaluations %v leaves %.3g and %v %.3g", c.d.title, evaluations, c.worse, worse, c.better, better)
		}
	}
	if *figures {
		f, err := os.Create("../docs/work-precision.svg")
		if err != nil {
			t.Fatal(err)
		}
		if err := drawDiagrams(f, separable, any); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// styles tells the methods apart: a colour for each family, broken lines for those that are
// not symplectic.
func styles(m ode.Method) (draw.LineStyle, draw.GlyphDrawer) {
	colors := map[ode.Method]color.RGBA{
		ode.SymplecticEuler: {150, 150, 150, 255}, ode.Leapfrog: {90, 90, 90, 255},
		ode.Yoshida4: {140, 180, 225, 255}, ode.Yoshida6: {60, 125, 200, 255}, ode.Yoshida8: {10, 60, 140, 255},
		ode.BlanesMoan4: {245, 165, 90, 255}, ode.BlanesMoan6: {210, 85, 0, 255},
		ode.Midpoint: {170, 205, 140, 255}, ode.Gauss4: {95, 165, 70, 255}, ode.Gauss6: {20, 110, 30, 255},
		ode.Tao2: {205, 160, 215, 255}, ode.Tao4: {130, 50, 150, 255},
		ode.RK4: {200, 30, 60, 255}, ode.DormandPrince: {0, 0, 0, 255}, ode.DOP853: {0, 150, 150, 255},
	}
	style := draw.LineStyle{Color: colors[m], Width: 1.4}
	var glyph draw.GlyphDrawer = draw.CircleGlyph{}
	if !m.Symplectic() {
		style.Dashes = []vg.Length{4, 2}
		glyph = draw.CrossGlyph{}
	}
	return style, glyph
}

func drawDiagrams(w io.Writer, list ...*diagram) error {
	const width, height = 400, 330
	c := vgsvg.New(width*vg.Length(len(list)), height)
	dc := draw.New(c)
	tiles := draw.Tiles{Cols: len(list), Rows: 1, PadX: 12, PadLeft: 4, PadRight: 8, PadTop: 4, PadBottom: 4}
	for i, d := range list {
		p := plot.New()
		p.BackgroundColor = color.White
		p.Title.Text, p.X.Label.Text, p.Y.Label.Text = d.title, "evaluations of the field", "error of the state at the end"
		p.Title.TextStyle.Font.Size, p.Title.Padding = 11, 6
		// Of the logarithms on linear axes: gonum's logarithmic ones leave a gap above.
		p.X.Tick.Marker, p.Y.Tick.Marker = decades{1}, decades{2}
		p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 2.5, math.Log10(400_000), -12, 0
		p.Legend.Left, p.Legend.Padding, p.Legend.ThumbnailWidth = true, 1, 22
		p.Legend.TextStyle.Font.Size = 9
		p.Legend.XOffs, p.Legend.YOffs = 6, 6
		grid := plotter.NewGrid()
		grid.Horizontal.Color, grid.Vertical.Color = color.Gray{230}, color.Gray{230}
		p.Add(grid)
		for j, m := range d.methods {
			var points plotter.XYs
			for _, v := range d.curves[j] {
				points = append(points, plotter.XY{X: math.Log10(v.evaluations), Y: max(math.Log10(v.err), -12)})
			}
			line, marks, err := plotter.NewLinePoints(points)
			if err != nil {
				return err
			}
			line.LineStyle, marks.Shape = styles(m)
			marks.Color, marks.Radius = line.Color, 1.6
			p.Add(line, marks)
			p.Legend.Add(m.String(), line, marks)
		}
		p.Draw(tiles.At(dc, i, 0))
	}
	_, err := c.WriteTo(w)
	return err
}

// decades marks powers of ten on an axis of logarithms, and names one in every so many.
type decades struct{ every int }

func (d decades) Ticks(min, max float64) (ticks []plot.Tick) {
	for e := math.Ceil(min); e <= max; e++ {
		label := ""
		if int(e)%d.every == 0 {
			label = fmt.Sprintf("1e%.0f", e)
		}
		ticks = append(ticks, plot.Tick{Value: e, Label: label})
	}
	return ticks
}
