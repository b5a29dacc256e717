package export

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hnn/data"
	"hnn/ode"
)

// fmuDriver validates, builds and simulates the units that are named in a list with their steps, and writes the states at 21
// times of co-simulation (with inputs that rise by their number an interval, where there are such), then of model exchange.
const fmuDriver = `
import shutil, sys
import numpy as np
import fmpy
from fmpy.build import build_platform_binary
from fmpy.fmi2 import FMU2Slave
from fmpy.fmi3 import FMU3Slave
from fmpy.validation import validate_fmu

for line in open(sys.argv[1]):
    path, step = line.split()
    step = float(step)
    out = []
    for version in (3, 2):
        fmu = "%s/model-fmi%d.fmu" % (path, version)
        problems = validate_fmu(fmu)
        assert not problems, problems
        folder = fmpy.extract(fmu)
        build_platform_binary(folder, all_warnings=True)
        md = fmpy.read_model_description(folder)
        states = [d.variable.derivative.name for d in md.derivatives]
        derivatives = [d.variable for d in md.derivatives]
        inputs = [v for v in md.modelVariables if v.causality == "input"]
        parameter = [v.name for v in md.modelVariables if v.causality == "parameter"][-1]
        signals = None
        if inputs:
            signals = np.array([(t,) + tuple(0.5 for _ in inputs) for t in (0, 1e6)], dtype=[("time", float)] + [(v.name, float) for v in inputs])
        for kind, more in (("CoSimulation", {}), ("ModelExchange", {"relative_tolerance": 1e-9})):
            r = fmpy.simulate_fmu(folder, fmi_type=kind, stop_time=20 * step, output_interval=step, output=states, input=signals,
                                  start_values={parameter: step / 3}, **more)
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
        slave.exitInitializationMode()
        get = slave.getFloat64 if version == 3 else slave.getReal
        put = slave.setFloat64 if version == 3 else slave.setReal
        take = slave.getFMUState if version == 3 else slave.getFMUstate
        back = slave.setFMUState if version == 3 else slave.setFMUstate
        x = [d.variable.derivative.valueReference for d in md.derivatives]
        dx = [d.valueReference for d in derivatives] + [v.valueReference for v in md.modelVariables if v.causality == "output" and v.valueReference not in x]
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
            assert np.max(np.abs(got - want)) < 1e-6 * scale, (path, got, want)
            put(known, list(at))
        slave.terminate()
        slave.freeInstance()
        shutil.rmtree(folder)
    np.concatenate(out).tofile(path + "/out")
`

// Units of both versions are valid, compile without warnings from the source inside them, and give what the model gives: in
// co-simulation the steps of RK4 of the simulator, in model exchange the motion to the solver's tolerance.
func TestFMU(t *testing.T) {
	interpreter := python(t, "numpy", "fmpy")
	tool(t, "cmake")
	root := t.TempDir()
	var list strings.Builder
	type job struct {
		k    one
		m    *Model
		step float64
	}
	var jobs []job
	chosen := []string{"hnn", "driven", "pairwise", "baseline", "closed-form-double", "ensemble", "lagrangian-friction", "formula"}
	for _, k := range kinds(t) {
		if !slices.Contains(chosen, k.name) || testing.Short() && k.name != "driven" {
			continue
		}
		m, err := New(k.form, Names{Model: k.name, Columns: nil})
		if err != nil {
			t.Fatal(err)
		}
		x := sample(k, m, 1)
		m.Start = x[:m.Dim]
		files, err := FMU(m, Double)
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(root, k.name)
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		step := 10 * stepOf(m, x)
		fmt.Fprintf(&list, "%s %v\n", dir, step)
		jobs = append(jobs, job{k, m, step})
	}
	path, script := filepath.Join(root, "list"), filepath.Join(root, "driver.py")
	for name, text := range map[string]string{path: list.String(), script: fmuDriver} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	run(t, nil, interpreter, script, path)
	for _, j := range jobs {
		b, err := os.ReadFile(filepath.Join(root, j.k.name, "out"))
		if err != nil {
			t.Fatal(err)
		}
		out := reals(b)
		times, field := make([]float64, 21), j.k.form.Field()
		for i := range times {
			times[i] = float64(i) * j.step
		}
		var s *data.Signal
		if j.m.Inputs > 0 {
			s = &data.Signal{T: []float64{0, 1e6}, U: slices.Repeat([]float64{0.5}, 2*j.m.Inputs)}
		}
		of, knots := field.Under(s)
		solve := func(set *ode.Settings) []float64 {
			x, _, err := ode.SolveSegments(of, knots, j.m.Start, times, nil, set)
			if err != nil {
				t.Fatal(err)
			}
			return x
		}
		rk4, exact := solve(&ode.Settings{Method: ode.RK4, Step: j.step / 3}), solve(&ode.Settings{Method: ode.DOP853, RTol: 1e-12, ATol: 1e-12})
		n := len(rk4)
		for v, version := range []int{3, 2} {
			co, exchange := out[2*v*n:(2*v+1)*n], out[(2*v+1)*n:(2*v+2)*n]
			k := kOf(j.m, append(slices.Clone(j.m.Start), make([]float64, j.m.Inputs)...))
			a, b := Distance(rk4, co), Distance(exact, exchange)
			t.Logf("%-20s FMI %d: co-simulation %.1e, model exchange %.1e", j.k.name, version, a, b)
			if !(a <= 60*16*0x1p-52*k) {
				t.Errorf("%s, FMI %d: co-simulation is off by %v", j.k.name, version, a)
			}
			if !(b <= 1e-6) || math.IsNaN(b) {
				t.Errorf("%s, FMI %d: model exchange is off by %v", j.k.name, version, b)
			}
		}
	}
}
