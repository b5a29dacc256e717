package network

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"hnn/internal/kernel"
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
	Structure model.Structure `json:"structure,omitempty"`
	// Dissipation is one of model.Dissipations, or "" for none.
	Dissipation string `json:"dissipation,omitempty"`
	// Masses of the bodies of a pairwise H; nil means 1 each, of bodies in a plane.
	Masses []float64 `json:"masses,omitempty"`
	// Nearest is, of a pairwise H, the distance below which the law of the pairs goes on as
	// 1/r, such as the least in the training data; 0 for none.
	Nearest float64 `json:"nearest,omitempty"`
	// Inputs is the number of inputs; InputGain is one of model.Gains, of a
	// model with a Hamiltonian.
	Inputs    int    `json:"inputs,omitempty"`
	InputGain string `json:"input_gain,omitempty"`
	// Skew is the matrix J of a model whose coordinates are not canonical, Dim x Dim, row-major.
	Skew []float64 `json:"skew,omitempty"`
}

// Complete returns the architecture with its kind and what else it says in accord: a
// kind stands for a structure or a dissipation, and an HNN with one of these has its
// kind's name, that of the dissipation first.
func (a Architecture) Complete() Architecture {
	if a.Inputs > 0 && a.InputGain == "" && model.LearnsH(a.Kind) {
		a.InputGain = model.GainLearned
	}
	switch a.Kind {
	case model.KindSeparable:
		a.Structure |= model.Separable
	case model.KindPairwise:
		a.Structure |= model.Pairwise
	case model.KindDissipative:
		if a.Dissipation == "" {
			a.Dissipation = model.DissipationLearned
		}
	case model.KindHelmholtz:
		a.Dissipation = model.DissipationHelmholtz
	case model.KindHNN:
	default:
		return a
	}
	if a.Structure&model.Pairwise != 0 {
		a.Structure |= model.Separable | model.QuadraticKinetic
	}
	a.Kind = model.KindOf(a.Structure, a.Dissipation, a.Skew != nil)
	return a
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
	if err != nil || !model.LearnsH(a.Kind) {
		return ""
	}
	w, _ := act.SmoothFor()
	return w
}

// build makes a network that has no memory for its parameters yet.
func build[T kernel.Float](a Architecture) (*Network[T], error) {
	a = a.Complete()
	if a.Pixels != nil {
		return newPixels[T](a)
	}
	if err := a.check(); err != nil {
		return nil, err
	}
	a.Hidden, a.Angles, a.Masses, a.Skew = slices.Clone(a.Hidden), slices.Clone(a.Angles), slices.Clone(a.Masses), slices.Clone(a.Skew)
	n := &Network[T]{architecture: a, form: model.Form[T]{Kind: a.Kind, Dim: a.Dim, Inputs: a.Inputs, J: model.Brackets(a.Skew, a.Dim)}}
	switch a.Kind {
	case model.KindBaseline:
		n.form.Vector, n.modules = newBaseline[T](&a)
	case model.KindSecondOrder:
		n.form.Vector, n.modules = newSecondOrder[T](&a)
	default:
		n.hamiltonian(&a)
	}
	for _, t := range n.Tensors() {
		n.form.Parameters += t.Size()
	}
	return n, nil
}

// hamiltonian chooses the parts of a model with a Hamiltonian.
func (n *Network[T]) hamiltonian(a *Architecture) {
	if a.Structure&model.Separable != 0 {
		n.separable(a)
	} else {
		h := newNetPart[T](a, "", a.Dim, a.Angles)
		n.form.H, n.modules = h, []module[T]{h}
	}
	if a.Dissipation != "" {
		d, momenta := newDissipation[T](a)
		n.form.Loss = &model.Rayleigh[T]{D: d, Momenta: momenta, Everywhere: a.Dissipation == model.DissipationHelmholtz}
		n.modules = append(n.modules, d)
	}
	if a.Inputs > 0 {
		g := newGain[T](a)
		n.form.Gain, n.modules = g, append(n.modules, g)
	}
}

// separable chooses T and V: T is a network, or p.M^-1 p / 2 with a constant positive definite
// M^-1, or that of bodies; V is a network of the positions, or of the distances between bodies.
func (n *Network[T]) separable(a *Architecture) {
	half := a.Dim / 2
	var t, v scalar[T]
	switch {
	case a.Structure&model.Pairwise != 0:
		masses, space := a.bodies()
		t = &bodiesPart[T]{name: "kinetic.unit", masses: masses, space: space}
		v = newPairPart[T](a, "potential.", masses, space)
		// A block's pairs are to be as many as a network's rows.
		n.form.Rows = max(1, 4*96/pairs(len(masses)))
	case a.Structure&model.QuadraticKinetic != 0:
		t = &massPart[T]{name: "kinetic.factor", n: half}
	default:
		t = newNetPart[T](a, "kinetic.", half, nil)
	}
	if v == nil {
		v = newNetPart[T](a, "potential.", half, a.positionAngles())
	}
	n.form.H, n.modules = &model.Sum[T]{N: half, T: t, V: v}, []module[T]{t, v}
}

// newDissipation makes D, and says whether it is a function of the momenta alone.
func newDissipation[T kernel.Float](a *Architecture) (d scalar[T], momenta bool) {
	switch a.Dissipation {
	case model.DissipationLinear:
		return &dragPart[T]{name: "dissipation.rate", n: a.Dim / 2}, true
	case model.DissipationConvex:
		return newConvexPart[T](a, "dissipation.", a.Dim/2), true
	}
	return newNetPart[T](a, "dissipation.", a.Dim, a.Angles), false
}

// Tensors lists the tensors of a network without making it.
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
	if !slices.Contains(model.Kinds(), a.Kind) {
		return fmt.Errorf("model: no model of kind %q; the kinds are %s", a.Kind, strings.Join(model.Kinds(), ", "))
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
	if !model.LearnsH(a.Kind) {
		if a.Structure != 0 || a.Dissipation != "" || a.Masses != nil || a.Skew != nil || a.InputGain != "" {
			return fmt.Errorf("model: a %s has no Hamiltonian; leave out structure, dissipation, masses, skew matrix and the gain of inputs", a.Kind)
		}
		return nil
	}
	if a.InputGain != "" {
		if !slices.Contains(model.Gains(), a.InputGain) {
			return fmt.Errorf("model: no gain of inputs %q; it is one of %s", a.InputGain, strings.Join(model.Gains(), ", "))
		}
		if a.Inputs == 0 {
			return errors.New("model: a gain of inputs is given, but there are no inputs")
		}
	}
	if _, err := act.SmoothFor(); err != nil {
		return fmt.Errorf("model: an HNN is trained through the gradient of its network: %w", err)
	}
	if a.Dissipation != "" && !slices.Contains(model.Dissipations(), a.Dissipation) {
		return fmt.Errorf("model: no dissipation %q; it is one of %s", a.Dissipation, strings.Join(model.Dissipations(), ", "))
	}
	if a.Structure&model.QuadraticKinetic != 0 && a.Structure&model.Separable == 0 {
		return errors.New("model: a kinetic energy whose coefficients depend on the positions (structure quadratic-kinetic without separable) is fitted by the closed form only; a network without structure can learn it")
	}
	if a.Kind == model.KindNonCanonical {
		return a.checkNonCanonical()
	}
	return a.checkBodies()
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
	if a.Structure&model.Pairwise == 0 {
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
