package lagrange

import "hnn/data"

// Trials of a few rows have no room for windows of samples. Where positions and velocities are exact, each is the
// polynomial through all of them (Hermite's, of degree 2 rows - 1), which is sampled more often.

const (
	fewRows = 9  // below this many rows every trial is such a chunk
	finer   = 12 // samples for one
)

// chunks says whether a set of positions and velocities has nothing but trials of a few rows.
func chunks(s *data.Set) bool {
	for k := range s.Trials() {
		if s.Offsets[k+1]-s.Offsets[k] >= fewRows {
			return false
		}
	}
	return !s.PositionsOnly && len(s.InputNames) == 0 && s.Dim%2 == 0
}

// sampled is the set of chunks of at least three rows, sampled more often.
func sampled(s *data.Set) *data.Set {
	n := s.Dim / 2
	out := &data.Set{Dim: s.Dim, Offsets: []int{0}}
	for k := range s.Trials() {
		t, x, _ := s.Trial(k)
		if len(t) < 3 {
			continue
		}
		from := len(out.T)
		for r := range (len(t)-1)*finer + 1 {
			i := min(r/finer, len(t)-2)
			out.T = append(out.T, t[i]+float64(r-i*finer)/finer*(t[i+1]-t[i]))
		}
		out.X = append(out.X, make([]float64, (len(out.T)-from)*s.Dim)...)
		nodes, c := make([]float64, 2*len(t)), make([]float64, 2*len(t))
		for j := range n {
			for i := range t {
				nodes[2*i], nodes[2*i+1] = t[i], t[i]
				c[2*i], c[2*i+1] = x[i*s.Dim+j], x[i*s.Dim+j]
			}
			// Newton's divided differences, that of a node with itself being the velocity.
			for order := 1; order < len(c); order++ {
				for i := len(c) - 1; i >= order; i-- {
					if h := nodes[i] - nodes[i-order]; h > 0 {
						c[i] = (c[i] - c[i-1]) / h
					} else {
						c[i] = x[i/2*s.Dim+n+j]
					}
				}
			}
			for r := from; r < len(out.T); r++ {
				value, rate := 0.0, 0.0
				for i := len(c) - 1; i >= 0; i-- {
					h := out.T[r] - nodes[i]
					rate = rate*h + value
					value = value*h + c[i]
				}
				out.X[r*s.Dim+j], out.X[r*s.Dim+n+j] = value, rate
			}
		}
		out.Offsets = append(out.Offsets, len(out.T))
	}
	return out
}
