package experiment

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"hnn/model/lattice"
	"hnn/report"
)

// mostModes bounds the sites whose normal modes are found for a figure.
const mostModes = 256

// shownModes is how many modes have a line of their energy.
const shownModes = 4

// latticePictures are those of a lattice's run, nil of others: its laws, and of one component a site the field over space and time, the
// frequencies of its small oscillations and the energies of the lowest of these along the rollout.
func latticePictures(run *Run, truth, model report.Run) (ps []picture, err error) {
	s := lattice.Of(run.form)
	if s == nil {
		return nil, nil
	}
	add := func(name, caption string, f *report.Figure, failed error) {
		if failed != nil && err == nil {
			err = failed
		} else if failed == nil {
			ps = append(ps, picture{name, caption, f})
		}
	}
	f, failed := report.Profiles("Laws of the lattice", lawPanels(s))
	add("laws", "The learned laws over what the rows have of them, with bands of two standard errors, by how trials that are left out and noise that is added move them: a constant is no part of a law. Exact rows leave a band that is thinner than the line. Where sites have no law of their own, none was needed.", f, failed)
	if s.Space > 1 || len(model.T) < 2 {
		return ps, err
	}
	n := s.Sites
	fieldOf := func(title string, r report.Run) report.Field {
		out := report.Field{Title: title, Times: r.T}
		for _, x := range r.X {
			out.Values = append(out.Values, x[:n])
		}
		return out
	}
	var fields []report.Field
	if len(truth.T) >= 2 {
		fields = append(fields, fieldOf("Truth", truth))
	}
	fields = append(fields, fieldOf("Learned", model))
	f, failed = report.SpaceTime("The field over space and time", report.Quantity{Name: "site"}, report.Quantity{Name: "t"}, fields)
	add("spacetime", "The first component of every site along the rollouts from one state.", f, failed)
	if s.Flow != lattice.Mechanical || n > mostModes {
		return ps, err
	}
	modes := newModes(s, model.Field)
	if modes == nil {
		return ps, err
	}
	dispersion := report.Panel{Title: "Frequencies of small oscillations", X: report.Quantity{Name: "mode, by its frequency"}, Y: report.Quantity{Name: "frequency"}}
	energies := report.Panel{Title: fmt.Sprintf("Energies of the %d lowest modes", min(shownModes, n)), X: report.Quantity{Name: "t"}, Y: report.Quantity{Name: "energy"}}
	count := 1
	if len(s.Cell) == 1 && n%s.Cell[0] == 0 {
		count = s.Cell[0]
		dispersion.X.Name = "mode of a branch, by its wave number"
	}
	if known := newModes(s, truth.Field); known != nil {
		dispersion.Curves = known.branches(count, report.Profile{Name: "true", Role: report.Truth})
	}
	dispersion.Curves = append(dispersion.Curves, modes.branches(count, report.Profile{Name: "learned", Role: report.ClosedForm})...)
	for _, r := range []struct {
		run  report.Run
		role report.Role
		name string
	}{{truth, report.Truth, "true"}, {model, report.ClosedForm, "learned"}} {
		for k := range min(shownModes, n) {
			if len(r.run.T) < 2 {
				continue
			}
			var e []float64
			for _, x := range r.run.X {
				e = append(e, modes.energy(k, x))
			}
			name := r.name
			if k > 0 {
				name = ""
			}
			energies.Curves = append(energies.Curves, report.Profile{Name: name, Role: r.role, X: r.run.T, Y: e})
		}
	}
	f, failed = report.Profiles("Modes of the lattice", []report.Panel{dispersion, energies})
	add("modes", "Frequencies of small oscillations about rest, from the laws' curvatures there, and the energies of the lowest modes along the rollouts.", f, failed)
	return ps, err
}

// lawPanels draw W of each kind of bond, U and T.
func lawPanels(s *lattice.System) (panels []report.Panel) {
	one := func(title, variable, name string, f *lattice.Function) {
		if f.Size() == 0 {
			return
		}
		var x, y []float64
		least := math.Inf(1)
		for k := range 401 {
			place := f.Middle + f.Half*(float64(k)/200-1)
			x, y = append(x, place), append(y, f.Value(place))
			least = min(least, y[k])
		}
		var low, high []float64
		for k := range y {
			y[k] -= least
			if len(f.Errors) > 1 {
				s := 2 * at(f.Errors, float64(k)/400)
				low, high = append(low, y[k]-s), append(high, y[k]+s)
			}
		}
		panels = append(panels, report.Panel{Title: title, X: report.Quantity{Name: variable}, Y: report.Quantity{Name: name},
			Curves: []report.Profile{{Name: "learned", Role: report.ClosedForm, X: x, Y: y, Lo: low, Hi: high}}})
	}
	along := "difference along a bond"
	if s.Space > 1 {
		along = "distance along a bond"
	}
	for k := range s.Bond {
		title := "Law of a bond"
		if len(s.Bond) > 1 {
			title = fmt.Sprintf("Law of a bond of kind %d", k+1)
		}
		one(title, along, "W", &s.Bond[k])
	}
	one("Law of a site", "q", "U", &s.Site)
	one("Kinetic energy", "p", "T", &s.Kinetic)
	return panels
}

// modes are the small oscillations about rest, by their frequencies.
type modes struct {
	frequency []float64
	root      []float64  // of the masses
	shape     *mat.Dense // columns, of places times roots of the masses
}

// newModes finds the modes of a field dx/dt of positions and momenta of n sites by its differences at rest; nil where there is none, or
// rest is no equilibrium that is stable.
func newModes(s *lattice.System, field func(x, dx []float64)) *modes {
	if field == nil {
		return nil
	}
	n := s.Sites
	const h = 1e-4
	x, up, down := make([]float64, 2*n), make([]float64, 2*n), make([]float64, 2*n)
	differ := func(i int) {
		x[i] = h
		field(x, up)
		x[i] = -h
		field(x, down)
		x[i] = 0
		for k := range up {
			up[k] = (up[k] - down[k]) / (2 * h)
		}
	}
	m := &modes{root: make([]float64, n)}
	for i := range n {
		differ(n + i)
		if !(up[i] > 0) {
			return nil
		}
		m.root[i] = 1 / math.Sqrt(up[i])
	}
	k := mat.NewSymDense(n, nil)
	for i := range n {
		differ(i)
		for j := range n {
			half := 0.5 // of the two that should agree
			if i == j {
				half = 1
			}
			k.SetSym(i, j, k.At(i, j)-half*up[n+j]/(m.root[i]*m.root[j]))
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(k, true) {
		return nil
	}
	square := eigen.Values(nil)
	m.shape = new(mat.Dense)
	eigen.VectorsTo(m.shape)
	largest := square[n-1]
	for _, v := range square {
		if !(largest > 0) || v < -1e-6*largest {
			return nil
		}
		m.frequency = append(m.frequency, math.Sqrt(max(v, 0)))
	}
	return m
}

// branches are the frequencies as so many curves like the given one, acoustic and optical ones: those of a chain do not overlap, and rise and
// fall with the wave number in turn.
func (m *modes) branches(count int, like report.Profile) (all []report.Profile) {
	size := len(m.frequency) / count
	for b := range count {
		one := like
		if b > 0 {
			one.Name = ""
		}
		for k := range size {
			at := b*size + k
			if b%2 == 1 {
				at = (b+1)*size - 1 - k
			}
			one.X, one.Y = append(one.X, float64(k+1)), append(one.Y, m.frequency[at])
		}
		all = append(all, one)
	}
	return all
}

// energy is that of mode k at a state.
func (m *modes) energy(k int, x []float64) float64 {
	n := len(m.root)
	var q, p float64
	for i, root := range m.root {
		q += m.shape.At(i, k) * root * x[i]
		p += m.shape.At(i, k) / root * x[n+i]
	}
	q *= m.frequency[k]
	return (p*p + q*q) / 2
}
