package experiment

import (
	"fmt"
	"strings"

	"hnn/data"
	fitlattice "hnn/fit/lattice"
	"hnn/model/lattice"
)

// A law that leaves more than poorLattice of the forces is none; one that leaves more than inexactLattice of rows without noise is not all
// of it. Nor is one that leaves more than leastDoubt of the forces and beyondNoise times what it leaves of the velocities, to which noise
// does about as much: of laws that are the rows' the two differ by up to 6, of others by hundreds.
const (
	poorLattice    = 0.3
	inexactLattice = 0.02
	leastDoubt     = 1e-5
	beyondNoise    = 30
	// A doubted law that leaves more than this of the forces is recommended only where nothing else follows the rows.
	muchLattice = 0.1
)

// doubtLattice says what of the forces no noise of the rows explains, 0 where noise may explain what a law leaves.
func (d *dataset) doubtLattice(c *Config, s *lattice.System, set *data.Set, report *fitlattice.Report) float64 {
	clean := d.clean(c, set)
	if left := max(report.Forces, report.Velocities); clean && left > inexactLattice {
		return left
	}
	if s.Flow != lattice.Mechanical || c.LatticeAdam != "" {
		return 0
	}
	noise := report.Velocities
	if !clean {
		noise *= d.noisierMomenta(set)
	}
	if report.Forces > max(leastDoubt, beyondNoise*noise) {
		return report.Forces
	}
	return 0
}

// noisierMomenta is how much more noise momenta have than positions, relative to their spreads, 1 where that is less or not known.
func (d *dataset) noisierMomenta(set *data.Set) float64 {
	spread := set.Spread()
	var most [2]float64
	for j, noise := range d.noiseOf(spread) {
		half := 2 * j / len(spread)
		most[half] = max(most[half], noise/spread[j])
	}
	if !(most[1] > most[0]) {
		return 1
	}
	return most[1] / most[0]
}

// notesOfDoubt are what is to be said of a law that the rows contradict, and what would explain them.
func (r *WeakReport) notesOfDoubt(d *dataset, s *lattice.System, rows *data.Set, report *fitlattice.Report) {
	if report.Forces > poorLattice || report.Velocities > poorLattice {
		const no = "NO LAW of this graph explains the rows: other sites are bound than it says, bonds or sites differ, or the rows are noisy or too far apart"
		if r.Notes = append(r.Notes, no); r.doubt > 0 {
			r.unexplained = no
		}
	} else if r.doubt > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("no noise explains what the law leaves of the forces, %.2g (of the velocities %.2g): a bond is missing, as those beyond the nearest neighbours, or another (--edges FILE), bonds, sites or masses differ, something acts from outside, or the rows are too far apart", report.Forces, report.Velocities))
	}
	if r.doubt == 0 || s.Flow != lattice.Mechanical || report.Velocities > poorLattice {
		return
	}
	r.other = func() string {
		if d.isVelocity || d.observed().PositionsOnly {
			if note := unequalMasses(s, rows, d.Train, report.Forces); note != "" {
				return note
			}
		}
		return otherGraph(s, rows, report.Forces)
	}
	r.more = func() {
		if note := r.other(); note != "" {
			r.Notes = append(r.Notes, note)
		}
	}
}

// adviseGraph says which graph would explain the rows where lattices were tried, the rows contradict all of them and one with a few more bonds
// does not.
func (e *Env) adviseGraph(l *Learning) {
	var best *LearningTry
	for i := range l.Tried {
		t := &l.Tried[i]
		if t.config.Model != lattice.Kind || t.field == nil {
			continue
		}
		if t.doubt == 0 {
			return
		}
		if best == nil || float64(t.Error) < float64(best.Error) {
			best = t
		}
	}
	if best == nil || best.other == nil {
		return
	}
	if note := best.other(); note != "" {
		e.log("%s: %s leaves %.2g of the forces; %s", best.config.Task, best.Way, best.doubt, note)
	}
}

// otherGraph names a graph that is a chain's or a ring's but for a few bonds and that explains the rows far better, "" where there is
// none.
func otherGraph(s *lattice.System, rows *data.Set, left float64) string {
	if s.Shape == nil || len(s.Shape.Sides) != 1 || s.Sites < 4 {
		return ""
	}
	const far, nearly = 0.1, 0.5 // of what is left, for the first and for one after it
	last := s.Sites - 1
	type graph struct {
		bonds []lattice.Bond
		text  string
	}
	var graphs []graph
	if s.Space == 1 && !s.Shape.Periodic && !s.Shape.Fixed {
		graphs = append(graphs,
			graph{[]lattice.Bond{{I: lattice.Wall, J: 0}}, "with a wall at the first site alone"},
			graph{[]lattice.Bond{{I: last, J: lattice.Wall}}, "with a wall at the last site alone"})
	}
	second := graph{text: "with bonds to second neighbours too"}
	for i := range s.Sites - 2 {
		second.bonds = append(second.bonds, lattice.Bond{I: i, J: i + 2, Kind: 1})
	}
	if s.Shape.Periodic && s.Sites > 4 {
		second.bonds = append(second.bonds, lattice.Bond{I: last - 1, J: 0, Kind: 1}, lattice.Bond{I: last, J: 1, Kind: 1})
	}
	found, least := "", far*left
	for _, g := range append(graphs, second) {
		other := &lattice.System{Sites: s.Sites, Space: s.Space, Interleaved: s.Interleaved, Bonds: append(s.Bonds[:len(s.Bonds):len(s.Bonds)], g.bonds...)}
		if report, err := fitlattice.Fit(other, rows); err == nil && report.Forces < least {
			least = nearly * report.Forces
			found = fmt.Sprintf("%s it leaves %.2g of the forces: give --edges FILE with the lines %s, and %s", g.text, report.Forces, edgeLines(s.Bonds, g.bonds[0].Kind > 0), edgeLines(g.bonds, g.bonds[0].Kind > 0))
		}
	}
	return found
}

// edgeLines are the lines of a file of edges for bonds, with their kinds if these are told apart, the middle ones left out.
func edgeLines(bonds []lattice.Bond, kinds bool) string {
	const shown = 3
	var lines []string
	for i, b := range bonds {
		line := fmt.Sprintf("%d,%d", b.I+1, b.J+1) // a wall is 0
		if kinds {
			line += fmt.Sprintf(",%d", b.Kind+1)
		}
		switch {
		case i == shown-1 && len(bonds) > shown+1:
			line = "..."
		case i >= shown && i < len(bonds)-1:
			continue
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, " ")
}
