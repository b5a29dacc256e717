package report

import (
	"bytes"
	"image/color"
	"image/gif"
	"math"
	"strings"
	"testing"
)

// Dark is where shades are, every film moves by itself, and one that ends stands still.
func TestWriteFilms(t *testing.T) {
	const width, height = 4, 2
	spot := func(at int) []float64 {
		p := make([]float64, width*height)
		p[at] = 0.5
		return p
	}
	var moving Film
	for i := range 8 {
		moving.Frames = append(moving.Frames, spot(i))
	}
	moving.Role, moving.Name = Truth, "Film"
	short := Film{Role: HNN, Name: "HNN", Frames: [][]float64{spot(0), {math.NaN(), 0, 0, 0, 0, 0, 0, math.Inf(1)}}}
	var b bytes.Buffer
	if err := WriteFilms(&b, []Film{moving, short}, Screen{Width: width, Height: height, Ink: true, Captions: []string{"frame 0"}}); err != nil {
		t.Fatal(err)
	}
	g, err := gif.DecodeAll(&b)
	if err != nil {
		t.Fatal(err)
	}
	if len(g.Image) != 8 {
		t.Fatalf("%d frames", len(g.Image))
	}
	const scale = filmSide / width
	shadeAt := func(i, column, pixel int) uint8 {
		x := filmMargin + column*(width*scale+filmMargin) + pixel%width*scale + scale/2
		y := filmMargin + filmText + pixel/width*scale + scale/2
		return color.GrayModel.Convert(g.Image[i].At(x, y)).(color.Gray).Y
	}
	for i := range 8 {
		for pixel := range 8 {
			if dark := shadeAt(i, 0, pixel) < 90; dark != (pixel == i) {
				t.Errorf("frame %d, pixel %d has shade %d", i, pixel, shadeAt(i, 0, pixel))
			}
		}
		if i > 0 && (shadeAt(i, 1, 0) < 230 || shadeAt(i, 1, 7) > 90) {
			t.Errorf("frame %d of the film that ended: %d and %d", i, shadeAt(i, 1, 0), shadeAt(i, 1, 7))
		}
	}
	for says, films := range map[string][]Film{
		"of nothing":                             nil,
		"Film: frame 1 has 3 pixels, want 4 x 2": {{Name: "Film", Frames: [][]float64{spot(1), {1, 2, 3}}}},
	} {
		if err := WriteFilms(&b, films, Screen{Width: width, Height: height}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error is %v, want one that says %q", err, says)
		}
	}
}

// A user's pictures look as they do: a dark ball on light grey stays one, and a light one
// on black too. Names and captions have room of their own.
func TestFilmsAsTheyAre(t *testing.T) {
	const width, height, scale = 6, 4, filmSide / 6
	for _, c := range []struct{ ground, ball float64 }{{0.85, 0.15}, {0, 1}} {
		film := Film{Role: HNN, Name: "A name that is wider than the picture", Frames: [][]float64{make([]float64, width*height)}}
		for i := range film.Frames[0] {
			film.Frames[0][i] = c.ground
		}
		film.Frames[0][8] = c.ball
		for _, caption := range []string{"frame 0", "a caption that is wider than the film: it needs space too"} {
			var b bytes.Buffer
			if err := WriteFilms(&b, []Film{film, film}, Screen{Width: width, Height: height, Captions: []string{caption}}); err != nil {
				t.Fatal(err)
			}
			g, err := gif.DecodeAll(&b)
			if err != nil {
				t.Fatal(err)
			}
			img := g.Image[0]
			grey := func(x, y int) float64 { return float64(color.GrayModel.Convert(img.At(x, y)).(color.Gray).Y) / 255 }
			column := filmMargin + len(film.Name)*filmLetter
			for k := range 2 {
				left, top := filmMargin+k*column, filmMargin+filmText
				// Half a step of the palette, and what bicubic interpolation overshoots.
				const tol = 0.5/filmShades + 0.01
				if got := grey(left+2*scale+scale/2, top+scale+scale/2); math.Abs(got-c.ball) > 0.1 {
					t.Errorf("the ball of %v is shown as %v", c.ball, got)
				}
				for _, at := range [][2]int{{0, 0}, {width*scale - 1, 0}, {0, height*scale - 1}, {width*scale - 1, height*scale - 1}} {
					if got := grey(left+at[0], top+at[1]); math.Abs(got-c.ground) > tol {
						t.Errorf("the ground of %v is shown as %v at %v", c.ground, got, at)
					}
				}
			}
			// The rows below the pictures are black letters on white, and none is cut off.
			below, dark := filmMargin+filmText+height*scale, 0
			for y := below; y < img.Rect.Max.Y; y++ {
				for x := range img.Rect.Max.X {
					switch v := grey(x, y); {
					case v == 0 && x >= filmMargin && x < img.Rect.Max.X-filmMargin && y > below && y < img.Rect.Max.Y-1:
						dark++
					case v != 1:
						t.Fatalf("shade %v at %d, %d, beside the caption", v, x, y)
					}
				}
			}
			if dark < 8*len(strings.ReplaceAll(caption, " ", "")) {
				t.Errorf("%d black pixels for %q", dark, caption)
			}
		}
	}
}

func TestLatent(t *testing.T) {
	task, data := springTask()
	task.Models = task.Models[1:2]
	task.Models[0].H = func(x []float64) float64 { return x[0]*x[0] + x[1]*x[1] }
	pushed := task.Models[0]
	pushed.Name = "With energy added"
	two := task
	two.Models = append([]Run{}, task.Models[0], pushed)
	f, err := Latent("Latent planes", []Task{task, two}, []Samples{data, data})
	if err != nil {
		t.Fatal(err)
	}
	checkSVG(t, "latent planes", f)
	var svg bytes.Buffer
	if err := f.WriteSVG(&svg); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"With energy added", "H in steps of"} {
		if !strings.Contains(svg.String(), want) {
			t.Errorf("the figure does not say %q", want)
		}
	}
	for says, bad := range map[string][]Task{
		"of nothing":       nil,
		"of 4 coordinates": {coupledTask()},
	} {
		if _, err := Latent("", bad, make([]Samples, len(bad))); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error is %v, want one that says %q", err, says)
		}
	}
}
