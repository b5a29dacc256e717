package data

// DelayInputs is the set with its inputs later by so much time (earlier where it is negative): what acts at a time is what
// its columns said before. Before the first row they are what they were at the first. The states are shared.
func (s *Set) DelayInputs(by float64) *Set {
	out := *s
	if len(s.InputNames) == 0 || by == 0 {
		return &out
	}
	m := len(s.InputNames)
	out.Inputs = make([]float64, len(s.Inputs))
	for k := range s.Trials() {
		signal := s.InputSignal(k)
		for r := s.Offsets[k]; r < s.Offsets[k+1]; r++ {
			signal.At(s.T[r]-by, out.Inputs[r*m:(r+1)*m])
		}
	}
	return &out
}
