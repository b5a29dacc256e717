// Package expr holds expressions of named variables: parsed from text, differentiated symbolically, evaluated and
// written as text, LaTeX, SymPy or Go. Formulas of a Hamiltonian and terms that a user gives are such.
//
// Everything that an expression can be is one node type; there is no evaluation of foreign code.
package expr

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// Op is what a node does.
type Op uint8

// The operations. Pow has a constant exponent as its second argument or an expression.
const (
	Const Op = iota
	Var
	Add
	Sub
	Mul
	Div
	Pow
	Neg
	Call
)

// Expr is a node of an expression. Expressions are immutable and may share nodes.
type Expr struct {
	Op    Op
	Value float64 // of Const
	Index int     // of Var
	Func  string  // of Call
	Args  []*Expr
}

// function is one of a single argument that can be called.
type function struct {
	value func(x float64) float64
	latex string
}

var functions = map[string]function{
	"sin": {math.Sin, `\sin`}, "cos": {math.Cos, `\cos`}, "tan": {math.Tan, `\tan`},
	"exp": {math.Exp, `\exp`}, "log": {math.Log, `\log`}, "sqrt": {math.Sqrt, ""}, "abs": {math.Abs, ""},
	"tanh": {math.Tanh, `\tanh`}, "sinh": {math.Sinh, `\sinh`}, "cosh": {math.Cosh, `\cosh`},
}

// derivative is that of a function at an argument.
func derivative(name string, x *Expr) *Expr {
	switch name {
	case "sin":
		return call("cos", x)
	case "cos":
		return neg(call("sin", x))
	case "tan":
		return add(number(1), pow(call("tan", x), number(2)))
	case "exp":
		return call("exp", x)
	case "log":
		return div(number(1), x)
	case "sqrt":
		return div(number(0.5), call("sqrt", x))
	case "tanh":
		return sub(number(1), pow(call("tanh", x), number(2)))
	case "sinh":
		return call("cosh", x)
	case "cosh":
		return call("sinh", x)
	}
	return div(x, call("abs", x)) // of abs
}

// Functions lists the names that can be called.
func Functions() []string {
	var names []string
	for n := range functions {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

func number(v float64) *Expr { return &Expr{Op: Const, Value: v} }

// Number returns a constant.
func Number(v float64) *Expr { return number(v) }

// Variable returns variable i.
func Variable(i int) *Expr { return &Expr{Op: Var, Index: i} }

func (e *Expr) is(v float64) bool { return e.Op == Const && e.Value == v }

func add(a, b *Expr) *Expr {
	switch {
	case a.is(0):
		return b
	case b.is(0):
		return a
	case a.Op == Const && b.Op == Const:
		return number(a.Value + b.Value)
	case b.Op == Neg:
		return sub(a, b.Args[0])
	case b.Op == Const && b.Value < 0:
		return sub(a, number(-b.Value))
	case b.Op == Mul && b.Args[0].Op == Const && b.Args[0].Value < 0:
		return sub(a, mul(number(-b.Args[0].Value), b.Args[1]))
	}
	return &Expr{Op: Add, Args: []*Expr{a, b}}
}

func sub(a, b *Expr) *Expr {
	switch {
	case b.is(0):
		return a
	case a.is(0):
		return neg(b)
	case a.Op == Const && b.Op == Const:
		return number(a.Value - b.Value)
	case b.Op == Neg:
		return add(a, b.Args[0])
	}
	return &Expr{Op: Sub, Args: []*Expr{a, b}}
}

func neg(a *Expr) *Expr {
	switch a.Op {
	case Const:
		return number(-a.Value)
	case Neg:
		return a.Args[0]
	}
	return &Expr{Op: Neg, Args: []*Expr{a}}
}

func mul(a, b *Expr) *Expr {
	if b.Op == Const && a.Op != Const {
		a, b = b, a
	}
	switch {
	case a.is(0) || b.is(0):
		return number(0)
	case a.is(1):
		return b
	case a.is(-1):
		return neg(b)
	case a.Op == Const && b.Op == Const:
		return number(a.Value * b.Value)
	case a.Op == Neg:
		return neg(mul(a.Args[0], b))
	case b.Op == Neg:
		return neg(mul(a, b.Args[0]))
	case a.Op == Const && b.Op == Mul && b.Args[0].Op == Const:
		return mul(number(a.Value*b.Args[0].Value), b.Args[1])
	}
	return &Expr{Op: Mul, Args: []*Expr{a, b}}
}

func div(a, b *Expr) *Expr {
	switch {
	case a.is(0):
		return number(0)
	case b.is(1):
		return a
	case a.Op == Const && b.Op == Const && b.Value != 0:
		return number(a.Value / b.Value)
	case a.Op == Neg:
		return neg(div(a.Args[0], b))
	}
	return &Expr{Op: Div, Args: []*Expr{a, b}}
}

func pow(a, b *Expr) *Expr {
	switch {
	case b.is(0):
		return number(1)
	case b.is(1):
		return a
	case a.Op == Const && b.Op == Const:
		return number(power(a.Value, b.Value))
	}
	return &Expr{Op: Pow, Args: []*Expr{a, b}}
}

func call(name string, a *Expr) *Expr {
	if a.Op == Const {
		return number(functions[name].value(a.Value))
	}
	return &Expr{Op: Call, Func: name, Args: []*Expr{a}}
}

// Sum returns the sum of expressions, 0 for none, simplified where that is plain.
func Sum(es ...*Expr) *Expr {
	s := number(0)
	for _, e := range es {
		s = add(s, e)
	}
	return s
}

// Product returns the product of expressions, 1 for none.
func Product(es ...*Expr) *Expr {
	p := number(1)
	for _, e := range es {
		p = mul(p, e)
	}
	return p
}

// Quotient returns a / b.
func Quotient(a, b *Expr) *Expr { return div(a, b) }

// Power returns e to a whole exponent.
func Power(e *Expr, n int) *Expr { return pow(e, number(float64(n))) }

// Apply returns a function of Functions at e. It panics for another name.
func Apply(name string, e *Expr) *Expr {
	if _, ok := functions[name]; !ok {
		panic("expr: no function " + name)
	}
	return call(name, e)
}

// power is x^y, by products for small whole exponents, which are exact where they can be.
func power(x, y float64) float64 {
	if n := math.Abs(y); n <= 16 && n == math.Trunc(n) {
		p := 1.0
		for range int(n) {
			p *= x
		}
		if y < 0 {
			return 1 / p
		}
		return p
	}
	return math.Pow(x, y)
}

// Eval returns the value where variable i is x[i]. It is NaN or infinite where the expression has none.
func (e *Expr) Eval(x []float64) float64 {
	switch e.Op {
	case Const:
		return e.Value
	case Var:
		return x[e.Index]
	case Add:
		return e.Args[0].Eval(x) + e.Args[1].Eval(x)
	case Sub:
		return e.Args[0].Eval(x) - e.Args[1].Eval(x)
	case Mul:
		return e.Args[0].Eval(x) * e.Args[1].Eval(x)
	case Div:
		return e.Args[0].Eval(x) / e.Args[1].Eval(x)
	case Neg:
		return -e.Args[0].Eval(x)
	case Pow:
		return power(e.Args[0].Eval(x), e.Args[1].Eval(x))
	}
	return functions[e.Func].value(e.Args[0].Eval(x))
}

// Derivative returns the derivative by variable i, simplified where that is plain.
func (e *Expr) Derivative(i int) *Expr {
	switch e.Op {
	case Const:
		return number(0)
	case Var:
		if e.Index == i {
			return number(1)
		}
		return number(0)
	case Add:
		return add(e.Args[0].Derivative(i), e.Args[1].Derivative(i))
	case Sub:
		return sub(e.Args[0].Derivative(i), e.Args[1].Derivative(i))
	case Neg:
		return neg(e.Args[0].Derivative(i))
	case Mul:
		a, b := e.Args[0], e.Args[1]
		return add(mul(a.Derivative(i), b), mul(a, b.Derivative(i)))
	case Div:
		a, b := e.Args[0], e.Args[1]
		da, db := a.Derivative(i), b.Derivative(i)
		if db.is(0) {
			return div(da, b)
		}
		return sub(div(da, b), div(mul(a, db), pow(b, number(2))))
	case Pow:
		a, b := e.Args[0], e.Args[1]
		da, db := a.Derivative(i), b.Derivative(i)
		if db.is(0) {
			return mul(mul(b, pow(a, sub(b, number(1)))), da)
		}
		return mul(e, add(mul(db, call("log", a)), div(mul(b, da), a)))
	}
	return mul(derivative(e.Func, e.Args[0]), e.Args[0].Derivative(i))
}

// Bind replaces variables from, from+1 and so on by values.
func (e *Expr) Bind(from int, values []float64) *Expr {
	return e.Replace(func(i int) *Expr {
		if i >= from {
			return number(values[i-from])
		}
		return Variable(i)
	})
}

// Replace returns the expression with by(i) in place of variable i.
func (e *Expr) Replace(by func(i int) *Expr) *Expr {
	arg := func(i int) *Expr { return e.Args[i].Replace(by) }
	switch e.Op {
	case Const:
		return e
	case Var:
		return by(e.Index)
	case Add:
		return add(arg(0), arg(1))
	case Sub:
		return sub(arg(0), arg(1))
	case Mul:
		return mul(arg(0), arg(1))
	case Div:
		return div(arg(0), arg(1))
	case Neg:
		return neg(arg(0))
	case Pow:
		return pow(arg(0), arg(1))
	}
	return call(e.Func, arg(0))
}

// Uses reports whether variable i occurs.
func (e *Expr) Uses(i int) bool {
	if e.Op == Var {
		return e.Index == i
	}
	return slices.ContainsFunc(e.Args, func(a *Expr) bool { return a.Uses(i) })
}

// Variables is one more than the largest index of a variable, 0 where there is none.
func (e *Expr) Variables() int {
	n := 0
	if e.Op == Var {
		n = e.Index + 1
	}
	for _, a := range e.Args {
		n = max(n, a.Variables())
	}
	return n
}

// Size counts the nodes.
func (e *Expr) Size() int {
	n := 1
	for _, a := range e.Args {
		n += a.Size()
	}
	return n
}

// Equal reports whether two expressions are written alike.
func (e *Expr) Equal(o *Expr) bool {
	if e == nil || o == nil {
		return e == o
	}
	return e.Op == o.Op && e.Value == o.Value && e.Index == o.Index && e.Func == o.Func &&
		slices.EqualFunc(e.Args, o.Args, (*Expr).Equal)
}

func format(v float64, digits int) string {
	if digits <= 0 {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return fmt.Sprintf("%.*g", digits, v)
}
