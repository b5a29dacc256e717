package model

import (
	"fmt"
	"slices"

	"hnn/internal/kernel"
	"hnn/model/program"
	"hnn/nn"
)

// Lowered is a part of a form that can be written out as a program, for use where this one is not: see package export. A
// part gives its value; gradients follow from the program.
type (
	// LoweredScalar is a Scalar.
	LoweredScalar interface {
		// Lower returns the scalar at x.
		Lower(b *program.Builder, x program.Value) program.Value
	}
	// LoweredGain is a Gain, whose value is row-major.
	LoweredGain interface {
		// LowerGain returns G at positions q.
		LowerGain(b *program.Builder, q program.Value) program.Value
	}
	// LoweredField is a Vector, or the Source of a form made by Whole.
	LoweredField interface {
		// LowerField returns dx/dt at state x under inputs u, which is program.None of a model without inputs, and the energy,
		// program.None where there is none.
		LowerField(b *program.Builder, x, u program.Value) (field, energy program.Value, err error)
	}
	// LoweredChart is the Source of a form whose rollouts go through other coordinates: see Chart.
	LoweredChart interface {
		// Charted reports whether they do.
		Charted() bool
		// LowerEnter returns the coordinates of a state, LowerLeave the state at coordinates.
		LowerEnter(b *program.Builder, x program.Value) program.Value
		LowerLeave(b *program.Builder, y program.Value) program.Value
		// LowerInner returns the change of coordinates by the time.
		LowerInner(b *program.Builder, y, u program.Value) (program.Value, error)
	}
)

// Lower writes the form out: dx/dt and the energy (program.None where there is none) of states x under inputs u, which is
// program.None of a form without inputs, in the units of the form's scales. A part that cannot be written out is an error.
func (f *Form[T]) Lower(b *program.Builder, x, u program.Value) (field, energy program.Value, err error) {
	s := f.Scales
	if s == nil {
		return f.lower(b, x, u)
	}
	z, v := b.Div(b.Sub(x, b.Constant(s.Origin...)), b.Constant(s.State...)), u
	if u != program.None && len(s.Input) > 0 {
		v = b.Div(u, b.Constant(s.Input...))
	}
	if field, energy, err = f.lower(b, z, v); err != nil {
		return field, energy, err
	}
	rates := make([]float64, len(s.State))
	for i := range rates {
		rates[i] = s.State[i] / s.Time
	}
	if energy != program.None {
		energy = b.Scale(s.Energy(), energy)
	}
	return b.Mul(field, b.Constant(rates...)), energy, nil
}

// lower is Lower before the scales.
func (f *Form[T]) lower(b *program.Builder, x, u program.Value) (field, energy program.Value, err error) {
	switch {
	case f.Members != nil:
		return f.lowerMean(b, x, u)
	case f.Vector != nil:
		return lowerWhole(f.Kind, f.Vector, b, x, u)
	case f.whole != nil:
		return lowerWhole(f.Kind, f.Source, b, x, u)
	}
	n := f.Dim / 2
	if energy, err = lowerScalar(f.Kind, f.H, b, x); err != nil {
		return energy, energy, err
	}
	g := b.Gradient(energy, x)
	if f.J == nil {
		field = b.Concat(b.Part(g, n, 2*n), b.Unary(program.Neg, b.Part(g, 0, n)))
	} else {
		j := &program.Table{Rows: f.Dim, Columns: f.Dim, Data: make([]float64, f.Dim*f.Dim)}
		for _, e := range f.J {
			j.Data[e.Row*f.Dim+e.Column] += e.Value
		}
		field = b.Apply(j, nil, g, 1)
	}
	if f.Loss != nil {
		of := x
		if f.Loss.Momenta {
			of = b.Slice(x, n, 2*n)
		}
		d, err := lowerScalar(f.Kind, f.Loss.D, b, of)
		if err != nil {
			return d, d, err
		}
		loss := b.Gradient(d, of)
		switch {
		case f.Loss.Momenta:
			loss = b.Concat(b.Filled(0, n), loss)
		case !f.Loss.Everywhere:
			loss = b.Concat(b.Filled(0, n), b.Part(loss, n, 2*n))
		}
		field = b.Sub(field, loss)
	}
	if f.Gain != nil && u != program.None {
		part, ok := f.Gain.(LoweredGain)
		if !ok {
			return field, energy, refuse(f.Kind, f.Gain)
		}
		field = b.Add(field, b.Concat(b.Filled(0, n), Force(b, part.LowerGain(b, b.Slice(x, 0, n)), u, n)))
	}
	return field, energy, nil
}

// Force is G u, of n elements, for a gain G (row-major).
func Force(b *program.Builder, gain, u program.Value, n int) program.Value {
	m := b.Len(u)
	var each []int
	for range n {
		each = append(each, program.Range(0, m)...)
	}
	return b.Sums(b.Mul(gain, b.Gather(u, each...)), m)
}

func (f *Form[T]) lowerMean(b *program.Builder, x, u program.Value) (field, energy program.Value, err error) {
	share := 1 / float64(len(f.Members))
	for i, m := range f.Members {
		one, h, err := m.Lower(b, x, u)
		if err != nil {
			return one, h, err
		}
		if i == 0 {
			field, energy = one, h
			continue
		}
		field = b.Add(field, one)
		if energy != program.None && h != program.None {
			energy = b.Add(energy, h)
		} else {
			energy = program.None
		}
	}
	if energy != program.None {
		energy = b.Scale(share, energy)
	}
	return b.Scale(share, field), energy, nil
}

func lowerScalar(kind string, s any, b *program.Builder, x program.Value) (program.Value, error) {
	if part, ok := s.(LoweredScalar); ok {
		return part.Lower(b, x), nil
	}
	return program.None, refuse(kind, s)
}

func lowerWhole(kind string, source any, b *program.Builder, x, u program.Value) (field, energy program.Value, err error) {
	if part, ok := source.(LoweredField); ok {
		return part.LowerField(b, x, u)
	}
	return program.None, program.None, refuse(kind, source)
}

func refuse(kind string, part any) error {
	return fmt.Errorf("model: a %s has a part that cannot be written out as a program (%T)", kind, part)
}

// Separable reports whether the field is that of H = T(p) + V(q) alone, so that integrators can move positions and
// momenta in turn.
func (f *Form[T]) Separable() bool {
	switch {
	case f.Members != nil:
		return !slices.ContainsFunc(f.Members, func(m *Form[T]) bool { return !m.Separable() })
	case f.whole != nil:
		return f.whole.Split != nil
	}
	_, _, ok := f.halves()
	return ok
}

// Conservative reports whether the field is that of H alone, in canonical coordinates and without inputs.
func (f *Form[T]) Conservative() bool {
	switch {
	case f.Members != nil:
		return !slices.ContainsFunc(f.Members, func(m *Form[T]) bool { return !m.Conservative() })
	case f.whole != nil:
		return f.whole.Canonical && f.Inputs == 0 && f.whole.Loss == nil && f.whole.Energy != nil
	}
	return f.H != nil && f.alone()
}

// Lower is T(p) + V(q).
func (s *Sum[T]) Lower(b *program.Builder, x program.Value) program.Value {
	t, ok := s.T.(LoweredScalar)
	v, also := s.V.(LoweredScalar)
	if !ok || !also {
		panic("model: a half of a sum that cannot be written out")
	}
	return b.Add(t.Lower(b, b.Slice(x, s.N, 2*s.N)), v.Lower(b, b.Slice(x, 0, s.N)))
}

// LowerTable returns a rows x columns matrix of parameters (row-major) as programs have them.
func LowerTable[T nn.Float](data []T, rows, columns int) *program.Table {
	t := &program.Table{Rows: rows, Columns: columns, Data: make([]float64, len(data))}
	kernel.Convert(t.Data, data)
	return t
}
