// Package rods finds the rigid rods between measured points of a plane, and the fixed pivot from which they hang, and
// turns such points into joint angles and back: what the fits of mechanical systems learn best from. Points that no
// chain of rods connects to one pivot, and rigid bodies of more than one rod, are refused.
package rods

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"hnn/data"
)

// Rod is a constant distance from a point, or from the pivot, to another point.
type Rod struct {
	From   int // the point where it begins, -1 for the pivot
	To     int
	Length float64
	// Spread is the standard deviation of the measured distance.
	Spread float64
}

// Chain is a tree of rods from a pivot, every rod after that at whose end it begins. Angle i is that of rod i from the
// downward vertical, so that rod i spans (Length sin, -Length cos).
type Chain struct {
	Pivot [2]float64
	Rods  []Rod
}

// constant is how much of the points' spread a distance may vary by to be called constant: three times what noise of
// one percent at both ends leaves.
const constant = 0.045

// Find finds the rods of a set of points x1, y1, x2, y2, ... and, unless these are positions only, as many velocities.
func Find(s *data.Set) (*Chain, error) {
	points, err := pointsOf(s)
	if err != nil {
		return nil, err
	}
	spread := 0.0
	for i := range points {
		for c := range 2 {
			spread = math.Max(spread, deviation(s, func(x []float64) float64 { return x[2*i+c] }))
		}
	}
	if !(spread > 0) {
		return nil, errors.New("rods: no point moves")
	}
	c := &Chain{}
	root := Rod{From: -1, To: -1, Spread: math.Inf(1)}
	for i := range points {
		if deviation(s, func(x []float64) float64 { return x[2*i] })+deviation(s, func(x []float64) float64 { return x[2*i+1] }) < constant*spread {
			return nil, fmt.Errorf("rods: point %d does not move; leave its columns out: a pivot is found by itself", i+1)
		}
		centre, r, ok := circle(s, i)
		if ok && r.Spread < root.Spread && r.Spread < constant*spread {
			root, c.Pivot = r, centre
		}
	}
	if root.To < 0 {
		return nil, errors.New("rods: no point keeps its distance from any fixed pivot")
	}
	c.Rods = append(c.Rods, root)
	inside := map[int]bool{root.To: true}
	for len(inside) < points {
		best := Rod{Spread: math.Inf(1)}
		nearest := -1
		for i := range points {
			for j := range points {
				if !inside[i] || inside[j] {
					continue
				}
				if r := between(s, i, j); r.Spread < best.Spread {
					best, nearest = r, j
				}
			}
		}
		if best.Spread > constant*spread {
			return nil, fmt.Errorf("rods: no constant distance connects point %d to the pivot; the best, to point %d, varies by %.2g", nearest+1, best.From+1, best.Spread)
		}
		c.Rods = append(c.Rods, best)
		inside[best.To] = true
	}
	for i := range points {
		for j := range i {
			if r := between(s, i, j); r.Spread < constant*spread && !c.has(i, j) {
				return nil, fmt.Errorf("rods: points %d and %d keep their distance too: they are on one rigid body or in a closed loop; leave one of the body's points out", j+1, i+1)
			}
		}
	}
	return c, nil
}

func (c *Chain) has(i, j int) bool {
	for _, r := range c.Rods {
		if r.From == i && r.To == j || r.From == j && r.To == i {
			return true
		}
	}
	return false
}

func pointsOf(s *data.Set) (int, error) {
	d := s.Dim
	if !s.PositionsOnly {
		d /= 2
	}
	if d < 2 || d%2 != 0 || !s.PositionsOnly && s.Dim != 2*d {
		return 0, fmt.Errorf("rods: states of length %d are not points of a plane", s.Dim)
	}
	return d / 2, nil
}

// deviation is the standard deviation of a function of the rows.
func deviation(s *data.Set, f func(x []float64) float64) float64 {
	var mean, square float64
	n := float64(s.Rows())
	for r := range s.Rows() {
		mean += f(s.X[r*s.Dim:]) / n
	}
	for r := range s.Rows() {
		d := f(s.X[r*s.Dim:]) - mean
		square += d * d / n
	}
	return math.Sqrt(square)
}

func between(s *data.Set, i, j int) Rod {
	distance := func(x []float64) float64 { return math.Hypot(x[2*j]-x[2*i], x[2*j+1]-x[2*i+1]) }
	mean := 0.0
	for r := range s.Rows() {
		mean += distance(s.X[r*s.Dim:]) / float64(s.Rows())
	}
	return Rod{From: i, To: j, Length: mean, Spread: deviation(s, distance)}
}

// circle fits the centre and radius of a point's path, from the algebraic circle (Kasa 1976) by Gauss-Newton on the
// distances.
func circle(s *data.Set, i int) (centre [2]float64, rod Rod, ok bool) {
	rows := s.Rows()
	solve := func(row func(x, y float64) ([3]float64, float64)) ([]float64, bool) {
		a, b := mat.NewDense(rows, 3, nil), mat.NewVecDense(rows, nil)
		for r := range rows {
			v, right := row(s.X[r*s.Dim+2*i], s.X[r*s.Dim+2*i+1])
			a.SetRow(r, v[:])
			b.SetVec(r, right)
		}
		var x mat.VecDense
		if err := x.SolveVec(a, b); err != nil {
			return nil, false
		}
		return x.RawVector().Data, true
	}
	v, ok := solve(func(x, y float64) ([3]float64, float64) { return [3]float64{2 * x, 2 * y, 1}, x*x + y*y })
	if !ok {
		return centre, rod, false
	}
	a, b := v[0], v[1]
	length := math.Sqrt(math.Max(v[2]+a*a+b*b, 0))
	for range 20 {
		v, ok := solve(func(x, y float64) ([3]float64, float64) {
			d := math.Hypot(x-a, y-b)
			return [3]float64{(a - x) / d, (b - y) / d, -1}, length - d
		})
		if !ok {
			return centre, rod, false
		}
		a, b, length = a+v[0], b+v[1], length+v[2]
		if math.Abs(v[0])+math.Abs(v[1])+math.Abs(v[2]) < 1e-12*length {
			break
		}
	}
	rod = Rod{From: -1, To: i, Length: length, Spread: deviation(s, func(x []float64) float64 { return math.Hypot(x[2*i]-a, x[2*i+1]-b) })}
	return [2]float64{a, b}, rod, length > 0 && !math.IsNaN(length)
}

// Angles is the set of joint angles of a set of points, continuous in every trial, with their velocities where those of
// the points are measured.
func (c *Chain) Angles(s *data.Set) (*data.Set, error) {
	points, err := pointsOf(s)
	if err != nil {
		return nil, err
	}
	n := len(c.Rods)
	if points != n {
		return nil, fmt.Errorf("rods: %d points of %d rods", points, n)
	}
	out := &data.Set{Dim: n, PositionsOnly: s.PositionsOnly, T: s.T, Offsets: s.Offsets, Inputs: s.Inputs, InputNames: s.InputNames, InputsHeld: s.InputsHeld}
	if !s.PositionsOnly {
		out.Dim = 2 * n
	}
	out.X = make([]float64, s.Rows()*out.Dim)
	trial := 0
	for r := range s.Rows() {
		for s.Offsets[trial+1] <= r {
			trial++
		}
		x, to := s.X[r*s.Dim:(r+1)*s.Dim], out.X[r*out.Dim:(r+1)*out.Dim]
		for i, rod := range c.Rods {
			dx, dy := x[2*rod.To]-c.Pivot[0], x[2*rod.To+1]-c.Pivot[1]
			if rod.From >= 0 {
				dx, dy = x[2*rod.To]-x[2*rod.From], x[2*rod.To+1]-x[2*rod.From+1]
			}
			to[i] = math.Atan2(dx, -dy)
			if r > s.Offsets[trial] {
				before := out.X[(r-1)*out.Dim+i]
				to[i] += 2 * math.Pi * math.Round((before-to[i])/(2*math.Pi))
			}
			if s.PositionsOnly {
				continue
			}
			v := x[2*n:]
			vx, vy := v[2*rod.To], v[2*rod.To+1]
			if rod.From >= 0 {
				vx, vy = vx-v[2*rod.From], vy-v[2*rod.From+1]
			}
			to[n+i] = (dx*vy - dy*vx) / (dx*dx + dy*dy)
		}
	}
	return out, nil
}

// Points writes the points (2 a rod) at joint angles q.
func (c *Chain) Points(q, to []float64) {
	for i, rod := range c.Rods {
		x, y := c.Pivot[0], c.Pivot[1]
		if rod.From >= 0 {
			x, y = to[2*rod.From], to[2*rod.From+1]
		}
		sin, cos := math.Sincos(q[i])
		to[2*rod.To], to[2*rod.To+1] = x+rod.Length*sin, y-rod.Length*cos
	}
}
