package frames

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func readFolder(path string) (*Set, []string, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, nil, err
	}
	var folders, pictures []string
	for _, e := range entries {
		switch full := filepath.Join(path, e.Name()); {
		case strings.HasPrefix(e.Name(), "."):
		case e.IsDir():
			folders = append(folders, full)
		case isPicture(e.Name()):
			pictures = append(pictures, full)
		}
	}
	switch {
	case len(folders) > 0 && len(pictures) > 0:
		return nil, nil, fmt.Errorf("%s holds both pictures and folders; give a folder of folders, one a trial, or the pictures of one trial", path)
	case len(folders) == 0 && len(pictures) == 0:
		return nil, nil, fmt.Errorf("%s holds no .png pictures and no folders of them", path)
	case len(folders) == 0:
		folders = []string{path}
	}
	slices.SortFunc(folders, compareNames)
	s := &Set{}
	total := 0
	for _, folder := range folders {
		width, height, pixels, err := readPictures(folder, maxPixels-total)
		if err != nil {
			return nil, nil, err
		}
		total += len(pixels)
		if err := s.add(folder, width, height, pixels); err != nil {
			return nil, nil, err
		}
	}
	return s, folders, nil
}

func isPicture(name string) bool { return strings.EqualFold(filepath.Ext(name), ".png") }

// readPictures reads the pictures of a folder, which must be of one size.
func readPictures(folder string, budget int) (width, height int, pixels []uint8, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return 0, 0, nil, err
	}
	var names []string
	for _, e := range entries {
		if !e.IsDir() && isPicture(e.Name()) && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, filepath.Join(folder, e.Name()))
		}
	}
	if len(names) == 0 {
		return 0, 0, nil, fmt.Errorf("%s holds no .png pictures; every folder is a trial and needs them", folder)
	}
	slices.SortFunc(names, compareNames)
	for i, name := range names {
		img, err := readPicture(name)
		if err != nil {
			return 0, 0, nil, err
		}
		size := img.Bounds().Size()
		if i == 0 {
			width, height = size.X, size.Y
		}
		if size.X != width || size.Y != height {
			return 0, 0, nil, fmt.Errorf("%s is of %d x %d pixels, and %s of %d x %d; all frames must be of one size", name, size.X, size.Y, names[0], width, height)
		}
		if pixels = appendGrey(pixels, img); len(pixels) > budget {
			return 0, 0, nil, fmt.Errorf("%s: these films have more than %d pixels together; give fewer or smaller frames", folder, maxPixels)
		}
	}
	return width, height, pixels, nil
}

func readPicture(name string) (image.Image, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return decodePicture(f, name)
}

// decodePicture looks at the size first: a picture of a few bytes can claim gigabytes.
func decodePicture(f io.ReadSeeker, name string) (image.Image, error) {
	config, err := png.DecodeConfig(bufio.NewReader(f))
	if err != nil {
		return nil, fmt.Errorf("%s: unreadable as PNG: %w; write it anew or take it out", name, truncated(err))
	}
	if err := checkSize(name, config.Width, config.Height); err != nil {
		return nil, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	img, err := png.Decode(bufio.NewReader(f))
	if err != nil {
		return nil, fmt.Errorf("%s: unreadable as PNG: %w; write it anew or take it out", name, truncated(err))
	}
	return img, nil
}

// truncated says what an unexpected end means.
func truncated(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("it is cut off")
	}
	return err
}

// compareNames orders names with the numbers in them as numbers: 2.png before 10.png.
func compareNames(a, b string) int {
	whole := strings.Compare(a, b)
	for a != "" && b != "" {
		x, restA, numberA := chunk(a)
		y, restB, numberB := chunk(b)
		var c int
		if numberA && numberB {
			x, y = strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
			if c = cmp.Compare(len(x), len(y)); c == 0 {
				c = strings.Compare(x, y)
			}
		} else {
			c = strings.Compare(x, y)
		}
		if c != 0 {
			return c
		}
		a, b = restA, restB
	}
	if c := cmp.Compare(len(a), len(b)); c != 0 {
		return c
	}
	return whole
}

// chunk splits off the digits or the other characters that a name begins with.
func chunk(s string) (head, rest string, number bool) {
	digit := func(i int) bool { return s[i] >= '0' && s[i] <= '9' }
	number = digit(0)
	i := 1
	for i < len(s) && digit(i) == number {
		i++
	}
	return s[:i], s[i:], number
}
