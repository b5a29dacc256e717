package lattice

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"hnn/data"
	"hnn/fit/graph"
	"hnn/model/lattice"
)

// Network are the options of laws that are learned as networks by Adam: one of the momenta, one for each kind of bonds, and one of the
// sites where the others leave much. Of numbers zero takes the default.
type Network struct {
	Hidden []int // widths
	graph.Options
	// Trajectories says that states alone are learned from, through steps of leapfrog; else their time derivatives are.
	Trajectories bool
}

// networkDegree is that of the polynomials that networks are written as: a network of a few smooth bends is met within 1e-6.
const networkDegree = 40

// Adam finds T, U and W as networks of one number (fit/graph), which are then written as polynomials on the interval of the rows. Sites
// are alike and nothing is lost: masses of their own and friction are found by Fit alone.
func Adam(ctx context.Context, s *lattice.System, set *data.Set, w Network) (*Report, error) {
	if s.Flow != lattice.Mechanical {
		return nil, errors.New("lattice: networks are of positions and momenta: a field without momenta is found by one solve")
	}
	if set.Dim != s.Dim() {
		return nil, fmt.Errorf("lattice: states of length %d for %d sites of %d components", set.Dim, s.Sites, s.Space)
	}
	if !w.Trajectories && set.DX == nil {
		return nil, errors.New("lattice: the rows have no time derivatives to learn from: learn from trajectories")
	}
	s.Bond = make([]lattice.Function, kinds(s))
	f, err := newFeatures(s, set)
	if err != nil {
		return nil, err
	}
	trials := motions(set)
	var best *graph.Model
	least := math.Inf(1)
	const well, better = 0.02, 0.5
	for _, sites := range []bool{false, true} {
		m, err := f.networks(sites, &w, set)
		if err != nil {
			return nil, err
		}
		train := m.Derivatives
		if w.Trajectories {
			train = m.Trajectories
		}
		r, err := train(ctx, trials, w.Options)
		if err != nil {
			return nil, err
		}
		if best == nil || r.Held < better*least {
			best, least = m, r.Held
		}
		if least < well {
			break
		}
	}
	s.Masses, s.Cell, s.Friction, s.Site = nil, nil, 0, lattice.Function{}
	if s.Space > 1 { // only squares have no axis that is special: 1/m as the momenta of the rows have it
		var at []float64
		for _, t := range trials {
			for r := 0; r < len(t.P); r += max(1, set.Rows()/mostMomenta) {
				at = append(at, t.P[r]...)
			}
		}
		s.Kinetic = polynomial(&f.kinetic, best.Kinetic, 2, at)
		s.Kinetic.Polynomial[0] = 0
	} else {
		s.Kinetic = polynomial(&f.kinetic, best.Kinetic, networkDegree, nil)
	}
	for k := range s.Bond {
		s.Bond[k] = polynomial(&f.bonds[k], best.Kinds[k], networkDegree, nil)
	}
	if len(best.Kinds) > len(s.Bond) {
		s.Site = polynomial(&f.site, best.Kinds[len(s.Bond)], networkDegree, nil)
	}
	s.Level()
	return &Report{Velocities: least, Forces: least, Candidates: len(best.Params)}, nil
}

// mostMomenta bounds the rows whose momenta say what a mass is.
const mostMomenta = 1000

// networks are those of the momenta, of each kind of bonds and, where they are asked for, of the sites.
func (f *features) networks(sites bool, w *Network, set *data.Set) (*graph.Model, error) {
	s, n := f.s, f.s.Half()
	g := graph.Graph{N: n, Space: s.Space, Place: s.Place}
	siteKind := len(f.bonds)
	delta := make([]float64, s.Space)
	g.Terms = func(q []float64, visit func(*graph.Term)) {
		var t graph.Term
		for _, b := range s.Bonds {
			r := s.Stretch(b, q, delta)
			t = graph.Term{Kind: b.Kind, I: b.I, J: b.J, S: r, Weight: 1, Radial: s.Space > 1}
			if t.U[0] = 1; t.Radial {
				if r == 0 {
					continue
				}
				for a, d := range delta {
					t.U[a] = d / r
				}
			}
			if b.J == lattice.Wall { // s = -q_I
				t.I, t.J, t.U[0] = graph.Wall, b.I, -1
			}
			visit(&t)
		}
		if !sites {
			return
		}
		for i := range s.Sites {
			for a := range s.Space {
				t = graph.Term{Kind: siteKind, I: graph.Wall, J: i, S: q[s.Place(i, a)], Weight: 1}
				t.U[a] = 1
				visit(&t)
			}
		}
	}
	velocity, force := rates(set)
	domain := func(of *lattice.Function, scale float64) graph.Domain {
		return graph.Domain{From: of.Middle - of.Half, To: of.Middle + of.Half, Scale: scale}
	}
	var domains []graph.Domain
	for k := range f.bonds {
		domains = append(domains, domain(&f.bonds[k], force))
	}
	if sites {
		domains = append(domains, domain(&f.site, force))
	}
	return graph.New(g, domain(&f.kinetic, velocity), domains, w.Hidden, w.Seed)
}

// rates are the root mean squares of dq/dt and dp/dt, from row to row.
func rates(set *data.Set) (velocity, force float64) {
	n, count := set.Dim/2, 0
	for k := range set.Trials() {
		t, x, _ := set.Trial(k)
		for r := 0; r+1 < len(t); r++ {
			for i := range n {
				for half, to := range []*float64{&velocity, &force} {
					d := (x[(r+1)*set.Dim+half*n+i] - x[r*set.Dim+half*n+i]) / (t[r+1] - t[r])
					*to += d * d
				}
				count++
			}
		}
	}
	return math.Sqrt(velocity/float64(max(count, 1))) + 1e-300, math.Sqrt(force/float64(max(count, 1))) + 1e-300
}

// motions are the trials of a set.
func motions(set *data.Set) (all []graph.Trial) {
	n := set.Dim / 2
	for k := range set.Trials() {
		t, x, dx := set.Trial(k)
		one := graph.Trial{T: t}
		for r := range t {
			row := x[r*set.Dim : (r+1)*set.Dim]
			one.Q, one.P = append(one.Q, row[:n]), append(one.P, row[n:])
			if set.DX != nil {
				rate := dx[r*set.Dim : (r+1)*set.Dim]
				one.DQ, one.DP = append(one.DQ, rate[:n]), append(one.DP, rate[n:])
			}
		}
		all = append(all, one)
	}
	return all
}

// polynomial is the function on an interval whose slope is that of a network, by least squares at the given places or, without any, at
// Chebyshev's.
func polynomial(on *lattice.Function, slope *graph.Slope, degree int, at []float64) lattice.Function {
	f := lattice.Function{Middle: on.Middle, Half: on.Half, Polynomial: make([]float64, degree)}
	if at == nil {
		const n = 4 * networkDegree
		for i := range n {
			at = append(at, f.Middle+f.Half*math.Cos(math.Pi*(float64(i)+0.5)/n))
		}
	}
	g := make([]float64, len(at))
	slope.At(at, g)
	rows := mat.NewDense(len(at), degree, nil)
	for i, s := range at {
		f.Slopes(s, rows.RawRowView(i))
	}
	var qr mat.QR
	qr.Factorize(rows)
	var c mat.VecDense
	_ = qr.SolveVecTo(&c, false, mat.NewVecDense(len(g), g)) // the functions are independent, and a poor condition leaves an answer
	copy(f.Polynomial, c.RawVector().Data)
	return f
}
