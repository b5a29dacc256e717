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
	if err := WriteFilms(&b, []Film{moving, short}, width, height, []string{"frame 0"}); err != nil {
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
		if err := WriteFilms(&b, films, width, height, nil); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error is %v, want one that says %q", err, says)
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
