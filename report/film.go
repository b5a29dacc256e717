package report

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"io"
	"math"

	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// A Film is one moving picture of an animation.
type Film struct {
	Role Role // decides the colour of the name
	Name string
	// Frames are Height x Width shades from 0 to 1, row-major from the top. A film that is
	// shorter than the others ends with its last frame; one that is not finite is left
	// white.
	Frames [][]float64
}

const (
	filmSide   = 112 // pixels of the longer side of a film's picture, at least
	filmMargin = 8
	filmText   = 20 // height of the line of names
	filmShades = 48
	filmStep   = 5 // hundredths of a second of a frame
)

// WriteFilms writes films of one picture size side by side as an animated GIF that is
// repeated for ever. Shades are drawn dark on white, the darkest of the first film being
// black; captions holds a text for each frame, or none.
func WriteFilms(w io.Writer, films []Film, width, height int, captions []string) error {
	if len(films) == 0 || len(films[0].Frames) == 0 {
		return errors.New("report: an animation of nothing")
	}
	frames, darkest := 0, 0.0
	for _, f := range films {
		frames = max(frames, len(f.Frames))
		for i, p := range f.Frames {
			if len(p) != width*height {
				return fmt.Errorf("report: %s: frame %d has %d pixels, want %d x %d", f.Name, i, len(p), width, height)
			}
		}
	}
	for _, p := range films[0].Frames {
		for _, v := range p {
			if drawable(v) {
				darkest = max(darkest, v)
			}
		}
	}
	if darkest == 0 {
		darkest = 1
	}
	palette := color.Palette{}
	for i := range filmShades {
		palette = append(palette, color.Gray{uint8(255 - 255*i/(filmShades-1))})
	}
	names := len(palette)
	for _, f := range films {
		palette = append(palette, f.Role.Color())
	}
	scale := max(1, filmSide/max(width, height))
	column := max(width*scale, 60) + filmMargin
	sheet := image.Rect(0, 0, filmMargin+column*len(films), 2*filmMargin+filmText+height*scale)
	g := &gif.GIF{}
	small := image.NewGray(image.Rect(0, 0, width, height))
	large := image.NewGray(image.Rect(0, 0, width*scale, height*scale))
	for i := range frames {
		img := image.NewPaletted(sheet, palette)
		for k, f := range films {
			left := filmMargin + k*column
			label(img, palette[names+k], left, filmMargin+11, f.Name)
			if len(f.Frames) == 0 {
				continue
			}
			shade(small, f.Frames[min(i, len(f.Frames)-1)], darkest)
			xdraw.CatmullRom.Scale(large, large.Rect, small, small.Rect, xdraw.Src, nil)
			for y := range height * scale {
				for x := range width * scale {
					img.SetColorIndex(left+x, filmMargin+filmText+y, shadeIndex(large.Pix[y*large.Stride+x]))
				}
			}
		}
		if i < len(captions) {
			label(img, palette[filmShades-1], sheet.Max.X-filmMargin-7*len(captions[i]), sheet.Max.Y-3, captions[i])
		}
		g.Image, g.Delay = append(g.Image, img), append(g.Delay, filmStep)
	}
	return gif.EncodeAll(w, g)
}

// shade makes a picture of shades, dark for large ones.
func shade(dst *image.Gray, shades []float64, darkest float64) {
	for i, v := range shades {
		if math.IsNaN(v) {
			v = 0
		}
		dst.Pix[i] = uint8(255*min(max(v/darkest, 0), 1) + 0.5)
	}
}

// shadeIndex is the palette's index of a byte.
func shadeIndex(b uint8) uint8 { return uint8((int(b)*(filmShades-1) + 127) / 255) }

// label writes text with its baseline at y.
func label(img *image.Paletted, c color.Color, x, y int, text string) {
	d := font.Drawer{Dst: img, Src: image.NewUniform(c), Face: basicfont.Face7x13, Dot: fixed.P(x, y)}
	d.DrawString(text)
}
