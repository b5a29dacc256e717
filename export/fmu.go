package export

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/xml"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// The wrappers of FMI, and its headers, which are licensed by the Modelica Association under the 2-clause BSD licence that
// they hold.
//
//go:embed fmi/*.c fmi/*.h
var fmiSources embed.FS

// FMU writes a model as two functional mock-up units with C source inside, model-fmi3.fmu of FMI 3.0 and model-fmi2.fmu of
// FMI 2.0, each for model exchange and co-simulation. Their values are the states, their derivatives, the inputs and, of a
// model with an energy, H and its rate; the initial states and the step of co-simulation are parameters. Inputs are held in
// co-simulation unless their rates are given, in FMI 2.0 by its function, in 3.0 as inputs of their own.
func FMU(m *Model, precision Precision) ([]File, error) {
	if precision != Double {
		return nil, errors.New("export: the values of FMI are of double precision: leave --precision out")
	}
	var files []File
	for _, version := range []int{3, 2} {
		unit, err := m.unit(version)
		if err != nil {
			return nil, err
		}
		files = append(files, File{fmt.Sprintf("model-fmi%d.fmu", version), unit})
	}
	return files, nil
}

// unitStep is the step of co-simulation that a unit begins with.
const unitStep = 0.01

func (m *Model) unit(version int) ([]byte, error) {
	extended := *m
	extended.extended = true
	sources := C(&extended, Double)
	hash := sha256.New()
	for _, s := range sources {
		hash.Write(s.Data)
	}
	sum := hash.Sum(nil)
	token := fmt.Sprintf("{%x-%x-%x-%x-%x}", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
	outputs := 0
	if m.Energy != nil {
		outputs = 2
	}
	defines := fmt.Sprintf("\n/* What the functions of FMI need to know. */\n#define HNN_TOKEN \"%s\"\n#define HNN_OUTPUTS %d\n#define HNN_STEP %v\n#define HNN_START { %s }\n", token, outputs, unitStep, numbers(m.start(), double))
	sources[0].Data = bytes.Replace(sources[0].Data, []byte("\n#endif\n"), []byte(defines+"\n#endif\n"), 1)
	platform := map[int]string{2: "fmi2TypesPlatform.h", 3: "fmi3PlatformTypes.h"}[version]
	fmi := fmt.Sprintf("fmi%d", version)
	for _, name := range []string{fmi + ".c", fmi + "Functions.h", fmi + "FunctionTypes.h", platform, "fmi.h", "unit.h"} {
		text, err := fmiSources.ReadFile("fmi/" + name)
		if err != nil {
			return nil, err
		}
		sources = append(sources, File{name, text})
	}

	var b bytes.Buffer
	var err error
	z := zip.NewWriter(&b)
	add := func(name string, data []byte) {
		w, e := z.Create(name)
		if e == nil {
			_, e = w.Write(data)
		}
		err = errors.Join(err, e)
	}
	add("modelDescription.xml", m.description(version, token))
	if version == 3 {
		add("sources/buildDescription.xml", []byte(xml.Header+`<fmiBuildDescription fmiVersion="3.0">
  <BuildConfiguration modelIdentifier="model">
    <SourceFileSet language="C99">
      <SourceFile name="model.c"/>
      <SourceFile name="fmi3.c"/>
    </SourceFileSet>
  </BuildConfiguration>
</fmiBuildDescription>
`))
	}
	for _, s := range sources {
		add("sources/"+s.Name, s.Data)
	}
	if err := errors.Join(err, z.Close()); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// value is one of a unit.
type value struct {
	name, description    string
	causality, variation string
	initial, start       string
	unit                 string
	derivative           int // the place of the state that it is the derivative of, from 1; 0 for none
}

// values are those of the unit, after the time, in the order of their references.
func (m *Model) values(version int) []value {
	taken := map[string]bool{"time": true}
	unique := func(name, other string) string {
		if name = plain(name); strings.TrimSpace(name) == "" || taken[name] || taken["der("+name+")"] || taken["start("+name+")"] {
			name = other
		}
		for taken[name] {
			name += "_"
		}
		taken[name], taken["der("+name+")"], taken["start("+name+")"] = true, true, true
		return name
	}
	var states, derivatives, inputs, outputs, starts []value
	for i, c := range m.Columns {
		name := unique(c, fmt.Sprintf("x%d", i+1))
		of := unitOf(m.Units, i)
		states = append(states, value{name: name, unit: of, causality: "output", variation: "continuous", initial: "calculated"})
		derivatives = append(derivatives, value{name: "der(" + name + ")", unit: m.rate(of), causality: "local", variation: "continuous", initial: "calculated", derivative: i + 1})
		starts = append(starts, value{name: "start(" + name + ")", unit: of, description: "initial state", causality: "parameter", variation: "fixed", initial: "exact", start: numbers(m.start()[i:i+1], double)})
	}
	for i, c := range m.Names.Inputs {
		inputs = append(inputs, value{name: unique(c, fmt.Sprintf("u%d", i+1)), unit: unitOf(m.InputUnits, i), causality: "input", variation: "continuous", start: "0.0"})
	}
	if m.Energy != nil {
		outputs = []value{
			{name: unique("H", "energy"), description: "the learned energy, known up to a constant", causality: "output", variation: "continuous", initial: "calculated"},
			{name: unique("power", "dH/dt"), description: "its rate", causality: "output", variation: "continuous", initial: "calculated"},
		}
	}
	step := value{name: unique("step", "solver step"), unit: plain(m.TimeUnit), description: "the longest step of co-simulation, of the Runge-Kutta method of order 4", causality: "parameter", variation: "fixed", initial: "exact", start: numbers([]float64{unitStep}, double)}
	all := slices.Concat(states, derivatives, inputs, outputs, starts, []value{step})
	if version == 3 { // FMI 2.0 has a function that sets them
		for _, v := range inputs {
			all = append(all, value{name: unique("rate("+v.name+")", v.name+"_rate"), unit: m.rate(v.unit), description: "the input's rate in co-simulation, between two communication points", causality: "input", variation: "continuous", start: "0.0"})
		}
	}
	return all
}

// unitOf is one of units, "" where it is not known.
func unitOf(units []string, i int) string {
	if i >= len(units) {
		return ""
	}
	return strings.TrimSpace(strings.ReplaceAll(plain(strings.ReplaceAll(units[i], "/", "|")), "|", "/"))
}

// rate is the unit of a rate, "" where that of the value or of the time is not known.
func (m *Model) rate(of string) string {
	if of == "" || m.TimeUnit == "" {
		return ""
	}
	return "(" + of + ")/" + plain(m.TimeUnit)
}

// description is modelDescription.xml.
func (m *Model) description(version int, token string) []byte {
	var b bytes.Buffer
	all := m.values(version)
	text := func(s string) string {
		var e bytes.Buffer
		xml.EscapeText(&e, []byte(s))
		return e.String()
	}
	b.WriteString(xml.Header)
	units := ""
	for _, v := range all {
		if definition := fmt.Sprintf("    <Unit name=\"%s\"/>\n", text(v.unit)); v.unit != "" && !strings.Contains(units, definition) {
			units += definition
		}
	}
	if units != "" {
		units = "  <UnitDefinitions>\n" + units + "  </UnitDefinitions>\n"
	}
	name := text(plain(m.Names.Model))
	description := text(fmt.Sprintf("a %s, learned by hnn", plain(m.Kind)))
	if version == 3 {
		fmt.Fprintf(&b, "<fmiModelDescription fmiVersion=\"3.0\" modelName=\"%s\" instantiationToken=\"%s\" description=\"%s\" generationTool=\"hnn\">\n", name, token, description)
		b.WriteString(`  <ModelExchange modelIdentifier="model" canGetAndSetFMUState="true" canSerializeFMUState="true" providesDirectionalDerivatives="true"/>
  <CoSimulation modelIdentifier="model" canGetAndSetFMUState="true" canSerializeFMUState="true" providesDirectionalDerivatives="true" canHandleVariableCommunicationStepSize="true"/>
` + units + `  <DefaultExperiment startTime="0" stopTime="10" stepSize="0.1"/>
  <ModelVariables>
    <Float64 name="time" valueReference="0" causality="independent" variability="continuous"/>
`)
	} else {
		fmt.Fprintf(&b, "<fmiModelDescription fmiVersion=\"2.0\" modelName=\"%s\" guid=\"%s\" description=\"%s\" generationTool=\"hnn\" numberOfEventIndicators=\"0\">\n", name, token, description)
		for _, kind := range []string{"ModelExchange", "CoSimulation"} {
			more := ""
			if kind == "CoSimulation" {
				more = ` canHandleVariableCommunicationStepSize="true" canInterpolateInputs="true"`
			}
			fmt.Fprintf(&b, "  <%s modelIdentifier=\"model\" canGetAndSetFMUstate=\"true\" canSerializeFMUstate=\"true\" providesDirectionalDerivative=\"true\"%s>\n    <SourceFiles>\n      <File name=\"model.c\"/>\n      <File name=\"fmi2.c\"/>\n    </SourceFiles>\n  </%[1]s>\n", kind, more)
		}
		b.WriteString(units + "  <DefaultExperiment startTime=\"0\" stopTime=\"10\" stepSize=\"0.1\"/>\n  <ModelVariables>\n    <ScalarVariable name=\"time\" valueReference=\"0\" causality=\"independent\" variability=\"continuous\"><Real/></ScalarVariable>\n")
	}
	var outputs, derivatives, unknowns []int
	for i, v := range all {
		ref := i + 1
		attributes := fmt.Sprintf("name=\"%s\" valueReference=\"%d\" causality=\"%s\" variability=\"%s\"", text(v.name), ref, v.causality, v.variation)
		if v.initial != "" {
			attributes += fmt.Sprintf(" initial=\"%s\"", v.initial)
		}
		if v.description != "" {
			attributes += fmt.Sprintf(" description=\"%s\"", text(v.description))
		}
		of := ""
		if v.unit != "" {
			of += fmt.Sprintf(" unit=\"%s\"", text(v.unit))
		}
		if v.start != "" {
			of += fmt.Sprintf(" start=\"%s\"", v.start)
		}
		if v.derivative > 0 {
			// A reference in FMI 3.0, a place from 1 in the list, which begins with the time, in 2.0.
			place := v.derivative
			if version == 2 {
				place++
			}
			of += fmt.Sprintf(" derivative=\"%d\"", place)
			derivatives = append(derivatives, ref)
		}
		if v.causality == "output" {
			outputs = append(outputs, ref)
		}
		if v.initial == "calculated" {
			unknowns = append(unknowns, ref)
		}
		if version == 3 {
			fmt.Fprintf(&b, "    <Float64 %s%s/>\n", attributes, of)
		} else {
			fmt.Fprintf(&b, "    <ScalarVariable %s><Real%s/></ScalarVariable>\n", attributes, of)
		}
	}
	b.WriteString("  </ModelVariables>\n  <ModelStructure>\n")
	if version == 3 {
		for _, part := range []struct {
			element string
			refs    []int
		}{{"Output", outputs}, {"ContinuousStateDerivative", derivatives}, {"InitialUnknown", unknowns}} {
			for _, r := range part.refs {
				fmt.Fprintf(&b, "    <%s valueReference=\"%d\"/>\n", part.element, r)
			}
		}
	} else {
		for _, part := range []struct {
			element string
			refs    []int
		}{{"Outputs", outputs}, {"Derivatives", derivatives}, {"InitialUnknowns", unknowns}} {
			fmt.Fprintf(&b, "    <%s>\n", part.element)
			for _, r := range part.refs {
				fmt.Fprintf(&b, "      <Unknown index=\"%d\"/>\n", r+1)
			}
			fmt.Fprintf(&b, "    </%s>\n", part.element)
		}
	}
	b.WriteString("  </ModelStructure>\n</fmiModelDescription>\n")
	return b.Bytes()
}
