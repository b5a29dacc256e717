package lagrangian

import (
	"errors"
	"fmt"
	"math"

	"hnn/model"
	"hnn/model/program"
)

// Sensors say what the columns of velocities show: Gain times the velocity and Offset, N each. A rate that was taken from
// filtered or widely spaced positions shows less than the velocity.
type Sensors struct {
	Gain   []float64 `json:"gain"`
	Offset []float64 `json:"offset"`
}

// state writes the state (q, v) of columns (q, shown).
func (s *Sensors) state(x, z []float64) {
	n := len(s.Gain)
	copy(z[:n], x[:n])
	for i, g := range s.Gain {
		z[n+i] = (x[n+i] - s.Offset[i]) / g
	}
}

// scale multiplies the second half of a state by the gains.
func (s *Sensors) scale(x []float64) {
	for i, g := range s.Gain {
		x[len(s.Gain)+i] *= g
	}
}

// valid says what is wrong with the sensors of n velocities: nil for none.
func (s *Sensors) valid(n int) error {
	if len(s.Gain) != n || len(s.Offset) != n {
		return fmt.Errorf("%d gains and %d offsets of %d velocities", len(s.Gain), len(s.Offset), n)
	}
	for i, g := range s.Gain {
		if !(math.Abs(g) > 1e-300 && math.Abs(g) < 1e300) || math.IsNaN(s.Offset[i]) || math.IsInf(s.Offset[i], 0) {
			return errors.New("a gain or an offset that is no number of use")
		}
	}
	return nil
}

// ofSensors is the field of what is shown of the states (q, v) of a field.
func ofSensors(own *model.Field, s *Sensors) *model.Field {
	d, n := own.Dim, own.Dim/2
	f := &model.Field{
		Kind: own.Kind, Parameters: own.Parameters, Dim: d, Inputs: own.Inputs,
		One: func() func(t float64, x, u, dx []float64) {
			one, z := own.One(), make([]float64, d)
			return func(t float64, x, u, dx []float64) {
				s.state(x, z)
				one(t, z, u, dx)
				s.scale(dx)
			}
		},
		Grad: func() func(x, g []float64) {
			grad, z := own.Grad(), make([]float64, d)
			return func(x, g []float64) {
				s.state(x, z)
				grad(z, g)
				for i, gain := range s.Gain {
					g[n+i] /= gain
				}
			}
		},
		Chart: &model.Chart{
			Field: own,
			To:    func() func(x, z []float64) { return s.state },
			From: func() func(z, x []float64) {
				return func(z, x []float64) {
					copy(x, z[:d])
					s.scale(x)
					for i, c := range s.Offset {
						x[n+i] += c
					}
				}
			},
		},
	}
	if own.Jacobian != nil {
		f.Jacobian = func() func(x, u, a []float64) {
			jacobian, z := own.Jacobian(), make([]float64, d)
			return func(x, u, a []float64) {
				s.state(x, z)
				jacobian(z, u, a)
				for i, g := range s.Gain {
					for j := range d {
						a[(n+i)*d+j] *= g
						a[j*d+n+i] /= g
					}
				}
			}
		}
	}
	pullBack(f, own, s.state)
	if own.Loss != nil {
		f.Loss = func() func(x, dx []float64) {
			loss, z := own.Loss(), make([]float64, d)
			return func(x, dx []float64) {
				s.state(x, z)
				loss(z, dx)
				s.scale(dx)
			}
		}
	}
	return f
}

// lowered is state, written out: the velocities of what is shown of them.
func (s *Sensors) lowered(b *program.Builder, shown program.Value) program.Value {
	return b.Div(b.Sub(shown, b.Constant(s.Offset...)), b.Constant(s.Gain...))
}
