package model

import (
	"fmt"
	"slices"

	"hnn/data"
	"hnn/internal/kernel"
	"hnn/nn"
	"hnn/ode"
)

// Pixels is the geometry of the observations of a model that sees pictures, and the
// autoencoder that turns them into states. An observation is Stack frames, oldest
// first, each Height x Width and row-major, in [0, 1]. One frame shows no velocity, so
// that Stack is 2 in the paper.
type Pixels struct {
	Width  int `json:"width"`
	Height int `json:"height"`
	Stack  int `json:"stack"`
	// Hidden are the widths of the encoder's hidden layers; the decoder has them in
	// reverse. A layer as wide as the one before it is residual.
	Hidden     []int  `json:"hidden"`
	Activation string `json:"activation"`
}

// Len is the number of pixels of an observation.
func (p *Pixels) Len() int { return p.Stack * p.Width * p.Height }

// String is short, for error messages.
func (p *Pixels) String() string {
	return fmt.Sprintf("%d frames of %d x %d, %s %v", p.Stack, p.Width, p.Height, p.Activation, p.Hidden)
}

func (p *Pixels) specs(latent int) (encoder, decoder nn.Spec, err error) {
	if p.Width < 1 || p.Height < 1 || p.Width > data.MaxSide || p.Height > data.MaxSide {
		return encoder, decoder, fmt.Errorf("model: pictures of %d x %d pixels; they can have 1 x 1 to %d x %d", p.Width, p.Height, data.MaxSide, data.MaxSide)
	}
	const mostStacked = 8
	if p.Stack < 1 || p.Stack > mostStacked {
		return encoder, decoder, fmt.Errorf("model: %d frames stacked; an observation has 1 to %d", p.Stack, mostStacked)
	}
	act, err := nn.ParseActivation(p.Activation)
	if err != nil {
		return encoder, decoder, err
	}
	encoder = nn.Spec{In: p.Len(), Hidden: slices.Clone(p.Hidden), Out: latent, Activation: act, OutputBias: true, Residual: true}
	decoder = encoder
	decoder.In, decoder.Out, decoder.Hidden = latent, p.Len(), slices.Clone(p.Hidden)
	slices.Reverse(decoder.Hidden)
	return encoder, decoder, encoder.Validate()
}

// Autoencoder is a model whose states are codes of pictures: z = encode(x).
type Autoencoder interface {
	Model
	// Pixels is the geometry of an observation.
	Pixels() Pixels
	// Encoder returns an evaluator of the states z (rows x Dim) of observations x (rows x
	// Pixels().Len()), Decoder one of the way back.
	Encoder() func(x, z []float64, rows int)
	Decoder() func(z, x []float64, rows int)
}

// Pixel is the paper's model of pictures (section 5): an autoencoder between
// observations and a latent state, and a model of the latent state's motion, time being
// counted in frames. As a Model it is the latent one.
type Pixel[T kernel.Float] struct {
	base[T]
	encoder, decoder *mlp[T]
	latent           network[T]
}

// HamiltonianPixel is a Pixel whose latent model has an energy.
type HamiltonianPixel[T kernel.Float] struct{ Pixel[T] }

// Energy returns an evaluator of the latent H.
func (m *HamiltonianPixel[T]) Energy() func(z []float64) float64 {
	return m.latent.(Energetic).Energy()
}

// PixelOf is the Pixel that a network is, if it is one.
func PixelOf[T kernel.Float](n Network[T]) (*Pixel[T], bool) {
	switch n := n.(type) {
	case *Pixel[T]:
		return n, true
	case *HamiltonianPixel[T]:
		return &n.Pixel, true
	}
	return nil, false
}

func newPixel[T kernel.Float](a Architecture) (network[T], error) {
	pixels := *a.Pixels
	pixels.Hidden = slices.Clone(pixels.Hidden)
	a.Pixels, a.Hidden = &pixels, slices.Clone(a.Hidden)
	encoder, decoder, err := pixels.specs(a.Dim)
	if err != nil {
		return nil, err
	}
	of := a
	of.Pixels = nil
	latent, err := build[T](of)
	if err != nil {
		return nil, err
	}
	m := Pixel[T]{
		encoder: &mlp[T]{prefix: "encoder.", spec: encoder},
		decoder: &mlp[T]{prefix: "decoder.", spec: decoder},
		latent:  latent,
	}
	m.base = base[T]{architecture: a, modules: []module[T]{m.encoder, m.decoder, latentModule[T]{latent}}}
	if _, ok := latent.(Energetic); ok {
		return &HamiltonianPixel[T]{m}, nil
	}
	return &m, nil
}

// latentModule is a network as a module of another.
type latentModule[T kernel.Float] struct{ network[T] }

func (m latentModule[T]) tensors() []Tensor {
	ts := m.Tensors()
	for i := range ts {
		ts[i].Name = "latent." + ts[i].Name
	}
	return ts
}

// Pixels is the geometry of an observation.
func (m *Pixel[T]) Pixels() Pixels { return *m.architecture.Pixels }

// Encoding and Decoding are the two halves of the autoencoder, Latent the model of the
// motion. Params has their parameters in this order.
func (m *Pixel[T]) Encoding() *nn.MLP[T] { return m.encoder.net }
func (m *Pixel[T]) Decoding() *nn.MLP[T] { return m.decoder.net }
func (m *Pixel[T]) Latent() Network[T]   { return m.latent }

// Field returns an evaluator of the latent state's motion, in units a frame.
func (m *Pixel[T]) Field() ode.Field { return m.latent.Field() }

// BatchField is Field of many states.
func (m *Pixel[T]) BatchField() ode.BatchField { return m.latent.BatchField() }

// AddMean turns a model of pictures less a mean frame (Height x Width, in [0, 1]) into the
// same one of the pictures as they are. The mean goes into two biases: the encoder's first
// layer has W (x - mean) + b = W x + (b - W mean), the decoder's last adds what it gives.
func (m *Pixel[T]) AddMean(mean []float64) {
	size := m.architecture.Pixels.Width * m.architecture.Pixels.Height
	if len(mean) != size {
		panic("model: a mean frame of another size than the pictures")
	}
	layers := m.encoder.net.Layers()
	for i := range layers[0].Out {
		var shift float64
		for j, w := range layers[0].W[i*layers[0].In : (i+1)*layers[0].In] {
			shift += float64(w) * mean[j%size]
		}
		layers[0].B[i] -= T(shift)
	}
	layers = m.decoder.net.Layers()
	for i := range layers[len(layers)-1].B {
		layers[len(layers)-1].B[i] += T(mean[i%size])
	}
	Refresh[T](m)
}

func (m *Pixel[T]) widen() Model {
	if w, ok := any(m).(*Pixel[float64]); ok {
		return w
	}
	return m.widened()
}

func (m *HamiltonianPixel[T]) widen() Model {
	if w, ok := any(m).(*HamiltonianPixel[float64]); ok {
		return w
	}
	return m.widened()
}

// NewPass returns temporaries for up to rows rows of latent states. Its Adjoint leaves
// the gradient of the autoencoder alone.
func (m *Pixel[T]) NewPass(rows int) Pass[T] {
	return latentPass[T]{m.latent.NewPass(rows), m}
}

type latentPass[T kernel.Float] struct {
	Pass[T]
	of *Pixel[T]
}

func (p latentPass[T]) Adjoint(dxbar, grad, xbar []T) {
	p.Pass.Adjoint(dxbar, p.of.piece(2, grad), xbar)
}

// Encoder returns an evaluator of the states of observations.
func (m *Pixel[T]) Encoder() func(x, z []float64, rows int) {
	return mapping(m.encoder.net)
}

// Decoder returns an evaluator of the observations of states.
func (m *Pixel[T]) Decoder() func(z, x []float64, rows int) {
	return mapping(m.decoder.net)
}

// mapping runs a network block by block, in float64 at the borders.
func mapping[T kernel.Float](net *nn.MLP[T]) func(x, y []float64, rows int) {
	in, out := net.Spec().In, net.Spec().Out
	var tape *nn.Tape[T]
	var x, y []T
	return func(from, to []float64, rows int) {
		if held := min(rows, batchRows); tape == nil || tape.Rows < held {
			tape = net.NewTape(held)
			x, y = make([]T, held*in), make([]T, held*out)
		}
		for lo := 0; lo < rows; lo += batchRows {
			n := min(batchRows, rows-lo)
			copyFloats(x[:n*in], from[lo*in:(lo+n)*in])
			tape.Value(x, y, n)
			copyFloats(to[lo*out:(lo+n)*out], y[:n*out])
		}
	}
}
