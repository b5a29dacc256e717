package atoms

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// OVITO reads what is written, and what OVITO writes, as extended XYZ and as a dump, is read.
func TestOVITO(t *testing.T) {
	python := pythonWith(t, "ovito")
	frames, err := Read(strings.NewReader(two), Options{})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var b bytes.Buffer
	if err := WriteXYZ(&b, frames[0]); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "ours.xyz"), b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	script := `
import numpy as np
from ovito.io import import_file, export_file
p = import_file('ours.xyz')
a = p.compute()
kinds = {k.id: k.name for k in a.particles.particle_types.types}
assert [kinds[i] for i in a.particles.particle_types] == ['Ar', 'Kr']
assert np.array_equal(a.particles.positions, [[1, 2, 3], [2, 2, 3]])
assert np.array_equal(a.particles.forces, [[1, 2, 3], [-1, -2, -3]])
assert np.array_equal(a.particles['masses'], [2, 4]) and np.array_equal(a.particles['momenta'], [[.5, 1, 0], [.5, 1, 0]])
assert a.attributes['energy'] == -1 and a.attributes['Time'] == 0.5 and tuple(a.cell.pbc) == (True, True, False)
def more(frame, data):
    n = data.particles_
    n.create_property('Velocity', data=n['momenta'] / np.array(n['masses'])[:, None])
    n.create_property('Particle Identifier', data=[1, 2])
p.modifiers.append(more)
vectors = [f'{v}.{x}' for v in ('Position', 'Velocity', 'Force') for x in 'XYZ']
export_file(p, 'theirs.xyz', 'xyz', columns=['Particle Type', 'masses'] + vectors)
export_file(p, 'theirs.dump', 'lammps/dump', columns=['Particle Identifier', 'Particle Type'] + vectors)
`
	cmd := exec.Command(python, "-c", script)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for name, o := range map[string]Options{"theirs.xyz": {Dt: 1}, "theirs.dump": {Dt: 1, Units: LJ, Mass: map[string]float64{"1": 2, "2": 4}}} {
		again, err := ReadFile(filepath.Join(dir, name), o)
		if err != nil {
			t.Error(err)
			continue
		}
		a, f := again[0], frames[0]
		for what, both := range map[string][2]any{
			"positions": {a.Pos, f.Pos}, "velocities": {a.Vel, f.Vel}, "forces": {a.Force, f.Force}, "masses": {a.Mass, f.Mass}, "cell": {a.Cell, f.Cell}, "pbc": {a.Periodic, f.Periodic},
		} {
			if fmt.Sprint(both[0]) != fmt.Sprint(both[1]) {
				t.Errorf("%s: %s %v, were %v", name, what, both[0], both[1])
			}
		}
	}
}
