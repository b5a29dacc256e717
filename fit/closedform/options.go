package closedform

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"hnn/data"
	"hnn/model/expr"
	"hnn/model/network"
	"hnn/nn"
)

// Structure is what is known of the form of H. The flags are combined. Without
// QuadraticKinetic a Pairwise H has any kinetic energy of the momenta; with it that of
// each body has one coefficient, so that momentum and angular momentum are conserved.
type Structure = network.Structure

const (
	Separable        = network.Separable
	QuadraticKinetic = network.QuadraticKinetic
	Pairwise         = network.Pairwise
)

// Symmetry is what leaves H unchanged. The flags are combined.
type Symmetry uint8

const (
	// Parity is H(-q, -p) = H(q, p).
	Parity Symmetry = 1 << iota
	// TimeReversal is H(q, -p) = H(q, p).
	TimeReversal
	// Rotation is a common rotation of all bodies' positions and momenta. It is not
	// built into the features: the rows are turned by random angles.
	Rotation
)

var symmetryNames = []string{"parity", "time-reversal", "rotation"}

// String is the flags' names, separated by commas.
func (s Symmetry) String() string { return flagNames(uint8(s), symmetryNames) }

// Values lists the flags' names.
func (Symmetry) Values() []string { return slices.Clone(symmetryNames) }

// MarshalText is String.
func (s Symmetry) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText is ParseSymmetry.
func (s *Symmetry) UnmarshalText(text []byte) (err error) {
	*s, err = ParseSymmetry(string(text))
	return err
}

// ParseSymmetry is the inverse of Symmetry.String, for one name or several.
func ParseSymmetry(names ...string) (Symmetry, error) {
	flags, err := parseFlags("symmetry", symmetryNames, names)
	return Symmetry(flags), err
}

func flagNames(flags uint8, names []string) string {
	var set []string
	for i, n := range names {
		if flags&(1<<i) != 0 {
			set = append(set, n)
		}
	}
	return strings.Join(set, ",")
}

func parseFlags(what string, known, names []string) (flags uint8, err error) {
	for _, list := range names {
	next:
		for _, name := range strings.Split(list, ",") {
			if name = strings.TrimSpace(name); name == "" {
				continue
			}
			for i, n := range known {
				if n == name {
					flags |= 1 << i
					continue next
				}
			}
			return 0, fmt.Errorf("closedform: no %s %q; it is one or more of %s", what, name, strings.Join(known, ", "))
		}
	}
	return flags, nil
}

// Solver is how the least-squares problem is solved.
type Solver uint8

const (
	// BySize is QR for up to 200 features, else Cholesky.
	BySize Solver = iota
	// Cholesky factorises the normal equations: the fastest, and as accurate as a
	// field that is itself known to eight digits or fewer needs.
	Cholesky
	// QR factorises the rows themselves: for smooth H known without noise, where it
	// gives about four digits more. Fits other than of Exact rows always take it.
	QR
)

var solverNames = []string{"by-size", "cholesky", "qr"}

func (s Solver) String() string { return solverNames[s] }

// Values lists the names.
func (Solver) Values() []string { return slices.Clone(solverNames) }

// MarshalText is String.
func (s Solver) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText is the inverse of MarshalText.
func (s *Solver) UnmarshalText(text []byte) error {
	i := slices.Index(solverNames, string(text))
	if i < 0 {
		return fmt.Errorf("closedform: no solver %q; the solvers are %s", text, strings.Join(solverNames, ", "))
	}
	*s = Solver(i)
	return nil
}

// Observations is what the rows of the data hold.
type Observations uint8

const (
	// Automatic chooses StatesOnly for data without derivatives, NoisyStates where the
	// states scatter about the integral of the derivatives, else Exact.
	Automatic Observations = iota
	// Exact trusts states and derivatives.
	Exact
	// NoisyStates trusts the derivatives and finds each trajectory's offset.
	NoisyStates
	// StatesOnly fits the integral of the field between neighbouring states.
	StatesOnly
)

var observationNames = []string{"automatic", "exact", "noisy-states", "states-only"}

func (o Observations) String() string { return observationNames[o] }

// Options says what is fitted and how. The zero value but for RNG is a general H over
// all components with the documented defaults.
type Options struct {
	// Features is the number of nonlinear features, as a rule also that of their
	// unknowns; 0 is 1,000, of a pair potential 40, of noisy states 75 and of states alone
	// 30 (with more than two components 30 for each), and at most a quarter of the rows.
	Features   int           `key:"features,omitempty" help:"number of features, 0 for one that suits the data"`
	Activation nn.Activation // tanh by default

	Structure Structure
	Symmetry  Symmetry
	// Angles marks the components of a state that are angles; nil means none.
	Angles []bool
	// Masses of the bodies, for Pairwise and Rotation, which weight the potential of a
	// pair by their product; nil is equal masses of as many bodies as a plane needs.
	Masses []float64
	// Known is a part of H that is given, of the components of a state as variables: the features are fitted to what it
	// leaves. Nil is none.
	Known *expr.Expr
	// Friction adds -rate p to the momenta's derivatives, one more unknown.
	Friction bool
	// LearnedGain lets the gain of inputs depend on the positions, through features of its
	// own; else it is constant.
	LearnedGain bool

	Observations Observations
	// Weighted gives row n the weight 1/sqrt(|G_n|^2 + median): for data in which a few
	// rows, such as near-collisions, outweigh the rest.
	Weighted bool

	Solver Solver `key:"solver,omitempty" help:"how the least-squares problem is solved"`
	// Lambda is the ridge, relative to the mean of the normal matrix's diagonal; 0 is
	// chosen for the data.
	Lambda float64 `key:"ridge,omitempty" help:"relative ridge, 0 for one chosen by the data"`
	// Scale is the steepness s of the features; 0 chooses among Scales.
	Scale float64 `key:"scale,omitempty" help:"steepness of the features, 0 for one chosen by the data"`
	// Rows is the most states that a solve takes, drawn at random where there are more;
	// 0 is sixteen for every unknown up to 8,000, and at least four (with fewer some
	// rollouts run away); with QR of Exact rows it is six equations for every unknown and at
	// least 400 states.
	Rows int
	// Zero is the state at which H is zero; nil is the mean state.
	Zero []float64
	// NoRollout leaves out the rollouts by which the ridge is checked.
	NoRollout bool
	// Memory is the most bytes that a fit may take; 0 is 4 GiB.
	Memory int64

	// Drawn, unless nil, is the set from whose states the features are drawn, always the same ones: fits to its parts then
	// differ by their rows alone.
	Drawn *data.Set

	// RNG draws the features and the rows.
	RNG *rand.Rand
	// Workers is the number of goroutines; 0 is one for each of GOMAXPROCS. No result
	// depends on it.
	Workers int
}

// Scales are the steepnesses that are tried where Options.Scale is 0.
var Scales = []float64{0.25, 0.5, 1, 2}

const (
	// What the structures and the noise can use: a function of one distance needs
	// few features, and noise determines few.
	defaultFeatures = 1000
	pairFeatures    = 40
	noisyFeatures   = 75
	statesFeatures  = 30
	// The ridge of exact rows, and the least one: below it the normal equations of
	// float64 do not factor.
	exactLambda = 1e-10
	leastLambda = 1e-12
	mostLambda  = 1e-2
	// QR works on the rows, whose condition is the root.
	qrLambda      = 1e-24
	defaultMemory = 4 << 30
)

// bodies is the number of bodies and of dimensions of space for states of length dim.
func (o *Options) bodies(dim int) (bodies, space int) {
	if o.Masses != nil {
		return len(o.Masses), dim / (2 * len(o.Masses))
	}
	return dim / 4, 2
}

// validate reports the first option that cannot work for states of length dim.
func (o *Options) validate(dim int) error {
	if dim < 2 || dim%2 != 0 {
		return fmt.Errorf("closedform: states of length %d; a state is (q, p) with as many momenta as positions, so its length is even", dim)
	}
	if o.RNG == nil {
		return errors.New("closedform: no random numbers; give Options.RNG")
	}
	if o.Features < 0 || o.Features > 1<<14 {
		return fmt.Errorf("closedform: %d features; give 1 to %d, or 0 for the default", o.Features, 1<<14)
	}
	if o.Rows < 0 {
		return fmt.Errorf("closedform: %d rows; give a positive number, or 0 for the default", o.Rows)
	}
	for _, v := range []struct {
		name  string
		value float64
	}{{"ridge", o.Lambda}, {"scale", o.Scale}} {
		if v.value < 0 || math.IsNaN(v.value) || math.IsInf(v.value, 0) {
			return fmt.Errorf("closedform: a %s of %v; give a positive number, or 0 for one chosen by the data", v.name, v.value)
		}
	}
	if _, err := o.Activation.SmoothFor(); err != nil {
		return fmt.Errorf("closedform: the field is the gradient of the features: %w", err)
	}
	if o.Angles != nil && len(o.Angles) != dim {
		return fmt.Errorf("closedform: angles are marked for %d components, a state has %d", len(o.Angles), dim)
	}
	for i := dim / 2; i < len(o.Angles); i++ {
		if o.Angles[i] {
			return fmt.Errorf("closedform: component %d is marked as an angle, but it is a momentum", i)
		}
	}
	if o.Zero != nil && len(o.Zero) != dim {
		return fmt.Errorf("closedform: H is to be zero at a state of length %d, a state has %d", len(o.Zero), dim)
	}
	if o.Known != nil && o.Known.Variables() > dim {
		return fmt.Errorf("closedform: the known part has %d variables, a state has %d", o.Known.Variables(), dim)
	}
	if o.Known != nil && o.Symmetry&Rotation != 0 {
		return errors.New("closedform: rows are not turned where a part of H is known; leave out the symmetry rotation")
	}
	if o.Friction && o.Symmetry&TimeReversal != 0 {
		return errors.New("closedform: friction has a direction of time, so it contradicts the symmetry time-reversal; leave one out")
	}
	return o.validateBodies(dim)
}

// validateBodies checks what speaks of bodies.
func (o *Options) validateBodies(dim int) error {
	what := "structure pairwise"
	switch {
	case o.Structure&Pairwise != 0:
	case o.Symmetry&Rotation != 0:
		what = "symmetry rotation"
	case o.Masses != nil:
		return errors.New("closedform: masses are given, but they serve the structure pairwise and the symmetry rotation only")
	default:
		return nil
	}
	for i, m := range o.Masses {
		if !(m > 0) || math.IsInf(m, 0) {
			return fmt.Errorf("closedform: body %d has the mass %v; a mass is positive", i+1, m)
		}
	}
	if o.Masses != nil && len(o.Masses) == 0 {
		return errors.New("closedform: the list of masses is empty; leave it out for equal ones")
	}
	least := 1
	if o.Structure&Pairwise != 0 {
		least = 2
	}
	n, space := o.bodies(dim)
	if n < least || 2*n*space != dim || (o.Structure&Pairwise == 0 && space < 2) {
		if o.Masses != nil {
			return fmt.Errorf("closedform: %s with %d masses does not fit states of length %d; a state is (positions, momenta), each with every coordinate of each body", what, n, dim)
		}
		return fmt.Errorf("closedform: %s needs bodies in a plane, states of length 4 for each of at least %d of them, and these have %d; give the masses for another space", what, least, dim)
	}
	for _, angle := range o.Angles {
		if angle {
			return fmt.Errorf("closedform: %s is about positions in space, but a component is marked as an angle", what)
		}
	}
	return nil
}
