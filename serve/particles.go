package serve

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html"
	"io/fs"
	"net/http"
	"net/url"
	"path"

	"hnn/experiment"
	"hnn/serve/api"
)

//go:embed box
var box embed.FS

// scenes serves, for each run of particles, a page of bodies in a box at /particles/NAME, what it shows at /particles/NAME/scene, and pieces of
// their motion at /particles/NAME/frames. The page asks for one piece after the other, so that the server keeps no motion.
func (s *Server) scenes(mux *http.ServeMux) error {
	if len(s.options.Particles) == 0 {
		return nil
	}
	files, err := fs.Glob(box, "box/*")
	if err != nil {
		return err
	}
	var index http.Handler
	for _, name := range files {
		b, err := box.ReadFile(name)
		if err != nil {
			return err
		}
		if path.Base(name) == "index.html" {
			index = static(name, b)
			continue
		}
		mux.Handle("GET /"+name, static(name, b))
	}
	known := map[string]bool{}
	for _, p := range s.options.Particles {
		address := "/particles/" + url.PathEscape(p.Name)
		if known[p.Name] {
			return fmt.Errorf("two runs of particles are called %s: serve them one by one", p.Name)
		}
		known[p.Name] = true
		mux.Handle("GET "+address, index)
		mux.Handle("GET "+address+"/scene", s.api.Answers(func(w http.ResponseWriter, _ *http.Request) error {
			return api.WriteJSON(w, s.about(p))
		}))
		mux.Handle("POST "+address+"/frames", s.api.Answers(s.gated(func(w http.ResponseWriter, r *http.Request) error {
			var at experiment.SceneStart
			d := json.NewDecoder(r.Body)
			d.DisallowUnknownFields()
			if err := d.Decode(&at); err != nil {
				return api.Problemf(http.StatusBadRequest, "the body is no start of a motion: %v", err)
			}
			piece, err := p.Piece(r.Context(), &at)
			if err != nil {
				return api.Problemf(http.StatusUnprocessableEntity, "%v", err)
			}
			return api.WriteJSON(w, piece)
		})))
	}
	return nil
}

// index serves the page of all models, with links to those of particles; where there are no models, the first of those instead.
func (s *Server) index(name string, b []byte) http.Handler {
	all := s.options.Particles
	if len(all) == 0 {
		return static(name, b)
	}
	links := ""
	for _, p := range all {
		links += fmt.Sprintf(`<a class="more" href="/particles/%s">%s</a>`, url.PathEscape(p.Name), html.EscapeString(p.Name))
	}
	with := static(name, bytes.Replace(b, []byte(`<div class="tools">`), []byte(links+`<div class="tools">`), 1))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.anyRun() {
			http.Redirect(w, r, "/particles/"+url.PathEscape(all[0].Name), http.StatusFound)
			return
		}
		with.ServeHTTP(w, r)
	})
}

// scene is what a page of bodies in a box is told of its run.
type scene struct {
	Name        string      `json:"name"`
	Kinds       []string    `json:"kinds"`
	Sized       bool        `json:"sized"`
	Most        int         `json:"most"`
	Trap        bool        `json:"trap,omitempty"`
	N           int         `json:"n"`
	Density     float64     `json:"density"`
	Temperature float64     `json:"temperature"`
	R           []float64   `json:"r,omitempty"`
	G           []float64   `json:"g,omitempty"`
	Pages       [][3]string `json:"pages"` // address, name and whether it is this one
}

func (s *Server) about(p *experiment.ParticleScene) *scene {
	out := &scene{Name: p.Name, Kinds: p.Kinds, Sized: p.Sized, Trap: p.Trap, Most: experiment.MostShown, N: p.N, Density: p.Density, Temperature: p.Temperature, R: p.R, G: p.G}
	if s.anyRun() {
		out.Pages = append(out.Pages, [3]string{"/", "all models", "false"})
	}
	for _, o := range s.options.Particles {
		out.Pages = append(out.Pages, [3]string{"/particles/" + url.PathEscape(o.Name), o.Name, fmt.Sprint(o == p)})
	}
	return out
}

// anyRun says whether there are models beside those of particles.
func (s *Server) anyRun() bool {
	s.adding.Lock()
	defer s.adding.Unlock()
	return len(s.sources) > 0
}
