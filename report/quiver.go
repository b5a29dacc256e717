package report

import (
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// quiver plots arrows. It implements plot.Plotter.
//
// plotter.Field of gonum/plot is no substitute: it draws strokes without heads,
// scales the line's width with the vector, and every field to its own maximum,
// while here the fields of several models are to be compared.
type quiver struct {
	at, vector [][2]float64 // in the axes' units, and those per time

	// A vector of this length, in units of the axes' lengths, is drawn as long as
	// a cell of the grid.
	longest float64
}

const (
	// gridSide is the number of arrows along each side of a vector field.
	gridSide = 13

	arrowWidth   vg.Length = 0.6
	arrowHead    vg.Length = 3.2 // length of the head of a long arrow
	arrowMinimum vg.Length = 0.5 // shorter arrows are left out
	arrowExcess            = 1.3 // how much longer than longest one may be drawn
)

func (q quiver) Plot(c draw.Canvas, plt *plot.Plot) {
	size := c.Rectangle.Size()
	// Points of the canvas for one unit of each axis.
	unitX := float64(size.X) / (plt.X.Max - plt.X.Min)
	unitY := float64(size.Y) / (plt.Y.Max - plt.Y.Min)
	toX, toY := plt.Transforms(&c)
	scale := 1 / (gridSide * q.longest)
	most := arrowExcess / gridSide * min(size.X, size.Y)
	var shafts, heads vg.Path
	for i, at := range q.at {
		v := vg.Point{
			X: vg.Length(q.vector[i][0] * unitX * scale),
			Y: vg.Length(q.vector[i][1] * unitY * scale),
		}
		base := vg.Point{X: toX(at[0]), Y: toY(at[1])}
		a, ok := newArrow(base, v, most)
		if !ok || !c.Contains(a.tail) || !c.Contains(a.tip) {
			continue
		}
		shafts.Move(a.tail)
		shafts.Line(a.neck)
		heads.Move(a.tip)
		heads.Line(a.left)
		heads.Line(a.right)
		heads.Close()
	}
	if len(shafts) == 0 {
		return
	}
	// One path for all arrows keeps the file small.
	c.SetLineStyle(draw.LineStyle{Color: arrowColor, Width: arrowWidth})
	c.Stroke(shafts)
	c.SetColor(arrowColor)
	c.Fill(heads)
}

// arrow is an arrow's outline on the canvas: a line from tail to neck and a triangle.
type arrow struct {
	tail, neck, tip, left, right vg.Point
}

// newArrow returns the arrow with its middle at the point, so that the arrows of a
// grid do not shift the picture they give, and ok false if it is too short to see or
// not finite. Longer ones than most are shortened.
func newArrow(middle, v vg.Point, most vg.Length) (a arrow, ok bool) {
	length := vg.Length(math.Hypot(float64(v.X), float64(v.Y)))
	if !(length >= arrowMinimum) || !drawable(float64(length)) {
		return arrow{}, false
	}
	along := v.Scale(1 / length)
	across := vg.Point{X: -along.Y, Y: along.X}
	length = min(length, most)
	head := min(arrowHead, 0.45*length)
	a.tail = middle.Sub(along.Scale(length / 2))
	a.tip = middle.Add(along.Scale(length / 2))
	a.neck = a.tip.Sub(along.Scale(head))
	a.left = a.neck.Add(across.Scale(0.36 * head))
	a.right = a.neck.Sub(across.Scale(0.36 * head))
	return a, true
}

// fieldQuiver evaluates a field on a grid of the plane. A nil field has no arrows.
func fieldQuiver(field func(x, dx []float64), plane area) *quiver {
	q := new(quiver)
	if field == nil {
		return q
	}
	x, dx := make([]float64, 2), make([]float64, 2)
	for i := range gridSide {
		for j := range gridSide {
			at := [2]float64{
				plane.x.at((float64(i) + 0.5) / gridSide),
				plane.y.at((float64(j) + 0.5) / gridSide),
			}
			copy(x, at[:])
			field(x, dx)
			q.at = append(q.at, at)
			q.vector = append(q.vector, [2]float64(dx))
		}
	}
	return q
}

// shareScale gives all quivers one scale, by which most arrows fit into the cells of
// fieldQuiver's grid. The longest tenth is left out of account, since a model may be
// far off in a corner that no data reached.
func shareScale(plane area, quivers []*quiver) {
	var lengths []float64
	for _, q := range quivers {
		for _, v := range q.vector {
			if l := plane.relativeLength(v); l > 0 && drawable(l) {
				lengths = append(lengths, l)
			}
		}
	}
	if len(lengths) == 0 {
		return // nothing to draw
	}
	slices.Sort(lengths)
	for _, q := range quivers {
		q.longest = lengths[len(lengths)*9/10]
	}
}
