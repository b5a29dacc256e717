package model

import "hnn/internal/kernel"

// SplitPass is the Pass of a separable model, H(q, p) = T(p) + V(q), which evaluates
// the two halves of the field apart, as explicit symplectic integrators need them: the
// velocity dq/dt = dT/dp from momenta alone, the force dp/dt = -dV/dq from positions
// alone. Positions, momenta and what belongs to them are rows x Dim/2, row-major.
//
// An adjoint follows its own evaluation, whatever the other half did in between, and is
// otherwise as Pass.Adjoint: it adds to grad, which is as long as all of Params, and
// writes the derivative by the half state; nil leaves either out; the first argument is
// overwritten. It does not hold across a Field.
type SplitPass[T kernel.Float] interface {
	Pass[T]
	Velocity(p, dq []T, rows int)
	VelocityAdjoint(dqbar, grad, pbar []T)
	Force(q, dp []T, rows int)
	ForceAdjoint(dpbar, grad, qbar []T)
}
