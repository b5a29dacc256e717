package data

import (
	"math"
	"slices"
)

// SteppedInputs returns the names of the inputs that stay what they were for several rows and then jump, as what a
// controller or a switch sets, where all inputs are such or constant; else nil. The rows on both sides of a jump do not change,
// half of the jumps at least are a twentieth of the input's range, and an input that jumps less than twice is not judged.
func (s *Set) SteppedInputs() []string {
	var stepped []string
	m := len(s.InputNames)
	for j, name := range s.InputNames {
		least, most := math.Inf(1), math.Inf(-1)
		for i := range s.Rows() {
			v := s.Inputs[i*m+j]
			least, most = math.Min(least, v), math.Max(most, v)
		}
		if least == most {
			continue
		}
		jumps, small := 0, 0
		for k := range s.Trials() {
			u := s.InputRows(s.Offsets[k], s.Offsets[k+1])
			changes := func(i int) bool { return i > 0 && i*m < len(u) && u[i*m+j] != u[(i-1)*m+j] }
			for i := range len(u) / m {
				if !changes(i) {
					continue
				}
				if changes(i-1) || changes(i+1) {
					return nil
				}
				if jumps++; math.Abs(u[i*m+j]-u[(i-1)*m+j]) < (most-least)/20 {
					small++
				}
			}
		}
		if jumps < 2 || 2*small > jumps {
			return nil
		}
		stepped = append(stepped, name)
	}
	return slices.Clip(stepped)
}
