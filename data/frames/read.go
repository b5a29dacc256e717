package frames

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"hnn/data"
)

// maxPixels bounds what is read: sixteen times the paper's films.
const maxPixels = 1 << 28

// Read reads a user's films: a folder that holds a folder of PNG pictures for each trial
// (or, of a single trial, the pictures themselves), in the order of their names, numbers
// in them counting as numbers; an .npz with an array [trials, frames, height, width], with
// colour channels behind or without the trials; or an animated .gif, which is one trial.
// Colours become grey, transparency white.
//
// Every trial needs least frames. An error names the file and says what is wrong with it.
func Read(path string, least int) (*Set, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	var s *Set
	var names []string
	switch ext := strings.ToLower(filepath.Ext(path)); {
	case info.IsDir():
		s, names, err = readFolder(path)
	case ext == ".npz":
		s, names, err = readNPZ(path)
	case ext == ".gif":
		s, names, err = readGIF(path)
	default:
		return nil, fmt.Errorf("%s: films are a folder of pictures, an .npz or a .gif, and this is none of them", path)
	}
	if err != nil {
		return nil, err
	}
	for i := range s.Trials {
		if n := s.Frames(i); n < least {
			return nil, fmt.Errorf("%s has %d frames; a film needs at least %d to show a motion and what follows it", names[i], n, least)
		}
	}
	if !slices.ContainsFunc(s.Trials, s.moves) {
		return nil, fmt.Errorf("%s: in every film all frames are equal, so there is no motion to learn", path)
	}
	return s, nil
}

// moves reports whether two frames differ.
func (s *Set) moves(t Trial) bool {
	size := s.Size()
	return !bytes.Equal(t.Pixels[:len(t.Pixels)-size], t.Pixels[size:])
}

// add appends a trial of pictures of one size.
func (s *Set) add(name string, width, height int, pixels []uint8) error {
	if err := checkSize(name, width, height); err != nil {
		return err
	}
	if len(s.Trials) == 0 {
		s.Width, s.Height = width, height
	}
	if width != s.Width || height != s.Height {
		return fmt.Errorf("%s is of %d x %d pixels, and the first film of %d x %d; all films must be of one size", name, width, height, s.Width, s.Height)
	}
	s.Trials = append(s.Trials, Trial{Pixels: pixels})
	return nil
}

func checkSize(name string, width, height int) error {
	if width > data.MaxSide || height > data.MaxSide || width < 1 || height < 1 {
		return fmt.Errorf("%s is of %d x %d pixels; pictures can have up to %d x %d, so scale it down", name, width, height, data.MaxSide, data.MaxSide)
	}
	return nil
}

// appendGrey appends a picture's shades, drawn over white.
func appendGrey(dst []uint8, img image.Image) []uint8 {
	grey := image.NewGray(image.Rectangle{Max: img.Bounds().Size()})
	draw.Draw(grey, grey.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(grey, grey.Rect, img, img.Bounds().Min, draw.Over)
	return append(dst, grey.Pix...)
}

// Cut turns a set of one trial into one of two, the second with the last fraction of its
// frames, so that something can be held out. It is an error if either has fewer than least
// frames.
func (s *Set) Cut(fraction float64, least int) error {
	n := s.Frames(0)
	at := n - max(int(float64(n)*fraction+0.5), least)
	if at < least {
		return fmt.Errorf("one film of %d frames cannot be cut into one to learn from and one to test on, of at least %d each; give more frames or films", n, least)
	}
	p := s.Trials[0].Pixels
	s.Trials = []Trial{{Pixels: p[: at*s.Size() : at*s.Size()]}, {Pixels: p[at*s.Size():]}}
	return nil
}

// Equal returns trials first to end, cut to the length of the shortest.
func (s *Set) Equal(first, end int) *Set {
	shortest := s.Frames(first)
	for i := first; i < end; i++ {
		shortest = min(shortest, s.Frames(i))
	}
	e := &Set{Width: s.Width, Height: s.Height}
	for _, t := range s.Trials[first:end] {
		e.Trials = append(e.Trials, Trial{Pixels: t.Pixels[:shortest*s.Size()]})
	}
	return e
}
