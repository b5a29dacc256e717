package main

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"hnn/data/atoms"
	"hnn/experiment"
	"hnn/system"
)

// Aligned dipoles by the program, in space about an axis that is none of the coordinates' and of two species in a plane: what is learned is
// what was drawn, other frames' forces are explained, more of them run, and what no table can hold is refused.
func TestParticlesOfDirection(t *testing.T) {
	t.Chdir(t.TempDir())
	particlesLines(t,
		"particles draw aligned-dipoles --n 125 --density 0.8 --temperature 1 --strength 1.5 --axis 1,2,2 --equilibrate 400 --steps 500 --every 20 --out space.xyz --quiet",
		"particles train space.xyz --cutoff 2.5 --direction 1,2,2 --out space --quiet",
		"particles train space.xyz --cutoff 2.5 --out bare --quiet",
		"particles draw aligned-dipoles --n 125 --density 0.8 --temperature 1 --strength 1.5 --axis 1,2,2 --equilibrate 400 --steps 60 --every 20 --seed 3 --out other.xyz --quiet",
		"particles draw aligned-dipoles --n 120 --dim 2 --kinds A=1:1:1,B=2:1.5:0.9 --density 0.7 --temperature 1 --equilibrate 400 --steps 2500 --every 25 --out plane.xyz --quiet",
		"particles train plane.xyz --cutoff 2.5 --direction x --coefficients 80 --out plane --quiet",
		"report space plane --quiet",
		"particles draw lennard-jones --n 125 --density 0.8 --temperature 1 --equilibrate 400 --steps 200 --every 20 --out round.xyz --quiet",
	)
	for _, c := range []struct {
		run      string
		strength float64
		most     float64 // (160/80)^5 times as much with half the coefficients
	}{{"space", 1.5, 1e-6}, {"plane", 1, 2e-5}} {
		m, err := experiment.ReadParticles(c.run)
		if err != nil || m.Direction == nil || m.Version != 5 || m.Direction.Degree != 2 {
			t.Fatalf("%s: %+v, %v", c.run, m, err)
		}
		size := map[string][2]float64{"Ar": {1, 1}, "A": {1, 1}, "B": {1.5, 0.9}}
		for i := range m.Laws {
			l, p := &m.Laws[i], &m.Direction.Pairs[i]
			e, s := math.Sqrt(size[l.A][0]*size[l.B][0]), (size[l.A][1]+size[l.B][1])/2
			distance, dipole := system.LennardJones{Epsilon: e, Sigma: s, Cutoff: 2.5}, system.Dipole{Strength: c.strength * e * s * s * s, Cutoff: 2.5}
			worst := 0.0
			for r := l.Near; r < 2.5; r += 0.003 {
				for _, cos := range []float64{1, 0.4, 0} {
					v, dv, _ := l.At(r)
					u, du := p.At(r, cos)
					w, dw, _ := distance.At(r)
					d, dd, _ := dipole.At(r)
					p2 := (3*cos*cos - 1) / 2
					worst = max(worst, math.Abs(v+u-w-d*p2), math.Abs(dv+du-dw-dd*p2))
				}
			}
			t.Logf("%s, %s-%s: V and its slope within %.1e", c.run, l.A, l.B, worst)
			if !(worst < c.most) {
				t.Errorf("%s, %s-%s: V or its slope errs by %.1e", c.run, l.A, l.B, worst)
			}
		}
	}
	relative := func(run string) float64 {
		r, err := (&experiment.Env{}).EvaluateParticles(run, "other.xyz", atoms.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return r.Relative
	}
	with, without := relative("space"), relative("bare")
	t.Logf("relative force error of another draw %.1e, %.2g without direction", with, without)
	if !(with < 1e-3 && without > 0.05) { // pairs nearer than any seen are among them
		t.Errorf("relative force error of another draw %v with direction and %v without", with, without)
	}
	m, err := experiment.ReadParticles("space")
	if err != nil {
		t.Fatal(err)
	}
	run, err := (&experiment.Env{}).RunParticles(t.Context(), experiment.ParticleRun{Model: m, N: 300, Density: 0.8, Temperature: 1, Mass: m.Mass, Dt: 0.002, Steps: 100, Every: 10})
	if err != nil {
		t.Fatal(err)
	}
	if run.Momentum > 1e-11 || math.Abs(run.Slope) > 1e-4 {
		t.Errorf("momentum %v, slope of the energy times the time %v", run.Momentum, run.Slope)
	}
	page, err := os.ReadFile("report.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"along the axis", "from the axis 0.333333,0.666667,0.666667", "against it"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the report has no %q", want)
		}
	}
	for line, want := range map[string]string{ // what is said of direction
		"particles train space.xyz --cutoff 2.5 --coefficients 60 --out a --force":               "add --direction 0.33",
		"particles train space.xyz --cutoff 2.5 --coefficients 60 --no-forces --out b --force":   "add --direction 0.3",
		"particles train space.xyz --cutoff 2.5 --coefficients 60 --direction z --out c --force": "train without --direction",
		"particles train round.xyz --cutoff 2.4 --coefficients 60 --out d --force":               "",
		"particles train round.xyz --cutoff 1.5 --coefficients 60 --out e --force":               "",
	} {
		_, errors, code := particlesLine(t, line)
		if said := strings.Contains(errors, "direction"); code != 0 || said != (want != "") || !strings.Contains(errors, want) {
			t.Errorf("%s: exit status %d, %s; want %q", line, code, errors, want)
		}
	}
	for line, want := range map[string]string{
		"particles train space.xyz --cutoff 2.5 --direction 0,0,0":                        "length 0",
		"particles train space.xyz --cutoff 2.5 --direction NaN,0,1":                      "finite",
		"particles train space.xyz --cutoff 2.5 --direction up":                           "an axis is x, y or z",
		"particles train space.xyz --cutoff 2.5 --direction 1,2":                          "an axis is x, y or z",
		"particles train space.xyz --cutoff 2.5 --direction z --direction-degree 3":       "give 2 or 4",
		"particles train space.xyz --cutoff 2.5 --direction z --direction-degree 12":      "from 2 to 10",
		"particles train space.xyz --cutoff 2.5 --direction z --direction-degree -2":      "from 2 to 10",
		"particles train space.xyz --cutoff 2.5 --direction-degree 2":                     "give its axis too",
		"particles train space.xyz --long masses --direction z":                           "give --cutoff too",
		"particles train space.xyz --cutoff 2.5 --direction z --trainer adam":             "one solve alone",
		"particles train space.xyz --cutoff 2.5 --direction z --direction-coefficients 2": "coefficients 6 to",
		"particles train plane.xyz --cutoff 2.5 --direction z":                            "upright on it",
		"particles train plane.xyz --cutoff 2.5 --direction 1,0,1":                        "give the part of it in the plane, x",
		"particles export space --to lammps --out law.table":                              "depend on direction",
		"particles draw aligned-dipoles --dim 2 --axis z --out x.xyz":                     "upright on it",
		"particles draw aligned-dipoles --strength NaN --out x.xyz":                       "must be finite",
		"particles draw aligned-dipoles --axis 0,0,0 --out x.xyz":                         "length 0",
	} {
		if _, errors, code := particlesLine(t, line); code == 0 || !strings.Contains(errors, want) {
			t.Errorf("%s: exit status %d, %s; want %q", line, code, errors, want)
		}
	}
	text, err := os.ReadFile("space/particles.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{{`"Degree": 2`, `"Degree": 99`}, {`"Degree": 2`, `"Degree": 3`}, {`"Pairs": [`, `"Pears": [`}} {
		bad := strings.Replace(string(text), change[0], change[1], 1)
		if bad == string(text) {
			t.Fatalf("no %q in the file", change[0])
		}
		if err := os.WriteFile("space/particles.json", []byte(bad), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := experiment.ReadParticles("space"); err == nil {
			t.Errorf("with %s for %s the file is taken", change[1], change[0])
		}
	}
}

// In open space what is printed of the angular momentum is its component along the axis, which is kept, and in a plane nothing.
func TestParticlesOfDirectionKeep(t *testing.T) {
	t.Chdir(t.TempDir())
	text := "27\nProperties=species:S:1:pos:R:3:masses:R:1:momenta:R:3 pbc=\"F F F\" Time=0\n"
	flat := "9\nProperties=species:S:1:pos:R:3:masses:R:1:momenta:R:3 pbc=\"F F F\" Time=0\n"
	for i := range 27 {
		line := fmt.Sprintf("Ar %v %v %%v 1 %v %v %%v\n", 1.15*float64(i%3)+0.01*float64(i*i%7), 1.15*float64(i/3%3)+0.01*float64(i*i%5), 0.1*math.Sin(float64(i)), 0.1*math.Cos(float64(i)))
		text += fmt.Sprintf(line, 1.15*float64(i/9), 0.1*math.Sin(float64(3*i)))
		if i < 9 {
			flat += fmt.Sprintf(line, 0, 0)
		}
	}
	for name, text := range map[string]string{"cluster.xyz": text, "flat.xyz": flat} {
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	out, errors, code := particlesLine(t, "particles simulate aligned-dipoles --from cluster.xyz --steps 500 --dt 0.002 --quiet")
	if code != 0 || !strings.Contains(out, "change of the component along the axis z") {
		t.Fatalf("exit status %d, %s%s", code, out, errors)
	}
	var change float64
	if _, err := fmt.Sscanf(out[strings.Index(out, "angular momentum"):], "angular momentum %g", &change); err != nil || change > 1e-12 {
		t.Errorf("%s: %v", out, err)
	}
	out, errors, code = particlesLine(t, "particles simulate aligned-dipoles --dim 2 --from flat.xyz --steps 100 --dt 0.002 --quiet")
	if code != 0 || strings.Contains(out, "angular momentum") {
		t.Errorf("exit status %d, %s%s", code, out, errors)
	}
}

// Dipoles in a trap: one fit gives both laws of pairs and the external potential, and explains other frames.
func TestParticlesOfDirectionInTraps(t *testing.T) {
	t.Chdir(t.TempDir())
	const draw = "particles draw aligned-dipoles --trap 0.5,0.5,2 --n 64 --temperature 0.8 --equilibrate 500 --every 50 --quiet "
	out := particlesLines(t, draw+"--steps 2000 --out trapped.xyz", draw+"--steps 500 --seed 3 --out other.xyz",
		"particles train trapped.xyz --cutoff 2.5 --direction z --trap species --coefficients 40 --out run")
	if !strings.Contains(out, "trap of Ar, of degree 2: lowest at") || !strings.Contains(out, "axis z, degree 2") {
		t.Error(out)
	}
	r, err := (&experiment.Env{}).EvaluateParticles("run", "other.xyz", atoms.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("forces of other frames within %.1e", r.Relative)
	if !(r.Relative < 1e-5) { // forty coefficients, the fourth order of their spacing: 1e-6
		t.Errorf("forces of other frames err by %.1e", r.Relative)
	}
}
