package rods

import (
	"fmt"
	"math"
)

// lengths panics where slices have not as many numbers as there are rods, times so many.
func (c *Chain) lengths(slices [][]float64, times []int) {
	for i, s := range slices {
		if want := times[i] * len(c.Rods); len(s) != want {
			panic(fmt.Sprintf("rods: %d numbers, want %d of %d rods", len(s), want, len(c.Rods)))
		}
	}
}

// at are the places of a point's two coordinates among the positions.
func (c *Chain) at(point int) (x, y int) {
	if c.Columns != nil {
		return c.Columns[point][0], c.Columns[point][1]
	}
	return 2 * point, 2*point + 1
}

// span is a rod's vector in positions, from its beginning to its end; at is of the pivot or of zero for rates.
func (c *Chain) span(rod Rod, x []float64, pivot [2]float64) (dx, dy float64) {
	i, j := c.at(rod.To)
	if rod.From < 0 {
		return x[i] - pivot[0], x[j] - pivot[1]
	}
	k, l := c.at(rod.From)
	return x[i] - x[k], x[j] - x[l]
}

// angles writes the joint angles of points, within half a turn.
func (c *Chain) angles(x, q []float64) {
	for i, rod := range c.Rods {
		dx, dy := c.span(rod, x, c.Pivot)
		q[i] = math.Atan2(dx, -dy)
	}
}

// State writes the n joint angles and their rates to to (2 n), from n points and their velocities x (4 n). Angles are
// within half a turn.
func (c *Chain) State(x, to []float64) {
	c.lengths([][]float64{x, to}, []int{4, 2})
	n := len(c.Rods)
	c.angles(x[:2*n], to[:n])
	for i, rod := range c.Rods {
		dx, dy := c.span(rod, x, c.Pivot)
		vx, vy := c.span(rod, x[2*n:], [2]float64{})
		to[n+i] = (dx*vy - dy*vx) / (dx*dx + dy*dy)
	}
}

// ByPoints writes the derivatives of a function by points and their velocities to to (4 n), from those by angles and
// rates, by (2 n), at a state x of points and velocities (4 n).
func (c *Chain) ByPoints(x, by, to []float64) {
	c.lengths([][]float64{x, by, to}, []int{4, 2, 4})
	n := len(c.Rods)
	clear(to)
	for i, rod := range c.Rods {
		dx, dy := c.span(rod, x, c.Pivot)
		vx, vy := c.span(rod, x[2*n:], [2]float64{})
		square := dx*dx + dy*dy
		rate := (dx*vy - dy*vx) / square
		q, w := by[i]/square, by[n+i]/square
		add := func(at int, toX, toY float64) {
			a, b := c.at(rod.To)
			to[at+a] += toX
			to[at+b] += toY
			if rod.From >= 0 {
				a, b = c.at(rod.From)
				to[at+a] -= toX
				to[at+b] -= toY
			}
		}
		add(0, -dy*q+(vy-2*dx*rate)*w, dx*q-(vx+2*dy*rate)*w)
		add(2*n, -dy*w, dx*w)
	}
}

// Points writes the n points at joint angles q (n) to to (2 n).
func (c *Chain) Points(q, to []float64) {
	c.lengths([][]float64{q, to}, []int{1, 2})
	for i, rod := range c.Rods {
		x, y := c.Pivot[0], c.Pivot[1]
		if rod.From >= 0 {
			a, b := c.at(rod.From)
			x, y = to[a], to[b]
		}
		sin, cos := math.Sincos(q[i])
		a, b := c.at(rod.To)
		to[a], to[b] = x+rod.Length*sin, y-rod.Length*cos
	}
}

// Velocities writes the points' velocities at joint angles q and rates v (n each) to to (2 n). It panics on other lengths.
func (c *Chain) Velocities(q, v, to []float64) {
	c.lengths([][]float64{q, v, to}, []int{1, 1, 2})
	c.accelerations(q, v, nil, to)
}

// Accelerations writes the points' accelerations at joint angles q, rates v and accelerations a (n each) to to (2 n). It panics on
// other lengths.
func (c *Chain) Accelerations(q, v, a, to []float64) {
	c.lengths([][]float64{q, v, a, to}, []int{1, 1, 1, 2})
	c.accelerations(q, v, a, to)
}

// accelerations writes the first derivatives of the points by the time, or, where a is given, the second.
func (c *Chain) accelerations(q, v, a, to []float64) {
	for i, rod := range c.Rods {
		x, y := 0.0, 0.0
		if rod.From >= 0 {
			j, k := c.at(rod.From)
			x, y = to[j], to[k]
		}
		sin, cos := math.Sincos(q[i])
		along, inward := v[i], 0.0
		if a != nil {
			along, inward = a[i], v[i]*v[i]
		}
		j, k := c.at(rod.To)
		to[j], to[k] = x+rod.Length*(cos*along-sin*inward), y+rod.Length*(sin*along+cos*inward)
	}
}
