package experiment

import (
	"hnn/data/frames"
	"hnn/eval"
	"hnn/model"
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
}

func newPixelScene(runs []*Run) (*pixelScene, error) {
	f := runs[0].data.films
	s := &pixelScene{runs: runs, film: f.starts.Equal(0, 1)}
	t := &s.film.Trials[0]
	n := min(pixelFigureFrames+f.stack-1, s.film.Frames(0))
	t.Pixels, t.States = t.Pixels[:n*s.film.Size()], f.starts.Trials[0].States
	for _, r := range runs {
		o := eval.PixelOptions{EnergyFrames: n}
		m := r.model.(model.Autoencoder)
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
	curves, err := curves(runs)
	if err != nil || len(curves) == 0 {
		return ps, err
	}
	f, err := report.Training(title(runs[0].Config.Task), curves)
	if err != nil {
		return nil, err
	}
	return append(ps, picture{"training", "The losses during training.", f}), nil
}

// motion is the pendulum's true motion and what each model sees in its own pictures.
func (s *pixelScene) motion() report.Task {
	stack := s.runs[0].data.films.stack
	task := report.Task{
		Title:       title(s.runs[0].Config.Task),
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
			s.maps[i].Apply(s.results[i].Seen[k*r.model.Dim():(k+1)*r.model.Dim()], qp)
			add(&m, k, qp)
		}
		task.Models = append(task.Models, m)
	}
	return task
}
