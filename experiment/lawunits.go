package experiment

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"hnn/data/file"
	"hnn/model/expr"
	"hnn/model/formula"
	"hnn/model/unit"
)

// LawUnits are those of the columns that a formula is made of, as the file says them: "" where it does not, 1 for plain numbers.
type LawUnits struct {
	Time    string   `json:"time"`
	Columns []string `json:"columns"`
	Inputs  []string `json:"inputs,omitempty"`
}

// lawUnits are the units of a file's columns, nil where it says none, and of data of a known system.
func (d *dataset) lawUnits(c *Config) *LawUnits {
	if len(d.mappings) == 0 || d.system != nil {
		return nil
	}
	m, some := d.mappings[0], false
	of := func(name string) string {
		_, text := splitUnit(name)
		if text == "" {
			text = m.Units[name]
		}
		u, ok := unit.Parse(text)
		if !ok {
			return ""
		}
		some = true
		return u.String()
	}
	out := &LawUnits{Time: of(m.Time)}
	names := d.columns()
	for _, name := range names {
		text := of(name)
		if text == "" && slices.Contains(d.angles, name) {
			text = unit.Unit(nil).String()
		}
		out.Columns = append(out.Columns, text)
	}
	for _, name := range d.Train.InputNames {
		out.Inputs = append(out.Inputs, of(name))
	}
	if !some {
		return nil
	}
	if out.Time == "" || m.Seconds {
		out.Time = "s" // as times are taken where nothing is said
	}
	if n := len(names) / 2; d.velocities() && len(m.P) == n {
		for i := range n {
			q, known := unit.Parse(out.Columns[i])
			switch t, ok := unit.Parse(out.Time); {
			case c.Mass != nil:
				out.Columns[n+i] = "" // masses carry a unit that is not said
			case out.Columns[n+i] == "" && known && ok:
				out.Columns[n+i] = q.Times(t, -1).String()
			}
		}
	}
	return out
}

// expr are the units of the columns as an expression's variables, nil for none.
func (l *LawUnits) expr() expr.Units {
	if l == nil {
		return nil
	}
	out := make(expr.Units, len(l.Columns))
	for i, text := range l.Columns {
		if u, ok := unit.Parse(text); ok {
			out[i] = &u
		}
	}
	return out
}

// energy is the unit of H, [q] [p] / [t] of every pair, nil where it is not known. It is an error if pairs differ: there is no H then.
func (l *LawUnits) energy() (*unit.Unit, error) {
	if l == nil {
		return nil, nil
	}
	t, ok := unit.Parse(l.Time)
	if !ok {
		return nil, nil
	}
	of, n := l.expr(), len(l.Columns)/2
	var h *unit.Unit
	whole := true
	for i := range n {
		if of[i] == nil || of[n+i] == nil {
			whole = false
			continue
		}
		u := of[i].Times(*of[n+i], 1).Times(t, -1)
		if h != nil && !h.Equal(u) {
			return nil, fmt.Errorf("a position times its momentum by the time is in %s and in %s: these are not momenta of one energy", h, u)
		}
		h = &u
	}
	if !whole {
		return nil, nil
	}
	return h, nil
}

// coefficients are the units of a formula's terms' coefficients, "" where not known, nil where none is.
func (l *LawUnits) coefficients(f *formula.Formula, names []string) []string {
	h, err := l.energy()
	if h == nil || err != nil {
		return nil
	}
	out := make([]string, len(f.Terms))
	for k, t := range f.Terms {
		u, err := expr.ParseUnits(t.Expr.Write(expr.Text, names, 0), names, l.expr())
		if err == nil && u[0] != nil {
			out[k] = h.Times(*u[0], -1).String()
		}
	}
	return out
}

// consistent are the expressions of a library whose units are.
func (l *LawUnits) consistent(list []*expr.Expr, names []string) []*expr.Expr {
	if l == nil {
		return list
	}
	units := l.expr()
	return slices.DeleteFunc(list, func(e *expr.Expr) bool {
		_, err := expr.ParseUnits(e.Write(expr.Text, names, 0), names, units)
		return err != nil
	})
}

// formulaNames are columns as a formula writes them: without units, of letters, digits and underscores, so that what is written
// can be read again. A column that would be called as another or as a function keeps its name.
func formulaNames(columns []string) []string {
	names := make([]string, len(columns))
	count := map[string]int{}
	for i, c := range columns {
		bare, _ := splitUnit(c)
		if bare == "" {
			bare = c
		}
		if names[i] = strings.Trim(noName.ReplaceAllString(bare, "_"), "_"); names[i] == "" || names[i][0] >= '0' && names[i][0] <= '9' {
			names[i] = c
		}
		count[names[i]]++
	}
	for i, name := range names {
		if count[name] > 1 || name == "pi" || slices.Contains(expr.Functions(), name) {
			names[i] = columns[i]
		}
	}
	return names
}

// splitUnit is file.SplitUnit, where a unit may also be of several factors in brackets, as kg m/s.
func splitUnit(name string) (bare, text string) {
	if m := lastBrackets.FindStringSubmatch(name); m != nil {
		if _, ok := unit.Parse(m[2]); ok {
			return m[1], m[2]
		}
	}
	return file.SplitUnit(name)
}

var lastBrackets = regexp.MustCompile(`^(.+?)\s*[\[(]([^\])]+)[\])]$`)

var noName = regexp.MustCompile(`[^\pL\pN_]+`)
