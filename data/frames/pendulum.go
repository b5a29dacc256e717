package frames

import (
	"image"
	"image/draw"
	"math"
	"math/rand/v2"

	"golang.org/x/image/vector"
)

// The pendulum of OpenAI gym's Pendulum-v0 without torque: a rod of length 1 and mass 1
// on an axle, under g = 10.
const (
	// TimeStep is the time between two frames.
	TimeStep = 0.05
	// stiffness is 3g/2l, the acceleration at a right angle.
	stiffness = 15
	maxSpeed  = 8
	// maxAngle bounds the initial angle in the authors' data.
	maxAngle = math.Pi / 6
)

// Step returns an angle (in radians from hanging) and an angular velocity one frame later, as
// gym does: the velocity first, the angle with the new velocity, and then the limit on speed.
func Step(angle, velocity float64) (float64, float64) {
	velocity -= stiffness * math.Sin(angle) * TimeStep
	angle += velocity * TimeStep
	return angle, min(max(velocity, -maxSpeed), maxSpeed)
}

// Side is the width and height of the pendulum's frames.
const Side = 28

// Pendulum draws trials of the paper's pixel pendulum by the authors' protocol: initial angles
// uniform within 30 degrees of hanging, initial velocities U(-1, 1). States holds the angle
// and the angular velocity of each frame. (The authors' coordinates are one frame ahead of
// their pictures; these are not.)
func Pendulum(rng *rand.Rand, trials, length int) *Set {
	s := &Set{Width: Side, Height: Side}
	p := newPainter()
	for range trials {
		// Uniform over the circle and kept within the limit is uniform within it.
		q, v := maxAngle*(2*rng.Float64()-1), 2*rng.Float64()-1
		t := Trial{Pixels: make([]uint8, 0, length*Side*Side), States: make([]float64, 0, 2*length)}
		for range length {
			t.Pixels = p.paint(t.Pixels, q)
			t.States = append(t.States, q, v)
			q, v = Step(q, v)
		}
		s.Trials = append(s.Trials, t)
	}
	return s
}

// What is drawn, in gym's units, and the square that the authors cut out of it:
// columns 0.33 to 0.67 and rows 0.44 to 0.78 of a picture that shows +-2.2.
const (
	rodLength, rodWidth = 1.0, 0.2
	axleRadius          = 0.05
	view                = 4.4
	cropLeft            = (0.33 - 0.5) * view
	cropTop             = (0.5 - 0.44) * view
	cropSide            = 0.34 * view
	// rodContrast is red minus green of the rod's colour, (0.8, 0.3, 0.3) in bytes; white
	// and black have none.
	rodContrast = 204 - 77
)

// painter draws frames: the exact coverage of a grid finer than the frame, which a
// triangle filter then brings down to it, as PIL's bilinear resampling does for the
// authors.
type painter struct {
	raster *vector.Rasterizer
	mask   *image.Alpha
	axle   []float32 // share of each fine pixel that the axle does not cover
	rows   []float32 // the mask filtered along its rows, fine x Side
	taps   [2 * oversample]float32
}

// oversample is the number of fine pixels on the side of a pixel, a third of those of
// the authors' screen: with exact coverage the frames are the same to 1 in 255 or so.
const (
	oversample = 4
	fine       = Side * oversample
)

func newPainter() *painter {
	p := &painter{
		raster: vector.NewRasterizer(fine, fine), mask: image.NewAlpha(image.Rect(0, 0, fine, fine)),
		axle: make([]float32, fine*fine), rows: make([]float32, fine*Side),
	}
	for i := range p.taps {
		p.taps[i] = float32(1-math.Abs(float64(i)+0.5-oversample)/oversample) / oversample
	}
	p.arc(0, 0, axleRadius, 0, 2*math.Pi)
	p.raster.ClosePath()
	p.rasterise()
	for i, a := range p.mask.Pix {
		p.axle[i] = 1 - float32(a)/255
	}
	return p
}

// at is a place in gym's units on the fine grid.
func (p *painter) at(x, y float64) (float32, float32) {
	const scale = fine / cropSide
	return float32((x - cropLeft) * scale), float32((cropTop - y) * scale)
}

// arc appends an arc to the path, begun where there is none, by cubic curves of an
// eighth of a turn, which are off the circle by less than 1e-5 of its radius.
func (p *painter) arc(x, y, radius, from, to float64) {
	pieces := int(math.Ceil((to - from) / (math.Pi / 4)))
	step := (to - from) / float64(pieces)
	handle := 4.0 / 3 * math.Tan(step/4)
	sin, cos := math.Sincos(from)
	ax, ay := p.at(x+radius*cos, y+radius*sin)
	if from == 0 && to == 2*math.Pi {
		p.raster.MoveTo(ax, ay)
	} else {
		p.raster.LineTo(ax, ay)
	}
	for i := range pieces {
		s2, c2 := math.Sincos(from + float64(i+1)*step)
		bx, by := p.at(x+radius*(cos-handle*sin), y+radius*(sin+handle*cos))
		cx, cy := p.at(x+radius*(c2+handle*s2), y+radius*(s2-handle*c2))
		dx, dy := p.at(x+radius*c2, y+radius*s2)
		p.raster.CubeTo(bx, by, cx, cy, dx, dy)
		sin, cos = s2, c2
	}
}

func (p *painter) rasterise() {
	p.raster.DrawOp = draw.Src
	p.raster.Draw(p.mask, p.mask.Rect, image.Opaque, image.Point{})
	p.raster.Reset(fine, fine)
}

// paint appends the frame that shows the rod at an angle from hanging.
func (p *painter) paint(dst []uint8, angle float64) []uint8 {
	// The direction of the rod, from the axle at the origin.
	along := angle - math.Pi/2
	sin, cos := math.Sincos(along)
	const r = rodWidth / 2
	p.raster.MoveTo(p.at(-r*sin, r*cos))
	p.arc(0, 0, r, along+math.Pi/2, along+3*math.Pi/2)
	p.arc(rodLength*cos, rodLength*sin, r, along-math.Pi/2, along+math.Pi/2)
	p.raster.ClosePath()
	p.rasterise()

	clear(p.rows)
	for y := range fine {
		row, axle := p.mask.Pix[y*fine:(y+1)*fine], p.axle[y*fine:(y+1)*fine]
		for x, a := range row {
			if a == 0 {
				continue
			}
			p.spread(p.rows[y*Side:(y+1)*Side], 1, x, float32(a)*axle[x])
		}
	}
	var sums [Side * Side]float32
	for y := range fine {
		for x, v := range p.rows[y*Side : (y+1)*Side] {
			if v != 0 {
				p.spread(sums[x:], Side, y, v)
			}
		}
	}
	for i := range sums {
		dst = append(dst, uint8(sums[i]*(rodContrast/255.0)+0.5))
	}
	return dst
}

// spread adds fine pixel j's value v to the two pixels, stride apart, whose triangles
// reach over it: pixel k's begins at fine pixel (k - 1/2) oversample.
func (p *painter) spread(dst []float32, stride, j int, v float32) {
	k := (j + oversample/2) / oversample
	tap := j - k*oversample + oversample/2
	if k < Side {
		dst[k*stride] += p.taps[tap] * v
	}
	if k > 0 {
		dst[(k-1)*stride] += p.taps[tap+oversample] * v
	}
}
