package serve

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path"

	"hnn/experiment"
	"hnn/serve/site"
	"hnn/system"
)

//go:generate go run ./browser/build

//go:embed browser/*.js browser/built
var assets embed.FS

// ErrNoBrowser says that this program was built without the one that runs in a page.
var ErrNoBrowser = errors.New("this hnn was built without the program that a page runs; in its source, go generate ./serve makes that, " +
	"and then go build ./cmd/hnn has it inside")

// File is one of a static page: its name below the page's folder, and its bytes.
type File struct {
	Name string
	Data []byte
}

// source is what an entry was made of: a file on disk, a known system, or both.
type source struct {
	model string
	known system.System
}

// Static is the playground with runs that were opened with env, as files that need no server
// but one of files: what the API would answer is computed in the page, by the same code
// compiled to WebAssembly. The error wraps ErrNoBrowser where this program has not got that.
func Static(env *experiment.Env, runs []*experiment.Run, log *slog.Logger) ([]File, error) {
	program, err := built("hnn.wasm.gz")
	if err != nil {
		return nil, err
	}
	starter, err := built("wasm_exec.js")
	if err != nil {
		return nil, err
	}
	s, err := New(Options{Log: log})
	if err != nil {
		return nil, err
	}
	for _, r := range runs {
		if err := s.Add(env, r); err != nil {
			return nil, err
		}
	}
	files, err := s.library()
	if err != nil {
		return nil, err
	}
	files = append(files, File{"hnn.wasm.gz", program}, File{"wasm_exec.js", starter})
	names, err := fs.Glob(page, "page/*")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		b, err := page.ReadFile(name)
		if err != nil {
			return nil, err
		}
		base := path.Base(name)
		switch base {
		case "transport.js":
			continue // the one below takes its place
		case "index.html":
			if b, err = withoutServer(b); err != nil {
				return nil, err
			}
		}
		files = append(files, File{base, b})
	}
	for _, name := range []string{"transport.js", "worker.js"} {
		b, err := assets.ReadFile("browser/" + name)
		if err != nil {
			return nil, err
		}
		files = append(files, File{name, b})
	}
	return files, nil
}

// built is a file that go generate made.
func built(name string) ([]byte, error) {
	b, err := assets.ReadFile("browser/built/" + name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoBrowser
	}
	return b, err
}

// withoutServer replaces what index.html says of the API's addresses.
func withoutServer(index []byte) ([]byte, error) {
	const begins, ends = `<p id="of-api">`, "</p>"
	before, rest, found := bytes.Cut(index, []byte(begins))
	_, after, closed := bytes.Cut(rest, []byte(ends))
	if !found || !closed {
		return nil, fmt.Errorf("index.html has no %s", begins)
	}
	return fmt.Appendf(nil, "%s<p>No server computes this: the models are files beside this page, and hnn runs in it.</p>%s", before, after), nil
}

// library writes the entries down.
func (s *Server) library() ([]File, error) {
	l := site.Library{Groups: s.api.Groups()}
	var files []File
	for i, e := range s.api.Entries() {
		from := s.sources[i]
		saved := site.Entry{Info: e.Info, Config: e.Config}
		var err error
		if saved.Results, err = json.Marshal(e.Results); err != nil {
			return nil, err
		}
		if saved.System, err = site.SystemOf(from.known); err != nil {
			return nil, err
		}
		if from.known != nil && saved.System == nil {
			if from.model == "" {
				continue
			}
			saved.Info.HasTrueEnergy = false
			s.log.Warn("its system is given by a formula, which the page has not got: it shows no truth", "run", e.Info.ID)
		}
		if from.model != "" {
			b, err := os.ReadFile(from.model)
			if err != nil {
				return nil, err
			}
			saved.Model = "models/" + e.Info.ID + ".safetensors"
			files = append(files, File{saved.Model, b})
		}
		l.Entries = append(l.Entries, saved)
	}
	index, err := json.Marshal(l)
	if err != nil {
		return nil, err
	}
	return append(files, File{site.Index, index}), nil
}
