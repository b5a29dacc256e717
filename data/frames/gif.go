package frames

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"os"
)

func readGIF(path string) (*Set, []string, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	width, height, pixels, err := decodeGIF(content)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: unreadable as GIF: %w", path, err)
	}
	s := &Set{}
	return s, []string{path}, s.add(path, width, height, pixels)
}

// decodeGIF plays an animation: a frame may hold only what has changed.
func decodeGIF(content []byte) (width, height int, pixels []uint8, err error) {
	config, err := gif.DecodeConfig(bytes.NewReader(content))
	if err != nil {
		return 0, 0, nil, truncated(err)
	}
	if err := checkSize("it", config.Width, config.Height); err != nil {
		return 0, 0, nil, err
	}
	count, err := countGIF(content)
	if err != nil {
		return 0, 0, nil, err
	}
	if most := maxPixels / (config.Width * config.Height); count > most {
		return 0, 0, nil, fmt.Errorf("it has %d frames, more than the %d that are read; cut it", count, most)
	}
	g, err := gif.DecodeAll(bytes.NewReader(content))
	if err != nil {
		return 0, 0, nil, truncated(err)
	}
	canvas := image.NewRGBA(image.Rect(0, 0, config.Width, config.Height))
	before := image.NewRGBA(canvas.Rect)
	for i, frame := range g.Image {
		if g.Disposal[i] == gif.DisposalPrevious {
			copy(before.Pix, canvas.Pix)
		}
		draw.Draw(canvas, frame.Rect, frame, frame.Rect.Min, draw.Over)
		pixels = appendGrey(pixels, canvas)
		switch g.Disposal[i] {
		case gif.DisposalBackground:
			draw.Draw(canvas, frame.Rect, image.NewUniform(color.Transparent), image.Point{}, draw.Src)
		case gif.DisposalPrevious:
			copy(canvas.Pix, before.Pix)
		}
	}
	return config.Width, config.Height, pixels, nil
}

// countGIF counts an animation's frames without unpacking them: a few bytes can stand for
// a whole frame. (GIF89a specification, sections 17 to 26.)
func countGIF(b []byte) (frames int, err error) {
	cut := errors.New("it is cut off")
	skip := func(n int) error {
		if n > len(b) {
			return cut
		}
		b = b[n:]
		return nil
	}
	table := func(flags byte) int {
		if flags&0x80 == 0 {
			return 0
		}
		return 3 << (flags&7 + 1)
	}
	if len(b) < 13 {
		return 0, cut
	}
	if err := skip(13 + table(b[10])); err != nil {
		return 0, err
	}
	for len(b) > 0 {
		switch kind := b[0]; kind {
		case 0x3b: // the trailer
			return frames, nil
		case 0x21: // an extension: its label, then sub-blocks
			err = skip(2)
		case 0x2c: // a frame: its place, colours and code size, then sub-blocks
			frames++
			if len(b) < 10 {
				return 0, cut
			}
			err = skip(11 + table(b[9]))
		default:
			return 0, fmt.Errorf("a block of unknown kind %#x", kind)
		}
		for err == nil {
			if len(b) == 0 {
				return 0, cut
			}
			n := int(b[0])
			err = skip(1 + n)
			if n == 0 {
				break
			}
		}
		if err != nil {
			return 0, err
		}
	}
	return 0, cut
}
