// Package serve answers for trained models over HTTP: a JSON API under /api/v1, by
// which a program in any language evaluates and simulates them, and a page that
// lives on it, the playground, on which their physics can be touched.
//
// It trains nothing but the small models of Demo, stores nothing, and reads nothing
// from disk for a request, but the folders of studies that it is given: runs are opened
// before, and the page is part of the binary. The API is described by the OpenAPI document that it serves.
//
// Whatever is asked, the answer is a result, a 4xx that says what to change, or 503
// with Retry-After where too much is asked at once.
package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"hnn/experiment"
	"hnn/experiment/study"
	"hnn/serve/api"
)

// Options say whom a Server answers and how much it does at once. The zero value is
// for one user on the same machine.
type Options struct {
	// Hosts are the names, besides those of the loopback interface and plain addresses,
	// under which the server may be addressed. Any other is refused, since a page of
	// somebody else's can make its own name point here (DNS rebinding).
	Hosts []string
	// Origins are those whose pages may use the API, as "https://example.org"; "*" is all.
	Origins []string
	// Limits bound what a request may ask for; a zero field has its default.
	Limits api.Limits
	// Bands finds, for every run, what its bands are made of, which may take ten fits. Without it only those runs have bands that
	// need none.
	Bands bool
	// Studies are those of which a page shows how far they are.
	Studies []*study.Folder
	// Particles are the runs of particles that are shown moving.
	Particles []*experiment.ParticleScene
	// Log takes what happens; nil is slog.Default.
	Log *slog.Logger
}

// Server serves a library of runs.
type Server struct {
	options Options
	log     *slog.Logger
	api     *api.API
	metrics *metrics
	working chan struct{} // holds an element for each request at work
	handler http.Handler
	adding  sync.Mutex         // guards what follows
	groups  map[kindred]string // their ids
	sources []source           // of the API's entries, in their order
	// answered counts requests.
	answered atomic.Uint64
}

// New returns a server without runs.
func New(o Options) (*Server, error) {
	s := &Server{options: o, log: o.Log, metrics: newMetrics(), groups: map[kindred]string{}}
	if s.log == nil {
		s.log = slog.Default()
	}
	for _, origin := range o.Origins {
		if err := checkOrigin(origin); err != nil {
			return nil, err
		}
	}
	s.api = api.New(api.Options{Limits: o.Limits, Log: s.log, Solved: s.metrics.solved})
	s.working = make(chan struct{}, s.api.Limits().Concurrent)
	var err error
	s.handler, err = s.routes()
	return s, err
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// stopping is how long requests may go on after the end was asked for. Streams and
// integrations end at once; only slow readers take longer.
const stopping = 3 * time.Second

// Serve answers on the listener until ctx ends, then ends the requests at work, and
// returns nil.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	connections := newConnections(s.api.Limits().Connections)
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 5 * time.Second,
		// Streams set the deadline anew for each piece.
		WriteTimeout:   s.api.Limits().Timeout + api.WriteTimeout,
		IdleTimeout:    2 * time.Minute,
		MaxHeaderBytes: 32 << 10,
		ErrorLog:       slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
		// Every request's context ends with ctx, and with it every stream and integration.
		BaseContext: func(net.Listener) context.Context { return ctx },
		ConnState:   connections.changed,
	}
	go s.giveBack(ctx)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case err := <-failed:
		return fmt.Errorf("the server ended: %w", err)
	case <-ctx.Done():
	}
	s.log.Info("stopping")
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopping)
	defer cancel()
	if err := server.Shutdown(end); err != nil {
		_ = server.Close() // whoever still reads is cut off
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// giveBack returns to the system what requests took and no longer need: the Go runtime would
// keep it, for minutes or for good, for the next ones.
func (s *Server) giveBack(ctx context.Context) {
	tick := time.NewTicker(10 * time.Second)
	defer tick.Stop()
	before := uint64(0)
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if n := s.answered.Load(); n != before {
			before = n
			debug.FreeOSMemory()
		}
	}
}
