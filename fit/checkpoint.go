package fit

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"reflect"

	"hnn/internal/kernel"
	"hnn/internal/safetensors"
	"hnn/model"
)

// metaTrainer is the metadata key under which a checkpoint keeps what is not a
// tensor.
const metaTrainer = "hnn.trainer"

// The tensors that a checkpoint has beside the model's.
const (
	tensorMoment1 = "adam.m"
	tensorMoment2 = "adam.v"
	tensorBest    = "best.parameters"
)

type trainerState struct {
	Step     int      `json:"step"`
	Seconds  float64  `json:"seconds"`
	Batches  string   `json:"batches,omitempty"`  // the sampler's source, base64
	Position int      `json:"position,omitempty"` // in the sampler's order
	Best     *float64 `json:"best,omitempty"`
	Stale    int      `json:"stale,omitempty"`
	Stopped  bool     `json:"stopped,omitempty"`
}

// Save writes a checkpoint from which Restore continues to the same bits. It is a
// model file too, of the model as it stands. The file is replaced as a whole.
func (t *Trainer[T]) Save(path string, metadata map[string]string) error {
	f, err := model.Pack(t.net, metadata)
	if err != nil {
		return err
	}
	s := trainerState{Step: t.step, Seconds: t.seconds, Stale: t.best.stale, Stopped: t.stopped}
	n := len(t.net.Params())
	add := func(name string, data []T) {
		f.Tensors = append(f.Tensors, safetensors.Tensor{Name: name, Shape: []int{n}, Data: data})
	}
	add(tensorMoment1, t.adam.m)
	add(tensorMoment2, t.adam.v)
	if t.sampler != nil {
		state, position := t.sampler.save()
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
// metadata: the checkpoint must have been saved with every value given here. An error
// leaves the trainer as it was and says what does not fit.
func (t *Trainer[T]) Restore(path string, metadata map[string]string) error {
	f, err := safetensors.ReadFile(path)
	if err != nil {
		return err
	}
	for key, want := range metadata {
		if have := f.Metadata[key]; have != want {
			return fmt.Errorf("%s: cannot continue from this checkpoint: its %s is %q and the run's is %q; what it was taken from has changed since", path, key, have, want)
		}
	}
	if err := t.restore(f); err != nil {
		return fmt.Errorf("%s: cannot continue from this checkpoint: %w", path, err)
	}
	return nil
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
	if s.Step < 0 || s.Step > t.options.Steps {
		return fmt.Errorf("it was taken at step %d of a training that has %d", s.Step, t.options.Steps)
	}
	net, err := model.Unpack[T](f)
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
	if (t.sampler != nil) != (s.Batches != "") {
		return fmt.Errorf("one of the two trains on full batches and the other does not")
	}
	if t.sampler != nil {
		state, err := base64.StdEncoding.DecodeString(s.Batches)
		if err != nil {
			return fmt.Errorf("%w: the state of the batches: %w", safetensors.ErrFormat, err)
		}
		if err := t.sampler.restore(state, s.Position); err != nil {
			return fmt.Errorf("%w: the state of the batches: %w", safetensors.ErrFormat, err)
		}
	}
	copy(t.net.Params(), net.Params())
	model.Refresh(t.net)
	copy(t.adam.m, m)
	copy(t.adam.v, v)
	t.best, t.step, t.seconds, t.stopped = b, s.Step, s.Seconds, s.Stopped
	return nil
}

// moments is a tensor as long as the parameters, in exactly this precision: a
// checkpoint of another would not continue to the same bits.
func moments[T kernel.Float](f *safetensors.File, name string, n int) ([]T, error) {
	v, err := safetensors.Values[T](f, name, n)
	if err != nil {
		return nil, fmt.Errorf("%w (training continues in the precision it began in)", err)
	}
	return v, nil
}
