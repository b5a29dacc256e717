package model

import "math"

// embedding is the map from a state to the inputs of features: an angle becomes
// its cosine and sine, so that a function of them has the angle's period; any other
// component stays as it is.
type embedding []bool // whether a component is an angle

// embeddingOf takes which of dim components are angles; nil means none.
func embeddingOf(angles []bool, dim int) embedding {
	if angles == nil {
		angles = make([]bool, dim)
	}
	if len(angles) != dim {
		panic("model: angles are not marked for as many components as a state has")
	}
	return append(embedding(nil), angles...)
}

// width is the number of inputs.
func (e embedding) width() int {
	w := len(e)
	for _, angle := range e {
		if angle {
			w++
		}
	}
	return w
}

// plain reports whether the inputs are the state itself.
func (e embedding) plain() bool { return e.width() == len(e) }

// apply writes the inputs of rows states, the first len(e) of every stride numbers of x.
func (e embedding) apply(x []float64, stride int, u []float64, rows int) {
	for r := range rows {
		j := r * e.width()
		for i, angle := range e {
			v := x[r*stride+i]
			if angle {
				u[j+1], u[j] = math.Sincos(v)
				j++
			} else {
				u[j] = v
			}
			j++
		}
	}
}

// addPullback adds the derivative by the states, given that by the inputs.
func (e embedding) addPullback(u, ubar, g []float64, stride, rows int) {
	for r := range rows {
		j := r * e.width()
		for i, angle := range e {
			if angle {
				g[r*stride+i] += u[j]*ubar[j+1] - u[j+1]*ubar[j]
				j++
			} else {
				g[r*stride+i] += ubar[j]
			}
			j++
		}
	}
}

// direction is the derivative of w.u by component i of the state, at the inputs u of
// one state, where j is the component's first input.
func (e embedding) direction(i, j int, u, w []float64) float64 {
	if e[i] {
		return u[j]*w[j+1] - u[j+1]*w[j]
	}
	return w[j]
}
