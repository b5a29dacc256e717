package serve

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"
	"time"
)

// open returns the run that a request's address names, and reads the body into v.
func (s *Server) open(r *http.Request, v any) (*entry, error) {
	e, err := s.entry(r)
	if err != nil {
		return nil, err
	}
	return e, s.decode(r, v)
}

// decode reads a request's JSON body, which has arrived, into v. It must have a field for
// every key.
func (s *Server) decode(r *http.Request, v any) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return malformed("the body ended early")
	}
	return parse(body, v)
}

// receive reads the whole body of a request and leaves it in its place.
func (s *Server) receive(w http.ResponseWriter, r *http.Request) error {
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/json" {
		return problemf(http.StatusUnsupportedMediaType, "the body must be JSON: send the header Content-Type: application/json")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.limits.Body))
	if err == nil {
		// A read deadline that passes later would end the request's context. Where the body did
		// not come it stays, since what is left of it is waited for before the answer is sent.
		_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
		r.Body = io.NopCloser(bytes.NewReader(body))
		return nil
	}
	w.Header().Set("Connection", "close")
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return problemf(http.StatusRequestEntityTooLarge, "the body is longer than %d bytes; send it in parts", s.limits.Body)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return problemf(http.StatusRequestTimeout, "the body did not arrive within %v", s.limits.BodyTimeout)
	}
	return malformed("the body ended early")
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
func (s *Server) flatten(name string, states [][]float64, d int, columns string) ([]float64, error) {
	switch {
	case len(states) == 0:
		return nil, invalid("%s: give at least one state, as in [[1, 0]]", name)
	case len(states) > s.limits.States:
		return nil, invalid("%s: %d states, and the limit is %d; ask in parts", name, len(states), s.limits.States)
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
