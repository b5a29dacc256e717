package serve

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"time"

	"hnn/serve/api"
)

// limited bounds the number of requests at work on a run.
func (s *Server) limited(h api.Handler) api.Handler {
	h = s.gated(h)
	return func(w http.ResponseWriter, r *http.Request) error {
		if _, err := s.api.Entry(r); err != nil {
			return err
		}
		return h(w, r)
	}
}

// gated bounds the number of requests at work. A request takes its place when its body is there: one that never comes holds none.
func (s *Server) gated(h api.Handler) api.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := s.receive(w, r); err != nil {
			return err
		}
		select {
		case s.working <- struct{}{}:
			defer func() { <-s.working }()
		default:
			return api.Busy("%d requests are being worked on, which is the limit", s.api.Limits().Concurrent)
		}
		return h(w, r)
	}
}

// receive reads the whole body of a request and leaves it in its place.
func (s *Server) receive(w http.ResponseWriter, r *http.Request) error {
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/json" {
		return api.Problemf(http.StatusUnsupportedMediaType, "the body must be JSON: send the header Content-Type: application/json")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.api.Limits().Body))
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
		return api.Problemf(http.StatusRequestEntityTooLarge, "the body is longer than %d bytes; send it in parts", s.api.Limits().Body)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return api.Problemf(http.StatusRequestTimeout, "the body did not arrive within %v", s.api.Limits().BodyTimeout)
	}
	return api.Problemf(http.StatusBadRequest, "the body ended early")
}
