// Package system holds the Hamiltonian systems whose equations are known: the
// paper's and a few classics. Each gives its Hamiltonian, its vector field, the
// names and units of its coordinates and a sampler of initial states.
//
// The package integrates nothing (see ode), stores nothing (see data) and learns
// nothing. It is used by data to generate trajectories, by eval to measure what
// a learned model does to the true energy, and by the program's verbs.
//
// A state is a slice (q..., p...) of even length: all positions, then the
// canonical momenta in the same order. Fields do not allocate and may be called
// from several goroutines at once.
package system

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"hnn/internal/nearest"
)

// Coordinate names one component of a state.
type Coordinate struct {
	// Name is the component's symbol, also its column name in files.
	Name string
	// Unit is its SI unit, or "" for the dimensionless systems.
	Unit string
	// Angle says that the component is an angle in radians: adding 2 pi to it
	// changes neither the Hamiltonian nor the motion.
	Angle bool
}

// System is a Hamiltonian system whose equations are known.
type System interface {
	// Name is what the system is called: "spring", "two-body".
	Name() string
	// Dim is the length of a state, an even number.
	Dim() int
	// Coordinates describes the Dim components of a state.
	Coordinates() []Coordinate
	// Hamiltonian returns the energy of the state x. It panics if the length of x
	// is not Dim.
	Hamiltonian(x []float64) float64
	// Field stores in dx the time derivative of the state x,
	// dq/dt = dH/dp and dp/dt = -dH/dq. It panics if a length is not Dim.
	Field(x, dx []float64)
	// Sample stores in x an initial state as the training data draw it. It panics
	// if the length of x is not Dim.
	Sample(rng *rand.Rand, x []float64)
}

// Separable is a System whose Hamiltonian is T(p) + V(q). The field in its two parts is
// what the integrators for such systems take.
type Separable interface {
	System
	// Velocity stores in v the velocities dT/dp at the momenta p. It panics if a length
	// is not half of Dim.
	Velocity(p, v []float64)
	// Force stores in f the forces -dV/dq at the positions q. It panics if a length is
	// not half of Dim.
	Force(q, f []float64)
}

// Bodied is a System of bodies that move in a plane.
type Bodied interface {
	System
	// Bodies lists them.
	Bodies() []Body
}

// Body is a body in a plane: the indices of its coordinates x and y in a state, and its mass.
type Body struct {
	X, Y int
	Mass float64
}

// Isolated is a System on which nothing acts from outside, so that its field conserves the
// total momentum and the total angular momentum.
type Isolated interface {
	System
	// Momentum returns the total momentum in the state x. It panics if the length of x
	// is not Dim.
	Momentum(x []float64) (px, py float64)
	// AngularMomentum is the total angular momentum about the origin. It panics as
	// Momentum does.
	AngularMomentum(x []float64) float64
}

const badState = "system: state has the wrong length"

func checkState(dim int, x []float64) {
	if len(x) != dim {
		panic(badState)
	}
}

func checkHalf(dim int, x, dx []float64) {
	if 2*len(x) != dim || 2*len(dx) != dim {
		panic(badState)
	}
}

func checkField(dim int, x, dx []float64) {
	if len(x) != dim || len(dx) != dim {
		panic(badState)
	}
}

// UnknownError says that a name is not among the known ones, which one was
// probably meant, and what they are.
type UnknownError struct {
	Kind  string // what the name should have named, as in "system" or "task"
	Name  string
	Known []string
}

func (e *UnknownError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "unknown %s %q", e.Kind, e.Name)
	if near := nearest.Name(e.Name, e.Known); near != "" {
		fmt.Fprintf(&b, ": did you mean %q?", near)
	}
	fmt.Fprintf(&b, " (known: %s)", strings.Join(e.Known, ", "))
	return b.String()
}

// Energies stores in dst the Hamiltonian of every state of a trajectory and returns dst. The
// trajectory is row-major, n states of Dim numbers; dst has n, and nil allocates it. It panics
// if the lengths do not fit.
func Energies(s System, states, dst []float64) []float64 {
	d := s.Dim()
	if len(states)%d != 0 {
		panic("system: trajectory is not a whole number of states")
	}
	n := len(states) / d
	if dst == nil {
		dst = make([]float64, n)
	}
	if len(dst) != n {
		panic("system: destination of energies has the wrong length")
	}
	for i := range dst {
		dst[i] = s.Hamiltonian(states[i*d : (i+1)*d])
	}
	return dst
}
