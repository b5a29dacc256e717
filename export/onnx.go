package export

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"

	"hnn/model/program"
)

// The versions of the format and of the operators that graphs are written in.
const (
	onnxFormat    = 8
	onnxOperators = 17
)

// ONNX writes a model as a graph, model.onnx, of states x (batch x states) and inputs u (batch x inputs): its outputs are dx
// (batch x states) and, of a model with one, energy (batch x 1). Forces that depend on the time take it as t (batch x 1). ONNX has no derivatives, so the gradient of H is written
// out. Only operators are used that onnxruntime has in the precision asked for; gelu has none in double and is refused.
func ONNX(m *Model, precision Precision) ([]File, error) {
	g := &onnxGraph{precision: precision, known: map[string]string{}}
	inputs := []string{"x"}
	if m.Inputs > 0 {
		inputs = append(inputs, "u")
	}
	if m.Timed {
		inputs = append(inputs, "t")
	}
	if err := g.function(m.Field, "dx", inputs); err != nil {
		return nil, err
	}
	var graph message
	outputs := [][]byte{g.info("dx", m.Dim)}
	if m.Energy != nil {
		if err := g.function(m.Energy, "energy", []string{"x"}); err != nil {
			return nil, err
		}
		outputs = append(outputs, g.info("energy", 1))
	}
	for _, n := range g.nodes {
		graph.bytes(1, n)
	}
	graph.text(2, "model")
	for _, t := range g.tensors {
		graph.bytes(5, t)
	}
	graph.text(10, strings.Join(cTitle(m), "\n"))
	graph.bytes(11, g.info("x", m.Dim))
	if m.Inputs > 0 {
		graph.bytes(11, g.info("u", m.Inputs))
	}
	if m.Timed {
		graph.bytes(11, g.info("t", 1))
	}
	for _, o := range outputs {
		graph.bytes(12, o)
	}
	var operators, model message
	operators.text(1, "")
	operators.integer(2, onnxOperators)
	model.integer(1, onnxFormat)
	model.text(2, "hnn")
	model.bytes(8, operators)
	model.bytes(7, graph)
	return []File{{"model.onnx", model}}, nil
}

// message is one of Protocol Buffers: fields with their numbers, in their wire format.
type message []byte

func (m *message) tag(field, kind uint64) { *m = binary.AppendUvarint(*m, field<<3|kind) }

func (m *message) integer(field uint64, v int64) {
	m.tag(field, 0)
	*m = binary.AppendUvarint(*m, uint64(v))
}

func (m *message) bytes(field uint64, v []byte) {
	m.tag(field, 2)
	*m = binary.AppendUvarint(*m, uint64(len(v)))
	*m = append(*m, v...)
}

func (m *message) text(field uint64, v string) { m.bytes(field, []byte(v)) }

// onnxGraph is the nodes and initial tensors of a graph.
type onnxGraph struct {
	precision      Precision
	nodes, tensors [][]byte
	known          map[string]string // name of a tensor by what is in it
	count          int
}

// The types of elements, as TensorProto has them.
const (
	onnxFloat  = 1
	onnxInt64  = 7
	onnxDouble = 11
)

func (g *onnxGraph) real() int64 {
	if g.precision == Float {
		return onnxFloat
	}
	return onnxDouble
}

// info is a ValueInfoProto of a batch of vectors.
func (g *onnxGraph) info(name string, n int) []byte {
	var batch, width, shape, tensor, of, info message
	batch.text(2, "batch")
	width.integer(1, int64(n))
	shape.bytes(1, batch)
	shape.bytes(1, width)
	tensor.integer(1, g.real())
	tensor.bytes(2, shape)
	of.bytes(1, tensor)
	info.text(1, name)
	info.bytes(2, of)
	return info
}

// tensor is the name of constants.
func (g *onnxGraph) tensor(kind int64, raw []byte, shape ...int) string {
	key := fmt.Sprint(kind, shape, string(raw))
	if name, ok := g.known[key]; ok {
		return name
	}
	name := fmt.Sprintf("t%d", len(g.known))
	g.known[key] = name
	var t message
	for _, s := range shape {
		t.integer(1, int64(s))
	}
	t.integer(2, kind)
	t.text(8, name)
	t.bytes(9, raw)
	g.tensors = append(g.tensors, t)
	return name
}

func (g *onnxGraph) reals(v []float64, shape ...int) string {
	var raw []byte
	for _, x := range v {
		if g.precision == Float {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(float32(x)))
		} else {
			raw = binary.LittleEndian.AppendUint64(raw, math.Float64bits(x))
		}
	}
	return g.tensor(g.real(), raw, shape...)
}

func (g *onnxGraph) integers(v ...int) string {
	var raw []byte
	for _, x := range v {
		raw = binary.LittleEndian.AppendUint64(raw, uint64(x))
	}
	return g.tensor(onnxInt64, raw, len(v))
}

// attribute is an integer that belongs to a node.
type attribute struct {
	name  string
	value int64
}

// node adds an operator and returns the name of its output.
func (g *onnxGraph) node(operator string, inputs []string, attributes ...attribute) string {
	g.count++
	return g.named(fmt.Sprintf("v%d", g.count), operator, inputs, attributes...)
}

func (g *onnxGraph) named(output, operator string, inputs []string, attributes ...attribute) string {
	var n message
	for _, in := range inputs {
		n.text(1, in)
	}
	n.text(2, output)
	n.text(3, "n_"+output)
	n.text(4, operator)
	for _, a := range attributes {
		var at message
		at.text(1, a.name)
		at.integer(3, a.value)
		at.integer(20, 2) // an integer
		n.bytes(5, at)
	}
	g.nodes = append(g.nodes, n)
	return output
}

// function adds a program whose result gets a name.
func (g *onnxGraph) function(f *program.Function, name string, arguments []string) error {
	text := make([]string, len(f.Nodes))
	for v := range f.Nodes {
		n := &f.Nodes[v]
		if n.Op == program.Input {
			text[v] = arguments[v]
			continue
		}
		if n.Op == program.Const {
			text[v] = g.reals(n.Data, n.Len)
			continue
		}
		args := make([]string, len(n.Args))
		for k, a := range n.Args {
			args[k] = text[a]
			if n.Op == program.Concat && f.Nodes[a].Op == program.Const {
				args[k] = g.batch(args[k], f.Nodes[a].Len)
			}
		}
		out, err := g.operation(n, args)
		if err != nil {
			return err
		}
		text[v] = out
	}
	out := text[f.Out]
	if f.Nodes[f.Out].Op == program.Const {
		out = g.batch(out, f.Nodes[f.Out].Len)
	}
	g.named(name, "Identity", []string{out})
	return nil
}

// batch is a constant for every state of a batch.
func (g *onnxGraph) batch(name string, n int) string {
	rows := g.node("Shape", []string{"x"}, attribute{"start", 0}, attribute{"end", 1})
	return g.node("Expand", []string{name, g.node("Concat", []string{rows, g.integers(n)}, attribute{"axis", 0})})
}

var onnxMath = map[program.Op]string{
	program.Add: "Add", program.Sub: "Sub", program.Mul: "Mul", program.Div: "Div", program.Pow: "Pow", program.Neg: "Neg", program.Exp: "Exp",
	program.Log: "Log", program.Sqrt: "Sqrt", program.Abs: "Abs", program.Sin: "Sin", program.Tanh: "Tanh", program.Sigmoid: "Sigmoid", program.Relu: "Relu",
}

func (g *onnxGraph) operation(n *program.Node, args []string) (string, error) {
	number := func(v float64) string { return g.reals([]float64{v}, 1) }
	one := func(operator string, a ...string) string { return g.node(operator, a) }
	cos := func(x string) string { // 1 - 2 sin^2(x/2), since onnxruntime has no cosine in double
		s := one("Sin", one("Mul", x, number(0.5)))
		return one("Sub", number(1), one("Mul", number(2), one("Mul", s, s)))
	}
	switch n.Op {
	case program.Affine:
		x := args[0]
		in, out := n.Table.Columns, n.Table.Rows
		if n.Transposed {
			in, out = out, in
		}
		if n.Rows > 1 {
			x = one("Reshape", x, g.integers(-1, in))
		}
		inputs := []string{x, g.reals(n.Table.Data, n.Table.Rows, n.Table.Columns)}
		if n.Bias != nil {
			inputs = append(inputs, g.reals(n.Bias.Data, out))
		}
		transpose := attribute{"transB", 1}
		if n.Transposed {
			transpose.value = 0
		}
		y := g.node("Gemm", inputs, transpose)
		if n.Rows > 1 {
			y = one("Reshape", y, g.integers(-1, n.Rows*out))
		}
		return y, nil
	case program.Gather:
		return g.node("Gather", []string{args[0], g.integers(n.Index...)}, attribute{"axis", 1}), nil
	case program.Scatter:
		return one("Gemm", args[0], g.reals(scatter(n), len(n.Index), n.Len)), nil
	case program.Concat:
		return g.node("Concat", args, attribute{"axis", 1}), nil
	case program.Sum:
		return g.node("ReduceSum", []string{args[0], g.integers(1)}, attribute{"keepdims", 1}), nil
	case program.Expm1:
		return one("Sub", one("Exp", args[0]), number(1)), nil
	case program.Log1p:
		return one("Log", one("Add", number(1), args[0])), nil
	case program.Softplus:
		rest := one("Log", one("Add", number(1), one("Exp", one("Neg", one("Abs", args[0])))))
		return one("Add", one("Relu", args[0]), rest), nil
	case program.Cos:
		return cos(args[0]), nil
	case program.Tan:
		return one("Div", one("Sin", args[0]), cos(args[0])), nil
	case program.Sinh, program.Cosh:
		operator := map[program.Op]string{program.Sinh: "Sub", program.Cosh: "Add"}[n.Op]
		return one("Mul", number(0.5), one(operator, one("Exp", args[0]), one("Exp", one("Neg", args[0])))), nil
	case program.Atan2:
		return g.atan2(args[0], args[1]), nil
	case program.Min0:
		return one("Neg", one("Relu", one("Neg", args[0]))), nil
	case program.Step:
		return g.node("Cast", []string{one("Greater", args[0], number(0))}, attribute{"to", g.real()}), nil
	case program.Phi:
		if g.precision == Double {
			return "", errors.New("export: the activation gelu needs the error function, which ONNX runtimes have in float32 only: take --precision float")
		}
		return one("Mul", number(0.5), one("Add", number(1), one("Erf", one("Mul", args[0], number(math.Sqrt2/2))))), nil
	}
	return one(onnxMath[n.Op], args...), nil
}

// atan2 is the angle of the points (x, y). Neither ONNX nor, in double, onnxruntime has it: it is the tangent of half the
// angle in float32 and, in double, one step of Newton's for what that leaves, whose next term is below 1e-20.
func (g *onnxGraph) atan2(y, x string) string {
	number := func(v float64) string { return g.reals([]float64{v}, 1) }
	one := func(operator string, a ...string) string { return g.node(operator, a) }
	to := func(v string, kind int64) string { return g.node("Cast", []string{v}, attribute{"to", kind}) }
	r := one("Sqrt", one("Add", one("Mul", x, x), one("Mul", y, y)))
	c, s := one("Div", x, r), one("Div", y, r)
	narrow := to(one("Div", s, one("Add", number(1), one("Abs", c))), onnxFloat)
	near := one("Mul", number(2), to(one("Atan", narrow), g.real()))
	far := one("Sub", one("Where", one("Less", s, number(0)), number(-math.Pi), number(math.Pi)), near)
	angle := one("Where", one("Less", c, number(0)), far, near)
	if g.precision == Float {
		return angle
	}
	half := one("Sin", one("Mul", angle, number(0.5)))
	cos := one("Sub", number(1), one("Mul", number(2), one("Mul", half, half)))
	left := one("Sub", one("Mul", s, cos), one("Mul", c, one("Sin", angle)))
	return one("Add", angle, one("Add", left, one("Mul", number(1.0/6), one("Mul", left, one("Mul", left, left)))))
}
