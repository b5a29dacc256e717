// Package program is the language that models are written out in: a list of operations on vectors of fixed length, with
// their derivatives written as more of them, so that what prints it (package export) has no calculus and no physics.
//
// A [Builder] takes the operations of a function, in order; [Builder.Gradient] is reverse and [Builder.Tangent] forward
// differentiation of what was taken so far (Griewank and Walther, "Evaluating Derivatives", 2008, chapter 3). Nothing here
// serves training: package nn has its adjoints by hand.
package program

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Op is an operation. Those of one or two arguments go element by element, where a vector of length one goes with any.
type Op uint8

// The operations.
const (
	Input   Op = iota
	Const      // Data
	Affine     // of each of Rows pieces W a, or W^T a where Transposed, + Bias
	Gather     // y_i = a[Index[i]]
	Scatter    // y[Index[i]] += a_i, of length Len
	Concat     // the arguments behind each other
	Sum        // of all elements
	Add
	Sub
	Mul
	Div
	Atan2 // the angle of the point (second, first), in (-pi, pi]
	Pow
	Neg
	Exp
	Expm1
	Log
	Log1p
	Sqrt
	Abs
	Sin
	Cos
	Tan
	Tanh
	Sinh
	Cosh
	Sigmoid
	Softplus
	Phi  // the normal distribution
	Relu // max(a, 0)
	Min0 // min(a, 0)
	Step // 1 where a > 0, else 0
)

var names = [...]string{"input", "const", "affine", "gather", "scatter", "concat", "sum", "add", "sub", "mul", "div", "atan2", "pow", "neg",
	"exp", "expm1", "log", "log1p", "sqrt", "abs", "sin", "cos", "tan", "tanh", "sinh", "cosh", "sigmoid", "softplus", "phi", "relu", "min0", "step"}

// Ops is the number of operations.
const Ops = Op(len(names))

// String is the operation's name.
func (o Op) String() string { return names[o] }

// Unary reports whether an operation takes one argument element by element.
func (o Op) Unary() bool { return o >= Neg }

// Binary reports whether it takes two.
func (o Op) Binary() bool { return o >= Add && o <= Pow }

// Value is the result of an operation, its place in the list.
type Value int

// None is no value.
const None Value = -1

// Table is a matrix of constants, row-major.
type Table struct {
	Rows, Columns int
	Data          []float64
}

// Node is one operation.
type Node struct {
	Op   Op
	Args []Value
	Len  int // of the result

	Data       []float64 // of Const
	Index      []int     // of Gather and Scatter
	Table      *Table    // of Affine
	Bias       *Table    // nil for none; of one column
	Transposed bool
	Rows       int
}

// Builder takes operations. What is computed already is not computed again, and constants are folded.
type Builder struct {
	nodes []Node
	known map[string]Value
	time  Value
}

// NewBuilder returns a builder without operations.
func NewBuilder() *Builder { return &Builder{known: map[string]Value{}, time: None} }

// Len is the length of a value.
func (b *Builder) Len(v Value) int { return b.nodes[v].Len }

func (b *Builder) take(n Node) Value {
	key := ""
	if n.Op != Input {
		key = fmt.Sprintf("%d %v %d %v %v %p %p %v %d", n.Op, n.Args, n.Len, n.Data, n.Index, n.Table, n.Bias, n.Transposed, n.Rows)
		if v, ok := b.known[key]; ok {
			return v
		}
	}
	v := Value(len(b.nodes))
	b.nodes = append(b.nodes, n)
	if n.Op != Input {
		b.known[key] = v
	}
	return v
}

// Input is an argument of the function, of so many components.
func (b *Builder) Input(n int) Value { return b.take(Node{Op: Input, Len: n}) }

// Time is the time, for what depends on it: an argument of length one behind those taken so far, unless At gave another.
func (b *Builder) Time() Value {
	if b.time == None {
		b.time = b.Input(1)
	}
	return b.time
}

// At says what the time is, None for an argument that is still to be taken.
func (b *Builder) At(t Value) { b.time = t }

// Timed reports whether anything has asked for the time.
func (b *Builder) Timed() bool { return b.time != None }

// Constant is a vector.
func (b *Builder) Constant(v ...float64) Value {
	return b.take(Node{Op: Const, Len: len(v), Data: slices.Clone(v)})
}

// Filled is a vector of n equal numbers.
func (b *Builder) Filled(v float64, n int) Value {
	return b.Constant(slices.Repeat([]float64{v}, n)...)
}

// constant is the numbers of a constant, nil of another value.
func (b *Builder) constant(v Value) []float64 {
	if n := &b.nodes[v]; n.Op == Const {
		return n.Data
	}
	return nil
}

// is reports whether a value is a constant of equal elements c.
func (b *Builder) is(v Value, c float64) bool {
	data := b.constant(v)
	return data != nil && !slices.ContainsFunc(data, func(x float64) bool { return x != c || math.Signbit(x) != math.Signbit(c) && c != 0 })
}

// Apply is table x + bias of each of the rows that x is made of: x is rows x Columns, the result rows x Rows. A nil
// bias is none.
func (b *Builder) Apply(t, bias *Table, x Value, rows int) Value {
	if b.Len(x) != rows*t.Columns || bias != nil && len(bias.Data) != t.Rows {
		panic("program: a matrix of another shape than its vector")
	}
	if bias == nil && b.is(x, 0) {
		return b.Filled(0, rows*t.Rows)
	}
	return b.fold(Node{Op: Affine, Args: []Value{x}, Len: rows * t.Rows, Table: t, Bias: bias, Rows: rows})
}

// ApplyTransposed is table^T x of each of the rows that x is made of: x is rows x Rows, the result rows x Columns.
func (b *Builder) ApplyTransposed(t *Table, x Value, rows int) Value {
	if b.Len(x) != rows*t.Rows {
		panic("program: a matrix of another shape than its vector")
	}
	if b.is(x, 0) {
		return b.Filled(0, rows*t.Columns)
	}
	return b.fold(Node{Op: Affine, Args: []Value{x}, Len: rows * t.Columns, Table: t, Transposed: true, Rows: rows})
}

// Gather picks elements.
func (b *Builder) Gather(x Value, index ...int) Value {
	if len(index) == b.Len(x) && slices.Equal(index, Range(0, len(index))) {
		return x
	}
	if n := &b.nodes[x]; n.Op == Const {
		data := make([]float64, len(index))
		for i, at := range index {
			data[i] = n.Data[at]
		}
		return b.Constant(data...)
	}
	return b.take(Node{Op: Gather, Args: []Value{x}, Len: len(index), Index: slices.Clone(index)})
}

// Part is the elements of a result from lo up to hi, computed alone as far as that can be. It sees through what x is made of,
// so that what was differentiated by must not be taken this way.
func (b *Builder) Part(x Value, lo, hi int) Value {
	n := b.nodes[x] // a copy: the list grows below
	part := func(a Value) Value {
		if b.Len(a) == 1 && n.Len > 1 {
			return a
		}
		return b.Part(a, lo, hi)
	}
	switch {
	case lo == 0 && hi == n.Len:
		return x
	case n.Op.Binary():
		args := [2]Value{part(n.Args[0]), part(n.Args[1])}
		switch n.Op {
		case Add:
			return b.Add(args[0], args[1])
		case Sub:
			return b.Sub(args[0], args[1])
		case Mul:
			return b.Mul(args[0], args[1])
		case Div:
			return b.Div(args[0], args[1])
		}
	case n.Op == Neg:
		return b.Unary(Neg, part(n.Args[0]))
	case n.Op == Concat:
		from := 0
		for _, a := range n.Args {
			if to := from + b.Len(a); lo >= from && hi <= to {
				return b.Part(a, lo-from, hi-from)
			}
			from += b.Len(a)
		}
	case n.Op == Scatter:
		var from []int
		var to []int
		for i, at := range n.Index {
			if at >= lo && at < hi {
				from, to = append(from, i), append(to, at-lo)
			}
		}
		if from == nil {
			return b.Filled(0, hi-lo)
		}
		if slices.Equal(to, Range(0, hi-lo)) {
			return b.Gather(n.Args[0], from...)
		}
	}
	return b.Slice(x, lo, hi)
}

// Range returns the indices lo, lo+1, ... hi-1.
func Range(lo, hi int) []int {
	index := make([]int, hi-lo)
	for i := range index {
		index[i] = lo + i
	}
	return index
}

// Slice is the elements from lo up to hi.
func (b *Builder) Slice(x Value, lo, hi int) Value { return b.Gather(x, Range(lo, hi)...) }

// Fill is n copies of a value of length one.
func (b *Builder) Fill(x Value, n int) Value { return b.Gather(x, make([]int, n)...) }

// Scatter is the adjoint of Gather: a vector of length n, zero but for what is added at the indices.
func (b *Builder) Scatter(x Value, n int, index ...int) Value {
	if b.is(x, 0) {
		return b.Filled(0, n)
	}
	return b.fold(Node{Op: Scatter, Args: []Value{x}, Len: n, Index: slices.Clone(index)})
}

// Concat is vectors one behind the other.
func (b *Builder) Concat(xs ...Value) Value {
	if len(xs) == 1 {
		return xs[0]
	}
	n, constant := 0, true
	for _, x := range xs {
		n += b.Len(x)
		constant = constant && b.constant(x) != nil
	}
	if constant {
		var data []float64
		for _, x := range xs {
			data = append(data, b.constant(x)...)
		}
		return b.Constant(data...)
	}
	return b.take(Node{Op: Concat, Args: slices.Clone(xs), Len: n})
}

// Sum is that of the elements.
func (b *Builder) Sum(x Value) Value {
	if b.Len(x) == 1 {
		return x
	}
	return b.fold(Node{Op: Sum, Args: []Value{x}, Len: 1})
}

// Sums is the sums of every n elements.
func (b *Builder) Sums(x Value, n int) Value {
	return b.Apply(&Table{Rows: 1, Columns: n, Data: slices.Repeat([]float64{1}, n)}, nil, x, b.Len(x)/n)
}

// fold takes an operation, whose value is computed here where the arguments are constants.
func (b *Builder) fold(n Node) Value {
	args := make([][]float64, len(n.Args))
	for i, a := range n.Args {
		if args[i] = b.constant(a); args[i] == nil {
			return b.take(n)
		}
	}
	out := make([]float64, n.Len)
	n.evaluate(args, out)
	return b.Constant(out...)
}

// Unary applies an operation of one argument.
func (b *Builder) Unary(op Op, x Value) Value {
	if n := &b.nodes[x]; op == Neg && n.Op == Neg {
		return n.Args[0]
	}
	return b.fold(Node{Op: op, Args: []Value{x}, Len: b.Len(x)})
}

func (b *Builder) binary(op Op, x, y Value) Value {
	n, m := b.Len(x), b.Len(y)
	if n != m && n != 1 && m != 1 {
		panic("program: vectors of different lengths")
	}
	return b.fold(Node{Op: op, Args: []Value{x, y}, Len: max(n, m)})
}

// wide is x where it has n elements, n copies of it where it has one.
func (b *Builder) wide(x Value, n int) Value {
	if b.Len(x) == n {
		return x
	}
	return b.Fill(x, n)
}

// Add is x + y. It and Sub, Mul, Div and Pow go element by element; an operand of length one goes with every element
// of the other.
func (b *Builder) Add(x, y Value) Value {
	n := max(b.Len(x), b.Len(y))
	switch {
	case b.is(x, 0):
		return b.wide(y, n)
	case b.is(y, 0):
		return b.wide(x, n)
	case b.nodes[y].Op == Neg:
		return b.Sub(x, b.nodes[y].Args[0])
	}
	return b.binary(Add, x, y)
}

// Sub is x - y, element by element.
func (b *Builder) Sub(x, y Value) Value {
	n := max(b.Len(x), b.Len(y))
	switch {
	case b.is(x, 0):
		return b.wide(b.Unary(Neg, y), n)
	case b.is(y, 0):
		return b.wide(x, n)
	}
	return b.binary(Sub, x, y)
}

// Mul is x y, element by element.
func (b *Builder) Mul(x, y Value) Value {
	n := max(b.Len(x), b.Len(y))
	switch {
	case b.is(x, 0) || b.is(y, 0):
		return b.Filled(0, n)
	case b.is(x, 1):
		return b.wide(y, n)
	case b.is(y, 1):
		return b.wide(x, n)
	case b.is(x, -1):
		return b.wide(b.Unary(Neg, y), n)
	case b.is(y, -1):
		return b.wide(b.Unary(Neg, x), n)
	}
	return b.binary(Mul, x, y)
}

// Div is x / y, element by element.
func (b *Builder) Div(x, y Value) Value {
	n := max(b.Len(x), b.Len(y))
	switch {
	case b.is(x, 0):
		return b.Filled(0, n)
	case b.is(y, 1):
		return b.wide(x, n)
	}
	return b.binary(Div, x, y)
}

// Atan2 is the angle of the points (x, y), element by element.
func (b *Builder) Atan2(y, x Value) Value { return b.binary(Atan2, y, x) }

// Pow is x^y, element by element; whole exponents up to 16 are products, as in package expr.
func (b *Builder) Pow(x, y Value) Value {
	if c := b.constant(y); len(c) == 1 {
		if n := math.Abs(c[0]); n <= 16 && n == math.Trunc(n) {
			p := b.Constant(1)
			for range int(n) {
				p = b.Mul(p, x)
			}
			if c[0] < 0 {
				return b.Div(b.Constant(1), p)
			}
			return p
		}
		if c[0] == 0.5 {
			return b.Unary(Sqrt, x)
		}
	}
	return b.binary(Pow, x, y)
}

// Scale is x times a number.
func (b *Builder) Scale(c float64, x Value) Value { return b.Mul(b.Constant(c), x) }

// Dot is the sum of products.
func (b *Builder) Dot(x, y Value) Value { return b.Sum(b.Mul(x, y)) }

// Function is a program: its arguments are the first nodes, its result the last.
type Function struct {
	Nodes []Node
	Out   Value
}

// Function is the operations that a value needs, with all of the inputs in the order in which they were taken.
func (b *Builder) Function(out Value) *Function {
	need := make([]bool, len(b.nodes))
	need[out] = true
	for v := len(b.nodes) - 1; v >= 0; v-- {
		if need[v] {
			for _, a := range b.nodes[v].Args {
				need[a] = true
			}
		}
	}
	f := &Function{}
	place := make([]Value, len(b.nodes))
	add := func(v int) {
		n := b.nodes[v]
		n.Args = slices.Clone(n.Args)
		for i, a := range n.Args {
			n.Args[i] = place[a]
		}
		place[v] = Value(len(f.Nodes))
		f.Nodes = append(f.Nodes, n)
	}
	for v := range b.nodes {
		if b.nodes[v].Op == Input {
			add(v)
		}
	}
	for v := range b.nodes {
		if need[v] && b.nodes[v].Op != Input {
			add(v)
		}
	}
	f.Out = place[out]
	return f
}

// String lists the operations, for tests and error messages.
func (f *Function) String() string {
	var s strings.Builder
	for i, n := range f.Nodes {
		fmt.Fprintf(&s, "v%d = %v %v (%d)\n", i, n.Op, n.Args, n.Len)
	}
	return s.String()
}
