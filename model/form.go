package model

import (
	"hnn/data"
	"hnn/internal/kernel"
	"hnn/nn"
	"hnn/ode"
)

// Form is what a model is made of, in precision T. It is H with what goes with it, or a
// Vector, or Members; and it is in a user's units where it has Scales. The paper's HNN
// (Greydanus, Dzamba and Yosinski, 2019, equation 2) has H alone:
//
//	dq/dt = dH/dp,  dp/dt = -dH/dq
//
// so H is constant along the flow and the flow preserves phase-space volume, whatever the
// parameters are. With losses and a gain it is a port-Hamiltonian system,
//
//	dq/dt = dH/dp,  dp/dt = -dH/dq - dD/dp + G(q) u
//
// (van der Schaft and Jeltsema, "Port-Hamiltonian Systems Theory", 2014, equation 2.27; Zhong,
// Dey and Chakraborty, "Symplectic ODE-Net", 2020, equation 2). The trained numbers are those
// of H, of D and of the gain, in this order.
type Form[T nn.Float] struct {
	Kind        string // its name in files and results
	Dim, Inputs int    // numbers of a state and of inputs
	Parameters  int    // the number of trained numbers

	H    Scalar[T]
	J    []Bracket    // nil is the canonical matrix
	Loss *Rayleigh[T] // nil for none
	Gain Gain[T]      // nil for none

	Vector Vector[T] // instead of H
	// Energy is that of a Vector which knows one, nil for none, Grad its derivative by the state, and Lose the part of the
	// field that takes it away, nil for none.
	Energy     func() func(x []float64) float64
	Grad, Lose func() func(x, g []float64)

	// Rows is how many rows a batch evaluates at once, 0 for 96.
	Rows int

	// Pixels and the two halves of an autoencoder make states codes of pictures; nil for none.
	Pixels         *Pixels
	Encode, Decode func() func(in, out []float64, rows int)

	// Members are, of an ensemble, the forms that it is the mean of.
	Members []*Form[T]

	// Scales are of the user's units; nil leaves states and times as they are.
	Scales *data.Scales

	// Source is what the parts belong to, a network or an expansion: see network.Of and
	// expansion.Of.
	Source any

	whole *Field // instead of all parts: see Whole
}

// Whole is the form of a field that is no sum of these parts, as that of a Lagrangian is none, with what it is made
// of as Source. It gives the field as it is; Many, where it has none, goes row by row.
func Whole(f *Field, source any) *Form[float64] {
	if f.Many == nil {
		f.Many = func() func(t, x, u, dx []float64, rows int) {
			one, d, m := f.One(), f.Dim, f.Inputs
			return func(t, x, u, dx []float64, rows int) {
				for r := range rows {
					var now float64
					if r < len(t) {
						now = t[r]
					}
					var in []float64
					if u != nil {
						in = u[r*m : (r+1)*m]
					}
					one(now, x[r*d:(r+1)*d], in, dx[r*d:(r+1)*d])
				}
			}
		}
	}
	return &Form[float64]{Kind: f.Kind, Dim: f.Dim, Inputs: f.Inputs, Parameters: f.Parameters, Source: source, whole: f}
}

// Named is a form made by Whole under another kind.
func Named(f *Form[float64], kind string) *Form[float64] {
	named, field := *f, *f.whole
	field.Kind, named.Kind, named.whole = kind, kind, &field
	return &named
}

// Field is what the form can do.
func (f *Form[T]) Field() *Field {
	field := f.own().checked()
	if f.Scales != nil {
		return inUnits(field, f.Scales).checked()
	}
	return field
}

// own is the field before its scales.
func (f *Form[T]) own() *Field {
	if f.whole != nil {
		return f.whole
	}
	if f.Members != nil {
		members := make([]*Field, len(f.Members))
		for i, m := range f.Members {
			members[i] = m.Field()
		}
		return mean(members)
	}
	field := &Field{
		Kind: f.Kind, Parameters: f.Parameters, Dim: f.Dim, Inputs: f.Inputs, Canonical: f.J == nil && f.Dim%2 == 0,
		Many: f.many, Pixels: f.Pixels, Encode: f.Encode, Decode: f.Decode,
	}
	if f.NewPass(1).Adjoint != nil {
		field.Jacobian = f.jacobian
	}
	if f.Vector != nil {
		field.One = func() func(t float64, x, u, dx []float64) {
			point := f.Vector.NewPoint()
			return func(_ float64, x, u, dx []float64) { point(x, u, dx) }
		}
		field.Energy, field.Grad, field.Loss = f.Energy, f.Grad, f.Lose
		if f.Energy != nil {
			field.Canonical = false // its states are positions and velocities
		}
		return field
	}
	field.One, field.Energy, field.Grad = f.one, f.energy, f.grad
	if f.Loss != nil {
		field.Loss = func() func(x, dx []float64) {
			lose, in := f.lose(), make([]T, f.Dim)
			return func(x, dx []float64) {
				kernel.Convert(in, x)
				clear(dx)
				lose(in, dx)
			}
		}
	}
	if t, v, ok := f.halves(); ok {
		field.Split = func() ode.Split { return ode.Split{Velocity: f.half(t, 1), Force: f.half(v, -1)} }
		field.SplitMany = func() ode.BatchSplit {
			return ode.BatchSplit{Velocity: f.halfMany(t, 1), Force: f.halfMany(v, -1)}
		}
	}
	return field
}

// one makes an evaluator of the field at one state.
func (f *Form[T]) one() func(t float64, x, u, dx []float64) {
	n := f.Dim / 2
	h, in, g := f.H.NewPoint(), make([]T, f.Dim), make([]T, f.Dim)
	lose := func([]T, []float64) {}
	if f.Loss != nil {
		lose = f.lose()
	}
	var gain func(q, g []T)
	var forces []T
	if f.Gain != nil {
		gain, forces = f.Gain.NewPoint(), make([]T, n*f.Inputs)
	}
	return func(_ float64, x, u, dx []float64) {
		kernel.Convert(in, x)
		h.Gradient(in, g)
		if f.J == nil {
			for i := range n {
				dx[i], dx[n+i] = float64(g[n+i]), -float64(g[i])
			}
		} else {
			clear(dx)
			for _, b := range f.J {
				dx[b.Row] += float64(b.Value * float64(g[b.Column]))
			}
		}
		lose(in, dx)
		if u != nil && gain != nil {
			gain(in, forces)
			addForce(dx[n:], forces, u)
		}
	}
}

// lose makes what adds the losses to the field at one state.
func (f *Form[T]) lose() func(x []T, dx []float64) {
	n, d, g := f.Dim/2, f.Loss.D.NewPoint(), make([]T, f.Dim)
	return func(x []T, dx []float64) {
		if f.Loss.Momenta {
			d.Gradient(x[n:], g[n:])
		} else {
			d.Gradient(x, g)
		}
		for i := range n {
			if f.Loss.Everywhere {
				dx[i] -= float64(g[i])
			}
			dx[n+i] -= float64(g[n+i])
		}
	}
}

// addForce adds the force G u to dp/dt, which is as long as G (row-major) has rows.
func addForce[T, U nn.Float](dp []U, g []T, u []U) {
	for i := range dp {
		var force U
		for j, v := range g[i*len(u) : (i+1)*len(u)] {
			force += U(U(v) * u[j])
		}
		dp[i] += force
	}
}

func (f *Form[T]) energy() func(x []float64) float64 {
	h, in := f.H.NewPoint(), make([]T, f.Dim)
	return func(x []float64) float64 {
		kernel.Convert(in, x)
		return float64(h.Value(in))
	}
}

func (f *Form[T]) grad() func(x, g []float64) {
	h, in, out := f.H.NewPoint(), make([]T, f.Dim), make([]T, f.Dim)
	return func(x, g []float64) {
		kernel.Convert(in, x)
		h.Gradient(in, out)
		kernel.Convert(g, out)
	}
}

// batchRows is the number of rows that are evaluated at once.
const batchRows = 96

func (f *Form[T]) rows() int {
	if f.Rows > 0 {
		return f.Rows
	}
	return batchRows
}

// many makes an evaluator of the field of many states, block by block, by a pass that grows
// with the rows asked for.
func (f *Form[T]) many() func(t, x, u, dx []float64, rows int) {
	most, d, m := f.rows(), f.Dim, f.Inputs
	var pass *Pass[T]
	held := 0
	in, out, inputs := make([]T, most*d), make([]T, most*d), make([]T, most*m)
	return func(_, x, u, dx []float64, rows int) {
		if rows > held && held < most {
			held = min(rows, most)
			pass = f.NewPass(held)
		}
		for lo := 0; lo < rows; lo += most {
			n := min(most, rows-lo)
			kernel.Convert(in, x[lo*d:(lo+n)*d])
			if m > 0 {
				var now []T
				if u != nil {
					now = inputs[:n*m]
					kernel.Convert(now, u[lo*m:(lo+n)*m])
				}
				pass.Drive(now)
			}
			pass.Field(in, out, n)
			kernel.Convert(dx[lo*d:(lo+n)*d], out)
		}
	}
}

// alone reports whether the field is that of H alone, in canonical coordinates.
func (f *Form[T]) alone() bool { return f.J == nil && f.Loss == nil && f.Inputs == 0 }

// halves are the two energies of a separable H.
func (f *Form[T]) halves() (kinetic, potential Scalar[T], ok bool) {
	if h, is := f.H.(halver[T]); is && f.alone() {
		return h.Halves()
	}
	return nil, nil, false
}

// half makes an evaluator of an energy's gradient times a sign.
func (f *Form[T]) half(s Scalar[T], sign float64) func(x, dx []float64) {
	point, in, g := s.NewPoint(), make([]T, f.Dim/2), make([]T, f.Dim/2)
	return func(x, dx []float64) {
		kernel.Convert(in, x)
		point.Gradient(in, g)
		for i, v := range g {
			dx[i] = sign * float64(v)
		}
	}
}

// halfMany is half of many rows.
func (f *Form[T]) halfMany(s Scalar[T], sign float64) func(x, dx []float64, rows int) {
	most, n := f.rows(), f.Dim/2
	var pass ScalarPass[T]
	held := 0
	in, g := make([]T, most*n), make([]T, most*n)
	return func(x, dx []float64, rows int) {
		if rows > held && held < most {
			held = min(rows, most)
			pass = s.NewPass(held)
		}
		for lo := 0; lo < rows*n; lo += most * n {
			hi := min(lo+most*n, rows*n)
			kernel.Convert(in, x[lo:hi])
			pass.Gradient(in, g, (hi-lo)/n)
			for i, v := range g[:hi-lo] {
				dx[lo+i] = sign * float64(v)
			}
		}
	}
}

// jacobian makes an evaluator of df/dx by the adjoint of a pass over as many copies of the
// state as it has components, the cotangent of each being one of them.
func (f *Form[T]) jacobian() func(x, u, a []float64) {
	d, m := f.Dim, f.Inputs
	pass := f.NewPass(d)
	in, out, bar, inputs := make([]T, d*d), make([]T, d*d), make([]T, d*d), make([]T, d*m)
	return func(x, u, a []float64) {
		clear(bar)
		for r := range d {
			kernel.Convert(in[r*d:(r+1)*d], x)
			bar[r*d+r] = 1
		}
		if m > 0 {
			var now []T
			if u != nil {
				for r := range d {
					kernel.Convert(inputs[r*m:(r+1)*m], u)
				}
				now = inputs
			}
			pass.Drive(now)
		}
		pass.Field(in, out, d)
		pass.Adjoint(bar, nil, out)
		kernel.Convert(a, out)
	}
}
