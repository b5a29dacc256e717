package linear

import (
	"hnn/model/lagrangian"
	"hnn/model/terms"
)

// Lagrangian is the same system as L = v.M v/2 + A(q).v - V(q) with V = q.K q/2 - f.q and the gyroscopic forces as those
// of A_i = sum over j < i of G_ij q_j, of which they are the curl.
func (s *Mechanics) Lagrangian() *lagrangian.Lagrangian {
	n := s.N
	library := terms.New(n, nil, terms.Options{Degree: 2})
	inputs := len(s.F) / n
	form := lagrangian.Form{N: n, Inputs: inputs, Library: library, Magnetic: n > 1, Viscous: true, Symmetric: true}
	if inputs > 0 {
		form.Gain = s.F
	}
	l := &lagrangian.Lagrangian{Form: form, Coefficients: make([]float64, form.Size())}
	k, at := library.Size(), l.Layout()
	for b, pair := range l.MassPairs() {
		l.Coefficients[b*k+library.Constant] = s.M[pair[0]*n+pair[1]]
	}
	for c := range k - 1 {
		f := library.Features[l.Feature(c)]
		var of []int // the positions in the monomial
		for i, p := range f.Powers {
			for range p {
				of = append(of, i)
			}
		}
		switch {
		case len(of) == 1:
			l.Coefficients[at.Potential+c] = -s.Constant[of[0]]
			for i := of[0] + 1; i < n; i++ {
				l.Coefficients[at.Magnetic+(i-1)*(k-1)+c] = s.G[i*n+of[0]]
			}
		case of[0] == of[1]:
			l.Coefficients[at.Potential+c] = s.K[of[0]*n+of[0]] / 2
		default:
			l.Coefficients[at.Potential+c] = s.K[of[0]*n+of[1]]
		}
	}
	for b, pair := range l.FrictionPairs() {
		l.Coefficients[at.Viscous+b] = s.R[pair[0]*n+pair[1]]
	}
	return l
}

// Terms is the field as a sum of terms.
func (f *Field) Terms() *terms.Field {
	d := f.Dim
	library := terms.New(d, nil, terms.Options{Degree: 1})
	k := library.Size()
	t := &terms.Field{Dim: d, Inputs: f.Inputs, Library: library, C: make([]float64, d*k), B: f.B}
	for c, feature := range library.Features {
		for i := range d {
			if c == library.Constant {
				t.C[i*k+c] = f.C[i]
				continue
			}
			for j, p := range feature.Powers {
				if p == 1 {
					t.C[i*k+c] = f.A[i*d+j]
				}
			}
		}
	}
	return t
}
