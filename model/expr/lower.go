package expr

import "hnn/model/program"

// ops are the operations of programs for functions of this package.
var ops = map[string]program.Op{
	"sin": program.Sin, "cos": program.Cos, "tan": program.Tan, "exp": program.Exp, "log": program.Log, "sqrt": program.Sqrt,
	"abs": program.Abs, "tanh": program.Tanh, "sinh": program.Sinh, "cosh": program.Cosh,
}

// Lower writes the expression out as a program of variables x.
func (e *Expr) Lower(b *program.Builder, x program.Value) program.Value {
	arg := func(i int) program.Value { return e.Args[i].Lower(b, x) }
	switch e.Op {
	case Const:
		return b.Constant(e.Value)
	case Var:
		return b.Gather(x, e.Index)
	case Add:
		return b.Add(arg(0), arg(1))
	case Sub:
		return b.Sub(arg(0), arg(1))
	case Mul:
		return b.Mul(arg(0), arg(1))
	case Div:
		return b.Div(arg(0), arg(1))
	case Neg:
		return b.Unary(program.Neg, arg(0))
	case Pow:
		return b.Pow(arg(0), arg(1))
	}
	return b.Unary(ops[e.Func], arg(0))
}
