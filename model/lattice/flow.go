package lattice

import (
	"errors"
	"fmt"
	"strings"

	"hnn/model"
	"hnn/model/program"
)

// Flow is how the gradient of H moves the states.
type Flow string

const (
	// Mechanical has positions and momenta, H = T(p) + V(q).
	Mechanical Flow = ""
	// Turn is of fields of two real components, q + i p, each the other's momentum:
	//
	//	H = sum of U(q^2 + p^2) + sum over bonds of W(r), r^2 = (q_J - q_I)^2 + (p_J - p_I)^2
	//
	// as the nonlinear Schroedinger equation has; the sum of q^2 + p^2 is conserved.
	Turn Flow = "turn"
	// Shift is of a field u on a ring that has no momenta: du_i/dt = (g_{i+1} - g_{i-1})/2, g = dH/du, as the Korteweg-de Vries equation
	// (C. Gardner, J. Math. Phys. 12, 1971). The constant skew matrix is this stencil, never a matrix; the sum of u is conserved.
	Shift Flow = "shift"
)

// Dim is the length of a state.
func (s *System) Dim() int {
	if s.Flow != Mechanical {
		return s.Half()
	}
	return 2 * s.Half()
}

// Rates stores in dx how -dH/dx moves a state of a flow that is not mechanical.
func (s *System) Rates(force, dx []float64) {
	n := s.Sites
	if s.Flow == Turn {
		for i := range n {
			dx[i], dx[n+i] = -force[n+i], force[i]
		}
		return
	}
	for i := range n {
		dx[i] = (force[(i+n-1)%n] - force[(i+1)%n]) / 2
	}
}

// sitePull is -dU/dq of a site's component at a place.
func (s *System) sitePull(q []float64, site, place int) float64 {
	if s.Flow == Turn {
		return -2 * q[place] * s.Site.Slope(s.Square(q, site))
	}
	return -s.Site.Slope(q[place])
}

// Square is q^2 + p^2 of a site of a field with Turn.
func (s *System) Square(x []float64, site int) float64 {
	q, p := x[site], x[s.Sites+site]
	return q*q + p*p
}

// potential is H of a flow that is not mechanical.
func (s *System) potential(x []float64) float64 {
	sum := s.bondEnergy(x)
	if s.Site.Size() > 0 {
		for i := range s.Sites {
			if s.Flow == Turn {
				sum += s.Site.Value(s.Square(x, i))
			} else {
				sum += s.Site.Value(x[i])
			}
		}
	}
	return sum
}

// flowForm is the model of a flow that is not mechanical.
func (s *System) flowForm() *model.Form[float64] {
	d := s.Dim()
	return model.Whole(&model.Field{
		Kind: Kind, Parameters: len(s.Coefficients()), Dim: d, Canonical: s.Flow == Turn,
		One: func() func(t float64, x, u, dx []float64) {
			force, f := s.force(), make([]float64, d)
			return func(_ float64, x, _, dx []float64) {
				force(x, f)
				s.Rates(f, dx)
			}
		},
		Energy: func() func(x []float64) float64 { return s.potential },
		Grad: func() func(x, g []float64) {
			force := s.force()
			return func(x, g []float64) {
				force(x, g)
				for i := range g {
					g[i] = -g[i]
				}
			}
		},
	}, s)
}

func (s *System) flowText(b *strings.Builder, digits int) {
	if s.Flow == Turn {
		fmt.Fprintf(b, "dq/dt = dH/dp, dp/dt = -dH/dq of every site; d is sqrt(dq^2 + dp^2) along a bond\n")
		fmt.Fprintf(b, "U(s) = %s, s = q^2 + p^2 of every site\n", s.Site.Text("s", digits))
		return
	}
	fmt.Fprintf(b, "du/dt = (g_{i+1} - g_{i-1})/2, g = dH/du\nU(u) = %s, of every site\n", s.Site.Text("u", digits))
}

func (s *System) checkFlow() error {
	switch {
	case s.Flow == Mechanical:
	case s.Flow == Turn && s.Space == 2 && !s.Interleaved:
	case s.Flow == Shift && s.Space == 1 && s.Shape != nil && s.Shape.Periodic && len(s.Shape.Sides) == 1:
	default:
		return fmt.Errorf("a lattice with the flow %q of %d components a site: a field without momenta is on a ring", s.Flow, s.Space)
	}
	if s.Flow != Mechanical && (s.Masses != nil || s.Friction != 0 || s.Kinetic.Size() > 0) {
		return errors.New("a field without momenta has no masses and no friction")
	}
	return nil
}

// lowerFlow writes the flow of an energy out.
func (s *System) lowerFlow(b *program.Builder, g program.Value) program.Value {
	n := s.Sites
	if s.Flow == Turn {
		return b.Concat(b.Part(g, n, 2*n), b.Unary(program.Neg, b.Part(g, 0, n)))
	}
	next, last := make([]int, n), make([]int, n)
	for i := range n {
		next[i], last[i] = (i+1)%n, (i+n-1)%n
	}
	return b.Scale(0.5, b.Sub(b.Gather(g, next...), b.Gather(g, last...)))
}
