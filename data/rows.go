package data

import "slices"

// Clone returns a copy of s that shares no rows with it.
func (s *Set) Clone() *Set {
	out := *s
	for _, v := range []*[]float64{&out.T, &out.X, &out.DX, &out.Clean, &out.Inputs} {
		*v = slices.Clone(*v)
	}
	out.Offsets = slices.Clone(s.Offsets)
	return &out
}

// Without returns a copy of s that lacks some rows, given in order; trials that lose all
// of theirs are gone.
func (s *Set) Without(rows []int) *Set {
	out := s.empty()
	take := func(dst, from []float64, row, dim int) []float64 { return append(dst, view(from, row, row+1, dim)...) }
	for trial := range s.Trials() {
		for i := s.Offsets[trial]; i < s.Offsets[trial+1]; i++ {
			for len(rows) > 0 && rows[0] < i {
				rows = rows[1:]
			}
			if len(rows) > 0 && rows[0] == i {
				continue
			}
			out.T = append(out.T, s.T[i])
			out.X, out.DX, out.Clean = take(out.X, s.X, i, s.Dim), take(out.DX, s.DX, i, s.Dim), take(out.Clean, s.Clean, i, s.Dim)
			out.Inputs = take(out.Inputs, s.Inputs, i, len(s.InputNames))
		}
		if n := len(out.T); n > out.Offsets[len(out.Offsets)-1] {
			out.Offsets = append(out.Offsets, n)
		}
	}
	return out
}

// SplitAt returns a view of s in which each of some rows, given in order, begins a trial.
func (s *Set) SplitAt(rows []int) *Set {
	offsets := []int{0}
	for trial := range s.Trials() {
		for _, i := range rows {
			if i > s.Offsets[trial] && i < s.Offsets[trial+1] {
				offsets = append(offsets, i)
			}
		}
		offsets = append(offsets, s.Offsets[trial+1])
	}
	return s.view(0, s.Rows(), offsets)
}
