package experiment

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"hnn/data"
	fitformula "hnn/fit/formula"
	"hnn/model"
	"hnn/model/expr"
	"hnn/model/formula"
	"hnn/model/lagrangian"
	"hnn/model/lattice"
	"hnn/model/poisson"
	modelterms "hnn/model/terms"
)

// Explanation is the law that a model follows, as a formula.
type Explanation struct {
	Run  string `json:"run"`
	Kind string `json:"kind"`
	// Law is written in the syntax that was asked for.
	Law string `json:"law"`
	// Unit is that of H, "" where the columns do not say it.
	Unit string `json:"unit,omitempty"`
	// Terms are those of a Hamiltonian, coefficients with standard errors.
	Terms []ExplainedTerm `json:"terms,omitempty"`
	// Path is the Pareto front: the number of terms and the error with them, of a distilled model relative to the field, of a
	// formula the held-out one relative to the least.
	Path []PathStep `json:"path,omitempty"`
	// Distilled says that the formula was fitted to the model's field at the states of its data; Error is how far it is
	// off there, relative to the field, and Explained whether that is little.
	Distilled bool   `json:"distilled"`
	Error     Number `json:"error"`
	Explained bool   `json:"explained"`
	// KnownPart is the part of H that the run was given; Error and Path are then relative to the field of the rest.
	KnownPart string `json:"known_part,omitempty"`
	// LeftOut counts the terms of the library that the data cannot tell from others.
	LeftOut int `json:"left_out,omitempty"`
	// text is the law as text, and forces how many coefficients of friction and inputs it has.
	text   string
	forces int
}

// ExplainedTerm is a term of H.
type ExplainedTerm struct {
	Term        string  `json:"term"`
	Coefficient float64 `json:"coefficient"`
	Error       Number  `json:"standard_error"`
	Stability   Number  `json:"stability"`
	// Unit is that of the coefficient, "" where it is not known, 1 for a plain number.
	Unit string `json:"unit,omitempty"`
}

// PathStep is an entry of the path of formulas.
type PathStep struct {
	Terms int    `json:"terms"`
	Error Number `json:"error"`
}

// Explain gives the law of a run's model: what it is made of, or a formula that is fitted to its field. Terms are those of
// a library of the user's, "" for the default one.
// Tolerance is the relative error below which the formula of fewest terms is taken for a model that is none.
func (e *Env) Explain(r *Run, syntax expr.Syntax, terms string, tolerance float64) (*Explanation, error) {
	x := &Explanation{Run: r.Dir, Kind: r.form.Kind, Explained: true, Error: 0}
	names, inputs := formulaNames(r.columns), formulaNames(r.inputs)
	var units *LawUnits
	write := func(h *expr.Expr, text string, digits int) {
		x.text = text
		if x.Law = text; syntax != expr.Text {
			x.Law = h.Write(syntax, names, digits) + "\n"
		}
	}
	give := func(f *formula.Formula) {
		of := units.coefficients(f, names)
		for i, t := range f.Terms {
			x.Terms = append(x.Terms, ExplainedTerm{t.Expr.Write(expr.Text, names, 0), t.Coefficient, Number(t.Error), Number(t.Stability), ""})
			if of != nil {
				x.Terms[i].Unit = of[i]
			}
		}
		if h, err := units.energy(); h != nil && err == nil {
			x.Unit = h.String()
		}
		x.forces, f = forces(f), f.Rounded()
		write(f.H(), f.Text(expr.Text, names, inputs, 0), 0)
	}
	if terms == "" {
		if f := formula.Of(r.form); f != nil {
			if results, err := ReadResults(r.Dir); err == nil && results.WeakForm != nil {
				x.Path, units = results.WeakForm.Path, results.WeakForm.Units
			}
			give(f)
			return x, nil
		}
		if l := lagrangian.Of(r.form); l != nil {
			write(l.EnergyExpr(), l.Text(names[:l.N], 6), 6)
			return x, nil
		}
		if law := r.equations(names, inputs); law != "" {
			if syntax != expr.Text {
				return nil, fmt.Errorf("%s: a %s has no energy of a few terms to write as %s; its laws are written as text", r.Dir, r.form.Kind, syntax)
			}
			x.Law = law
			return x, nil
		}
	}
	f, units, report, err := e.distil(r, terms, tolerance)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.Dir, err)
	}
	x.KnownPart = r.Config.KnownPart
	x.Distilled, x.Error, x.Explained, x.LeftOut = true, Number(report.Error), report.Error < fitformula.Explains, len(report.Pruned)
	for _, s := range report.Path {
		x.Path = append(x.Path, PathStep{s.Terms, Number(s.Error)})
	}
	give(f)
	return x, nil
}

// equations are the laws of a model that has some of its own and no formula of H, "" of any other.
func (r *Run) equations(names, inputs []string) string {
	if f := modelterms.Of(r.form); f != nil {
		return f.Text(names, inputs, 6)
	}
	if s := lattice.Of(r.form); s != nil {
		return s.Text(6)
	}
	if s := poisson.Of(r.form); s != nil {
		return s.Text(names, 6)
	}
	return ""
}

// distil fits a formula to the field of a run's model at the states of its data, without inputs.
func (e *Env) distil(r *Run, terms string, tolerance float64) (*formula.Formula, *LawUnits, *fitformula.Report, error) {
	if r.model.Pixels != nil {
		return nil, nil, nil, errors.New("the states of a model of pictures are codes without names: there is no formula of them")
	}
	if !r.model.Canonical {
		return nil, nil, nil, errors.New("the model's columns are not positions and momenta: a formula of H is distilled where they are")
	}
	d, err := e.load(&r.Config)
	if err != nil {
		return nil, nil, nil, err
	}
	c := r.Config
	c.Terms, c.Start = terms, ""
	n := r.model.Dim / 2
	marks := make([]bool, n)
	if d.system != nil {
		for i := range marks {
			marks[i] = d.system.Coordinates()[i].Angle
		}
	} else if all, err := angles(r.Config.Angle, r.columns); err == nil && all != nil {
		copy(marks, all[:n])
	}
	names, units := formulaNames(r.columns), d.lawUnits(&c)
	list, own, _, err := c.library(n, marks, names, units)
	if err != nil {
		return nil, nil, nil, err
	}
	known, err := c.knownPart(d)
	if err != nil {
		return nil, nil, nil, err
	}
	set := field(r.model, d.Train)
	f, report, err := fitformula.Distil(set, list, fitformula.Options{Angles: marks, Names: names, Prune: !own, Tolerance: tolerance, Known: known})
	return f, units, report, err
}

// field is a set with a model's field, without inputs, as its rates.
func field(m *model.Field, s *data.Set) *data.Set {
	out := *s
	out.DX = make([]float64, len(s.X))
	free := m.Free()
	for i := 0; i < len(s.X); i += s.Dim {
		free(0, s.X[i:i+s.Dim], out.DX[i:i+s.Dim])
	}
	return &out
}

// Write prints the explanation for a person.
func (x *Explanation) Write(w io.Writer) error {
	fmt.Fprint(w, x.Law)
	if x.Terms != nil {
		fmt.Fprintln(w)
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		head := "term\tcoefficient\tstandard error\tchosen in"
		if x.Unit != "" {
			head += "\tunit (H in " + x.Unit + ")"
		}
		fmt.Fprintln(t, head)
		for _, term := range x.Terms {
			fmt.Fprintf(t, "%s\t%.6g\t%.2g\t%.0f%%", term.Term, term.Coefficient, float64(term.Error), 100*float64(term.Stability))
			if term.Unit != "" {
				fmt.Fprint(t, "\t"+term.Unit)
			}
			fmt.Fprintln(t)
		}
		if err := t.Flush(); err != nil {
			return err
		}
	}
	if x.Path != nil {
		parts := make([]string, len(x.Path))
		what := "error by the number of terms"
		for i, s := range x.Path {
			if parts[i] = fmt.Sprintf("%d: %.2g%%", s.Terms, 100*float64(s.Error)); !x.Distilled {
				parts[i], what = fmt.Sprintf("%d: %.3g", s.Terms, float64(s.Error)), "held-out error by the number of coefficients, in times the least"
			}
		}
		fmt.Fprintf(w, "\n%s: %s\n", what, strings.Join(parts, ", "))
	}
	if x.LeftOut > 0 {
		fmt.Fprintf(w, "%d terms of the library were left out: these states cannot tell them from others\n", x.LeftOut)
	}
	switch {
	case !x.Distilled:
	case x.Explained && x.KnownPart != "":
		fmt.Fprintf(w, "beside the known part the formula's field is within %.2g%% of the model's at the states of its data\n", 100*float64(x.Error))
	case x.Explained:
		fmt.Fprintf(w, "the formula's field is within %.2g%% of the model's at the states of its data\n", 100*float64(x.Error))
	default:
		fmt.Fprintf(w, "NO FORMULA of the library explains the model: the best one's field is off by %.2g%% at the states of its data; give terms of your own with --terms\n", 100*float64(x.Error))
	}
	return nil
}
