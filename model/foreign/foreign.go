// Package foreign makes networks of weights that other programs trained: from safetensors, NumPy's NPZ and PyTorch's state
// dicts. What a file does not say, its activation and the conventions of its states, is given, never guessed.
package foreign

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"

	"hnn/data/file"
	"hnn/internal/kernel"
	"hnn/internal/natural"
	"hnn/model/network"
	"hnn/model/safetensors"
	"hnn/nn"
)

// Tensor is a named array, row-major.
type Tensor struct {
	Name  string
	Shape []int
	Data  []float64
}

// Read reads the tensors of a file; the content tells the format (safetensors, NPZ or a state dict of PyTorch). It is
// an error if the file is none of them, or broken.
func Read(path string) ([]Tensor, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	tensors, err := read(f, info.Size(), path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for _, t := range tensors {
		for i, v := range t.Data {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("%s: element %d of %s is %v; the numbers of a model are finite", path, i, t.Name, v)
			}
		}
	}
	return tensors, nil
}

func read(r io.ReaderAt, size int64, path string) ([]Tensor, error) {
	head := make([]byte, min(size, 512))
	if _, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return nil, err
	}
	switch {
	case len(head) >= 262 && string(head[257:262]) == "ustar":
		return nil, errors.New("it is a tar archive: unpack it, or save the state_dict() with torch.save")
	case len(head) > 14 && head[0] == 0x80 && bytes.Equal(head[2:2+len(oldMagic)], oldMagic):
		return torchOld(io.NewSectionReader(r, 0, size), size)
	case strings.HasSuffix(strings.ToLower(path), ".npz"):
		arrays, err := file.DecodeNPZ(r, size, path)
		if err != nil {
			return nil, err
		}
		var tensors []Tensor
		for name, a := range arrays {
			tensors = append(tensors, Tensor{name, a.Shape, a.Data})
		}
		slices.SortFunc(tensors, func(a, b Tensor) int { return natural.Compare(a.Name, b.Name) })
		return tensors, nil
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return torchZip(r, size)
	}
	f, err := safetensors.Read(r, size)
	if err != nil {
		return nil, fmt.Errorf("it is no safetensors file, no .npz and none of torch.save: %w", err)
	}
	var tensors []Tensor
	for _, t := range f.Tensors {
		v := Tensor{Name: t.Name, Shape: t.Shape}
		switch data := t.Data.(type) {
		case []float32:
			v.Data = make([]float64, len(data))
			kernel.Convert(v.Data, data)
		case []float64:
			v.Data = data
		default:
			continue
		}
		tensors = append(tensors, v)
	}
	slices.SortFunc(tensors, func(a, b Tensor) int { return natural.Compare(a.Name, b.Name) })
	return tensors, nil
}

// Layer is an affine map of a multilayer perceptron.
type Layer struct {
	Name    string
	In, Out int
	W, B    []float64 // Out x In, row-major, and Out, nil for none
}

// MLP finds the layers of the one perceptron that tensors are: for each layer a matrix NAME.weight, with
// or without a vector NAME.bias, in the order of the numbers in the names. Prefix chooses among several perceptrons.
// It is an error if there is none or more than one, or if a layer is not as wide as the one before.
func MLP(tensors []Tensor, prefix string) ([]Layer, error) {
	var layers []Layer
	used := map[string]bool{}
	vectors := map[string]Tensor{}
	for _, t := range tensors {
		if len(t.Shape) == 1 {
			vectors[t.Name] = t
		}
	}
	sorted := slices.Clone(tensors)
	slices.SortStableFunc(sorted, func(a, b Tensor) int { return natural.Compare(a.Name, b.Name) })
	for _, t := range sorted {
		if !strings.HasPrefix(t.Name, prefix) {
			continue
		}
		if len(t.Shape) != 2 {
			if len(t.Shape) > 2 {
				return nil, fmt.Errorf("the tensor %s has the shape %v: only perceptrons, of matrices and vectors, are known", t.Name, t.Shape)
			}
			continue
		}
		name, ok := strings.CutSuffix(t.Name, "weight")
		if !ok {
			return nil, fmt.Errorf("the matrix %s is no NAME.weight, so its place is not known", t.Name)
		}
		l := Layer{Name: t.Name, Out: t.Shape[0], In: t.Shape[1], W: t.Data}
		if b, ok := vectors[name+"bias"]; ok {
			if len(b.Data) != l.Out {
				return nil, fmt.Errorf("%s has %d numbers for the %d outputs of %s", b.Name, len(b.Data), l.Out, t.Name)
			}
			l.B = b.Data
			used[b.Name] = true
		}
		if n := len(layers); n > 0 && layers[n-1].Out != l.In {
			return nil, fmt.Errorf("%s takes %d numbers and %s before it gives %d, so they are no perceptron: where the file holds several, choose one with --prefix", l.Name, l.In, layers[n-1].Name, layers[n-1].Out)
		}
		layers = append(layers, l)
	}
	for _, t := range sorted {
		if len(t.Shape) == 1 && strings.HasPrefix(t.Name, prefix) && !used[t.Name] {
			return nil, fmt.Errorf("the vector %s is no bias of a matrix, so what it does is not known", t.Name)
		}
	}
	if len(layers) < 2 {
		return nil, fmt.Errorf("it has %d matrices whose names begin with %q; a network has at least two layers", len(layers), prefix)
	}
	return layers, nil
}

// Conventions is what a file does not say of its network.
type Conventions struct {
	Activation nn.Activation
	// Baseline says that the outputs are dx/dt; else output number Output is H.
	Baseline bool
	Output   int
	// Interleaved states are q1, p1, q2, p2 and so on; others have the positions first.
	Interleaved bool
	// Negative says that the field is -J grad H.
	Negative bool
	// Scale and Shift are what the network's inputs are made of states with, (x - Shift) / Scale; nil for none.
	Scale, Shift []float64
}

// Network returns the network of states of dim components that layers are under the conventions. Angles (dim, nil for
// none) marks the components that it sees as cosine and sine. It is an error if the widths do not fit.
func Network(layers []Layer, dim int, angles []bool, c Conventions) (*network.Network[float64], error) {
	width := dim
	for _, a := range angles {
		if a {
			width++
		}
	}
	first, last := layers[0], layers[len(layers)-1]
	switch {
	case first.In != width:
		return nil, fmt.Errorf("%s takes %d numbers, and a state gives %d (an angle gives its cosine and sine)", first.Name, first.In, width)
	case c.Baseline && last.Out != dim:
		return nil, fmt.Errorf("%s gives %d numbers, and dx/dt of a state has %d", last.Name, last.Out, dim)
	case !c.Baseline && (c.Output < 0 || c.Output >= last.Out):
		return nil, fmt.Errorf("%s gives %d numbers, counted from 0: there is no output %d", last.Name, last.Out, c.Output)
	case (c.Scale != nil || c.Shift != nil || c.Interleaved) && width != dim:
		return nil, errors.New("scales, shifts and the order of states with angles are not known: fold them into the first layer")
	case c.Scale != nil && len(c.Scale) != dim || c.Shift != nil && len(c.Shift) != dim:
		return nil, fmt.Errorf("%d scales and %d shifts for states of %d components", len(c.Scale), len(c.Shift), dim)
	}
	layers = slices.Clone(layers)
	for i := range layers {
		l := &layers[i]
		l.W, l.B = slices.Clone(l.W), slices.Clone(l.B)
		if l.B == nil {
			l.B = make([]float64, l.Out)
		}
	}
	layers[0].take(c)
	order := c.order(dim)
	end := &layers[len(layers)-1]
	if c.Baseline {
		end.rows(order)
		if slices.ContainsFunc(end.B, func(v float64) bool { return v != 0 }) {
			constant(layers, c.Activation)
		}
	} else {
		end.rows([]int{c.Output}) // its bias is H's constant, which nothing depends on
		if c.Negative {
			for i := range end.W {
				end.W[i] = -end.W[i]
			}
		}
	}
	a := network.Architecture{Kind: network.KindHNN, Dim: dim, Activation: c.Activation.String(), Angles: angles}
	if c.Baseline {
		a.Kind = network.KindBaseline
	}
	var params []float64
	for i, l := range layers {
		params = append(params, l.W...)
		if i < len(layers)-1 {
			params = append(params, l.B...)
			a.Hidden = append(a.Hidden, l.Out)
		}
	}
	return network.With(a, params)
}

// order is where each component of our states is in the file's.
func (c *Conventions) order(dim int) []int {
	order := make([]int, dim)
	for i := range order {
		order[i] = i
		if c.Interleaved {
			order[i] = 2*(i%(dim/2)) + i/(dim/2)
		}
	}
	return order
}

// take makes the first layer one of our states.
func (l *Layer) take(c Conventions) {
	for i := range l.Out {
		row := l.W[i*l.In : (i+1)*l.In]
		for j := range row {
			if c.Scale != nil {
				row[j] /= c.Scale[j]
			}
			if c.Shift != nil {
				l.B[i] -= row[j] * c.Shift[j]
			}
		}
		if c.Interleaved {
			was := slices.Clone(row)
			for j, at := range c.order(l.In) {
				row[j] = was[at]
			}
		}
	}
}

// rows keeps some outputs, in the order given.
func (l *Layer) rows(keep []int) {
	var w, b []float64
	for _, i := range keep {
		w, b = append(w, l.W[i*l.In:(i+1)*l.In]...), append(b, l.B[i])
	}
	l.W, l.B, l.Out = w, b, len(keep)
}

// constant moves the bias of the last layer, which our networks have not, into a unit of the layer before it that is always
// the same.
func constant(layers []Layer, act nn.Activation) {
	before, end := &layers[len(layers)-2], &layers[len(layers)-1]
	before.W = append(before.W, make([]float64, before.In)...)
	before.B = append(before.B, 1)
	before.Out++
	one := []float64{0}
	kernel.Activate(kernel.Act(act), one, 1, []float64{1}, make([]float64, 1), make([]float64, 1), 1, 1)
	var w []float64
	for i := range end.Out {
		w = append(append(w, end.W[i*end.In:(i+1)*end.In]...), end.B[i]/one[0])
	}
	end.W, end.In = w, end.In+1
}
