package report

import "image/color"

// A Role is what a run is in a comparison. It alone decides the colour, so that a
// model looks the same in every figure.
type Role int

// The roles, in the order in which their runs are drawn.
const (
	Truth       Role = iota // true or measured
	Baseline                // the plain network of the paper
	HNN                     // trained by gradient descent
	ClosedForm              // an HNN by one least-squares solve
	SecondOrder             // the baseline that knows that positions change by velocities
	Structured              // an HNN of a known form, or one that loses energy
)

// The colours are those of Okabe and Ito, "Color Universal Design" (2008), which
// stay apart for colour-blind readers, on a dark grey for the truth.
var roleColors = [...]color.RGBA{
	Truth:       {0x40, 0x40, 0x40, 0xff},
	Baseline:    {0xd5, 0x5e, 0x00, 0xff}, // vermillion
	HNN:         {0x00, 0x72, 0xb2, 0xff}, // blue
	ClosedForm:  {0x00, 0x9e, 0x73, 0xff}, // bluish green
	SecondOrder: {0xe6, 0x9f, 0x00, 0xff}, // orange
	Structured:  {0x56, 0xb4, 0xe9, 0xff}, // sky blue
}

var (
	white = color.RGBA{0xff, 0xff, 0xff, 0xff}
	black = color.RGBA{0, 0, 0, 0xff}

	textColor  = color.RGBA{0x20, 0x20, 0x20, 0xff}
	frameColor = color.RGBA{0x80, 0x80, 0x80, 0xff}
	arrowColor = color.RGBA{0x98, 0x98, 0x98, 0xff}
	dotColor   = color.RGBA{0xcc, 0x79, 0xa7, 0xff} // reddish purple
)

// Color returns the colour of the role.
func (r Role) Color() color.RGBA {
	if r < 0 || int(r) >= len(roleColors) {
		return textColor
	}
	return roleColors[r]
}

// ramp returns the role's colour from a light tint, the start of a rollout, to a
// dark shade, its end.
func (r Role) ramp() []color.Color {
	const tint, shade = 0.62, 0.55 // how far to white and to black the ends lie
	base := r.Color()
	colors := make([]color.Color, pathSteps)
	for i := range colors {
		s := 2*float64(i)/(pathSteps-1) - 1 // -1 at the start, 1 at the end
		if s < 0 {
			colors[i] = mix(base, white, -s*tint)
		} else {
			colors[i] = mix(base, black, s*shade)
		}
	}
	return colors
}

// mix returns (1-s) a + s b.
func mix(a, b color.RGBA, s float64) color.RGBA {
	channel := func(a, b uint8) uint8 { return uint8((1-s)*float64(a) + s*float64(b) + 0.5) }
	return color.RGBA{channel(a.R, b.R), channel(a.G, b.G), channel(a.B, b.B), 0xff}
}
