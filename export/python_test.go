package export

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// python is an interpreter that has the modules, without which the test is skipped. CI makes one under .ci/python;
// HNN_PYTHON names another.
func python(t testing.TB, modules ...string) string {
	t.Helper()
	local, _ := filepath.Abs("../.ci/python/bin/python")
	for _, p := range []string{os.Getenv("HNN_PYTHON"), local, "python3"} {
		if p != "" && exec.Command(p, "-c", "import "+strings.Join(modules, ", ")).Run() == nil {
			return p
		}
	}
	t.Skipf("no Python with %s was found, so what it checks is not", strings.Join(modules, ", "))
	return ""
}

// reals are little-endian numbers.
func reals(b []byte) []float64 {
	v := make([]float64, len(b)/8)
	binary.Read(bytes.NewReader(b), binary.LittleEndian, v)
	return v
}

func bytesOf(v []float64) []byte {
	var b bytes.Buffer
	binary.Write(&b, binary.LittleEndian, v)
	return b.Bytes()
}

// checkOutput compares what a target wrote of a model, the field of every row, the energy of every row where there is one,
// and the state after 100 steps of every method, with the model's own.
func checkOutput(t *testing.T, k one, m *Model, x []float64, step float64, precision Precision, out []float64) (worst float64) {
	t.Helper()
	w := m.Dim + m.Inputs
	rows := len(x) / w
	e := map[Precision]float64{Double: 0x1p-52, Float: 0x1p-23}[precision]
	want := rows*m.Dim + len(m.Methods)*m.Dim
	if m.Energy != nil {
		want += rows
	}
	if len(out) != want {
		t.Errorf("%s, %s: %d numbers, want %d", k.name, precision, len(out), want)
		return 0
	}
	worst = agreement(k.form, m, x, out, m.Dim, e)
	if !(worst <= 16) {
		t.Errorf("%s, %s: the field is off by %v K eps", k.name, precision, worst)
	}
	out = out[rows*m.Dim:]
	if m.Energy != nil {
		h, size := k.form.Field().Energy(), m.Energy.Terms()
		scale := norm(out[:rows]) / math.Sqrt(float64(rows))
		for r := range rows {
			state := x[r*w : r*w+m.Dim]
			if d := out[r] - h(state); !(max(d, -d) <= 16*e*(size(state)[0]+scale)) {
				t.Errorf("%s, %s: the energy is off by %v", k.name, precision, d)
				break
			}
		}
		out = out[rows:]
	}
	for i, method := range m.Methods {
		// Each of 100 steps adds a rounding, and rounding grows by K.
		if d := Distance(rollout(t, k.form, method, x[:m.Dim], step), out[i*m.Dim:(i+1)*m.Dim]); !(d <= 160*e*kOf(m, x)) {
			t.Errorf("%s, %s: after 100 steps of %v states are off by %.3g", k.name, precision, method, d)
		}
	}
	return worst
}

const pythonDriver = `
import importlib.util, inspect, sys
import numpy as np

for line in open(sys.argv[1]):
    path, step = line.split()
    spec = importlib.util.spec_from_file_location("model", path + "/model.py")
    m = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(m)
    x = np.fromfile(path + "/in").reshape(-1, m.STATES + m.INPUTS)
    u = x[:, m.STATES :] if m.INPUTS else None
    x = x[:, : m.STATES]
    timed = {"t": 0.75} if "t" in inspect.signature(m.field).parameters else {}
    out = [m.field(x, u, **timed).ravel()]
    assert np.array_equal(m.field(x[0], None if u is None else u[0], **timed).shape, (m.STATES,))
    if hasattr(m, "energy"):
        out.append(m.energy(x))
    for method in m.METHODS:
        out.append(m.simulate(x[0], float(step), 100, method)[-1])
    np.concatenate(out).astype(np.float64).tofile(path + "/out")
`

// What the Python that is written gives is the model's field, energy and rollouts, for every kind of model.
func TestPython(t *testing.T) {
	interpreter := python(t, "numpy")
	everywhere(t, func(m *Model, p Precision) ([]File, error) { return Python(m, p), nil }, func(dir, list string) {
		script := filepath.Join(dir, "driver.py")
		if err := os.WriteFile(script, []byte(pythonDriver), 0o644); err != nil {
			t.Fatal(err)
		}
		run(t, nil, interpreter, script, list)
	})
}

// everywhere writes every kind of model out, has all of them run at once and compares what came of it. The list has a line
// for each: its folder, which has its rows in the file in, and a step.
func everywhere(t *testing.T, target func(m *Model, p Precision) ([]File, error), all func(dir, list string)) {
	type job struct {
		k         one
		m         *Model
		precision Precision
		dir       string
		x         []float64
		step      float64
	}
	root := t.TempDir()
	var jobs []job
	var list strings.Builder
	for i, k := range kinds(t) {
		if testing.Short() && i%6 != 0 {
			continue
		}
		m, err := New(k.form, Names{Model: k.name})
		if err != nil {
			t.Fatal(err)
		}
		for _, precision := range []Precision{Double, Float} {
			j := job{k: k, m: m, precision: precision, dir: filepath.Join(root, fmt.Sprintf("m%d%s", i, precision)), x: sample(k, m, agreementRows)}
			j.step = float64(float32(stepOf(m, j.x)))
			files, err := target(m, precision)
			if err != nil {
				t.Fatalf("%s: %v", k.name, err)
			}
			if files == nil {
				continue
			}
			for _, f := range append(files, File{"in", bytesOf(j.x)}) {
				if err := os.MkdirAll(filepath.Dir(filepath.Join(j.dir, f.Name)), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(j.dir, f.Name), f.Data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			fmt.Fprintf(&list, "%s %v\n", j.dir, j.step)
			jobs = append(jobs, j)
		}
	}
	path := filepath.Join(root, "list")
	if err := os.WriteFile(path, []byte(list.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	all(root, path)
	for _, j := range jobs {
		out, err := os.ReadFile(filepath.Join(j.dir, "out"))
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%-24s %-6s %.2f K eps", j.k.name, j.precision, checkOutput(t, j.k, j.m, j.x, j.step, j.precision, reals(out)))
	}
}

const goDriver = `package main

import (
	"encoding/binary"
	"bytes"
	"os"
)

func read(dir string) []float64 {
	b, err := os.ReadFile(dir + "/in")
	if err != nil {
		panic(err)
	}
	v := make([]float64, len(b)/8)
	binary.Read(bytes.NewReader(b), binary.LittleEndian, v)
	return v
}

func write(dir string, v []float64) {
	var b bytes.Buffer
	binary.Write(&b, binary.LittleEndian, v)
	os.WriteFile(dir+"/out", b.Bytes(), 0o644)
}

func one[R float32 | float64](dir string, step float64, states, inputs int, field func(x, u, dx []R), energy func(x []R) R, methods []string, move func(x []R, method string, h R, u0, u1 []R) error) {
	in := read(dir)
	w := states + inputs
	rows := len(in) / w
	row := func(r int) (x, u []R) {
		for i, v := range in[r*w : (r+1)*w] {
			if i < states {
				x = append(x, R(v))
			} else {
				u = append(u, R(v))
			}
		}
		return x, u
	}
	var out []float64
	dx := make([]R, states)
	for r := range rows {
		x, u := row(r)
		field(x, u, dx)
		for _, v := range dx {
			out = append(out, float64(v))
		}
	}
	for r := 0; energy != nil && r < rows; r++ {
		x, _ := row(r)
		out = append(out, float64(energy(x)))
	}
	for _, method := range methods {
		x, _ := row(0)
		for range 100 {
			if err := move(x, method, R(step), nil, nil); err != nil {
				panic(dir + ": " + method + ": " + err.Error())
			}
		}
		for _, v := range x {
			out = append(out, float64(v))
		}
	}
	write(dir, out)
}

// from takes the time along.
func from[R float32 | float64](move func(t R, x []R, method string, h R, u0, u1 []R) error) func(x []R, method string, h R, u0, u1 []R) error {
	var t R
	return func(x []R, method string, h R, u0, u1 []R) error {
		err := move(t, x, method, h, u0, u1)
		t += h
		return err
	}
}

func main() {
`

// The same of the Go that is written.
func TestGo(t *testing.T) {
	compiler := tool(t, "go")
	var energies, timed []bool
	everywhere(t, func(m *Model, p Precision) ([]File, error) {
		energies, timed = append(energies, m.Energy != nil), append(timed, m.Timed)
		return Go(m, p)
	}, func(dir, list string) {
		lines, err := os.ReadFile(list)
		if err != nil {
			t.Fatal(err)
		}
		code, imports := goDriver, ""
		for i, line := range strings.Split(strings.TrimSpace(string(lines)), "\n") {
			path, step, _ := strings.Cut(line, " ")
			imports += fmt.Sprintf("import m%d \"exported/%s\"\n", i, filepath.Base(path))
			real, energy := "float64", "nil"
			if strings.HasSuffix(path, string(Float)) {
				real = "float32"
			}
			if energies[i] {
				energy = fmt.Sprintf("m%d.Energy", i)
			}
			field, move := fmt.Sprintf("m%d.Field", i), fmt.Sprintf("m%d.Step", i)
			if timed[i] {
				field = fmt.Sprintf("func(x, u, dx []%s) { m%d.Field(%v, x, u, dx) }", real, i, now)
				move = fmt.Sprintf("from(m%d.Step)", i)
			}
			code += fmt.Sprintf("\tone[%s](%q, %s, m%d.States, m%d.Inputs, %s, %s, m%d.Methods, %s)\n", real, path, step, i, i, field, energy, i, move)
		}
		code = strings.Replace(code, "import (", imports+"\nimport (", 1) + "}\n"
		for name, text := range map[string]string{"main.go": code, "go.mod": "module exported\n\ngo 1.22\n"} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		program := filepath.Join(dir, "program")
		run(t, nil, compiler, "build", "-C", dir, "-o", program, ".")
		run(t, nil, compiler, "vet", "-C", dir, "./...")
		run(t, nil, program)
	})
}
