package lattice

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Wall is what a bond ends at that is held at zero instead of a site.
const Wall = -1

// Bond joins site I to site J, either of which may be a Wall; bonds of one kind have one law.
type Bond struct{ I, J, Kind int }

// Shape is a lattice by its name: its sides, whether it closes on itself, whether its ends are held and whether bonds along each of its
// axes are of a kind of their own.
type Shape struct {
	Sides    []int // those of a grid; of a chain one, which is 0 where the name does not say it
	Periodic bool  // closed on itself
	Fixed    bool  // with bonds to walls at its ends
	Axes     bool  // with bonds of a kind of their own along each axis
}

// Shapes says how a lattice is written.
const Shapes = "chain, fixed-chain, ring, grid:8x8, fixed-grid:8x8 or torus:8x8, the last three also as grid:8x8:axes, with a law of bonds for each axis"

// axes ends the name of a shape whose axes have laws of their own.
const axes = ":axes"

// ParseShape reads a lattice as [Shapes] has it: fixed ones have bonds to walls at their ends, ring and torus are closed.
func ParseShape(text string) (Shape, error) {
	name, sides, sized := strings.Cut(text, ":")
	var s Shape
	s.Fixed = strings.HasPrefix(name, "fixed-")
	base := strings.TrimPrefix(name, "fixed-")
	switch {
	case base == "chain", base == "ring" && !s.Fixed:
		if sized {
			return s, fmt.Errorf("lattice %q: a %s has as many sites as there are columns: leave out %q", text, name, ":"+sides)
		}
		s.Sides, s.Periodic = []int{0}, base == "ring"
		return s, nil
	case base == "grid", base == "torus" && !s.Fixed:
		s.Periodic = base == "torus"
		sides, s.Axes = strings.CutSuffix(sides, axes)
		for _, part := range strings.Split(sides, "x") {
			n, err := strconv.Atoi(part)
			if err != nil || n < 1 || n > mostSites {
				return s, fmt.Errorf("lattice %q: give the sides of a %s as %s:8x8", text, name, name)
			}
			if s.Sides = append(s.Sides, n); s.Sites() > mostSites {
				return s, fmt.Errorf("lattice %q has more than %d sites", text, mostSites)
			}
		}
		if len(s.Sides) < 2 || len(s.Sides) > 3 {
			return s, fmt.Errorf("lattice %q: a %s has two or three sides, as %s:8x8", text, name, name)
		}
		return s, nil
	}
	return s, fmt.Errorf("there is no lattice %q: it is %s", text, Shapes)
}

// String is the shape as ParseShape reads it.
func (s Shape) String() string {
	if len(s.Sides) < 2 {
		switch {
		case s.Periodic:
			return "ring"
		case s.Fixed:
			return "fixed-chain"
		}
		return "chain"
	}
	name := "grid"
	switch {
	case s.Periodic:
		name = "torus"
	case s.Fixed:
		name = "fixed-grid"
	}
	var sides []string
	for _, n := range s.Sides {
		sides = append(sides, strconv.Itoa(n))
	}
	name += ":" + strings.Join(sides, "x")
	if s.Axes {
		name += axes
	}
	return name
}

// Sites is the number of sites, 0 of a chain that takes any.
func (s Shape) Sites() int {
	n := 1
	for _, side := range s.Sides {
		n *= side
	}
	return n
}

// Of returns the shape with so many sites: a chain as long, a grid with equal sides, or with the given ones if it has as many. It is an
// error if there is none.
func (s Shape) Of(sites int, sides ...int) (Shape, error) {
	out := s
	out.Sides = slices.Clone(s.Sides)
	if len(sides) > 1 && len(sides) == len(s.Sides) {
		if copy(out.Sides, sides); out.Sites() != sites {
			return s, fmt.Errorf("a grid of %v has not %d sites", sides, sites)
		}
		return out, nil
	}
	if len(s.Sides) == 1 {
		out.Sides[0] = sites
		if least := 2; sites < least || s.Periodic && sites < 3 {
			return s, fmt.Errorf("a %s of %d sites: a chain has two or more, a ring three", s, sites)
		}
		return out, nil
	}
	if s.Sites() == sites {
		return s, nil
	}
	for side := 1; ; side++ {
		n := 1
		for i := range out.Sides {
			out.Sides[i] = side
			n *= side
		}
		switch {
		case n == sites:
			return out, nil
		case n > sites:
			return s, fmt.Errorf("no lattice like %s with equal sides has %d sites: give a power of order %d", s, sites, len(s.Sides))
		}
	}
}

// Bonds are those between neighbours: site (a, b, ...) of a grid is number (a * second side + b) ..., and every bond runs
// from the lower coordinate to the higher. Those of fixed ends to walls are among them.
func (s Shape) Bonds() []Bond {
	var bonds []Bond
	stride := s.Sites()
	for axis, side := range s.Sides {
		kind := 0
		if s.Axes {
			kind = axis
		}
		stride /= side
		for i := range s.Sites() {
			at := i / stride % side
			if at == 0 && s.Fixed {
				bonds = append(bonds, Bond{Wall, i, kind})
			}
			switch {
			case at+1 < side:
				bonds = append(bonds, Bond{i, i + stride, kind})
			case s.Fixed:
				bonds = append(bonds, Bond{i, Wall, kind})
			case s.Periodic && side > 2: // of two sites one bond is both
				bonds = append(bonds, Bond{i, i - at*stride, kind})
			}
		}
	}
	return bonds
}

// ReadEdges reads bonds from lines "i,j" or "i,j,kind": sites counted from 1, 0 for a wall, kinds counted from 1. Lines
// that are empty or begin with # are left out, and so is a first line of words. It is an error if a number is out of range, a
// site is bound to itself or a bond is there twice.
func ReadEdges(r io.Reader, sites int) ([]Bond, error) {
	var bonds []Bond
	seen := map[[2]int]int{}
	lines := bufio.NewScanner(r)
	for line := 1; lines.Scan(); line++ {
		text := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		parts := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\t' })
		if len(bonds) == 0 && line == 1 && len(parts) > 0 {
			number := func(part string) bool { _, err := strconv.ParseFloat(part, 64); return err == nil }
			if !slices.ContainsFunc(parts, number) {
				continue // names of columns
			}
		}
		if len(parts) != 2 && len(parts) != 3 {
			return nil, fmt.Errorf("edges: line %d is %q: give two sites and, where bonds differ, their kind, as 1,2,1", line, text)
		}
		var n [3]int
		n[2] = 1
		for k, part := range parts {
			v, err := strconv.Atoi(part)
			most, what := sites, "site"
			if k == 2 {
				most, what = mostKinds, "kind"
			}
			if err != nil || v < 0 || v > most || k == 2 && v < 1 {
				return nil, fmt.Errorf("edges: line %d: %s %q: sites are counted from 1 to %d, a wall is 0, kinds are counted from 1 to %d", line, what, part, sites, mostKinds)
			}
			n[k] = v
		}
		if n[0] == n[1] {
			return nil, fmt.Errorf("edges: line %d joins %d to itself", line, n[0])
		}
		key := [2]int{min(n[0], n[1]), max(n[0], n[1])}
		if before, twice := seen[key]; twice && key[0] > 0 {
			return nil, fmt.Errorf("edges: line %d joins %d and %d, and so does line %d", line, n[0], n[1], before)
		}
		seen[key] = line
		bonds = append(bonds, Bond{n[0] - 1, n[1] - 1, n[2] - 1})
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("edges: %w", err)
	}
	if len(bonds) == 0 {
		return nil, errors.New("edges: there is no line with a bond, as 1,2")
	}
	bound := func(site int) bool {
		return slices.ContainsFunc(bonds, func(b Bond) bool { return b.I == site || b.J == site })
	}
	if bound(Wall) && !bound(sites-1) && bound(sites-2) {
		return nil, fmt.Errorf("edges: 0 is a wall, and nothing binds site %d: where sites are counted from 0, count them from 1", sites)
	}
	return bonds, nil
}
