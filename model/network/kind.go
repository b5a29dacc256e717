package network

import (
	"fmt"
	"slices"
	"strings"

	"hnn/model"
	"hnn/nn"
)

// The kinds of model. Those of an HNN beyond the paper's are names for what else is known of
// its form: see kindOf.
const (
	KindBaseline     = "baseline"
	KindSecondOrder  = "baseline-second-order"
	KindHNN          = "hnn"
	KindSeparable    = "hnn-separable"
	KindPairwise     = "hnn-pairwise"
	KindDissipative  = "hnn-dissipative"
	KindHelmholtz    = "hnn-helmholtz"
	KindNonCanonical = "hnn-noncanonical"
	KindLagrangian   = "lagrangian-network"
)

// Kinds lists the names of the kinds of network.
func Kinds() []string {
	return []string{KindBaseline, KindSecondOrder, KindHNN, KindSeparable, KindPairwise, KindDissipative, KindHelmholtz, KindNonCanonical, KindLagrangian}
}

// LearnsH reports whether a kind of model is one with a Hamiltonian or a Lagrangian.
func LearnsH(kind string) bool {
	return !strings.HasPrefix(kind, KindBaseline)
}

// The losses of an HNN: what D is, see model.Rayleigh.
const (
	DissipationLinear    = "linear"    // D = rate |p|^2 / 2
	DissipationLearned   = "learned"   // D(q, p), a network
	DissipationConvex    = "convex"    // D(p), convex and even
	DissipationHelmholtz = "helmholtz" // D(q, p), acting on the positions too
)

// Dissipation names a form of dissipation, "" none.
type Dissipation string

// Values lists the names of the forms.
func (Dissipation) Values() []string { return Dissipations() }

// Dissipations lists the names of the forms of dissipation.
func Dissipations() []string {
	return []string{DissipationLinear, DissipationLearned, DissipationConvex, DissipationHelmholtz}
}

// The gains of inputs.
const (
	GainConstant = "constant" // a matrix
	GainLearned  = "learned"  // a function of the positions
)

// Gain names a form of G, "" none or that of the default.
type Gain string

// Values lists the names of the forms.
func (Gain) Values() []string { return Gains() }

// Gains lists the names of the forms of the gain of inputs.
func Gains() []string { return []string{GainConstant, GainLearned} }

// Structure is what is known of the form of H. The flags are combined.
type Structure uint8

const (
	// Separable is H = T(p) + V(q).
	Separable Structure = 1 << iota
	// QuadraticKinetic is a kinetic energy that is quadratic in the momenta: with
	// constant coefficients where H is also Separable or Pairwise, else with
	// coefficients that depend on the positions.
	QuadraticKinetic
	// Pairwise is a potential of the distances between bodies, the same function for
	// every pair; it implies Separable.
	Pairwise
)

var structureNames = []string{"separable", "quadratic-kinetic", "pairwise"}

// String is the flags' names, separated by commas.
func (s Structure) String() string {
	var set []string
	for i, n := range structureNames {
		if s&(1<<i) != 0 {
			set = append(set, n)
		}
	}
	return strings.Join(set, ",")
}

// Parts are the flags, one an element.
func (s Structure) Parts() (parts []Structure) {
	for i := range structureNames {
		if flag := s & (1 << i); flag != 0 {
			parts = append(parts, flag)
		}
	}
	return parts
}

// ParseStructure is the inverse of Structure.String, for one name or several.
func ParseStructure(names ...string) (Structure, error) {
	var s Structure
	for name := range strings.SplitSeq(strings.Join(names, ","), ",") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		i := 0
		for i < len(structureNames) && structureNames[i] != name {
			i++
		}
		if i == len(structureNames) {
			return 0, fmt.Errorf("model: no structure %q; it is one or more of %s", name, strings.Join(structureNames, ", "))
		}
		s |= 1 << i
	}
	return s, nil
}

// Values lists the names of the flags.
func (Structure) Values() []string { return slices.Clone(structureNames) }

// MarshalText is String.
func (s Structure) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText is ParseStructure.
func (s *Structure) UnmarshalText(text []byte) error {
	var err error
	*s, err = ParseStructure(string(text))
	return err
}

// kindOf is the name of the kind of an HNN of this form: that of the coordinates first, then
// that of the dissipation.
func kindOf(s Structure, dissipation string, skew bool) string {
	switch {
	case skew:
		return KindNonCanonical
	case dissipation == DissipationHelmholtz:
		return KindHelmholtz
	case dissipation != "":
		return KindDissipative
	case s&Pairwise != 0:
		return KindPairwise
	case s&Separable != 0:
		return KindSeparable
	}
	return KindHNN
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
	a.Kind = kindOf(a.Structure, a.Dissipation, a.Skew != nil)
	return a
}

// build makes a network that has no memory for its parameters yet.
func build[T nn.Float](a Architecture) (*Network[T], error) {
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
	case KindBaseline:
		n.form.Vector, n.modules = newBaseline[T](&a)
	case KindSecondOrder:
		n.form.Vector, n.modules = newSecondOrder[T](&a)
	case KindLagrangian:
		n.lagrangian(&a)
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
	if a.Structure&Separable != 0 {
		n.separable(a)
	} else {
		h := newNetPart[T](a, "", a.Dim, a.Angles)
		n.form.H, n.modules = h, []module[T]{h}
	}
	if a.Dissipation != "" {
		d, momenta := newDissipation[T](a)
		n.form.Loss = &model.Rayleigh[T]{D: d, Momenta: momenta, Everywhere: a.Dissipation == DissipationHelmholtz}
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
	case a.Structure&Pairwise != 0:
		masses, space := a.bodies()
		t = &bodiesPart[T]{name: "kinetic.unit", masses: masses, space: space}
		v = newPairPart[T](a, "potential.", masses, space)
		// A block's pairs are to be as many as a network's rows.
		n.form.Rows = max(1, 4*96/pairs(len(masses)))
	case a.Structure&QuadraticKinetic != 0:
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
func newDissipation[T nn.Float](a *Architecture) (d scalar[T], momenta bool) {
	switch a.Dissipation {
	case DissipationLinear:
		return &dragPart[T]{name: "dissipation.rate", n: a.Dim / 2}, true
	case DissipationConvex:
		return newConvexPart[T](a, "dissipation.", a.Dim/2), true
	}
	return newNetPart[T](a, "dissipation.", a.Dim, a.Angles), false
}

// newGain makes the gain of an architecture.
func newGain[T nn.Float](a *Architecture) gain[T] {
	n := a.Dim / 2
	if a.InputGain == GainConstant {
		return &constantGain[T]{n: n, m: a.Inputs}
	}
	return &learnedGain[T]{newMLP[T](a, InputTensors, n, a.positionAngles(), n*a.Inputs)}
}
