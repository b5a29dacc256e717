package serve

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"hnn/experiment"
	"hnn/internal/stream"
)

// BenchmarkSimulate asks for 1,000 rollouts of 100 points over [0, 3] at the default
// tolerance in each request, of the paper's network (200, 200) and of the closed form,
// the answer's JSON included.
func BenchmarkSimulate(b *testing.B) {
	for _, c := range []struct {
		name   string
		change func(*experiment.Config)
	}{
		{"network", func(c *experiment.Config) { c.Fit.Steps = 200 }},
		{"closed-form", func(c *experiment.Config) { *c = c.WithClosedForm() }},
	} {
		b.Run(c.name, func(b *testing.B) {
			s, id := benchServer(b, c.change)
			body := batch(stream.New(1, "bench"), 1000)
			for b.Loop() {
				if w := ask(s, "POST", "/api/v1/runs/"+id+"/simulate", body); w.Code != 200 {
					b.Fatal(w.Code, w.Body)
				}
			}
			b.ReportMetric(1000*float64(b.N)/b.Elapsed().Seconds(), "rollouts/s")
		})
	}
}

func benchServer(b *testing.B, change func(*experiment.Config)) (s *Server, id string) {
	c, err := experiment.Default("spring")
	if err != nil {
		b.Fatal(err)
	}
	c.Strict, c.Figures = false, false
	change(&c)
	dir := filepath.Join(b.TempDir(), "run")
	if err := os.Mkdir(dir, 0o700); err != nil {
		b.Fatal(err)
	}
	env := &experiment.Env{}
	r, err := env.Train(b.Context(), c, dir)
	if err != nil {
		b.Fatal(err)
	}
	if s, err = New(Options{}); err != nil {
		b.Fatal(err)
	}
	if err := s.Add(env, r); err != nil {
		b.Fatal(err)
	}
	return s, "run"
}

func batch(rng *rand.Rand, rows int) string {
	x0 := make([][2]float64, rows)
	for i := range x0 {
		x0[i] = [2]float64{2*rng.Float64() - 1, 2*rng.Float64() - 1}
	}
	body, err := json.Marshal(map[string]any{"initial": x0, "to": 3, "steps": 99})
	if err != nil {
		panic(err)
	}
	return string(body)
}
