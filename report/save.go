package report

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"

	"hnn/internal/atomicfile"
)

// pngDensity is the resolution of the saved PNGs, in pixels an inch: about 1,400 pixels of width.
const pngDensity = 144

// Save writes the figure as name.svg and name.png to each of the folders, which it makes, and returns the paths.
func (f *Figure) Save(name string, folders ...string) (paths []string, err error) {
	var svg, png bytes.Buffer
	if err := errors.Join(f.WriteSVG(&svg), f.WritePNG(&png, pngDensity)); err != nil {
		return nil, err
	}
	for _, folder := range folders {
		if err := os.MkdirAll(folder, 0o777); err != nil {
			return paths, err
		}
		for _, file := range []struct {
			extension string
			content   []byte
		}{{".svg", svg.Bytes()}, {".png", png.Bytes()}} {
			path := filepath.Join(folder, name+file.extension)
			if err := atomicfile.Write(path, func(w io.Writer) error { _, err := w.Write(file.content); return err }); err != nil {
				return paths, err
			}
			paths = append(paths, path)
		}
	}
	return paths, nil
}
