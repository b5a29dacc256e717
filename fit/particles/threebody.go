package particles

import (
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"hnn/internal/qr"
	"hnn/model/particles"
)

// bend makes the law of two pairs that share a body, from the closest of them.
func (p *problem) bend(o *Options) error {
	d := p.data
	if o.AngleReach > o.Cutoff {
		return errors.New("angles reach at most to the cut-off of the pairs: give a larger --cutoff or a smaller --angles")
	}
	var seen []float64
	shared := 0
	for _, x := range d.X {
		count := make([]int, len(x)/3)
		d.Box.Pairs(x, o.AngleReach, func(i, j int, _ [3]float64, r2 float64) {
			seen = append(seen, math.Sqrt(r2))
			shared += count[i] + count[j]
			count[i]++
			count[j]++
		})
	}
	if shared == 0 {
		return errors.New("no body ever has two others within the reach of angles: give a larger --angles, or none")
	}
	slices.Sort(seen)
	a, err := particles.NewAngles(seen[0], o.AngleReach, d.Kinds, o.AngleRadial, o.AngleDegree)
	if err != nil {
		return err
	}
	p.laws.Angles, p.laws.Bends, p.laws.Typical = a, shared, seen[len(seen)/2]
	p.bent, p.angleUnknown = p.m, make([]int, len(a.C))
	for c := range d.Kinds {
		for j := range d.Kinds {
			for k := j; k < d.Kinds; k++ {
				for l := range a.Degree + 1 {
					for m := range a.Radial {
						for n := range a.Radial {
							if j == k && n < m {
								continue
							}
							p.angleUnknown[a.Index(c, j, k, l, m, n)], p.angleUnknown[a.Index(c, k, j, l, n, m)] = p.m, p.m
							p.m++
						}
					}
				}
			}
		}
	}
	if unknowns := p.m - p.bent; unknowns > mostAngles {
		return errors.New("a law of angles of so many kinds has too many coefficients: give fewer --angle-coefficients or a lower --angle-degree")
	}
	return nil
}

// mostAngles bounds the coefficients of angles.
const mostAngles = 4000

// weights of smooth that are tried where there are angles.
var weights = []float64{1e-9, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3}

// weight is that of smooth by which laws that most moments decide explain the held-out ones best: distances and angles that are seldom
// met would else take what the functions of angles cannot follow.
func (p *problem) weight(largest float64) float64 {
	if p.fit == nil || p.held == nil {
		return weights[2]
	}
	best, least := weights[0], math.Inf(1)
	for _, w := range weights {
		if norm := p.leaves(w, largest); norm < least {
			best, least = w, norm
		}
	}
	return best
}

// leaves is what laws that most moments decide leave of the held-out ones.
func (p *problem) leaves(weight, largest float64) float64 {
	var left mat.VecDense
	left.MulVec(p.held, mat.NewVecDense(p.m+1, qr.Solve(qr.Stacked(p.fit, p.smooth(weight, largest)))))
	return mat.Norm(&left, 2)
}

// near is one of the pairs of a centre.
type near struct {
	j     int
	u     [3]float64 // from the centre to it, of length 1
	r     float64
	first int
	b, db [6]float64
}

// addAngles is add for the law of angles.
func (p *problem) addAngles(raw []float64, stride, top int, x []float64, weight float64) {
	d, a := p.data, p.laws.Angles
	of := make([][]near, len(x)/3)
	d.Box.Pairs(x, a.Cutoff, func(i, j int, v [3]float64, r2 float64) {
		r := math.Sqrt(r2)
		if r == 0 {
			return
		}
		e := near{j: j, r: r}
		e.first, e.b, e.db = a.Functions(r)
		for k := range 3 {
			e.u[k] = -v[k] / r
		}
		of[i] = append(of[i], e)
		for k := range 3 {
			e.u[k] = -e.u[k]
		}
		e.j = i
		of[j] = append(of[j], e)
	})
	legendre, slope := make([]float64, a.Degree+1), make([]float64, a.Degree+1)
	for i, all := range of {
		for e := range all {
			for o := range e {
				f, g := &all[e], &all[o]
				c := f.u[0]*g.u[0] + f.u[1]*g.u[1] + f.u[2]*g.u[2]
				particles.Legendre(c, legendre, slope)
				var df, dg [3]float64 // of the cosine by where both are
				for k := range 3 {
					df[k], dg[k] = (g.u[k]-c*f.u[k])/f.r, (f.u[k]-c*g.u[k])/g.r
				}
				for l := range legendre {
					at := a.Index(int(d.Kind[i]), int(d.Kind[f.j]), int(d.Kind[g.j]), l, 0, 0)
					for m := 0; m < len(f.b) && f.first+m < a.Radial; m++ {
						for n := 0; n < len(g.b) && g.first+n < a.Radial; n++ {
							column := p.angleUnknown[at+(f.first+m)*a.Radial+g.first+n]
							s, sf, sg := slope[l]*f.b[m]*g.b[n], legendre[l]*f.db[m]*g.b[n], legendre[l]*f.b[m]*g.db[n]
							for k := range 3 {
								pf, pg := weight*(sf*f.u[k]+s*df[k]), weight*(sg*g.u[k]+s*dg[k])
								raw[(top+3*f.j+k)*stride+column] -= pf
								raw[(top+3*g.j+k)*stride+column] -= pg
								raw[(top+3*i+k)*stride+column] += pf + pg
							}
						}
					}
				}
			}
		}
	}
}

// angleErrors are where both distances are Typical, of cosines from -1 to 1 in Grid equal steps.
func (p *problem) angleErrors(of func(b []float64) float64) {
	a := p.laws.Angles
	k := a.Kinds
	p.laws.AngleErrors = make([][]float64, k*k*k)
	first, b, _ := a.Functions(p.laws.Typical)
	legendre, slope := make([]float64, a.Degree+1), make([]float64, a.Degree+1)
	y := make([]float64, p.m)
	for q := range p.laws.AngleErrors {
		c, i, j := q/(k*k), q/k%k, q%k
		for g := range Grid + 1 {
			particles.Legendre(-1+2*float64(g)/Grid, legendre, slope)
			clear(y)
			for l := range legendre {
				for m := 0; m < len(b) && first+m < a.Radial; m++ {
					for n := 0; n < len(b) && first+n < a.Radial; n++ {
						y[p.angleUnknown[a.Index(c, i, j, l, first+m, first+n)]] += legendre[l] * b[m] * b[n]
					}
				}
			}
			p.laws.AngleErrors[q] = append(p.laws.AngleErrors[q], of(y))
		}
	}
}
