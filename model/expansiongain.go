package model

// SetGain gives the model inputs u, whose force on the momenta is G u: g is G, Dim/2 x
// inputs, row-major, and is copied. It panics if g has no such shape. Evaluators made
// before do not see the change.
func (m *Expansion) SetGain(g []float64) {
	n := m.dim / 2
	if len(g) == 0 || len(g)%n != 0 {
		panic("model: a gain that is not Dim/2 x inputs")
	}
	m.gain = &constantGain[float64]{n: n, m: len(g) / n, g: append([]float64(nil), g...)}
}

// Gain returns a copy of G, Dim/2 x Inputs, row-major, nil where nothing acts on the system.
func (m *Expansion) Gain() []float64 {
	if m.gain == nil {
		return nil
	}
	return append([]float64(nil), m.gain.g...)
}

var _ Driven = (*Expansion)(nil)

// Inputs is the length of u, 0 without a gain.
func (m *Expansion) Inputs() int {
	if m.gain == nil {
		return 0
	}
	return m.gain.m
}

// DrivenField returns an evaluator of the field under inputs.
func (m *Expansion) DrivenField() func(x, u, dx []float64) {
	field := m.Field()
	return func(x, u, dx []float64) {
		field(0, x, dx)
		m.drive(u, dx)
	}
}

// DrivenBatchField returns an evaluator of the field under inputs at many states.
func (m *Expansion) DrivenBatchField() func(x, u, dx []float64, rows int) {
	field, inputs := m.BatchField(), m.Inputs()
	return func(x, u, dx []float64, rows int) {
		field(nil, x, dx, rows)
		for r := range rows {
			m.drive(u[r*inputs:(r+1)*inputs], dx[r*m.dim:(r+1)*m.dim])
		}
	}
}

// drive adds the force of inputs to the field at one state.
func (m *Expansion) drive(u, dx []float64) {
	if m.gain != nil {
		addForce(dx[m.dim/2:], m.gain.g, u)
	}
}
