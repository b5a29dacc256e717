package frames

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hnn/data"
	"hnn/data/file"
)

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
}

func encodePNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// grey is a picture of random shades.
func grey(rng *rand.Rand, width, height int) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, width, height))
	for i := range img.Pix {
		img.Pix[i] = uint8(rng.IntN(256))
	}
	return img
}

// A folder of folders, read in the order in which people count.
func TestReadFolder(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	dir := t.TempDir()
	var want [2][]uint8
	for trial := range want {
		for i := range 12 {
			img := grey(rng, 5, 4)
			want[trial] = append(want[trial], img.Pix...)
			write(t, filepath.Join(dir, fmt.Sprintf("trial%d", 2+9*trial), fmt.Sprintf("f%d.png", i)), encodePNG(t, img))
		}
	}
	write(t, filepath.Join(dir, "trial2", "notes.txt"), []byte("not a frame"))
	s, err := Read(dir, 4)
	if err != nil {
		t.Fatal(err)
	}
	if s.Width != 5 || s.Height != 4 || len(s.Trials) != 2 || s.Frames(0) != 12 {
		t.Fatalf("%d trials of %d frames of %d x %d", len(s.Trials), s.Frames(0), s.Width, s.Height)
	}
	for i, w := range want {
		if !bytes.Equal(s.Trials[i].Pixels, w) {
			t.Errorf("trial %d has other pixels", i)
		}
	}
	if s, err = Read(filepath.Join(dir, "trial11"), 4); err != nil || len(s.Trials) != 1 || !bytes.Equal(s.Trials[0].Pixels, want[1]) {
		t.Errorf("the pictures of one trial: %v, %v", s, err)
	}
}

func TestColourBecomesGrey(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 3, 1))
	img.Set(0, 0, color.NRGBA{200, 100, 50, 255})
	img.Set(1, 0, color.NRGBA{0, 0, 0, 0}) // nothing over white
	img.Set(2, 0, color.NRGBA{0, 0, 0, 128})
	got := appendGrey(nil, img)
	for i, want := range []float64{0.299*200 + 0.587*100 + 0.114*50, 255, 127} {
		if d := float64(got[i]) - want; d < -1 || d > 1 {
			t.Errorf("pixel %d is %d, want %.0f", i, got[i], want)
		}
	}
}

func TestReadNPZ(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	array := func(most float64, shape ...int) file.Array {
		n := 1
		for _, d := range shape {
			n *= d
		}
		a := file.Array{Shape: shape, Data: make([]float64, n)}
		for i := range a.Data {
			a.Data[i] = most * float64(rng.IntN(256)) / 255
		}
		return a
	}
	for _, c := range []struct {
		name           string
		a              file.Array
		trials, frames int
		scale          float64
	}{
		{"bytes", array(255, 3, 5, 4, 6), 3, 5, 1},
		{"from 0 to 1", array(1, 3, 5, 4, 6), 3, 5, 255},
		{"one trial", array(1, 5, 4, 6), 1, 5, 255},
		{"one channel", array(1, 3, 5, 4, 6, 1), 3, 5, 255},
	} {
		path := filepath.Join(t.TempDir(), "films.npz")
		writeNPZ(t, path, map[string]file.Array{"frames": c.a, "other": array(1, 2, 2, 2)})
		s, err := Read(path, 4)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if len(s.Trials) != c.trials || s.Frames(0) != c.frames || s.Height != 4 || s.Width != 6 {
			t.Errorf("%s: %d trials of %d frames of %d x %d", c.name, len(s.Trials), s.Frames(0), s.Width, s.Height)
			continue
		}
		for i, v := range c.a.Data {
			if got := s.Trials[i/(c.frames*24)].Pixels[i%(c.frames*24)]; got != uint8(c.scale*v+0.5) {
				t.Fatalf("%s: element %d is %d, want %v", c.name, i, got, c.scale*v)
			}
		}
	}
	path := filepath.Join(t.TempDir(), "colour.npz")
	colours := array(1, 2, 5, 4, 6, 3)
	writeNPZ(t, path, map[string]file.Array{"x": colours})
	s, err := Read(path, 4)
	if err != nil {
		t.Fatal(err)
	}
	if v := colours.Data[21:]; s.Trials[0].Pixels[7] != uint8(255*(0.299*v[0]+0.587*v[1]+0.114*v[2])+0.5) {
		t.Errorf("pixel 7 of colours %v is %d", v[:3], s.Trials[0].Pixels[7])
	}
}

// writeNPZ writes arrays of float64 of any rank, in NumPy's format.
func writeNPZ(t testing.TB, path string, arrays map[string]file.Array) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z := zip.NewWriter(f)
	for name, a := range arrays {
		w, err := z.Create(name + ".npy")
		if err != nil {
			t.Fatal(err)
		}
		shape := strings.ReplaceAll(strings.Trim(fmt.Sprint(a.Shape), "[]"), " ", ", ")
		header := fmt.Sprintf("{'descr': '<f8', 'fortran_order': False, 'shape': (%s,), }", shape)
		header += strings.Repeat(" ", 117-len(header)) + "\n"
		fmt.Fprintf(w, "\x93NUMPY\x01\x00%c\x00%s", len(header), header)
		if err := binary.Write(w, binary.LittleEndian, a.Data); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
}

// movingGIF has frames that hold only what changes, with every kind of disposal.
func movingGIF(t testing.TB, frames int) (content []byte, want []uint8) {
	t.Helper()
	palette := color.Palette{color.White, color.Black, color.Gray{100}}
	shades := []uint8{255, 0, 100}
	g := &gif.GIF{Config: image.Config{Width: 6, Height: 4, ColorModel: palette}}
	canvas := slices.Repeat([]uint8{255}, 24)
	for i := range frames {
		r := image.Rect(i%4, 1, i%4+2, 3)
		fill := func(shade uint8) []uint8 {
			c := slices.Clone(canvas)
			for y := r.Min.Y; y < r.Max.Y; y++ {
				for x := r.Min.X; x < r.Max.X; x++ {
					c[6*y+x] = shade
				}
			}
			return c
		}
		index := 1 + i%2
		p := image.NewPaletted(r, palette)
		for k := range p.Pix {
			p.Pix[k] = uint8(index)
		}
		want = append(want, fill(shades[index])...)
		disposal := []byte{gif.DisposalNone, gif.DisposalBackground, gif.DisposalPrevious}[i%3]
		switch disposal {
		case gif.DisposalNone:
			canvas = fill(shades[index])
		case gif.DisposalBackground:
			canvas = fill(255) // which is transparent, over white
		}
		g.Image, g.Delay, g.Disposal = append(g.Image, p), append(g.Delay, 5), append(g.Disposal, disposal)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), want
}

func TestReadGIF(t *testing.T) {
	content, want := movingGIF(t, 9)
	path := filepath.Join(t.TempDir(), "film.gif")
	write(t, path, content)
	s, err := Read(path, 4)
	if err != nil {
		t.Fatal(err)
	}
	if s.Frames(0) != 9 || !bytes.Equal(s.Trials[0].Pixels, want) {
		t.Errorf("%d frames: %v, want %v", s.Frames(0), s.Trials[0].Pixels, want)
	}
}

// What is wrong with films is said, with the file.
func TestReadErrors(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	folder := func(pictures ...[]byte) string {
		dir := t.TempDir()
		for i, p := range pictures {
			write(t, filepath.Join(dir, "a", fmt.Sprintf("%d.png", i)), p)
		}
		return dir
	}
	picture := func(width, height int) []byte { return encodePNG(t, grey(rng, width, height)) }
	still := picture(4, 4)
	good := folder(picture(4, 4), picture(4, 4), picture(4, 4), picture(4, 4))
	mixed := t.TempDir()
	write(t, filepath.Join(mixed, "a", "0.png"), still)
	write(t, filepath.Join(mixed, "0.png"), still)
	other := folder(picture(4, 4), picture(4, 4), picture(4, 4), picture(4, 4))
	write(t, filepath.Join(other, "b", "0.png"), picture(5, 4))
	npz := func(a file.Array) string {
		path := filepath.Join(t.TempDir(), "f.npz")
		writeNPZ(t, path, map[string]file.Array{"frames": a})
		return path
	}
	content, _ := movingGIF(t, 6)
	cutGIF := filepath.Join(t.TempDir(), "cut.gif")
	write(t, cutGIF, content[:len(content)/2])
	text := filepath.Join(t.TempDir(), "film.mp4")
	write(t, text, []byte("film"))
	for _, c := range []struct {
		path string
		says []string
	}{
		{folder(picture(4, 4), picture(4, 5), still, still), []string{"1.png is of 4 x 5 pixels", "one size"}},
		{other, []string{"b is of 5 x 4 pixels", "first film of 4 x 4"}},
		{folder(still, []byte("no picture"), still, still), []string{"1.png", "unreadable as PNG"}},
		{folder(still, still[:20], still, still), []string{"1.png", "cut off"}},
		{folder(still, picture(4, 4), still), []string{"3 frames", "at least 4"}},
		{folder(still, still, still, still), []string{"all frames are equal"}},
		{folder(picture(129, 4), still, still, still), []string{"0.png is of 129 x 4 pixels", "128 x 128"}},
		{t.TempDir(), []string{"no .png pictures"}},
		{mixed, []string{"both pictures and folders"}},
		{npz(file.Array{Shape: []int{4, 2}, Data: make([]float64, 8)}), []string{"shape [4 2]"}},
		{npz(file.Array{Shape: []int{1, 1, 2}, Data: []float64{-1, 2}}), []string{"values from -1 to 2"}},
		{npz(file.Array{Shape: []int{4, 1, 129}, Data: make([]float64, 4*129)}), []string{"129 x 1"}},
		{cutGIF, []string{"unreadable as GIF", "cut off"}},
		{text, []string{"none of them"}},
		{filepath.Join(good, "missing"), []string{"no such file"}},
	} {
		_, err := Read(c.path, 4)
		for _, says := range c.says {
			if err == nil || !strings.Contains(err.Error(), says) {
				t.Errorf("error is %v, want one that says %q", err, says)
			}
		}
	}
	if _, err := Read(good, 4); err != nil {
		t.Error(err)
	}
}

func TestCutAndEqual(t *testing.T) {
	s := &Set{Width: 1, Height: 1, Trials: []Trial{{Pixels: []uint8{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}}}}
	if err := s.Cut(0.2, 6); err == nil || !strings.Contains(err.Error(), "cannot be cut") {
		t.Errorf("error is %v", err)
	}
	if err := s.Cut(0.2, 4); err != nil || s.Frames(0) != 6 || s.Frames(1) != 4 {
		t.Errorf("cut into %v, %v", s.Trials, err)
	}
	if e := s.Equal(0, 2); e.Frames(0) != 4 || e.Frames(1) != 4 {
		t.Errorf("equal: %v", e.Trials)
	}
	// Observations of two frames, followed by at least two more.
	want := []Window{{0, 1}, {0, 2}, {0, 3}, {1, 1}}
	if got := s.Windows(0, 2, 2, 2); !slices.Equal(got, want) {
		t.Errorf("windows %v, want %v", got, want)
	}
}

func TestMean(t *testing.T) {
	s := &Set{Width: 2, Height: 1, Trials: []Trial{{Pixels: []uint8{9, 9}}, {Pixels: []uint8{0, 255, 255, 0}}, {Pixels: []uint8{51, 0}}}}
	if got := s.Mean(1, 3); math.Abs(got[0]-0.4) > 1e-15 || math.Abs(got[1]-1./3) > 1e-15 {
		t.Errorf("mean %v, want 0.4 and 1/3", got)
	}
}

func TestCompareNames(t *testing.T) {
	names := []string{"f10.png", "f9.png", "f010.png", "f.png", "f1a.png", "f1.png", "e99.png"}
	slices.SortFunc(names, compareNames)
	want := []string{"e99.png", "f1.png", "f1a.png", "f9.png", "f010.png", "f10.png", "f.png"}
	if !slices.Equal(names, want) {
		t.Errorf("order %v, want %v", names, want)
	}
}

// No content makes a reader panic or return frames of another size than it says.
func FuzzGIF(f *testing.F) {
	content, _ := movingGIF(f, 5)
	f.Add(content)
	f.Add(content[:60])
	f.Fuzz(func(t *testing.T, b []byte) {
		width, height, pixels, err := decodeGIF(b)
		if err == nil && (width > data.MaxSide || height > data.MaxSide || len(pixels)%(width*height) != 0) {
			t.Fatalf("%d pixels of frames of %d x %d", len(pixels), width, height)
		}
	})
}

func FuzzPicture(f *testing.F) {
	f.Add(encodePNG(f, grey(rand.New(rand.NewPCG(1, 2)), 3, 2)))
	f.Fuzz(func(t *testing.T, b []byte) {
		img, err := decodePicture(bytes.NewReader(b), "x")
		if err == nil && len(appendGrey(nil, img)) != img.Bounds().Dx()*img.Bounds().Dy() {
			t.Fatal("pixels are lost")
		}
	})
}

func FuzzFilms(f *testing.F) {
	f.Add(uint8(2), uint8(5), uint8(3), uint8(4), uint8(1), 0.5)
	f.Add(uint8(0), uint8(5), uint8(3), uint8(4), uint8(3), 200.)
	f.Fuzz(func(t *testing.T, trials, frames, height, width, channels uint8, value float64) {
		shape := []int{int(trials) % 4, int(frames) % 9, int(height), int(width), int(channels) % 6}
		n := 1
		for _, d := range shape {
			n *= d
		}
		if n > 1<<16 {
			return
		}
		a := file.Array{Shape: shape, Data: slices.Repeat([]float64{value}, n)}
		s, names, err := films("x", "y", a)
		if err == nil && (len(names) != len(s.Trials) || len(s.Trials[0].Pixels)%s.Size() != 0) {
			t.Fatalf("%v: %d trials, %d names", shape, len(s.Trials), len(names))
		}
	})
}
