package nn

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"hnn/internal/kernel"
)

// Activation is the function s between the layers.
type Activation kernel.Act

// The activations: softplus is log(1+e^z), SiLU z/(1+e^-z), GELU z Phi(z), ELU and
// SELU as in PyTorch.
const (
	Tanh     = Activation(kernel.Tanh)
	Sigmoid  = Activation(kernel.Sigmoid)
	Softplus = Activation(kernel.Softplus)
	SiLU     = Activation(kernel.SiLU)
	ELU      = Activation(kernel.ELU)
	SELU     = Activation(kernel.SELU)
	Sin      = Activation(kernel.Sin)
	GELU     = Activation(kernel.GELU)
	ReLU     = Activation(kernel.ReLU)
)

var activationNames = [...]string{"tanh", "sigmoid", "softplus", "silu", "elu", "selu", "sin", "gelu", "relu"}

// Values lists the names that ParseActivation takes.
func (Activation) Values() []string { return slices.Clone(activationNames[:]) }

func (a Activation) valid() bool { return int(a) < len(activationNames) }

func (a Activation) String() string {
	if !a.valid() {
		return fmt.Sprintf("Activation(%d)", uint8(a))
	}
	return activationNames[a]
}

// ParseActivation returns the activation of that name, as String writes it. The error lists
// the names.
func ParseActivation(name string) (Activation, error) {
	for i, n := range activationNames {
		if n == name {
			return Activation(i), nil
		}
	}
	return 0, fmt.Errorf("nn: no activation %q; the activations are %s", name, strings.Join(activationNames[:], ", "))
}

// MarshalText is String.
func (a Activation) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText is ParseActivation.
func (a *Activation) UnmarshalText(text []byte) (err error) {
	*a, err = ParseActivation(string(text))
	return err
}

// ErrNoSecondDerivative is returned for an activation that cannot be trained
// through a gradient.
var ErrNoSecondDerivative = errors.New("its second derivative vanishes, so the gradient of a scalar network would be piecewise constant and most parameters could not be learned from it")

// SmoothFor tells whether the gradient of a network with this activation can be
// trained (P2's adjoint uses s”). For relu it cannot: an error. For selu it can,
// but s' jumps at 0, and so does the field: a warning. Otherwise both are zero.
func (a Activation) SmoothFor() (warning string, err error) {
	switch a {
	case ReLU:
		return "", fmt.Errorf("nn: activation relu: %w; use tanh, softplus, silu, elu, sin or gelu", ErrNoSecondDerivative)
	case SELU:
		return "activation selu: s' jumps at 0, so the learned vector field is discontinuous; elu and softplus are smooth alternatives", nil
	}
	return "", nil
}

// Because s, s' and s” of these activations need no more than s itself, no
// derivative arrays are kept for them.
func (a Activation) fromValue() bool { return kernel.Act(a).FromValue() }
