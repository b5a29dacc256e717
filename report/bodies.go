package report

import (
	"cmp"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"io"
	"math"
	"slices"
)

// Bodies are particles at several times, to be shown as spheres in their box: Snapshot draws the last, Animation all of them.
type Bodies struct {
	// Side and Periodic are the box's. Along an axis that is not periodic the picture holds 98 of 100 places, or all where bodies are Held.
	Side     [3]float64
	Periodic [3]bool
	Flat     bool // in the plane of x and y
	Held     bool // by an outside force, so that none flies away
	Kind     []uint8
	Names    []string    // of the kinds, of which those from the seventh on look alike
	Times    []float64   // of the frames
	Frames   [][]float64 // N x 3
}

const (
	bodiesSide  = 420 // pixels
	bodiesText  = 22
	bodiesFar   = 10 // shades by depth
	bodiesLight = 4  // shades by the light on a sphere
	bodiesStep  = 8  // hundredths of a second of a frame
)

var bodyRoles = []Role{HNN, Baseline, ClosedForm, SecondOrder, Structured, Truth}

// bodiesPalette is white, the box's grey, the text's, then of each kind its shades, farthest first and of one depth darkest first.
func bodiesPalette() color.Palette {
	p := color.Palette{white, frameColor, textColor}
	for _, r := range bodyRoles {
		for d := range bodiesFar {
			for l := range bodiesLight {
				c := mix(r.Color(), black, 0.5*(1-float64(l)/(bodiesLight-1)))
				if l == bodiesLight-1 {
					c = mix(c, white, 0.35)
				}
				p = append(p, mix(c, white, 0.7*(1-float64(d)/(bodiesFar-1))))
			}
		}
	}
	return p
}

// view is how places become pixels.
type view struct {
	low, high [3]float64
	scale     float64
	flat      bool
}

// turned is a place seen from the side and from above: x and y of the picture, and z towards the eye.
func (v *view) turned(p [3]float64) (x, y, z float64) {
	for k := range p {
		p[k] -= (v.low[k] + v.high[k]) / 2
	}
	if v.flat {
		return p[0], p[1], 0
	}
	const turn, tilt = 0.45, 0.3
	x = p[0]*math.Cos(turn) - p[1]*math.Sin(turn)
	depth := p[0]*math.Sin(turn) + p[1]*math.Cos(turn)
	return x, p[2]*math.Cos(tilt) + depth*math.Sin(tilt), p[2]*math.Sin(tilt) - depth*math.Cos(tilt)
}

func (v *view) pixel(x, y float64) (float64, float64) {
	return bodiesSide/2 + x*v.scale, bodiesText + bodiesSide/2 - y*v.scale
}

// corner is one of the eight of what the view holds.
func (v *view) corner(i int) (p [3]float64) {
	for k := range p {
		if p[k] = v.low[k]; i>>k&1 == 1 {
			p[k] = v.high[k]
		}
	}
	return p
}

func (b *Bodies) view() *view {
	v := &view{flat: b.Flat}
	for k := range 3 {
		if v.high[k] = b.Side[k]; b.Periodic[k] || k == 2 && b.Flat {
			continue
		}
		var all []float64
		for _, f := range b.Frames {
			for i := k; i < len(f); i += 3 {
				all = append(all, f[i])
			}
		}
		slices.Sort(all)
		out := len(all) / 100
		if b.Held {
			out = 0
		}
		v.low[k], v.high[k] = all[out], all[len(all)-1-out]
	}
	far := 1e-300
	for i := range 8 {
		x, y, _ := v.turned(v.corner(i))
		far = max(far, math.Abs(x), math.Abs(y))
	}
	v.scale = (bodiesSide/2 - 12) / far
	return v
}

// radius is that of a body: bodies of the mean distance nearly touch.
func (b *Bodies) radius(v *view) float64 {
	volume, dim := 1.0, 3.0
	if b.Flat {
		dim = 2
	}
	for k := range int(dim) {
		volume *= max(v.high[k]-v.low[k], 1e-300)
	}
	part := 0.45
	if b.open() {
		part = 0.2 // most are near the middle
	}
	return max(part*math.Pow(volume/float64(len(b.Kind)), 1/dim)*v.scale, 1.5)
}

func (b *Bodies) check() error {
	if len(b.Frames) == 0 || len(b.Kind) == 0 || len(b.Times) != len(b.Frames) {
		return errors.New("report: a picture of no bodies")
	}
	for _, f := range b.Frames {
		if len(f) != 3*len(b.Kind) {
			return fmt.Errorf("report: a frame of %d coordinates for %d bodies", len(f), len(b.Kind))
		}
	}
	return nil
}

// draw is the picture of a frame.
func (b *Bodies) draw(v *view, palette color.Palette, frame int) *image.Paletted {
	img := image.NewPaletted(image.Rect(0, 0, bodiesSide, bodiesSide+bodiesText), palette)
	if !b.open() {
		b.edges(img, v, false)
	}
	r := b.radius(v)
	type seen struct {
		x, y, z float64
		kind    int
	}
	var all []seen
	near, far := math.Inf(-1), math.Inf(1)
	for i := range 8 {
		_, _, z := v.turned(v.corner(i))
		near, far = max(near, z), min(far, z)
	}
	for i, kind := range b.Kind {
		p := [3]float64(b.Frames[frame][3*i : 3*i+3])
		for k := range p {
			if b.Periodic[k] {
				p[k] -= math.Floor(p[k]/b.Side[k]) * b.Side[k]
			}
		}
		x, y, z := v.turned(p)
		x, y = v.pixel(x, y)
		all = append(all, seen{x, y, z, min(int(kind), len(bodyRoles)-1)})
	}
	slices.SortStableFunc(all, func(a, b seen) int { return cmp.Compare(a.z, b.z) })
	for _, s := range all {
		depth := bodiesFar - 1
		if near > far {
			depth = min(max(int((s.z-far)/(near-far)*bodiesFar), 0), bodiesFar-1)
		}
		base := 3 + (s.kind*bodiesFar+depth)*bodiesLight
		if !(math.Abs(s.x) < 1e6 && math.Abs(s.y) < 1e6) {
			continue
		}
		for y := int(math.Ceil(s.y - r)); float64(y) <= s.y+r; y++ {
			for x := int(math.Ceil(s.x - r)); float64(x) <= s.x+r; x++ {
				u, w := (float64(x)-s.x)/r, (float64(y)-s.y)/r
				q := u*u + w*w
				if q > 1 || y < bodiesText || !(image.Point{x, y}).In(img.Rect) {
					continue
				}
				light := (-0.5*u - 0.6*w + 0.62*math.Sqrt(1-q)) * bodiesLight
				img.SetColorIndex(x, y, uint8(base+min(max(int(light), 0), bodiesLight-1)))
			}
		}
	}
	if !b.open() {
		b.edges(img, v, true)
	}
	left := 8
	for k, name := range b.Names[:min(len(b.Names), len(bodyRoles))] {
		label(img, palette[3+(k*bodiesFar+bodiesFar-1)*bodiesLight+1], left, 15, name)
		left += filmLetter * (len(name) + 2)
	}
	text := "t = " + number(b.Times[frame])
	label(img, palette[2], bodiesSide-8-filmLetter*len(text), 15, text)
	return img
}

func (b *Bodies) open() bool { return b.Periodic == [3]bool{} }

// edges draws those of the box that lie behind, or in front of, the bodies.
func (b *Bodies) edges(img *image.Paletted, v *view, front bool) {
	nearest, at := math.Inf(-1), 0
	for i := range 8 {
		if _, _, z := v.turned(v.corner(i)); z > nearest {
			nearest, at = z, i
		}
	}
	for i := range 8 {
		for k := range 3 {
			j := i | 1<<k
			if j == i || b.Flat && (k == 2 || i>>2 == 1) || (i == at || j == at) != front && !b.Flat {
				continue
			}
			x0, y0, _ := v.turned(v.corner(i))
			x1, y1, _ := v.turned(v.corner(j))
			x0, y0 = v.pixel(x0, y0)
			x1, y1 = v.pixel(x1, y1)
			n := int(math.Hypot(x1-x0, y1-y0)) + 1
			for s := range n + 1 {
				u := float64(s) / float64(n)
				img.SetColorIndex(int(math.Round(x0+u*(x1-x0))), int(math.Round(y0+u*(y1-y0))), 1)
			}
		}
	}
}

// Snapshot writes the last frame as PNG.
func (b *Bodies) Snapshot(w io.Writer) error {
	if err := b.check(); err != nil {
		return err
	}
	return png.Encode(w, b.draw(b.view(), bodiesPalette(), len(b.Frames)-1))
}

// Animation writes all frames as an animated GIF that repeats for ever.
func (b *Bodies) Animation(w io.Writer) error {
	if err := b.check(); err != nil {
		return err
	}
	v, palette := b.view(), bodiesPalette()
	g := &gif.GIF{}
	for i := range b.Frames {
		g.Image, g.Delay = append(g.Image, b.draw(v, palette, i)), append(g.Delay, bodiesStep)
	}
	return gif.EncodeAll(w, g)
}
