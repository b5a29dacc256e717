package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"hnn/ode"
)

// Signal is what one input does over time:
//
//	u(t) = Constant + Amplitude sin(2 pi t / Period + Phase)
//
// In JSON it is that object, or a number for a constant.
type Signal struct {
	Constant  float64 `json:"constant"`
	Amplitude float64 `json:"amplitude"`
	Period    float64 `json:"period"`
	Phase     float64 `json:"phase"`
}

// UnmarshalJSON reads a number or an object.
func (s *Signal) UnmarshalJSON(b []byte) error {
	if b[0] == '{' {
		type plain Signal // without this method
		d := json.NewDecoder(bytes.NewReader(b))
		d.DisallowUnknownFields()
		if err := d.Decode((*plain)(s)); err != nil {
			return fmt.Errorf("input: %s", strings.TrimPrefix(err.Error(), "json: "))
		}
		return nil
	}
	if json.Unmarshal(b, &s.Constant) != nil {
		return fmt.Errorf("input: %.40s; give a number, or an object with an amplitude and a period", b)
	}
	return nil
}

func (s Signal) at(t float64) float64 {
	if s.Amplitude == 0 {
		return s.Constant
	}
	return s.Constant + s.Amplitude*math.Sin(2*math.Pi*t/s.Period+s.Phase)
}

// checkInput reports signals that a run does not take, or that its integration over times
// up to t in size cannot follow.
func (a *API) checkInput(input []Signal, e *Entry, method ode.Method, t float64) error {
	if input == nil {
		return nil
	}
	names := e.Info.Inputs
	switch {
	case len(names) == 0:
		return invalid("input: nothing acts on run %s from outside; leave it out", e.Info.ID)
	case len(input) != len(names):
		return invalid("input: %d given, and run %s takes %d (%s)", len(input), e.Info.ID, len(names), strings.Join(names, ", "))
	case method.NeedsSplit():
		return invalid("method: %s takes a system that is left alone; under an input give another", method)
	}
	for i, u := range input {
		switch {
		case u.Amplitude == 0:
		case !(u.Period > 0):
			return invalid("input: %s has the amplitude %g and the period %g; give a positive period", names[i], u.Amplitude, u.Period)
		case t/u.Period > float64(a.limits.Steps):
			return invalid("input: %s has %.3g periods in the time of %g, and the limit is %d; give a longer one", names[i], t/u.Period, t, a.limits.Steps)
		case stateOnly(method):
			return invalid("method: %s takes the field as a function of the state alone, and %s changes with time; give another", method, names[i])
		}
	}
	return nil
}

// stateOnly reports whether a method takes the field as a function of the state alone, as
// those made of shears do: splittings, which NeedsSplit tells from Tao's.
func stateOnly(m ode.Method) bool { return m.NeedsSplit() || m.Shears() }

// under returns the fields under inputs.
func (v *evaluator) under(input []Signal) (ode.Field, ode.BatchField) {
	var u []float64
	batch := func(t, x, dx []float64, rows int) {
		u = inputsAt(input, t[:rows], u[:0])
		v.many(t, x, u, dx, rows)
	}
	one := make([]float64, 1)
	return func(t float64, x, dx []float64) { one[0] = t; batch(one, x, dx, 1) }, batch
}

// inputsAt appends to u the inputs at the times, row by row.
func inputsAt(input []Signal, times, u []float64) []float64 {
	for _, t := range times {
		for _, s := range input {
			u = append(u, s.at(t))
		}
	}
	return u
}

// supplies evaluates the power that the inputs put in along a piece.
func (a *API) supplies(ctx context.Context, o *rollout, p *piece) error {
	d, n, m := o.entry.dim(), len(p.times), len(o.input)
	u := inputsAt(o.input, p.times, nil)
	err := a.blocks(ctx, len(p.supply), func(lo, hi int) {
		v := o.entry.evaluator()
		defer o.entry.release(v)
		for i := lo; i < hi && ctx.Err() == nil; i++ {
			p.supply[i] = v.supply(p.states[i*d:(i+1)*d], u[i%n*m:(i%n+1)*m])
		}
	})
	if err != nil {
		return interrupted(ctx)
	}
	return nil
}
