package model

import (
	"fmt"
	"slices"
	"strings"
)

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
