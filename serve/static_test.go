package serve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/chromedp/chromedp"

	"hnn/experiment"
	"hnn/internal/kernel"
	"hnn/serve/api"
	"hnn/serve/site"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// models are runs of every kind, as cmd/hnn keeps them; their configurations name files beside them.
func models(t *testing.T) []*experiment.Run {
	t.Helper()
	t.Chdir("../cmd/hnn/testdata/before")
	dirs, err := filepath.Glob("models/*")
	if err != nil {
		t.Fatal(err)
	}
	runs, err := (&experiment.Env{}).OpenAll(dirs)
	if err != nil {
		t.Fatal(err)
	}
	return runs
}

// question is a request of the API.
type question struct {
	Path string `json:"path"`
	Body string `json:"body"`
}

// questions ask the field, the energy and, by a fixed step, a rollout of each entry, at states of its data's range.
func questions(l *site.Library) []question {
	const rows = 20
	var all []question
	for _, e := range l.Entries {
		view := l.Groups[slices.IndexFunc(l.Groups, func(g api.Group) bool { return g.ID == e.Info.Group })].View
		var states [][]float64
		for i := range rows {
			var x []float64
			for j, r := range view.Range {
				w := math.Mod(0.5+float64(i+1)*math.Sqrt(float64(2+3*j)), 1)
				x = append(x, r[0]+w*(r[1]-r[0]))
			}
			states = append(states, x)
		}
		ask := func(verb string, body any) {
			b, err := json.Marshal(body)
			if err != nil {
				panic(err) // of numbers and names
			}
			all = append(all, question{"/api/v1/runs/" + e.Info.ID + "/" + verb, string(b)})
		}
		ask("field", map[string]any{"states": states})
		if e.Info.HasEnergy {
			ask("energy", map[string]any{"states": states})
		}
		ask("simulate", map[string]any{"initial": states[:3], "to": view.Horizon, "steps": 20, "method": "rk4", "step": view.Horizon / 100, "energy": true})
	}
	return all
}

// A library that is written down and opened answers as the server does that wrote it.
func TestStaticLibrary(t *testing.T) {
	s := serving(t, models(t))
	files, err := s.library()
	if err != nil {
		t.Fatal(err)
	}
	folder := map[string][]byte{}
	for _, f := range files {
		folder[f.Name] = f.Data
	}
	a := api.New(api.Options{})
	err = site.Open(a, folder[site.Index], func(name string) ([]byte, error) {
		if b, ok := folder[name]; ok {
			return b, nil
		}
		return nil, fs.ErrNotExist
	})
	if err != nil {
		t.Fatal(err)
	}
	opened := a.Handler()
	var l site.Library
	if err := json.Unmarshal(folder[site.Index], &l); err != nil {
		t.Fatal(err)
	}
	all := questions(&l)
	for _, e := range l.Entries {
		all = append(all, question{Path: "/api/v1/runs/" + e.Info.ID})
	}
	of := `,"band":"the spread of 2 members"` // what a folder does not have
	for _, q := range append(all, question{Path: "/api/v1/runs"}) {
		method := "POST"
		if q.Body == "" {
			method = "GET"
		}
		if want, got := ask(s, method, q.Path, q.Body), ask(opened, method, q.Path, q.Body); got.Code != 200 || got.Body.String() != strings.ReplaceAll(want.Body.String(), of, "") {
			t.Errorf("%s: %d, %.200s, want %.200s", q.Path, got.Code, got.Body, want.Body)
		}
	}
}

// serving is a server of runs.
func serving(t *testing.T, runs []*experiment.Run) *Server {
	t.Helper()
	s, err := New(Options{Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range runs {
		if err := s.Add(&experiment.Env{}, r); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// folder is the page of runs in a server of files, and its index. The test is skipped where this program has not got it.
func folder(t *testing.T, runs []*experiment.Run) (http.Handler, *site.Library) {
	t.Helper()
	files, err := Static(&experiment.Env{}, runs, quiet)
	if errors.Is(err, ErrNoBrowser) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	all, total := fstest.MapFS{}, 0
	var l site.Library
	for _, f := range files {
		all[f.Name] = &fstest.MapFile{Data: f.Data}
		total += len(f.Data)
		if f.Name == site.Index {
			if err := json.Unmarshal(f.Data, &l); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("%d runs: %d files of %.2f MB together", len(runs), len(files), float64(total)/1e6)
	if total > 5e6 {
		t.Errorf("the page has %d bytes", total)
	}
	return http.FileServerFS(all), &l
}

// inWasm are the answers of the page that is open.
func inWasm(t *testing.T, tab context.Context, all []question) []string {
	t.Helper()
	asked, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	inPage[bool](t, tab, fmt.Sprintf(`(async () => {
		const { request } = await import('./transport.js');
		const all = [];
		for (const q of %s) all.push(await (await request(q.path.slice(1), { method: 'POST', body: q.body })).text());
		window.answers = all;
	})().catch((err) => { window.answers = [String(err)]; }); true`, asked))
	until(t, tab, "window.answers !== undefined")
	return inPage[[]string](t, tab, "window.answers")
}

// otherBits are the models whose bits in WebAssembly are not those of the plain-Go kernels on amd64, where Go's
// math.Exp, Log and Hypot are assembly: pairs of bodies, and GELU, which takes Exp.
var otherBits = []string{"pairwise", "pairwise-file", "pairwise-linear", "pairwise-masses", "closed-form-known", "hnn-options"}

// The page's field, energy and rollouts by a fixed step have the bits of a server with the plain-Go kernels, but for
// the models above, whose field agrees to rounding.
func TestStaticBits(t *testing.T) {
	if kernel.Arithmetic() != "generic/amd64" || os.Getenv("GOMAXPROCS") != "1" {
		// The kernels are chosen at start, and on more cores a few rows are computed in other blocks.
		if os.Getenv("GOMAXPROCS") == "1" {
			t.Skip("the bits are those of amd64")
		}
		c := exec.Command(os.Args[0], "-test.run=^TestStaticBits$", "-test.v")
		c.Env = append(os.Environ(), "HNN_KERNEL=generic", "GOMAXPROCS=1")
		out, err := c.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "PASS") {
			t.Fatalf("%v\n%s", err, out)
		}
		if strings.Contains(string(out), "SKIP") {
			t.Skipf("%s", out)
		}
		t.Logf("%s", out)
		return
	}
	tab := browser(t)
	runs := models(t)
	s := serving(t, runs)
	pages, l := folder(t, runs)
	all := questions(l)
	open(t, tab, served(t, tab, pages), 1280, 900)
	got := inWasm(t, tab, all)
	if len(got) != len(all) {
		t.Fatalf("%d answers to %d questions: %.300s", len(got), len(all), got)
	}
	same, worst := 0, 0.0
	for i, q := range all {
		want := ask(s, "POST", q.Path, q.Body).Body.String()
		if got[i] == want {
			same++
			continue
		}
		id := strings.Split(q.Path, "/")[4]
		if !slices.Contains(otherBits, id) {
			t.Errorf("%s: %.120s, want %.120s", q.Path, got[i], want)
		}
		if strings.HasSuffix(q.Path, "/field") {
			worst = max(worst, apart(t, got[i], want))
		}
	}
	t.Logf("%d of %d answers have the same bits; the field of the others is within %.1g of its norm", same, len(all), worst)
	if worst > 1e-13 {
		t.Errorf("a field is %g off", worst)
	}
}

// apart is the largest distance of two answers' derivatives, over the norm of the second.
func apart(t *testing.T, got, want string) float64 {
	t.Helper()
	var a, b struct{ Derivatives [][]float64 }
	if err := errors.Join(json.Unmarshal([]byte(got), &a), json.Unmarshal([]byte(want), &b)); err != nil {
		t.Fatal(err)
	}
	worst := 0.0
	for i, y := range b.Derivatives {
		off, norm := 0.0, 0.0
		for j, v := range y {
			off, norm = math.Hypot(off, a.Derivatives[i][j]-v), math.Hypot(norm, v)
		}
		worst = max(worst, off/norm)
	}
	return worst
}

// The page without a server is soon there, moves smoothly, goes on when one asks for
// something else meanwhile, and says what is wrong with a request.
func TestStaticPage(t *testing.T) {
	tab := browser(t)
	var runs []*experiment.Run
	for _, r := range models(t) {
		if base := filepath.Base(r.Dir); base == "closed-form" || base == "baseline" || base == "driven-constant" || base == "closed-form-double" || base == "pixels" {
			runs = append(runs, r)
		}
	}
	pages, _ := folder(t, runs)
	address := served(t, tab, pages)
	start := time.Now()
	open(t, tab, address+"/#task=spring&horizon=60", 1280, 900)
	until(t, tab, "document.querySelectorAll('#values tbody tr').length > 0 && document.querySelector('#clock').textContent !== 't = 0.000'")
	took := time.Since(start)
	inPage[float64](t, tab, `(() => { window.frames30 = 0; const from = performance.now();
		const count = (now) => { if (now - from < 3000) { window.frames30++; requestAnimationFrame(count); } else window.counted = true; };
		requestAnimationFrame(count); return 0; })()`)
	until(t, tab, "window.counted === true")
	frames := inPage[float64](t, tab, "window.frames30 / 3")
	t.Logf("there after %v, %.0f pictures a second", took, frames)
	if frames == 0 { // how many is the machine's and the moment's
		t.Error("nothing moves")
	}
	capture(t, tab, "static-spring")
	for _, id := range []string{"closed-form", "baseline", "true-spring"} {
		until(t, tab, cell(id, 5)+" > 0.01")
	}
	// Dragging asks for rollouts that are given up for the next.
	for i := range 20 {
		do(t, tab, chromedp.MouseClickXY(250+float64(5*i), 400))
	}
	until(t, tab, cell("closed-form", 5)+" > 0.01")
	answers := inWasm(t, tab, []question{{"/api/v1/runs/closed-form/field", `{"states":[[1]]}`}, {"/api/v1/runs/none/field", `{}`}})
	if len(answers) != 2 || !strings.Contains(answers[0], "1 components") || !strings.Contains(answers[1], "no run") {
		t.Errorf("mistakes are answered %q", answers)
	}
	if text := inPage[string](t, tab, "document.querySelector('#help').textContent"); strings.Contains(text, "OpenAPI") || !strings.Contains(text, "No server") {
		t.Errorf("the help says %q", text)
	}
	for _, name := range []string{"double-pendulum", "pixel-pendulum"} {
		open(t, tab, address+"/#task="+name, 1280, 900)
		until(t, tab, "document.querySelectorAll('#values tbody tr').length > 0 && document.querySelector('#clock').textContent !== 't = 0.000'")
		capture(t, tab, "static-"+name)
	}
}

// Without the program for it, the error says which command makes it.
func TestStaticWithout(t *testing.T) {
	if !strings.Contains(ErrNoBrowser.Error(), "go generate ./serve") {
		t.Error(ErrNoBrowser)
	}
	if _, err := os.Stat("browser/built/hnn.wasm.gz"); err == nil {
		t.Skip("this program has it")
	}
	if _, err := Static(&experiment.Env{}, nil, quiet); !errors.Is(err, ErrNoBrowser) {
		t.Errorf("%v", err)
	}
}
