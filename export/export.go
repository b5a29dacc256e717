// Package export writes models out for use elsewhere: in C, Python, Julia and Go, as ONNX graphs and as functional mock-up
// units. It knows no model: a form (package model) writes itself out as programs (package program), and each target prints
// these.
package export

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"hnn/model"
	"hnn/model/network"
	"hnn/model/program"
	"hnn/ode"
)

// Precision is that of the numbers of an exported model.
type Precision string

// The precisions.
const (
	Double Precision = "double"
	Float  Precision = "float"
)

// Names are what a user calls a model and its columns; they come into comments and, made safe, into descriptions, never into
// code.
type Names struct {
	Model          string
	Columns, Units []string
	Inputs         []string
	// InputUnits and TimeUnit are units, as Units are: nil and "" where they are not known.
	InputUnits []string
	TimeUnit   string
	// Held says that inputs stay as they are between rows of the data; else they go linearly.
	Held bool
	// Start is a state to begin with, nil for ones.
	Start []float64
}

// Model is a model as programs.
type Model struct {
	Names
	Kind        string
	Dim, Inputs int
	// Field is dx/dt of a state and inputs, Energy H of a state, nil of a model without one.
	Field, Energy *program.Function
	// Velocity is dq/dt of momenta and Force dp/dt of positions where the model is separable, else nil.
	Velocity, Force *program.Function
	// Tangent is the change of dx/dt and, of a model with an energy, of H and dH/dt behind it, with state and inputs: of a
	// state, inputs, and changes of both.
	Tangent *program.Function
	// Supply is dH/dt: of a state and inputs, nil of a model without energy.
	Supply *program.Function
	// Encode and Decode are the autoencoder of a model of pictures, else nil.
	Encode, Decode *program.Function
	// Chart is of a model whose rollouts go through other coordinates, else nil.
	Chart *Chart
	// Timed says that the field depends on the time: Field, Tangent, Supply and the chart's field take it, one number, behind
	// the inputs.
	Timed bool
	// extended is whether C has power and tangent too.
	extended bool
	// Methods are those of a fixed step that fit the model.
	Methods []ode.Method
}

// Chart is the coordinates that integrators move instead of the states, as programs: see model.Chart.
type Chart struct {
	Dim int // of the coordinates
	// Enter is coordinates of a state, Leave a state at coordinates, Field the coordinates' change by the time.
	Enter, Leave, Field *program.Function
}

// New writes a form out.
func New(form *model.Form[float64], names Names) (*Model, error) {
	m := &Model{Names: names, Kind: form.Kind, Dim: form.Dim, Inputs: form.Inputs}
	if form.Dim < 1 {
		return nil, errors.New("export: a model without states")
	}
	m.Columns = fill(m.Columns, "x", m.Dim)
	m.Names.Inputs = fill(m.Names.Inputs, "u", m.Inputs)
	build := func(of func(b *program.Builder, x, u program.Value) (program.Value, error)) (*program.Function, error) {
		b := program.NewBuilder()
		x, u := b.Input(m.Dim), program.None
		if m.Inputs > 0 {
			u = b.Input(m.Inputs)
		}
		out, err := of(b, x, u)
		if err != nil || out == program.None {
			return nil, err
		}
		m.Timed = m.Timed || b.Timed()
		return b.Function(out), nil
	}
	var err error
	m.Field, err = build(func(b *program.Builder, x, u program.Value) (program.Value, error) {
		field, _, err := form.Lower(b, x, u)
		return field, err
	})
	if err != nil {
		return nil, err
	}
	if err := m.check(form); err != nil {
		return nil, err
	}
	if chart, ok := form.Source.(model.LoweredChart); ok && chart.Charted() {
		if m.Chart, err = newChart(chart, m); err != nil {
			return nil, err
		}
	}
	b := program.NewBuilder()
	b.At(b.Constant(0)) // the energy is a state's alone
	x, u := b.Input(m.Dim), program.None
	if m.Inputs > 0 {
		u = b.Filled(0, m.Inputs)
	}
	_, h, _ := form.Lower(b, x, u)
	if h != program.None {
		m.Energy = b.Function(h)
		m.Supply, _ = build(func(b *program.Builder, x, u program.Value) (program.Value, error) {
			field, h, err := form.Lower(b, x, u)
			return b.Dot(b.Gradient(h, x), field), err
		})
	}
	m.Tangent, _ = build(func(b *program.Builder, x, u program.Value) (program.Value, error) {
		all, h, err := form.Lower(b, x, u)
		if h != program.None {
			all = b.Concat(all, h, b.Dot(b.Gradient(h, x), all))
		}
		change := b.Tangent(all, x, b.Input(m.Dim))
		if u != program.None {
			change = b.Add(change, b.Tangent(all, u, b.Input(m.Inputs)))
		}
		return change, err
	})
	if form.Separable() {
		m.Velocity, m.Force = half(form, true), half(form, false)
	}
	if network := network.Of(form); form.Pixels != nil && network != nil {
		encode, decode := program.NewBuilder(), program.NewBuilder()
		m.Encode = encode.Function(network.LowerEncoder(encode, encode.Input(form.Pixels.Len())))
		m.Decode = decode.Function(network.LowerDecoder(decode, decode.Input(m.Dim)))
	}
	for _, method := range ode.Fixed() {
		_, _, splitting := method.Splitting()
		_, _, _, implicit := method.Implicit()
		if method == ode.RK4 || splitting && m.Force != nil || implicit && form.Conservative() {
			m.Methods = append(m.Methods, method)
		}
	}
	return m, nil
}

// check compares the field as it is written out with the model's own at some states, inputs and times, so that a form with a
// part that its program does not know, or whose field depends on the time, is refused and not written as another one.
func (m *Model) check(form *model.Form[float64]) error {
	rng := rand.New(rand.NewPCG(1, 2))
	one, run, terms := form.Field().One(), m.Field.Run(), m.Field.Terms()
	chart := form.Field().Chart
	x, u, want := make([]float64, m.Dim), make([]float64, m.Inputs), make([]float64, m.Dim)
	for k := range 10 {
		for i := range x {
			x[i] = rng.NormFloat64()
			if s := form.Scales; s != nil {
				x[i] = s.Origin[i] + s.State[i]*x[i]
			}
		}
		if chart != nil && chart.Constrained { // there are no other states
			chart.From()(x[:chart.Field.Dim], x)
		}
		in := u
		for i := range u {
			u[i] = rng.NormFloat64()
		}
		if m.Inputs == 0 {
			in = nil
		}
		one(float64(k), x, in, want)
		all := m.arguments(float64(k), x, u)
		got, size := run(all...), terms(all...)
		for i, v := range want {
			// Wide of rounding, and narrow of anything else.
			if d := math.Abs(v - got[i]); !math.IsNaN(v) && !math.IsInf(v, 0) && !(d <= 1e-9*(size[i]+math.Abs(v))) {
				return fmt.Errorf("export: a %s of this form cannot be written out: its field differs from what would be written", m.Kind)
			}
		}
	}
	return nil
}

// arguments are those of the field at a state.
func (m *Model) arguments(t float64, x, u []float64) [][]float64 {
	all := [][]float64{x}
	if m.Inputs > 0 {
		all = append(all, u)
	}
	if m.Timed {
		all = append(all, []float64{t})
	}
	return all
}

// newChart writes the coordinates of a model's rollouts out.
func newChart(chart model.LoweredChart, m *Model) (*Chart, error) {
	enter := program.NewBuilder()
	c := &Chart{Enter: enter.Function(chart.LowerEnter(enter, enter.Input(m.Dim)))}
	c.Dim = c.Enter.Nodes[c.Enter.Out].Len
	leave, inner := program.NewBuilder(), program.NewBuilder()
	c.Leave = leave.Function(chart.LowerLeave(leave, leave.Input(c.Dim)))
	y, u := inner.Input(c.Dim), program.None
	if m.Inputs > 0 {
		u = inner.Input(m.Inputs)
	}
	if m.Timed {
		inner.Time()
	}
	field, err := chart.LowerInner(inner, y, u)
	if err != nil {
		return nil, err
	}
	c.Field = inner.Function(field)
	return c, nil
}

// half is one of the parts of a separable field.
func half(form *model.Form[float64], momenta bool) *program.Function {
	b := program.NewBuilder()
	n := form.Dim / 2
	in, other := b.Input(n), b.Filled(1, n) // the other half does not matter
	x := b.Concat(in, other)
	if momenta {
		x = b.Concat(other, in)
	}
	field, _, _ := form.Lower(b, x, program.None)
	if momenta {
		return b.Function(b.Part(field, 0, n))
	}
	return b.Function(b.Part(field, n, 2*n))
}

// fill is names, or one with numbers where they are not as many as wanted.
func fill(names []string, letter string, n int) []string {
	if len(names) == n {
		return names
	}
	names = make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("%s%d", letter, i+1)
	}
	return names
}

// plain is a name as it can stand in a comment: printable ASCII without what could end a comment,
// a string or an element of XML, or continue a line, in any of the targets.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune("\\\"'`*/?<>&%$#{}", r) {
			return '_'
		}
		return r
	}, s)
	if len(s) > 60 {
		s = s[:60] + "..."
	}
	return s
}

// start is a state to begin with.
func (m *Model) start() []float64 {
	if len(m.Start) == m.Dim {
		return m.Start
	}
	return slices.Repeat([]float64{1}, m.Dim)
}

// Loss returns how far the field in float32 is off at states (rows x Dim, row-major), inputs zero: the worst row's
// distance relative to the field's norm. Every operation's result is rounded, which is what a careful compiler comes
// to.
func (m *Model) Loss(states []float64) float64 {
	wide, narrow := m.Field.Run(), m.Field.Narrow()
	u := make([]float64, m.Inputs)
	worst := 0.0
	for i := 0; i+m.Dim <= len(states); i += m.Dim {
		all := m.arguments(0, states[i:i+m.Dim], u)
		a, b := wide(all...), narrow(all...)
		worst = max(worst, Distance(a, b))
	}
	return worst
}

// Distance returns |a - b| / |a| of two vectors of the same length.
func Distance(a, b []float64) float64 {
	num, den := 0.0, 0.0
	for i := range a {
		num += (a[i] - b[i]) * (a[i] - b[i])
		den += a[i] * a[i]
	}
	if num == 0 {
		return 0
	}
	return math.Sqrt(num / den)
}
