package model

import (
	"fmt"

	"hnn/internal/safetensors"
	"hnn/nn"
)

// gainSpec is the architecture of an ExpansionGain as its file has it: Size is the number of
// its features, 0 of a constant one.
type gainSpec struct {
	Inputs     int    `json:"inputs"`
	Size       int    `json:"size,omitempty"`
	Activation string `json:"activation,omitempty"`
	Angles     []bool `json:"angles,omitempty"`
}

func (g *ExpansionGain) spec() *gainSpec {
	if g == nil {
		return nil
	}
	s := &gainSpec{Inputs: g.m, Size: g.Features()}
	if g.net != nil {
		s.Activation, s.Angles = g.net.Spec().Activation.String(), g.angles
	}
	return s
}

func (g *ExpansionGain) tensors() []float64Tensor {
	if g == nil {
		return nil
	}
	t := []float64Tensor{{InputTensors + "gain", []int{g.n, g.m}, g.constant}}
	if g.net != nil {
		k := g.Features()
		l := g.net.Layers()
		t = append(t,
			float64Tensor{InputTensors + "weight", []int{k, g.angles.width()}, l[0].W},
			float64Tensor{InputTensors + "bias", []int{k}, l[0].B},
			float64Tensor{InputTensors + "coefficient", []int{g.n * g.m, k}, l[1].W})
	}
	return t
}

// unpackGain makes the gain of a Hamiltonian with n positions that a file holds.
func unpackGain(f *safetensors.File, s *gainSpec, n int) (*ExpansionGain, error) {
	if s.Inputs < 1 || s.Inputs > mostComponents || s.Size < 0 || s.Size > mostFeatures {
		return nil, fmt.Errorf("%w: a gain of %d inputs with %d features", safetensors.ErrFormat, s.Inputs, s.Size)
	}
	tensor := func(name string, shape ...int) ([]float64, error) {
		return values[float64](f, Tensor{InputTensors + name, shape})
	}
	constant, err := tensor("gain", n, s.Inputs)
	if err != nil {
		return nil, err
	}
	if s.Size == 0 {
		g := NewExpansionGain(n, s.Inputs, nil, nn.Tanh, nil, nil)
		copy(g.constant, constant)
		return g, nil
	}
	if len(s.Angles) != n {
		return nil, fmt.Errorf("%w: a gain over %d positions, and the Hamiltonian has %d", safetensors.ErrFormat, len(s.Angles), n)
	}
	act, err := nn.ParseActivation(s.Activation)
	if err != nil {
		return nil, fmt.Errorf("%w: a gain: %v", safetensors.ErrFormat, err)
	}
	weights, err := tensor("weight", s.Size, embedding(s.Angles).width())
	if err != nil {
		return nil, err
	}
	biases, err := tensor("bias", s.Size)
	if err != nil {
		return nil, err
	}
	c, err := tensor("coefficient", n*s.Inputs, s.Size)
	if err != nil {
		return nil, err
	}
	g := NewExpansionGain(n, s.Inputs, s.Angles, act, weights, biases)
	copy(g.constant, constant)
	copy(g.net.Layers()[1].W, c)
	g.net.Refresh()
	return g, nil
}
