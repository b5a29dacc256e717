package atoms

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// xyz reads a frame of extended XYZ: the number of particles, a line of key=value with Lattice, Properties, pbc, Time and
// energy, and a line for each particle (G. Csanyi's format as ASE's ase.io.extxyz reads and writes it).
func (l *lines) xyz() (*Frame, error) {
	head, err := l.next()
	for err == nil && strings.TrimSpace(head) == "" {
		head, err = l.next()
	}
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(strings.TrimSpace(head))
	if err != nil || n < 1 {
		return nil, fmt.Errorf("%.40q is not the number of particles with which a frame of extended XYZ begins", head)
	}
	comment, err := l.within()
	if err != nil {
		return nil, err
	}
	keys := pairs(comment)
	f := &Frame{}
	if err := f.keys(keys); err != nil {
		return nil, err
	}
	if !f.Timed { // frames are counted, so that --dt is the time between two
		if s, ok := first(keys, "step", "timestep"); ok {
			if f.Step, err = strconv.ParseInt(s, 10, 64); err != nil {
				return nil, fmt.Errorf("step %.40q is no whole number", s)
			}
		} else if s, ok := strings.CutPrefix(strings.TrimSpace(comment), "Atoms. Timestep: "); ok { // LAMMPS's dump xyz
			s, time, timed := strings.Cut(s, " Time: ") // of dump_modify time yes
			if f.Step, err = strconv.ParseInt(strings.TrimSpace(s), 10, 64); err != nil {
				return nil, fmt.Errorf("timestep %.40q is no whole number", s)
			}
			if timed {
				if f.Time, err = number(strings.TrimSpace(time)); err != nil {
					return nil, fmt.Errorf("its Time: %w", err)
				}
				f.Timed = true
			}
		} else {
			f.Step = int64(l.k)
		}
		f.Stepped = true
	}
	l.k++
	properties := keys["properties"]
	wrong := "Properties has %d"
	if properties == "" {
		properties = "species:S:1:pos:R:3"
		wrong = "a frame whose comment has no Properties= has %d, a species and a position: say what the others are, as Properties=species:S:1:pos:R:3:velocities:R:3"
	}
	columns, width, err := layout(properties)
	if err != nil {
		return nil, err
	}
	t, err := l.read(n, width, fmt.Sprintf(wrong, width))
	if err != nil {
		return nil, err
	}
	if at, ok := columns["id"]; ok {
		f.sort(t, at)
	}
	at, ok := columns[ourSpecies]
	if !ok {
		at, ok = columns["species"]
	}
	if !ok {
		if at, ok = columns["element"]; !ok {
			return nil, errors.New("no column species in Properties")
		}
	}
	for _, r := range t.rows {
		f.Species = append(f.Species, r[at])
	}
	if at, ok := columns["move_mask"]; ok {
		if n := columns["move_mask#"]; n == 1 || n == 3 {
			f.mask(t, at, n)
		}
	}
	vector := func(dst *[]float64, names ...string) {
		for _, name := range names {
			if at, ok := columns[name]; ok && err == nil && *dst == nil {
				if at+3 > width {
					err = fmt.Errorf("the property %s has not three columns", name)
					return
				}
				*dst, err = t.vectors([3]int{at, at + 1, at + 2})
			}
		}
	}
	vector(&f.Pos, "pos", "positions", "position")
	vector(&f.Vel, "velocities", "velo", "vel", "velocity")
	vector(&f.Momenta, "momenta")
	vector(&f.Force, "forces", "force")
	scalar := func(dst *[]float64, names ...string) {
		for _, name := range names {
			if at, ok := columns[name]; ok && err == nil && *dst == nil {
				*dst, err = t.column(at)
			}
		}
	}
	scalar(&f.Mass, "masses", "mass")
	scalar(&f.Charge, "initial_charges", "charges", "charge")
	if err != nil {
		return nil, err
	}
	if f.Pos == nil {
		return nil, errors.New("no column pos in Properties")
	}
	return f, nil
}

// sort sorts particles by their ids, where those are different numbers.
func (f *Frame) sort(t *table, at int) {
	ids, err := t.column(at)
	if err != nil {
		return
	}
	sorted := slices.Sorted(slices.Values(ids))
	if len(slices.Compact(sorted)) < len(ids) {
		return
	}
	f.ids = ids
	sort.Sort(&byID{f.ids, t})
}

func first(keys map[string]string, names ...string) (string, bool) {
	for _, n := range names {
		if s, ok := keys[n]; ok {
			return s, true
		}
	}
	return "", false
}

// keys takes what a comment line says of the frame.
func (f *Frame) keys(keys map[string]string) error {
	cell, lattice := keys["lattice"]
	f.Periodic = [3]bool{lattice, lattice, lattice}
	if s, ok := keys["pbc"]; ok {
		p := strings.Fields(s)
		if len(p) != 3 {
			return fmt.Errorf("pbc=%.40q: three of T and F are needed", s)
		}
		for k := range 3 {
			f.Periodic[k] = strings.EqualFold(p[k], "t") || p[k] == "1" || strings.EqualFold(p[k], "true")
			if f.Periodic[k] && !lattice {
				return errors.New("pbc without Lattice: a periodic box needs its sides")
			}
		}
	}
	if lattice {
		v, err := numbers(strings.Fields(cell))
		if err != nil || len(v) != 9 {
			return fmt.Errorf("the Lattice %.60q: nine numbers are needed", cell)
		}
		longest := 0.0
		for _, x := range v {
			longest = max(longest, math.Abs(x))
		}
		for i, x := range v {
			row, column := i/3, i%3
			if on := f.Periodic[row] || f.Periodic[column]; row != column && on && math.Abs(x) > 1e-9*longest { // less is rounding
				return fmt.Errorf("the Lattice %.60q: the cell is skewed; only boxes with right angles along the axes are taken", cell)
			}
		}
		for k := range 3 {
			if f.Cell[k] = v[4*k]; f.Periodic[k] && !(f.Cell[k] > 0) {
				return fmt.Errorf("the Lattice %.60q: the sides must be positive and along the axes", cell)
			}
		}
	}
	if s, ok := first(keys, "time"); ok {
		v, err := number(s)
		if err != nil {
			return fmt.Errorf("its Time: %w", err)
		}
		f.Time, f.Timed = v, true
	}
	if s := Units(keys["units"]); slices.Contains(AllUnits, string(s)) {
		f.Units = s
	}
	if s, ok := first(keys, "energy", "potential_energy", "free_energy"); ok {
		v, err := number(s)
		if err != nil {
			return fmt.Errorf("energy: %w", err)
		}
		f.Energy, f.HasEnergy = v, true
	}
	return nil
}

// layout is where the columns of Properties begin, how many each has, under its name and #, and how many there are.
func layout(properties string) (map[string]int, int, error) {
	p := strings.Split(properties, ":")
	at, width := map[string]int{}, 0
	for i := 0; i+2 < len(p); i += 3 {
		n, err := strconv.Atoi(p[i+2])
		if err != nil || n < 1 || n > 1000 {
			return nil, 0, fmt.Errorf("%q in Properties is no number of columns", p[i+2])
		}
		at[strings.ToLower(p[i])] = width
		at[strings.ToLower(p[i])+"#"] = n // how many columns it has
		width += n
	}
	if len(p)%3 != 0 {
		return nil, 0, fmt.Errorf("properties %.80s: name:type:columns are needed for each", properties)
	}
	return at, width, nil
}

// pairs are the key=value of a comment line, keys in small letters; values may stand in quotes.
func pairs(s string) map[string]string {
	out := map[string]string{}
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		end := strings.IndexAny(s, "= \t")
		if end < 0 || s[end] != '=' {
			if end < 0 {
				break
			}
			s = s[end+1:]
			continue
		}
		key := strings.ToLower(s[:end])
		s = s[end+1:]
		var value string
		if s != "" && (s[0] == '"' || s[0] == '\'') {
			close := strings.IndexByte(s[1:], s[0])
			if close < 0 {
				value, s = s[1:], ""
			} else {
				value, s = s[1:1+close], s[close+2:]
			}
		} else if close := strings.IndexAny(s, " \t"); close < 0 {
			value, s = s, ""
		} else {
			value, s = s[:close], s[close:]
		}
		out[key] = value
	}
	return out
}
