package network

import (
	"fmt"
	"slices"

	"hnn/data"
	"hnn/internal/kernel"
	"hnn/model"
	"hnn/nn"
)

// autoencoder are the two halves of an autoencoder of states of length latent.
func autoencoder(p *model.Pixels, latent int) (encoder, decoder nn.Spec, err error) {
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

// newPixels makes the paper's model of pictures (section 5): an autoencoder between
// observations and a latent state, and a model of the latent state's motion, time being
// counted in frames. What it can do is what the latent one can.
func newPixels[T nn.Float](a Architecture) (*Network[T], error) {
	pixels := *a.Pixels
	pixels.Hidden = slices.Clone(pixels.Hidden)
	a.Pixels, a.Hidden = &pixels, slices.Clone(a.Hidden)
	encoder, decoder, err := autoencoder(&pixels, a.Dim)
	if err != nil {
		return nil, err
	}
	of := a
	of.Pixels = nil
	latent, err := build[T](of)
	if err != nil {
		return nil, err
	}
	n := &Network[T]{
		architecture: a, form: latent.form, latent: latent,
		encoder: &mlp[T]{prefix: "encoder.", spec: encoder},
		decoder: &mlp[T]{prefix: "decoder.", spec: decoder},
	}
	n.modules = []module[T]{n.encoder, n.decoder, latent}
	n.form.Parameters += encoder.Parameters() + decoder.Parameters()
	n.form.Pixels = &pixels
	n.form.Encode = func() func(x, z []float64, rows int) { return mapping(n.encoder.net) }
	n.form.Decode = func() func(z, x []float64, rows int) { return mapping(n.decoder.net) }
	return n, nil
}

// Latent returns the model of the motion within a model of pictures, nil of other models. Its
// parameters are the last of Params.
func (n *Network[T]) Latent() *Network[T] { return n.latent }

// Encoding returns the encoder of a model of pictures, whose parameters are the first of Params.
// It panics for another model.
func (n *Network[T]) Encoding() *nn.MLP[T] { return n.encoder.net }

// Decoding returns the decoder of a model of pictures, whose parameters follow the encoder's.
// It panics for another model.
func (n *Network[T]) Decoding() *nn.MLP[T] { return n.decoder.net }

// AddMean turns a network of pictures less a mean frame (Height x Width, in [0, 1]) into the
// same one of the pictures as they are. The mean goes into two biases: the encoder's first
// layer has W (x - mean) + b = W x + (b - W mean), the decoder's last adds what it gives.
func (n *Network[T]) AddMean(mean []float64) {
	size := n.architecture.Pixels.Width * n.architecture.Pixels.Height
	if len(mean) != size {
		panic("network: a mean frame of another size than the pictures")
	}
	layers := n.encoder.net.Layers()
	for i := range layers[0].Out {
		var shift float64
		for j, w := range layers[0].W[i*layers[0].In : (i+1)*layers[0].In] {
			shift += float64(float64(w) * mean[j%size])
		}
		layers[0].B[i] -= T(shift)
	}
	layers = n.decoder.net.Layers()
	for i := range layers[len(layers)-1].B {
		layers[len(layers)-1].B[i] += T(mean[i%size])
	}
	n.Refresh()
}

// mappingRows is the number of rows that an autoencoder takes at once.
const mappingRows = 96

// mapping runs a network block by block, in float64 at the borders.
func mapping[T nn.Float](net *nn.MLP[T]) func(x, y []float64, rows int) {
	in, out := net.Spec().In, net.Spec().Out
	var tape *nn.Tape[T]
	var x, y []T
	return func(from, to []float64, rows int) {
		if held := min(rows, mappingRows); tape == nil || tape.Rows < held {
			tape = net.NewTape(held)
			x, y = make([]T, held*in), make([]T, held*out)
		}
		for lo := 0; lo < rows; lo += mappingRows {
			n := min(mappingRows, rows-lo)
			kernel.Convert(x[:n*in], from[lo*in:(lo+n)*in])
			tape.Value(x, y, n)
			kernel.Convert(to[lo*out:(lo+n)*out], y[:n*out])
		}
	}
}
