package atoms

import (
	"fmt"
	"strings"
	"testing"
)

// Types rule where two of them have one element, as LAMMPS writes C for all, and elements give masses only where they say something.
func TestTypesAndElements(t *testing.T) {
	dump := func(elements ...string) string {
		var b strings.Builder
		fmt.Fprintf(&b, "ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n%d\nITEM: BOX BOUNDS pp pp pp\n0 9\n0 9\n0 9\nITEM: ATOMS id type element x y z\n", len(elements))
		for i, e := range elements {
			fmt.Fprintf(&b, "%d %d %s %d 0 0\n", i+1, i+1, e, i)
		}
		return b.String()
	}
	o := Options{Dt: 1, Units: Metal}
	for _, c := range []struct {
		elements      []string
		mass          map[string]float64
		species, want string // the masses in g/mol
		noted         bool
	}{
		{[]string{"Ar", "Kr"}, nil, "[Ar Kr]", "39.948 83.798", false},
		{[]string{"C", "C"}, map[string]float64{"1": 40, "2": 80}, "[1 2]", "40.000 80.000", true},
		{[]string{"C", "C", "H"}, nil, "[1 2 3]", "12.011 12.011", true},
		{[]string{"C", "C"}, nil, "", "--mass 1=1", true},
		{[]string{"C", "C"}, map[string]float64{"C": 12}, "", "no species C, but 1, 2", true},
	} {
		o.Mass = c.mass
		frames, err := Read(strings.NewReader(dump(c.elements...)), o)
		if c.species == "" {
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v: %v, want %s", c.elements, err, c.want)
			}
			continue
		}
		if err != nil {
			t.Error(err)
			continue
		}
		f := frames[0]
		if got := fmt.Sprintf("%.3f %.3f", f.Mass[0]/Metal.Mass(), f.Mass[1]/Metal.Mass()); got != c.want || fmt.Sprint(f.Species) != c.species || (len(f.Notes) > 0) != c.noted {
			t.Errorf("%v: species %v, masses %s, notes %q", c.elements, f.Species, got, f.Notes)
		}
	}
}

// Particles of extended XYZ are sorted by a column of ids, and the time of LAMMPS's dump xyz is taken.
func TestIdsAndTimes(t *testing.T) {
	frame := func(time int, ids [2]int) string {
		s := fmt.Sprintf("2\nProperties=species:S:1:id:I:1:pos:R:3:masses:R:1 Time=%d\n", time)
		for _, id := range ids {
			s += fmt.Sprintf("%s %d %d 0 0 1\n", []string{"Ar", "Kr"}[id-1], id, id)
		}
		return s
	}
	frames, err := Read(strings.NewReader(frame(0, [2]int{1, 2})+frame(1, [2]int{2, 1})), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range frames {
		if f.Species[0] != "Ar" || f.Pos[0] != 1 || f.Pos[3] != 2 {
			t.Errorf("%+v", f)
		}
	}
	plain := "1\n Atoms. Timestep: 0 Time: 0.000000\n1 0 0 0\n1\n Atoms. Timestep: 10 Time: 0.050000\n1 1 0 0\n"
	frames, err = Read(strings.NewReader(plain), Options{Mass: map[string]float64{"1": 1}})
	if err != nil || frames[1].Time != 0.05 || frames[1].Step != 10 {
		t.Errorf("%v, %v", frames, err)
	}
}

// The first frame says where charges change, and frames then keep their own.
func TestChargesChange(t *testing.T) {
	frame := func(time int, q float64) string {
		return fmt.Sprintf("1\nProperties=species:S:1:pos:R:3:masses:R:1:initial_charges:R:1 Time=%d\nO 0 0 0 1 %v\n", time, q)
	}
	for q, want := range map[float64]string{-1: "", -1.5: "frame 3: particle 1 has the charge -1.5, and -1 in the first frame"} {
		frames, err := Read(strings.NewReader(frame(0, -1)+frame(1, -1)+frame(2, q)), Options{})
		if err != nil || frames[0].ChargesChange != want || frames[2].Charge[0] != q {
			t.Errorf("%v: %v %+v", q, err, frames[0])
		}
	}
}
