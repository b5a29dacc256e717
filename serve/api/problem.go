package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// Handler answers a request, or returns an error before it has written anything.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Problem is an error that says how to answer: RFC 9457, "Problem Details for HTTP
// APIs".
type Problem struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

func (p *Problem) Error() string { return p.Detail }

// Problemf is a Problem of a status, whose detail is as of fmt.Sprintf.
func Problemf(status int, format string, args ...any) *Problem {
	return &Problem{http.StatusText(status), status, fmt.Sprintf(format, args...)}
}

// Busy is a Problem of a request that may succeed later.
func Busy(format string, args ...any) *Problem {
	return Problemf(http.StatusServiceUnavailable, format+"; try again in a moment", args...)
}

// malformed is for a request that is no JSON of the right shape, invalid for one whose
// values cannot be worked with.
func malformed(format string, args ...any) error {
	return Problemf(http.StatusBadRequest, format, args...)
}

func invalid(format string, args ...any) error {
	return Problemf(http.StatusUnprocessableEntity, format, args...)
}

// interrupted explains why a context ended a computation.
func interrupted(ctx context.Context) error {
	cause := context.Cause(ctx)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return Busy("%v: ask for a shorter horizon, fewer states or a larger tolerance, or when the server has less to do", cause)
	}
	return Busy("the server is stopping, or the client has gone")
}

// Answers makes an http.Handler of a Handler.
func (a *API) Answers(h Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		if err == nil {
			return
		}
		var p *Problem
		if !errors.As(err, &p) {
			// Every error of a request is a problem; one that is not is a mistake of ours, and
			// the client is told no more than that.
			a.options.Log.Error("unexpected error", "path", r.URL.Path, "error", err)
			p = Problemf(http.StatusServiceUnavailable, "the server could not answer")
		}
		WriteProblem(w, p)
	})
}

// WriteProblem answers with a problem.
func WriteProblem(w http.ResponseWriter, p *Problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	if p.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // a client that has gone is none of our errors
}

// WriteJSON answers with v.
func WriteJSON(w http.ResponseWriter, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(append(b, '\n'))
	return nil
}
