package fit

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"reflect"

	modelfile "hnn/model/file"
	"hnn/model/safetensors"
	"hnn/nn"
)

// metaTrainer is the metadata key under which a checkpoint keeps what is not a
// tensor.
const metaTrainer = "hnn.trainer"

// The tensors that a checkpoint has beside the model's.
const (
	tensorMoment1 = "adam.m"
	tensorMoment2 = "adam.v"
	tensorBest    = "best.parameters"
	// Of what is fitted beside the network's parameters.
	tensorFree        = "free"
	tensorFreeMoment1 = "free.adam.m"
	tensorFreeMoment2 = "free.adam.v"
	// The last locations of L-BFGS and the gradients there.
	tensorLocations = "lbfgs.x"
	tensorGradients = "lbfgs.gradient"
)

type trainerState struct {
	Step      int      `json:"step"`
	Seconds   float64  `json:"seconds"`
	Batches   string   `json:"batches,omitempty"`  // the sampler's source, base64
	Position  int      `json:"position,omitempty"` // in the sampler's order
	Best      *float64 `json:"best,omitempty"`
	Stale     int      `json:"stale,omitempty"`
	Stopped   bool     `json:"stopped,omitempty"`
	Converged bool     `json:"converged,omitempty"`
	// Where L-BFGS stands, if it has begun: the loss with and without its L2 term, and
	// the norm of the gradient.
	LBFGS []float64 `json:"lbfgs,omitempty"`
}

// Save writes a checkpoint from which Restore continues to the same bits. It is a
// model file too, of the model as it stands. The file is replaced as a whole.
func (t *Trainer[T]) Save(path string, metadata map[string]string) error {
	f, err := modelfile.Pack(t.net, metadata)
	if err != nil {
		return err
	}
	s := trainerState{Step: t.step, Seconds: t.seconds, Stale: t.best.stale, Stopped: t.stopped, Converged: t.converged}
	add := func(name string, data []T) {
		f.Tensors = append(f.Tensors, safetensors.Tensor{Name: name, Shape: []int{len(data)}, Data: data})
	}
	add(tensorMoment1, t.adam.m)
	add(tensorMoment2, t.adam.v)
	if t.free != nil {
		add(tensorFree, t.loss.values)
		add(tensorFreeMoment1, t.free.m)
		add(tensorFreeMoment2, t.free.v)
	}
	if t.lbfgs != nil && len(t.lbfgs.locations) > 0 {
		s.LBFGS = t.lbfgs.pack(f)
	}
	if b := t.loss.sampler; b != nil {
		state, position := b.save()
		s.Batches, s.Position = base64.StdEncoding.EncodeToString(state), position
	}
	if t.best.params != nil {
		s.Best = &t.best.loss
		add(tensorBest, t.best.params)
	}
	state, err := json.Marshal(s)
	if err != nil {
		return err
	}
	f.Metadata[metaTrainer] = string(state)
	return safetensors.WriteFile(path, f)
}

// Restore continues from a checkpoint of a trainer with the same model, data and
// options. What of these the trainer cannot see itself the caller compares by
// metadata: the checkpoint must have been saved with every value given here; all of its
// metadata are returned. An error leaves the trainer as it was and says what does not fit.
func (t *Trainer[T]) Restore(path string, metadata map[string]string) (map[string]string, error) {
	f, err := safetensors.ReadFile(path)
	if err != nil {
		return nil, err
	}
	for key, want := range metadata {
		if have := f.Metadata[key]; have != want {
			return nil, fmt.Errorf("%s: cannot continue from this checkpoint: its %s is %q and the run's is %q; what it was taken from has changed since", path, key, have, want)
		}
	}
	if err := t.restore(f); err != nil {
		return nil, fmt.Errorf("%s: cannot continue from this checkpoint: %w", path, err)
	}
	return f.Metadata, nil
}

func (t *Trainer[T]) restore(f *safetensors.File) error {
	var s trainerState
	text, ok := f.Metadata[metaTrainer]
	if !ok {
		return fmt.Errorf("%w: it holds a model, but no state of a trainer", safetensors.ErrFormat)
	}
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return fmt.Errorf("%w: the trainer's state: %w", safetensors.ErrFormat, err)
	}
	if steps := t.options.Steps + t.options.LBFGS; s.Step < 0 || s.Step > steps {
		return fmt.Errorf("it was taken at step %d of a training that has %d", s.Step, steps)
	}
	net, err := modelfile.Unpack[T](f)
	if err != nil {
		return err
	}
	if have, want := net.Architecture(), t.net.Architecture(); !reflect.DeepEqual(have, want) {
		return fmt.Errorf("it was taken of a model %v, and this one is %v", have, want)
	}
	n := len(t.net.Params())
	m, err := moments[T](f, tensorMoment1, n)
	if err != nil {
		return err
	}
	v, err := moments[T](f, tensorMoment2, n)
	if err != nil {
		return err
	}
	b := best[T]{loss: math.Inf(1), stale: s.Stale}
	if s.Best != nil {
		if b.params, err = moments[T](f, tensorBest, n); err != nil {
			return err
		}
		b.loss = *s.Best
	}
	var values, vm, vv []T
	now := t.loss.values
	if t.free != nil {
		for _, of := range []struct {
			v    *[]T
			name string
		}{{&values, tensorFree}, {&vm, tensorFreeMoment1}, {&vv, tensorFreeMoment2}} {
			if *of.v, err = moments[T](f, of.name, len(now)); err != nil {
				return err
			}
		}
	}
	l, err := unpackLBFGS[T](f, s.LBFGS, n+len(now))
	if err != nil {
		return err
	}
	drawer := t.loss.sampler
	if (drawer != nil) != (s.Batches != "") {
		return fmt.Errorf("one of the two trains on full batches and the other does not")
	}
	if err := t.loss.resume(s.Step); err != nil {
		return err
	}
	if drawer != nil {
		state, err := base64.StdEncoding.DecodeString(s.Batches)
		if err != nil {
			return fmt.Errorf("%w: the state of the batches: %w", safetensors.ErrFormat, err)
		}
		if err := drawer.restore(state, s.Position); err != nil {
			return fmt.Errorf("%w: the state of the batches: %w", safetensors.ErrFormat, err)
		}
	}
	copy(t.net.Params(), net.Params())
	t.net.Refresh()
	copy(t.adam.m, m)
	copy(t.adam.v, v)
	if t.free != nil {
		copy(now, values)
		copy(t.free.m, vm)
		copy(t.free.v, vv)
	}
	t.lbfgs = l
	t.best, t.step, t.seconds, t.stopped, t.converged = b, s.Step, s.Seconds, s.Stopped, s.Converged
	return nil
}

// pack adds the locations to a file and returns what is not a tensor.
func (s *lbfgs[T]) pack(f *safetensors.File) []float64 {
	var x, g []float64
	for _, l := range s.locations {
		x, g = append(x, l.X...), append(g, l.Gradient...)
	}
	shape := []int{len(s.locations), len(s.x)}
	f.Tensors = append(f.Tensors,
		safetensors.Tensor{Name: tensorLocations, Shape: shape, Data: x},
		safetensors.Tensor{Name: tensorGradients, Shape: shape, Data: g})
	return []float64{s.locations[len(s.locations)-1].F, s.data, s.norm}
}

// unpackLBFGS is its inverse, nil where L-BFGS had not begun.
func unpackLBFGS[T nn.Float](f *safetensors.File, state []float64, n int) (*lbfgs[T], error) {
	if state == nil {
		return nil, nil
	}
	x, err := safetensors.Values[float64](f, tensorLocations, -1, n)
	if err != nil {
		return nil, err
	}
	g, err := safetensors.Values[float64](f, tensorGradients, len(x)/n, n)
	if err != nil {
		return nil, err
	}
	if len(state) != 3 || len(x) == 0 || len(x)/n > lbfgsStore+1 {
		return nil, fmt.Errorf("%w: the state of L-BFGS", safetensors.ErrFormat)
	}
	s := newLBFGS[T](n)
	for ; len(x) > 0; x, g = x[n:], g[n:] {
		copy(s.x, x)
		copy(s.g, g)
		s.push(state[0], state[1], state[2])
	}
	return s, nil
}

// moments is a tensor as long as the parameters, in exactly this precision: a
// checkpoint of another would not continue to the same bits.
func moments[T nn.Float](f *safetensors.File, name string, n int) ([]T, error) {
	v, err := safetensors.Values[T](f, name, n)
	if err != nil {
		return nil, fmt.Errorf("%w (training continues in the precision it began in)", err)
	}
	return v, nil
}
