package serve

import (
	"bytes"
	"embed"
	"encoding/hex"
	"hash/fnv"
	"io/fs"
	"mime"
	"net/http"
	"path"

	"hnn/serve/api"
)

//go:embed page
var page embed.FS

// operations are the operations of the API, and those of a server beside it.
func (s *Server) operations() []api.Route {
	return append(s.api.Routes(),
		api.Route{Method: http.MethodGet, Path: "/healthz", Handler: func(w http.ResponseWriter, r *http.Request) error {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			_, _ = w.Write([]byte("ok\n"))
			return nil
		}},
		api.Route{Method: http.MethodGet, Path: "/metrics", Handler: func(w http.ResponseWriter, r *http.Request) error {
			s.metrics.handler().ServeHTTP(w, r)
			return nil
		}})
}

func (s *Server) routes() (http.Handler, error) {
	mux := http.NewServeMux()
	for _, r := range s.operations() {
		if r.Computes {
			r.Handler = s.limited(r.Handler)
		}
		mux.Handle(r.Method+" "+r.Path, s.api.Answers(r.Handler))
	}
	// Whatever else lies below /api is an error in JSON, not the page's plain 404.
	mux.Handle("/api/", s.api.Answers(func(w http.ResponseWriter, r *http.Request) error {
		other := r.Clone(r.Context())
		for _, other.Method = range []string{http.MethodGet, http.MethodPost} {
			if _, pattern := mux.Handler(other); pattern != "/api/" {
				w.Header().Set("Allow", other.Method)
				return api.Problemf(http.StatusMethodNotAllowed, "%s takes %s, not %s", r.URL.Path, other.Method, r.Method)
			}
		}
		return api.Problemf(http.StatusNotFound, "nothing is at %s; GET /api/v1/openapi.json describes what there is", r.URL.Path)
	}))
	if err := s.pages(mux); err != nil {
		return nil, err
	}
	if err := s.scenes(mux); err != nil {
		return nil, err
	}
	s.studies(mux)
	return s.guarded(s.observed(mux)), nil
}

// pages serves the embedded page, each file at an address of its own, so that no part
// of an address is ever taken for a name.
func (s *Server) pages(mux *http.ServeMux) error {
	files, err := fs.Glob(page, "page/*")
	if err != nil {
		return err
	}
	for _, name := range files {
		b, err := page.ReadFile(name)
		if err != nil {
			return err
		}
		address := "/" + path.Base(name)
		handler := static(name, b)
		if address == "/index.html" {
			address, handler = "/{$}", s.index(name, b)
		}
		mux.Handle("GET "+address, handler)
	}
	return nil
}

func static(name string, b []byte) http.Handler {
	h := fnv.New64a()
	h.Write(b)
	tag := `"` + hex.EncodeToString(h.Sum(nil)) + `"`
	kind := mime.TypeByExtension(path.Ext(name))
	switch path.Ext(name) { // some systems' tables of types are wrong about these
	case ".js":
		kind = "text/javascript; charset=utf-8"
	case ".svg":
		kind = "image/svg+xml"
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Cache-Control", "no-cache") // asked for again, and answered 304
		w.Header().Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = bytes.NewReader(b).WriteTo(w)
	})
}
