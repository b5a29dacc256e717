package experiment

import (
	"fmt"
	"strings"
	"testing"

	"hnn/data/atoms"
	"hnn/model/particles"
)

// A species that is a number of a LAMMPS type keeps it, and names are said beside their types.
func TestParticleLAMMPSTypes(t *testing.T) {
	for _, c := range []struct {
		species []string
		trap    string
		want    []string
	}{
		{[]string{"1", "2", "10"}, "", []string{"no atom was of type 3, 4, 5, 6, 7, 8, 9: no law is for it", "# pair_coeff 2 10 law.table 10_2 2.5"}},
		{[]string{"2"}, "", []string{"no atom was of type 1: no law", "# pair_coeff 2 2 law.table 2_2 2.5"}},
		{[]string{"1", "2"}, "", []string{"types have the numbers of the data; in the input", "# pair_coeff 1 2 law.table 2_1 2.5"}},
		{[]string{"Ar", "Kr"}, "", []string{"of the types 1 is Ar, 2 is Kr; in the input", "# pair_coeff 1 2 law.table Kr_Ar 2.5"}},
		{[]string{"1", "Kr"}, "", []string{"1 is 1, 2 is Kr", "# pair_coeff 1 2 law.table Kr_1 2.5"}},
		{[]string{"3", "12"}, speciesWeigh, []string{"# group trap3 type 3", "# group trap12 type 12", "v_trap12_x"}},
	} {
		spline, err := particles.NewSpline(1, 2.5, 10)
		if err != nil {
			t.Fatal(err)
		}
		n := len(c.species)
		m := &ParticleModel{Species: c.species, Cutoff: 2.5, Laws: []PairLaw{{A: c.species[n-1], B: c.species[max(n-2, 0)], First: 1, spline: spline}}}
		if c.trap != "" {
			m.Trap = &TrapLaw{Of: c.trap}
			if m.Trap.law, err = particles.NewTrap(n, [3]particles.Axis{{Half: 1}, {Half: 1}, {Half: 1}}, 2, 0); err != nil {
				t.Fatal(err)
			}
		}
		var out strings.Builder
		if err := m.WriteLAMMPS(&out, "law.table", 10); err != nil {
			t.Fatal(err)
		}
		head, _, _ := strings.Cut(out.String(), "\n\n")
		for _, want := range c.want {
			if !strings.Contains(head, want) {
				t.Errorf("%v: %s; want %q", c.species, head, want)
			}
		}
	}
}

// Species are in the order of their numbers.
func TestParticleSpeciesOrder(t *testing.T) {
	f := &atoms.Frame{Species: []string{"10", "2", "1", "2"}, Mass: []float64{1, 1, 1, 1}}
	d, species, err := moments([]*atoms.Frame{f})
	if err != nil || fmt.Sprint(species, d.Kind) != "[1 2 10] [2 1 0 1]" {
		t.Errorf("%v, kinds %v, %v", species, d.Kind, err)
	}
}
