package expr

import (
	"fmt"
	"go/token"

	"hnn/model/unit"
)

// Units are those of variables, for ParseUnits. A number that is written may carry a unit, and a variable beyond them has one
// unit wherever it stands; a column of nil is of no unit that is known, and nothing is asked of it.
type Units []*unit.Unit

// ParseUnits reads expressions as ParseList and returns the unit of each, nil where it is not known. It is an error, a
// *ParseError with the place, to add or compare what has different units, or to take a function of what has one: of a logarithm
// the unit is a constant beside it, so it may stand in a sum, or times a number.
func ParseUnits(text string, variables []string, units Units) ([]*unit.Unit, error) {
	p, err := newParser(text, variables)
	if err != nil {
		return nil, err
	}
	p.check = &checker{units: units, of: map[*Expr]quantity{}, numbers: map[int]unit.Unit{}}
	list, err := p.list()
	if err != nil {
		return nil, err
	}
	out := make([]*unit.Unit, len(list))
	for i, e := range list {
		if u := p.check.system.Resolve(p.check.of[e].unit); unit.Known(u) {
			out[i] = &u
		}
	}
	return out, nil
}

// quantity is what an expression is: its unit, whether a logarithm leaves a constant of it open, and whether it is a number.
type quantity struct {
	unit         unit.Unit
	open, number bool
}

// checker follows units through a parser. Every operand is used once, so that a node that is handed on as it is, as q of 1*q, has
// the unit of the last that it stands for.
type checker struct {
	units   Units
	system  unit.System
	of      map[*Expr]quantity
	numbers map[int]unit.Unit // of variables that are none of the columns
}

func (c *checker) literal(e *Expr) {
	if c != nil {
		c.of[e] = quantity{c.system.New(), false, true}
	}
}

func (c *checker) variable(e *Expr) {
	if c == nil {
		return
	}
	i := e.Index
	if i >= len(c.units) {
		if c.numbers[i] == nil {
			c.numbers[i] = c.system.New()
		}
		c.of[e] = quantity{c.numbers[i], false, true}
		return
	}
	if c.units[i] == nil {
		c.of[e] = quantity{unit: c.system.New()}
		return
	}
	c.of[e] = quantity{unit: *c.units[i]}
}

// shown is a unit for a message.
func (c *checker) shown(u unit.Unit) string {
	if u = c.system.Resolve(u); len(u) == 0 {
		return "a plain number"
	}
	return "in " + u.String()
}

// binary is the quantity of an operation on two, or the reason why there is none.
func (c *checker) binary(op token.Token, a, b quantity, right *Expr) (quantity, string) {
	out := quantity{number: a.number && b.number}
	switch op {
	case token.ADD, token.SUB:
		if !c.system.Same(a.unit, b.unit) {
			return out, fmt.Sprintf("what is left of here is %s and what is right of it %s, which have no sum: make them terms of their own, or give one a number, which carries a unit", c.shown(a.unit), c.shown(b.unit))
		}
		out.unit, out.open = a.unit, a.open || b.open
		return out, ""
	case token.MUL, token.QUO:
		if a.open && !b.number || b.open && (!a.number || op == token.QUO) {
			return out, "the logarithm of what has a unit stands in a product, where its unit does not drop out: divide by a number inside it"
		}
		sign := 1.0
		if op == token.QUO {
			sign = -1
		}
		out.unit, out.open = a.unit.Times(b.unit, sign), a.open || b.open
		return out, ""
	}
	if a.open || b.open {
		return out, "a power of the logarithm of what has a unit: divide by a number inside it"
	}
	if right.Op == Const {
		out.unit = unit.Unit(nil).Times(a.unit, right.Value)
		return out, ""
	}
	for _, q := range []quantity{a, b} {
		if !c.system.Same(q.unit, nil) {
			return out, fmt.Sprintf("a power whose exponent varies is of plain numbers, and this is %s: multiply by a number, which carries a unit", c.shown(q.unit))
		}
	}
	return out, ""
}

// call is the quantity of a function.
func (c *checker) call(name string, q quantity) (quantity, string) {
	if q.open {
		return q, name + " of the logarithm of what has a unit: divide by a number inside it"
	}
	switch name {
	case "abs":
		return q, ""
	case "sqrt":
		q.unit = unit.Unit(nil).Times(q.unit, 0.5)
		return q, ""
	}
	if !c.system.Same(q.unit, nil) {
		if name == "log" {
			return quantity{open: true, number: q.number}, ""
		}
		return q, fmt.Sprintf("%s of what is %s; it is taken of plain numbers: multiply by a number, which carries a unit, as %s(k*...) with a k to be fitted", name, c.shown(q.unit), name)
	}
	return quantity{number: q.number}, ""
}
