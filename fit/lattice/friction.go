package lattice

import (
	"math"

	"hnn/model/lattice"
)

// sureErrors is how many of its standard errors a friction must be, so that it is taken. Test functions overlap by four, so that these errors
// are about half of the true ones.
const sureErrors = 8

// forces chooses the law of the forces. A friction that the chosen law does not bear out is left out, and a law is chosen
// without it.
func (f *features) forces(v *problem, velocities *chosen) (*chosen, error) {
	all := f.potentialChoices()
	if f.friction(v) {
		found, err := v.choose(f.rubbed(all), velocities)
		if err != nil || f.rubs(v, found) {
			return found, err
		}
	}
	return v.choose(all, velocities)
}

// friction reports whether a loss of momentum at one rate explains held-out forces better than the largest law without it, by
// more than chance.
func (f *features) friction(v *problem) bool {
	if f.s.Flow != lattice.Mechanical {
		return false
	}
	var left [2]float64
	for i, use := range [][]int{counted(0, f.potential), counted(0, f.potential+1)} {
		x, ok := v.fit.solve(use)
		if !ok || i == 1 && x[f.potential] <= 0 {
			return false
		}
		rest, size := v.held.residual(use, x)
		left[i] = rest / size
	}
	return left[0] > digits && left[1]*chance(v.held.rows) < left[0]
}

// rubbed are the same laws with friction.
func (f *features) rubbed(all []choice) []choice {
	out := make([]choice, len(all))
	for i, c := range all {
		out[i] = choice{c.degrees, append(c.use[:len(c.use):len(c.use)], f.potential)}
	}
	return out
}

// rubs reports whether a law with friction bears it out: it is positive, many of its standard errors, and held-out forces
// are explained better with it than by the same law without it, by more than chance.
func (f *features) rubs(v *problem, law *chosen) bool {
	last := len(law.use) - 1
	if !(law.c[last] > sureErrors*v.all().standardError(law.use, law.c)) {
		return false
	}
	if last == 0 {
		return true
	}
	x, ok := v.fit.solve(law.use[:last])
	if !ok {
		return false
	}
	rest, size := v.held.residual(law.use[:last], x)
	return rest/size > digits && law.left*chance(v.held.rows) < rest/size
}

// standardError is that of the last of the unknowns, from what they leave of the rows.
func (t *triangle) standardError(use []int, x []float64) float64 {
	last := len(use) - 1
	columns := t.picked(use).matrix()
	rest, _ := t.residual(use, x)
	return rest / math.Sqrt(float64(max(1, t.rows-len(use)))) / math.Abs(columns.At(last, last))
}
