// Package unit has units as products of powers of base units, so that a sum of metres and seconds can be seen. Nothing is
// converted: a millimetre is another base unit than a metre.
package unit

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Unit is a product of powers, sorted by base; nil is that of plain numbers.
type Unit []Power

// Power is that of a base unit.
type Power struct {
	Base     string
	Exponent float64
}

// Of is a base unit.
func Of(base string) Unit { return Unit{{base, 1}} }

// Times returns u v^exponent.
func (u Unit) Times(v Unit, exponent float64) Unit {
	out := slices.Clone(u)
	for _, p := range v {
		i, there := slices.BinarySearchFunc(out, p.Base, func(o Power, base string) int { return cmp.Compare(o.Base, base) })
		if !there {
			out = slices.Insert(out, i, Power{Base: p.Base})
		}
		out[i].Exponent += exponent * p.Exponent
	}
	return slices.DeleteFunc(out, func(p Power) bool { return math.Abs(p.Exponent) < 1e-9 })
}

// Equal reports whether two units are the same.
func (u Unit) Equal(v Unit) bool { return len(u.Times(v, -1)) == 0 }

// Joule is the unit of energy.
var Joule = Unit{{"kg", 1}, {"m", 2}, {"s", -2}}

// String writes a unit as in kg m^2/s^2: "1" for plain numbers, J for that of energy.
func (u Unit) String() string {
	if u.Equal(Joule) {
		return "J"
	}
	var above, below []string
	for _, p := range u {
		text := p.Base
		if e := math.Abs(p.Exponent); e != 1 {
			text += "^" + strconv.FormatFloat(e, 'g', 4, 64)
		}
		if p.Exponent > 0 {
			above = append(above, text)
		} else {
			below = append(below, text)
		}
	}
	text := strings.Join(above, " ")
	if text == "" {
		text = "1"
	}
	switch len(below) {
	case 0:
		return text
	case 1:
		return text + "/" + below[0]
	}
	return text + "/(" + strings.Join(below, " ") + ")"
}

// bases are what Parse knows, and what of them is made of others.
var bases = map[string]Unit{
	"rad": nil, "1": nil,
	"N": {{"kg", 1}, {"m", 1}, {"s", -2}}, "J": Joule, "W": {{"kg", 1}, {"m", 2}, {"s", -3}}, "Hz": {{"s", -1}},
	"V": {{"A", -1}, {"kg", 1}, {"m", 2}, {"s", -3}}, "C": {{"A", 1}, {"s", 1}},
}

func init() {
	for _, b := range strings.Fields("m mm cm km um nm in ft s ms us ns min h kg g mg deg rev A mA K eV px") {
		bases[b] = Of(b)
	}
	for other, base := range map[string]string{"meter": "m", "meters": "m", "metre": "m", "metres": "m", "sec": "s", "second": "s", "seconds": "s",
		"degree": "deg", "degrees": "deg", "°": "deg", "radian": "rad", "radians": "rad", "newton": "N", "joule": "J", "Nm": "N m", "Ns": "N s", "Js": "J s"} {
		bases[other], _ = Parse(base)
	}
}

// factor is a base unit with an exponent.
var factor = regexp.MustCompile(`^([^\d^*/() -][^\d^*/() -]*|1)\^?\(?(-?\d+)?\)?`)

// Parse reads a unit as it stands behind a column's name: "kg m/s", "N*m", "m s^-2", "rad/s^2", "m/(s kg)"; what is behind a slash is
// below it, up to the next factor without one. It reports whether it knows every factor.
func Parse(text string) (Unit, bool) {
	text = signs.Replace(strings.TrimSpace(text))
	var u Unit
	sign, inside, some := 1.0, false, false
	for text != "" {
		switch c := text[0]; c {
		case ' ', '*':
			if text = text[1:]; !inside && c == '*' {
				sign = 1
			}
			continue
		case '/':
			sign, text = -1, text[1:]
			continue
		case '(', ')':
			if inside = c == '('; !inside {
				sign = 1
			}
			text = text[1:]
			continue
		}
		m := factor.FindStringSubmatch(text)
		if m == nil {
			return nil, false
		}
		base, known := bases[m[1]]
		if !known {
			return nil, false
		}
		exponent := 1.0
		if m[2] != "" {
			exponent, _ = strconv.ParseFloat(m[2], 64)
		}
		u, some = u.Times(base, sign*exponent), true
		if text = text[len(m[0]):]; !inside {
			sign = 1
		}
	}
	return u, some
}

var signs = strings.NewReplacer("·", "*", "⋅", "*", "×", "*", ".", "*", "²", "^2", "³", "^3", "⁻¹", "^-1", "⁻²", "^-2", "**", "^", "µ", "u", "_per_", "/", "⁻^", "^-")

// Units of unknown size, which stand for those of numbers, are bases of names that no file has.
func unknown(base string) bool { return strings.HasPrefix(base, "?") }

// A System finds the units of numbers from where they stand.
type System struct {
	found map[string]Unit
	count int
}

// New is a unit that is not known yet.
func (s *System) New() Unit {
	s.count++
	return Of(fmt.Sprint("?", s.count))
}

// Resolve replaces what has been found.
func (s *System) Resolve(u Unit) Unit {
	for {
		i := slices.IndexFunc(u, func(p Power) bool { return s.found[p.Base] != nil })
		if i < 0 {
			return slices.DeleteFunc(slices.Clone(u), func(p Power) bool { _, plain := s.found[p.Base]; return plain })
		}
		p := u[i]
		u = u.Times(Of(p.Base), -p.Exponent).Times(s.found[p.Base], p.Exponent)
	}
}

// Known reports whether nothing in a unit is unknown.
func Known(u Unit) bool {
	return !slices.ContainsFunc(u, func(p Power) bool { return unknown(p.Base) })
}

// Same asks two units to be the same, by what is unknown in them, and reports whether they can be.
func (s *System) Same(u, v Unit) bool {
	w := s.Resolve(u.Times(v, -1))
	i := slices.IndexFunc(w, func(p Power) bool { return unknown(p.Base) })
	if i < 0 {
		return len(w) == 0
	}
	p := w[i]
	rest := w.Times(Of(p.Base), -p.Exponent)
	if s.found == nil {
		s.found = map[string]Unit{}
	}
	s.found[p.Base] = Unit(nil).Times(rest, -1/p.Exponent)
	return true
}
