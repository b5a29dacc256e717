package model

import (
	"fmt"
	"slices"

	"hnn/internal/kernel"
	"hnn/nn"
)

// The kinds of network.
const (
	KindBaseline = "baseline"
	KindHNN      = "hnn"
)

// Kinds lists the models that New makes.
func Kinds() []string { return []string{KindBaseline, KindHNN} }

// Architecture is what a network is built from.
type Architecture struct {
	Kind       string `json:"kind"`
	Dim        int    `json:"dim"`
	Hidden     []int  `json:"hidden"`
	Activation string `json:"activation"`
	// Angles marks the components of a state that are angles, which networks then see
	// as cosine and sine; nil means none.
	Angles []bool `json:"angles,omitempty"`
	// Pixels makes the states codes of pictures; nil means that they are what is given.
	Pixels *Pixels `json:"pixels,omitempty"`
}

// Validate reports what makes the architecture impossible.
func (a Architecture) Validate() error {
	_, err := build[float64](a)
	return err
}

// Warning is a sentence on an architecture that works but has a known weakness,
// or "".
func (a Architecture) Warning() string {
	act, err := nn.ParseActivation(a.Activation)
	if err != nil || a.Kind == KindBaseline {
		return ""
	}
	w, _ := act.SmoothFor()
	return w
}

// build makes a network that has no memory for its parameters yet.
func build[T kernel.Float](a Architecture) (network[T], error) {
	if a.Pixels != nil {
		return newPixel[T](a)
	}
	act, err := nn.ParseActivation(a.Activation)
	if err != nil {
		return nil, err
	}
	if a.Dim < 2 || a.Dim%2 != 0 {
		return nil, fmt.Errorf("model: states of length %d; a state is (q, p) with as many momenta as positions, so its length is even", a.Dim)
	}
	if a.Angles != nil && len(a.Angles) != a.Dim {
		return nil, fmt.Errorf("model: angles are marked for %d components, a state has %d", len(a.Angles), a.Dim)
	}
	if i := slices.Index(a.Angles[min(len(a.Angles), a.Dim/2):], true); i >= 0 {
		return nil, fmt.Errorf("model: component %d is marked as an angle, but it is a momentum", a.Dim/2+i)
	}
	// The largest network of every kind: an impossible width is refused before anything
	// is made of it.
	if err := (nn.Spec{In: 2 * a.Dim, Hidden: a.Hidden, Out: a.Dim, Activation: act}).Validate(); err != nil {
		return nil, err
	}
	a.Hidden, a.Angles = slices.Clone(a.Hidden), slices.Clone(a.Angles)
	switch a.Kind {
	case KindBaseline:
		return newBaseline[T](&a, act), nil
	case KindHNN:
		if _, err := act.SmoothFor(); err != nil {
			return nil, fmt.Errorf("model: an HNN is trained through the gradient of its network: %w", err)
		}
		return newHNN[T](&a, act), nil
	}
	return nil, fmt.Errorf("model: no model of kind %q; the kinds are %v", a.Kind, Kinds())
}
