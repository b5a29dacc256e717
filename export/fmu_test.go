package export

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hnn/data"
	"hnn/ode"
)

var long = flag.Bool("long", false, "units of every kind of model")

// fmuDriver validates, builds and simulates the units that are named in a list with their steps and initial states, and writes
// the states at 21 times of co-simulation, with inputs that rise where there are such, of model exchange, with constant ones,
// and of co-simulation with inputs that are held.
const fmuDriver = `
import os, shutil, subprocess, sys
from ctypes import c_double, c_int, c_uint
import numpy as np
import fmpy
from fmpy.build import build_platform_binary
from fmpy.fmi2 import FMU2Slave
from fmpy.fmi3 import FMU3Slave
from fmpy.validation import validate_fmu

# linear is co-simulation in FMI 2.0 with rates of inputs, which FMPy's own simulation cannot set for several.
def linear(md, folder, values, inputs, states, step):
    slave = FMU2Slave(guid=md.guid, unzipDirectory=folder, modelIdentifier="model", instanceName="two")
    slave.instantiate()
    slave.setupExperiment(startTime=0)
    by = {v.name: v.valueReference for v in md.modelVariables}
    slave.setReal([by[n] for n in values], list(values.values()))
    slave.enterInitializationMode()
    slave.exitInitializationMode()
    n, x = len(inputs), [by[s] for s in states]
    vrs = [v.valueReference for v in inputs]
    rows = [slave.getReal(x)]
    for k in range(20):
        slave.setReal(vrs, [0.5 + 0.25 * k] * n)
        slave.fmi2SetRealInputDerivatives(slave.component, (c_uint * n)(*vrs), n, (c_int * n)(*[1] * n), (c_double * n)(*[0.25 / step] * n))
        slave.doStep(currentCommunicationPoint=k * step, communicationStepSize=step)
        rows.append(slave.getReal(x))
    slave.terminate()
    slave.freeInstance()
    return np.array(rows).ravel()

for line in open(sys.argv[1]):
    path, step, cmake, *start = line.split()
    step = float(step)
    out = []
    for version in (3, 2):
        fmu = "%s/model-fmi%d.fmu" % (path, version)
        problems = validate_fmu(fmu)
        assert not problems, problems
        folder = fmpy.extract(fmu)
        if cmake == "true":
            build_platform_binary(folder, all_warnings=True)
        else:
            binaries = os.path.join(folder, "binaries", fmpy.platform_tuple if version == 3 else fmpy.platform)
            os.makedirs(binaries)
            subprocess.run(["gcc", "-O1", "-shared", "-fPIC", "-o", binaries + "/model.so", "model.c", "fmi%d.c" % version, "-lm"], cwd=os.path.join(folder, "sources"), check=True)
        md = fmpy.read_model_description(folder)
        states = [d.variable.derivative.name for d in md.derivatives]
        derivatives = [d.variable for d in md.derivatives]
        inputs = [v for v in md.modelVariables if v.causality == "input"]
        parameters = [v.name for v in md.modelVariables if v.causality == "parameter"]
        values = dict(zip(parameters, [float(v) for v in start] + [step / 3]))
        assert len(values) == len(states) + 1
        rising = held = constant = None
        if inputs:
            names = [("time", float)] + [(v.name, float) for v in inputs]
            rates = [v.name.startswith("rate(") for v in inputs]
            rising = np.array([(t,) + tuple(0.25 / step if rate else 0.5 + 0.25 * t / step for rate in rates) for t in (0, 21 * step)], dtype=names)
            held = np.array([(t,) + tuple(0.0 if rate else 0.5 + 0.25 * t / step for rate in rates) for t in (0, 21 * step)], dtype=names)
            constant = np.array([(t,) + tuple(0.0 if rate else 0.5 for rate in rates) for t in (0, 21 * step)], dtype=names)
        # FMPy's solver of model exchange holds inputs within a step of its own, so they are constant there.
        every = [("CoSimulation", rising, {}), ("ModelExchange", constant, {"relative_tolerance": 1e-9})]
        if inputs:
            every.append(("CoSimulation", held, {}))
        for kind, signals, more in every:
            if version == 2 and inputs and signals is rising:
                out.append(linear(md, folder, values, inputs, states, step))
                continue
            r = fmpy.simulate_fmu(folder, fmi_type=kind, stop_time=20 * step, output_interval=step, output=states, input=signals, start_values=values, **more)
            assert len(r) == 21, (len(r), step)
            out.append(np.stack([r[s] for s in states], axis=-1).ravel())
        # States can be taken back, and directional derivatives are those of differences.
        slave = (FMU3Slave if version == 3 else FMU2Slave)(guid=md.guid, unzipDirectory=folder, modelIdentifier="model", instanceName="one")
        slave.instantiate()
        if version == 3:
            slave.enterInitializationMode(startTime=0)
        else:
            slave.setupExperiment(startTime=0)
            slave.enterInitializationMode()
        get = slave.getFloat64 if version == 3 else slave.getReal
        put = slave.setFloat64 if version == 3 else slave.setReal
        by = {v.name: v.valueReference for v in md.modelVariables}
        put([by[name] for name in values], list(values.values()))
        slave.exitInitializationMode()
        take = slave.getFMUState if version == 3 else slave.getFMUstate
        back = slave.setFMUState if version == 3 else slave.setFMUstate
        x = [d.variable.derivative.valueReference for d in md.derivatives]
        dx = [d.valueReference for d in derivatives] + [v.valueReference for v in md.modelVariables if v.causality == "output" and v.valueReference not in x]
        power = [v.valueReference for v in md.modelVariables if v.name in ("power", "dH/dt")]
        known = x + [v.valueReference for v in inputs]
        state = take()
        slave.doStep(currentCommunicationPoint=0, communicationStepSize=step)
        first = np.array(get(x))
        back(state)
        slave.doStep(currentCommunicationPoint=0, communicationStepSize=step)
        assert np.array_equal(first, get(x)) and not np.array_equal(first, r[-1])
        at = np.array(get(known))
        for k in range(len(known)):
            seed = [0.0] * len(known)
            seed[k] = 1.0
            got = np.array(slave.getDirectionalDerivative(dx, known, seed))
            h = 1e-5 * (1 + abs(at[k]))
            values = []
            for sign in (1, -1):
                moved = at.copy()
                moved[k] += sign * h
                put(known, list(moved))
                values.append(np.array(get(dx)))
            want = (values[0] - values[1]) / (2 * h)
            scale = np.max(np.abs(want)) + np.max(np.abs(get(dx)))
            # The power is a sum of products of derivatives that cancel, whose rounding differences magnify.
            assert np.all(np.abs(got - want) < 1e-6 * scale + np.array([1e-10 * scale**2 if dx[i] in power else 0 for i in range(len(dx))])), (path, got, want)
            put(known, list(at))
        slave.terminate()
        slave.freeInstance()
        shutil.rmtree(folder)
    np.concatenate(out).tofile(path + "/out")
`

// Units of both versions are valid, compile without warnings from the source inside them, and give what the model gives: in
// co-simulation the steps of RK4 of the simulator, in model exchange the motion to the solver's tolerance.
// What a unit of every kind is built of are the same few files: those beside the chosen ones are built by -long, without cmake.
func TestFMU(t *testing.T) {
	interpreter := python(t, "numpy", "fmpy")
	tool(t, "cmake")
	root := t.TempDir()
	var list strings.Builder
	type job struct {
		k    one
		m    *Model
		step float64
		dir  string
	}
	var jobs []job
	chosen := []string{"hnn", "driven", "pairwise", "baseline", "closed-form-double", "ensemble", "lagrangian-friction", "lagrangian-rods", "lagrangian-both", "formula"}
	for _, k := range kinds(t) {
		some := slices.Contains(chosen, k.name)
		if !some && !*long || testing.Short() && k.name != "driven" && k.name != "lagrangian-rods" {
			continue
		}
		m, err := New(k.form, Names{Model: k.name, Units: slices.Repeat([]string{"m/s"}, k.form.Dim), InputUnits: slices.Repeat([]string{"N"}, k.form.Inputs), TimeUnit: "s"})
		if err != nil {
			t.Fatal(err)
		}
		x := sample(k, m, 1)
		files, err := FMU(m, Double)
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(root, strings.NewReplacer(" ", "_", ",", "_").Replace(k.name))
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		step := 10 * stepOf(m, x)
		m.Start = x[:m.Dim]                                 // the unit has others, and is given these
		if c := k.form.Field().Charted(ode.RK4); c != nil { // on the rods in double too
			m.Start = c.Leave(c.Enter(m.Start, m.Dim), m.Dim)
		}
		fmt.Fprintf(&list, "%s %v %v %s\n", dir, step, some, strings.Trim(fmt.Sprint(m.Start), "[]"))
		jobs = append(jobs, job{k, m, step, dir})
	}
	path, script := filepath.Join(root, "list"), filepath.Join(root, "driver.py")
	for name, text := range map[string]string{path: list.String(), script: fmuDriver} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	run(t, nil, interpreter, script, path)
	for _, j := range jobs {
		b, err := os.ReadFile(filepath.Join(j.dir, "out"))
		if err != nil {
			t.Fatal(err)
		}
		out := reals(b)
		times, field := make([]float64, 21), j.k.form.Field()
		var rising, held, constant *data.Signal
		if j.m.Inputs > 0 {
			rising = &data.Signal{T: []float64{0, 21 * j.step}, U: append(slices.Repeat([]float64{0.5}, j.m.Inputs), slices.Repeat([]float64{0.5 + 0.25*21}, j.m.Inputs)...)}
			held, constant = &data.Signal{Held: true}, data.Constant(slices.Repeat([]float64{0.5}, j.m.Inputs)...)
		}
		for i := range times {
			times[i] = float64(i) * j.step
			if held != nil {
				held.T, held.U = append(held.T, times[i]), append(held.U, slices.Repeat([]float64{0.5 + 0.25*float64(i)}, j.m.Inputs)...)
			}
		}
		solve := func(s *data.Signal, set *ode.Settings) []float64 {
			field, x := field, j.m.Start
			chart := field.Charted(set.Method)
			if chart != nil {
				field, x = chart.Field, chart.Enter(x, j.m.Dim)
			}
			of, knots := field.Under(s)
			x, _, err := ode.SolveSegments(of, knots, x, times, nil, set)
			if err != nil {
				t.Fatal(err)
			}
			if chart != nil {
				x = chart.Leave(x, j.m.Dim)
			}
			return x
		}
		rk4 := &ode.Settings{Method: ode.RK4, Step: j.step / 3}
		linear, exact := solve(rising, rk4), solve(constant, &ode.Settings{Method: ode.DOP853, RTol: 1e-12, ATol: 1e-12})
		parts := [][]float64{linear, exact}
		if held != nil {
			parts = append(parts, solve(held, rk4))
		}
		k := kOf(j.m, append(slices.Clone(j.m.Start), make([]float64, j.m.Inputs)...))
		for _, version := range []int{3, 2} {
			for i, part := range []string{"co-simulation", "model exchange", "co-simulation with inputs held"}[:len(parts)] {
				d := Distance(parts[i], out[:len(linear)])
				out = out[len(linear):]
				t.Logf("%-28s FMI %d: %s %.1e", j.k.name, version, part, d)
				if want := map[bool]float64{true: 1e-6, false: 60 * 16 * 0x1p-52 * k}[i == 1]; !(d <= want) {
					t.Errorf("%s, FMI %d: %s is off by %v", j.k.name, version, part, d)
				}
			}
		}
	}
}
