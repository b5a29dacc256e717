package particles

import (
	"math"
)

// Outside is what the total force of moments says of forces that are not of pairs. Pairs leave it 0, however wrong a law of them is.
type Outside struct {
	// Share is sqrt(sum |total force|^2 / sum |force on a particle|^2) over moments: 0 of pairs, about 1 of forces that know nothing of each other.
	Share float64
	// Follows says that the total force follows from where the particles are, or from nothing but the axis, as chance hardly has it:
	// an outside force and no noise.
	Follows bool
	Motion  bool // whether changes of the total momentum between moments are taken for the force
}

// slightest is the share below which digits that files leave out may be all there is.
const slightest = 1e-5

// mostWaves is the highest order of waves along periodic axes that the total force is compared with.
const mostWaves = 32

// FindOutside looks at the forces of all moments, or, of motion, at changes of momentum from one moment to the next.
func FindOutside(d *Data, motion bool) (o Outside) {
	o.Motion = motion
	var total [3][]float64
	var places [][]float64
	var sum, all float64
	take := func(x []float64, force func(i int) float64) {
		var f [3]float64
		for i := range x {
			v := force(i)
			f[i%3] += v
			all += float64(v * v)
		}
		for k, v := range f {
			total[k] = append(total[k], v)
			sum += float64(v * v)
		}
		places = append(places, x)
	}
	for f, x := range d.X {
		switch {
		case !motion:
			take(x, func(i int) float64 { return d.F[f][i] })
		case f > 0:
			span := d.Times[f] - d.Times[f-1]
			middle := make([]float64, len(x))
			for i := range x {
				middle[i] = (x[i] + d.X[f-1][i]) / 2
			}
			take(middle, func(i int) float64 { return d.Mass[i/3] * (d.V[f][i] - d.V[f-1][i]) / span })
		}
	}
	if all == 0 {
		return o
	}
	if o.Share = math.Sqrt(sum / all); o.Share < slightest {
		return o
	}
	// Of white noise two functions explain a part R^2 of n numbers or more with the probability (1 - R^2)^((n-2)/2).
	tests, likeliest := 0, 1.0
	try := func(k int, a, b []float64) {
		tests++
		if n := len(a); n > 2 {
			likeliest = min(likeliest, math.Pow(1-explained(total[k], a, b), float64(n-2)/2))
		}
	}
	sums := func(k int, f func(x float64) float64) (s []float64) {
		for _, x := range places {
			v := 0.0
			for i := k; i < len(x); i += 3 {
				v += f(x[i])
			}
			s = append(s, v)
		}
		return s
	}
	one := sums(0, func(float64) float64 { return 1 })
	for k := range total {
		if !d.Box.Periodic[k] {
			try(k, one, sums(k, func(x float64) float64 { return x }))
			continue
		}
		try(k, one, one)
		for w := 1; w <= mostWaves; w++ {
			c := 2 * math.Pi * float64(w) / d.Box.Side[k]
			try(k, sums(k, func(x float64) float64 { return math.Cos(c * x) }), sums(k, func(x float64) float64 { return math.Sin(c * x) }))
		}
	}
	o.Follows = likeliest*float64(tests) < 1e-4
	return o
}

// explained is the part of the squares of y that a and b explain.
func explained(y, a, b []float64) float64 {
	dot := func(u, v []float64) (s float64) {
		for i := range u {
			s += float64(u[i] * v[i])
		}
		return s
	}
	yy, aa := dot(y, y), dot(a, a)
	if yy == 0 || aa == 0 {
		return 0
	}
	rest := make([]float64, len(b)) // of b, without what a has of it
	by := dot(a, b) / aa
	for i := range b {
		rest[i] = b[i] - float64(by*a[i])
	}
	r := dot(a, y) * dot(a, y) / aa
	if rr := dot(rest, rest); rr > 1e-20*dot(b, b) {
		r += dot(rest, y) * dot(rest, y) / rr
	}
	return min(r/yy, 1)
}
