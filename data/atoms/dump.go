package atoms

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// dump reads a frame of a LAMMPS text dump (dump custom or atom): TIMESTEP, NUMBER OF ATOMS, BOX BOUNDS and ATOMS, whose
// columns may be id, type or element, x y z, xs ys zs (scaled), xu yu zu or xsu ysu zsu (unwrapped), ix iy iz, vx vy vz,
// fx fy fz, mass and q. UNITS and TIME, which dump_modify adds, are taken too. Particles are sorted by id, and positions unwrapped where image flags are given.
func (l *lines) dump() (*Frame, error) {
	f := &Frame{}
	n := -1
	var begun, bounds bool
	for {
		s, err := l.next()
		if err != nil {
			if begun && err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
		item, ok := strings.CutPrefix(s, "ITEM: ")
		begun = begun || ok
		switch {
		case !ok && strings.TrimSpace(s) == "":
		case !ok:
			return nil, fmt.Errorf("%.40q where a line with ITEM: should stand", s)
		case item == "TIMESTEP":
			if s, err = l.within(); err != nil {
				return nil, err
			}
			if f.Step, err = strconv.ParseInt(strings.TrimSpace(s), 10, 64); err != nil {
				return nil, fmt.Errorf("TIMESTEP: %.40q is no whole number", s)
			}
			f.Stepped = true
		case item == "TIME":
			if s, err = l.within(); err != nil {
				return nil, err
			}
			if f.Time, err = number(strings.TrimSpace(s)); err != nil {
				return nil, fmt.Errorf("TIME: %w", err)
			}
			f.Timed = true
		case item == "UNITS":
			if s, err = l.within(); err != nil {
				return nil, err
			}
			f.Units = Units(strings.TrimSpace(s))
		case item == "NUMBER OF ATOMS":
			if s, err = l.within(); err != nil {
				return nil, err
			}
			if n, err = strconv.Atoi(strings.TrimSpace(s)); err != nil || n < 1 {
				return nil, fmt.Errorf("NUMBER OF ATOMS: %.40q is no positive number", s)
			}
		case strings.HasPrefix(item, "BOX BOUNDS"):
			if err := f.bounds(l, strings.Fields(item)[2:]); err != nil {
				return nil, err
			}
			bounds = true
		case strings.HasPrefix(item, "ATOMS"):
			if n < 0 || !bounds || !f.Stepped {
				return nil, errors.New("ATOMS before TIMESTEP, NUMBER OF ATOMS or BOX BOUNDS")
			}
			return f, f.atoms(l, n, strings.Fields(item)[1:])
		default:
			return nil, fmt.Errorf("ITEM: %.40s is not known", item)
		}
	}
}

// bounds reads the three lines of a box: lo and hi of each side, and what it is skewed by, or, after "abc origin" (of OVITO, and of LAMMPS
// with triclinic/general), a component of an edge three times and one of the origin, an edge a line.
func (f *Frame) bounds(l *lines, words []string) error {
	general := len(words) >= 2 && words[0] == "abc" && words[1] == "origin"
	for k := range 3 {
		s, err := l.within()
		if err != nil {
			return err
		}
		v, err := numbers(strings.Fields(s))
		if err != nil {
			return fmt.Errorf("BOX BOUNDS: %w", err)
		}
		if general && len(v) == 4 && v[(k+1)%3] == 0 && v[(k+2)%3] == 0 {
			v = []float64{v[3], v[3] + v[k]}
		}
		if len(v) == 3 && v[2] != 0 || len(v) > 3 {
			return errors.New("BOX BOUNDS: the box is skewed; only boxes with right angles are taken")
		}
		if len(v) < 2 || !(v[1] > v[0]) {
			return fmt.Errorf("BOX BOUNDS: %.60q is not lo and hi", s)
		}
		f.Origin[k], f.Cell[k] = v[0], v[1]-v[0]
		if len(words) >= 3 {
			f.Periodic[k] = words[len(words)-3+k] == "pp"
		}
	}
	return nil
}

func (f *Frame) atoms(l *lines, n int, names []string) error {
	at := map[string]int{}
	for i, c := range names {
		at[c] = i
	}
	t, err := l.read(n, len(names), fmt.Sprintf("ITEM: ATOMS has %d", len(names)))
	if err != nil {
		return err
	}
	id, ok := at["id"]
	if !ok {
		return errors.New("no column id: LAMMPS changes the order of particles from frame to frame, so dump with id")
	}
	if f.ids, err = t.column(id); err != nil {
		return err
	}
	sort.Sort(&byID{f.ids, t})
	for i := 1; i < n; i++ {
		if f.ids[i] == f.ids[i-1] {
			return &SyntaxError{max(t.line[i], t.line[i-1]), fmt.Errorf("two particles have the id %v", f.ids[i])}
		}
	}
	if err := f.kinds(t, at); err != nil {
		return err
	}
	take := func(dst *[]float64, names ...string) {
		c := make([][]float64, len(names))
		for j, name := range names {
			i, ok := at[name]
			if !ok || err != nil {
				return
			}
			c[j], err = t.column(i)
		}
		if err != nil {
			return
		}
		*dst = make([]float64, 0, len(names)*n)
		for i := range n {
			for j := range names {
				*dst = append(*dst, c[j][i])
			}
		}
	}
	var scaled, images []float64
	for _, names := range [][]string{{"vx", "vy", "vz"}, {"fx", "fy", "fz"}} {
		have := slices.DeleteFunc(slices.Clone(names), func(c string) bool { _, ok := at[c]; return !ok })
		if len(have) > 0 && len(have) < 3 {
			return fmt.Errorf("the columns %s without the rest of %s: dump all three", strings.Join(have, " "), strings.Join(names, " "))
		}
	}
	take(&f.Vel, "vx", "vy", "vz")
	take(&f.Force, "fx", "fy", "fz")
	take(&f.Mass, "mass")
	take(&f.Charge, "q")
	take(&f.Pos, "xu", "yu", "zu")
	unwrapped := f.Pos != nil
	if !unwrapped {
		if take(&scaled, "xsu", "ysu", "zsu"); scaled != nil {
			unwrapped = true
		} else if take(&f.Pos, "x", "y", "z"); f.Pos == nil {
			take(&scaled, "xs", "ys", "zs")
		}
	}
	take(&images, "ix", "iy", "iz")
	if err != nil {
		return err
	}
	if scaled != nil {
		f.Pos = scaled
		for i := range f.Pos {
			f.Pos[i] = f.Origin[i%3] + f.Pos[i]*f.Cell[i%3]
		}
	}
	if f.Pos == nil {
		return errors.New("no positions: dump with x y z, xs ys zs, xu yu zu or xsu ysu zsu")
	}
	if images != nil && !unwrapped {
		for i := range f.Pos {
			f.Pos[i] += images[i] * f.Cell[i%3]
		}
	}
	return nil
}

// kinds takes the species from the column of elements, or of types, where there are no elements or where two types have one: LAMMPS writes C for
// all types whose elements it was not told.
func (f *Frame) kinds(t *table, at map[string]int) error {
	element, elements := at["element"]
	kind, types := at["type"]
	if !elements && !types {
		return errors.New("no column type or element: dump with type")
	}
	column := kind
	if elements {
		column = element
	}
	typed := map[string]string{} // an element's type
	for _, r := range t.rows {
		if !elements || !types {
			break
		}
		other, ok := typed[r[element]]
		if typed[r[element]] = r[kind]; ok && other != r[kind] {
			column = kind
			f.Notes = append(f.Notes, fmt.Sprintf("the types %s and %s have one element, %s, in the file: species are the types (dump_modify element names elements)", other, r[kind], r[element]))
			break
		}
	}
	several := false
	for _, r := range t.rows {
		f.Species = append(f.Species, r[column])
		several = several || r[element] != t.rows[0][element]
	}
	if column == kind && elements && several { // else they say nothing of the masses
		for _, r := range t.rows {
			f.elements = append(f.elements, r[element])
		}
	}
	return nil
}

// byID sorts rows by the ids of their particles.
type byID struct {
	ids []float64
	t   *table
}

func (b *byID) Len() int           { return len(b.ids) }
func (b *byID) Less(i, j int) bool { return b.ids[i] < b.ids[j] }
func (b *byID) Swap(i, j int) {
	b.ids[i], b.ids[j] = b.ids[j], b.ids[i]
	b.t.rows[i], b.t.rows[j] = b.t.rows[j], b.t.rows[i]
	b.t.line[i], b.t.line[j] = b.t.line[j], b.t.line[i]
}
