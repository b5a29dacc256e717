package model

import (
	"encoding/json"
	"fmt"

	"hnn/data"
	"hnn/internal/safetensors"
	"hnn/ode"
)

// metaScales is the key of the scales in a model file's metadata.
const metaScales = "hnn.scales"

// ScalesMetadata is the metadata of a file whose model was fitted to states and times
// made dimensionless by s; Load returns it as WithScales. Nil scales have none.
func ScalesMetadata(s *data.Scales) map[string]string {
	if s == nil {
		return nil
	}
	text, err := json.Marshal(s)
	if err != nil {
		panic("model: scales that are not finite")
	}
	return map[string]string{metaScales: string(text)}
}

// WithScales returns a model of states and times in a user's units, given one of
// dimensionless states and times; nil scales leave it as it is.
func WithScales(m Model, s *data.Scales) Model {
	if s == nil {
		return m
	}
	if err := checkScales(s, m); err != nil {
		panic("model: scales that do not fit the model")
	}
	w := inUnits{Model: m, scales: s}
	if e, ok := m.(Dissipating); ok {
		return &dissipatingInUnits{energeticInUnits{w, e}, e}
	}
	if e, ok := m.(Energetic); ok {
		return &energeticInUnits{w, e}
	}
	return &w
}

// Dimensionless is the inverse of WithScales: the model of dimensionless states and
// times within m with its scales, or m and nil. In it a tolerance means the same for
// every component, whatever the user's units.
func Dimensionless(m Model) (Model, *data.Scales) {
	if s, ok := m.(interface{ unscaled() (Model, *data.Scales) }); ok {
		return s.unscaled()
	}
	return m, nil
}

// readScales wraps a model by the scales of its file, if it has any.
func readScales(m Model, f *safetensors.File) (Model, error) {
	text, ok := f.Metadata[metaScales]
	if !ok {
		return m, nil
	}
	s := new(data.Scales)
	if err := json.Unmarshal([]byte(text), s); err != nil {
		return nil, fmt.Errorf("%w: the scales in its metadata: %w", safetensors.ErrFormat, err)
	}
	if err := checkScales(s, m); err != nil {
		return nil, fmt.Errorf("%w: the scales in its metadata: %w", safetensors.ErrFormat, err)
	}
	return WithScales(m, s), nil
}

// checkScales reports scales that are not for a model's states and inputs.
func checkScales(s *data.Scales, m Model) error {
	if n := Inputs(m); n != len(s.Input) && n > 0 {
		return fmt.Errorf("%d scales of inputs for a model of %d", len(s.Input), n)
	}
	return s.Validate(m.Dim())
}

// inUnits is a model in a user's units.
type inUnits struct {
	Model  // of dimensionless states and times
	scales *data.Scales
}

func (m *inUnits) unscaled() (Model, *data.Scales) { return m.Model, m.scales }
func (m *inUnits) widen() Model                    { return WithScales(Widen(m.Model), m.scales) }

// Field returns an evaluator of dx/dt at one state: dx_i/dt = s_i / s_t dz_i/dtau.
func (m *inUnits) Field() ode.Field { return m.inUnits(m.Model.Field()) }

func (m *inUnits) inUnits(field ode.Field) ode.Field {
	z := make([]float64, m.Dim())
	return func(t float64, x, dx []float64) {
		m.scales.States(z, x)
		field(t/m.scales.Time, z, dx)
		m.toUnits(dx)
	}
}

// BatchField returns an evaluator of dx/dt at many states.
func (m *inUnits) BatchField() ode.BatchField {
	field := m.Model.BatchField()
	var z, tau []float64
	return func(t []float64, x, dx []float64, rows int) {
		if len(z) < len(x) {
			z, tau = make([]float64, len(x)), make([]float64, rows)
		}
		n := rows * m.Dim()
		m.scales.States(z[:n], x[:n])
		for i := range min(rows, len(t)) {
			tau[i] = t[i] / m.scales.Time
		}
		field(tau[:rows], z[:n], dx, rows)
		m.toUnits(dx[:n])
	}
}

// Inputs is the length of u, 0 where the model within takes none.
func (m *inUnits) Inputs() int { return Inputs(m.Model) }

// DrivenField returns an evaluator of dx/dt at one state under inputs.
func (m *inUnits) DrivenField() func(x, u, dx []float64) {
	field := m.DrivenBatchField()
	return func(x, u, dx []float64) { field(x, u, dx, 1) }
}

// DrivenBatchField returns an evaluator of dx/dt at many states under inputs.
func (m *inUnits) DrivenBatchField() func(x, u, dx []float64, rows int) {
	field := m.Model.(Driven).DrivenBatchField()
	var z, v []float64
	return func(x, u, dx []float64, rows int) {
		n := rows * m.Dim()
		if len(z) < n {
			z, v = make([]float64, n), make([]float64, rows*m.Inputs())
		}
		m.scales.States(z[:n], x[:n])
		m.scales.Inputs(v, u[:rows*m.Inputs()])
		field(z[:n], v, dx, rows)
		m.toUnits(dx[:n])
	}
}

func (m *inUnits) toUnits(dx []float64) {
	for i := range dx {
		dx[i] *= m.scales.State[i%len(m.scales.State)] / m.scales.Time
	}
}

type energeticInUnits struct {
	inUnits
	energetic Energetic
}

// Energy returns an evaluator of H = s_q s_p / s_t K, K being the learned function of the
// dimensionless state.
func (m *energeticInUnits) Energy() func(x []float64) float64 {
	energy, unit := m.energetic.Energy(), m.scales.Energy()
	z := make([]float64, m.Dim())
	return func(x []float64) float64 {
		m.scales.States(z, x)
		return unit * energy(z)
	}
}

type dissipatingInUnits struct {
	energeticInUnits
	dissipating Dissipating
}

// Conservative returns an evaluator of the part of the field that keeps H.
func (m *dissipatingInUnits) Conservative() ode.Field {
	return m.inUnits.inUnits(m.dissipating.Conservative())
}

// Dissipation returns an evaluator of the rest of the field.
func (m *dissipatingInUnits) Dissipation() ode.Field {
	return m.inUnits.inUnits(m.dissipating.Dissipation())
}

// Power returns an evaluator of dH/dt along the field.
func (m *dissipatingInUnits) Power() func(x []float64) float64 {
	power, unit := m.dissipating.Power(), m.scales.Energy()/m.scales.Time
	z := make([]float64, m.Dim())
	return func(x []float64) float64 {
		m.scales.States(z, x)
		return unit * power(z)
	}
}

// splitInUnits is the split of a separable model in a user's units.
type splitInUnits struct {
	ode.Separable // of dimensionless states and times
	scales        *data.Scales
}

// half is the origins and scales of the positions or the momenta that one part takes,
// and the scales of what it gives over that of time.
func (s splitInUnits) half(momenta bool) (origin, in, out []float64) {
	n := len(s.scales.State) / 2
	q, p := s.scales.State[:n], s.scales.State[n:]
	if momenta {
		return s.scales.Origin[n:], p, q
	}
	return s.scales.Origin[:n], q, p
}

func (s splitInUnits) part(f func(z, dz []float64, rows int), momenta bool) func(x, dx []float64, rows int) {
	origin, in, out := s.half(momenta)
	var z []float64
	return func(x, dx []float64, rows int) {
		if len(z) < len(x) {
			z = make([]float64, len(x))
		}
		n := len(in)
		for i, v := range x {
			z[i] = (v - origin[i%n]) / in[i%n]
		}
		f(z[:len(x)], dx, rows)
		for i := range dx {
			dx[i] *= out[i%n] / s.scales.Time
		}
	}
}

// Split returns evaluators of the two parts at one state.
func (s splitInUnits) Split() ode.Split {
	of := s.Separable.Split()
	one := func(f func(z, dz []float64), momenta bool) func(x, dx []float64) {
		part := s.part(func(z, dz []float64, _ int) { f(z, dz) }, momenta)
		return func(x, dx []float64) { part(x, dx, 1) }
	}
	return ode.Split{Velocity: one(of.Velocity, true), Force: one(of.Force, false)}
}

// BatchSplit returns evaluators of the two parts at many states.
func (s splitInUnits) BatchSplit() ode.BatchSplit {
	of := s.Separable.BatchSplit()
	return ode.BatchSplit{Velocity: s.part(of.Velocity, true), Force: s.part(of.Force, false)}
}
