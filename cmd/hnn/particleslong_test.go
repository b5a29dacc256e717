package main

import (
	"context"
	"math"
	"os"
	"strings"
	"testing"

	"hnn/data/atoms"
	"hnn/experiment"
	"hnn/system"
)

// particlesLine runs a command and returns what it printed and its errors.
func particlesLine(t *testing.T, line string) (out, errors string, code int) {
	t.Helper()
	var o, e strings.Builder
	code = execute(context.Background(), strings.Fields(line), &o, &e)
	return o.String(), e.String(), code
}

// particlesLines runs commands that succeed, and returns all that the last one says.
func particlesLines(t *testing.T, lines ...string) (said string) {
	t.Helper()
	for _, line := range lines {
		out, errors, code := particlesLine(t, line)
		if code != 0 {
			t.Fatalf("%s: exit status %d, %s%s", line, code, out, errors)
		}
		said = out + errors
	}
	return said
}

// Two species whose bodies have charges and masses of their own: the laws of their three pairs and Coulomb's law beside them at once,
// each within 1e-4 of the depth. Gravitating bodies of different masses, in space and in a plane, and another number by the law learned.
func TestParticlesOfAllDistances(t *testing.T) {
	t.Chdir(t.TempDir())
	particlesLines(t,
		"particles draw lennard-jones --n 200 --kinds Na=1:1:0.8:1,Cl=1.5:1:1.1:-1 --spread 0.3 --density 0.5 --temperature 2 --equilibrate 200 --steps 400 --dt 0.001 --every 25 --out salt.xyz --quiet",
		"particles train salt.xyz --cutoff 2.5 --long charges --out salt --quiet",
		"particles draw gravity --n 32 --spread 0.5 --steps 2000 --dt 0.005 --every 25 --out space.xyz --quiet",
		"particles train space.xyz --long masses --out space --quiet",
		"particles draw gravity --n 32 --dim 2 --spread 0.5 --steps 2000 --dt 0.005 --every 25 --out plane.xyz --quiet",
		"particles train plane.xyz --long masses --out plane --quiet",
		"particles draw gravity --n 300 --seed 4 --steps 1 --out more.xyz --quiet",
		"particles simulate space --from more.xyz --steps 20 --dt 0.001 --out run.xyz --quiet",
	)
	m, err := experiment.ReadParticles("salt")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]system.LennardJones{
		"Cl-Cl": {Epsilon: 1, Sigma: 1.1, Cutoff: 2.5}, "Cl-Na": {Epsilon: 1, Sigma: 0.95, Cutoff: 2.5}, "Na-Na": {Epsilon: 1, Sigma: 0.8, Cutoff: 2.5},
	}
	if len(m.Laws) != len(known) {
		t.Fatalf("%d laws", len(m.Laws))
	}
	for i := range m.Laws {
		l, worst := &m.Laws[i], 0.0
		for r := l.Near; r < 2.5; r += 0.001 {
			v, dv, _ := l.At(r)
			w, dw, _ := known[l.A+"-"+l.B].At(r)
			worst = max(worst, math.Abs(v-w), math.Abs(dv-dw))
		}
		t.Logf("%s-%s: force and V within %.2e", l.A, l.B, worst)
		if !(worst < 0.8e-4) { // the least depth is 0.8
			t.Errorf("%s-%s: force or V errs by %.2e", l.A, l.B, worst)
		}
	}
	for name, law := range map[string]system.Plummer{"salt": {Strength: 1}, "space": {Strength: -1, Softening: 0.1}, "plane": {Strength: -1, Softening: 0.1}} {
		m, err := experiment.ReadParticles(name)
		if err != nil {
			t.Fatal(err)
		}
		worst := 0.0
		for r := m.Long.Near; r < m.Long.Last; r *= 1.003 {
			_, dv, _ := m.Long.At(r)
			_, dw, _ := law.At(r)
			worst = max(worst, math.Abs(dv-dw)*r*r)
		}
		t.Logf("%s: force times squared distance within %.2e of 1, from %.4g to %.4g", name, worst, m.Long.Near, m.Long.Last)
		if !(worst < 1e-3) {
			t.Errorf("%s: force times squared distance errs by %.2e", name, worst)
		}
	}
	if m, err := experiment.ReadParticles("plane"); err != nil || m.Dim != 2 || !m.Open {
		t.Errorf("in a plane and open: %+v, %v", m, err)
	}
	text, err := os.ReadFile("more.xyz")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("bare.xyz", []byte(strings.ReplaceAll(string(text), "initial_charges", "other")), 0o666); err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]string{
		"particles train bare.xyz --long charges":                    "no charges",
		"particles train more.xyz --long charges":                    "no charges",
		"particles train salt.xyz --long spins --cutoff 2":           "charges or masses",
		"particles simulate space --n 100":                           "--from FILE",
		"particles simulate salt --n 500":                            "--mass",
		"particles simulate salt --n 500 --mass Na=1,Cl=2":           "--charge",
		"particles simulate salt --n 500 --charge Na=x":              "a charge is a number",
		"particles export salt --to lammps --out law.table":          "no table of LAMMPS",
		"particles draw gravity --kinds S=0 --out x.xyz":             "each positive but the charge",
		"particles draw gravity --spread 1.5 --out x.xyz":            "--spread",
		"particles draw gravity --softening -1 --out x.xyz":          "--softening",
		"particles draw lennard-jones --kinds A=1:1:1:1:1 --out x.x": "NAME=MASS:EPSILON:SIGMA:CHARGE",
	} {
		if _, errors, code := particlesLine(t, strings.TrimSpace(line)); code == 0 || !strings.Contains(errors, want) {
			t.Errorf("%s: exit status %d, %s; want %q", line, code, errors, want)
		}
	}
	if out, errors, code := particlesLine(t, "particles simulate salt --n 500 --density 0.5 --mass Na=1,Cl=2 --charge Na=1,Cl=-1 --steps 20 --equilibrate 0 --quiet"); code != 0 {
		t.Errorf("exit status %d: %s%s", code, out, errors)
	}
}

// A law of angles by the program: learned, run on more particles with its energy kept, and what is wrong with its flags.
func TestParticlesWithAngles(t *testing.T) {
	t.Chdir(t.TempDir())
	particlesLines(t,
		"particles draw stillinger-weber --n 125 --density 0.46 --temperature 0.1 --dt 0.004 --equilibrate 300 --steps 400 --every 25 --out silicon.xyz --quiet",
		"particles train silicon.xyz --cutoff 1.8 --angles 1.8 --angle-degree 2 --out run --quiet",
		"particles draw stillinger-weber --n 125 --density 0.46 --temperature 0.1 --dt 0.004 --equilibrate 300 --steps 50 --every 25 --seed 3 --out other.xyz --quiet",
	)
	m, err := experiment.ReadParticles("run")
	if err != nil || m.Angles == nil || m.Version != 3 {
		t.Fatalf("%+v, %v", m, err)
	}
	r, err := (&experiment.Env{}).EvaluateParticles("run", "other.xyz", atoms.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("relative force error of another draw %.2e", r.Relative)
	if !(r.Relative < 0.01) { // 0.7 without angles
		t.Errorf("relative force error %v", r.Relative)
	}
	run, err := (&experiment.Env{}).RunParticles(t.Context(), experiment.ParticleRun{Model: m, N: 400, Density: 0.46, Temperature: 0.1, Mass: m.Mass, Dt: 0.002, Steps: 100, Every: 10})
	if err != nil {
		t.Fatal(err)
	}
	if run.Momentum > 1e-11 || math.Abs(run.Slope) > 1e-4 {
		t.Errorf("momentum %v, slope of the energy times the time %v", run.Momentum, run.Slope)
	}
	for line, want := range map[string]string{
		"particles train silicon.xyz --cutoff 1.8 --angles 2":                                 "at most to the cut-off",
		"particles train silicon.xyz --cutoff 1.8 --angles 0.5":                               "no body ever has two others",
		"particles train silicon.xyz --cutoff 1.8 --angles 1.8 --angle-degree 20":             "the degree 0 to 10",
		"particles train silicon.xyz --cutoff 1.8 --angles 1.8 --angle-coefficients 2":        "functions 3 to 30",
		"particles export run --to lammps --out law.table":                                    "no law of pairs",
		"particles draw stillinger-weber --kinds A=1,B=1 --out x.xyz":                         "of one kind",
		"particles draw stillinger-weber --n 20 --density 0.46 --temperature 0.1 --out x.xyz": "half the box",
	} {
		if _, errors, code := particlesLine(t, line); code == 0 || !strings.Contains(errors, want) {
			t.Errorf("%s: exit status %d, %s; want %q", line, code, errors, want)
		}
	}
	if out, errors, code := particlesLine(t, "report run --quiet"); code != 0 {
		t.Errorf("report: %s%s", out, errors)
	}
	if page, err := os.ReadFile("report.html"); err != nil || !strings.Contains(string(page), "Angle at Ar") {
		t.Errorf("no figure of the angles in the report: %v", err)
	}
}
