package atoms

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
)

// ourSpecies is the column of species whose names are no elements, beside those that stand for them.
const ourSpecies = "hnn_species"

// WriteXYZ appends a frame in extended XYZ: masses, momenta (mass times velocity, as ASE has them) and forces where the
// frame has them, Time and energy, charges that are not all 0, and move_mask, as ASE has it, where some are held. A frame in units that have a size (metal, real, ase) is written as ASE has
// it: eV, angstrom, g/mol, its momenta, Time in fs and units=ase. Species are then elements, by their masses where their names are none, and
// their names a column of their own.
func WriteXYZ(w io.Writer, f *Frame) error {
	b, ok := w.(*bufio.Writer)
	if !ok {
		b = bufio.NewWriter(w)
		defer b.Flush()
	}
	fmt.Fprintf(b, "%d\n", f.N())
	if f.Periodic[0] || f.Periodic[1] || f.Periodic[2] {
		c := f.Cell
		for k := range 3 { // a side that is not periodic is written as 1: a lattice needs volume
			if !f.Periodic[k] && !(c[k] > 0) {
				c[k] = 1
			}
		}
		fmt.Fprintf(b, "Lattice=\"%v 0 0 0 %v 0 0 0 %v\" ", c[0], c[1], c[2])
	}
	b.WriteString("Properties=species:S:1:pos:R:3")
	c, ase := convert(f.Units, ASE)
	charged := slices.ContainsFunc(f.Charge, func(q float64) bool { return q != 0 })
	named := ase && f.Mass != nil && slices.ContainsFunc(f.Species, func(s string) bool { _, ok := standard(s); return !ok })
	symbols := map[string]string{}
	for i, s := range f.Species {
		if _, ok := symbols[s]; named && !ok {
			symbols[s] = symbol(s, f.Mass[i]*c.mass)
		}
	}
	for _, p := range []struct {
		have bool
		name string
	}{{f.Mass != nil, "masses:R:1"}, {charged, "initial_charges:R:1"}, {f.Vel != nil && f.Mass != nil, "momenta:R:3"}, {f.Force != nil, "forces:R:3"}, {f.Fixed != nil, "move_mask:L:1"}, {named, ourSpecies + ":S:1"}} {
		if p.have {
			b.WriteString(":" + p.name)
		}
	}
	if ase {
		fmt.Fprintf(b, " units=%s Time=%v", ASE, f.Time*c.time/ASE.Time())
	} else {
		fmt.Fprintf(b, " Time=%v", f.Time)
	}
	if f.HasEnergy {
		fmt.Fprintf(b, " energy=%v", f.Energy*c.energy)
	}
	b.WriteString(" pbc=\"")
	for k := range 3 {
		if k > 0 {
			b.WriteByte(' ')
		}
		b.WriteByte("FT"[bit(f.Periodic[k])])
	}
	b.WriteString("\"\n")
	var buf []byte
	for i, s := range f.Species {
		buf = buf[:0]
		if named {
			buf = append(buf, symbols[s]...)
		} else {
			buf = append(buf, s...)
		}
		three := func(v []float64, factor float64) {
			for _, x := range v[3*i : 3*i+3] {
				buf = strconv.AppendFloat(append(buf, ' '), x*factor, 'g', -1, 64)
			}
		}
		three(f.Pos, 1)
		if f.Mass != nil {
			buf = strconv.AppendFloat(append(buf, ' '), f.Mass[i]*c.mass, 'g', -1, 64)
		}
		if charged {
			buf = strconv.AppendFloat(append(buf, ' '), f.Charge[i], 'g', -1, 64)
		}
		if f.Vel != nil && f.Mass != nil {
			three(f.Vel, f.Mass[i]*c.mass/c.time)
		}
		if f.Force != nil {
			three(f.Force, c.energy)
		}
		if f.Fixed != nil {
			buf = append(buf, ' ', "TF"[bit(f.Fixed[i])])
		}
		if named {
			buf = append(append(buf, ' '), s...)
		}
		b.Write(append(buf, '\n'))
	}
	return b.Flush()
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
