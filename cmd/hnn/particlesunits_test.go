package main

import (
	"math"
	"os"
	"strings"
	"testing"

	"hnn/data/atoms"
	"hnn/experiment"
)

// Laws learned in units metal have the same errors on a file in units real, whose start they run from, and refuse one in lj.
func TestParticlesUnits(t *testing.T) {
	t.Chdir(t.TempDir())
	if code, said := says(t, "particles draw lennard-jones --n 108 --density 0.6 --equilibrate 100 --steps 100 --every 10 --out lj.xyz --quiet"); code != 0 {
		t.Fatal(said)
	}
	frames, err := atoms.ReadFile("lj.xyz", atoms.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range []atoms.Units{atoms.Metal, atoms.Real} { // the same motion: an eV and an angstrom for epsilon and sigma
		var b strings.Builder
		for _, f := range frames {
			g := *f
			g.Units = atoms.Metal
			h, err := g.In(u)
			if err != nil {
				t.Fatal(err)
			}
			raw := *h
			raw.Units = "" // numbers as they are, masses then in g/mol
			mass := raw.Mass
			raw.Mass = make([]float64, len(mass))
			for i := range mass {
				raw.Mass[i] = mass[i] / u.Mass()
			}
			if err := atoms.WriteXYZ(&b, &raw); err != nil {
				t.Fatal(err)
			}
		}
		text := strings.ReplaceAll(b.String(), "Properties", "units="+string(u)+" Properties")
		if err := os.WriteFile(string(u)+".xyz", []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if code, said := says(t, "particles train metal.xyz --cutoff 2.5 --coefficients 60 --out run"); code != 0 {
		t.Fatal(said)
	}
	var env experiment.Env
	metal, err := env.EvaluateParticles("run", "metal.xyz", atoms.Options{})
	if err != nil {
		t.Fatal(err)
	}
	real, err := env.EvaluateParticles("run", "real.xyz", atoms.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(real.RMS-metal.RMS) > 1e-6 || math.Abs(real.Energy-metal.Energy) > 1e-6 { // forces of up to 50, constants of nine digits
		t.Errorf("in metal %+v, in real %+v", metal, real)
	}
	code, said := says(t, "particles simulate run --from real.xyz --steps 10 --dt 0.001 --out out.xyz")
	if code != 0 || !strings.Contains(said, "taken into those of the run, metal") {
		t.Errorf("%d, %s", code, said)
	}
	out, err := atoms.ReadFile("out.xyz", atoms.Options{})
	if err != nil {
		t.Fatal(err)
	}
	first, err := out[0].In(atoms.Metal)
	if err != nil {
		t.Fatal(err)
	}
	last := frames[len(frames)-1]
	for i, v := range last.Vel {
		if math.Abs(first.Vel[i]-v) > 1e-6*(1+math.Abs(v)) {
			t.Fatalf("velocity %d is %v, was %v", i, first.Vel[i], v)
		}
	}
	text, err := os.ReadFile("real.xyz")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("reduced.xyz", []byte(strings.ReplaceAll(string(text), "units=real", "units=lj")), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"particles simulate run --from reduced.xyz --steps 1", "particles evaluate run reduced.xyz"} {
		if code, said := says(t, line); code == 0 || !strings.Contains(said, "no common size") {
			t.Errorf("%s: %d, %s", line, code, said)
		}
	}
}
