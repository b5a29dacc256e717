package program

import "math"

// evaluate writes the operation's result.
func (n *Node) evaluate(args [][]float64, out []float64) {
	switch n.Op {
	case Const:
		copy(out, n.Data)
	case Affine:
		t, in := n.Table, n.Table.Columns
		rows := t.Rows
		if n.Transposed {
			in, rows = rows, in
		}
		for r := range n.Rows {
			x, y := args[0][r*in:(r+1)*in], out[r*rows:(r+1)*rows]
			for i := range y {
				sum := 0.0
				if n.Bias != nil {
					sum = n.Bias.Data[i]
				}
				for j, v := range x {
					if n.Transposed {
						sum += t.Data[j*t.Columns+i] * v
					} else {
						sum += t.Data[i*t.Columns+j] * v
					}
				}
				y[i] = sum
			}
		}
	case Gather:
		for i, at := range n.Index {
			out[i] = args[0][at]
		}
	case Scatter:
		clear(out)
		for i, at := range n.Index {
			out[at] += args[0][i]
		}
	case Concat:
		for _, a := range args {
			out = out[copy(out, a):]
		}
	case Sum:
		out[0] = 0
		for _, v := range args[0] {
			out[0] += v
		}
	default:
		for i := range out {
			x := args[0][min(i, len(args[0])-1)]
			if n.Op.Binary() {
				out[i] = binary(n.Op, x, args[1][min(i, len(args[1])-1)])
			} else {
				out[i] = unary(n.Op, x)
			}
		}
	}
}

func binary(op Op, x, y float64) float64 {
	switch op {
	case Add:
		return x + y
	case Sub:
		return x - y
	case Mul:
		return x * y
	case Div:
		return x / y
	case Atan2:
		return math.Atan2(x, y)
	}
	return math.Pow(x, y)
}

func unary(op Op, x float64) float64 {
	switch op {
	case Neg:
		return -x
	case Exp:
		return math.Exp(x)
	case Expm1:
		return math.Expm1(x)
	case Log:
		return math.Log(x)
	case Log1p:
		return math.Log1p(x)
	case Sqrt:
		return math.Sqrt(x)
	case Abs:
		return math.Abs(x)
	case Sin:
		return math.Sin(x)
	case Cos:
		return math.Cos(x)
	case Tan:
		return math.Tan(x)
	case Tanh:
		return math.Tanh(x)
	case Sinh:
		return math.Sinh(x)
	case Cosh:
		return math.Cosh(x)
	case Sigmoid:
		return 1 / (1 + math.Exp(-x))
	case Softplus:
		return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x)))
	case Phi:
		return math.Erfc(-x/math.Sqrt2) / 2
	case Relu:
		return max(x, 0)
	case Min0:
		return min(x, 0)
	case Step:
		if x > 0 {
			return 1
		}
		return 0
	}
	panic("program: no operation " + op.String())
}

// Run returns an evaluator of the function, which owns its temporaries; its result is overwritten by the next call.
func (f *Function) Run() func(inputs ...[]float64) []float64 {
	values := f.memory()
	return func(inputs ...[]float64) []float64 {
		f.run(values, inputs)
		return values[f.Out]
	}
}

func (f *Function) memory() [][]float64 {
	values := make([][]float64, len(f.Nodes))
	for i, n := range f.Nodes {
		values[i] = make([]float64, n.Len)
	}
	return values
}

func (f *Function) run(values, inputs [][]float64) { f.step(values, inputs, func([]float64) {}) }

// step runs the operations and does something to each result.
func (f *Function) step(values, inputs [][]float64, after func(v []float64)) {
	var args [][]float64
	for i := range f.Nodes {
		n := &f.Nodes[i]
		if n.Op == Input {
			copy(values[i], inputs[i])
			after(values[i])
			continue
		}
		args = args[:0]
		for _, a := range n.Args {
			args = append(args, values[a])
		}
		n.evaluate(args, values[i])
		after(values[i])
	}
}

// Terms returns an evaluator of how large the terms are that the result is the sum of: of every sum the absolute values
// of its terms, of a product those of its factors, of everything else the absolute value of what it is. Its ratio to the
// result says how many digits the sums cancel, whoever computes them.
func (f *Function) Terms() func(inputs ...[]float64) []float64 {
	values, sizes := f.memory(), f.memory()
	return func(inputs ...[]float64) []float64 {
		f.run(values, inputs)
		for i := range f.Nodes {
			n, size := &f.Nodes[i], sizes[i]
			of := func(k, at int) (value, size float64) {
				v := values[n.Args[k]]
				at = min(at, len(v)-1)
				return math.Abs(v[at]), sizes[n.Args[k]][at]
			}
			switch n.Op {
			case Affine:
				n.affineTerms(sizes[n.Args[0]], size)
			case Gather, Scatter, Concat, Sum:
				var args [][]float64
				for _, a := range n.Args {
					args = append(args, sizes[a])
				}
				n.evaluate(args, size)
			default:
				for k := range size {
					size[k] = math.Abs(values[i][k])
					if n.Op == Neg {
						_, size[k] = of(0, k)
					}
					if !n.Op.Binary() || n.Op == Pow {
						continue
					}
					x, sx := of(0, k)
					y, sy := of(1, k)
					switch n.Op {
					case Add, Sub:
						size[k] = sx + sy
					case Mul:
						size[k] = max(sx*y, x*sy)
					case Div:
						size[k] = max(sx/y, size[k]*sy/y)
					case Atan2:
						size[k] += (sx*y + x*sy) / (x*x + y*y)
					}
				}
			}
		}
		return sizes[f.Out]
	}
}

// affineTerms is evaluate with absolute values of the table.
func (n *Node) affineTerms(x, out []float64) {
	positive := *n
	positive.Table = &Table{n.Table.Rows, n.Table.Columns, absolute(n.Table.Data)}
	if n.Bias != nil {
		positive.Bias = &Table{n.Bias.Rows, n.Bias.Columns, absolute(n.Bias.Data)}
	}
	positive.evaluate([][]float64{x}, out)
}

func absolute(v []float64) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = math.Abs(x)
	}
	return out
}

// Narrow is Run with every operation's result rounded to float32, as well as the tables.
func (f *Function) Narrow() func(inputs ...[]float64) []float64 {
	g := &Function{Nodes: append([]Node(nil), f.Nodes...), Out: f.Out}
	for i := range g.Nodes {
		n := &g.Nodes[i]
		n.Data = rounded(n.Data)
		for _, t := range []**Table{&n.Table, &n.Bias} {
			if *t != nil {
				*t = &Table{(*t).Rows, (*t).Columns, rounded((*t).Data)}
			}
		}
	}
	values := g.memory()
	return func(inputs ...[]float64) []float64 {
		g.step(values, inputs, func(v []float64) { copy(v, rounded(v)) })
		return values[g.Out]
	}
}

func rounded(v []float64) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = float64(float32(x))
	}
	return out
}
