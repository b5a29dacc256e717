package serve

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"hnn/data/atoms"
	"hnn/experiment"
)

// liquid is a server of the laws of a liquid of 108 bodies.
func liquid(t *testing.T) *Server {
	t.Helper()
	dir := t.TempDir()
	e, file := new(experiment.Env), filepath.Join(dir, "liquid.xyz")
	_, err := e.RunParticles(t.Context(), experiment.ParticleRun{Known: &experiment.KnownParticles{Law: "lennard-jones", Cutoff: 2.2, Kinds: []experiment.ParticleKind{{Name: "Ar", Mass: 1, Epsilon: 1, Sigma: 1}}},
		N: 108, Dim: 3, Density: 0.8442, Temperature: 1, Dt: 0.002, Equilibrate: 200, Steps: 100, Every: 10, XYZ: file, Forces: true})
	if err != nil {
		t.Fatal(err)
	}
	run, _, err := e.TrainParticles(t.Context(), experiment.ParticleTraining{Files: []string{file}, Read: atoms.Options{}, Cutoff: 2.2, Out: filepath.Join(dir, "liquid")})
	if err != nil {
		t.Fatal(err)
	}
	p, err := experiment.OpenParticleScene(run)
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{Particles: []*experiment.ParticleScene{p}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Pieces of a motion follow each other, go back by the same way, keep the energy, and refuse what cannot be.
func TestParticleFrames(t *testing.T) {
	s := liquid(t)
	ask := func(at map[string]any) (*experiment.ScenePiece, int, string) {
		t.Helper()
		b, err := json.Marshal(at)
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodPost, "http://localhost/particles/liquid/frames", bytes.NewReader(b))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		p := new(experiment.ScenePiece)
		if w.Code == http.StatusOK {
			if err := json.Unmarshal(w.Body.Bytes(), p); err != nil {
				t.Fatal(err)
			}
		}
		return p, w.Code, w.Body.String()
	}
	first, code, text := ask(map[string]any{"n": 108, "density": 0.8, "temperature": 1, "seed": 3})
	if code != http.StatusOK {
		t.Fatalf("status %d: %s", code, text)
	}
	there, _, _ := ask(map[string]any{"n": 108, "density": 0.8, "seed": 3, "x": first.X, "v": first.V})
	total := func(p *experiment.ScenePiece, k int) float64 { return p.Kinetic[k] + p.Potential[k] }
	if drift := math.Abs(total(there, len(there.Frames)-1) - total(first, 0)); drift > 1e-4 || there.Frames[0][5] != float32(first.X[5]) {
		t.Errorf("the second piece does not go on from the first: energy %.2g off", drift)
	}
	back := func(p *experiment.ScenePiece) *experiment.ScenePiece {
		v := make([]float64, len(p.V))
		for i := range v {
			v[i] = -p.V[i]
		}
		out, _, _ := ask(map[string]any{"n": 108, "density": 0.8, "seed": 3, "x": p.X, "v": v})
		return out
	}
	once := back(there)
	twice, _, _ := ask(map[string]any{"n": 108, "density": 0.8, "seed": 3, "x": once.X, "v": once.V})
	worst := 0.0
	for i, x := range twice.X {
		worst = max(worst, math.Abs(x-first.X0[i]))
	}
	if worst == 0 || worst > 1e-8 {
		t.Errorf("backwards it ends %.2g from the start", worst)
	}
	warm, _, _ := ask(map[string]any{"n": 108, "density": 0.8, "seed": 3, "temperature": 2, "x": first.X, "v": first.V})
	if math.Abs(warm.Temperature[0]-2) > 1e-9 {
		t.Errorf("a temperature of %v for 2", warm.Temperature[0])
	}
	for want, at := range map[string]map[string]any{
		"from 2 to 2000 are shown": {"n": 3000, "density": 0.8, "temperature": 1},
		"at most five times":       {"n": 108, "density": 80, "temperature": 1},
		"at most twenty times":     {"n": 108, "density": 0.8, "temperature": 1000},
		"three each":               {"n": 108, "density": 0.8, "x": []float64{1, 2, 3}, "v": []float64{1, 2, 3}},
		"unknown field":            {"bodies": 3},
	} {
		if _, code, text := ask(at); code < 400 || code >= 500 || !strings.Contains(text, want) {
			t.Errorf("%v: status %d, %s", at, code, text)
		}
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost/", nil))
	if w.Code != http.StatusFound || w.Header().Get("Location") != "/particles/liquid" {
		t.Errorf("without other models / answers %d, %s", w.Code, w.Header().Get("Location"))
	}
}

// The page moves, turns time round and comes back to its start.
func TestParticlePage(t *testing.T) {
	ctx := browser(t)
	address := served(t, ctx, liquid(t))
	const clock = `Number(document.querySelector('#clock').textContent.replace('t = ', '').replace('\u2212', '-'))`
	show := func(width int64) {
		t.Helper()
		do(t, ctx, chromedp.EmulateViewport(width, 800), chromedp.Navigate("about:blank"), chromedp.Navigate(address+"/particles/liquid"))
		until(t, ctx, clock+" > 0.1")
		capture(t, ctx, fmt.Sprintf("particles-%d", width))
	}
	show(1200)
	do(t, ctx, chromedp.Click("#reverse"))
	until(t, ctx, clock+" < 0.05")
	if !inPage[bool](t, ctx, `document.querySelector('#problem').hidden && document.querySelector('#reverse').getAttribute('aria-pressed') === 'true'`) {
		t.Error("backwards the page complains")
	}
	for _, width := range []int64{360, 2200} {
		show(width)
		if over := inPage[float64](t, ctx, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
			t.Errorf("at %d pixels the page is %v too wide", width, over)
		}
	}
}
