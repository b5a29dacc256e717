package experiment

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"hnn/data"
	"hnn/data/estimate"
	"hnn/fit/invariants"
	"hnn/model/expr"
)

// ConservedReport says what the data of a run conserve.
type ConservedReport struct {
	Conserved []ConservedQuantity `json:"conserved"`
	Nearly    []ConservedQuantity `json:"nearly,omitempty"`
	// Energy says whether the energy of the run's model is a function of those that are conserved: nil of a model without one.
	Energy *bool `json:"energy_among_them,omitempty"`
	// Turns is the length of a trial in typical turns.
	Turns Number `json:"turns"`
	// Reason says why nothing could be judged, "" where it was.
	Reason string `json:"reason,omitempty"`
}

// ConservedQuantity is a function that stays constant along trials and differs between them.
type ConservedQuantity struct {
	Formula string `json:"formula"`
	Terms   int    `json:"terms"`
	// Within is its spread within held-out trials over that between them, Noise the part of it that the noise explains.
	Within Number `json:"within_over_between"`
	Noise  Number `json:"of_noise"`
}

// Conserved looks for what the rows that a run learned from conserve: functions that are constant along each trial,
// independent of each other; and whether the model's energy is one of them.
func (e *Env) Conserved(r *Run, syntax expr.Syntax) (*ConservedReport, error) {
	d, err := e.load(&r.Config)
	if err != nil {
		return nil, err
	}
	if d.films != nil {
		return nil, fmt.Errorf("%s: pictures are no states whose invariants could be named", r.Dir)
	}
	set := d.observed()
	if set.PositionsOnly || set.Dim%2 != 0 {
		return nil, fmt.Errorf("%s: what is conserved is a function of whole states, positions and momenta or velocities, and its file has others", r.Dir)
	}
	if len(set.InputNames) > 0 {
		return nil, fmt.Errorf("%s: inputs act on the system, so nothing need be conserved", r.Dir)
	}
	n := set.Dim / 2
	marks := make([]bool, set.Dim)
	if d.system != nil {
		for i := range marks {
			marks[i] = d.system.Coordinates()[i].Angle
		}
	} else if all, err := angles(d.angles, r.columns); err == nil {
		copy(marks, all)
	}
	paths, err := estimate.NewPaths(set, estimate.PathOptions{Angles: marks})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.Dir, err)
	}
	paths.Cut(8)
	out := new(ConservedReport)
	found, err := invariants.Find(paths, invariants.Libraries(n, marks[:n], formulaNames(r.columns)), invariants.Coupled(n, marks[:n])...)
	if errors.Is(err, invariants.ErrShort) {
		out.Reason = err.Error()
		return out, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.Dir, err)
	}
	out.Turns = Number(found.Turns)
	list := func(qs []invariants.Invariant) (out []ConservedQuantity) {
		for _, q := range qs {
			for i, c := range q.Coefficients { // to four digits, so that 1 is none
				q.Coefficients[i], _ = strconv.ParseFloat(strconv.FormatFloat(c, 'g', 4, 64), 64)
			}
			out = append(out, ConservedQuantity{q.Expr().Write(syntax, formulaNames(r.columns), 4), len(q.Terms), Number(q.Share), Number(q.Noise)})
		}
		return out
	}
	if r.model.Grad != nil && r.model.Pixels == nil && len(found.Conserved) > 0 {
		among := found.Covers(r.model.Grad())
		out.Energy = &among
	}
	out.Conserved, out.Nearly = list(found.Conserved), list(found.Nearly)
	return out, nil
}

// The rows and components up to which a look at a file asks what it conserves, and the terms that it looks among: the simple ones.
const (
	mostConservedRows       = 20_000
	mostConservedComponents = 4
	conservedTerms          = 30
)

// conserves says in a sentence whether observations conserve a simple function of the state, "" where that cannot be told or
// would take long.
func conserves(set *data.Set, marks []bool) string {
	if set.PositionsOnly || set.Dim%2 != 0 || set.Dim > mostConservedComponents || len(set.InputNames) > 0 || set.Rows() > mostConservedRows || len(marks) != set.Dim {
		return ""
	}
	paths, err := estimate.NewPaths(set, estimate.PathOptions{Angles: marks})
	if err != nil {
		return ""
	}
	if paths.Cut(8); len(paths.Trials) > set.Trials() {
		return "" // pieces of one trial have one energy: nothing differs between them
	}
	n := set.Dim / 2
	libraries := invariants.Libraries(n, marks[:n], set.Names)
	libraries = slices.DeleteFunc(libraries, func(l []*expr.Expr) bool { return len(l) > conservedTerms })
	found, err := invariants.Find(paths, libraries, invariants.Coupled(n, marks[:n])...)
	switch {
	case err != nil:
		return ""
	case len(found.Conserved) > 0:
		q := found.Conserved[0]
		if len(q.Terms) > mostRead {
			return fmt.Sprintf("something is conserved along the trials, over %.2g turns: a Hamiltonian without friction can be right", found.Turns)
		}
		return fmt.Sprintf("conserved along the trials, over %.2g turns: %s", found.Turns, q.Expr().Write(expr.Text, set.Names, 4))
	case len(found.Nearly) > 0:
		return fmt.Sprintf("nearly conserved, to %.2g of its spread over %.2g turns: little friction, or columns that are not quite positions and momenta", found.Nearly[0].Share, found.Turns)
	}
	return fmt.Sprintf("this file conserves nothing, over %.2g turns, among simple functions of its columns: there is friction, something acts on the system, or a column of the state is missing; a model that only conserves energy will not fit it", found.Turns)
}

// mostRead is how many terms a sentence shows.
const mostRead = 6

// mostShown is how many terms of a function are printed.
const mostShown = 12

// Write prints the report for a person.
func (r *ConservedReport) Write(w io.Writer) error {
	var b strings.Builder
	if r.Reason != "" {
		fmt.Fprintf(&b, "what is conserved cannot be judged: %s\n", r.Reason)
	} else {
		fmt.Fprintf(&b, "conserved over %.2g typical turns: %s%s\n", float64(r.Turns), plural(len(r.Conserved), "independent function"), r.energy())
		if len(r.Conserved) == 0 {
			b.Reset()
			fmt.Fprintf(&b, "conserved over %.2g typical turns: nothing among the functions of the library\n", float64(r.Turns))
		}
	}
	line := func(q ConservedQuantity) {
		text := q.Formula
		if q.Terms > mostShown {
			text = fmt.Sprintf("no formula: a function of %d terms (see --json), of which no few do; that something is conserved can be believed, not this form of it", q.Terms)
		}
		fmt.Fprintf(&b, "  %s\n      within trials %.1e of the spread between them", text, float64(q.Within))
		if q.Noise > 0 {
			fmt.Fprintf(&b, ", noise explains %.1e", float64(q.Noise))
		}
		b.WriteString("\n")
	}
	for _, q := range r.Conserved {
		line(q)
	}
	for _, q := range r.Nearly {
		fmt.Fprintf(&b, "nearly conserved (%.2g%% over %.2g turns):\n", 100*float64(q.Within), float64(r.Turns))
		line(q)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// energy says in words whether the model's energy is among what is conserved.
func (r *ConservedReport) energy() string {
	switch {
	case r.Energy == nil:
		return ""
	case *r.Energy:
		return ", the model's energy among them"
	}
	return "; the model's energy is NOT a function of them: the model or what was found is off"
}
