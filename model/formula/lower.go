package formula

import (
	"hnn/model"
	"hnn/model/program"
)

// LowerField writes the formula out: see model.LoweredField.
func (f *Formula) LowerField(b *program.Builder, x, u program.Value) (field, energy program.Value, err error) {
	n := f.N
	energy = f.H().Lower(b, x)
	g := b.Gradient(energy, x)
	force := b.Unary(program.Neg, b.Part(g, 0, n))
	if f.Friction != nil {
		force = b.Sub(force, b.Mul(b.Constant(f.Friction...), b.Slice(x, n, 2*n)))
	}
	if u != program.None {
		force = b.Add(force, model.Force(b, b.Constant(f.Gain...), u, n))
	}
	return b.Concat(b.Part(g, n, 2*n), force), energy, nil
}
