package experiment

import (
	"context"
	"fmt"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"hnn/data/frames"
	"hnn/experiment/task"
	"hnn/internal/stream"
)

// quickPixels is a run on pictures of a second or less.
func quickPixels(t testing.TB, name string) Config {
	c := mustDefault(t, name)
	c.Hidden, c.Encoder, c.Fit.Steps, c.Fit.TestEvery, c.CheckpointEvery = []int{16}, []int{24, 24}, 30, 10, 10
	c.Fit.Batch, c.Fit.LearningRate = 50, 3e-3
	if name == task.PixelPendulum {
		c.Draw.Trajectories, c.Draw.Points = 8, 30
	}
	return c
}

// writeFilms writes the frames of drawn pendulums as PNGs, one folder a trial.
func writeFilms(t testing.TB, dir string, trials, length int) {
	t.Helper()
	writeFilmsOn(t, dir, trials, length, func(v uint8) uint8 { return v })
}

// writeFilmsOn is writeFilms with other shades.
func writeFilmsOn(t testing.TB, dir string, trials, length int, shade func(uint8) uint8) {
	t.Helper()
	set := frames.Pendulum(stream.New(9, "films"), trials, length)
	for i := range set.Trials {
		for k, v := range set.Trials[i].Pixels {
			set.Trials[i].Pixels[k] = shade(v)
		}
		folder := filepath.Join(dir, fmt.Sprint(i))
		if err := os.MkdirAll(folder, 0o777); err != nil {
			t.Fatal(err)
		}
		for k := range length {
			f, err := os.Create(filepath.Join(folder, fmt.Sprintf("%d.png", k)))
			if err != nil {
				t.Fatal(err)
			}
			img := &image.Gray{Pix: set.Bytes(i, k, 1), Stride: set.Width, Rect: image.Rect(0, 0, set.Width, set.Height)}
			if err := png.Encode(f, img); err != nil {
				t.Fatal(err)
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestPixelPendulumRun(t *testing.T) {
	runs, err := new(Env).RunAll(context.Background(), paperModels(quickPixels(t, task.PixelPendulum)), Batch{Root: t.TempDir(), Jobs: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range runs {
		res, err := ReadResults(r.Dir)
		if err != nil {
			t.Fatal(err)
		}
		p := res.Pixels
		if p == nil || p.Frames != longRollout+1 || res.EnergyMSE == nil || res.EnergyMSE.Protocol != "pixels" {
			t.Fatalf("%s: pixels %+v, energy %+v", r.Dir, p, res.EnergyMSE)
		}
		// A picture of nothing has a mean square of 0.011.
		if l := float64(res.TestLoss.Mean); !(l > 0 && l < 0.02) || !(p.Reconstruction < res.TestLoss.Mean) {
			t.Errorf("%s: test loss %v, reconstruction %v", r.Dir, l, p.Reconstruction)
		}
		// The spread of the angle is 0.27; a fit leaves less.
		if a := float64(p.AngleResidual); !(a > 0 && a < 0.3) {
			t.Errorf("%s: angle off by %v", r.Dir, a)
		}
		again, err := new(Env).Open(r.Dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := new(Env).Evaluate(context.Background(), again); err != nil {
			t.Fatal(err)
		}
		if *again.Results.Pixels != *p || again.Results.TestLoss != res.TestLoss {
			t.Errorf("%s: evaluated again %+v, first %+v", r.Dir, again.Results.Pixels, p)
		}
		for _, f := range []string{"pixel-pendulum.svg", "latent.png", "training.svg", "film.gif"} {
			if info, err := os.Stat(filepath.Join(r.Dir, figuresFolder, f)); err != nil || info.Size() == 0 {
				t.Errorf("%s: %v", f, err)
			}
		}
	}
}

// An interrupted run on pictures ends with the bits of one that was not.
func TestPixelResume(t *testing.T) {
	c := quickPixels(t, task.PixelPendulum)
	c.Figures, c.SubtractMean = false, true
	c.Prediction.Steps, c.Prediction.Integrator = 3, "rk4"
	whole, cut := t.TempDir(), t.TempDir()
	if _, err := new(Env).Train(context.Background(), c, whole); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	stop := &Env{Workers: 1, Meter: func(string, int) Meter { return interruptAt{17, cancel} }}
	if _, err := stop.Train(ctx, c, cut); err == nil {
		t.Fatal("it was not interrupted")
	}
	if _, err := new(Env).Resume(context.Background(), cut); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{modelFile, metricsFile} {
		if read(t, whole, f) != read(t, cut, f) {
			t.Errorf("%s differs after an interrupt", f)
		}
	}
}

func TestOwnFrames(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "films")
	writeFilms(t, dir, 4, 12)
	c := quickPixels(t, task.OwnFrames)
	c.Frames, c.Latent, c.Stack, c.Fit.Batch = dir, 4, 3, 200
	runs, err := new(Env).RunAll(context.Background(), paperModels(c), Batch{Root: t.TempDir(), Jobs: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range runs {
		p := r.Results.Pixels
		if r.Results.EnergyMSE != nil || p.Frames != 10 || math.IsNaN(float64(p.PixelMSE)) || math.IsNaN(float64(p.AmplitudeKept)) {
			t.Errorf("%s: energy %v, %+v", r.Dir, r.Results.EnergyMSE, p)
		}
		if m := r.model; m.Dim != 4 || m.Pixels.Stack != 3 {
			t.Errorf("a model of %d latent numbers and %d frames", m.Dim, m.Pixels.Stack)
		}
	}
	var dirs []string
	for _, r := range runs {
		dirs = append(dirs, r.Dir)
		if e := r.Results.Engine; e.Platform == "" || e.Go == "" {
			t.Errorf("%s: computed with %+v", r.Dir, e)
		}
	}
	checkPixelPage(t, dirs)
	checkPixelInspection(t, dirs[1])
	// One film: its end is held out.
	c.Frames = filepath.Join(dir, "2")
	c.Latent, c.Stack = 2, 2
	if _, err := new(Env).Train(context.Background(), c, t.TempDir()); err != nil {
		t.Error(err)
	}
	c.Draw.TestFraction = 0.9
	if _, err := new(Env).Train(context.Background(), c, t.TempDir()); err == nil || !strings.Contains(err.Error(), "cannot be cut") {
		t.Errorf("nine tenths held out: %v", err)
	}
}

// A page shows what runs on pictures have measured, and their film.
func checkPixelPage(t *testing.T, dirs []string) {
	t.Helper()
	page, err := new(Env).Report(context.Background(), dirs, "hnn report")
	if err != nil {
		t.Fatal(err)
	}
	s := page.Sections[0]
	if got, want := strings.Join(s.Tables[0].Header, "; "), "model; test loss; fit; reconstruction; pixel MSE, 10 frames; amplitude kept"; got != want {
		t.Errorf("header %q, want %q", got, want)
	}
	film := read(t, dirs[0], filepath.Join(figuresFolder, filmFile))
	if len(s.Films) != 1 || string(s.Films[0].GIF) != film {
		t.Errorf("%d films, want that of the figures folder", len(s.Films))
	}
	var html strings.Builder
	if err := page.Write(&html); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(s.Summary, "\n"); !strings.Contains(got, "films") {
		t.Errorf("the summary does not name the films: %q", got)
	}
	for i, dir := range dirs {
		r, err := ReadResults(dir)
		if err != nil {
			t.Fatal(err)
		}
		p := r.Pixels
		for _, want := range []string{scientific(float64(p.Reconstruction)), scientific(float64(p.PixelMSE)), percent(float64(p.AmplitudeKept))} {
			if !slices.Contains(s.Tables[0].Rows[i].Cells, want) || !slices.ContainsFunc(s.Runs[i].Facts, func(f [2]string) bool { return f[1] == want }) {
				t.Errorf("%s: no %s in %q and %q", dir, want, s.Tables[0].Rows[i].Cells, s.Runs[i].Facts)
			}
		}
	}
}

// An inspection says that a model sees pictures, of which size, and how.
func checkPixelInspection(t *testing.T, dir string) {
	t.Helper()
	i, err := Inspect(dir)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := i.Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"pictures of 28 x 28 pixels, 3 frames at a time", "hidden layers 24 24, relu, to 4 latent numbers", "z1, z2, z3, z4"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

// The ground of a film does not decide how well it is learned: on light grey a motion is
// learned about as well as on black.
func TestLightFilms(t *testing.T) {
	withoutShort(t)
	loss := func(shade func(uint8) uint8, subtract bool) float64 {
		dir := t.TempDir()
		writeFilmsOn(t, dir, 4, 30, shade)
		c := quickPixels(t, task.OwnFrames)
		c.Frames, c.Fit.Steps, c.Fit.TestEvery, c.Figures, c.SubtractMean = dir, 400, 100, false, subtract
		r, err := new(Env).Train(context.Background(), c, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		rows := readLosses(t, r.Dir)
		if last := rows[len(rows)-1]; !(math.Abs(last/float64(r.Results.TestLoss.Mean)-1) < 0.2) {
			// They differ by the step between frames alone.
			t.Errorf("test loss %v in training and %v of the finished model", last, r.Results.TestLoss.Mean)
		}
		return float64(r.Results.TestLoss.Mean)
	}
	black := loss(func(v uint8) uint8 { return v }, mustDefault(t, task.OwnFrames).SubtractMean)
	light := loss(func(v uint8) uint8 { return 230 - min(v, 230) }, mustDefault(t, task.OwnFrames).SubtractMean)
	plain := loss(func(v uint8) uint8 { return 230 - min(v, 230) }, false)
	t.Logf("test loss %.2e on black, %.2e on light grey, %.2e without the mean subtracted", black, light, plain)
	if !(light < 1.5*black && light < plain/3) {
		t.Errorf("test loss %.2e on black, %.2e on light grey, %.2e without the mean subtracted", black, light, plain)
	}
}

// readLosses are the test losses that a run noted during its training.
func readLosses(t *testing.T, dir string) []float64 {
	t.Helper()
	m, err := readMetrics(filepath.Join(dir, metricsFile), math.MaxInt)
	if err != nil {
		t.Fatal(err)
	}
	var losses []float64
	for _, row := range m.rows {
		if v, err := strconv.ParseFloat(row[2], 64); err == nil {
			losses = append(losses, v)
		}
	}
	return losses
}

// A pushed rollout is the plain one up to its middle, then one with as much more energy.
func TestSimulateWithEnergy(t *testing.T) {
	for _, name := range []string{"spring", task.PixelPendulum} {
		var c Config
		if name == task.PixelPendulum {
			c = quickPixels(t, name)
		} else {
			c = quick(t)
			c.Strict = false
		}
		c.Figures = false
		e := new(Env)
		r, err := e.Train(context.Background(), c, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		x0 := []float64{0.7, 0.1}
		if name == task.PixelPendulum {
			if x0, err = e.filmStart(r, 3); err != nil {
				t.Fatal(err)
			}
		}
		const delta = 0.01
		times := frameTimes(21)
		plain, err := r.Simulate(context.Background(), x0, times, nil)
		if err != nil {
			t.Fatal(err)
		}
		pushed, err := r.simulateWithEnergy(context.Background(), x0, times, nil, delta)
		if err != nil {
			t.Fatal(err)
		}
		if len(pushed.States) != 42 || len(pushed.Energy) != 21 {
			t.Fatalf("%s: %d numbers and %d energies for 21 times", name, len(pushed.States), len(pushed.Energy))
		}
		for i, e := range pushed.Energy {
			want := plain.Energy[i]
			if i >= 10 {
				want = delta
			}
			if d := math.Abs(e - want); d > 1e-6 {
				t.Errorf("%s: energy %v at time %d, want %v", name, e, i, want)
			}
			if i < 10 && math.Hypot(pushed.States[2*i]-plain.States[2*i], pushed.States[2*i+1]-plain.States[2*i+1]) > 1e-7 {
				t.Errorf("%s: another state at time %d, before the push", name, i)
			}
		}
		var film strings.Builder
		err = r.WriteFilm(&film, pushed)
		if name == task.PixelPendulum && (err != nil || !strings.HasPrefix(film.String(), "GIF89a")) || name != task.PixelPendulum && err == nil {
			t.Errorf("%s: a film: %v", name, err)
		}
	}
}
