package experiment

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"hnn/data"
	fitlattice "hnn/fit/lattice"
	"hnn/model"
	"hnn/model/lattice"
	"hnn/system"
)

// graph is the system of a configuration's lattice or edges, without laws.
func (c *Config) graph(set *data.Set, names []string) (*lattice.System, error) {
	if len(set.InputNames) > 0 {
		return nil, fmt.Errorf("nothing acts on a lattice from outside, and the file has inputs (%s): take them out with --input none", strings.Join(set.InputNames, ", "))
	}
	if set.FirstOrder && c.Lattice == "ring" {
		shape, err := lattice.Shape{Sides: []int{0}, Periodic: true}.Of(set.Dim)
		if err != nil {
			return nil, err
		}
		return &lattice.System{Shape: &shape, Sites: set.Dim, Space: 1, Bonds: shape.Bonds(), Flow: lattice.Shift}, nil
	}
	if set.FirstOrder || set.Dim%2 != 0 {
		return nil, errors.New("a lattice is of positions and momenta (or velocities): name them as q1, q2, ... p1, p2, ..., or with --q and --p; a field without momenta, given by --x, is on a ring (--lattice ring)")
	}
	n, ok := numbering(names)
	if !ok {
		n = siteColumns{sites: set.Dim / 2, space: 1} // one component a site, in the order of the columns
	}
	s := &lattice.System{Sites: n.sites, Space: n.space, Interleaved: n.interleaved}
	if c.Edges != "" {
		file, err := os.Open(c.Edges)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		if s.Bonds, err = lattice.ReadEdges(file, n.sites); err != nil {
			return nil, fmt.Errorf("%s: %w", c.Edges, err)
		}
	} else {
		shape, err := lattice.ParseShape(c.Lattice)
		if err != nil {
			return nil, err
		}
		if of := shape.Sites(); of > 0 && of != n.sites {
			return nil, fmt.Errorf("lattice %s has %d sites and the states have %d (%d columns of positions, %d of each site): give a lattice of %d", c.Lattice, of, n.sites, set.Dim/2, n.space, n.sites)
		}
		if sides := n.grid(); sides != nil && !slices.Equal(sides, shape.Sides) {
			return nil, fmt.Errorf("lattice %s: the columns %s to %s are numbered as of a %s: give that, or columns of one number, in the order of the sites; coordinates of bodies are x1, y1, x2, y2", c.Lattice, names[0], names[set.Dim/2-1], strings.Replace(lattice.Shape{Sides: sides}.String(), "grid:", "grid of ", 1))
		}
		if shape, err = shape.Of(n.sites); err != nil {
			return nil, err
		}
		s.Shape, s.Bonds = &shape, shape.Bonds()
		if n.space > 1 && (shape.Periodic || shape.Fixed) && len(shape.Sides) > 1 {
			return nil, fmt.Errorf("lattice %s: bodies with %d coordinates each are bound by their distances, which walls and closed ends of a grid have none of: give a grid, or the displacements of one coordinate as q1, q2 and so on", c.Lattice, n.space)
		}
	}
	return s, nil
}

// leastSites is from how many sites on a lattice is tried where nobody asked for one: of fewer any model is learned.
const leastSites = 4

// shapes are the lattices that the columns of a user's file may be of: they are numbered alike.
func (e *Env) shapes(c *Config) ([]string, error) {
	d, err := e.load(c)
	if err != nil {
		return nil, err
	}
	n, ok := numbering(d.columns())
	if set := d.observed(); !ok || n.sites < leastSites || set.FirstOrder || set.InputNames != nil {
		return nil, nil
	}
	all, sides := []string(nil), n.grid()
	closed := sides != nil // whether a grid with walls and a closed one are tried
	if sides == nil {
		if all = []string{"chain"}; n.space == 1 {
			all = append(all, "fixed-chain", "ring")
		}
		if side := int(math.Round(math.Sqrt(float64(n.sites)))); side*side == n.sites {
			sides, closed = []int{side, side}, side > 2
		}
	}
	if sides != nil {
		all = append(all, lattice.Shape{Sides: sides}.String())
	}
	if closed && n.space == 1 {
		all = append(all, lattice.Shape{Sides: sides, Fixed: true}.String(), lattice.Shape{Sides: sides, Periodic: true}.String())
	}
	return all, nil
}

// states are the training rows with whole states: as they were measured, or of positions alone with the velocities of polynomials
// through them, as of unit masses.
func (d *dataset) states() *data.Set {
	if set := d.observed(); !set.PositionsOnly {
		return set
	}
	return d.Train
}

// solveLattice fits the laws of a lattice's sites and bonds.
func (d *dataset) solveLattice(c *Config, names []string, r *WeakReport) (*model.Form[float64], error) {
	set := d.states()
	s, err := c.graph(set, names)
	if err != nil {
		return nil, err
	}
	if err := checkPlaces(s, set, names); err != nil {
		return nil, err
	}
	rows := *set
	if d.estimated {
		rows.DX = nil
	}
	var report *fitlattice.Report
	if c.LatticeAdam == "" {
		s, report, err = fitLattice(s, &rows)
	} else {
		report, err = c.latticeByAdam(s, &rows)
	}
	if err != nil {
		return nil, err
	}
	if c.Figures {
		report.Bands()
	}
	r.Terms, r.Candidates, r.HeldOut, r.Horizon = len(s.Coefficients()), report.Candidates, NA, NA
	left := Number(max(report.Forces, report.Velocities))
	r.Residual = &left
	r.Law = s.Text(6)
	between := ""
	if s.Shape != nil {
		between = " between neighbours (" + s.Shape.String() + ")"
	}
	how := "time derivatives"
	switch c.LatticeAdam {
	case string(DerivativeLoss):
		how += ", as networks by Adam"
	case string(TrajectoryLoss):
		how = "states alone, as networks by Adam through leapfrog"
	}
	if report.Window > 0 {
		how = fmt.Sprintf("states alone, by test functions of %d rows", report.Window)
		if report.Quiet {
			how += ", after noise was taken out of them"
		}
	}
	r.Notes = append(r.Notes, fmt.Sprintf("%d sites and %d bonds%s; from %s; in held-out rows it leaves %.2g of the velocities and %.2g of the forces", s.Sites, len(s.Bonds), between, how, report.Velocities, report.Forces))
	r.doubt = d.doubtLattice(c, s, set, report)
	r.notesOfDoubt(d, s, &rows, report)
	if ends := heldEnds(set, names); ends != "" {
		r.Notes = append(r.Notes, ends)
	}
	switch {
	case s.Cell != nil:
		r.Notes = append(r.Notes, "the sites have masses "+s.MassText(4)+": the law runs on any number of such cells")
	case s.Masses != nil:
		r.Notes = append(r.Notes, "the sites have masses of their own, in which no unit cell repeats, so that the law runs on these sites alone")
	}
	if s.Friction != 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("momenta are lost at the rate %.4g: energy is not conserved", s.Friction))
	}
	if s.KeepsMomentum() && r.doubt == 0 {
		r.Notes = append(r.Notes, "the total momentum is conserved: there are no one-site terms and no walls")
	}
	return s.ModelForm(), nil
}

// latticeByAdam learns the laws as networks.
func (c *Config) latticeByAdam(s *lattice.System, rows *data.Set) (*fitlattice.Report, error) {
	w := fitlattice.Network{Hidden: []int{32, 32}, Trajectories: c.LatticeAdam == string(TrajectoryLoss)}
	w.Steps, w.Batch, w.Seed = c.LatticeSteps, max(1, latticeBatch/s.Sites), c.Seed
	if w.Steps == 0 {
		w.Steps = 3000
	}
	if !w.Trajectories && rows.DX == nil {
		return nil, errors.New("lattice-adam derivative: the rows have no time derivatives: take trajectory")
	}
	return fitlattice.Adam(context.Background(), s, rows, w)
}

// latticeBatch is how many sites a step of Adam sees.
const latticeBatch = 256

// fitLattice fits the laws, those of a field of two components too, each the other's momentum, where positions and momenta of
// one component a site are not moved by T(p) + V(q).
func fitLattice(s *lattice.System, set *data.Set) (*lattice.System, *fitlattice.Report, error) {
	report, err := fitlattice.Fit(s, set)
	const well, better = 1e-3, 0.5
	if s.Flow != lattice.Mechanical || s.Space > 1 || err == nil && max(report.Forces, report.Velocities) < well {
		return s, report, err
	}
	field := &lattice.System{Shape: s.Shape, Sites: s.Sites, Bonds: s.Bonds, Space: 2, Flow: lattice.Turn}
	other, failed := fitlattice.Fit(field, set)
	if failed == nil && (err != nil || other.Forces < better*max(report.Forces, report.Velocities)) {
		return field, other, nil
	}
	return s, report, err
}

// clean reports whether rows have less noise than a thousandth of their spread.
func (d *dataset) clean(c *Config, set *data.Set) bool {
	if c.Draw.Noise > 0 {
		return false
	}
	spread := set.Spread()
	for j, noise := range d.noiseOf(spread) {
		if noise > spread[j]/1000 {
			return false
		}
	}
	return true
}

// resize gives an opened run's lattice another number of sites: its law is that of any number. sides are those of a grid, equal
// ones where none are given.
func (r *Run) resize(sites int, sides ...int) error {
	s := lattice.Of(r.form)
	other, err := s.Resize(sites, sides...)
	if err != nil {
		return fmt.Errorf("%s: %w", r.Dir, err)
	}
	if other == s {
		return nil
	}
	n, ok := numbering(r.columns)
	columns := stateNames(other.Dim())
	if s.Flow == lattice.Shift {
		columns = nil
		for i := range sites {
			columns = append(columns, fmt.Sprintf("%s%d", strings.TrimRight(r.columns[0], "0123456789"), i+1))
		}
	} else if ok {
		columns = siteNames(r.columns, n, sites, other.Shape.Sides)
	}
	r.form = other.ModelForm()
	r.model, r.columns, r.seen = r.form.Field(), columns, nil
	if known, ok := r.knownSystem().(system.Sized); ok {
		if r.known, err = known.OfSize(sites); err != nil {
			return err
		}
	}
	return nil
}

// startLattice gives a lattice as many sites as bodies are asked for, or as the state has.
func (r *Run) startLattice(o *SimulateOptions) error {
	for _, m := range o.Masses {
		if m != 1 {
			return fmt.Errorf("%s: the masses of a lattice's sites are those of its law: leave out --mass and give --bodies", r.Dir)
		}
	}
	if o.Masses != nil {
		if err := r.resize(len(o.Masses)); err != nil {
			return err
		}
		if o.State == nil && o.Temperature == 0 && r.knownSystem() == nil {
			return fmt.Errorf("%s: its system is not a known one from which an initial state of %d bodies could be drawn: give --temperature, --from-data FILE or --x0", r.Dir, len(o.Masses))
		}
		return nil
	}
	if s := lattice.Of(r.form); o.State != nil && len(o.State)%(s.Dim()/s.Sites) == 0 {
		return r.resize(len(o.State) / (s.Dim() / s.Sites))
	}
	return nil
}

// numberedLike are the columns of a text file that are named as u1, u2, ... where one is u1; nil where the first line names none.
func numberedLike(path, one string) (all []string) {
	file, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer file.Close()
	const longest = 1 << 20
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, longest)
	if !lines.Scan() {
		return nil
	}
	letter := strings.TrimRight(one, "0123456789")
	for _, name := range strings.FieldsFunc(lines.Text(), func(r rune) bool { return strings.ContainsRune(",;\t \"", r) }) {
		if number, ok := strings.CutPrefix(name, letter); ok {
			if _, err := strconv.Atoi(number); err == nil {
				all = append(all, name)
			}
		}
	}
	return all
}

// resizeTo is resize for the states of another file, whose columns are to be named and numbered as those of the run's.
func (r *Run) resizeTo(set *data.Set, path string) error {
	s := lattice.Of(r.form)
	names := columnsOf(set)
	if s.Flow == lattice.Shift {
		if !set.FirstOrder {
			return fmt.Errorf("%s: its columns are %s, and the model's are of a field without momenta: name them with --x", path, strings.Join(names, ", "))
		}
		return r.resize(set.Dim)
	}
	dim := set.Dim
	if alone := r.seen != nil && r.seen.Columns != nil && len(r.seen.Columns.P) == 0 && len(r.seen.Columns.V) == 0; set.PositionsOnly && alone {
		names, dim = slices.Repeat(names, 2), 2*dim // the velocities are estimated, as they were of the run's rows
	} else if set.PositionsOnly {
		return fmt.Errorf("%s: it has positions alone, and the model's states have momenta: %s", path, strings.Join(r.columns, ", "))
	}
	own, ok := numbering(r.columns)
	other, also := numbering(names)
	if set.FirstOrder || dim%(s.Dim()/s.Sites) != 0 || ok && (!also || other.space != own.space || other.interleaved != own.interleaved || len(other.grid()) != len(own.grid())) {
		return fmt.Errorf("%s: its columns are %s, and the model's %s, to be numbered likewise for any number of sites", path, strings.Join(names, ", "), strings.Join(r.columns, ", "))
	}
	return r.resize(dim/(s.Dim()/s.Sites), other.grid()...)
}
