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

// A Film is one of the moving pictures that WriteFilms shows side by side.
type Film struct {
	Role Role // decides the colour of the name
	Name string
	// Frames are Height x Width shades from 0 to 1, row-major from the top. A film that is
	// shorter than the others stays at its last frame. A shade that is not a number is white.
	Frames [][]float64
}

// A Screen says how films are shown.
type Screen struct {
	Width, Height int // of a frame, in pixels
	// Ink draws large shades dark on white, the largest of the first film black. It suits the
	// drawn pendulum, whose frames are zero where nothing is. Without Ink 0 is black and 1
	// white, as in the pictures that shades come from.
	Ink bool
	// Captions holds a text for each frame, or none.
	Captions []string
}

const (
	filmSide   = 112 // pixels of the longer side of a film's picture, at least
	filmMargin = 8
	filmText   = 20 // height of the line of names, and of that of captions
	filmLetter = 7  // width of a letter
	filmShades = 48
	filmStep   = 5 // hundredths of a second of a frame
)

// WriteFilms writes films of one picture size side by side as an animated GIF that repeats for
// ever: names above the pictures, captions below. It is an error if there is no film, or if a
// frame has not Width x Height shades.
func WriteFilms(w io.Writer, films []Film, s Screen) error {
	if len(films) == 0 || len(films[0].Frames) == 0 {
		return errors.New("report: an animation of nothing")
	}
	frames, letters, captionLetters := 0, 0, 0
	for _, f := range films {
		frames, letters = max(frames, len(f.Frames)), max(letters, len(f.Name))
		for i, p := range f.Frames {
			if len(p) != s.Width*s.Height {
				return fmt.Errorf("report: %s: frame %d has %d pixels, want %d x %d", f.Name, i, len(p), s.Width, s.Height)
			}
		}
	}
	for _, c := range s.Captions {
		captionLetters = max(captionLetters, len(c))
	}
	darkness := s.darkness(films[0])
	palette := color.Palette{}
	for i := range filmShades {
		palette = append(palette, color.Gray{uint8(255 - 255*i/(filmShades-1))})
	}
	names := len(palette)
	for _, f := range films {
		palette = append(palette, f.Role.Color())
	}
	scale := max(1, filmSide/max(s.Width, s.Height))
	column := max(s.Width*scale, letters*filmLetter) + filmMargin
	sheet := image.Rect(0, 0, filmMargin+max(column*len(films), captionLetters*filmLetter+filmMargin), 2*filmMargin+filmText+s.Height*scale)
	if captionLetters > 0 {
		sheet.Max.Y += filmText - filmMargin
	}
	g := &gif.GIF{}
	small := image.NewGray(image.Rect(0, 0, s.Width, s.Height))
	large := image.NewGray(image.Rect(0, 0, s.Width*scale, s.Height*scale))
	for i := range frames {
		img := image.NewPaletted(sheet, palette)
		for k, f := range films {
			left := filmMargin + k*column
			label(img, palette[names+k], left, filmMargin+11, f.Name)
			if len(f.Frames) == 0 {
				continue
			}
			shade(small, f.Frames[min(i, len(f.Frames)-1)], darkness)
			xdraw.CatmullRom.Scale(large, large.Rect, small, small.Rect, xdraw.Src, nil)
			for y := range s.Height * scale {
				for x := range s.Width * scale {
					img.SetColorIndex(left+x, filmMargin+filmText+y, shadeIndex(large.Pix[y*large.Stride+x]))
				}
			}
		}
		if i < len(s.Captions) {
			label(img, palette[filmShades-1], sheet.Max.X-filmMargin-filmLetter*len(s.Captions[i]), sheet.Max.Y-6, s.Captions[i])
		}
		g.Image, g.Delay = append(g.Image, img), append(g.Delay, filmStep)
	}
	return gif.EncodeAll(w, g)
}

// darkness is what a shade looks like: from 0, white, to 1, black.
func (s *Screen) darkness(first Film) func(shade float64) float64 {
	if !s.Ink {
		return func(v float64) float64 { return 1 - v }
	}
	darkest := 0.0
	for _, p := range first.Frames {
		for _, v := range p {
			if drawable(v) {
				darkest = max(darkest, v)
			}
		}
	}
	if darkest == 0 {
		darkest = 1
	}
	return func(v float64) float64 { return v / darkest }
}

// shade makes a picture of how dark shades are; what is no number is white.
func shade(dst *image.Gray, shades []float64, darkness func(float64) float64) {
	for i, v := range shades {
		if v = darkness(v); math.IsNaN(v) {
			v = 0
		}
		dst.Pix[i] = uint8(255*min(max(v, 0), 1) + 0.5)
	}
}

// shadeIndex is the palette's index of a byte.
func shadeIndex(b uint8) uint8 { return uint8((int(b)*(filmShades-1) + 127) / 255) }

// label writes text with its baseline at y.
func label(img *image.Paletted, c color.Color, x, y int, text string) {
	d := font.Drawer{Dst: img, Src: image.NewUniform(c), Face: basicfont.Face7x13, Dot: fixed.P(x, y)}
	d.DrawString(text)
}
