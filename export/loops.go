package export

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"hnn/model/program"
)

// loops prints programs for languages of loops and assignments, C and Go. Vectors lie in work arrays, which are used again
// when what they hold has been read for the last time; numbers are constants of their own.
type loops struct {
	golang    bool
	precision Precision
	tables    []string
	known     map[string]string // name of a table by what is in it
	code      bytes.Buffer
	stack     int // numbers in the work arrays of the largest function
	helpers   map[string]bool
}

func newLoops(golang bool, precision Precision) *loops {
	return &loops{golang: golang, precision: precision, known: map[string]string{}, helpers: map[string]bool{}}
}

// number is a constant.
func (p *loops) number(v float64) string { return literal(v, p.precision, !p.golang) }

// literal writes a constant such that it is read back as it is: in float as the nearest one.
func literal(v float64, precision Precision, c bool) string {
	bits := 64
	if precision == Float {
		bits = 32
		v = float64(float32(v))
	}
	if math.IsInf(v, 0) || math.IsNaN(v) {
		v = math.Copysign(math.MaxFloat32, v) // a model's numbers are finite; folded constants are too large for a float
	}
	s := strconv.FormatFloat(v, 'g', -1, bits)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	if c && bits == 32 {
		s += "f"
	}
	if strings.HasPrefix(s, "-") {
		s = "(" + s + ")"
	}
	return s
}

// double is a constant of double precision.
func double(v float64) string { return literal(v, Double, false) }

// numbers are constants behind each other, without the parentheses that number writes.
func numbers(v []float64, number func(float64) string) string {
	parts := make([]string, len(v))
	for i, x := range v {
		parts[i] = strings.Trim(number(x), "()")
	}
	return strings.Join(parts, ", ")
}

// lines are numbers, eight a line.
func lines(v []float64, number func(float64) string, indent string) string {
	var parts []string
	for eight := range slices.Chunk(v, 8) {
		parts = append(parts, numbers(eight, number))
	}
	return strings.Join(parts, ", \n"+indent)
}

// table is the name of an array of constants, which is written once.
func (p *loops) table(data []float64) string {
	return p.array("t", p.real(), len(data), lines(data, p.number, "\t"))
}

// indices is table of whole numbers.
func (p *loops) indices(index []int) string {
	var b strings.Builder
	for i, v := range index {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.Itoa(v))
	}
	return p.array("i", "int", len(index), b.String())
}

func (p *loops) array(letter, of string, n int, text string) string {
	key := of + text
	if name, ok := p.known[key]; ok {
		return name
	}
	name := fmt.Sprintf("hnn_%s%d", letter, len(p.known))
	if p.golang {
		name = fmt.Sprintf("table%s%d", strings.ToUpper(letter), len(p.known))
		p.tables = append(p.tables, fmt.Sprintf("var %s = [...]%s{\n\t%s,\n}\n", name, of, text))
	} else {
		p.tables = append(p.tables, fmt.Sprintf("static const %s %s[%d] = {\n\t%s\n};\n", of, name, n, text))
	}
	p.known[key] = name
	return name
}

func (p *loops) real() string {
	if p.golang {
		return "real"
	}
	return "hnn_real"
}

func (p *loops) call(op program.Op) string {
	if p.golang {
		return "f" + strings.ToUpper(op.String()[:1]) + op.String()[1:]
	}
	return "f_" + op.String()
}

// place is where a value is while a function runs.
type place struct {
	text string // a number, or where the first element is
	slot int    // of a work array, -1 for none
	each bool   // all elements are the one that text is
	// offset is where the first element is in the array that text is.
	offset int
}

// function prints a program under a name, its arguments and its result being arrays of the given names. A function of one
// number returns it.
func (p *loops) function(f *program.Function, name string, arguments []string) {
	var b bytes.Buffer
	last := lastUses(f)
	places := make([]place, len(f.Nodes))
	direct := addressed(f)
	var sizes []int
	free := map[int]bool{}
	take := func(n int) int {
		best := -1
		for s := range sizes {
			if free[s] && (best < 0 || better(sizes[s], sizes[best], n)) {
				best = s
			}
		}
		if best < 0 {
			sizes = append(sizes, n)
			return len(sizes) - 1
		}
		sizes[best] = max(sizes[best], n)
		delete(free, best)
		return best
	}
	indent := "\t"
	line := func(format string, args ...any) { fmt.Fprintf(&b, indent+format+p.end(), args...) }
	element := func(v program.Value, i string) string {
		at := &places[v]
		if at.each || f.Nodes[v].Len == 1 {
			return at.text
		}
		if at.offset == 0 {
			return at.text + "[" + i + "]"
		}
		if k, err := strconv.Atoi(i); err == nil {
			return fmt.Sprintf("%s[%d]", at.text, at.offset+k)
		}
		return fmt.Sprintf("%s[%d + %s]", at.text, at.offset, i)
	}
	for v := range f.Nodes {
		n, id := &f.Nodes[v], program.Value(v)
		at := &places[v]
		at.slot = -1
		switch {
		case n.Op == program.Input:
			at.text = arguments[v]
			if n.Len == 1 {
				at.text += "[0]"
			}
			continue
		case n.Op == program.Const && n.Len == 1:
			at.text = p.number(n.Data[0])
			continue
		case n.Op == program.Const && allEqual(n.Data) && !direct[v]:
			at.text, at.each = p.number(n.Data[0]), true
			continue
		case n.Op == program.Const:
			at.text = p.table(n.Data)
			continue
		case n.Op == program.Gather && f.Nodes[n.Args[0]].Len == 1 && !direct[v]:
			at.text, at.each = places[n.Args[0]].text, true
			continue
		case n.Op == program.Gather && contiguous(n.Index) && n.Len > 1 && f.Nodes[n.Args[0]].Op == program.Input:
			at.text, at.offset = arguments[n.Args[0]], n.Index[0]
			continue
		}
		if n.Len == 1 {
			at.text = fmt.Sprintf("v%d", v)
			p.scalar(&b, f, id, at.text, element)
		} else {
			// An operation element by element may write where its argument lies.
			in := -1
			if n.Op.Unary() || n.Op.Binary() {
				for _, a := range n.Args {
					if s := places[a].slot; s >= 0 && last[a] == v && f.Nodes[a].Len == n.Len {
						in = s
					}
				}
			}
			if in < 0 {
				in = take(n.Len)
			}
			at.slot, at.text = in, fmt.Sprintf("w%d", in)
			p.vector(line, f, id, at.text, element, places)
		}
		for _, a := range n.Args {
			if s := places[a].slot; s >= 0 && last[a] == v && s != at.slot {
				free[s] = true
			}
		}
		if at.slot >= 0 && last[v] < 0 {
			free[at.slot] = true
		}
	}
	out := &f.Nodes[f.Out]
	if out.Len == 1 {
		line("return %s", places[f.Out].text)
	} else {
		p.loop(line, out.Len, "out[i] = "+element(f.Out, "i"))
	}
	p.header(f, name, arguments, sizes, last, out.Len)
	p.code.Write(b.Bytes())
	p.code.WriteString("}\n\n")
	total := 0
	for _, s := range sizes {
		total += s
	}
	p.stack = max(p.stack, total)
}

// better reports whether a free array of size a is a better choice for n numbers than one of size b.
func better(a, b, n int) bool {
	if (a >= n) != (b >= n) {
		return a >= n
	}
	if a >= n {
		return a < b
	}
	return a > b
}

func (p *loops) end() string {
	if p.golang {
		return "\n"
	}
	return ";\n"
}

// header begins a function, with its work arrays; last are the last uses of its values.
func (p *loops) header(f *program.Function, name string, arguments []string, sizes, last []int, out int) {
	if p.golang {
		result := ""
		if out > 1 {
			arguments = append(slices.Clone(arguments), "out")
		} else {
			result = " real"
		}
		fmt.Fprintf(&p.code, "func %s(%s []real)%s {\n", name, strings.Join(arguments, ", "), result)
		for i, s := range sizes {
			fmt.Fprintf(&p.code, "\tvar w%d [%d]real\n", i, s)
		}
		return
	}
	var list []string
	for i, a := range arguments {
		list = append(list, fmt.Sprintf("const hnn_real %s[%d]", a, f.Nodes[i].Len))
	}
	if out > 1 {
		fmt.Fprintf(&p.code, "static void %s(%s, hnn_real out[%d])\n{\n", name, strings.Join(list, ", "), out)
	} else {
		fmt.Fprintf(&p.code, "static hnn_real %s(%s)\n{\n", name, strings.Join(list, ", "))
	}
	for i, s := range sizes {
		fmt.Fprintf(&p.code, "\thnn_real w%d[%d];\n", i, s)
	}
	for i, a := range arguments {
		if last[i] < 0 {
			fmt.Fprintf(&p.code, "\t(void)%s;\n", a)
		}
	}
}

// loop prints a statement for every i below n.
func (p *loops) loop(line func(string, ...any), n int, statement string) {
	if p.golang {
		line("for i := range %d {\n\t\t%s\n\t}", n, statement)
	} else {
		line("for (int i = 0; i < %d; i++) %s", n, strings.ReplaceAll(statement, "%", "%%"))
	}
}

// declare begins the declaration of a number.
func (p *loops) declare(name string) string {
	if p.golang {
		return name + " := "
	}
	return "const hnn_real " + name + " = "
}

// expression is an operation element by element.
func (p *loops) expression(n *program.Node, args ...string) string {
	switch n.Op {
	case program.Add:
		return args[0] + " + " + args[1]
	case program.Sub:
		return args[0] + " - " + args[1]
	case program.Mul:
		return args[0] + " * " + args[1]
	case program.Div:
		return args[0] + " / " + args[1]
	case program.Neg:
		return "-" + args[0]
	}
	return p.call(n.Op) + "(" + strings.Join(args, ", ") + ")"
}

// scalar prints the operation of a number.
func (p *loops) scalar(b *bytes.Buffer, f *program.Function, v program.Value, name string, element func(program.Value, string) string) {
	n := &f.Nodes[v]
	arg := func(k int, i string) string { return element(n.Args[k], i) }
	count := 0
	if len(n.Args) > 0 {
		count = f.Nodes[n.Args[0]].Len
	}
	sum := func(term string, start string) {
		if p.golang {
			fmt.Fprintf(b, "\t%s := %s\n\tfor i := range %d {\n\t\t%s += %s\n\t}\n", name, start, count, name, term)
		} else {
			fmt.Fprintf(b, "\thnn_real %s = %s;\n\tfor (int i = 0; i < %d; i++) %s += %s;\n", name, start, count, name, term)
		}
	}
	zero := p.number(0)
	if p.golang {
		zero = "real(0)"
	}
	switch n.Op {
	case program.Affine:
		start := zero
		if n.Bias != nil {
			start = p.number(n.Bias.Data[0])
			if p.golang {
				start = "real(" + start + ")"
			}
		}
		sum(p.table(n.Table.Data)+"[i] * "+arg(0, "i"), start)
	case program.Sum:
		sum(arg(0, "i"), zero)
	case program.Scatter:
		sum(arg(0, "i"), zero)
	case program.Gather:
		fmt.Fprintf(b, "\t%s%s%s", p.declare(name), arg(0, strconv.Itoa(n.Index[0])), p.end())
	default:
		args := make([]string, len(n.Args))
		for k := range args {
			args[k] = arg(k, "0")
		}
		fmt.Fprintf(b, "\t%s%s%s", p.declare(name), p.expression(n, args...), p.end())
	}
}

// unrolled is how many elements are written one by one rather than in a loop over a table of indices.
const unrolled = 16

// vector prints the operation of a vector into an array.
func (p *loops) vector(line func(string, ...any), f *program.Function, v program.Value, to string, element func(program.Value, string) string, places []place) {
	n := &f.Nodes[v]
	pointer := func(a program.Value) string {
		switch at := &places[a]; {
		case p.golang:
			return fmt.Sprintf("%s[%d:]", at.text, at.offset)
		case at.offset > 0:
			return fmt.Sprintf("%s + %d", at.text, at.offset)
		default:
			return at.text
		}
	}
	switch n.Op {
	case program.Affine:
		if f.Nodes[n.Args[0]].Len == 1 { // it goes to all
			statement := fmt.Sprintf("%s[i] = %s[i] * %s", to, p.table(n.Table.Data), element(n.Args[0], "0"))
			if n.Bias != nil {
				statement += " + " + p.table(n.Bias.Data) + "[i]"
			}
			p.loop(line, n.Len, statement)
			return
		}
		x := pointer(n.Args[0])
		table := p.table(n.Table.Data)
		suffix := ""
		if p.golang {
			suffix = "[:]"
		}
		if n.Transposed {
			line("%s(%s%s, %s, %d, %d, %d, %s%s)", p.helper("transposed"), table, suffix, x, n.Rows, n.Table.Rows, n.Table.Columns, to, suffix)
			return
		}
		bias := "0"
		if p.golang {
			bias = "nil"
		}
		if n.Bias != nil {
			bias = p.table(n.Bias.Data) + suffix
		}
		line("%s(%s%s, %s, %s, %d, %d, %d, %s%s)", p.helper("affine"), table, suffix, bias, x, n.Rows, n.Table.Rows, n.Table.Columns, to, suffix)
	case program.Gather:
		if f.Nodes[n.Args[0]].Len == 1 {
			p.loop(line, n.Len, to+"[i] = "+element(n.Args[0], "0"))
			return
		}
		if n.Len <= unrolled {
			for i, at := range n.Index {
				line("%s[%d] = %s", to, i, element(n.Args[0], strconv.Itoa(at)))
			}
			return
		}
		p.loop(line, n.Len, fmt.Sprintf("%s[i] = %s", to, element(n.Args[0], p.indices(n.Index)+"[i]")))
	case program.Scatter:
		p.loop(line, n.Len, to+"[i] = 0")
		if len(n.Index) <= unrolled {
			for i, at := range n.Index {
				line("%s[%d] += %s", to, at, element(n.Args[0], strconv.Itoa(i)))
			}
			return
		}
		p.loop(line, len(n.Index), fmt.Sprintf("%s[%s[i]] += %s", to, p.indices(n.Index), element(n.Args[0], "i")))
	case program.Concat:
		from := 0
		for _, a := range n.Args {
			count := f.Nodes[a].Len
			if count == 1 {
				line("%s[%d] = %s", to, from, element(a, "0"))
			} else {
				p.loop(line, count, fmt.Sprintf("%s[%d + i] = %s", to, from, element(a, "i")))
			}
			from += count
		}
	default:
		args := make([]string, len(n.Args))
		for k, a := range n.Args {
			args[k] = element(a, "i")
		}
		p.loop(line, n.Len, to+"[i] = "+p.expression(n, args...))
	}
}

// helper is the name of a function that is printed where it is needed.
func (p *loops) helper(name string) string {
	p.helpers[name] = true
	if p.golang {
		return name
	}
	return "hnn_" + name
}

// lastUses is, of every value, the operation that reads it last, -1 for none; the result of the function is read at the end.
// Values that only name another are read where they are.
func lastUses(f *program.Function) []int {
	last := make([]int, len(f.Nodes))
	for v := range last {
		last[v] = -1
	}
	for v, n := range f.Nodes {
		for _, a := range n.Args {
			last[a] = v
		}
	}
	last[f.Out] = len(f.Nodes)
	return last
}

// addressed says of every value whether it must lie in an array, since a matrix is multiplied by it.
func addressed(f *program.Function) []bool {
	need := make([]bool, len(f.Nodes))
	for _, n := range f.Nodes {
		if n.Op == program.Affine {
			need[n.Args[0]] = true
		}
	}
	return need
}

func contiguous(index []int) bool {
	for i, at := range index {
		if at != index[0]+i {
			return false
		}
	}
	return true
}

func allEqual(v []float64) bool {
	return !slices.ContainsFunc(v, func(x float64) bool { return x != v[0] })
}

// used are the operations of all programs of a model.
func used(functions []cFunction) map[program.Op]bool {
	ops := map[program.Op]bool{}
	for _, f := range functions {
		for _, n := range f.program.Nodes {
			ops[n.Op] = true
		}
	}
	return ops
}
