package experiment

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hnn/data"
	"hnn/data/file"
	"hnn/experiment/task"
	"hnn/internal/stream"
	"hnn/ode"
)

// A charged particle in a well and a magnetic field, seen by positions and velocities: these
// are not canonical, so a plain HNN cannot learn the motion, and one with the brackets
// {v_x, v_y} = B can.
func TestMagneticField(t *testing.T) {
	const b, trials, points = 1.0, 20, 40
	field := func(_ float64, x, dx []float64) {
		dx[0], dx[1] = x[2], x[3]
		dx[2] = -x[0] + b*x[3]
		dx[3] = -x[1] - b*x[2]
	}
	set := &data.Set{Dim: 4, Names: []string{"x", "y", "vx", "vy"}, Offsets: []int{0}}
	rng := stream.New(1, "magnetic")
	times := make([]float64, points)
	for i := range times {
		times[i] = 0.1 * float64(i)
	}
	for range trials {
		x0 := make([]float64, 4)
		for i := range x0 {
			x0[i] = 2*rng.Float64() - 1
		}
		states, _, err := ode.Solve(field, x0, times, nil, &ode.Settings{Method: ode.DOP853, RTol: 1e-10, ATol: 1e-10})
		if err != nil {
			t.Fatal(err)
		}
		set.X, set.T = append(set.X, states...), append(set.T, times...)
		set.Offsets = append(set.Offsets, len(set.T))
	}
	path := filepath.Join(t.TempDir(), "magnetic.csv")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := file.WriteCSV(f, set); err != nil {
		t.Fatal(err)
	}
	f.Close()

	c := mustDefault(t, task.OwnData).Tuned()
	c.Data, c.Hidden, c.Fit.Steps, c.Figures = path, []int{32, 32}, 1000, false
	skew := c
	skew.Skew = "0,0,1,0; 0,0,0,1; -1,0,0,1; 0,-1,-1,0"
	if err := skew.Complete(); err != nil {
		t.Fatal(err)
	}
	runs, err := new(Env).RunAll(context.Background(), []Config{c, skew}, Batch{Root: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	plain, known := runs[0].Results.Rollout, runs[1].Results.Rollout
	t.Logf("error of held-out rollouts: %v and, with the brackets, %v", plain.Error.Median, known.Error.Median)
	if !(known.Error.Median < 0.05) || !(plain.Error.Median > 4*known.Error.Median) {
		t.Errorf("errors of held-out rollouts %v and, with the brackets, %v", plain.Error.Median, known.Error.Median)
	}

	// What was learned keeps its H; splitting methods are refused.
	x0 := []float64{0.5, 0, 0, 0.5}
	sim, err := runs[1].Simulate(context.Background(), x0, []float64{0, 50}, &ode.Settings{Method: ode.Gauss6, Step: 0.05})
	if err != nil {
		t.Fatal(err)
	}
	if change := sim.Energy[1]; !(change < 1e-8 && change > -1e-8) {
		t.Errorf("H changes by %v", change)
	}
	for _, method := range []string{"tao4", "leapfrog"} {
		if _, _, err := runs[1].Integrator(x0, times, Integration{Method: method, Step: 0.1}); err == nil || !strings.Contains(err.Error(), "not canonical") {
			t.Errorf("%s: error %v", method, err)
		}
	}

	// A matrix of another size is refused before anything is trained.
	skew.Skew = "0,1;-1,0"
	dir := t.TempDir()
	if _, err := new(Env).RunAll(context.Background(), []Config{c, skew}, Batch{Root: dir}); err == nil || !strings.Contains(err.Error(), "2 rows") {
		t.Errorf("a 2 x 2 matrix: %v", err)
	}
	if made, _ := os.ReadDir(dir); slices.ContainsFunc(made, func(e os.DirEntry) bool { return e.IsDir() }) {
		t.Errorf("runs were made: %v", made)
	}
}
