package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
)

// open returns the run that a request's address names, and reads the body into v.
func (a *API) open(r *http.Request, v any) (*Entry, error) {
	e, err := a.Entry(r)
	if err != nil {
		return nil, err
	}
	return e, a.decode(r, v)
}

// decode reads a request's JSON body, which has arrived, into v. It must have a field for
// every key.
func (a *API) decode(r *http.Request, v any) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return malformed("the body ended early")
	}
	return parse(body, v)
}

// parse is decode of a body that has been read.
func parse(body []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return malformed("the body is no request: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return malformed("the body goes on after its JSON object, at byte %d", d.InputOffset())
	}
	return strict(body, v)
}

// flatten checks states, each of d numbers, and puts them behind one another. JSON
// knows neither NaN nor infinities, so the numbers are finite.
func (a *API) flatten(name string, states [][]float64, d int, columns string) ([]float64, error) {
	switch {
	case len(states) == 0:
		return nil, invalid("%s: give at least one state, as in [[1, 0]]", name)
	case len(states) > a.limits.States:
		return nil, invalid("%s: %d states, and the limit is %d; ask in parts", name, len(states), a.limits.States)
	}
	flat := make([]float64, 0, len(states)*d)
	for i, x := range states {
		if len(x) != d {
			return nil, invalid("%s: state %d has %d components and this system's have %d (%s)", name, i, len(x), d, columns)
		}
		flat = append(flat, x...)
	}
	return flat, nil
}
