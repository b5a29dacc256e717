package report

import (
	"bytes"
	"image/gif"
	"image/png"
	"testing"
)

// A snapshot shows every kind in its colour where its bodies are, and an animation has a picture for each frame.
func TestBodies(t *testing.T) {
	b := &Bodies{Side: [3]float64{4, 4, 0}, Periodic: [3]bool{true, true, false}, Flat: true, Kind: []uint8{0, 1}, Names: []string{"A", "B"},
		Times: []float64{0, 1, 2}, Frames: [][]float64{{1, 1, 0, 3, 3, 0}, {1, 2, 0, 3, 3, 0}, {-3, 3, 0, 3, 1, 0}}} // -3 is 1 within the box
	var w bytes.Buffer
	if err := b.Snapshot(&w); err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(&w)
	if err != nil {
		t.Fatal(err)
	}
	at := func(x, y float64) (blue bool, red bool) {
		v := b.view()
		px, py := v.pixel(x-2, y-2)
		r, _, bl, _ := img.At(int(px), int(py)).RGBA()
		return bl > r, r > bl
	}
	if blue, _ := at(1, 3); !blue {
		t.Error("the first body is not where it should be")
	}
	if _, red := at(3, 1); !red {
		t.Error("the second body is not where it should be")
	}
	if blue, red := at(2, 2); blue || red {
		t.Error("something where nothing is")
	}
	w.Reset()
	if err := b.Animation(&w); err != nil {
		t.Fatal(err)
	}
	g, err := gif.DecodeAll(&w)
	if err != nil || len(g.Image) != 3 || bytes.Equal(g.Image[0].Pix, g.Image[1].Pix) {
		t.Errorf("%v, %d pictures", err, len(g.Image))
	}
	b.Kind = b.Kind[:1]
	if b.Snapshot(&w) == nil || (&Bodies{}).Animation(&w) == nil {
		t.Error("bodies without places are drawn")
	}
}
