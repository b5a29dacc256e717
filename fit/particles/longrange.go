package particles

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"hnn/model/particles"
)

// reach makes the law of all distances, from the closest to the farthest pair that has weight.
func (p *problem) reach(coefficients int) error {
	d := p.data
	var seen []float64 // squared distances
	for f, x := range d.X {
		for i := range len(x) / 3 {
			for j := range i {
				if d.Weight[i]*d.Weight[j] == 0 {
					continue
				}
				v := d.Box.Difference(x, i, j)
				r2 := v[0]*v[0] + v[1]*v[1] + v[2]*v[2]
				if r2 == 0 {
					return fmt.Errorf("frame %d: %w", f+1, &particles.OverlapError{I: j, J: i})
				}
				seen = append(seen, r2)
			}
		}
	}
	if len(seen) == 0 {
		return errors.New("no two particles have charges or masses that are not zero: there is nothing for a law of all distances")
	}
	slices.Sort(seen)
	p.laws.NearLong = math.Sqrt(seen[len(seen)/1000])
	l, err := particles.NewLongRange(math.Sqrt(seen[0]), math.Sqrt(seen[len(seen)-1]), coefficients)
	if err != nil {
		return err
	}
	p.laws.Long = l
	p.m += coefficients
	return nil
}

// addLong is add for the law of all distances: the force of a pair is weight_i weight_j g(log r) / r^2.
func (p *problem) addLong(raw []float64, stride, top int, x []float64, weight float64) {
	d, l := p.data, p.laws.Long
	for i := range len(x) / 3 {
		for j := range i {
			w := weight * d.Weight[i] * d.Weight[j]
			if w == 0 {
				continue
			}
			v := d.Box.Difference(x, i, j)
			r := math.Sqrt(v[0]*v[0] + v[1]*v[1] + v[2]*v[2])
			if r == 0 {
				continue
			}
			first, b, _, _ := l.Basis(min(max(r, l.First), l.Last))
			for e, g := range b {
				for a := range 3 {
					f := w * g * v[a] / (r * r * r)
					raw[(top+3*i+a)*stride+p.long+first+e] += f
					raw[(top+3*j+a)*stride+p.long+first+e] -= f
				}
			}
		}
	}
}
