package ode

import (
	"fmt"
	"strings"

	"hnn/internal/nearest"
)

// Method is an integration method. The zero value is DormandPrince.
type Method uint8

const (
	// DormandPrince is the pair of orders 5(4) with an interpolant of order 4: 6
	// evaluations a step. The choice for tolerances down to about 1e-6.
	DormandPrince Method = iota
	// DOP853 is the method of order 8 with error estimates of orders 5 and 3 and an
	// interpolant of order 7: 12 evaluations a step, 3 more for a step with outputs
	// inside. The choice for tight tolerances: the pendulum over six periods at 1e-9 takes
	// it 2,300 evaluations and DormandPrince 3,900, with a smaller error.
	DOP853
	// RK4 is the classical method of order 4 with the fixed step Settings.Step: 4
	// evaluations a step, no error control.
	RK4
	// The methods below keep a fixed step and are symplectic: of a Hamiltonian system they
	// keep the energy, up to an error that does not grow, for as long as the step is well
	// below the fastest period. These are for separable systems, H = T(p) + V(q), given to
	// SolveSplit; an evaluation is one of both parts.
	SymplecticEuler // order 1, 1 evaluation a step
	Leapfrog        // Stoermer and Verlet's, order 2, 1 evaluation
	Yoshida4        // Forest and Ruth's, order 4, 3 evaluations
	Yoshida6        // order 6, 7 evaluations
	Yoshida8        // order 8, 15 evaluations
	BlanesMoan4     // order 4, 6 evaluations
	BlanesMoan6     // order 6, 10 evaluations
	// And these are for any Hamiltonian. The first three are implicit: a step is as many
	// evaluations as it takes to solve for 1, 2 or 3 stages.
	Midpoint // order 2
	Gauss4   // Gauss and Legendre's, order 4
	Gauss6   // order 6
	Tao2     // order 2, 3 evaluations
	Tao4     // order 4, 15 evaluations
)

// methods holds what belongs to each method. Exactly one of pair and fixed is set:
// adaptive methods run in adaptive.go's loop, fixed-step methods in fixed.go's.
var methods = [...]struct {
	name       string
	aliases    []string
	order      int
	pair       *pair
	fixed      stepper
	symplectic bool
}{
	DormandPrince:   {name: "rk45", aliases: []string{"dopri5"}, order: 5, pair: &dormandPrince},
	DOP853:          {name: "dop853", order: 8, pair: &dop853},
	RK4:             {name: "rk4", order: 4, fixed: &rk4},
	SymplecticEuler: {name: "symplectic-euler", order: 1, fixed: symplecticEuler, symplectic: true},
	Leapfrog:        {name: "leapfrog", aliases: []string{"verlet", "stoermer-verlet"}, order: 2, fixed: leapfrog, symplectic: true},
	Yoshida4:        {name: "yoshida4", aliases: []string{"forest-ruth"}, order: 4, fixed: yoshida4, symplectic: true},
	Yoshida6:        {name: "yoshida6", order: 6, fixed: yoshida6, symplectic: true},
	Yoshida8:        {name: "yoshida8", order: 8, fixed: yoshida8, symplectic: true},
	BlanesMoan4:     {name: "blanes-moan4", order: 4, fixed: blanesMoan4, symplectic: true},
	BlanesMoan6:     {name: "blanes-moan6", order: 6, fixed: blanesMoan6, symplectic: true},
	Midpoint:        {name: "midpoint", aliases: []string{"implicit-midpoint"}, order: 2, fixed: midpoint, symplectic: true},
	Gauss4:          {name: "gauss4", aliases: []string{"gauss-legendre4"}, order: 4, fixed: gauss4, symplectic: true},
	Gauss6:          {name: "gauss6", aliases: []string{"gauss-legendre6"}, order: 6, fixed: gauss6, symplectic: true},
	Tao2:            {name: "tao2", order: 2, fixed: tao2, symplectic: true},
	Tao4:            {name: "tao4", order: 4, fixed: tao4, symplectic: true},
}

// String returns the name that ParseMethod takes.
func (m Method) String() string {
	if int(m) >= len(methods) {
		return fmt.Sprintf("Method(%d)", uint8(m))
	}
	return methods[m].name
}

// Order returns the order of the method: the error of its states falls as this power of the
// step. It is zero for an unknown method.
func (m Method) Order() int {
	if int(m) >= len(methods) {
		return 0
	}
	return methods[m].order
}

// Symplectic reports whether the method's step preserves the symplectic form dq^dp, where
// the field is that of a Hamiltonian.
func (m Method) Symplectic() bool { return int(m) < len(methods) && methods[m].symplectic }

// NeedsSplit reports whether the method is for separable Hamiltonians only.
func (m Method) NeedsSplit() bool {
	if int(m) >= len(methods) {
		return false
	}
	_, ok := methods[m].fixed.(*splitting)
	return ok
}

// Shears reports whether the method is symmetric and made of shears, so that it can run
// with Settings.Reversible.
func (m Method) Shears() bool {
	if int(m) >= len(methods) {
		return false
	}
	s, ok := methods[m].fixed.(shearing)
	return ok && s.symmetric()
}

// copies reports whether the method is one of Tao's.
func (m Method) copies() bool {
	_, ok := methods[m].fixed.(*tao)
	return ok
}

// join lists the names of the methods that match.
func join(match func(Method) bool) string {
	var names []string
	for m := range methods {
		if match(Method(m)) {
			names = append(names, methods[m].name)
		}
	}
	return strings.Join(names, ", ")
}

// Adaptive reports whether the method chooses its steps by the tolerances of Settings;
// the others need Settings.Step.
func (m Method) Adaptive() bool {
	return int(m) < len(methods) && methods[m].pair != nil
}

// ParseMethod returns the method of that name: rk45 (or dopri5), dop853, rk4, leapfrog (or
// verlet) and so on. The error for any other name lists them and suggests the nearest.
func ParseMethod(name string) (Method, error) {
	var known []string
	for m := range methods {
		for _, n := range append([]string{methods[m].name}, methods[m].aliases...) {
			if strings.EqualFold(n, name) {
				return Method(m), nil
			}
			known = append(known, n)
		}
	}
	list := strings.Join(known, ", ")
	if near := nearest.Name(name, known); near != "" {
		return 0, fmt.Errorf("ode: unknown method %q; did you mean %s? Known are %s", name, near, list)
	}
	return 0, fmt.Errorf("ode: unknown method %q; known are %s", name, list)
}

// MarshalText writes the method's name, for configuration files.
func (m Method) MarshalText() ([]byte, error) {
	if int(m) >= len(methods) {
		return nil, fmt.Errorf("ode: unknown method %v", m)
	}
	return []byte(m.String()), nil
}

// UnmarshalText reads a method's name as ParseMethod does.
func (m *Method) UnmarshalText(text []byte) error {
	parsed, err := ParseMethod(string(text))
	if err != nil {
		return err
	}
	*m = parsed
	return nil
}
