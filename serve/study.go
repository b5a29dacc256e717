package serve

import (
	"bytes"
	"net/http"
	"slices"
	"sync"
	"time"

	"hnn/experiment/study"
	"hnn/internal/shell"
	"hnn/serve/api"
)

const (
	// studyAge is how old the page of a study may be that is answered: drawing it takes a while.
	studyAge = 2 * time.Second
	// studyRefresh is the time, in seconds, after which a browser asks for it again while the study goes on.
	studyRefresh = 5
	// studyPolicy is the Content-Security-Policy of a page that has its style and pictures inside.
	studyPolicy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

// livePage is the page of a study, made anew from its folder now and then, however many ask for it.
type livePage struct {
	folder *study.Folder
	mu     sync.Mutex
	at     time.Time
	text   []byte
}

func (p *livePage) html() ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(p.at) < studyAge {
		return p.text, nil
	}
	page, err := p.folder.Page("hnn serve " + shell.Quote(p.folder.Dir))
	if err != nil {
		return nil, err
	}
	if progress, err := p.folder.Progress(); err != nil || progress.State != "done" {
		page.Refresh = studyRefresh
	}
	var b bytes.Buffer
	if err := page.Write(&b); err != nil {
		return nil, err
	}
	p.at, p.text = time.Now(), b.Bytes()
	return p.text, nil
}

// studies serves the page of each study at /study/NAME, and that of the only one at /study.
func (s *Server) studies(mux *http.ServeMux) {
	var pages []*livePage
	for _, f := range s.options.Studies {
		pages = append(pages, &livePage{folder: f})
	}
	answer := s.api.Answers(func(w http.ResponseWriter, r *http.Request) error {
		name := r.PathValue("name")
		i := slices.IndexFunc(pages, func(p *livePage) bool { return name == "" || p.folder.About.Name == name })
		if i < 0 {
			return api.Problemf(http.StatusNotFound, "no study %q is served here", name)
		}
		text, err := pages[i].html()
		if err != nil {
			return err
		}
		w.Header().Set("Content-Security-Policy", studyPolicy)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write(text)
		return nil
	})
	mux.Handle("GET /study", answer)
	mux.Handle("GET /study/{name}", answer)
}
