package network

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"hnn/model"
	"hnn/nn"
)

// maxInputs bounds what a file can ask for.
const maxInputs = 1000

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
	Pixels *model.Pixels `json:"pixels,omitempty"`
	// Structure is the form of H.
	Structure Structure `json:"structure,omitempty"`
	// Dissipation is one of Dissipations, or "" for none.
	Dissipation string `json:"dissipation,omitempty"`
	// Masses of the bodies of a pairwise H; nil means 1 each, of bodies in a plane.
	Masses []float64 `json:"masses,omitempty"`
	// Nearest is, of a pairwise H, the distance below which the law of the pairs goes on as
	// 1/r, such as the least in the training data; 0 for none.
	Nearest float64 `json:"nearest,omitempty"`
	// Inputs is the number of inputs; InputGain is one of Gains, of a
	// model with a Hamiltonian.
	Inputs    int    `json:"inputs,omitempty"`
	InputGain string `json:"input_gain,omitempty"`
	// Skew is the matrix J of a model whose coordinates are not canonical, Dim x Dim, row-major.
	Skew []float64 `json:"skew,omitempty"`
	// Rates are, of a Lagrangian, the ratios of the positions' time derivatives and the second half of a state, which in
	// dimensionless units need not be one; nil means 1 each.
	Rates []float64 `json:"rates,omitempty"`
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
	if err != nil || !LearnsH(a.Kind) {
		return ""
	}
	w, _ := act.SmoothFor()
	return w
}

// Tensors lists the tensors of a network, in the order of its parameters, without making it. The error is about the
// architecture.
func (a Architecture) Tensors() ([]Tensor, error) {
	n, err := build[float64](a)
	if err != nil {
		return nil, err
	}
	return n.Tensors(), nil
}

// positionAngles marks the positions that are angles, nil for none.
func (a *Architecture) positionAngles() []bool {
	if a.Angles == nil {
		return nil
	}
	return a.Angles[:a.Dim/2]
}

// activation is that of the networks, which check has found good.
func (a *Architecture) activation() nn.Activation {
	act, _ := nn.ParseActivation(a.Activation)
	return act
}

// bodies are the masses of the bodies and the dimensions of their space.
func (a *Architecture) bodies() (masses []float64, space int) {
	if a.Masses != nil {
		return a.Masses, a.Dim / (2 * len(a.Masses))
	}
	masses = make([]float64, a.Dim/4)
	for i := range masses {
		masses[i] = 1
	}
	return masses, 2
}

func (a *Architecture) check() error {
	act, err := nn.ParseActivation(a.Activation)
	if err != nil {
		return err
	}
	if !slices.Contains(Kinds(), a.Kind) {
		return fmt.Errorf("model: no model of kind %q; the kinds are %s", a.Kind, strings.Join(Kinds(), ", "))
	}
	if a.Dim < 2 || a.Dim%2 != 0 {
		return fmt.Errorf("model: states of length %d; a state is (q, p) with as many momenta as positions, so its length is even", a.Dim)
	}
	if a.Angles != nil && len(a.Angles) != a.Dim {
		return fmt.Errorf("model: angles are marked for %d components, a state has %d", len(a.Angles), a.Dim)
	}
	if i := slices.Index(a.Angles[min(len(a.Angles), a.Dim/2):], true); i >= 0 {
		return fmt.Errorf("model: component %d is marked as an angle, but it is a momentum", a.Dim/2+i)
	}
	// No network of the model is larger than this one.
	if a.Inputs < 0 || a.Inputs > maxInputs {
		return fmt.Errorf("model: %d inputs; a model has 0 to %d", a.Inputs, maxInputs)
	}
	if err := (nn.Spec{In: 2*a.Dim + a.Inputs, Hidden: a.Hidden, Out: a.Dim * max(a.Inputs, 1), Activation: act}).Validate(); err != nil {
		return err
	}
	if !LearnsH(a.Kind) {
		if a.Structure != 0 || a.Dissipation != "" || a.Masses != nil || a.Skew != nil || a.InputGain != "" {
			return fmt.Errorf("model: a %s has no Hamiltonian; leave out structure, dissipation, masses, skew matrix and the gain of inputs", a.Kind)
		}
		return nil
	}
	if a.InputGain != "" {
		if !slices.Contains(Gains(), a.InputGain) {
			return fmt.Errorf("model: no gain of inputs %q; it is one of %s", a.InputGain, strings.Join(Gains(), ", "))
		}
		if a.Inputs == 0 {
			return errors.New("model: a gain of inputs is given, but there are no inputs")
		}
	}
	if _, err := act.SmoothFor(); err != nil {
		return fmt.Errorf("model: an HNN is trained through the gradient of its network: %w", err)
	}
	if a.Dissipation != "" && !slices.Contains(Dissipations(), a.Dissipation) {
		return fmt.Errorf("model: no dissipation %q; it is one of %s", a.Dissipation, strings.Join(Dissipations(), ", "))
	}
	if a.Structure&QuadraticKinetic != 0 && a.Structure&Separable == 0 {
		return errors.New("model: a kinetic energy whose coefficients depend on the positions (structure quadratic-kinetic without separable) is fitted by the closed form only; a network without structure can learn it")
	}
	if a.Kind == KindLagrangian {
		return a.checkLagrangian()
	}
	if a.Rates != nil {
		return fmt.Errorf("model: rates are those of a %s", KindLagrangian)
	}
	if a.Kind == KindNonCanonical {
		return a.checkNonCanonical()
	}
	return a.checkBodies()
}

// checkLagrangian checks what a Lagrangian of networks takes.
func (a *Architecture) checkLagrangian() error {
	switch {
	case a.Structure != 0 || a.Masses != nil || a.Skew != nil:
		return fmt.Errorf("model: a %s learns its mass matrix from positions and velocities; leave out structure, masses and skew matrix", a.Kind)
	case a.Dissipation != "" && a.Dissipation != DissipationLinear && a.Dissipation != DissipationConvex:
		return fmt.Errorf("model: a %s has the dissipation %s or %s, a function of the velocities; not %s", a.Kind, DissipationLinear, DissipationConvex, a.Dissipation)
	case a.Rates != nil && len(a.Rates) != a.Dim/2:
		return fmt.Errorf("model: %d rates of %d positions", len(a.Rates), a.Dim/2)
	case a.Dim > maxLagrangian:
		return fmt.Errorf("model: a %s has a network for every element of the mass matrix, so at most %d positions", a.Kind, maxLagrangian/2)
	}
	for _, r := range a.Rates {
		if !(r > 0) || math.IsInf(r, 0) {
			return fmt.Errorf("model: a rate of %v; rates are positive", r)
		}
	}
	return nil
}

// checkNonCanonical checks what speaks of the skew matrix.
func (a *Architecture) checkNonCanonical() error {
	switch {
	case a.Skew == nil:
		return fmt.Errorf("model: a %s needs the skew matrix of its coordinates: give its rows, as in \"0,1;-1,0\"", a.Kind)
	case a.Inputs > 0:
		return errors.New("model: inputs act on momenta, which coordinates with a skew matrix of their own are not; leave one of the two out")
	case a.Structure != 0 || a.Dissipation != "" || a.Masses != nil:
		return errors.New("model: structure, dissipation and masses speak of positions and momenta, which coordinates with a skew matrix of their own are not; leave one of the two out")
	}
	return model.CheckSkew(a.Skew, a.Dim)
}

// checkBodies checks what speaks of bodies.
func (a *Architecture) checkBodies() error {
	if a.Structure&Pairwise == 0 {
		if a.Masses != nil || a.Nearest != 0 {
			return errors.New("model: masses or a nearest distance are given, but they serve the structure pairwise only")
		}
		return nil
	}
	if a.Masses != nil && len(a.Masses) == 0 {
		return errors.New("model: the list of masses is empty; leave it out for equal ones")
	}
	for i, m := range a.Masses {
		if !(m > 0) || math.IsInf(m, 0) {
			return fmt.Errorf("model: body %d has the mass %v; a mass is positive", i+1, m)
		}
	}
	if slices.Contains(a.Angles, true) {
		return errors.New("model: structure pairwise is about positions in space, but a component is marked as an angle")
	}
	masses, space := a.bodies()
	if n := len(masses); n < 2 || 2*n*space != a.Dim || space < 1 {
		if a.Masses != nil {
			return fmt.Errorf("model: structure pairwise with %d masses does not fit states of length %d; a state is (positions, momenta), each with every coordinate of each body", n, a.Dim)
		}
		return fmt.Errorf("model: structure pairwise needs bodies in a plane, states of length 4 for each of at least 2 of them, and these have %d; give the masses for another space", a.Dim)
	}
	if !(a.Nearest >= 0) || math.IsInf(a.Nearest, 0) {
		return fmt.Errorf("model: the nearest distance is %v; it is positive, or 0 for none", a.Nearest)
	}
	return nil
}
