package experiment

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"hnn/data/frames"
	"hnn/eval"
	"hnn/internal/atomicfile"
	"hnn/model"
	"hnn/ode"
	"hnn/report"
)

// pixelFigureFrames is the length of the drawn rollouts of pixel models: that of the
// energy metric.
const pixelFigureFrames = energyFrames

// pixelScene is a rollout of every run's model from the first observation of one
// held-out film, as pictures and as states.
type pixelScene struct {
	film *frames.Set // one trial
	runs []*Run
	// of each run
	maps    []*eval.LatentMap
	results []*eval.PixelResult
	pushed  [][]float64 // see push
}

func newPixelScene(runs []*Run) (*pixelScene, error) {
	f := runs[0].data.films
	starts := f.starts()
	s := &pixelScene{runs: runs, film: starts.Equal(0, 1)}
	t := &s.film.Trials[0]
	n := min(pixelFigureFrames+f.stack-1, s.film.Frames(0))
	t.Pixels, t.States = t.Pixels[:n*s.film.Size()], starts.Trials[0].States
	for _, r := range runs {
		o := eval.PixelOptions{EnergyFrames: n}
		m := r.model
		if t.States != nil {
			var err error
			if o.Map, err = latentMap(m, f, o.Workers); err != nil {
				return nil, err
			}
		}
		result, err := eval.PixelRollout(m, s.film, o)
		if err != nil {
			return nil, err
		}
		s.maps, s.results = append(s.maps, o.Map), append(s.results, result)
		pushed, err := s.push(len(s.results) - 1)
		if err != nil {
			return nil, err
		}
		s.pushed = append(s.pushed, pushed)
	}
	return s, nil
}

// pixelPictures draws what the runs on pictures of one seed have to show.
func pixelPictures(runs []*Run) ([]picture, error) {
	s, err := newPixelScene(runs)
	if err != nil {
		return nil, err
	}
	var ps []picture
	if s.maps[0] != nil {
		f, err := report.PhasePlane(s.motion(), report.Samples{})
		if err != nil {
			return nil, err
		}
		ps = append(ps, picture{runs[0].Config.Task, "The pendulum as each model sees it in its own decoded pictures, by a linear map from its latent states to angle and momentum, and its energy.", f})
	}
	if runs[0].model.Dim == 2 {
		f, err := s.latent()
		if err != nil {
			return nil, err
		}
		ps = append(ps, picture{"latent", "The plane that each model found: the encoded training observations, the film's in grey, the learned H as contours, and the rollout; the HNN's again with energy added halfway.", f})
	}
	curves, err := curves(runs)
	if err != nil || len(curves) == 0 {
		return ps, err
	}
	f, err := report.Training(runs[0].Config.heading(), curves)
	if err != nil {
		return nil, err
	}
	return append(ps, picture{"training", "The losses during training.", f}), nil
}

// motion is the pendulum's true motion and what each model sees in its own pictures.
func (s *pixelScene) motion() report.Task {
	stack := s.runs[0].data.films.stack
	task := report.Task{
		Title:       s.runs[0].Config.heading(),
		Coordinates: []report.Quantity{{Name: "q", Unit: "rad"}, {Name: "p"}},
		Time:        report.Quantity{Name: "frame"}, Energy: report.Quantity{Name: "energy"},
		Truth: report.Run{Role: report.Truth, Name: "Truth"},
	}
	points := s.results[0].Points
	add := func(r *report.Run, k int, qp []float64) {
		r.T, r.X, r.E = append(r.T, float64(k)), append(r.X, qp), append(r.E, eval.PixelPendulum.Hamiltonian(qp))
	}
	for k := range points {
		qp := eval.PixelCoordinates(s.film, frames.Window{Frame: int32(k + stack - 1)})
		add(&task.Truth, k, qp[:])
	}
	for i, r := range s.runs {
		role, name := r.look()
		m := report.Run{Role: role, Name: name}
		for k := range points {
			qp := make([]float64, 2)
			s.maps[i].Apply(s.results[i].Seen[k*r.model.Dim:(k+1)*r.model.Dim], qp)
			add(&m, k, qp)
		}
		task.Models = append(task.Models, m)
	}
	return task
}

// latentSamples is the number of encoded observations that a latent plane shows.
const latentSamples = 1200

// latent draws every model's plane.
func (s *pixelScene) latent() (*report.Figure, error) {
	f := s.runs[0].data.films
	windows := f.trainWindows(1)
	few := make([]frames.Window, min(latentSamples, len(windows)))
	for i := range few {
		few[i] = windows[i*len(windows)/len(few)]
	}
	var tasks []report.Task
	var data []report.Samples
	for i, r := range s.runs {
		m := r.model
		role, name := r.look()
		times := frameTimes(s.results[i].Points)
		run := report.Run{Role: role, Name: name, T: times, X: rows(s.results[i].Row(0), 2)}
		if m.Energy != nil {
			run.H = m.Energy()
		}
		task := report.Task{
			Coordinates: []report.Quantity{{Name: "z1"}, {Name: "z2"}}, Time: report.Quantity{Name: "frame"},
			Truth:  report.Run{Role: report.Truth, Name: "Film, encoded", T: times, X: rows(eval.Encode(m, s.film, s.film.Windows(0, 1, f.stack, 0), 0), 2)},
			Models: []report.Run{run},
		}
		if pushed := s.pushed[i]; pushed != nil {
			task.Models = append(task.Models, report.Run{Role: report.ClosedForm, Name: "With energy added", T: times, X: rows(pushed, 2)})
		}
		tasks = append(tasks, task)
		data = append(data, report.Samples{X: rows(eval.Encode(m, f.set, few, 0), 2)})
	}
	return report.Latent(s.runs[0].Config.heading()+": latent planes", tasks, data)
}

func frameTimes(n int) []float64 {
	times := make([]float64, n)
	for i := range times {
		times[i] = float64(i)
	}
	return times
}

// pushShare is how far, halfway, the energy is raised towards that of the training
// observation that has most.
const pushShare = 0.9

// push rolls a run's model out as s.results has it up to the middle, then with energy
// added; nil where it has no energy, or has most of it already.
func (s *pixelScene) push(i int) ([]float64, error) {
	r, result := s.runs[i], s.results[i]
	m := r.model
	if m.Energy == nil || result.Errs[0] != nil {
		return nil, nil
	}
	f, d := r.data.films, m.Dim
	z := eval.Encode(m, f.set, f.trainWindows(1), 0)
	energy := m.Energy()
	half := result.Points / 2
	at := result.Row(0)[half*d : (half+1)*d]
	delta := pushShare * (slices.Max(eval.Energies(energy, d, z, nil)) - energy(at))
	if !(delta > 0) {
		return nil, nil
	}
	pushed, err := eval.AddEnergy(m, at, delta)
	if err != nil {
		return nil, err
	}
	states, _, err := ode.Solve(m.Free(), pushed, frameTimes(result.Points-half), nil, nil)
	if err != nil {
		return nil, err
	}
	return append(slices.Clone(result.Row(0)[:half*d]), states...), nil
}

// films are the truth, what every model makes of it, and the push.
func (s *pixelScene) films() []report.Film {
	stack := s.runs[0].data.films.stack
	truth := report.Film{Role: report.Truth, Name: "Film"}
	for k := stack - 1; k < s.film.Frames(0); k++ {
		p := make([]float64, s.film.Size())
		frames.Observe(p, s.film.Bytes(0, k, 1))
		truth.Frames = append(truth.Frames, p)
	}
	films := []report.Film{truth}
	for i, r := range s.runs {
		role, name := r.look()
		films = append(films, report.Film{Role: role, Name: name, Frames: decoded(r.model, s.results[i].Row(0))})
		if s.pushed[i] != nil {
			films = append(films, report.Film{Role: report.ClosedForm, Name: "HNN + energy", Frames: decoded(r.model, s.pushed[i])})
		}
	}
	return films
}

// screen is how films of the task are shown: the drawn pendulum as ink on paper, since its
// frames are zero where nothing is, and a user's as they are.
func (c *Config) screen(width, height int, captions []string) report.Screen {
	return report.Screen{Width: width, Height: height, Ink: !c.source().Own(), Captions: captions}
}

// decoded are the newest frames of the observations that states stand for.
func decoded(m *model.Field, states []float64) [][]float64 {
	g := m.Pixels
	n := len(states) / m.Dim
	x := make([]float64, n*g.Len())
	m.Decode()(states, x, n)
	var newest [][]float64
	for k := range n {
		newest = append(newest, x[(k+1)*g.Len()-g.Width*g.Height:(k+1)*g.Len()])
	}
	return newest
}

// filmFile is the name of the animation in the figures folder.
const filmFile = "film.gif"

// drawFilm is the animation of the runs on pictures of one seed, a GIF.
func drawFilm(runs []*Run) ([]byte, error) {
	s, err := newPixelScene(runs)
	if err != nil {
		return nil, err
	}
	films := s.films()
	captions := make([]string, len(films[0].Frames))
	for i := range captions {
		captions[i] = fmt.Sprint("frame ", i)
	}
	var animation bytes.Buffer
	err = report.WriteFilms(&animation, films, runs[0].Config.screen(s.film.Width, s.film.Height, captions))
	return animation.Bytes(), err
}

// writeFilm writes the animation of the runs on pictures of one seed into the figures
// folder of each.
func writeFilm(runs []*Run) error {
	animation, err := drawFilm(runs)
	if err != nil {
		return err
	}
	for _, r := range runs {
		folder := filepath.Join(r.Dir, figuresFolder)
		if err := os.MkdirAll(folder, 0o777); err != nil {
			return err
		}
		write := func(w io.Writer) error { _, err := w.Write(animation); return err }
		if err := atomicfile.Write(filepath.Join(folder, filmFile), write); err != nil {
			return err
		}
	}
	return nil
}
