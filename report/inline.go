package report

import (
	"bytes"
	"fmt"
	"html"
	"regexp"
	"strconv"
)

// darkest is the brightness that white has on a dark page.
const darkest = 0.09

// inlineScale is the most pixels of a page for a point of a figure, so that letters
// have one size in narrow figures and wide ones.
const inlineScale = 1.35

// leastScale is the fewest: on a phone a figure is not made narrower than its letters can be read, but shifted sideways.
const leastScale = 1.05

// phone is the width of the figures of a page on one, in pixels.
const phone = 360

// scrolls reports whether a figure is wider than a phone's screen.
func (f *Figure) scrolls() bool { return leastScale*f.width > phone }

var hexColor = regexp.MustCompile(`#[0-9A-F]{6}`)

// inline returns the figure as an SVG element for an HTML page of which the colour
// scheme is light or dark: in a dark one every colour keeps its hue and trades its
// lightness for the opposite, so that white paper is dark and dark ink light.
func (f *Figure) inline() ([]byte, error) {
	var buf bytes.Buffer
	if err := f.WriteSVG(&buf); err != nil {
		return nil, err
	}
	svg := buf.Bytes()
	start := bytes.Index(svg, []byte("<svg"))
	if start < 0 {
		return nil, fmt.Errorf("report: the canvas of %q wrote no svg element", f.title)
	}
	svg = svg[start:]
	// The height follows from the viewBox.
	size := fmt.Appendf(nil, `role="img" aria-label="%s" style="min-width:%.0fpx;max-width:%.0fpx" `, html.EscapeString(f.title), leastScale*f.width, inlineScale*f.width)
	svg = regexp.MustCompile(`width="[0-9.]+pt" height="[0-9.]+pt" `).ReplaceAll(svg, size)
	return hexColor.ReplaceAllFunc(svg, func(light []byte) []byte {
		return fmt.Appendf(nil, "light-dark(%s,%s)", light, inverted(string(light)))
	}), nil
}

// inverted returns the colour of the same hue and chroma and the opposite lightness, as
// #RRGGBB.
func inverted(hex string) string {
	rgb, err := strconv.ParseUint(hex[1:], 16, 24)
	if err != nil {
		return hex
	}
	c := [3]float64{float64(rgb >> 16), float64(rgb >> 8 & 0xff), float64(rgb & 0xff)}
	// The lightness of HSL is half of max + min: this shift takes each to 255 less the other.
	shift := 255 - max(c[0], c[1], c[2]) - min(c[0], c[1], c[2])
	s := "#"
	for _, v := range c {
		s += fmt.Sprintf("%02x", int(255*darkest+(1-darkest)*(v+shift)+0.5))
	}
	return s
}
