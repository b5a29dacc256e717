package expr

import (
	"errors"
	goparser "go/parser"
	"math"
	"math/rand/v2"
	"testing"
)

var names = []string{"q", "p", "q2"}

func TestParse(t *testing.T) {
	x := []float64{0.7, -1.3, 2.1}
	for text, want := range map[string]float64{
		"q^2":                     0.49,
		"-q^2":                    -0.49,
		"2^-1":                    0.5,
		"2^3^2":                   512,
		"q*p^2/2":                 0.7 * 1.69 / 2,
		"q**2*p":                  0.49 * -1.3,
		"1 - cos(q)":              1 - math.Cos(0.7),
		"p^2/2 + 3*(1-cos(q))":    1.69/2 + 3*(1-math.Cos(0.7)),
		"1/sqrt(q^2 + q2^2)":      1 / math.Sqrt(0.49+4.41),
		"exp(-q/2)*tanh(q2)":      math.Exp(-0.35) * math.Tanh(2.1),
		"q - p - q2":              0.7 + 1.3 - 2.1,
		"q/p/q2":                  0.7 / -1.3 / 2.1,
		"2*pi":                    2 * math.Pi,
		"1e-3*q":                  0.7e-3,
		"q2^0.5":                  math.Sqrt(2.1),
		"q2^q":                    math.Pow(2.1, 0.7),
		"cos(q - q2)*p\n+ abs(p)": math.Cos(0.7-2.1)*-1.3 + 1.3,
	} {
		e, err := Parse(text, names)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got := e.Eval(x); math.Abs(got-want) > 1e-15*math.Max(1, math.Abs(want)) {
			t.Errorf("%q is %v, want %v", text, got, want)
		}
		// What is written is read back as the same function.
		again, err := Parse(e.Write(Text, names, 0), names)
		if err != nil {
			t.Errorf("%q is written %q: %v", text, e.Write(Text, names, 0), err)
		} else if got := again.Eval(x); math.Abs(got-want) > 1e-14*math.Max(1, math.Abs(want)) {
			t.Errorf("%q is written %q, which is %v and not %v", text, e.Write(Text, names, 0), got, want)
		}
	}
	for text, column := range map[string]int{"q +": 4, "foo(q)": 1, "(q": 3, "q)": 2, "cos q": 5, "q $ 2": 3, "": 1, "q q": 3, "sin": 4} {
		_, err := Parse(text, names)
		var at *ParseError
		if !errors.As(err, &at) {
			t.Errorf("%q is taken: %v", text, err)
		} else if at.Column != column {
			t.Errorf("%q: %v, want column %d", text, err, column)
		}
	}
	list, err := ParseList("q^2, cos(q - q2), p*q2", names)
	if err != nil || len(list) != 3 {
		t.Errorf("a list of three: %d, %v", len(list), err)
	}
}

// Derivatives agree with central differences, whose error is of the second order.
func TestDerivative(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, text := range []string{
		"q^3*p", "sin(q*p)/q2", "exp(-q^2)*log(q2)", "sqrt(q^2+q2^2)", "tan(q)*tanh(p)", "q2^q", "cosh(q)-sinh(p)", "abs(p)*q", "1/(1+q^2)^2", "-(q-p)^2/q2",
	} {
		e, err := Parse(text, names)
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			x := []float64{rng.NormFloat64(), rng.NormFloat64(), 1 + rng.Float64()}
			for i := range x {
				const h = 1e-5
				keep := x[i]
				x[i] = keep + h
				ahead := e.Eval(x)
				x[i] = keep - h
				behind := e.Eval(x)
				x[i] = keep
				want, got := (ahead-behind)/(2*h), e.Derivative(i).Eval(x)
				if math.Abs(got-want) > 1e-6*(1+math.Abs(want)) {
					t.Errorf("d(%s)/d%s at %v is %v, differences give %v", text, names[i], x, got, want)
				}
			}
		}
	}
}

func TestWrite(t *testing.T) {
	e, err := Parse("3*(1-cos(q)) + p^2/2 - q2/(q*p)", names)
	if err != nil {
		t.Fatal(err)
	}
	for s, want := range map[Syntax]string{
		Text:  "3*(1 - cos(q)) + p^2/2 - q2/(q*p)",
		LaTeX: `3 \left(1 - \cos\left(q\right)\right) + \frac{{p}^{2}}{2} - \frac{q_{2}}{q p}`,
		SymPy: "3*(1 - cos(q)) + p**2/2 - q2/(q*p)",
		Go:    "3*(1 - math.Cos(q)) + math.Pow(p, 2)/2 - q2/(q*p)",
	} {
		if got := e.Write(s, names, 0); got != want {
			t.Errorf("%v: %s, want %s", s, got, want)
		}
	}
}

// Columns' names that are no identifiers, or mean something to a language, are written as what is read there.
func TestWriteNames(t *testing.T) {
	e := Sum(Variable(0), Variable(1), Variable(2), Variable(3))
	own := []string{"q dot (rad/s)", "lambda", "type", "100%"}
	for s, want := range map[Syntax]string{
		LaTeX: `\mathrm{q dot (rad/s)} + \mathrm{lambda} + \mathrm{type} + \mathrm{100\%}`,
		SymPy: "q_dot__rad_s_ + lambda_ + type + _100_",
		Go:    "q_dot__rad_s_ + lambda + type_ + _100_",
	} {
		got := e.Write(s, own, 0)
		if got != want {
			t.Errorf("%v: %s, want %s", s, got, want)
		}
		if _, err := goparser.ParseExpr(got); s == Go && err != nil {
			t.Error(err)
		}
	}
}

// What is read never panics, and what it writes is read again.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"q^2", "p^2/2+3*(1-cos(q))", "((((q))))", "q**", "1e999", "-", "cos(", "q^-p^2", "q^99^992", "func(q)", "\"q\"", "/*"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Parse(text, names)
		if err != nil {
			return
		}
		x := []float64{0.5, 0.25, 2}
		want := e.Eval(x)
		again, err := Parse(e.Write(Text, names, 0), names)
		if err != nil {
			t.Fatalf("%q is written %q: %v", text, e.Write(Text, names, 0), err)
		}
		if got := again.Eval(x); !(math.Abs(got-want) <= 1e-9*(math.Abs(want)+1e-300)) && !math.IsNaN(want) && !math.IsInf(want, 0) {
			t.Fatalf("%q is %v, written %q it is %v", text, want, e.Write(Text, names, 0), got)
		}
	})
}
