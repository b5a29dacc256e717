package estimate

import (
	"hnn/data"
)

// withMomenta turns positions and their derivatives into states.
func (e *Estimator) withMomenta(s *data.Set) *data.Set {
	n := s.Dim
	out := states(s)
	out.Offsets, out.T, out.Inputs = s.Offsets, s.T, s.Inputs
	for i := range s.Rows() {
		out.X = append(out.X, s.X[i*n:(i+1)*n]...)
		for j, v := range s.DX[i*n : (i+1)*n] {
			out.X = append(out.X, e.Masses[j]*v)
		}
	}
	return out
}

// states returns an empty set of the states that positions are completed to.
func states(positions *data.Set) *data.Set {
	out := &data.Set{Dim: 2 * positions.Dim, Offsets: []int{0}, InputNames: positions.InputNames, InputsHeld: positions.InputsHeld}
	for j := range positions.Dim {
		out.Names = append(out.Names, positions.ColumnName(j))
	}
	for _, q := range out.Names[:positions.Dim] {
		out.Names = append(out.Names, "p_"+q)
	}
	return out
}
