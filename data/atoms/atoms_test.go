package atoms

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const two = `2
Lattice="5 0 0 0 5 0 0 0 5" Properties=species:S:1:pos:R:3:masses:R:1:momenta:R:3:forces:R:3 Time=0.5 energy=-1 pbc="T T F"
Ar 1 2 3 2 0.5 1 0 1 2 3
Kr 2 2 3 4 0.5 1 0 -1 -2 -3
`

func TestReadXYZ(t *testing.T) {
	frames, err := Read(strings.NewReader(two), Options{})
	if err != nil {
		t.Fatal(err)
	}
	f := frames[0]
	if f.Time != 0.5 || f.Energy != -1 || f.Periodic != [3]bool{true, true, false} || f.Cell != [3]float64{5, 5, 5} ||
		f.Species[1] != "Kr" || f.Pos[3] != 2 || f.Vel[0] != 0.25 || f.Vel[4] != 0.25 || f.Force[5] != -3 {
		t.Errorf("%+v", f)
	}
	var b bytes.Buffer
	if err := WriteXYZ(&b, f); err != nil {
		t.Fatal(err)
	}
	again, err := Read(&b, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(*again[0]) != fmt.Sprint(*f) {
		t.Errorf("written and read: %+v, was %+v", *again[0], *f)
	}
}

const dumped = `ITEM: TIMESTEP
100
ITEM: NUMBER OF ATOMS
2
ITEM: BOX BOUNDS pp pp ff
-1 3
0 4
0 4
ITEM: ATOMS id type xs ys zs ix iy iz vx vy vz fx fy fz mass
2 2 0.5 0.25 0.5 1 0 0 1 2 3 4 5 6 20
1 1 0.25 0.25 0.5 0 -1 0 7 8 9 1 1 1 10
`

func TestReadDump(t *testing.T) {
	frames, err := Read(strings.NewReader(dumped), Options{Dt: 0.01, Units: LJ})
	if err != nil {
		t.Fatal(err)
	}
	f := frames[0]
	want := []float64{0, -3, 2, 5, 1, 2} // sorted by id and unwrapped
	for i, x := range want {
		if f.Pos[i] != x {
			t.Errorf("position %d is %v, want %v", i, f.Pos[i], x)
		}
	}
	if f.Time != 1 || f.Vel[0] != 7 || f.Force[3] != 4 || f.Mass[1] != 20 || f.Species[0] != "1" || f.Periodic != [3]bool{true, true, false} {
		t.Errorf("%+v", f)
	}
	edges := strings.Replace(dumped, "pp pp ff\n-1 3\n0 4\n0 4\n", "abc origin pp pp ff\n4 0 0 -1\n0 4 0 0\n0 0 4 0\n", 1)
	if again, err := Read(strings.NewReader(edges), Options{Dt: 0.01, Units: LJ}); err != nil || fmt.Sprint(*again[0]) != fmt.Sprint(*f) {
		t.Errorf("by edges %v, %v", again, err)
	}
	// Of metal: 1 g/mol is 1.66053907e-27 kg, 1 eV 1.602176634e-19 J, 1 A/ps 100 m/s (CODATA 2018).
	frames, err = Read(strings.NewReader(dumped), Options{Dt: 0.01, Units: Metal})
	if err != nil {
		t.Fatal(err)
	}
	if want := 10 * 1.66053907e-27 * 100 * 100 / 1.602176634e-19; math.Abs(frames[0].Mass[0]/want-1) > 1e-8 {
		t.Errorf("mass %v, want %v", frames[0].Mass[0], want)
	}
	frames, err = Read(strings.NewReader(dumped), Options{Dt: 0.01, Units: Real})
	if err != nil {
		t.Fatal(err)
	}
	// 1 A/fs is 1e5 m/s, 1 kcal/mol is 4184 J over Avogadro's number.
	if want := 10 * 1.66053907e-27 * 1e10 / (4184 / 6.02214076e23); math.Abs(frames[0].Mass[0]/want-1) > 1e-8 {
		t.Errorf("mass %v, want %v", frames[0].Mass[0], want)
	}
}

func TestReadRefuses(t *testing.T) {
	lj := Options{Dt: 0.01, Units: LJ}
	for _, c := range []struct {
		name, text, want string
		o                Options
	}{
		{"cell", two + strings.Replace(strings.Replace(two, "5 0 0", "6 0 0", 1), "0.5 energy", "1 energy", 1), "the cell changes", Options{}},
		{"time", two + two, "does not follow", Options{}},
		{"number", two + "1\nTime=1\nAr 0 0 0\n", "1 particles", Options{Mass: map[string]float64{"Ar": 1}}},
		{"order", two + strings.NewReplacer("Ar", "Kr", "Kr", "Ar", "0.5 energy", "1 energy").Replace(two), "of species Kr", Options{}},
		{"cut", two[:len(two)-20], "ends within its first frame", Options{}},
		{"columns", two[:len(two)-5] + "\n", "columns", Options{}},
		{"mass of another", dumped[:len(dumped)-len(" 10\n")] + " 10\n", "--mass 10=1: the file has no species 10, but 1, 2", Options{Dt: 0.01, Units: LJ, Mass: map[string]float64{"1": 2, "10": 1}}},
		{"vx vy", strings.Replace(dumped, " vz", " wz", 1), "vx vy without the rest", lj},
		{"cut row", "2\n\nAr 0 0 0\n", "ends within its first frame", Options{}},
		{"mass", "1\nTime=1\nAr 0 0 0\n", "--mass Ar=1", Options{}},
		{"no time", "1\n\nAr 0 0 0\n", "--dt", Options{}},
		{"skewed", strings.Replace(two, "5 0 0 0", "5 0 0 1", 1), "skewed", Options{}},
		{"nan", strings.Replace(two, "Ar 1", "Ar nan", 1), "no finite number", Options{}},
		{"empty", "", "no frame", Options{}},
		{"table", "t,x\n0,1\n", "not the number of particles", Options{}},
		{"units", dumped, "--units", Options{Dt: 0.01}},
		{"wrong units", dumped, "lj, metal or real", Options{Dt: 0.01, Units: "si"}},
		{"dt", dumped, "--dt", Options{Units: LJ}},
		{"id", strings.Replace(dumped, "id type", "jd type", 1), "no column id", lj},
		{"twice", strings.Replace(dumped, "\n1 1 0.25", "\n2 1 0.25", 1), "two particles have the id 2", lj},
		{"cut dump", dumped[:len(dumped)-40], "ends within its first frame", lj},
		{"units differ", "ITEM: UNITS\nmetal\n" + dumped, "the file says that its units are metal, and --units lj", lj},
		{"units not known", "ITEM: UNITS\nsi\n" + dumped, "lj, metal and real are taken", Options{Dt: 1}},
		{"a dump in ase", dumped, "lj, metal or real", Options{Dt: 1, Units: ASE}},
		{"other ids", dumped + strings.NewReplacer("TIMESTEP\n100", "TIMESTEP\n200", "\n2 2 ", "\n3 2 ").Replace(dumped), "frame 2: a particle has the id 3 where the first frame has 2", lj},
		{"a number in a row", strings.Replace(dumped, "1 1 0.25 0.25", "1 1 0.25 nan", 1), "line 11: \"nan\" is no finite number", lj},
		{"times and dt", two, "--dt has no use", Options{Dt: 1}},
		{"cut after a frame", two + two[:len(two)-20], "the first 4 lines (head -n 4)", Options{}},
		{"cut rows", two + strings.Join(strings.SplitAfter(two, "\n")[:3], ""), "the first 4 lines (head -n 4)", Options{}},
		{"binary", "\x01\x00\x00", "a binary file", Options{}},
		{"traj", "- of UlmASE-Trajectory", "ase convert", Options{}},
		{"gzip", "\x1f\x8bxx", "compressed by gzip", Options{}},
		{"a trillion", "1000000000000\n\nAr 0 0 0\n", "cut off", Options{}},
		{"element", "1\nTime=1\nAr 0 0 0\n", "--units ase, by which elements have their standard masses (Ar 39.948)", Options{}},
		{"more columns", "1\nTime=1\nAr 0 0 0 1 2 3\n", "no Properties=", Options{}},
		{"skewed edges", strings.Replace(dumped, "pp pp ff\n-1 3\n0 4\n0 4\n", "abc origin pp pp ff\n4 0 0 -1\n1 4 0 0\n0 0 4 0\n", 1), "skewed", lj},
		{"triclinic", strings.Replace(dumped, "-1 3\n", "-1 3 0.5\n", 1), "skewed", lj},
	} {
		if _, err := Read(strings.NewReader(c.text), c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", c.name, err, c.want)
		}
	}
}

// ASE's own unit of time is angstrom sqrt(g/mol / eV), 10.18 fs: times in fs become it, masses left out are the elements', and momenta over
// mass are velocities in it.
func TestASEUnits(t *testing.T) {
	text := strings.NewReplacer(":masses:R:1", "", " 2 0.5 1 0 1", " 0.5 1 0 1", " 4 0.5 1 0 -1", " 0.5 1 0 -1", "pbc", "free_energy=3 pbc").Replace(two)
	frames, err := Read(strings.NewReader(text), Options{Units: ASE})
	if err != nil {
		t.Fatal(err)
	}
	f := frames[0]
	if f.Mass[0] != 39.948 || f.Mass[1] != 83.798 || f.Vel[0] != 0.5/39.948 || math.Abs(f.Time*10.180505710759-0.5) > 1e-12 || f.Energy != -1 {
		t.Errorf("%+v", f)
	}
}

// A run in two dimensions has a thin periodic box; compressed files are read as they are; LAMMPS's dump xyz says its steps.
func TestRunsAsWritten(t *testing.T) {
	flat := "ITEM: UNITS\nlj\nITEM: TIME\n2.5\n" + strings.NewReplacer("\n2 2 0.5 0.25 0.5 1 0 0 1 2 3 4 5 6", "\n2 2 0.5 0.25 0.5 1 0 0 1 2 0 4 5 0", "7 8 9 1 1 1", "7 8 0 1 1 0", "pp pp ff", "pp pp pp").Replace(dumped)
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(flat))
	z.Close()
	frames, err := Read(&b, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if f := frames[0]; f.Time != 2.5 || f.Periodic != [3]bool{true, true, false} || f.Cell[0] != 4 || f.Pos[2] != 2 {
		t.Errorf("%+v", f)
	}
	frames, err = Read(strings.NewReader("1\n Atoms. Timestep: 500\n1 6 5 4\n"), Options{Dt: 0.01, Mass: map[string]float64{"1": 1}})
	if err != nil || frames[0].Time != 5 {
		t.Errorf("%v, %v", frames, err)
	}
	// A cell of rounding, and a side that is not periodic.
	text := strings.Replace(two, "5 0 0 0 5 0 0 0 5", "5 1e-16 0 0 5 0 1 0 0", 1)
	if _, err = Read(strings.NewReader(text), Options{}); err == nil || !strings.Contains(err.Error(), "skewed") {
		t.Error(err)
	}
	frames, err = Read(strings.NewReader(strings.Replace(text, "0 1 0 0", "0 0 0 0", 1)), Options{})
	if err != nil || frames[0].Periodic != [3]bool{true, true, false} {
		t.Errorf("%v, %v", frames, err)
	}
}

// Whatever is read can be written and read again.
func FuzzRead(f *testing.F) {
	f.Add(two)
	f.Add(dumped)
	f.Add("1\nLattice=\"1 0 0 0 1 0 0 0 1\" Properties=pos:R:3:species:S:1 step=3\n0 0 0 X\n")
	f.Fuzz(func(t *testing.T, text string) {
		o := Options{Dt: 1, Units: LJ, Mass: map[string]float64{"Ar": 1, "X": 2, "1": 1}}
		frames, err := Read(strings.NewReader(text), o)
		if err != nil {
			return
		}
		for _, f := range frames {
			n := f.N()
			if len(f.Pos) != 3*n || len(f.Mass) != n || f.Vel != nil && len(f.Vel) != 3*n || f.Force != nil && len(f.Force) != 3*n {
				t.Fatalf("%d particles and %+v", n, f)
			}
			if err := WriteXYZ(new(bytes.Buffer), f); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// pythonWith is a Python that has a module, without which the test is skipped.
func pythonWith(t *testing.T, module string) string {
	t.Helper()
	local := func(name string) string {
		p, _ := filepath.Abs("../../.ci/" + name + "/bin/python") // of CI; tests run in other folders
		return p
	}
	for _, p := range []string{local("python"), local("ovito"), os.Getenv("HNN_PYTHON"), "python3"} {
		if p != "" && exec.Command(p, "-c", "import "+module).Run() == nil {
			return p
		}
	}
	t.Skipf("no Python with %s: pip install %[1]s, and HNN_PYTHON=its python", module)
	return ""
}

// ASE reads what is written, and what ASE writes is read.
func TestASE(t *testing.T) {
	python := pythonWith(t, "ase")
	frames, err := Read(strings.NewReader(two), Options{})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "ours.xyz")
	var b bytes.Buffer
	if err := WriteXYZ(&b, frames[0]); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	script := `
import sys, numpy as np
from ase.io import read, write
a = read(sys.argv[1])
assert a.get_chemical_symbols() == ['Ar', 'Kr'], a
assert np.array_equal(a.positions, [[1, 2, 3], [2, 2, 3]])
assert np.array_equal(a.get_velocities(), [[.25, .5, 0], [.125, .25, 0]])
assert np.array_equal(a.get_forces(), [[1, 2, 3], [-1, -2, -3]])
assert np.array_equal(a.get_masses(), [2, 4]) and a.get_potential_energy() == -1
assert list(a.pbc) == [True, True, False] and a.info['Time'] == 0.5
write(sys.argv[2], a, format='extxyz')
from ase.data import atomic_numbers, atomic_masses
for pair in sys.argv[3].split():
    name, mass = pair.split('=')
    assert abs(atomic_masses[atomic_numbers[name]] / float(mass) - 1) < 1e-6, pair
from ase import units
assert abs(float(sys.argv[4]) / units.fs - 1) < 1e-7, units.fs # ASE's constants are of 2014
`
	back := filepath.Join(dir, "ase.xyz")
	if out, err := exec.Command(python, "-c", script, path, back, masses, fmt.Sprint(ASE.Time())).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	again, err := ReadFile(back, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(*again[0]) != fmt.Sprint(*frames[0]) {
		t.Errorf("by ASE %+v, was %+v", *again[0], *frames[0])
	}
}
