package expr

import (
	"go/token"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Syntax is a way of writing an expression.
type Syntax uint8

// The syntaxes: Text is what Parse reads.
const (
	Text Syntax = iota
	LaTeX
	SymPy
	Go
)

var syntaxNames = []string{"text", "latex", "sympy", "go"}

// String is the syntax's name.
func (s Syntax) String() string { return syntaxNames[s] }

// Syntaxes lists the names of the syntaxes.
func Syntaxes() []string { return append([]string(nil), syntaxNames...) }

// Write returns the expression as text with the names of the variables, numbers to so many digits, 0 for all.
func (e *Expr) Write(s Syntax, names []string, digits int) string {
	w := writer{s, names, digits}
	return w.write(e, 0)
}

type writer struct {
	syntax Syntax
	names  []string
	digits int
}

// precedences: 1 sum, 2 product, 3 sign, 4 power.
func (w *writer) write(e *Expr, outer int) string {
	own := 5
	var b strings.Builder
	switch e.Op {
	case Const:
		text := format(e.Value, w.digits)
		if e.Value < 0 {
			own = 3
		}
		if mantissa, exponent, ok := strings.Cut(text, "e"); ok && w.syntax == LaTeX {
			n, _ := strconv.Atoi(exponent)
			text = mantissa + ` \cdot 10^{` + strconv.Itoa(n) + "}"
			own = min(own, 2)
		}
		b.WriteString(text)
	case Var:
		b.WriteString(w.name(e.Index))
	case Add, Sub:
		own = 1
		b.WriteString(w.write(e.Args[0], 1))
		if e.Op == Add {
			b.WriteString(" + ")
			b.WriteString(w.write(e.Args[1], 1))
		} else {
			b.WriteString(" - ")
			b.WriteString(w.write(e.Args[1], 2))
		}
	case Neg:
		own = 3
		of := w.write(e.Args[0], 2)
		if strings.HasPrefix(of, "-") { // two signs are another one in Go and C
			of = "(" + of + ")"
		}
		b.WriteString("-" + of)
	case Mul:
		own = 2
		times := "*"
		if w.syntax == LaTeX {
			times = " "
		}
		b.WriteString(w.write(e.Args[0], 2) + times + w.write(e.Args[1], 3))
	case Div:
		if w.syntax == LaTeX {
			return `\frac{` + w.write(e.Args[0], 0) + "}{" + w.write(e.Args[1], 0) + "}"
		}
		own = 2
		b.WriteString(w.write(e.Args[0], 2) + "/" + w.write(e.Args[1], 4))
	case Pow:
		own = 4
		switch w.syntax {
		case LaTeX:
			b.WriteString("{" + w.write(e.Args[0], 5) + "}^{" + w.write(e.Args[1], 0) + "}")
		case SymPy:
			b.WriteString(w.write(e.Args[0], 5) + "**" + w.write(e.Args[1], 5))
		case Go:
			return "math.Pow(" + w.write(e.Args[0], 0) + ", " + w.write(e.Args[1], 0) + ")"
		default:
			b.WriteString(w.write(e.Args[0], 5) + "^" + w.write(e.Args[1], 5))
		}
	case Call:
		inner := w.write(e.Args[0], 0)
		switch w.syntax {
		case LaTeX:
			switch e.Func {
			case "abs":
				b.WriteString(`\left|` + inner + `\right|`)
			case "sqrt":
				b.WriteString(`\sqrt{` + inner + "}")
			default:
				b.WriteString(functions[e.Func].latex + `\left(` + inner + `\right)`)
			}
		case SymPy:
			name := e.Func
			if name == "abs" {
				name = "Abs"
			}
			b.WriteString(name + "(" + inner + ")")
		case Go:
			b.WriteString("math." + strings.ToUpper(e.Func[:1]) + e.Func[1:] + "(" + inner + ")")
		default:
			b.WriteString(e.Func + "(" + inner + ")")
		}
	}
	if own < outer {
		if w.syntax == LaTeX {
			return `\left(` + b.String() + `\right)`
		}
		return "(" + b.String() + ")"
	}
	return b.String()
}

func (w *writer) name(i int) string {
	name := "x" + strconv.Itoa(i)
	if i < len(w.names) {
		name = w.names[i]
	}
	switch w.syntax {
	case SymPy, Go:
		return identifier(name, w.syntax)
	case Text:
		return name
	}
	if len(name) == 1 && unicode.IsLetter(rune(name[0])) {
		return name
	}
	// q1 is q_{1}, theta is itself in upright letters.
	letters := strings.TrimRight(name, "0123456789")
	if len(letters) == 1 && len(letters) < len(name) && unicode.IsLetter(rune(letters[0])) {
		return letters + "_{" + name[1:] + "}"
	}
	return `\mathrm{` + latexText.Replace(name) + "}"
}

func letter(r rune) bool { return r == '_' || unicode.IsLetter(r) }

// latexText writes what means something to LaTeX as itself.
var latexText = strings.NewReplacer(`_`, `\_`, `%`, `\%`, `&`, `\&`, `#`, `\#`, `$`, `\$`, `{`, `\{`, `}`, `\}`, `^`, `\hat{}`, `~`, `\sim{}`, `\`, `\backslash{}`)

// reserved are the words of Python that can be names of columns.
var reserved = strings.Fields("and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield")

// identifier is a column's name as one of Python or Go: what cannot stand in one is an underscore.
func identifier(name string, s Syntax) string {
	name = strings.Map(func(r rune) rune {
		if letter(r) || unicode.IsDigit(r) {
			return r
		}
		return '_'
	}, name)
	if name == "" || !letter([]rune(name)[0]) {
		name = "_" + name
	}
	if s == Go && (token.IsKeyword(name) || name == "math" || name == "_") || s == SymPy && slices.Contains(reserved, name) {
		name += "_"
	}
	return name
}
