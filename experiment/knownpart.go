package experiment

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"hnn/data"
	"hnn/model/expr"
	"hnn/model/formula"
)

// knownPart is the part of H that a configuration gives, of the columns as variables, nil where it gives none. It is an error
// if it cannot be read, uses no column, or is not finite at a training row.
func (c *Config) knownPart(d *dataset) (*expr.Expr, error) {
	if c.KnownPart == "" {
		return nil, nil
	}
	names, set := formulaNames(d.columns()), d.observed()
	if set.PositionsOnly {
		return nil, errors.New("known-part: H is of positions and momenta, and the file has positions alone")
	}
	h, err := expr.Parse(c.KnownPart, names)
	if err != nil {
		return nil, fmt.Errorf("known-part: %w; it is written in the names of the columns %s", err, strings.Join(names, ", "))
	}
	if h.Variables() == 0 {
		return nil, fmt.Errorf("known-part: %q has none of the columns %s in it, and a constant moves nothing", c.KnownPart, strings.Join(names, ", "))
	}
	if err := d.knownUnits(c, names); err != nil {
		return nil, fmt.Errorf("known-part: %w", err)
	}
	all := []*expr.Expr{h}
	for i := range names {
		all = append(all, h.Derivative(i))
	}
	if _, row := expr.Compile(all...).NotFinite(set.X, set.Dim); row >= 0 {
		return nil, fmt.Errorf("known-part: %q or its derivative is not finite at row %d of the training data", c.KnownPart, row+1)
	}
	return h, nil
}

// knownUnits refuses a known part whose units are none of an energy, where the file says them.
func (d *dataset) knownUnits(c *Config, names []string) error {
	l := d.lawUnits(c)
	if l == nil {
		return nil
	}
	u, err := expr.ParseUnits(c.KnownPart, names, l.expr())
	if err != nil {
		return err
	}
	if h, _ := l.energy(); h != nil && u[0] != nil && !h.Equal(*u[0]) {
		return fmt.Errorf("%q is in %s, and H of these columns in %s: a number carries a unit, as the 1 of 1*(%s)", c.KnownPart, u[0], h, c.KnownPart)
	}
	return nil
}

// dimensionless is a part of H of states in the data's units as one of scaled states, in the scales' unit of energy.
func dimensionless(h *expr.Expr, s *data.Scales) *expr.Expr {
	if h == nil || s == nil {
		return h
	}
	h = h.Replace(func(i int) *expr.Expr {
		return expr.Sum(expr.Number(s.Origin[i]), expr.Product(expr.Number(s.State[i]), expr.Variable(i)))
	})
	return expr.Product(expr.Number(1/s.Energy()), h)
}

// validateKnownPart refuses a known part beside a model that does not take one.
func (c *Config) validateKnownPart() error {
	switch {
	case c.KnownPart == "" || c.Trainer == ClosedForm:
		return nil
	case c.Model == formula.Kind:
		return nil
	}
	return fmt.Errorf("known-part: the rest of H is fitted by the trainer %s or the model %s, and this run's is %s by %s", ClosedForm, formula.Kind, c.Model, c.Trainer)
}

// logKnownPart says how much the known part alone leaves of the training rows' rates, in their root mean square: a part that
// was written with a slip leaves most of them.
func (e *Env) logKnownPart(c *Config, d *dataset) {
	h, err := c.knownPart(d)
	if h == nil || err != nil || d.Train.DX == nil {
		return
	}
	one := (&formula.Formula{N: d.Train.Dim / 2, Known: h}).ModelForm().Field().One()
	off, size, dx := 0.0, 0.0, make([]float64, d.Train.Dim)
	for r := range d.Train.Rows() {
		x, want := d.Train.Row(r)
		one(0, x, nil, dx)
		for i, v := range want {
			off += (dx[i] - v) * (dx[i] - v)
			size += v * v
		}
	}
	e.log("%s: the known part alone leaves %.3g%% of the training rows' rates; the rest is fitted", c.Task, 100*math.Sqrt(off/size))
}
