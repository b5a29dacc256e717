package particles

import (
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"hnn/model/particles"
)

// confine makes the external potential: polynomials over the range of coordinates along axes that are open, waves of the box along the
// others. Its coefficients come after all others, those of lower orders first.
func (p *problem) confine(o *Options) error {
	d, kinds := p.data, p.data.Kinds
	if d.TrapWeight != nil {
		kinds = 1
		if !slices.ContainsFunc(d.TrapWeight, func(w float64) bool { return w != 0 }) {
			return errors.New("no particle has a charge that is not zero: there is nothing for a trap of charges to act on")
		}
	}
	var axes [3]particles.Axis
	for k := range axes {
		if d.Box.Periodic[k] {
			axes[k].Period = d.Box.Side[k]
			continue
		}
		low, high := math.Inf(1), math.Inf(-1)
		for _, x := range d.X {
			for i := k; i < len(x); i += 3 {
				low, high = min(low, x[i]), max(high, x[i])
			}
		}
		axes[k] = particles.Axis{Middle: (low + high) / 2, Half: (high - low) / 2}
	}
	t, err := particles.NewTrap(kinds, axes, o.TrapDegree, o.TrapWaves)
	if err != nil {
		return err
	}
	p.trap = t
	p.m += len(t.C)
	return nil
}

// addTrap is add for the external potential.
func (p *problem) addTrap(raw []float64, stride, top int, x []float64, weight float64) {
	t, d := p.trap, p.data
	room := make([]float64, t.Room())
	for i := range len(x) / 3 {
		kind, w := int(d.Kind[i]), weight
		if d.TrapWeight != nil {
			kind, w = 0, weight*d.TrapWeight[i]
		}
		t.Functions([3]float64(x[3*i:3*i+3]), room)
		for e := range t.Terms {
			column := p.trapped + e*t.Kinds + kind
			if column >= p.m {
				break
			}
			for k, s := range t.Slope(e, room) {
				raw[(top+3*i+k)*stride+column] -= float64(w * s)
			}
		}
	}
}

// enough is by how much more a lower order may leave of the equations than the best.
const enough = 1.02

// order takes the lowest order of the external potential that explains the equations as well as the best, and shortens the problem to it. What an
// order leaves is counted for each equation more than there are unknowns, as of equations that it has not seen.
func (p *problem) order() error {
	top := max(p.trap.Degree, p.trap.Waves)
	upTo := func(order int) int { // unknowns
		n := 0
		for _, t := range p.trap.Terms {
			if o, _ := p.trap.Order(t); o <= order {
				n++
			}
		}
		return p.trapped + n*p.trap.Kinds
	}
	all := mat.Norm(p.r.ColView(p.m), 2)
	left := make([]float64, top+1)
	for o := range left {
		m := upTo(o)
		left[o] = shortened(p.r, m).At(m, m)
		left[o] = (math.Abs(left[o]) + 1e-13*all) / math.Sqrt(float64(max(p.rows-m, 1))) // the digits that rounding leaves
	}
	best := slices.Min(left)
	chosen := slices.IndexFunc(left, func(l float64) bool { return l <= enough*best })
	p.laws.TrapGain = left[0] / max(left[chosen], 1e-300)
	p.laws.TrapLoose = loose(shortened(p.r, upTo(max(chosen, min(top, 2)))), p.trapped)
	m := upTo(chosen)
	if m == 0 {
		return errors.New("no outside force is found, and no law of pairs was asked for: give --cutoff or --long")
	}
	p.r, p.m = shortened(p.r, m), m
	if p.fit != nil {
		p.fit = shortened(p.fit, m)
	}
	if p.held != nil {
		p.held = shortened(p.held, m)
	}
	t, err := particles.NewTrap(p.trap.Kinds, p.trap.Axes, min(p.trap.Degree, chosen), min(p.trap.Waves, chosen))
	if err != nil {
		return err
	}
	p.laws.Trap = t
	return nil
}

// shortened is R of the QR factors of the first m columns and the right side.
func shortened(r *mat.Dense, m int) *mat.Dense {
	_, n := r.Dims()
	if n == m+1 {
		return r
	}
	out := mat.NewDense(m+1, m+1, nil)
	left := 0.0
	for i := range n {
		v := r.At(i, n-1)
		if i >= m {
			left = math.Hypot(left, v)
			continue
		}
		copy(out.RawRowView(i)[:m], r.RawRowView(i)[:m])
		out.Set(i, m, v)
	}
	out.Set(m, m, left)
	return out
}

// TrapAlone is the TrapLoose below which the external potential and the laws of pairs are hardly told apart.
const TrapAlone = 1e-4

// loose is how much of the combination of unknowns from one on that those before imitate best they cannot imitate, of 1. Of a problem's R.
func loose(r *mat.Dense, from int) float64 {
	_, m := r.Dims()
	n := m - 1 - from
	if n == 0 {
		return 1
	}
	part := mat.NewDense(n, n, nil)
	for j := range n {
		norm := mat.Norm(r.ColView(from+j), 2)
		for i := range j + 1 {
			if norm > 0 {
				part.Set(i, j, r.At(from+i, from+j)/norm)
			}
		}
	}
	var svd mat.SVD
	if !svd.Factorize(part, mat.SVDNone) {
		return 0
	}
	return slices.Min(svd.Values(nil))
}

// trapErrors are standard errors of U along each axis through the middle, less U there.
func (p *problem) trapErrors(of func(y []float64) float64) {
	t := p.laws.Trap
	p.laws.TrapErrors = make([][]float64, 3*t.Kinds)
	room, middle := make([]float64, t.Room()), make([]float64, t.Room())
	y := make([]float64, p.m)
	for q := range p.laws.TrapErrors {
		kind, k := q/3, q%3
		if low, high := t.Axes[k].Range(); low == high {
			continue
		}
		t.Functions(t.Centre(), middle)
		for g := range Grid + 1 {
			t.Functions(t.Along(k, float64(g)/Grid), room)
			clear(y)
			for e := range t.Terms {
				y[p.trapped+e*t.Kinds+kind] = t.Value(e, room) - t.Value(e, middle)
			}
			p.laws.TrapErrors[q] = append(p.laws.TrapErrors[q], of(y))
		}
	}
}
