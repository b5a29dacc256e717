package export

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"hnn/model/program"
)

// arrays prints programs for languages of whole arrays, Python and Julia. In Python the components of a vector are the last
// axis, so that any number of states can be before it; in Julia a vector is one state.
type arrays struct {
	julia     bool
	precision Precision
	tables    []string
	known     map[string]string
	code      bytes.Buffer
}

func (p *arrays) number(v float64) string {
	s := strings.Trim(literal(v, p.precision, false), "()")
	if !p.julia || p.precision == Double {
		return "(" + s + ")"
	}
	if strings.Contains(s, "e") {
		return "(" + strings.Replace(s, "e", "f", 1) + ")"
	}
	return "(" + s + "f0)"
}

// table is the name of an array, a matrix where columns is above 0.
func (p *arrays) table(data []float64, columns int) string {
	text := lines(data, p.number, "    ")
	key := fmt.Sprint(columns, " ", text)
	if name, ok := p.known[key]; ok {
		return name
	}
	name := fmt.Sprintf("T%d", len(p.known))
	p.known[key] = name
	switch {
	case p.julia && columns > 0:
		p.tables = append(p.tables, fmt.Sprintf("const %s = permutedims(reshape(Real_[\n    %s], %d, %d))\n", name, text, columns, len(data)/columns))
	case p.julia:
		p.tables = append(p.tables, fmt.Sprintf("const %s = Real_[\n    %s]\n", name, text))
	case columns > 0:
		p.tables = append(p.tables, fmt.Sprintf("%s = np.array([\n    %s], dtype=REAL).reshape(%d, %d)\n", name, text, len(data)/columns, columns))
	default:
		p.tables = append(p.tables, fmt.Sprintf("%s = np.array([\n    %s], dtype=REAL)\n", name, text))
	}
	return name
}

// indices is a list of places, from 1 in Julia.
func (p *arrays) indices(index []int) string {
	parts := make([]string, len(index))
	first := 0
	if p.julia {
		first = 1
	}
	for i, at := range index {
		parts[i] = strconv.Itoa(at + first)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// pythonMath are functions of arrays; those that NumPy has not are printed above.
var pythonMath = map[program.Op]string{
	program.Exp: "np.exp(%s)", program.Expm1: "np.expm1(%s)", program.Log: "np.log(%s)", program.Log1p: "np.log1p(%s)", program.Sqrt: "np.sqrt(%s)",
	program.Abs: "np.abs(%s)", program.Sin: "np.sin(%s)", program.Cos: "np.cos(%s)", program.Tan: "np.tan(%s)", program.Tanh: "np.tanh(%s)",
	program.Sinh: "np.sinh(%s)", program.Cosh: "np.cosh(%s)", program.Sigmoid: "_sigmoid(%s)", program.Softplus: "_softplus(%s)", program.Phi: "_phi(%s)",
	program.Relu: "np.maximum(%s, REAL(0))", program.Min0: "np.minimum(%s, REAL(0))", program.Step: "(%s > 0).astype(REAL)", program.Neg: "-%s",
}

var juliaMath = map[program.Op]string{
	program.Exp: "exp.(%s)", program.Expm1: "expm1.(%s)", program.Log: "log.(%s)", program.Log1p: "log1p.(%s)", program.Sqrt: "_sqrt.(%s)",
	program.Abs: "abs.(%s)", program.Sin: "sin.(%s)", program.Cos: "cos.(%s)", program.Tan: "tan.(%s)", program.Tanh: "tanh.(%s)",
	program.Sinh: "sinh.(%s)", program.Cosh: "cosh.(%s)", program.Sigmoid: "_sigmoid.(%s)", program.Softplus: "_softplus.(%s)", program.Phi: "_phi.(%s)",
	program.Relu: "max.(%s, zero(Real_))", program.Min0: "min.(%s, zero(Real_))", program.Step: "Real_.(%s .> 0)", program.Neg: ".-%s",
}

var operators = map[program.Op]string{program.Add: "+", program.Sub: "-", program.Mul: "*", program.Div: "/"}

// function prints a program.
func (p *arrays) function(f *program.Function, name string, arguments []string) {
	b := &p.code
	if p.julia {
		fmt.Fprintf(b, "function %s(%s)\n", name, strings.Join(arguments, ", "))
	} else {
		fmt.Fprintf(b, "def %s(%s):\n", name, strings.Join(arguments, ", "))
	}
	text := make([]string, len(f.Nodes))
	for v := range f.Nodes {
		n := &f.Nodes[v]
		if n.Op == program.Input {
			text[v] = arguments[v]
			continue
		}
		if n.Op == program.Const {
			text[v] = p.constant(n)
			continue
		}
		args := make([]string, len(n.Args))
		for k, a := range n.Args {
			args[k] = text[a]
		}
		text[v] = fmt.Sprintf("v%d", v)
		fmt.Fprintf(b, "    v%d = %s\n", v, p.expression(f, n, args))
	}
	out := text[f.Out]
	if !p.julia && f.Nodes[f.Out].Len == 1 {
		out += "[..., 0]"
	}
	if p.julia && f.Nodes[f.Out].Len == 1 {
		out += "[1]"
	}
	if p.julia {
		fmt.Fprintf(b, "    return %s\nend\n\n", out)
	} else {
		fmt.Fprintf(b, "    return %s\n\n\n", out)
	}
}

// scatter is the matrix of zeros and ones that a Scatter multiplies its argument by: it is small and adds in order.
func scatter(n *program.Node) []float64 {
	data := make([]float64, len(n.Index)*n.Len)
	for i, at := range n.Index {
		data[i*n.Len+at] = 1
	}
	return data
}

func (p *arrays) constant(n *program.Node) string {
	if n.Len == 1 && !p.julia {
		return "REAL" + p.number(n.Data[0])
	}
	return p.table(n.Data, 0)
}

func (p *arrays) expression(f *program.Function, n *program.Node, args []string) string {
	switch n.Op {
	case program.Affine:
		t := p.table(n.Table.Data, n.Table.Columns)
		bias := ""
		if n.Bias != nil {
			bias = p.table(n.Bias.Data, 0)
		}
		in := n.Table.Columns
		if n.Transposed {
			in = n.Table.Rows
		}
		if p.julia {
			w := t
			if n.Transposed {
				w = t + "'"
			}
			x := args[0]
			if n.Rows > 1 {
				x = fmt.Sprintf("reshape(%s, %d, %d)", x, in, n.Rows)
			}
			s := w + " * " + x
			if bias != "" {
				s += " .+ " + bias
			}
			if n.Rows > 1 {
				s = "vec(" + s + ")"
			}
			return s
		}
		w := t + ".T"
		if n.Transposed {
			w = t
		}
		x := args[0]
		if n.Rows > 1 {
			x = fmt.Sprintf("%s.reshape(%s.shape[:-1] + (%d, %d))", x, x, n.Rows, in)
		}
		s := x + " @ " + w
		if bias != "" {
			s += " + " + bias
		}
		if n.Rows > 1 {
			s = fmt.Sprintf("(%s).reshape(%s.shape[:-1] + (%d,))", s, args[0], n.Len)
		}
		return s
	case program.Gather:
		index := p.indices(n.Index)
		if len(n.Index) > 1 && contiguous(n.Index) {
			index = fmt.Sprintf("%d:%d", n.Index[0], n.Index[0]+n.Len)
			if p.julia {
				index = fmt.Sprintf("%d:%d", n.Index[0]+1, n.Index[0]+n.Len)
			}
		}
		if p.julia {
			return args[0] + "[" + index + "]"
		}
		return args[0] + "[..., " + index + "]"
	case program.Scatter:
		t := p.table(scatter(n), n.Len)
		if p.julia {
			return t + "' * " + args[0]
		}
		return args[0] + " @ " + t
	case program.Concat:
		if p.julia {
			return "vcat(" + strings.Join(args, ", ") + ")"
		}
		return "_concat(" + strings.Join(args, ", ") + ")"
	case program.Sum:
		if p.julia {
			return "[sum(" + args[0] + ")]"
		}
		return args[0] + ".sum(axis=-1, keepdims=True)"
	case program.Atan2:
		if p.julia {
			return "atan.(" + args[0] + ", " + args[1] + ")"
		}
		return "np.arctan2(" + args[0] + ", " + args[1] + ")"
	case program.Pow:
		if p.julia {
			return "_power.(" + args[0] + ", " + args[1] + ")"
		}
		return "np.power(" + args[0] + ", " + args[1] + ")"
	}
	if op, ok := operators[n.Op]; ok {
		if p.julia {
			op = "." + op
		}
		return args[0] + " " + op + " " + args[1]
	}
	list := pythonMath
	if p.julia {
		list = juliaMath
	}
	return fmt.Sprintf(list[n.Op], args[0])
}
