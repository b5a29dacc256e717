package expr

import (
	"math"
	"slices"
)

// Program evaluates a list of expressions at many points: what they share is computed once, and each operation runs over
// a block of points. It is not safe for concurrent use; Clone gives another one.
type Program struct {
	code   []instruction
	consts []float64 // value of register i where instruction i is a constant
	out    []int
	block  []float64 // registers x blockRows
	one    []float64
}

// instruction i writes register i.
type instruction struct {
	op   Op
	a, b int // registers; of Var the variable, of Pow with a constant exponent b is -1
	exp  float64
	f    func(float64) float64
}

// blockRows is how many points an operation runs over.
const blockRows = 64

// key finds an instruction that is there already.
type key struct {
	op   Op
	a, b int
	v    float64
	name string
}

// Compile makes a program of expressions.
func Compile(list ...*Expr) *Program {
	p := &Program{}
	known, seen := map[key]int{}, map[*Expr]int{}
	var visit func(e *Expr) int
	visit = func(e *Expr) int {
		if r, ok := seen[e]; ok {
			return r
		}
		k := key{op: e.Op, a: -1, b: -1}
		i := instruction{op: e.Op, a: -1, b: -1}
		switch e.Op {
		case Const:
			k.v = e.Value
		case Var:
			k.a, i.a = e.Index, e.Index
		case Call:
			k.name, k.a = e.Func, visit(e.Args[0])
			i.a, i.f = k.a, functions[e.Func].value
		case Pow:
			k.a = visit(e.Args[0])
			i.a = k.a
			if e.Args[1].Op == Const {
				k.v, i.exp = e.Args[1].Value, e.Args[1].Value
			} else {
				k.b = visit(e.Args[1])
				i.b = k.b
			}
		default:
			k.a = visit(e.Args[0])
			i.a = k.a
			if len(e.Args) > 1 {
				k.b = visit(e.Args[1])
				i.b = k.b
			}
		}
		r, ok := known[k]
		if !ok || k.v != k.v {
			r = len(p.code)
			p.code, p.consts = append(p.code, i), append(p.consts, k.v)
			known[k] = r
		}
		seen[e] = r
		return r
	}
	for _, e := range list {
		p.out = append(p.out, visit(e))
	}
	p.one = make([]float64, len(p.code))
	return p
}

// Clone shares the code and has registers of its own.
func (p *Program) Clone() *Program {
	return &Program{code: p.code, consts: p.consts, out: p.out, one: make([]float64, len(p.code))}
}

// At writes the values of all expressions at one point x (variables) to out (expressions).
func (p *Program) At(x, out []float64) {
	v := p.one
	for r := range p.code {
		i := &p.code[r]
		switch i.op {
		case Const:
			v[r] = p.consts[r]
		case Var:
			v[r] = x[i.a]
		case Add:
			v[r] = v[i.a] + v[i.b]
		case Sub:
			v[r] = v[i.a] - v[i.b]
		case Mul:
			v[r] = v[i.a] * v[i.b]
		case Div:
			v[r] = v[i.a] / v[i.b]
		case Neg:
			v[r] = -v[i.a]
		case Pow:
			if i.b < 0 {
				v[r] = power(v[i.a], i.exp)
			} else {
				v[r] = power(v[i.a], v[i.b])
			}
		default:
			v[r] = i.f(v[i.a])
		}
	}
	for k, r := range p.out {
		out[k] = v[r]
	}
}

// Rows writes the values at points x (rows x d, row-major) to out (rows x expressions).
func (p *Program) Rows(x []float64, d int, out []float64) {
	rows, n := len(x)/d, len(p.out)
	if p.block == nil {
		p.block = make([]float64, len(p.code)*blockRows)
		for r, i := range p.code {
			if i.op == Const {
				for j := range blockRows {
					p.block[r*blockRows+j] = p.consts[r]
				}
			}
		}
	}
	for from := 0; from < rows; from += blockRows {
		count := min(blockRows, rows-from)
		for r := range p.code {
			i := &p.code[r]
			dst := p.block[r*blockRows : r*blockRows+count]
			var a, b []float64
			if i.op != Var && i.a >= 0 {
				a = p.block[i.a*blockRows:][:count]
			}
			if i.b >= 0 {
				b = p.block[i.b*blockRows:][:count]
			}
			switch i.op {
			case Const:
			case Var:
				for j := range dst {
					dst[j] = x[(from+j)*d+i.a]
				}
			case Add:
				for j := range dst {
					dst[j] = a[j] + b[j]
				}
			case Sub:
				for j := range dst {
					dst[j] = a[j] - b[j]
				}
			case Mul:
				for j := range dst {
					dst[j] = a[j] * b[j]
				}
			case Div:
				for j := range dst {
					dst[j] = a[j] / b[j]
				}
			case Neg:
				for j := range dst {
					dst[j] = -a[j]
				}
			case Pow:
				for j := range dst {
					switch {
					case b != nil:
						dst[j] = power(a[j], b[j])
					case i.exp == 2:
						dst[j] = a[j] * a[j]
					default:
						dst[j] = power(a[j], i.exp)
					}
				}
			default:
				for j := range dst {
					dst[j] = i.f(a[j])
				}
			}
		}
		for k, r := range p.out {
			src := p.block[r*blockRows:][:count]
			for j, v := range src {
				out[(from+j)*n+k] = v
			}
		}
	}
}

// NotFinite returns the first expression and row of x (rows x d) whose value is NaN or infinite, -1 and -1 for none.
func (p *Program) NotFinite(x []float64, d int) (expression, row int) {
	n := len(p.out)
	out := make([]float64, len(x)/d*n)
	p.Rows(x, d, out)
	at := slices.IndexFunc(out, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
	if at < 0 {
		return -1, -1
	}
	return at % n, at / n
}
