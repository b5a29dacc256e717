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
	From   int     `json:"from"`   // the point where it begins, -1 for the pivot
	To     int     `json:"to"`     // the point where it ends
	Length float64 `json:"length"` // in the unit of the coordinates
	// Spread is the standard deviation of the measured distance, Noise what of it is noise: independent from row to row.
	Spread float64 `json:"-"`
	Noise  float64 `json:"-"`
}

// Chain is a tree of rods from a pivot, every rod after that at whose end it begins. Angle i is that of rod i from the
// downward vertical, so that rod i spans (Length sin, -Length cos).
type Chain struct {
	Pivot [2]float64 `json:"pivot"` // x and y of the point that does not move
	Rods  []Rod      `json:"rods"`
	// Columns are the places of every point's two coordinates among the positions; nil for x1, y1, x2, y2, ...
	Columns [][2]int `json:"columns,omitempty"`
}

// constant is how much of the points' spread a distance may vary by to be called constant: three times what noise of
// one percent at both ends leaves.
const constant = 0.045

// farthest is how many of the point's spreads away a pivot may be: a longer circle's arc is a line.
const farthest = 30

// Find finds the rods of a set of points and, unless the set has positions only, of as many velocities. Columns are
// the places of each point's two coordinates, nil for x1, y1, x2, y2, ... It is an error if no tree of rods connects
// the points to one pivot.
func Find(s *data.Set, columns [][2]int) (*Chain, error) {
	if err := s.Lengths(); err != nil {
		return nil, err
	}
	m, err := measure(s, columns)
	if err != nil {
		return nil, err
	}
	c := &Chain{Columns: columns}
	root := Rod{From: -1, To: -1, Spread: math.Inf(1)}
	for i := range m.points {
		centre, r, ok := m.circle(i)
		if ok && r.Spread < root.Spread && r.Spread < constant*m.spread && r.Length < farthest*m.deviation(i) {
			root, c.Pivot = r, centre
		}
	}
	if root.To < 0 {
		return nil, errors.New("rods: no point keeps its distance from any fixed pivot")
	}
	c.Rods = append(c.Rods, root)
	inside := map[int]bool{root.To: true}
	for len(inside) < len(m.points) {
		best := Rod{Spread: math.Inf(1)}
		nearest := -1
		for i := range m.points {
			for j := range m.points {
				if !inside[i] || inside[j] {
					continue
				}
				if r := m.between(i, j); r.Spread < best.Spread {
					best, nearest = r, j
				}
			}
		}
		if best.Spread > constant*m.spread {
			return nil, fmt.Errorf("rods: no constant distance connects point %d to the pivot; the best, to point %d, varies by %.2g", nearest+1, best.From+1, best.Spread)
		}
		c.Rods = append(c.Rods, best)
		inside[best.To] = true
	}
	for i := range m.points {
		for j := range i {
			if r := m.between(i, j); r.Spread < constant*m.spread && !c.has(i, j) {
				return nil, fmt.Errorf("rods: points %d and %d keep their distance too: they are on one rigid body or in a closed loop; leave one of the body's points out", j+1, i+1)
			}
		}
	}
	return c, nil
}

// loose is how much of its length a rod that is given may vary by.
const loose = 0.1

// Given is the chain of rods that a user names, each from one point to another (-1 for the pivot, which one rod has),
// with lengths and the pivot from the set. It is an error if they are no tree or if a distance is far from constant.
func Given(s *data.Set, columns [][2]int, pairs [][2]int) (*Chain, error) {
	if err := s.Lengths(); err != nil {
		return nil, err
	}
	m, err := measure(s, columns)
	if err != nil {
		return nil, err
	}
	c := &Chain{Columns: columns}
	inside := map[int]bool{-1: true}
	left := append([][2]int(nil), pairs...)
	for len(left) > 0 {
		before := len(left)
		for i := 0; i < len(left); i++ {
			a, b := left[i][0], left[i][1]
			if a < -1 || b < -1 || a >= len(m.points) || b >= len(m.points) {
				return nil, fmt.Errorf("rods: rod %d-%d, and there are the points 1 to %d; 0 is the pivot", a+1, b+1, len(m.points))
			}
			if inside[b] {
				a, b = b, a
			}
			switch {
			case inside[b]:
				return nil, fmt.Errorf("rods: rod %d-%d closes a loop; name a tree of rods from the pivot 0", left[i][0]+1, left[i][1]+1)
			case !inside[a]:
				continue
			}
			rod := m.between(max(a, 0), b)
			if a < 0 {
				if len(c.Rods) > 0 && c.Rods[0].From < 0 {
					return nil, errors.New("rods: two rods hang from a pivot; name one from 0, systems of two are to be given apart")
				}
				var ok bool
				if c.Pivot, rod, ok = m.circle(b); !ok || rod.Length > farthest*m.deviation(b) {
					return nil, fmt.Errorf("rods: the path of point %d is no arc of a circle, so that there is no pivot", b+1)
				}
			}
			if rod.Spread > loose*rod.Length {
				return nil, fmt.Errorf("rods: the distance from %s to point %d varies by %.2g of %.3g: that is no rod", end(a), b+1, rod.Spread, rod.Length)
			}
			c.Rods = append(c.Rods, rod)
			inside[b] = true
			left = append(left[:i], left[i+1:]...)
			i--
		}
		if len(left) == before {
			return nil, fmt.Errorf("rods: nothing connects rod %d-%d to the pivot 0", left[0][0]+1, left[0][1]+1)
		}
	}
	if len(c.Rods) != len(m.points) {
		return nil, fmt.Errorf("rods: %d rods for %d points; every point is the end of one", len(c.Rods), len(m.points))
	}
	return c, nil
}

func end(i int) string {
	if i < 0 {
		return "the pivot"
	}
	return fmt.Sprintf("point %d", i+1)
}

// Doubt says why distances are not constant but for noise, or why a circle may be an orbit: nil where what was found
// are rods beyond doubt.
func (c *Chain) Doubt(s *data.Set) error {
	for _, r := range c.Rods {
		// A ten-thousandth is what rounding of the file and a marker's own size may leave.
		if r.Spread > 3*r.Noise+1e-4*r.Length {
			return fmt.Errorf("the distance from %s to point %d keeps within %.2g%%, which is more than its noise of %.2g%%", end(r.From), r.To+1, 100*r.Spread/r.Length, 100*r.Noise/r.Length)
		}
	}
	angles, err := c.Angles(s)
	if err != nil {
		return err
	}
	if len(c.Rods) == 1 {
		n, mean, square := 0.0, 0.0, 0.0
		for k := range angles.Trials() {
			t, x, _ := angles.Trial(k)
			for i := 1; i < len(t); i++ {
				w := (x[i*angles.Dim] - x[(i-1)*angles.Dim]) / (t[i] - t[i-1])
				n, mean, square = n+1, mean+w, square+w*w
			}
		}
		mean /= n
		if square/n < 1.01*mean*mean {
			return errors.New("the point turns evenly: an orbit as well as a rod")
		}
	}
	return nil
}

// measured are points and their distances.
type measured struct {
	s      *data.Set
	points [][2]int
	spread float64
}

func measure(s *data.Set, columns [][2]int) (*measured, error) {
	n, err := pointsOf(s)
	if err != nil {
		return nil, err
	}
	m := &measured{s: s, points: columns}
	for i := 0; columns == nil && i < n; i++ {
		m.points = append(m.points, [2]int{2 * i, 2*i + 1})
	}
	if len(m.points) != n {
		return nil, fmt.Errorf("rods: %d points of %d positions", len(m.points), 2*n)
	}
	for i, p := range m.points {
		var d [2]float64
		for c := range 2 {
			d[c] = deviation(s, func(x []float64) float64 { return x[p[c]] })
			m.spread = math.Max(m.spread, d[c])
		}
		if d[0]+d[1] == 0 {
			return nil, fmt.Errorf("rods: point %d does not move; leave its columns out: a pivot is found by itself", i+1)
		}
	}
	for i := range m.points {
		if m.deviation(i) < constant*m.spread {
			return nil, fmt.Errorf("rods: point %d does not move; leave its columns out: a pivot is found by itself", i+1)
		}
	}
	return m, nil
}

// deviation is the larger standard deviation of a point's coordinates.
func (m *measured) deviation(i int) float64 {
	p := m.points[i]
	return math.Max(deviation(m.s, func(x []float64) float64 { return x[p[0]] }), deviation(m.s, func(x []float64) float64 { return x[p[1]] }))
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

func (m *measured) between(i, j int) Rod {
	a, b := m.points[i], m.points[j]
	distance := func(x []float64) float64 { return math.Hypot(x[b[0]]-x[a[0]], x[b[1]]-x[a[1]]) }
	return m.rod(i, j, distance)
}

// rod is one of the mean distance.
func (m *measured) rod(from, to int, distance func(x []float64) float64) Rod {
	s, mean := m.s, 0.0
	for r := range s.Rows() {
		mean += distance(s.X[r*s.Dim:]) / float64(s.Rows())
	}
	// Third differences of independent noise have twenty times its variance, those of what is smooth are small.
	var square, n float64
	for k := range s.Trials() {
		for r := s.Offsets[k] + 3; r < s.Offsets[k+1]; r++ {
			d := 0.0
			for i, w := range [4]float64{1, -3, 3, -1} {
				d += w * distance(s.X[(r-i)*s.Dim:])
			}
			square, n = square+d*d/20, n+1
		}
	}
	return Rod{From: from, To: to, Length: mean, Spread: deviation(s, distance), Noise: math.Sqrt(square / math.Max(n, 1))}
}

// circle fits the centre and radius of a point's path, from the algebraic circle (Kasa 1976) by Gauss-Newton on the
// distances.
func (m *measured) circle(i int) (centre [2]float64, rod Rod, ok bool) {
	s, p := m.s, m.points[i]
	rows := s.Rows()
	solve := func(row func(x, y float64) ([3]float64, float64)) ([]float64, bool) {
		a, b := mat.NewDense(rows, 3, nil), mat.NewVecDense(rows, nil)
		for r := range rows {
			v, right := row(s.X[r*s.Dim+p[0]], s.X[r*s.Dim+p[1]])
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
	rod = m.rod(-1, i, func(x []float64) float64 { return math.Hypot(x[p[0]]-a, x[p[1]]-b) })
	rod.Length = length
	return [2]float64{a, b}, rod, length > 0 && !math.IsNaN(length)
}

// Angles is the set of joint angles of a set of points, continuous in every trial, with their velocities where those of
// the points are measured.
func (c *Chain) Angles(s *data.Set) (*data.Set, error) {
	if err := s.Lengths(); err != nil {
		return nil, err
	}
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
		if s.PositionsOnly {
			c.angles(x, to)
		} else {
			c.State(x, to)
		}
		for i := 0; i < n && r > s.Offsets[trial]; i++ {
			before := out.X[(r-1)*out.Dim+i]
			to[i] += 2 * math.Pi * math.Round((before-to[i])/(2*math.Pi))
		}
	}
	return out, nil
}
