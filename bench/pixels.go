package bench

import (
	"math"
	"slices"
	"strings"

	"hnn/data/frames"
	"hnn/experiment/task"
	"hnn/fit"
	"hnn/internal/stream"
	"hnn/model"
	"hnn/model/network"
)

// The paper's pixel pendulum, and fewer films than its own.
var (
	pixelTask     = task.All()[slices.IndexFunc(task.All(), func(t task.Task) bool { return t.Source == task.DrawnFilms })]
	pixelStepName = "train-step/" + pixelTask.Name
)

const pixelFilms = 20

// pixelArchitecture is the paper's model, of two frames of 28 x 28.
func pixelArchitecture() network.Architecture {
	return network.Architecture{
		Kind: network.KindHNN, Dim: 2, Hidden: []int{200, 200}, Activation: "tanh",
		Pixels: &model.Pixels{Width: frames.Side, Height: frames.Side, Stack: 2, Hidden: []int{200, 200, 200}, Activation: "relu"},
	}
}

// pixelStep is a step of the pixel pendulum's training, on films that are drawn, with the
// authors' settings.
func pixelStep(threads int) (*probe, error) {
	a := pixelArchitecture()
	net, err := network.New[float32](a, stream.New(0, "init"))
	if err != nil {
		return nil, err
	}
	set := frames.Pendulum(stream.New(0, "data"), pixelFilms, pixelTask.Draw.Points)
	films := fit.Observations{Set: set, Windows: set.Windows(0, pixelFilms, a.Pixels.Stack, 1)}
	tr, err := fit.New(net, fit.Films[float32](films, fit.Observations{}, fit.DefaultPixelLoss()),
		fit.Options{Steps: math.MaxInt, Batch: batch(pixelTask), LearningRate: 1e-3, L2: pixelTask.Training.L2, Workers: threads}, stream.Source(0, "batches"))
	if err != nil {
		return nil, err
	}
	return &probe{
		Case:  Case{Name: pixelStepName, Precision: "float32", Threads: threads},
		flops: pixelFLOPs(a, batch(pixelTask)),
		run:   func() (int, error) { _, err := tr.Step(); return 0, err },
		close: tr.Close,
	}, nil
}

// pixelFLOPs counts as stepFLOPs does: of the autoencoder's products three, the encoder
// taking an observation and the next one and not needing the last reverse of its first
// layer, and the HNN's, whose last reverse leads on to the encoder. Pixels that are zero in
// a whole block are counted too, though they are left out.
func pixelFLOPs(a network.Architecture, rows int) float64 {
	in, coder := a.Pixels.Len(), 0
	first := in * a.Pixels.Hidden[0]
	for _, h := range a.Pixels.Hidden {
		coder += in * h
		in = h
	}
	coder += in * a.Dim
	latent := stepFLOPs(network.Architecture{Kind: a.Kind, Dim: a.Dim, Hidden: a.Hidden}, rows) + 2*float64(rows*a.Dim*a.Hidden[0])
	return 2*float64(rows)*(2*(3*float64(coder)-float64(first))+3*float64(coder)) + latent
}

// addPixelSteps adds the cases that are wanted.
func addPixelSteps(o *Options, add func(*probe, error) error) error {
	if !strings.HasPrefix(pixelStepName, o.Only) {
		return nil
	}
	for _, threads := range o.Threads {
		if err := add(pixelStep(threads)); err != nil {
			return err
		}
	}
	return nil
}
