package export

// Target is something to write a model for.
type Target struct {
	Name, Help string
	// Use is what to do in the folder of the files.
	Use   string
	Write func(m *Model, precision Precision) ([]File, error)
}

// Targets are all of them.
var Targets = []Target{
	{"c", "C99: model.h and model.c, which need libm and allocate nothing",
		"try it there: cc -std=c99 -O2 -DHNN_DEMO model.c -o demo -lm && ./demo",
		func(m *Model, p Precision) ([]File, error) { return C(m, p), nil }},
	{"python", "one module, model.py, which needs NumPy alone",
		"try it there: python3 model.py",
		func(m *Model, p Precision) ([]File, error) { return Python(m, p), nil }},
	{"julia", "one module, Model.jl, which needs no package",
		"try it there: julia -e 'include(\"Model.jl\"); using .Model; println(field(ones(Model.STATES)))'",
		func(m *Model, p Precision) ([]File, error) { return Julia(m, p), nil }},
	{"go", "one package, model.go, which needs the standard library alone",
		"it is a package of its own: copy it into your module",
		Go},
	{"onnx", "an ONNX graph, model.onnx, of any number of states at once: the field and H",
		"try it there: python3 -c 'import onnxruntime as o; print([i.shape for i in o.InferenceSession(\"model.onnx\").get_inputs()])'",
		ONNX},
	{"fmu", "functional mock-up units of FMI 3.0 and 2.0, for model exchange and co-simulation, as C source",
		"try it there: python3 -c 'import fmpy, fmpy.build; d = fmpy.extract(\"model-fmi3.fmu\"); fmpy.build.build_platform_binary(d); print(fmpy.simulate_fmu(d))'",
		FMU},
}

// TargetOf is the target of a name, nil for none.
func TargetOf(name string) *Target {
	for i := range Targets {
		if Targets[i].Name == name {
			return &Targets[i]
		}
	}
	return nil
}

// TargetNames lists the names of the targets.
func TargetNames() []string {
	var names []string
	for _, t := range Targets {
		names = append(names, t.Name)
	}
	return names
}
