package data

import (
	"fmt"
	"math"
	"slices"

	"hnn/internal/elementary"
)

// Scales make states and times dimensionless: z = (x - Origin) / State, tau = t / Time.
//
// The product of the scales of a coordinate and its momentum is the same for all pairs, so the
// change is canonical but for a factor: where x follows H, z follows H / Energy() in the time
// tau, and the symplectic form stays what it is. Of velocities in place of momenta the product is that over the mass
// (ScaleOptions.Masses), so that z is canonical where x is not.
type Scales struct {
	// State and Origin have a number for each component of a state; Origin is zero for
	// angles and for momenta that are not far from it.
	State  []float64 `json:"state"`
	Origin []float64 `json:"origin"`
	Time   float64   `json:"time"`
	// Input has a number for each input, which is divided by it; nil where there are none.
	Input []float64 `json:"input,omitempty"`
}

// ScaleOptions says what NewScales must respect.
type ScaleOptions struct {
	// Angles marks the components that are angles, nil for none. Their scale is 1 and
	// their origin 0.
	Angles []bool
	// Centre moves the origin of the coordinates to their mean. Leave it out where a symmetry
	// about zero is known.
	Centre bool
	// CentreMomenta moves the origin of momenta that lie far from zero, three times their
	// spread, to their mean. A constant that is added to a momentum changes no motion, but its
	// squares leave no digits for H. Leave it out where zero momentum means something, as for
	// friction.
	CentreMomenta bool
	// Common gives all coordinates one scale. Set it where distances between them, or
	// rotations, mean something.
	Common bool
	// Masses are those of velocities that stand for momenta, one for each pair, the first 1; nil is equal masses.
	Masses []float64
}

// mostUneven is the ratio of two pairs' products of spreads from which on one scale for
// all products leaves states far from 1.
const mostUneven = 1e6

// NewScales finds scales for which states and derivatives of s are of order one: the spreads
// of the columns, balanced between each coordinate and its momentum so that all products are
// their geometric mean, and the time in which a state changes by its scale. The set must have
// derivatives.
//
// Inputs are divided by their root mean square.
//
// It is an error if a column is constant, an input zero in every row, nothing moves, or the
// columns are in units so different that no common product serves them.
func NewScales(s *Set, o ScaleOptions) (*Scales, error) {
	d, n := s.Dim, s.Dim/2
	sc := &Scales{State: make([]float64, d), Origin: make([]float64, d)}
	angle := func(i int) bool { return i < len(o.Angles) && o.Angles[i] }
	if o.Centre {
		mean := s.Mean()
		for i := range n {
			if !angle(i) {
				sc.Origin[i] = mean[i]
			}
		}
	}
	spread := s.Spread()
	if o.CentreMomenta {
		const far = 3
		for i, m := range s.Mean()[n:] {
			if math.Abs(m) > far*spread[n+i] {
				sc.Origin[n+i] = m
			}
		}
	}
	for j, v := range spread {
		if constant(v, s.X[j]) {
			return nil, s.still(j)
		}
	}
	if err := sc.scaleInputs(s); err != nil {
		return nil, err
	}
	size := sc.sizes(s)
	if o.Masses != nil && len(o.Masses) != n {
		return nil, fmt.Errorf("data: %d masses for %d positions", len(o.Masses), n)
	}
	for i, m := range o.Masses {
		size[n+i] *= m // of the momentum
	}
	product := make([]float64, n)
	mean := 0.0
	for i := range n {
		if angle(i) {
			size[i] = 1
		}
		product[i] = size[i] * size[n+i]
		mean += elementary.Log(product[i]) / float64(n)
	}
	least, most := slices.Min(product), slices.Max(product)
	if !(least > 0) || math.IsInf(most, 1) || most > mostUneven*least {
		i, j := slices.Index(product, least), slices.Index(product, most)
		return nil, fmt.Errorf("data: the columns %s and %s have a product of their spreads of %.1e, %s and %s one of %.1e: a Hamiltonian needs coordinate times momentum in the same unit for all pairs; bring the columns to common units",
			s.ColumnName(i), s.ColumnName(n+i), least, s.ColumnName(j), s.ColumnName(n+j), most)
	}
	common := elementary.Exp(mean)
	for i := range n {
		ratio := math.Sqrt(size[i] / size[n+i])
		if o.Common {
			ratio = math.Sqrt(norm(size[:n]) / norm(size[n:]))
		}
		sc.State[i], sc.State[n+i] = math.Sqrt(common)*ratio, math.Sqrt(common)/ratio
		if angle(i) {
			sc.State[i], sc.State[n+i] = 1, common
		}
	}
	for i, m := range o.Masses {
		sc.State[n+i] /= m
	}
	rate := 0.0
	for i, v := range s.DX {
		v /= sc.State[i%d]
		rate += v * v / float64(len(s.DX))
	}
	sc.Time = 1 / math.Sqrt(rate)
	if !(sc.Time > 0) || math.IsInf(sc.Time, 1) {
		return nil, fmt.Errorf("data: no time scale can be found: the derivatives' mean square is %v in units of the states' scales", rate)
	}
	return sc, nil
}

// scaleInputs finds the scales of the inputs.
func (sc *Scales) scaleInputs(s *Set) error {
	m := len(s.InputNames)
	for j, name := range s.InputNames {
		square := 0.0
		for i := j; i < len(s.Inputs); i += m {
			square += s.Inputs[i] * s.Inputs[i] / float64(s.Rows())
		}
		if square == 0 {
			return fmt.Errorf("data: the input %s is zero in every row that trains, so nothing can be learned of it: leave it out (--input names the inputs, --input none is without any)", name)
		}
		sc.Input = append(sc.Input, math.Sqrt(square))
	}
	return nil
}

// constant reports whether a column of this spread about values such as v does not move
// but by rounding.
func constant(spread, v float64) bool { return !(spread > 1e-12*math.Abs(v)) }

// still is the error of a column without a spread.
func (s *Set) still(j int) error {
	least, most := s.X[j], s.X[j]
	for i := j; i < len(s.X); i += s.Dim {
		least, most = min(least, s.X[i]), max(most, s.X[i])
	}
	if largest := math.Max(math.Abs(least), math.Abs(most)); most-least > 1e-12*largest {
		return fmt.Errorf("data: the values of the column %s are so small, %.3g at most, that their squares are zero: give it in a smaller unit", s.ColumnName(j), largest)
	}
	return fmt.Errorf("data: the column %s is constant, %.9g, so it has no scale and nothing can be learned from it: leave it out with its partner, or name the columns that move (--q, --p)", s.ColumnName(j), s.X[j])
}

// sizes are the root mean squares of the columns about their origins.
func (sc *Scales) sizes(s *Set) []float64 {
	size := make([]float64, s.Dim)
	for i, v := range s.X {
		v -= sc.Origin[i%s.Dim]
		size[i%s.Dim] += v * v / float64(s.Rows())
	}
	for j, v := range size {
		size[j] = math.Sqrt(v)
	}
	return size
}

// norm is the Euclidean norm.
func norm(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += float64(x * x)
	}
	return math.Sqrt(sum)
}

// Validate returns an error unless these are scales of states of length dim, each positive and
// finite.
func (sc *Scales) Validate(dim int) error {
	if len(sc.State) != dim || len(sc.Origin) != dim {
		return fmt.Errorf("data: %d scales and %d origins for states of %d components", len(sc.State), len(sc.Origin), dim)
	}
	for i := range dim {
		if !(sc.State[i] > 0) || math.IsInf(sc.State[i], 1) || !finite(sc.Origin[i]) {
			return fmt.Errorf("data: component %d has the scale %v and the origin %v; a scale is positive, and both are finite", i, sc.State[i], sc.Origin[i])
		}
	}
	for j, v := range sc.Input {
		if !(v > 0) || math.IsInf(v, 1) {
			return fmt.Errorf("data: input %d has the scale %v, want a positive number", j, v)
		}
	}
	if !(sc.Time > 0) || math.IsInf(sc.Time, 1) {
		return fmt.Errorf("data: the time scale is %v, want a positive number", sc.Time)
	}
	return nil
}

// Energy returns the scale of the Hamiltonian: that of a coordinate times that of its momentum
// over that of time.
func (sc *Scales) Energy() float64 { return sc.State[0] * sc.State[len(sc.State)/2] / sc.Time }

// Skew returns the skew matrix of dimensionless states for that of states, J in dx/dt = J grad
// H; both are Dim x Dim, row-major. That of canonical coordinates stays what it is.
func (sc *Scales) Skew(j []float64) []float64 {
	d := len(sc.State)
	out := make([]float64, len(j))
	for i, v := range j {
		out[i] = v * sc.Energy() * sc.Time / (sc.State[i/d] * sc.State[i%d])
	}
	return out
}

// States writes the dimensionless states of x (rows of them, row-major) to z, which may
// be x.
func (sc *Scales) States(z, x []float64) {
	for i := 0; i < len(x); i += len(sc.State) {
		for j, s := range sc.State {
			z[i+j] = (x[i+j] - sc.Origin[j]) / s
		}
	}
}

// Restore writes the states of the dimensionless z to x, which may be z: the inverse of
// States.
func (sc *Scales) Restore(x, z []float64) {
	for i := 0; i < len(z); i += len(sc.State) {
		for j, s := range sc.State {
			x[i+j] = sc.Origin[j] + float64(s*z[i+j])
		}
	}
}

// Signal returns a signal of dimensionless inputs and times; nil stays nil.
func (sc *Scales) Signal(s *Signal) *Signal {
	if s == nil {
		return nil
	}
	out := &Signal{T: slices.Clone(s.T), U: slices.Clone(s.U), Held: s.Held}
	for i := range out.T {
		out.T[i] /= sc.Time
	}
	sc.Inputs(out.U, out.U)
	return out
}

// Inputs writes the dimensionless inputs of u (rows x inputs, row-major) to v, which may be u.
// It copies them where there are no scales for inputs.
func (sc *Scales) Inputs(v, u []float64) {
	if len(sc.Input) == 0 {
		copy(v, u)
		return
	}
	for i, x := range u {
		v[i] = x / sc.Input[i%len(sc.Input)]
	}
}

// Apply returns a set of the dimensionless states, times, derivatives and inputs of s, which
// stays what it is.
func (sc *Scales) Apply(s *Set) *Set {
	out := *s
	out.T, out.X = slices.Clone(s.T), slices.Clone(s.X)
	for i := range out.T {
		out.T[i] /= sc.Time
	}
	sc.States(out.X, out.X)
	if s.Clean != nil {
		out.Clean = slices.Clone(s.Clean)
		sc.States(out.Clean, out.Clean)
	}
	out.Inputs = slices.Clone(s.Inputs)
	sc.Inputs(out.Inputs, out.Inputs)
	if s.DX != nil {
		out.DX = slices.Clone(s.DX)
		for i := range out.DX {
			out.DX[i] *= sc.Time / sc.State[i%s.Dim]
		}
	}
	return &out
}
