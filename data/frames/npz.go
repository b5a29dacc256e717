package frames

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"hnn/data/file"
)

// readNPZ takes the array named frames or, where there is none, the one of films' rank.
func readNPZ(path string) (*Set, []string, error) {
	arrays, err := file.ReadNPZ(path)
	if err != nil {
		return nil, nil, err
	}
	a, ok := arrays["frames"]
	name := "frames"
	if !ok {
		var names []string
		for key, v := range arrays {
			if len(v.Shape) >= 3 {
				names, a, name = append(names, key), v, key
			}
		}
		if len(names) != 1 {
			slices.Sort(names)
			return nil, nil, fmt.Errorf("%s: it has %d arrays that could be films (%s); name the one that is \"frames\", of shape [trials, frames, height, width]", path, len(names), strings.Join(names, ", "))
		}
	}
	return films(path, name, a)
}

// films makes trials of an array [trials,] frames, height, width [, channels].
func films(path, name string, a file.Array) (*Set, []string, error) {
	shape := slices.Clone(a.Shape)
	channels := 1
	if n := len(shape); n >= 4 && (shape[n-1] == 3 || shape[n-1] == 4) || n == 5 && shape[n-1] == 1 {
		channels, shape = shape[n-1], shape[:n-1]
	}
	if len(shape) == 3 {
		shape = append([]int{1}, shape...)
	}
	if len(shape) != 4 || slices.Contains(shape, 0) {
		return nil, nil, fmt.Errorf("%s: the array %q has shape %v; films are [trials, frames, height, width], with 3 colours behind or without trials", path, name, a.Shape)
	}
	scale, err := shadeScale(a.Data)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: the array %q %w", path, name, err)
	}
	size := shape[1] * shape[2] * shape[3]
	s := &Set{}
	var names []string
	for i := range shape[0] {
		pixels := make([]uint8, size)
		for k := range pixels {
			v := a.Data[(i*size+k)*channels : (i*size+k+1)*channels]
			pixels[k] = uint8(math.Round(scale * shade(v)))
		}
		names = append(names, fmt.Sprintf("%s: trial %d", path, i))
		if err := s.add(names[i], shape[3], shape[2], pixels); err != nil {
			return nil, nil, err
		}
	}
	return s, names, nil
}

// shade is a pixel's luminance, by the weights of JFIF as package image has them; a
// fourth channel is left out.
func shade(channels []float64) float64 {
	if len(channels) == 1 {
		return channels[0]
	}
	return 0.299*channels[0] + 0.587*channels[1] + 0.114*channels[2]
}

// shadeScale is what takes an array's values to 0 to 255: they are from 0 to 1, or bytes.
func shadeScale(v []float64) (float64, error) {
	var least, most float64
	for i, x := range v {
		if math.IsNaN(x) {
			return 0, fmt.Errorf("holds NaN at element %d", i)
		}
		least, most = min(least, x), max(most, x)
	}
	switch {
	case least < 0 || most > 255:
		return 0, fmt.Errorf("has values from %v to %v; shades are from 0 to 1, or from 0 to 255", least, most)
	case most > 1:
		return 1, nil
	}
	return 255, nil
}
