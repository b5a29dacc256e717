package closedform

import (
	"math/rand/v2"
	"slices"

	"hnn/data"
	hnnfit "hnn/fit"
)

// rows are observations of the gradient of H: at state x it is g = (-dp/dt, dq/dt), with
// friction and inputs (-dp/dt - rate p + G u, dq/dt).
type rows struct {
	dim    int
	x, g   []float64 // n x dim
	weight []float64 // n, or nil for 1
	inputs int
	u      []float64 // n x inputs
}

func (r *rows) len() int { return len(r.x) / r.dim }

// observed takes the rows of a set that has derivatives. They share its states and inputs.
func observed(s *data.Set) *rows {
	r := &rows{dim: s.Dim, x: s.X, g: make([]float64, len(s.X)), inputs: len(s.InputNames), u: s.Inputs}
	n := s.Dim / 2
	for at := 0; at < len(s.X); at += s.Dim {
		for i := range n {
			r.g[at+i], r.g[at+n+i] = -s.DX[at+n+i], s.DX[at+i]
		}
	}
	return r
}

// choose returns count of the picks (row numbers), drawn without replacement and in
// order; all of them where there are no more.
func choose(rng *rand.Rand, picks []int, count int) []int {
	if count >= len(picks) {
		return picks
	}
	chosen := make([]int, count)
	for i, p := range rng.Perm(len(picks))[:count] {
		chosen[i] = picks[p]
	}
	slices.Sort(chosen)
	return chosen
}

// pick returns copies of the rows with these numbers.
func (r *rows) pick(picks []int) *rows {
	c := &rows{dim: r.dim, x: make([]float64, 0, len(picks)*r.dim), g: make([]float64, 0, len(picks)*r.dim), inputs: r.inputs}
	for _, i := range picks {
		c.x = append(c.x, r.x[i*r.dim:(i+1)*r.dim]...)
		c.g = append(c.g, r.g[i*r.dim:(i+1)*r.dim]...)
		c.u = append(c.u, r.u[i*r.inputs:(i+1)*r.inputs]...)
		if r.weight != nil {
			c.weight = append(c.weight, r.weight[i])
		}
	}
	return c
}

// turned returns the rows, each turned at random. There are no inputs, which have a direction.
func (r *rows) turned(rng *rand.Rand, by *rotation) *rows {
	c := &rows{dim: r.dim, x: slices.Clone(r.x), g: slices.Clone(r.g), weight: r.weight}
	for at := 0; at < len(c.x); at += r.dim {
		by.turn(rng, c.x[at:at+r.dim], c.g[at:at+r.dim])
	}
	return c
}

// weigh gives the rows the weights of fit.RowWeights.
func (r *rows) weigh() { r.weight = hnnfit.RowWeights(r.g, r.dim) }
