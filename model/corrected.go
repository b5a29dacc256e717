package model

import (
	"errors"
	"fmt"
	"math"

	"hnn/ode"
)

// Corrected returns the field of the modified equation of an integrator's steps, for a model
// that was trained through them: such a training finds the H whose steps are the observed
// motion, and the observed motion is the exact flow of that method's modified H (M. David, F.
// Mehats, "Symplectic learning for Hamiltonian neural networks", J. Comput. Phys. 494, 2023).
// The settings' step is in the user's unit of time. A model without a conserved energy, or
// with inputs, is an error.
//
// Its energy is the modified H to the order h^2: of the midpoint rule H - h^2/24 H”(f, f)
// (HLW, section IX.1), of leapfrog with kicks outside H + h^2 (V”(v, v)/12 - T”(F, F)/24), v
// being the velocity and F the force. The second derivatives along a vector are central
// differences.
func (f *Field) Corrected(set *ode.Settings) (*Field, error) {
	switch {
	case f.Inputs > 0:
		return nil, errors.New("the steps of a model that inputs act on have no modified equation here: leave the correction out")
	case f.Energy == nil || f.Loss != nil:
		return nil, fmt.Errorf("the model %s has no conserved energy, so its steps have no modified one", f.Kind)
	}
	own, scales := f.Dimensionless()
	scaled := *set
	if scales != nil {
		scaled.Step /= scales.Time
	}
	modified := func() (ode.Field, error) {
		var split ode.Split
		if own.Split != nil {
			split = own.Split()
		}
		return ode.Modified(own.Free(), split, own.Dim, &scaled)
	}
	if _, err := modified(); err != nil {
		return nil, err
	}
	c := &Field{Kind: own.Kind, Parameters: own.Parameters, Dim: own.Dim, Canonical: own.Canonical}
	c.One = func() func(t float64, x, u, dx []float64) {
		field, err := modified()
		if err != nil {
			panic("model: a correction that could be made no longer can")
		}
		return func(t float64, x, _, dx []float64) { field(t, x, dx) }
	}
	c.Many = func() func(t, x, u, dx []float64, rows int) {
		field, d := c.Free(), c.Dim
		return func(_, x, _, dx []float64, rows int) {
			for i := 0; i < rows*d; i += d {
				field(0, x[i:i+d], dx[i:i+d])
			}
		}
	}
	c.Energy = func() func(x []float64) float64 { return own.modifiedEnergy(&scaled) }
	return inUnits(c, scales), nil
}

func (f *Field) modifiedEnergy(set *ode.Settings) func(x []float64) float64 {
	h, field, n := f.Energy(), f.Free(), f.Dim/2
	dx, along, y := make([]float64, 2*n), make([]float64, 2*n), make([]float64, 2*n)
	second := func(x []float64) float64 {
		size := norm(along)
		if size == 0 {
			return 0
		}
		step := 1e-3 * (norm(x) + 1e-3) / size
		sum := -2 * h(x)
		for _, sign := range []float64{1, -1} {
			for i, v := range along {
				y[i] = x[i] + float64(sign*step*v)
			}
			sum += h(y)
		}
		return sum / (step * step)
	}
	return func(x []float64) float64 {
		field(0, x, dx)
		h2 := set.Step * set.Step
		if !set.Method.NeedsSplit() {
			copy(along, dx)
			return h(x) - float64(h2/24*second(x))
		}
		copy(along[:n], dx)
		clear(along[n:])
		potential := second(x)
		clear(along[:n])
		copy(along[n:], dx[n:])
		return h(x) + float64(h2*(potential/12-second(x)/24))
	}
}

// norm is the Euclidean norm.
func norm(x []float64) float64 {
	var sum float64
	for _, v := range x {
		sum += float64(v * v)
	}
	return math.Sqrt(sum)
}
