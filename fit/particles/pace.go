package particles

import "math"

// Pace is how positions change from moment to moment beside what velocities and forces say of it. Each factor is 1 where times, masses and
// units are right, and 0 where the moments cannot tell it.
type Pace struct {
	// Positions is the factor of the changes over those that the velocities say, and Unsure how far it can be off, as its logarithm.
	Positions, Unsure float64
	// Curve is the factor of their part of second order over the one that forces over masses say. It is far less exact.
	Curve float64
	// Follow is the correlation of the changes of positions with those that the velocities at both ends say, 1 where moments are close in
	// time; NaN where there are no velocities or all are 0.
	Follow float64
}

// Pace compares moments. With forces it fits the changes by Hermite's rule,
//
//	x1 - x0 = H (v0 + v1) / 2 + H^2 (a0 - a1) / 12 + O(H^5),
//
// with a factor of each part; wrong times and masses change the two differently. Without forces it takes the trapezoidal rule, and Simpson's
// over two intervals: wrong times make both wrong by one factor, and moments far apart make them differ.
func (d *Data) Pace() Pace {
	p := Pace{Follow: math.NaN()}
	if len(d.V) < 2 {
		return p
	}
	var short, long, second comparison
	var cross, curved float64 // sums of both parts of Hermite's rule, and of the changes with the second
	for f := 1; f < len(d.X); f++ {
		span := d.Times[f] - d.Times[f-1]
		even := f > 1 && math.Abs(span/(d.Times[f-1]-d.Times[f-2])-1) < 1e-6
		for i := range d.X[f] {
			if d.held(i / 3) {
				continue
			}
			change, first := d.X[f][i]-d.X[f-1][i], span/2*(d.V[f-1][i]+d.V[f][i])
			short.add(change, first)
			if even {
				long.add(d.X[f][i]-d.X[f-2][i], span/3*(d.V[f-2][i]+4*d.V[f-1][i]+d.V[f][i]))
			}
			if d.F != nil {
				s := span * span / 12 * (d.F[f-1][i] - d.F[f][i]) / d.Mass[i/3]
				second.add(change, s)
				cross += float64(first * s)
			}
		}
	}
	curved = second.ys
	if short.ss > 0 {
		p.Follow = short.correlation()
	}
	if det := float64(short.ss*second.ss) - float64(cross*cross); det > 1e-6*short.ss*second.ss && short.yy > 0 {
		a := (float64(short.ys*second.ss) - float64(curved*cross)) / det
		b := (float64(curved*short.ss) - float64(short.ys*cross)) / det
		if r := math.Sqrt((float64(a*short.ys) + float64(b*curved)) / short.yy); r > 0.98 && a > 0 {
			p.Positions, p.Unsure = a, 20*(1-r)
			if b > 0 {
				p.Curve = b
			}
			return p
		}
	}
	if short.correlation() > 0.95 && long.correlation() > 0.95 {
		p.Positions = long.factor()
		p.Unsure = 2 * math.Abs(math.Log(short.factor()/p.Positions))
	}
	return p
}

// comparison is of changes with what they should be.
type comparison struct{ yy, ys, ss float64 }

func (c *comparison) add(y, s float64) {
	c.yy += float64(y * y)
	c.ys += float64(y * s)
	c.ss += float64(s * s)
}

func (c *comparison) factor() float64 { return c.ys / c.ss }

// correlation is 0 where nothing changes.
func (c *comparison) correlation() float64 {
	if c.yy == 0 || c.ss == 0 {
		return 0
	}
	return c.ys / math.Sqrt(float64(c.yy*c.ss))
}
