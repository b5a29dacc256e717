package experiment

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"strings"

	"hnn/data"
	"hnn/experiment/task"
	"hnn/model/foreign"
	"hnn/model/network"
	"hnn/nn"
)

// Import is a network that another program trained, and what its file does not say.
type Import struct {
	File, Prefix string
	// Like is a task, or the directory of a run, whose data the network is measured on; Data a file of trajectories instead.
	Like, Data string
	// Activation is nil where it is not known: then the error says which fit the data.
	Activation *nn.Activation
	foreign.Conventions
	Polish bool
	// Out is the run's directory, "" for a numbered one under Root; Force replaces an earlier run in it.
	Root, Out string
	Force     bool
}

// metaImported says which file the weights of a run come from, and its SHA-256.
const metaImported = "hnn.imported"

// config is what the run of an import says of its data.
func (o *Import) config() (Config, error) {
	var c Config
	var err error
	switch {
	case o.Data != "":
		if c, err = Default(task.OwnData); err != nil {
			return c, err
		}
		c.Data = o.Data
	default:
		if c, err = Default(o.Like); err == nil {
			break
		}
		like, notRun := openRun(o.Like)
		if notRun != nil {
			return c, fmt.Errorf("--like %s: %w; nor is it the directory of a run: %w", o.Like, err, notRun)
		}
		// What it says of data, and of nothing else.
		if c, err = Default(like.Task); err != nil {
			return c, err
		}
		c.Data, c.MoreData, c.Test, c.Columns, c.Estimate, c.Draw, c.Angle, c.Seed = like.Data, like.MoreData, like.Test, like.Columns, like.Estimate, like.Draw, like.Angle, like.Seed
		c.InputHold = like.InputHold
	}
	if c.Pixels() {
		return c, fmt.Errorf("networks of pictures cannot be imported; one of their latent states can, with data of such states")
	}
	c.Trainer, c.Precision, c.Scaling, c.Figures, c.Polish = Adam, Float64, false, false, o.Polish
	c.Model = network.KindHNN
	if o.Baseline {
		c.Model = network.KindBaseline
	}
	return c, nil
}

// Import makes a run of a network that another program trained, as if it had been trained here on its data. What does not
// fit the data under the conventions given, and does under others, is refused with these.
func (e *Env) Import(ctx context.Context, o Import) (*Run, error) {
	tensors, err := foreign.Read(o.File)
	if err != nil {
		return nil, err
	}
	layers, err := foreign.MLP(tensors, o.Prefix)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.File, err)
	}
	c, err := o.config()
	if err != nil {
		return nil, err
	}
	d, err := e.load(&c)
	if err != nil {
		return nil, err
	}
	if d.Train.InputNames != nil {
		return nil, fmt.Errorf("the data have the inputs %s, and an imported network takes none: leave them out", strings.Join(d.Train.InputNames, ", "))
	}
	c.Angle = d.angles
	net, err := e.fitting(layers, &o, &c, d)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.File, err)
	}
	a := net.Architecture()
	c.Hidden, c.Activation = a.Hidden, o.Conventions.Activation
	if err := c.Validate(); err != nil {
		return nil, err
	}
	dir, unlock, err := newRunDir(o.Root, o.Out, c.Task+"-"+c.Model+"-imported", o.Force)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := writeConfig(dir, &c); err != nil {
		return nil, err
	}
	if err := e.writeLearned(dir, &c, d); err != nil {
		return nil, err
	}
	t, err := newTraining[float64](ctx, e, c, d, dir, 0)
	if err != nil {
		return nil, err
	}
	defer t.trainer.Close()
	hash, err := FileHash(o.File)
	if err != nil {
		return nil, err
	}
	t.metadata[metaImported] = filepath.Base(o.File) + " " + hash
	copy(t.net.Params(), net.Params())
	t.net.Refresh()
	return t.conclude(ctx, d)
}

// fitting is the network under the conventions given, if no others fit the data far better.
func (e *Env) fitting(layers []foreign.Layer, o *Import, c *Config, d *dataset) (*network.Network[float64], error) {
	a, err := c.architecture(d.columns())
	if err != nil {
		return nil, err
	}
	make := func(conventions foreign.Conventions) (*network.Network[float64], float64, error) {
		n, err := foreign.Network(layers, d.Train.Dim, a.Angles, conventions)
		if err != nil {
			return nil, 0, err
		}
		return n, fieldError(n, d.Train), nil
	}
	outputs := layers[len(layers)-1].Out
	if !o.Baseline && outputs > 1 && o.Output < 0 {
		o.Output = 1 // the authors' networks have two outputs, of which the second is H
	}
	o.Output = max(o.Output, 0)
	// The best of all that differ in what was given or not.
	var activations []nn.Activation
	if o.Activation != nil {
		o.Conventions.Activation = *o.Activation
		activations = append(activations, *o.Activation)
	} else {
		for _, name := range nn.Tanh.Values() {
			act, _ := nn.ParseActivation(name)
			activations = append(activations, act)
		}
	}
	best, bestError := o.Conventions, math.Inf(1)
	for _, act := range activations {
		for _, interleaved := range []bool{false, true} {
			for _, negative := range []bool{false, true} {
				for output := range outputs {
					other := o.Conventions
					other.Activation, other.Interleaved, other.Negative, other.Output = act, interleaved, negative, output
					if o.Baseline && (negative || output > 0) || interleaved && d.Train.Dim == 2 {
						continue
					}
					if _, miss, err := make(other); err == nil && miss < bestError {
						best, bestError = other, miss
					}
				}
			}
		}
	}
	if o.Activation == nil {
		advice := ""
		if !math.IsInf(bestError, 1) {
			advice = fmt.Sprintf("; of all, %s leaves the least of the data's derivatives unexplained, %.3g%%, with%s", best.Activation, 100*bestError, flagsOf(best, o.Baseline))
		}
		return nil, fmt.Errorf("the file does not say which activation its network has: give it with --activation%s", advice)
	}
	net, miss, err := make(o.Conventions)
	if err != nil {
		return nil, err
	}
	// Unexplained are the mean squares. Another convention has to do far better, not only better.
	const far = 4
	// A field that is nowhere near leaves 100% or more: no convention is to be taken for leaving little less.
	const lost, doubt = 0.5, "see whether --activation, --scale and --shift are those that it was trained with"
	switch {
	case miss > far*bestError && bestError > lost:
		return nil, fmt.Errorf("the field leaves %.3g%% of the data's derivatives unexplained, and no order, sign or output leaves less than %.3g%%: %s", 100*miss, 100*bestError, doubt)
	case miss > far*bestError:
		return nil, fmt.Errorf("under these conventions the field leaves %.3g%% of the data's derivatives unexplained, and %.3g%% with%s", 100*miss, 100*bestError, flagsOf(best, o.Baseline))
	case miss > lost:
		e.log("warning: the field leaves %.3g%% of the data's derivatives unexplained: %s", 100*miss, doubt)
		return net, nil
	}
	e.log("the field leaves %.3g%% of the data's derivatives unexplained", 100*miss)
	return net, nil
}

// flagsOf are the flags of conventions.
func flagsOf(c foreign.Conventions, baseline bool) string {
	order, sign := "q,p", "+"
	if c.Interleaved {
		order = "interleaved"
	}
	if c.Negative {
		sign = "-"
	}
	if baseline {
		return " --order " + order
	}
	return fmt.Sprintf(" --order %s --sign=%s --output %d", order, sign, c.Output)
}

// mostCompared is how many rows an imported field is compared with.
const mostCompared = 2000

// fieldError is the mean square of what a field leaves of the derivatives of a set, over theirs.
func fieldError(n *network.Network[float64], s *data.Set) float64 {
	rows := min(s.Rows(), mostCompared)
	step := max(1, s.Rows()/rows)
	f, dx := n.Field().Free(), make([]float64, s.Dim)
	num, den := 0.0, 0.0
	for r := 0; r < s.Rows(); r += step {
		f(0, s.X[r*s.Dim:(r+1)*s.Dim], dx)
		for i, v := range s.DX[r*s.Dim : (r+1)*s.Dim] {
			num += (dx[i] - v) * (dx[i] - v)
			den += v * v
		}
	}
	if math.IsNaN(num) || den == 0 {
		return math.Inf(1)
	}
	return num / den
}
