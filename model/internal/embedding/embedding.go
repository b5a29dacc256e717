package embedding

import (
	"hnn/internal/elementary"
	"hnn/nn"
)

// Embedding is the map from a state to the inputs of features: an angle becomes
// its cosine and sine, so that a function of them has the angle's period; any other
// component stays as it is.
type Embedding []bool // whether a component is an angle

// New takes which of dim components are angles; nil means none.
func New(angles []bool, dim int) Embedding {
	if angles == nil {
		angles = make([]bool, dim)
	}
	if len(angles) != dim {
		panic("model: angles are not marked for as many components as a state has")
	}
	return append(Embedding(nil), angles...)
}

// Width is the number of inputs.
func (e Embedding) Width() int {
	w := len(e)
	for _, angle := range e {
		if angle {
			w++
		}
	}
	return w
}

// Plain reports whether the inputs are the state itself.
func (e Embedding) Plain() bool { return e.Width() == len(e) }

// Inputs writes the inputs of rows states, the first len(e) of every stride numbers of x.
func Inputs[T nn.Float](e Embedding, x []T, stride int, u []T, rows int) {
	j := 0
	for r := range rows {
		for i, angle := range e {
			v := x[r*stride+i]
			if angle {
				sin, cos := elementary.Sincos(float64(v))
				u[j], u[j+1] = T(cos), T(sin)
				j++
			} else {
				u[j] = v
			}
			j++
		}
	}
}

// PullBack adds to g the derivative by the states, given ubar, that by the inputs u.
func PullBack[T nn.Float](e Embedding, u, ubar, g []T, stride, rows int) {
	j := 0
	for r := range rows {
		for i, angle := range e {
			if angle {
				g[r*stride+i] += T(u[j]*ubar[j+1]) - T(u[j+1]*ubar[j])
				j++
			} else {
				g[r*stride+i] += ubar[j]
			}
			j++
		}
	}
}

// PushForward writes to v the change of the inputs u along the tangents t of the states:
// what the adjoint of PullBack makes of t for ubar.
func PushForward[T nn.Float](e Embedding, u, t, v []T, stride, rows int) {
	j := 0
	for r := range rows {
		for i, angle := range e {
			d := t[r*stride+i]
			if angle {
				v[j], v[j+1] = -u[j+1]*d, u[j]*d
				j++
			} else {
				v[j] = d
			}
			j++
		}
	}
}

// Curve adds to xbar what the adjoint of PullBack, given gbar, makes of the states at a
// fixed ubar: the derivative of (-sin, cos) by the angle is -(cos, sin).
func Curve[T nn.Float](e Embedding, u, ubar, gbar, xbar []T, stride, rows int) {
	j := 0
	for r := range rows {
		for i, angle := range e {
			if angle {
				xbar[r*stride+i] -= T(gbar[r*stride+i] * (T(u[j]*ubar[j]) + T(u[j+1]*ubar[j+1])))
				j++
			}
			j++
		}
	}
}

// Direction is the derivative of w.u by component i of the state, at the inputs u of
// one state, where j is the component's first input.
func (e Embedding) Direction(i, j int, u, w []float64) float64 {
	if e[i] {
		return float64(u[j]*w[j+1]) - float64(u[j+1]*w[j])
	}
	return w[j]
}
