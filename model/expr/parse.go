package expr

import (
	"fmt"
	"go/scanner"
	"go/token"
	"math"
	"slices"
	"strconv"
	"strings"
)

// ParseError is a place in the text where an expression cannot be read.
type ParseError struct {
	Text   string
	Column int // from 1, in bytes
	Reason string
}

// Error shows the text with a mark below the place.
func (e *ParseError) Error() string {
	return fmt.Sprintf("%s at column %d of %q", e.Reason, e.Column, e.Text)
}

// maxText and maxDepth bound what a text can ask for.
const (
	maxText  = 10_000
	maxDepth = 200
)

// Parse reads an expression of the named variables, variable i being variables[i]: + - * / and ^ or ** for powers,
// brackets, the functions of Functions, numbers and pi. The error is a *ParseError, which says what was expected and
// where.
func Parse(text string, variables []string) (*Expr, error) {
	p, err := newParser(text, variables)
	if err != nil {
		return nil, err
	}
	e, err := p.expression(0)
	if err != nil {
		return nil, err
	}
	if p.tok != token.EOF {
		return nil, p.fail("something after the end of the expression: " + p.shown())
	}
	if err := p.finite(e); err != nil {
		return nil, err
	}
	return e, nil
}

// ParseList reads expressions with commas between them. The error is a *ParseError.
func ParseList(text string, variables []string) ([]*Expr, error) {
	p, err := newParser(text, variables)
	if err != nil {
		return nil, err
	}
	return p.list()
}

func (p *parser) list() ([]*Expr, error) {
	var list []*Expr
	for {
		e, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		if err := p.finite(e); err != nil {
			return nil, err
		}
		list = append(list, e)
		if p.tok == token.EOF {
			return list, nil
		}
		if p.tok != token.COMMA {
			return nil, p.fail("a comma is wanted between two expressions, not " + p.shown())
		}
		p.next()
	}
}

type parser struct {
	text      string
	variables []string
	scan      scanner.Scanner
	tok       token.Token
	lit       string
	column    int
	depth     int
	bad       string
	check     *checker // of units, nil for none
}

func newParser(text string, variables []string) (*parser, error) {
	if len(text) > maxText {
		return nil, &ParseError{text[:40] + "...", 1, fmt.Sprintf("an expression of %d bytes; the longest is %d", len(text), maxText)}
	}
	p := &parser{text: text, variables: variables}
	// Line ends would end an expression.
	source := []byte(strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' {
			return ' '
		}
		return r
	}, text))
	file := token.NewFileSet().AddFile("", 1, len(source))
	p.scan.Init(file, source, func(at token.Position, reason string) { p.bad = reason }, 0)
	p.next()
	return p, nil
}

// finite refuses an expression with a number that is infinite or undefined, as 99^992 and log(-1) are.
func (p *parser) finite(e *Expr) error {
	if e.Op == Const && (math.IsInf(e.Value, 0) || math.IsNaN(e.Value)) {
		return p.fail("a number in front of here is infinite or undefined")
	}
	for _, a := range e.Args {
		if err := p.finite(a); err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) next() {
	pos, tok, lit := p.scan.Scan()
	p.column, p.tok, p.lit = int(pos), tok, lit
	if tok == token.SEMICOLON && lit == "\n" {
		p.tok = token.EOF
	}
}

func (p *parser) fail(reason string) error {
	if p.bad != "" {
		reason = p.bad
	}
	return &ParseError{p.text, min(p.column, len(p.text)+1), reason}
}

func (p *parser) shown() string {
	switch {
	case p.tok == token.EOF:
		return "the end"
	case p.lit != "":
		return strconv.Quote(p.lit)
	}
	return strconv.Quote(p.tok.String())
}

// precedence of the operators; a sign binds like a product, a power more.
func precedence(t token.Token) int {
	switch t {
	case token.ADD, token.SUB:
		return 1
	case token.MUL, token.QUO:
		return 2
	case token.XOR:
		return 4
	}
	return 0
}

func (p *parser) expression(least int) (*Expr, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.fail("brackets nested too deep")
	}
	defer func() { p.depth-- }()
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	for {
		op, at := p.tok, p.column
		prec := precedence(op)
		if prec == 0 || prec <= least {
			return left, nil
		}
		p.next()
		if op == token.MUL && p.tok == token.MUL { // ** is a power
			op, prec = token.XOR, 4
			if prec <= least {
				return nil, p.fail("a power after a power needs brackets")
			}
			p.next()
		}
		under := prec
		if op == token.XOR {
			under = prec - 1 // from the right: a^b^c = a^(b^c)
		}
		right, err := p.expression(under)
		if err != nil {
			return nil, err
		}
		var unit quantity
		if p.check != nil {
			var reason string
			if unit, reason = p.check.binary(op, p.check.of[left], p.check.of[right], right); reason != "" {
				return nil, &ParseError{p.text, at, reason}
			}
		}
		switch op {
		case token.ADD:
			left = add(left, right)
		case token.SUB:
			left = sub(left, right)
		case token.MUL:
			left = mul(left, right)
		case token.QUO:
			left = div(left, right)
		case token.XOR:
			left = pow(left, right)
		}
		if p.check != nil {
			p.check.of[left] = unit
		}
	}
}

func (p *parser) operand() (*Expr, error) {
	switch p.tok {
	case token.SUB:
		p.next()
		e, err := p.expression(2)
		if err != nil {
			return nil, err
		}
		out := neg(e)
		if p.check != nil {
			p.check.of[out] = p.check.of[e]
		}
		return out, nil
	case token.ADD:
		p.next()
		return p.expression(2)
	case token.INT, token.FLOAT:
		v, err := strconv.ParseFloat(p.lit, 64)
		if err != nil {
			return nil, p.fail("no number: " + p.shown())
		}
		p.next()
		e := number(v)
		p.check.literal(e)
		return e, nil
	case token.LPAREN:
		p.next()
		return p.bracketed()
	}
	// A keyword of Go may be a column's name.
	if p.tok != token.IDENT && !p.tok.IsKeyword() {
		return nil, p.fail("a number, a name or a bracket is wanted, not " + p.shown())
	}
	name := p.lit
	if p.tok.IsKeyword() {
		name = p.tok.String()
	}
	if i := slices.Index(p.variables, name); i >= 0 {
		p.next()
		e := Variable(i)
		p.check.variable(e)
		return e, nil
	}
	if name == "pi" {
		p.next()
		e := number(3.141592653589793)
		p.check.literal(e)
		return e, nil
	}
	if _, ok := functions[name]; !ok {
		return nil, p.fail(fmt.Sprintf("no variable %q; the variables are %s, the functions %s", name, strings.Join(p.variables, ", "), strings.Join(Functions(), ", ")))
	}
	at := p.column
	p.next()
	if p.tok != token.LPAREN {
		return nil, p.fail(fmt.Sprintf("%s is a function: write %s(...)", name, name))
	}
	p.next()
	e, err := p.bracketed()
	if err != nil {
		return nil, err
	}
	out := call(name, e)
	if p.check != nil {
		unit, reason := p.check.call(name, p.check.of[e])
		if reason != "" {
			return nil, &ParseError{p.text, at, reason}
		}
		p.check.of[out] = unit
	}
	return out, nil
}

// bracketed is the expression up to the bracket that closes it, the opening one read.
func (p *parser) bracketed() (*Expr, error) {
	e, err := p.expression(0)
	if err != nil {
		return nil, err
	}
	if p.tok != token.RPAREN {
		return nil, p.fail("a bracket is not closed: \")\" is wanted, not " + p.shown())
	}
	p.next()
	return e, nil
}
