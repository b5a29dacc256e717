package safetensors

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"unicode/utf8"
)

// maxAxes bounds the axes of one tensor. NumPy's bound is 64.
const maxAxes = 64

// parseHeader reads the JSON into a File without tensors and the tensors' places.
//
// It goes token by token rather than through json.Unmarshal, which lets the last of
// two equal keys win, takes unknown and missing keys for granted, and replaces
// broken UTF-8.
func parseHeader(header []byte) (*File, []place, error) {
	if !utf8.Valid(header) {
		return nil, nil, errors.New("not UTF-8")
	}
	if len(header) == 0 || header[0] != '{' {
		return nil, nil, errors.New("does not begin with {")
	}
	p := parser{json.NewDecoder(bytes.NewReader(header))}
	p.UseNumber()
	f := new(File)
	var places []place
	err := p.object(func(key string) (err error) {
		if key == metadataKey {
			f.Metadata, err = p.metadata()
			return err
		}
		pl, err := p.place()
		pl.name = key
		places = append(places, pl)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	if _, err := p.Token(); err != io.EOF {
		return nil, nil, fmt.Errorf("something follows the last } at byte %d", p.InputOffset())
	}
	return f, places, nil
}

// parser adds to a json.Decoder the few shapes that a header is made of.
type parser struct{ *json.Decoder }

// object reads a JSON object and calls value at each key. A key may not come twice.
func (p parser) object(value func(key string) error) error {
	if err := p.delim('{'); err != nil {
		return err
	}
	seen := make(map[string]bool)
	for p.More() {
		token, err := p.next()
		if err != nil {
			return err
		}
		key, ok := token.(string)
		if !ok {
			return fmt.Errorf("byte %d: found %.80v where a name belongs", p.InputOffset(), token)
		}
		if seen[key] {
			return fmt.Errorf("byte %d: %.80q is there twice", p.InputOffset(), key)
		}
		seen[key] = true
		if err := value(key); err != nil {
			return fmt.Errorf("%.80q: %w", key, err)
		}
	}
	return p.delim('}')
}

func (p parser) metadata() (map[string]string, error) {
	metadata := make(map[string]string)
	err := p.object(func(key string) (err error) {
		metadata[key], err = p.text()
		return err
	})
	return metadata, err
}

// place reads {"dtype": ..., "shape": [...], "data_offsets": [begin, end]}.
func (p parser) place() (pl place, err error) {
	var keys int
	err = p.object(func(key string) error {
		keys++
		switch key {
		case "dtype":
			name, err := p.text()
			if err != nil {
				return err
			}
			i := slices.IndexFunc(dtypes, func(d dtype) bool { return d.name == name })
			if i < 0 {
				return fmt.Errorf("%.80q is an element type that is not read here; convert it to F32, F64, I64 or U8", name)
			}
			pl.dtype = dtypes[i]
			return nil
		case "shape":
			shape, err := p.integers(maxAxes)
			if err != nil {
				return err
			}
			pl.shape = make([]int, len(shape))
			for i, length := range shape {
				pl.shape[i] = int(length)
				if int64(pl.shape[i]) != length {
					return fmt.Errorf("%d elements are more than this machine can address", length)
				}
			}
			return nil
		case "data_offsets":
			offsets, err := p.integers(2)
			if err != nil {
				return err
			}
			if len(offsets) != 2 {
				return fmt.Errorf("want [begin, end], have %v", offsets)
			}
			pl.begin, pl.end = offsets[0], offsets[1]
			return nil
		}
		return errors.New("unknown key")
	})
	if err == nil && keys != 3 { // three known and distinct keys are all there are
		err = errors.New("want dtype, shape and data_offsets")
	}
	return pl, err
}

// integers reads an array of at most most integers that are not negative.
func (p parser) integers(most int) ([]int64, error) {
	if err := p.delim('['); err != nil {
		return nil, err
	}
	var list []int64
	for p.More() {
		token, err := p.next()
		if err != nil {
			return nil, err
		}
		if len(list) == most {
			return nil, fmt.Errorf("byte %d: more than %d numbers", p.InputOffset(), most)
		}
		number, _ := token.(json.Number) // empty, hence no number, if it is none
		v, err := strconv.ParseUint(number.String(), 10, 63)
		if err != nil {
			return nil, fmt.Errorf("byte %d: found %.80v, want an integer from 0 to 2^63-1", p.InputOffset(), token)
		}
		list = append(list, int64(v))
	}
	return list, p.delim(']')
}

func (p parser) text() (string, error) {
	token, err := p.next()
	if err != nil {
		return "", err
	}
	s, ok := token.(string)
	if !ok {
		return "", fmt.Errorf("byte %d: found %.80v, want text", p.InputOffset(), token)
	}
	return s, nil
}

func (p parser) delim(want json.Delim) error {
	token, err := p.next()
	if err != nil {
		return err
	}
	if token != want {
		return fmt.Errorf("byte %d: found %.80v, want %v", p.InputOffset(), token, want)
	}
	return nil
}

// next returns the next token. The end of the header within a value is an error.
func (p parser) next() (json.Token, error) {
	token, err := p.Token()
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, fmt.Errorf("byte %d: %w", p.InputOffset(), err)
	}
	return token, nil
}
