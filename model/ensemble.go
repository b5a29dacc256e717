package model

import (
	"fmt"
	"strconv"
	"strings"

	"hnn/internal/kernel"
	"hnn/internal/safetensors"
	"hnn/ode"
)

// Ensemble is the mean of several models of one system, trained apart. Where its members
// have Hamiltonians its field is that of their mean, which is a Hamiltonian too: what it
// conserves. How far the members differ tells how far to trust it.
type Ensemble struct{ members []Model }

// NewEnsemble returns the mean of models of one kind and dimension; it is Energetic or
// Dissipating if they are. Fewer than two, or models that differ, are an error.
func NewEnsemble(members []Model) (Model, error) {
	if len(members) < 2 {
		return nil, fmt.Errorf("model: an ensemble of %d; it takes at least 2", len(members))
	}
	energetic, dissipating := true, true
	for i, m := range members {
		if m.Kind() != members[0].Kind() || m.Dim() != members[0].Dim() {
			return nil, fmt.Errorf("model: member %d of an ensemble is a %s of states of length %d, the first a %s of length %d; they must be of one kind", i+1, m.Kind(), m.Dim(), members[0].Kind(), members[0].Dim())
		}
		_, ok := m.(Energetic)
		energetic = energetic && ok
		_, ok = m.(Dissipating)
		dissipating = dissipating && ok
	}
	e := &Ensemble{members}
	if dissipating {
		return dissipatingEnsemble{energeticEnsemble{e}}, nil
	}
	if energetic {
		return energeticEnsemble{e}, nil
	}
	return e, nil
}

// Members returns the models that m is the mean of, with its scales if it has any; nil
// where it is not an ensemble.
func Members(m Model) []Model {
	mean, scales := Dimensionless(m)
	var e *Ensemble
	switch v := mean.(type) {
	case *Ensemble:
		e = v
	case energeticEnsemble:
		e = v.Ensemble
	case dissipatingEnsemble:
		e = v.Ensemble
	default:
		return nil
	}
	members := make([]Model, len(e.members))
	for i, one := range e.members {
		members[i] = WithScales(one, scales)
	}
	return members
}

// Kind is the members'.
func (e *Ensemble) Kind() string { return e.members[0].Kind() }

// Dim is the length of a state.
func (e *Ensemble) Dim() int { return e.members[0].Dim() }

// Parameters is the number of trained numbers of all members together.
func (e *Ensemble) Parameters() int {
	n := 0
	for _, m := range e.members {
		n += m.Parameters()
	}
	return n
}

// Field returns an evaluator of the mean field at one state.
func (e *Ensemble) Field() ode.Field { return e.mean(Model.Field) }

// mean is the mean of a field of the members.
func (e *Ensemble) mean(of func(m Model) ode.Field) ode.Field {
	fields := make([]ode.Field, len(e.members))
	for i, m := range e.members {
		fields[i] = of(m)
	}
	one := make([]float64, e.Dim())
	return func(t float64, x, dx []float64) {
		clear(dx)
		for _, f := range fields {
			f(t, x, one)
			e.addShare(dx, one)
		}
	}
}

// BatchField returns an evaluator of the mean field at many states.
func (e *Ensemble) BatchField() ode.BatchField {
	fields := make([]ode.BatchField, len(e.members))
	for i, m := range e.members {
		fields[i] = m.BatchField()
	}
	var one []float64
	return func(t []float64, x, dx []float64, rows int) {
		n := rows * e.Dim()
		if len(one) < n {
			one = make([]float64, n)
		}
		clear(dx[:n])
		for _, f := range fields {
			f(t, x, one, rows)
			e.addShare(dx[:n], one)
		}
	}
}

// Inputs is the length of u, the members'.
func (e *Ensemble) Inputs() int { return Inputs(e.members[0]) }

// DrivenField returns an evaluator of the mean field at one state under inputs.
func (e *Ensemble) DrivenField() func(x, u, dx []float64) {
	field := e.DrivenBatchField()
	return func(x, u, dx []float64) { field(x, u, dx, 1) }
}

// DrivenBatchField returns an evaluator of the mean field at many states under inputs.
func (e *Ensemble) DrivenBatchField() func(x, u, dx []float64, rows int) {
	fields := make([]func(x, u, dx []float64, rows int), len(e.members))
	for i, m := range e.members {
		fields[i] = m.(Driven).DrivenBatchField()
	}
	var one []float64
	return func(x, u, dx []float64, rows int) {
		n := rows * e.Dim()
		if len(one) < n {
			one = make([]float64, n)
		}
		clear(dx[:n])
		for _, f := range fields {
			f(x, u, one, rows)
			e.addShare(dx[:n], one)
		}
	}
}

// addShare adds a member's part of the mean.
func (e *Ensemble) addShare(mean, v []float64) {
	share := 1 / float64(len(e.members))
	for i := range mean {
		mean[i] += share * v[i]
	}
}

func (e *Ensemble) split() (ode.Separable, bool) {
	s := splitEnsemble{e, make([]ode.Separable, len(e.members))}
	for i, m := range e.members {
		var ok bool
		if s.members[i], ok = SplitOf(m); !ok {
			return nil, false
		}
	}
	return s, true
}

// energeticEnsemble is an Ensemble of models with energies.
type energeticEnsemble struct{ *Ensemble }

// Energy returns an evaluator of the members' mean H.
func (e energeticEnsemble) Energy() func(x []float64) float64 {
	energies := make([]func([]float64) float64, len(e.members))
	for i, m := range e.members {
		energies[i] = m.(Energetic).Energy()
	}
	return func(x []float64) float64 {
		h := 0.0
		for _, f := range energies {
			h += f(x)
		}
		return h / float64(len(energies))
	}
}

// dissipatingEnsemble is an Ensemble of models that lose energy.
type dissipatingEnsemble struct{ energeticEnsemble }

var _ Dissipating = dissipatingEnsemble{}

// Conservative returns an evaluator of the field of the members' mean H.
func (e dissipatingEnsemble) Conservative() ode.Field {
	return e.mean(func(m Model) ode.Field { return m.(Dissipating).Conservative() })
}

// Dissipation returns an evaluator of the mean of the rest of their fields.
func (e dissipatingEnsemble) Dissipation() ode.Field {
	return e.mean(func(m Model) ode.Field { return m.(Dissipating).Dissipation() })
}

// Power returns an evaluator of the rate of the mean H along the mean field.
func (e dissipatingEnsemble) Power() func(x []float64) float64 { return powerOf(e) }

// splitEnsemble is an ensemble of separable models, whose mean is separable.
type splitEnsemble struct {
	e       *Ensemble
	members []ode.Separable
}

func (s splitEnsemble) Split() ode.Split {
	b := s.BatchSplit()
	return ode.Split{
		Velocity: func(p, v []float64) { b.Velocity(p, v, 1) },
		Force:    func(q, f []float64) { b.Force(q, f, 1) },
	}
}

func (s splitEnsemble) BatchSplit() ode.BatchSplit {
	n := s.e.Dim() / 2
	mean := func(part func(ode.BatchSplit) func(in, out []float64, rows int)) func(in, out []float64, rows int) {
		var one []float64
		parts := make([]func(in, out []float64, rows int), len(s.members))
		for i, m := range s.members {
			parts[i] = part(m.BatchSplit())
		}
		return func(in, out []float64, rows int) {
			if len(one) < rows*n {
				one = make([]float64, rows*n)
			}
			clear(out[:rows*n])
			for _, f := range parts {
				f(in, one, rows)
				s.e.addShare(out[:rows*n], one)
			}
		}
	}
	return ode.BatchSplit{
		Velocity: mean(func(b ode.BatchSplit) func(in, out []float64, rows int) { return b.Velocity }),
		Force:    mean(func(b ode.BatchSplit) func(in, out []float64, rows int) { return b.Force }),
	}
}

// metaMembers is the metadata that makes a file an ensemble's: the number of members,
// whose tensors have their number and a dot before their names. They share one
// architecture.
const metaMembers = "hnn.members"

// maxMembers bounds what a file can ask for.
const maxMembers = 1000

// SaveEnsemble writes the networks of an ensemble to path: see Save.
func SaveEnsemble[T kernel.Float](path string, members []Network[T], metadata map[string]string) error {
	f, err := Pack(members[0], metadata)
	if err != nil {
		return err
	}
	f.Tensors = nil
	f.Metadata[metaMembers] = strconv.Itoa(len(members))
	for i, m := range members {
		one, err := Pack(m, nil)
		if err != nil {
			return err
		}
		for _, t := range one.Tensors {
			t.Name = memberPrefix(i) + t.Name
			f.Tensors = append(f.Tensors, t)
		}
	}
	return safetensors.WriteFile(path, f)
}

func memberPrefix(i int) string { return strconv.Itoa(i) + "." }

// unpackEnsemble makes the ensemble that a file holds.
func unpackEnsemble(f *safetensors.File) (Model, error) {
	n, err := strconv.Atoi(f.Metadata[metaMembers])
	if err != nil || n < 2 || n > maxMembers {
		return nil, fmt.Errorf("%w: an ensemble of %q members", safetensors.ErrFormat, f.Metadata[metaMembers])
	}
	members := make([]Model, n)
	for i := range members {
		one := &safetensors.File{Metadata: f.Metadata}
		for _, t := range f.Tensors {
			if name, ok := strings.CutPrefix(t.Name, memberPrefix(i)); ok {
				t.Name = name
				one.Tensors = append(one.Tensors, t)
			}
		}
		m, err := Unpack[float64](one)
		if err != nil {
			return nil, fmt.Errorf("member %d: %w", i+1, err)
		}
		members[i] = m
	}
	return NewEnsemble(members)
}
