package main

import (
	"math"
	"os"
	"strings"
	"testing"

	"hnn/experiment"
)

// A crystal's law, whose depth was half of what is true and of which nothing was said: the depth, and the stretch without pairs in
// what each verb says.
func TestParticlesOfCrystal(t *testing.T) {
	t.Chdir(t.TempDir())
	said := particlesLines(t,
		"particles draw lennard-jones --n 256 --density 1.05 --temperature 0.1 --equilibrate 300 --steps 600 --every 50 --out crystal.xyz --quiet",
		"particles train crystal.xyz --cutoff 2.5 --out run")
	const want = "no pair of Ar and Ar was at 1.2"
	if !strings.Contains(said, want) {
		t.Errorf("train says %q, want %q", said, want)
	}
	m, err := experiment.ReadParticles("run")
	if err != nil {
		t.Fatal(err)
	}
	deep, at := m.Laws[0].Lowest(m.Cutoff)
	t.Logf("depth %.4g at %.4g", deep, at)
	if !(math.Abs(deep+0.883) < 0.02) {
		t.Errorf("depth %v at %v, and -0.883 is true", deep, at)
	}
	for _, line := range []string{
		"particles evaluate run crystal.xyz",
		"particles simulate run --n 500 --steps 20 --equilibrate 0",
		"particles export run --to lammps --out law.table",
	} {
		if said := particlesLines(t, line); !strings.Contains(said, want) {
			t.Errorf("%s says %q, want %q", line, said, want)
		}
	}
	if table, err := os.ReadFile("law.table"); err != nil || !strings.Contains(string(table), "# warning: "+want) {
		t.Errorf("the table has no warning: %v", err)
	}
}
