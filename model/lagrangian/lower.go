package lagrangian

import (
	"errors"
	"fmt"
	"slices"

	"hnn/model"
	"hnn/model/internal/lowering"
	"hnn/model/program"
)

// mostWritten is how many positions a system may have whose equations for the acceleration are written out: they are
// N^3/6 operations.
const mostWritten = 24

// LowerField writes the system out: see model.LoweredField. The forces are those of the Euler-Lagrange equations,
//
//	M a = dL/dq - (d/dq dL/dv) v + G u - R v - C tanh(v/w) - D v |v|,
//
// and M a = b is solved by Cholesky's factor, as Motion does.
func (l *Lagrangian) LowerField(b *program.Builder, x, u program.Value) (field, energy program.Value, err error) {
	if l.Linkage != nil {
		return program.None, program.None, errors.New("lagrangian: the motion of points that rods hold in space or in closed loops is not written out; simulate it here, or with serve")
	}
	if l.Points == nil {
		return l.lowerAngles(b, x, u)
	}
	n := l.N
	z := l.LowerEnter(b, x)
	rates, energy, err := l.lowerAngles(b, z, u)
	if err != nil {
		return rates, energy, err
	}
	d := b.Len(x)
	return b.Concat(b.Slice(x, d/2, d), lowerPoints(b, l.Points, z, b.Slice(rates, n, 2*n))), energy, nil
}

// lowerAngles is LowerField of states (q, v).
func (l *Lagrangian) lowerAngles(b *program.Builder, x, u program.Value) (field, energy program.Value, err error) {
	n, at, c := l.N, l.Layout(), l.Coefficients
	if n > mostWritten {
		return program.None, program.None, fmt.Errorf("lagrangian: %d positions; the equations of at most %d can be written out", n, mostWritten)
	}
	if len(l.Harmonics) > 0 {
		var forces []program.Value
		if u != program.None {
			forces = append(forces, u)
		}
		for _, w := range l.Harmonics {
			phase := b.Scale(w, b.Time())
			forces = append(forces, b.Unary(program.Cos, phase), b.Unary(program.Sin, phase))
		}
		u = b.Concat(forces...)
	}
	pairs, rubs := l.MassPairs(), l.FrictionPairs()
	rows, friction, gain := l.functions()
	q, v := b.Slice(x, 0, n), b.Slice(x, n, 2*n)
	if l.Sensors != nil {
		v = l.Sensors.lowered(b, v)
	}
	functions := l.Library.LowerFunctions(b, slices.Concat(rows...), q)
	function := func(i int) program.Value { return b.Gather(functions, i) }
	of := func(i int) program.Value { return b.Gather(v, i) }

	kinetic, momenta := b.Constant(0), make([]program.Value, n)
	for i := range momenta {
		momenta[i] = b.Constant(0)
	}
	for p, pair := range pairs {
		i, j := pair[0], pair[1]
		w := b.Mul(of(i), of(j))
		momenta[i] = b.Add(momenta[i], b.Mul(function(p), of(j)))
		if i == j {
			w = b.Scale(0.5, w)
		} else {
			momenta[j] = b.Add(momenta[j], b.Mul(function(p), of(i)))
		}
		kinetic = b.Add(kinetic, b.Mul(function(p), w))
	}
	potential := function(len(pairs))
	energy = b.Add(kinetic, potential)
	lagrangian := b.Sub(kinetic, potential)
	for j := 1; l.Magnetic && j < n; j++ {
		a := function(len(pairs) + j)
		lagrangian = b.Add(lagrangian, b.Mul(a, of(j)))
		momenta[j] = b.Add(momenta[j], a)
	}
	force := b.Sub(b.Gradient(lagrangian, q), b.Tangent(b.Concat(momenta...), q, v))
	if len(rubs) > 0 {
		lost := make([]program.Value, n)
		for i := range lost {
			lost[i] = b.Constant(0)
		}
		for p, pair := range rubs {
			var r program.Value
			if l.Varying {
				r = function(friction + p)
			} else {
				r = b.Constant(c[at.Viscous+p])
			}
			lost[pair[0]] = b.Add(lost[pair[0]], b.Mul(r, of(pair[1])))
			if pair[0] != pair[1] {
				lost[pair[1]] = b.Add(lost[pair[1]], b.Mul(r, of(pair[0])))
			}
		}
		force = b.Sub(force, b.Concat(lost...))
	}
	if l.Coulomb {
		force = b.Sub(force, b.Mul(b.Constant(c[at.Coulomb:at.Coulomb+n]...), b.Unary(program.Tanh, b.Div(v, b.Constant(l.Width...)))))
	}
	if l.Drag {
		force = b.Sub(force, b.Mul(b.Constant(c[at.Drag:at.Drag+n]...), b.Mul(v, b.Unary(program.Abs, v))))
	}
	if u != program.None {
		var g program.Value
		if l.Steered {
			g = b.Slice(functions, gain, gain+n*l.Inputs)
		} else {
			g = b.Constant(l.gains(at)[:n*l.Inputs]...)
		}
		force = b.Add(force, model.Force(b, g, u, n))
	}
	mass := make([]program.Value, n*n)
	for p, pair := range pairs {
		mass[pair[1]*n+pair[0]] = function(p)
	}
	a := lowering.Solve(b, mass, force, n)
	if l.Sensors != nil {
		a = b.Mul(a, b.Constant(l.Sensors.Gain...))
	}
	return b.Concat(v, a), energy, nil
}
