package program

import "math"

// slope is the derivative of an operation of one argument, x, whose value is y.
func (b *Builder) slope(op Op, x, y Value) Value {
	one := b.Constant(1)
	switch op {
	case Neg:
		return b.Constant(-1)
	case Exp:
		return y
	case Expm1:
		return b.Unary(Exp, x)
	case Log:
		return b.Div(one, x)
	case Log1p:
		return b.Div(one, b.Add(one, x))
	case Sqrt:
		return b.Div(b.Constant(0.5), y)
	case Abs:
		return b.Div(x, y)
	case Sin:
		return b.Unary(Cos, x)
	case Cos:
		return b.Unary(Neg, b.Unary(Sin, x))
	case Tan:
		return b.Add(one, b.Mul(y, y))
	case Tanh:
		return b.Sub(one, b.Mul(y, y))
	case Sinh:
		return b.Unary(Cosh, x)
	case Cosh:
		return b.Unary(Sinh, x)
	case Sigmoid:
		return b.Mul(y, b.Sub(one, y))
	case Softplus:
		return b.Unary(Sigmoid, x)
	case Phi:
		return b.Scale(1/math.Sqrt(2*math.Pi), b.Unary(Exp, b.Scale(-0.5, b.Mul(x, x))))
	case Relu:
		return b.Unary(Step, x)
	case Min0:
		return b.Sub(one, b.Unary(Step, x))
	case Step:
		return b.Constant(0)
	}
	panic("program: no derivative of " + op.String())
}

// powers are the derivatives of y = a^c by a and by c; that by c is None where c is a constant.
func (b *Builder) powers(a, c, y Value) (byBase, byExponent Value) {
	if b.constant(c) != nil {
		return b.Mul(c, b.Pow(a, b.Sub(c, b.Constant(1)))), None
	}
	return b.Div(b.Mul(c, y), a), b.Mul(y, b.Unary(Log, a))
}

// depends says of every operation up to y whether it depends on x.
func (b *Builder) depends(x, y Value) []bool {
	on := make([]bool, y+1)
	if x > y {
		return on
	}
	on[x] = true
	for v := x + 1; v <= y; v++ {
		for _, a := range b.nodes[v].Args {
			on[v] = on[v] || on[a]
		}
	}
	return on
}

// Gradient is the derivative of y, of length one, by x.
func (b *Builder) Gradient(y, x Value) Value {
	if b.Len(y) != 1 {
		panic("program: the gradient of a vector")
	}
	return b.Pull(y, x, b.Constant(1))
}

// Pull is the derivative of ybar.y by x, reverse differentiation: ybar is as long as y.
func (b *Builder) Pull(y, x, ybar Value) Value {
	on := b.depends(x, y)
	bars := make([]Value, y+1)
	for i := range bars {
		bars[i] = None
	}
	bars[y] = ybar
	add := func(a, bar Value) {
		if !on[a] {
			return
		}
		if n := b.Len(a); b.Len(bar) != n {
			if n == 1 {
				bar = b.Sum(bar)
			} else {
				bar = b.Fill(bar, n)
			}
		}
		if bars[a] == None {
			bars[a] = bar
		} else {
			bars[a] = b.Add(bars[a], bar)
		}
	}
	for v := y; v > x; v-- {
		bar := bars[v]
		if bar == None || !on[v] {
			continue
		}
		n := b.nodes[v] // a copy: the list grows below
		switch n.Op {
		case Affine:
			if n.Transposed {
				add(n.Args[0], b.Apply(n.Table, nil, bar, n.Rows))
			} else {
				add(n.Args[0], b.ApplyTransposed(n.Table, bar, n.Rows))
			}
		case Gather:
			add(n.Args[0], b.Scatter(bar, b.Len(n.Args[0]), n.Index...))
		case Scatter:
			add(n.Args[0], b.Gather(bar, n.Index...))
		case Concat:
			from := 0
			for _, a := range n.Args {
				to := from + b.Len(a)
				add(a, b.Slice(bar, from, to))
				from = to
			}
		case Sum:
			add(n.Args[0], b.Fill(bar, b.Len(n.Args[0])))
		case Add:
			add(n.Args[0], bar)
			add(n.Args[1], bar)
		case Sub:
			add(n.Args[0], bar)
			add(n.Args[1], b.Unary(Neg, bar))
		case Mul:
			add(n.Args[0], b.Mul(bar, n.Args[1]))
			add(n.Args[1], b.Mul(bar, n.Args[0]))
		case Div:
			add(n.Args[0], b.Div(bar, n.Args[1]))
			if on[n.Args[1]] {
				add(n.Args[1], b.Unary(Neg, b.Div(b.Mul(bar, v), n.Args[1])))
			}
		case Atan2:
			square := b.Add(b.Mul(n.Args[0], n.Args[0]), b.Mul(n.Args[1], n.Args[1]))
			add(n.Args[0], b.Div(b.Mul(bar, n.Args[1]), square))
			add(n.Args[1], b.Unary(Neg, b.Div(b.Mul(bar, n.Args[0]), square)))
		case Pow:
			byBase, byExponent := b.powers(n.Args[0], n.Args[1], v)
			add(n.Args[0], b.Mul(bar, byBase))
			if byExponent != None {
				add(n.Args[1], b.Mul(bar, byExponent))
			}
		default:
			add(n.Args[0], b.Mul(bar, b.slope(n.Op, n.Args[0], v)))
		}
	}
	if x > y || bars[x] == None {
		return b.Filled(0, b.Len(x))
	}
	return bars[x]
}

// Tangent is the change of y where x changes by t, forward differentiation; t is as long as x.
func (b *Builder) Tangent(y, x, t Value) Value {
	on := b.depends(x, y)
	if !on[y] {
		return b.Filled(0, b.Len(y))
	}
	dots := make([]Value, y+1)
	dots[x] = t
	for v := x + 1; v <= y; v++ {
		if !on[v] {
			continue
		}
		n := b.nodes[v]
		dot := func(k int) Value {
			if a := n.Args[k]; on[a] {
				return dots[a]
			}
			return b.Filled(0, b.Len(n.Args[k]))
		}
		wide := func(d Value) Value { return b.wide(d, n.Len) }
		switch n.Op {
		case Affine:
			if n.Transposed {
				dots[v] = b.ApplyTransposed(n.Table, dot(0), n.Rows)
			} else {
				dots[v] = b.Apply(n.Table, nil, dot(0), n.Rows)
			}
		case Gather:
			dots[v] = b.Gather(dot(0), n.Index...)
		case Scatter:
			dots[v] = b.Scatter(dot(0), n.Len, n.Index...)
		case Concat:
			parts := make([]Value, len(n.Args))
			for k := range parts {
				parts[k] = dot(k)
			}
			dots[v] = b.Concat(parts...)
		case Sum:
			dots[v] = b.Sum(dot(0))
		case Add:
			dots[v] = wide(b.Add(dot(0), dot(1)))
		case Sub:
			dots[v] = wide(b.Sub(dot(0), dot(1)))
		case Mul:
			dots[v] = wide(b.Add(b.Mul(dot(0), n.Args[1]), b.Mul(n.Args[0], dot(1))))
		case Div:
			dots[v] = wide(b.Div(b.Sub(dot(0), b.Mul(v, dot(1))), n.Args[1]))
		case Atan2:
			square := b.Add(b.Mul(n.Args[0], n.Args[0]), b.Mul(n.Args[1], n.Args[1]))
			dots[v] = wide(b.Div(b.Sub(b.Mul(n.Args[1], dot(0)), b.Mul(n.Args[0], dot(1))), square))
		case Pow:
			byBase, byExponent := b.powers(n.Args[0], n.Args[1], v)
			d := b.Mul(dot(0), byBase)
			if byExponent != None {
				d = b.Add(d, b.Mul(dot(1), byExponent))
			}
			dots[v] = wide(d)
		default:
			dots[v] = b.Mul(dot(0), b.slope(n.Op, n.Args[0], v))
		}
	}
	return dots[y]
}
