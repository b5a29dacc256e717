// Package api answers for models: the JSON API of serve, by which a program in any language
// evaluates and simulates them. It opens no connection and reads no file, so that it serves
// behind serve's server and, compiled to WebAssembly, inside a page. It imports models and
// integrators, and nothing that reads data or learns.
//
// Whatever is asked, the answer is a result, a 4xx that says what to change, or 503
// with Retry-After where too much is asked at once.
package api

import (
	_ "embed"
	"log/slog"
	"net/http"
	"runtime"

	"hnn/ode"
)

// Options are what an API is told. The zero value has defaults.
type Options struct {
	Limits Limits
	// Log takes what happens; nil is slog.Default.
	Log *slog.Logger
	// Solved is told of each solve, nil for nobody.
	Solved func(stats []ode.Stats)
}

// API answers for a library of models.
type API struct {
	options Options
	limits  Limits
	library library
	workers chan struct{} // holds an element for each block of rows being computed
}

// New returns an API without models.
func New(o Options) *API {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return &API{options: o, limits: o.Limits.WithDefaults(), workers: make(chan struct{}, runtime.GOMAXPROCS(0))}
}

// Limits are those that requests are held to.
func (a *API) Limits() Limits { return a.limits }

// Computing is how many blocks of rows are being computed.
func (a *API) Computing() int { return len(a.workers) }

// Route is an operation of the API; the OpenAPI document describes each.
type Route struct {
	Method, Path string
	Handler      Handler
	// Computes says that the operation takes a body and evaluates a run.
	Computes bool
}

// Routes are all operations.
func (a *API) Routes() []Route {
	return []Route{
		{http.MethodGet, "/api/v1/runs", a.getRuns, false},
		{http.MethodGet, "/api/v1/runs/{run}", a.getRun, false},
		{http.MethodPost, "/api/v1/runs/{run}/energy", a.postEnergy, true},
		{http.MethodPost, "/api/v1/runs/{run}/field", a.postField, true},
		{http.MethodPost, "/api/v1/runs/{run}/decode", a.postDecode, true},
		{http.MethodPost, "/api/v1/runs/{run}/shift", a.postShift, true},
		{http.MethodPost, "/api/v1/runs/{run}/simulate", a.postSimulate, true},
		{http.MethodGet, "/api/v1/openapi.json", document, false},
	}
}

// Handler answers every operation. A server that limits some of them takes Routes.
func (a *API) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range a.Routes() {
		mux.Handle(r.Method+" "+r.Path, a.Answers(r.Handler))
	}
	return mux
}

//go:embed openapi.json
var openAPI []byte

func document(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(openAPI)
	return nil
}
