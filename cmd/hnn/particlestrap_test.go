package main

import (
	"os"
	"strings"
	"testing"

	"hnn/data/atoms"
	"hnn/experiment"
)

// Ions of two charges in a trap, and dust in a plane: the trap is found with the law of pairs, another number runs by it, and its energy
// is kept. Nothing says that momentum is; without a trap the total momentum tells that there is one.
func TestParticlesInTraps(t *testing.T) {
	t.Chdir(t.TempDir())
	ions := "particles draw coulomb --trap 1,1,4 --kinds Ca=1,Sr=2:1:1:2 --temperature 0.05 --dt 0.01 --equilibrate 1000 "
	dust := "particles draw yukawa --trap 1 --dim 2 --temperature 0.05 --dt 0.005 --equilibrate 1000 --density 0.5 "
	particlesLines(t, ions+"--n 48 --every 25 --steps 500 --out ions.xyz --quiet", ions+"--n 100 --seed 3 --steps 20 --every 10 --out more.xyz --quiet",
		dust+"--n 60 --steps 400 --every 10 --out dust.xyz --quiet", dust+"--n 60 --steps 200 --every 20 --seed 3 --out other.xyz --quiet",
		"particles train ions.xyz --long charges --trap species --out ions", "particles train dust.xyz --cutoff 2.5 --trap species --no-forces --coefficients 50 --out dust",
		"particles train dust.xyz --cutoff 2.5 --trap masses --out heavy")
	for name, c := range map[string]struct {
		other     string
		tolerance float64
	}{
		"ions":  {"more.xyz", 1e-8},  // exact forces: digits that the solve leaves
		"dust":  {"other.xyz", 1e-3}, // of motion: the fit's paths between frames
		"heavy": {"other.xyz", 1e-4}, // pairs nearer than any seen
	} {
		r, err := (&experiment.Env{}).EvaluateParticles(name, c.other, atoms.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: relative force error of another draw %.2e", name, r.Relative)
		if !(r.Relative < c.tolerance) {
			t.Errorf("%s: relative force error %v", name, r.Relative)
		}
	}
	m, err := experiment.ReadParticles("ions")
	if err != nil || m.Trap == nil || m.Trap.Degree != 2 || m.Version != 4 {
		t.Fatalf("%+v, %v", m, err)
	}
	if words := strings.Join(m.TrapWords(), "; "); words != "trap of Ca, of degree 2: lowest at (0, 0, 0), stiffness (1, 1, 4) there; trap of Sr, of degree 2: lowest at (0, 0, 0), stiffness (1, 1, 4) there" {
		t.Error(words)
	}
	frames, err := atoms.ReadFile("more.xyz", atoms.Options{})
	if err != nil {
		t.Fatal(err)
	}
	slope := func(dt float64) float64 {
		r, err := (&experiment.Env{}).RunParticles(t.Context(), experiment.ParticleRun{Model: m, From: frames, Dt: dt, Steps: int(2 / dt), Every: 1})
		if err != nil {
			t.Fatal(err)
		}
		if !r.Confined || r.Beyond == 0 { // more ions take more room
			t.Errorf("confined %v, beyond the data %v", r.Confined, r.Beyond)
		}
		return r.Spread
	}
	if ratio := slope(0.01) / slope(0.005); ratio < 3.5 || ratio > 4.5 {
		t.Errorf("halving the step divides the energy's error by %.2f, want about 4", ratio)
	}
	for line, never := range map[string]string{
		"particles simulate ions --from more.xyz --dt 0.01 --steps 20 --quiet":         "momentum",
		"particles simulate coulomb --trap 1 --n 20 --steps 20 --equilibrate 0":        "momentum",
		"particles train dust.xyz --cutoff 2.5 --trap species --out again":             "total momentum",
		"particles simulate dust --from dust.xyz --steps 20 --figures figures --quiet": "momentum",
	} {
		if out := particlesLines(t, line); strings.Contains(out, never) {
			t.Errorf("%s says %q:\n%s", line, never, out)
		}
	}
	for _, how := range []string{"", " --no-forces"} {
		if out := particlesLines(t, "particles train dust.xyz --cutoff 2.5 --out bare --coefficients 20 --force"+how); !strings.Contains(out, "total momentum changes") || !strings.Contains(out, "add --trap species") {
			t.Errorf("a trap is not noticed%s: %s", how, out)
		}
	}
	particlesLines(t, "particles draw lennard-jones --n 125 --equilibrate 100 --steps 200 --every 20 --out liquid.xyz --quiet")
	for _, how := range []string{"", " --no-forces"} {
		if out := particlesLines(t, "particles train liquid.xyz --cutoff 2.5 --out liquid --coefficients 20 --force"+how); strings.Contains(out, "momentum") {
			t.Errorf("pairs alone%s: %s", how, out)
		}
	}
	if out := particlesLines(t, "particles train liquid.xyz --cutoff 2.5 --trap species --out none"); !strings.Contains(out, "no outside force is found") {
		t.Error(out)
	}
	// A trap alone: bodies are then taken for such that do not act on each other, and their energy is that of oscillators.
	particlesLines(t, strings.Replace(dust, "draw yukawa", "draw yukawa --kinds Ar=1:1e-12:1", 1)+"--n 20 --steps 100 --every 20 --out gas.xyz --quiet",
		"particles train gas.xyz --trap species --trap-degree 3 --out alone --quiet", "particles simulate alone --from gas.xyz --steps 20 --quiet")
	if m, err := experiment.ReadParticles("alone"); err != nil || m.Trap.Degree != 2 || len(m.Laws) != 0 {
		t.Errorf("a trap alone: %+v, %v", m, err)
	}
	particlesLines(t, "report alone --quiet --out alone.html", "particles export alone --to lammps --out alone.table")
	particlesLines(t, "report dust --quiet --out page.html", "inspect ions --quiet")
	if page, err := os.ReadFile("page.html"); err != nil || !strings.Contains(string(page), "Trap of Ar along y") || strings.Contains(string(page), "Trap of Ar along z") {
		t.Errorf("the report's figures of the trap: %v", err)
	}
	text, err := os.ReadFile("ions.xyz")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("bare.xyz", []byte(strings.ReplaceAll(string(text), "initial_charges", "other")), 0o666); err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]string{
		"particles train dust.xyz --cutoff 2.5 --trap gravity":                                   "species, charges, masses",
		"particles train liquid.xyz --trap species":                                              "no law of pairs was asked for",
		"particles train dust.xyz --cutoff 2.5 --trap charges":                                   "no charges",
		"particles train dust.xyz --cutoff 2.5 --trap species --trap-degree 11":                  "the degree is 0 to 10",
		"particles train dust.xyz --cutoff 2.5 --trap-degree 2":                                  "--trap-degree and --trap-waves are of --trap",
		"particles train dust.xyz --cutoff 2.5 --trap species --trainer adam":                    "leave out Adam",
		"particles train liquid.xyz --cutoff 2.5 --trap species --trap-degree 1 --trap-waves 99": "the order 0 to 64",
		"particles draw coulomb --out x.xyz":                                                     "give --trap",
		"particles draw coulomb --trap -1 --out x.xyz":                                           "one positive number",
		"particles draw coulomb --trap 1,2 --out x.xyz":                                          "one positive number",
		"particles simulate ions --n 100":                                                        "--from FILE",
		"particles simulate dust --from liquid.xyz":                                              "this box is periodic there",
		"particles simulate ions --from bare.xyz":                                                "the file has none",
		"particles export ions --to lammps --out x":                                              "no table of LAMMPS",
	} {
		if _, errors, code := particlesLine(t, line); code == 0 || !strings.Contains(errors, want) {
			t.Errorf("%s: exit status %d, %s; want %q", line, code, errors, want)
		}
	}
	trapByLAMMPS(t)
}

// trapByLAMMPS compares LAMMPS's forces and energy by the exported table and trap with ours, of dust in a plane.
func trapByLAMMPS(t *testing.T) {
	call := withLAMMPS()
	if call == nil {
		return
	}
	particlesLines(t, "particles simulate heavy --from dust.xyz --steps 10 --every 10 --out heavy.xyz --forces --quiet", "particles export heavy --to lammps --out heavy.table",
		"particles simulate dust --from dust.xyz --steps 10 --every 10 --out dusty.xyz --forces --quiet", "particles export dust --to lammps --out dust.table")
	script := `
import numpy as np, lammps
from ase.io import read
for name, file in (('heavy', 'heavy.xyz'), ('dust', 'dusty.xyz')):
    a = read(file)
    l = lammps.lammps(cmdargs=['-log', 'none', '-screen', 'none'])
    l.commands_string('''
units lj
dimension 2
boundary s s p
atom_modify map array
region box block -20 20 -20 20 -0.1 0.1
create_box 1 box
mass 1 1
''')
    n = len(a)
    l.create_atoms(n, list(range(1, n + 1)), [1] * n, a.positions.ravel().tolist())
    for line in open(name + '.table'):
        if line.startswith('# ') and 'laws learned' not in line:
            l.command(line[2:].strip())
    l.command('run 0')
    f = np.array(l.gather_atoms('f', 1, 3)).reshape(-1, 3)
    ours = a.get_forces()
    e, mine = l.get_thermo('pe') * n, a.get_potential_energy()
    print(name, 'largest force', abs(ours).max(), 'largest difference', abs(f - ours).max(), 'energy', e, mine)
    assert abs(f - ours).max() < 1e-5 * abs(ours).max() and abs(e - mine) < 1e-5 * abs(mine)
`
	out, err := call(script).CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Errorf("LAMMPS: %v", err)
	}
}
