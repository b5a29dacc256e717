package model

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"hnn/internal/kernel"
	"hnn/nn"
)

// The kinds of network. Those of an HNN beyond the paper's are names for what else an
// Architecture says: see Architecture.Complete.
const (
	KindBaseline     = "baseline"
	KindSecondOrder  = "baseline-second-order"
	KindHNN          = "hnn"
	KindSeparable    = "hnn-separable"
	KindPairwise     = "hnn-pairwise"
	KindDissipative  = "hnn-dissipative"
	KindHelmholtz    = "hnn-helmholtz"
	KindNonCanonical = "hnn-noncanonical"
)

// Kinds lists the models that New makes.
func Kinds() []string {
	return []string{KindBaseline, KindSecondOrder, KindHNN, KindSeparable, KindPairwise, KindDissipative, KindHelmholtz, KindNonCanonical}
}

// LearnsH reports whether a kind of model is one with a Hamiltonian.
func LearnsH(kind string) bool {
	return kind != KindBaseline && kind != KindSecondOrder
}

// The forms of dissipation: D as in Dissipative.
const (
	DissipationLinear    = "linear"    // D = rate |p|^2 / 2
	DissipationLearned   = "learned"   // D(q, p), a network
	DissipationConvex    = "convex"    // D(p), convex and even
	DissipationHelmholtz = "helmholtz" // D(q, p), acting on the positions too
)

// Dissipation names a form of dissipation, "" none.
type Dissipation string

// Values lists the forms.
func (Dissipation) Values() []string { return Dissipations() }

// Dissipations lists the forms of dissipation.
func Dissipations() []string {
	return []string{DissipationLinear, DissipationLearned, DissipationConvex, DissipationHelmholtz}
}

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
	Pixels *Pixels `json:"pixels,omitempty"`
	// Structure is the form of H.
	Structure Structure `json:"structure,omitempty"`
	// Dissipation is one of Dissipations, or "" for none.
	Dissipation string `json:"dissipation,omitempty"`
	// Masses of the bodies of a pairwise H; nil means 1 each, of bodies in a plane.
	Masses []float64 `json:"masses,omitempty"`
	// Nearest is, of a pairwise H, the distance below which the law of the pairs goes on as
	// 1/r, such as the least in the training data; 0 for none.
	Nearest float64 `json:"nearest,omitempty"`
	// Inputs is the number of inputs of a Driven model; InputGain is one of Gains, of a
	// model with a Hamiltonian.
	Inputs    int    `json:"inputs,omitempty"`
	InputGain string `json:"input_gain,omitempty"`
	// Skew is the matrix J of a NonCanonical model, Dim x Dim, row-major.
	Skew []float64 `json:"skew,omitempty"`
}

// Complete returns the architecture with its kind and what else it says in accord: a
// kind stands for a structure or a dissipation, and an HNN with one of these has its
// kind's name, that of the dissipation first.
func (a Architecture) Complete() Architecture {
	if a.Inputs > 0 && a.InputGain == "" && LearnsH(a.Kind) {
		a.InputGain = GainLearned
	}
	switch a.Kind {
	case KindSeparable:
		a.Structure |= Separable
	case KindPairwise:
		a.Structure |= Pairwise
	case KindDissipative:
		if a.Dissipation == "" {
			a.Dissipation = DissipationLearned
		}
	case KindHelmholtz:
		a.Dissipation = DissipationHelmholtz
	case KindHNN:
	default:
		return a
	}
	if a.Structure&Pairwise != 0 {
		a.Structure |= Separable | QuadraticKinetic
	}
	switch {
	case a.Skew != nil:
		a.Kind = KindNonCanonical
	case a.Dissipation == DissipationHelmholtz:
		a.Kind = KindHelmholtz
	case a.Dissipation != "":
		a.Kind = KindDissipative
	case a.Structure&Pairwise != 0:
		a.Kind = KindPairwise
	case a.Structure&Separable != 0:
		a.Kind = KindSeparable
	}
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
	if err != nil || !LearnsH(a.Kind) {
		return ""
	}
	w, _ := act.SmoothFor()
	return w
}

// build makes a network that has no memory for its parameters yet.
func build[T kernel.Float](a Architecture) (network[T], error) {
	a = a.Complete()
	if a.Pixels != nil {
		return newPixel[T](a)
	}
	if err := a.check(); err != nil {
		return nil, err
	}
	a.Hidden, a.Angles, a.Masses, a.Skew = slices.Clone(a.Hidden), slices.Clone(a.Angles), slices.Clone(a.Masses), slices.Clone(a.Skew)
	switch a.Kind {
	case KindBaseline:
		return newBaseline[T](&a), nil
	case KindSecondOrder:
		return newSecondOrder[T](&a), nil
	}
	if a.Inputs > 0 {
		return newDriven[T](&a), nil
	}
	switch a.Kind {
	case KindDissipative, KindHelmholtz:
		return newDissipative[T](&a), nil
	case KindNonCanonical:
		return newNonCanonical[T](&a), nil
	}
	return newHamiltonian[T](&a), nil
}

// newHamiltonian makes the conservative part of an architecture.
func newHamiltonian[T kernel.Float](a *Architecture) hamiltonian[T] {
	if a.Structure&Separable != 0 {
		return newSeparable[T](a)
	}
	return newHNN[T](a)
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
	if a.Kind == KindNonCanonical {
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
	return checkSkew(a.Skew, a.Dim)
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
