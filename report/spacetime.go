package report

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Field is a number at every site over time, drawn as a picture: sites along x, time upwards.
type Field struct {
	Title  string
	Times  []float64   // rising, at least two
	Values [][]float64 // at each time, of each site
}

// SpaceTime draws fields side by side on one scale of colours, from blue by white to red. It is an error if there is nothing to draw.
func SpaceTime(title string, site, time Quantity, fields []Field) (*Figure, error) {
	if len(fields) == 0 {
		return nil, errors.New("report: no fields")
	}
	most := 0.0
	for _, f := range fields {
		if len(f.Times) < 2 || len(f.Values) != len(f.Times) {
			return nil, fmt.Errorf("report: a field of %d moments at %d times, want two or more", len(f.Values), len(f.Times))
		}
		for _, row := range f.Values {
			if len(row) != len(f.Values[0]) || len(row) == 0 {
				return nil, errors.New("report: a field whose moments have no sites, or not the same")
			}
			for _, v := range row {
				if drawable(v) {
					most = max(most, math.Abs(v))
				}
			}
		}
	}
	if most == 0 {
		most = 1
	}
	var r row
	for i, f := range fields {
		a := area{interval{0.5, float64(len(f.Values[0])) + 0.5}, interval{f.Times[0], f.Times[len(f.Times)-1]}}
		p := newPanel(fmt.Sprintf("%s, from %s (blue) to %s (red)", f.Title, number(-most), number(most)), textColor, a, site.label(), time.label(), i > 0)
		p.plot.Add(shaded{f, most})
		p.plot.Add(frame{})
		r.panels = append(r.panels, p)
	}
	r.height = 2 * deviationHeight
	return layout(title, planeWidth(3), []row{r}), nil
}

// shaded plots a field as an image whose rows are equal times. It implements plot.Plotter.
type shaded struct {
	field Field
	most  float64
}

// shadedRows is the height of the image.
const shadedRows = 300

func (s shaded) Plot(c draw.Canvas, plt *plot.Plot) {
	toX, toY := plt.Transforms(&c)
	f := s.field
	img := image.NewNRGBA(image.Rect(0, 0, len(f.Values[0]), shadedRows))
	at := 0
	first, last := f.Times[0], f.Times[len(f.Times)-1]
	for y := range shadedRows {
		t := first + (last-first)*(float64(y)+0.5)/shadedRows
		for at+1 < len(f.Times)-1 && f.Times[at+1] < t {
			at++
		}
		nearest := at
		if t-f.Times[at] > f.Times[at+1]-t {
			nearest++
		}
		for x, v := range f.Values[nearest] {
			img.SetNRGBA(x, shadedRows-1-y, s.color(v))
		}
	}
	// Pixels of the size of a site, so that no viewer smooths over them.
	const wide = 600
	scale := max(1, wide/len(f.Values[0]))
	large := image.NewNRGBA(image.Rect(0, 0, scale*img.Rect.Dx(), shadedRows))
	for y := range shadedRows {
		for x := range large.Rect.Dx() {
			large.SetNRGBA(x, y, img.NRGBAAt(x/scale, y))
		}
	}
	c.DrawImage(vg.Rectangle{Min: vg.Point{X: toX(plt.X.Min), Y: toY(plt.Y.Min)}, Max: vg.Point{X: toX(plt.X.Max), Y: toY(plt.Y.Max)}}, large)
}

// color is blue below zero, red above and white at it; grey where a value is none.
func (s shaded) color(v float64) color.NRGBA {
	if !drawable(v) {
		return color.NRGBA{160, 160, 160, 255}
	}
	part := math.Min(math.Abs(v)/s.most, 1)
	end := color.NRGBA{178, 24, 43, 255} // the ends of ColorBrewer's RdBu
	if v < 0 {
		end = color.NRGBA{33, 102, 172, 255}
	}
	mix := func(to uint8) uint8 { return uint8(math.Round(255 + part*(float64(to)-255))) }
	return color.NRGBA{mix(end.R), mix(end.G), mix(end.B), 255}
}
