package check

import (
	"fmt"
	"math"
	"regexp"

	"hnn/data"
)

// constant finds columns that never change.
func (r *Report) constant(s *data.Set) {
	if s.LongestTrial() < 2 && s.DX == nil {
		r.add(Finding{Severity: Warning, What: "no trial has two rows: too few to find derivatives from", Advice: "give longer trajectories, or derivatives"})
	}
	for j := range s.Dim {
		if v, ok := (column{"", s.X, s.Dim, j}).constant(); ok {
			r.add(Finding{Severity: Warning, Column: s.ColumnName(j), What: fmt.Sprintf("%s is %v in every row: nothing can be learned of it", s.ColumnName(j), v), Advice: "name the other columns with --q and --p"})
		}
	}
	for j, name := range s.InputNames {
		if v, ok := (column{"", s.Inputs, len(s.InputNames), j}).constant(); ok {
			r.add(Finding{Severity: Warning, Column: name, What: fmt.Sprintf("the input %s is %v in every row, so that what it does cannot be told from what the system does by itself", name, v), Advice: "leave it out with --input, or --input none"})
		}
	}
}

// constant reports whether a column never changes, and its value.
func (c column) constant() (float64, bool) {
	first := c.value(0)
	for i := c.at; i < len(c.data); i += c.stride {
		if c.data[i] != first {
			return 0, false
		}
	}
	return first, true
}

// momenta judges how the momenta follow the motion of the positions.
func (r *Report) momenta(s *data.Set, o Options) {
	d := degrees(s)
	same := 0
	for _, v := range r.Velocity {
		switch {
		case v.Same:
			same++
		case v.Mass != 0 && v.Agreement < disagree:
			r.add(Finding{Severity: Warning, Column: v.P, What: fmt.Sprintf("%s does not follow the velocity of %s (agreement %.2f)", v.P, v.Q, v.Agreement), Advice: "check that they belong together"})
		case v.Agreement > agree && o.Velocities && math.Abs(v.Mass-1) > closeMass+2*v.coarse:
			f := Finding{Severity: Warning, Column: v.P, What: fmt.Sprintf("%s is called a velocity and is %.3g times that of %s", v.P, v.Mass, v.Q), Advice: "check the units"}
			if v.Mass < 0 {
				f.Advice = "check its sign"
			}
			r.add(f)
		}
	}
	const badly = "in a coupled system, as a double pendulum, they are not, and a Hamiltonian fits them badly"
	switch {
	case d < 2 || o.Canonical || cartesian(s):
	case same == d:
		r.add(Finding{Severity: Warning, What: fmt.Sprintf("the momenta are velocities: with %d degrees of freedom these are canonical momenta only if the mass matrix is constant and diagonal, as of bodies in Cartesian coordinates; %s", d, badly),
			Advice: "compute the momenta p = M(q) dq/dt and give them with --p", Hamiltonian: true})
	case s.PositionsOnly:
		r.add(Finding{Severity: Warning, What: fmt.Sprintf("there are no momenta, and velocities will be taken for them: with %d degrees of freedom these are canonical only if the mass matrix is constant and diagonal, as of bodies in Cartesian coordinates; %s", d, badly),
			Advice: "compute the momenta p = M(q) dq/dt and give them with --p", Hamiltonian: true})
	}
}

// cartesianName is a column's that is a Cartesian coordinate, with a unit or without.
var cartesianName = regexp.MustCompile(`(?i)^[xyz]_?[0-9]*(\s*[\[(].*)?$`)

// cartesian reports whether all positions are Cartesian coordinates by their names: masses are constant then.
func cartesian(s *data.Set) bool {
	for j := range degrees(s) {
		if !cartesianName.MatchString(s.ColumnName(j)) {
			return false
		}
	}
	return true
}

// friction warns of a motion that dies down.
func (r *Report) friction(s *data.Set, o Options) {
	if s.InputNames != nil {
		return
	}
	r.Energy = energy(s)
	var how string
	if e := r.Energy; e != nil {
		r.Decays = e.Decays
		how = fmt.Sprintf("from the first quarter of a trial to the last, an energy-like quantity falls to %.0f%% of itself", 100*e.Ratio)
	} else {
		var ratio float64
		ratio, r.Decays = swings(s)
		how = fmt.Sprintf("each swing is %.0f%% of the one before", 100*ratio)
	}
	if r.Decays && !o.Dissipation {
		r.add(Finding{Severity: Warning, What: "the motion dies down: " + how + "; a Hamiltonian model conserves energy and cannot follow",
			Advice: "--dissipation linear adds friction", Hamiltonian: true, Losses: true})
	}
}
