package program

import (
	"math"
	"math/rand/v2"
	"testing"
)

// every is a function of a vector of length 3 that uses every operation.
func every(b *Builder, x Value) Value {
	table := &Table{4, 3, []float64{0.3, -1, 0.5, 2, 0.1, -0.4, 1, 1, 0.2, -0.6, 0.7, 0.9}}
	pieces := &Table{1, 2, []float64{0.4, -1.3}}
	bias := &Table{4, 1, []float64{0.1, 0.2, -0.3, 0.4}}
	y := b.Apply(table, bias, x, 1)
	list := []Value{b.Apply(pieces, nil, y, 2), b.ApplyTransposed(table, y, 1), b.Gather(x, 2, 0, 2), b.Scatter(y, 3, 1, 1, 0, 2)}
	for op := Neg; op < Ops; op++ {
		arg := x
		if op == Log || op == Log1p || op == Sqrt {
			arg = b.Add(b.Constant(2), b.Mul(x, x))
		}
		list = append(list, b.Unary(op, arg))
	}
	positive := b.Add(b.Constant(1.5), b.Mul(x, x))
	list = append(list, b.Add(x, b.Sum(x)), b.Sub(b.Slice(x, 0, 1), x), b.Mul(x, b.Gather(x, 1, 2, 0)), b.Div(b.Slice(x, 1, 2), positive),
		b.Pow(positive, b.Constant(1.7)), b.Pow(x, b.Constant(3)), b.Pow(x, b.Constant(-2)), b.Pow(positive, x), b.Atan2(x, b.Gather(x, 2, 0, 1)), b.Atan2(b.Slice(x, 2, 3), positive))
	all := b.Concat(list...)
	weights := make([]float64, b.Len(all))
	for i := range weights {
		weights[i] = math.Sin(float64(3*i + 1))
	}
	return b.Mul(b.Constant(weights...), all)
}

// Reverse and forward differentiation agree with central differences.
func TestDerivatives(t *testing.T) {
	b := NewBuilder()
	x := b.Input(3)
	y := every(b, x)
	weights := make([]float64, b.Len(y))
	for i := range weights {
		weights[i] = 1 + 0.1*float64(i)
	}
	h := b.Dot(b.Constant(weights...), y)
	value := b.Function(h).Run()
	gradient := b.Function(b.Gradient(h, x)).Run()
	// Taken last, so that functions of it alone have two inputs.
	tangent := b.Function(b.Tangent(h, x, b.Input(3))).Run()
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		at := make([]float64, 3) // neither near 0, for x^-2 and |x|, nor near pi/2, for the tangent
		for i := range at {
			at[i] = (0.3 + 0.8*rng.Float64()) * float64(1-2*rng.IntN(2))
		}
		g := append([]float64(nil), gradient(at)...)
		for i := range at {
			const step = 1e-5
			ahead, behind, direction := append([]float64(nil), at...), append([]float64(nil), at...), make([]float64, 3)
			ahead[i] += step
			behind[i] -= step
			direction[i] = 1
			h := value(ahead)[0]
			want := (h - value(behind)[0]) / (2 * step)
			// Differences at 1e-5 are good to 1e-10 of the third derivative, which is up to 1e4 of x^-2 at 0.3.
			if math.Abs(g[i]-want) > 1e-6*(1+math.Abs(want)) {
				t.Errorf("at %v: gradient %d is %v, differences give %v", at, i, g[i], want)
			}
			if d := tangent(at, direction)[0]; math.Abs(d-g[i]) > 1e-11*(1+math.Abs(g[i])) {
				t.Errorf("at %v: forward %v, reverse %v", at, d, g[i])
			}
		}
	}
}

// A part of a result is what a slice of it is, and does not need what the rest needs.
func TestPart(t *testing.T) {
	b := NewBuilder()
	x := b.Input(2)
	q, p := b.Slice(x, 0, 1), b.Slice(x, 1, 2)
	h := b.Add(b.Unary(Cos, q), b.Mul(p, b.Mul(p, p)))
	g := b.Gradient(h, x)
	part, slice := b.Function(b.Part(g, 1, 2)), b.Function(b.Slice(g, 1, 2))
	at := []float64{0.3, 0.7}
	if a, b := part.Run()(at)[0], slice.Run()(at)[0]; a != b {
		t.Errorf("part %v, slice %v", a, b)
	}
	for _, n := range part.Nodes {
		if n.Op == Sin {
			t.Errorf("the part computes what it does not need:\n%v", part)
		}
	}
}

// Constants are folded, and what is computed twice is computed once.
func TestFolding(t *testing.T) {
	b := NewBuilder()
	x := b.Input(1)
	y := b.Add(b.Mul(x, b.Constant(2)), b.Mul(x, b.Constant(2)))
	z := b.Sub(b.Mul(y, b.Unary(Cos, b.Constant(0))), b.Scale(0, b.Unary(Exp, x)))
	f := b.Function(z)
	if n := len(f.Nodes); n != 4 { // the input, 2, the product and the sum
		t.Errorf("%d operations:\n%v", n, f)
	}
	if got := f.Run()([]float64{3})[0]; got != 12 {
		t.Errorf("f(3) = %v, want 12", got)
	}
}

// The size of terms says how far a sum cancels.
func TestTerms(t *testing.T) {
	b := NewBuilder()
	x := b.Input(1)
	f := b.Function(b.Sub(b.Add(b.Constant(1e6), x), b.Constant(1e6)))
	if got := f.Terms()([]float64{1})[0]; got != 2e6+1 {
		t.Errorf("terms of 1e6 + 1 - 1e6 are %v", got)
	}
}
