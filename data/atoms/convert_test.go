package atoms

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// kinetic is the energy of a frame's motion.
func kinetic(f *Frame) (e float64) {
	for i, v := range f.Vel {
		e += f.Mass[i/3] * v * v / 2
	}
	return e
}

// A frame in other units has the same energies, motion and accelerations.
func TestUnitsConverted(t *testing.T) {
	const kcal = 4184 / 6.02214076e23 / 1.602176634e-19 // in eV, CODATA 2018
	f := &Frame{Time: 2, Species: []string{"Ar"}, Units: Metal, Mass: []float64{40 * Metal.Mass()}, Pos: []float64{1, 2, 3}, Vel: []float64{1, 2, 3}, Force: []float64{0.1, 0.2, 0.3}, Energy: -1, HasEnergy: true}
	for u, want := range map[Units]struct{ time, energy float64 }{Real: {2000, 1 / kcal}, ASE: {2000 * ASE.Time(), 1}} {
		g, err := f.In(u)
		if err != nil {
			t.Fatal(err)
		}
		near := func(what string, got, want float64) {
			t.Helper()
			if math.Abs(got/want-1) > 1e-7 { // the constants have nine digits
				t.Errorf("%s: %s %v, want %v", u, what, got, want)
			}
		}
		near("time", g.Time, want.time)
		near("mass", g.Mass[0], 40*u.Mass())
		near("energy", g.Energy, -want.energy)
		near("kinetic energy", kinetic(g), kinetic(f)*want.energy)
		near("way", g.Vel[1]*g.Time, f.Vel[1]*f.Time)
		near("change of velocity", g.Force[2]/g.Mass[0]*g.Time/g.Vel[2], f.Force[2]/f.Mass[0]*f.Time/f.Vel[2])
		again, err := g.In(Metal)
		if err != nil {
			t.Fatal(err)
		}
		near("velocity back", again.Vel[0], 1)
		near("mass back", again.Mass[0], f.Mass[0])
	}
	if _, err := f.In(LJ); err == nil || !strings.Contains(err.Error(), "no common size") {
		t.Errorf("metal in lj: %v", err)
	}
}

// A frame in metal units is written as ASE has it: ASE reads its masses, velocities, energies and forces, and it is read as it was.
func TestWriteForASE(t *testing.T) {
	f := &Frame{Time: 2, Cell: [3]float64{9, 9, 9}, Periodic: [3]bool{true, true, true}, Units: Metal, Species: []string{"1", "2", "Cu", "big"},
		Pos: []float64{0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3}, Vel: []float64{1, 2, 3, 0, 0, 0, 0, 0, 1, 0, 0, 0}, Force: make([]float64, 12), Charge: make([]float64, 4), Energy: -2, HasEnergy: true}
	for _, m := range []float64{39.948, 83.8, 63.546, 1000} {
		f.Mass = append(f.Mass, m*Metal.Mass())
	}
	f.Force[0] = 0.25
	var b bytes.Buffer
	if err := WriteXYZ(&b, f); err != nil {
		t.Fatal(err)
	}
	if text := b.String(); !strings.Contains(text, "\nAr ") || !strings.Contains(text, "\nKr ") || !strings.Contains(text, "\nX ") || strings.Contains(text, "charges") || !strings.Contains(text, "units=ase") {
		t.Error(text)
	}
	again, err := Read(bytes.NewReader(b.Bytes()), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(again[0].Species) != fmt.Sprint(f.Species) || again[0].Units != ASE {
		t.Errorf("%+v", again[0])
	}
	back, err := again[0].In(Metal)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(back.Vel[1]-2) > 1e-14 || math.Abs(back.Time-2) > 1e-8 || math.Abs(back.Mass[0]/f.Mass[0]-1) > 1e-14 || back.Force[0] != 0.25 {
		t.Errorf("%+v", back)
	}
	if _, err := Read(bytes.NewReader(b.Bytes()), Options{Units: Metal}); err == nil || !strings.Contains(err.Error(), "units=ase") {
		t.Errorf("with --units metal: %v", err)
	}
	python := pythonWith(t, "ase")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "ours.xyz"), b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	script := `
import numpy as np
from ase.io import read
from ase import units
a = read('ours.xyz')
assert list(a.symbols) == ['Ar', 'Kr', 'Cu', 'X'] and list(map(str, a.arrays['hnn_species'])) == ['1', '2', 'Cu', 'big']
assert np.allclose(a.get_masses(), [39.948, 83.8, 63.546, 1000], rtol=1e-12)
v = a.get_velocities() * 1000 * units.fs
assert np.allclose(v[0], [1, 2, 3], rtol=1e-6), v
k = 0.5 * (39.948 * 14 + 63.546) * 1.036426965e-4
assert abs(a.get_kinetic_energy() / k - 1) < 1e-6
assert a.get_potential_energy() == -2 and a.get_forces()[0, 0] == 0.25
try:
    import ovito
except ImportError:
    pass
else:
    from ovito.io import import_file
    d = import_file('ours.xyz').compute()
    assert d.particles.count == 4
`
	cmd := exec.Command(python, "-c", script)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
