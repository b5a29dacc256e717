package lattice

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// InCell is which site of a unit cell a site is: cell are the cell's sides, one for each axis of the shape, and its sites are
// numbered as the shape's are.
func (s Shape) InCell(site int, cell []int) int {
	place, stride := 0, s.Sites()
	for axis, side := range s.Sides {
		stride /= side
		place = place*cell[axis] + site/stride%side%cell[axis]
	}
	return place
}

// Takes reports a shape that does not close on itself after whole cells. Open ends may be anywhere in a cell.
func (s Shape) Takes(cell []int) error {
	for axis, side := range s.Sides {
		if s.Periodic && side%cell[axis] != 0 {
			return fmt.Errorf("%s of %d sites closes within a cell of %s: give a number of sites whose sides are multiples of the cell's", s, s.Sites(), sides(cell))
		}
	}
	return nil
}

// sides writes 2 x 2.
func sides(cell []int) string {
	var text []string
	for _, n := range cell {
		text = append(text, strconv.Itoa(n))
	}
	return strings.Join(text, " x ")
}

// CellMasses are the masses of the sites of a unit cell, nil where none repeats.
func (s *System) CellMasses() []float64 {
	if s.Cell == nil {
		return nil
	}
	n := 1
	for _, side := range s.Cell {
		n *= side
	}
	m := make([]float64, n)
	for i, mass := range s.Masses {
		m[s.Shape.InCell(i, s.Cell)] = mass
	}
	return m
}

// resizeMasses gives out, of another shape, the masses of the cells.
func (s *System) resizeMasses(out *System) error {
	if s.Masses == nil {
		return nil
	}
	if s.Cell == nil {
		return fmt.Errorf("the %d sites have masses of their own, in which no cell repeats: there are none for other sites", s.Sites)
	}
	if err := out.Shape.Takes(s.Cell); err != nil {
		return err
	}
	of := s.CellMasses()
	out.Masses = make([]float64, out.Sites)
	for i := range out.Masses {
		out.Masses[i] = of[out.Shape.InCell(i, s.Cell)]
	}
	return nil
}

// MassText writes the masses of the sites, those of a cell where one repeats.
func (s *System) MassText(digits int) string {
	const most = 64 // of more a few lines say nothing
	list := func(m []float64) string {
		var b strings.Builder
		for _, v := range m[:min(len(m), most)] {
			fmt.Fprintf(&b, " %.*g", digits, v)
		}
		if len(m) > most {
			fmt.Fprintf(&b, " ... (%d)", len(m))
		}
		return b.String()[1:]
	}
	m := s.CellMasses()
	switch {
	case m == nil:
		return list(s.Masses)
	case len(s.Cell) == 1 && len(m) == 2:
		return fmt.Sprintf("%.*g and %.*g, alternating", digits, m[0], digits, m[1])
	case len(s.Cell) == 1:
		return list(m) + ", repeating"
	}
	var rows []string
	for along := s.Cell[len(s.Cell)-1]; len(m) > 0; m = m[along:] {
		rows = append(rows, list(m[:along]))
	}
	return strings.Join(rows, " / ") + ", in cells of " + sides(s.Cell)
}

// checkCell reports a cell that cannot be.
func (s *System) checkCell() error {
	if s.Cell == nil {
		return nil
	}
	if s.Shape == nil || s.Masses == nil || len(s.Cell) != len(s.Shape.Sides) {
		return errors.New("a unit cell of masses that are none, or of no lattice")
	}
	for axis, n := range s.Cell {
		if n < 1 || n > s.Shape.Sides[axis] {
			return fmt.Errorf("a unit cell of %s", sides(s.Cell))
		}
	}
	if err := s.Shape.Takes(s.Cell); err != nil {
		return err
	}
	again := *s
	if _ = s.resizeMasses(&again); !slices.Equal(again.Masses, s.Masses) {
		return fmt.Errorf("masses that do not repeat in cells of %s", sides(s.Cell))
	}
	return nil
}
