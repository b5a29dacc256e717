package serve

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"hnn/experiment"
	"hnn/experiment/task"
	"hnn/fit"
	"hnn/model/network"
	"hnn/serve/api"
)

// demoSteps are what the demonstration's baseline is trained with: enough for a spiral
// that looks like an orbit at first.
const demoSteps = 600

// Demo trains a baseline and an HNN of the spring and of the pendulum, a few seconds
// altogether, and serves each as it is done; getRuns shows the progress. The HNNs are
// fitted by least squares. It keeps its files in a folder that it removes.
func (s *Server) Demo(ctx context.Context) error {
	configs, err := demoConfigs()
	if err != nil {
		return err
	}
	root, err := os.MkdirTemp("", "hnn-serve-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(root)
	progress := &demoMeter{api: s.api, state: api.Training{Of: len(configs)}}
	defer progress.end()
	env := &experiment.Env{Meter: progress.begin}
	for i, c := range configs {
		progress.state = api.Training{Run: fmt.Sprintf("%s, %s", c.Task, c.Model), Done: i, Of: len(configs)}
		progress.show()
		dir := filepath.Join(root, fmt.Sprintf("%s-%s", c.Task, c.Model))
		if err := os.Mkdir(dir, 0o700); err != nil {
			return err
		}
		r, err := env.Train(ctx, c, dir)
		if err != nil {
			return err
		}
		if err := s.Add(env, r); err != nil {
			return err
		}
		s.log.Info("trained", "run", progress.state.Run, "seconds", float64(r.Results.FitSeconds))
	}
	return nil
}

func demoConfigs() ([]experiment.Config, error) {
	var all []experiment.Config
	for _, t := range task.All() {
		if !t.Demo {
			continue
		}
		c, err := experiment.Default(t.Name)
		if err != nil {
			return nil, err
		}
		c.Strict, c.Figures = false, false
		baseline := c
		baseline.Model, baseline.Fit.Steps = network.KindBaseline, demoSteps
		hnn := c.WithClosedForm()
		hnn.Known = true // as that the pendulum's position is an angle
		all = append(all, baseline, hnn)
	}
	return all, nil
}

// demoMeter shows the progress of a training in the library.
type demoMeter struct {
	api   *api.API
	state api.Training
}

func (m *demoMeter) begin(_ string, steps int) experiment.Meter {
	m.state.Steps = steps
	return m
}

// Step notes a step.
func (m *demoMeter) Step(r fit.Record) {
	m.state.Step = r.Step
	if !math.IsNaN(r.Loss) && !math.IsInf(r.Loss, 0) {
		m.state.Loss = r.Loss
	}
	m.show()
}

// Done ends a training.
func (m *demoMeter) Done() {}

func (m *demoMeter) show() {
	t := m.state
	m.api.Progress(&t)
}

func (m *demoMeter) end() { m.api.Progress(nil) }
